"""`read`: what the variants of InkML have in common ends up in the same ink."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from inkml_parser import Ink, MalformedInk, Symbol, read

CROHME = r"""<ink xmlns="http://www.w3.org/2003/InkML">
<traceFormat><channel name="X" type="decimal"/><channel name="Y" type="decimal"/></traceFormat>
<annotation type="UI">2013_IVC_1</annotation>
<annotation type="writer">w12</annotation>
<annotation type="truth">$a &lt; \alpha$</annotation>
<annotationXML type="truth" encoding="Content-MathML">
  <math xmlns='http://www.w3.org/1998/Math/MathML'><mi xml:id="a_1">a</mi><mo xml:id="&lt;_1">&lt;</mo></math>
</annotationXML>
<trace id="0"> 1 2, 3 4 </trace>
<trace id="1">5 6</trace>
<trace id="2">7.5 -8,
	9	10</trace>
<traceGroup xml:id="3">
  <annotation type="truth">Segmentation</annotation>
  <traceGroup xml:id="4">
    <annotation type="truth">a</annotation>
    <traceView traceDataRef="2"/><traceView traceDataRef="0"/>
    <annotationXML href="a_1"/>
  </traceGroup>
  <traceGroup xml:id="5">
    <annotation type="truth">&lt;</annotation>
    <traceView traceDataRef="1"/>
  </traceGroup>
