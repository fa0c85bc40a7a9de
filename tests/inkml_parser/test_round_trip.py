"""`write`: what is written is read as it was, and looks like a CROHME file."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from lxml import etree

from inkml_parser import EmptyInk, Ink, InvalidInk, Symbol, read, write


def written(ink: Ink) -> bytes:
    buffer = io.BytesIO()
    write(ink, buffer)
    return buffer.getvalue()


def again(ink: Ink) -> Ink:
    return read(written(ink))


# All that XML can hold: of the controls, only tab, line feed and carriage return.
xml_text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
        st.sampled_from("\t\n\r<>&\"'#\x85\u2028"),
    ),
    max_size=8,
)
floats = st.floats(allow_nan=False, allow_infinity=False)
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
MATHML = [
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi xml:id="x_1">x &lt; y</mi>\n\t<mo/></math>',
    '<math xmlns="http://www.w3.org/2003/InkML"><mi>x</mi></math>',
    "<math><mi>no namespace</mi></math>",
    '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>x</m:mi></m:math>',
    '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><mi>half in a namespace</mi></m:math>',
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi xmlns:a="urn:a" a:b="c">α&#13;</mi></math>',
]


@st.composite
def inks(draw: st.DrawFn) -> Ink:
    count = draw(st.integers(1, 4))
    lengths = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    strokes = [draw(arrays.arrays(np.float64, (n, 2), elements=floats)) for n in lengths]
    names = xml_text.filter(lambda name: name not in ("X", "Y"))
    pool = draw(st.lists(names, max_size=3, unique=True))
    channels = [
        {name: draw(arrays.arrays(np.float64, n, elements=floats)) for name in pool if draw(st.booleans())}
        for n in lengths
    ]
    symbol = st.builds(
        Symbol, xml_text, st.lists(st.integers(0, count - 1), min_size=1).map(tuple), st.none() | xml_text
    )
    return Ink(
        strokes=tuple(strokes),
        channels=tuple(channels),
        trace_ids=tuple(draw(st.lists(xml_text, min_size=count, max_size=count, unique=True))),
        symbols=tuple(draw(st.lists(symbol, max_size=4))),
        latex=draw(st.none() | xml_text),
        mathml=draw(st.none() | st.sampled_from(MATHML)),
        annotations=draw(st.dictionaries(xml_text.filter(lambda name: name != "truth"), xml_text, max_size=3)),
    )


@given(inks())
def test_read_undoes_write(ink: Ink) -> None:
    data = written(ink)
    assert read(data) == ink
    assert written(read(data)) == data


@given(floats)
def test_every_bit_of_a_coordinate_survives(value: float) -> None:
    read_back = again(Ink.from_arrays([[[value, -value]]])).strokes[0]
    assert read_back.tobytes() == np.array([[value, -value]]).tobytes()  # -0.0, too


@st.composite
def mathml_trees(draw: st.DrawFn) -> str:
    def element(tag: str, depth: int) -> etree._Element:
        namespace = draw(st.sampled_from(["", "{urn:a}", "{urn:b}", "{http://www.w3.org/2003/InkML}"]))
        node = etree.Element(namespace + tag)
        node.text = draw(xml_text)
        node.set(
            draw(st.sampled_from(["{http://www.w3.org/XML/1998/namespace}id", "href", "{urn:c}d"])), draw(xml_text)
        )
        for _ in range(draw(st.integers(0, 2)) if depth else 0):
            child = element("mi", depth - 1)
            child.tail = draw(xml_text)
            node.append(child)
        return node

    # As a tree with namespaces is spelt once it was read: the spelling that must stay.
    spelt = etree.fromstring(etree.tostring(element("math", 2)), etree.XMLParser(collect_ids=False))
    etree.cleanup_namespaces(spelt)
    return etree.tostring(spelt, encoding="unicode")


@given(mathml_trees())
def test_mathml_of_any_namespaces_survives(mathml: str) -> None:
    ink = Ink(strokes=(np.zeros((1, 2)),), mathml=mathml)
    assert again(ink).mathml == mathml


@pytest.mark.parametrize(
    ("given_spelling", "kept"),
    [
        ("<math><!-- said --><mi\n a='1' ></mi></math>", '<math><mi a="1"/></math>'),
        ('<?xml version="1.0"?><math xmlns:u="urn:u"/>', "<math/>"),
    ],
)
def test_mathml_in_another_spelling_comes_back_in_ours(given_spelling: str, kept: str) -> None:
    ink = again(Ink(strokes=(np.zeros((1, 2)),), mathml=given_spelling))
    assert ink.mathml == kept
    assert again(ink) == ink


def test_looks_like_crohme() -> None:
    ink = Ink(
        strokes=(np.array([[1.0, 2.5], [3.0, 4.0]]), np.array([[1e-7, 5.0]])),
        symbols=(Symbol("\\lt", (0, 1), "lt_1"),),
        latex="<",
        mathml="<math><mo>&lt;</mo></math>",
        annotations={"writer": "w1"},
    )
    assert written(ink).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ink xmlns="http://www.w3.org/2003/InkML">\n'
        '<traceFormat>\n<channel name="X" type="decimal"/>\n<channel name="Y" type="decimal"/>\n</traceFormat>\n'
        '<annotation type="writer">w1</annotation>\n'
        '<annotation type="truth">&lt;</annotation>\n'
        '<annotationXML type="truth" encoding="Content-MathML">\n'
        '<math xmlns=""><mo>&lt;</mo></math>\n</annotationXML>\n'
        '<trace id="0">\n1 2.5, 3 4\n</trace>\n<trace id="1">\n1e-07 5\n</trace>\n'
        '<traceGroup xml:id="segmentation">\n\t<annotation type="truth">Segmentation</annotation>\n'
        '\t<traceGroup xml:id="symbol0">\n\t\t<annotation type="truth">\\lt</annotation>\n'
        '\t\t<traceView traceDataRef="0"/>\n\t\t<traceView traceDataRef="1"/>\n\t\t<annotationXML href="lt_1"/>\n'
        "\t</traceGroup>\n</traceGroup>\n</ink>\n"
    )


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
@pytest.mark.parametrize(
    "where", ["latex", "mathml", "annotation", "annotation name", "trace", "channel", "label", "href"]
)
def test_characters_that_xml_cannot_hold(bad: str, where: str) -> None:
    def at(place: str) -> str:
        return f"a{bad}b" if where == place else "fine"

    ink = Ink(
        strokes=(np.zeros((1, 2)),),
        channels=({at("channel"): np.zeros(1)},),
        trace_ids=(at("trace"),),
        symbols=(Symbol(at("label"), (0,), at("href")),),
        latex=at("latex"),
        mathml=f"<math>{at('mathml')}</math>",
        annotations={at("annotation name"): at("annotation")},
    )
    with pytest.raises(InvalidInk, match=re.escape(f"U+{ord(bad):04X}")):
        written(ink)


@pytest.mark.parametrize(
    ("mathml", "cause"),
    [
        ("", "empty"),
        ("<math>", "not well-formed"),
        ("<mrow/>", "<mrow>, not <math>"),
        ("<!DOCTYPE math><math/>", "DOCTYPE"),
        ("<math/></annotationXML><trace>1 2</trace>", "not well-formed"),
    ],
)
def test_mathml_that_is_none(mathml: str, cause: str) -> None:
    with pytest.raises(InvalidInk, match=f"mathml.*{cause}"):
        written(Ink(strokes=(np.zeros((1, 2)),), mathml=mathml))


@pytest.mark.parametrize("name", ["truth", "label", "normalizedLabel"])
def test_annotations_that_would_turn_into_latex(name: str) -> None:
    ink = Ink(strokes=(np.zeros((1, 2)),), annotations={name: "x"})
    with pytest.raises(InvalidInk, match="truth"):
        written(ink)


def test_ink_that_cannot_be_written_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.inkml"
    path.write_bytes(b"precious")
    with pytest.raises(EmptyInk):
        write(Ink(strokes=()), path)
    with pytest.raises(InvalidInk):
        write(Ink(strokes=(np.zeros((1, 2)),), latex="\0"), str(path))
    assert path.read_bytes() == b"precious"


def test_all_kinds_of_target(tmp_path: Path) -> None:
    ink = Ink.from_arrays([[[1, 2]]])
    write(ink, tmp_path / "a.inkml")
    write(ink, str(tmp_path / "b.inkml"))
    with (tmp_path / "c.inkml").open("wb") as file:
        write(ink, file)
    assert [read(path) for path in sorted(tmp_path.iterdir())] == [ink] * 3