</traceGroup>
</ink>"""


def ink_of(body: str, root: str = "<ink>") -> Ink:
    return read(f"{root}{body}</ink>".encode())


def test_crohme_file() -> None:
    ink = read(CROHME.encode())
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2], [3, 4]], [[5, 6]], [[7.5, -8], [9, 10]]]
    assert ink.strokes[0].dtype == np.float64
    assert ink.trace_ids == ("0", "1", "2")
    assert ink.symbols == (Symbol("a", (0, 2), "a_1"), Symbol("<", (1,), None))
    assert ink.latex == r"$a < \alpha$"
    assert ink.annotations == {"UI": "2013_IVC_1", "writer": "w12"}
    assert ink.mathml == (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi xml:id="a_1">a</mi><mo xml:id="&lt;_1">&lt;</mo></math>'
    )


@pytest.mark.parametrize(
    "replaced",
    [
        CROHME.replace(' xmlns="http://www.w3.org/2003/InkML"', ""),
        CROHME.replace("http://www.w3.org/2003/InkML", "http://example.org/other"),
        '<?xml version="1.0"?>\n<!-- a comment --><?pi?>' + CROHME,
        "\ufeff" + CROHME,
        CROHME.replace("1 2, 3 4", "1 2,<!-- pen moves --> 3 4"),
        CROHME.replace("5 6", "<![CDATA[5 6]]>"),
        CROHME.replace('traceDataRef="', 'traceDataRef="#'),
        CROHME.replace('trace id="', 'trace xml:id="'),
    ],
    ids=["no namespace", "other namespace", "prolog", "byte order mark", "comment", "CDATA", "#", "xml:id"],
)
def test_spelling_does_not_matter(replaced: str) -> None:
    assert read(replaced.encode()) == read(CROHME.encode())


def test_prefixed_namespace() -> None:
    ink = read(b'<i:ink xmlns:i="http://www.w3.org/2003/InkML"><i:trace id="t">1 2</i:trace></i:ink>')
    assert ink.trace_ids == ("t",)
    assert ink.strokes[0].tolist() == [[1, 2]]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8"])
def test_declared_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><ink><annotation type="writer">é</annotation>'
    assert read((text + "<trace>1 2</trace></ink>").encode(encoding)).annotations == {"writer": "é"}


def test_undeclared_latin_1() -> None:
    ink = read("<ink><annotation type='truth'>2·3</annotation><trace>1 2</trace></ink>".encode("iso-8859-1"))
    assert ink.latex == "2·3"


def test_all_kinds_of_source(tmp_path: Path) -> None:
    path = tmp_path / "a.inkml"
    path.write_text(CROHME, encoding="utf-8")
    expected = read(CROHME.encode())
    assert read(path) == expected
    assert read(str(path)) == expected
    assert read(io.BytesIO(CROHME.encode())) == expected
    with path.open("rb") as file:
        assert read(file) == expected
        assert not file.closed


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.inkml")


def test_text_file_is_refused() -> None:
    with pytest.raises(TypeError, match="binary"):
        read(io.StringIO(CROHME))  # type: ignore[arg-type]


def test_mathwriting() -> None:
    ink = ink_of(
        '<annotation type="label">\\frac12</annotation><annotation type="splitTagOriginal">train</annotation>'
        '<annotation type="normalizedLabel">\\frac{1}{2}</annotation><traceFormat><channel name="X" type="decimal"/>'
        '<channel name="Y" type="decimal"/><channel name="T" type="decimal"/></traceFormat>'
        '<trace id="0">135.31 181.43 0.0,135.31 181.5 12.0</trace>',
        '<ink xmlns="http://www.w3.org/2003/InkML">',
    )
    assert ink.latex == r"\frac12"
    assert ink.annotations == {
        "label": r"\frac12",
        "splitTagOriginal": "train",
        "normalizedLabel": r"\frac{1}{2}",
    }
    assert ink.channels[0]["T"].tolist() == [0, 12]


def test_truth_goes_before_mathwriting_labels() -> None:
    labels = '<annotation type="normalizedLabel">n</annotation>'
    assert ink_of(labels + "<trace>1 2</trace>").latex == "n"
    ink = ink_of(labels + '<annotation type="truth">t</annotation><trace>1 2</trace>')
    assert ink.latex == "t"


def test_no_truth_is_none_and_empty_truth_is_empty() -> None:
    bare = ink_of("<trace>1 2</trace>")
    assert (bare.latex, bare.mathml, bare.symbols, bare.annotations) == (None, None, (), {})
    assert ink_of('<annotation type="truth"/><trace>1 2</trace>').latex == ""


def test_repeated_and_untyped_annotations_are_kept() -> None:
    ink = ink_of(
        '<annotation type="note">one</annotation><annotation type="note">two</annotation>'
        "<annotation typx='truth'>x</annotation><trace>1 2</trace>"
    )
    assert ink.annotations == {"note": "one\ntwo", "": "x"}


def test_mathml_in_the_namespace_of_the_file() -> None:
    ink = ink_of(
        "<annotationXML><math><mi>x</mi></math></annotationXML><trace>1 2</trace>",
        '<ink xmlns="http://www.w3.org/2003/InkML" xmlns:unused="http://example.org">',
    )
    assert ink.mathml == '<math xmlns="http://www.w3.org/2003/InkML"><mi>x</mi></math>'


def test_traces_without_points_or_ink_are_no_strokes() -> None:
    ink = ink_of(
        '<trace id="a"/><trace id="b">1 2</trace><trace id="c"> \n </trace><trace id="d" type="penUp">3 4, 5 6</trace>'
        '<trace id="e">7 8</trace><traceGroup><annotation type="truth">x</annotation>'
        '<traceView traceDataRef="a"/><traceView traceDataRef="e"/></traceGroup>'
        '<traceGroup><annotation type="truth">gone</annotation><traceView traceDataRef="d"/></traceGroup>'
    )
    assert ink.trace_ids == ("b", "e")
    assert ink.symbols == (Symbol("x", (1,)),)


def test_traces_without_identifiers_are_numbered() -> None:
    assert ink_of("<trace>1 2</trace><trace>3 4</trace>").trace_ids == ("0", "1")


def test_nested_groups() -> None:
    ink = ink_of(
        "<traceGroup><traceGroup><annotation type='truth'>x</annotation><trace>1 2</trace><trace>3 4</trace>"
        "</traceGroup><traceGroup><traceGroup><annotation type='truth'>y</annotation><trace id='q'>5 6</trace>"
        "</traceGroup></traceGroup></traceGroup><trace>7 8</trace>"
    )
    assert [stroke[0, 0] for stroke in ink.strokes] == [1, 3, 5, 7]
    assert ink.symbols == (Symbol("x", (0, 1)), Symbol("y", (2,)))


def test_views_that_hold_views() -> None:
    ink = ink_of(
        "<trace id='a'>1 2</trace><trace id='b'>3 4</trace><trace id='c'>3 4</trace>"
        "<traceView><annotation type='truth'>x</annotation><traceView traceDataRef='#b'/>"
        "<traceView><traceView traceDataRef='#a'/></traceView>"
        "<traceView><annotation type='truth'>y</annotation><traceView traceDataRef='#c'/></traceView></traceView>"
    )
    assert ink.symbols == (Symbol("x", (0, 1)), Symbol("y", (2,)))


def test_first_truth_of_a_group_is_its_label() -> None:
    ink = ink_of(
        "<trace id='8'>1 2</trace><trace id='9'>3 4</trace><traceGroup><annotation type='truth'>=</annotation>"
        "<traceView traceDataRef='8'/><annotation type='truth'>-</annotation><traceView traceDataRef='9'/></traceGroup>"
    )
    assert ink.symbols == (Symbol("=", (0, 1)),)


def test_groups_without_truth_are_no_symbols() -> None:
    assert ink_of("<trace id='0'>1 2</trace><traceGroup><traceView traceDataRef='0'/></traceGroup>").symbols == ()


@pytest.mark.parametrize("view", ["<traceView/>", "<traceView traceRef='#a'/>", "<traceView><traceView/></traceView>"])
def test_a_view_of_nothing_is_told(view: str) -> None:
    ink = ink_of(f"<trace id='a'>1 2</trace><traceGroup><annotation type='truth'>x</annotation>{view}</traceGroup>")
    assert ink.symbols == ()
    assert [str(w) for w in ink.warnings] == ["segmentation: symbol 'x' has a <traceView> without traceDataRef"]


def test_an_annotation_with_elements_is_no_text() -> None:
    writer = "<annotation type='writer'>me</annotation>"
    ink = ink_of(f"<annotation type='truth'>x<b/> + 1</annotation>{writer}<trace>1 2</trace>")
    assert ink.latex is None and ink.annotations == {"writer": "me"}
    assert [str(w) for w in ink.warnings] == ["annotation: <annotation> in line 1 holds <b>, and was left out"]


def test_ink_inside_of_another_document() -> None:
    inside = '<i:ink xmlns:i="http://www.w3.org/2003/InkML"><i:trace>1 2, 3 4</i:trace></i:ink>'
    ink = read(f"<emma><interpretation>{inside}</interpretation></emma>".encode())
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2], [3, 4]]]
    assert [str(w) for w in ink.warnings] == ["ink: the root element is <emma>; the <ink> in line 1 is read"]
    with pytest.raises(MalformedInk, match="the root element is <emma>, not <ink>, and has several inside"):
        read(f"<emma>{inside}{inside}</emma>".encode())


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (b"\n <?xml version='1.0'?><ink><trace>1 2</trace></ink>", "white space before the XML declaration"),
        (b"<ink><trace>1 2</trace></ink>\n\0\0\0", "zeros after the end"),
        (b"<ink><trace>1 2</trace></ink>\r\n\x1a", "zeros after the end"),
    ],
)
def test_what_copying_adds_is_passed_over(data: bytes, warning: str) -> None:
    ink = read(data)
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2]]]
    assert [str(w) for w in ink.warnings] == [f"ink: {warning} {'was' if 'white' in warning else 'were'} passed over"]


def test_annotations_of_a_trace_are_no_points() -> None:
    note = "<annotation type='truth'>7 7</annotation>"
    ink = ink_of(f"<trace>{note}1 2, {note}3 4{note}</trace>")
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2], [3, 4]]]
