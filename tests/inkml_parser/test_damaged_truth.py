"""Reading ink never depends on its truth: what is wrong with that is a listed warning."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from inkml_parser import Ink, MalformedInk, Part, Symbol, read, write

TRACES = "<trace id='0'>1 2</trace><trace id='1'>3 4, 5 6</trace><trace id='2'>7 8</trace>"


def ink_of(body: str) -> Ink:
    return read(f"<ink>{body}{TRACES}</ink>".encode())


def symbol(views: str, label: str = "x") -> str:
    return f"<traceGroup><annotation type='truth'>{label}</annotation>{views}</traceGroup>"


def view(reference: str, more: str = "") -> str:
    return f"<traceView traceDataRef='{reference}' {more}/>"


@pytest.mark.parametrize(
    ("views", "cause"),
    [
        (view("9"), "'x' refers to trace '9', which does not exist"),
        (view("0") + view("9"), "'x' refers to trace '9', which does not exist"),
        (view("##0"), "does not exist"),
        (view("1", "from='2'"), "is of a part of trace '1'"),
        (view("1", "to='1'"), "is of a part of trace '1'"),
        (view("#g", "from='2:2'"), "is of a part of trace"),
        (view("#g", "to='5'"), "of a group of 2"),
        (view("#g", "to='x'"), "a range 'x' that is none"),
        (view("#loop"), "a view of itself"),
        (view("#twice"), "of which there are several"),
    ],
)
def test_a_symbol_that_cannot_be_followed_is_listed_and_the_ink_read(views: str, cause: str) -> None:
    groups = (
        "<traceGroup xml:id='g'><trace id='4'>1 2</trace><trace id='5'>1 2, 3 4</trace></traceGroup>"
        "<traceView xml:id='loop' traceDataRef='#loop'/><traceView xml:id='twice'/><traceView xml:id='twice'/>"
    )
    ink = ink_of(groups + symbol(views) + symbol(view("2"), "y"))
    assert len(ink.strokes) == 5
    assert ink.symbols == (Symbol("y", (ink.trace_ids.index("2"),)),)
    (warning,) = ink.warnings
    assert warning.part is Part.SEGMENTATION
    assert cause in warning.cause


@pytest.mark.parametrize(
    ("views", "strokes"),
    [
        (view("1", "from='1' to='2'"), (1,)),
        (view("#g"), (0, 1, 2)),
        (view("#g", "from='2'"), (1, 2)),
        (view("#g", "from='2' to='2'"), (1,)),
        (view("#g", "from='2:1' to='3:1'"), (1, 2)),
        (view("#g", "from='1:1' to='2:2'"), (0, 1)),
        (view("#v"), (0, 1, 2)),
        (view("#w"), (0, 1)),
    ],
)
def test_views_of_groups_of_views_and_of_ranges(views: str, strokes: tuple[int, ...]) -> None:
    parts = view("0") + view("#g", "from='2' to='2'")
    others = view("#g", "xml:id='v'") + f"<traceView xml:id='w'>{parts}</traceView>"
    ink = read(f"<ink><traceGroup xml:id='g'>{TRACES}</traceGroup>{others}{symbol(views)}</ink>".encode())
    assert ink.symbols == (Symbol("x", strokes),)
    assert not ink.warnings


def test_a_view_that_has_the_truth_itself() -> None:
    label = "<annotation type='truth'>x</annotation>"
    ink = ink_of(f"<traceView traceDataRef='#1'>{label}</traceView>")
    assert ink.symbols == (Symbol("x", (1,)),)


@pytest.mark.parametrize(
    ("body", "latex", "mathml", "part"),
    [
        ("<annotation type='truth'>$a < b$</annotation>", "$a < b$", None, Part.ANNOTATION),
        ("<annotation type='truth'>a & b &amp; c</annotation>", "a & b & c", None, Part.ANNOTATION),
        ("<annotation type='truth'>&alpha; &nosuch; &#1;</annotation>", "α &nosuch; \ufffd", None, Part.ANNOTATION),
        ("<annotation type='truth'>\x0crac</annotation>", "\ufffdrac", None, Part.ANNOTATION),
        ("<annotation type='truth'>a</b></annotation>", "a</b>", None, Part.ANNOTATION),
        ("<annotationXML><math><mi>&alpha;</mi></math></annotationXML>", None, "<math><mi>α</mi></math>", Part.MATHML),
        ("<annotationXML><math><mi>x</math></annotationXML>", None, None, Part.MATHML),
        ("<annotationXML><math><mi>a<b</mi></math></annotationXML>", None, None, Part.MATHML),
        ("<annotationXML>" + "<mrow>" * 300 + "</mrow>" * 300 + "</annotationXML>", None, None, Part.MATHML),
    ],
)
def test_annotations_that_are_no_xml(body: str, latex: str | None, mathml: str | None, part: Part) -> None:
    good = "<annotation type='UI'>1 &lt; <!-- & --><![CDATA[2 & 3]]></annotation>"
    ink = ink_of("\n" + body + good)
    assert len(ink.strokes) == 3
    assert (ink.latex, ink.mathml) == (latex, mathml)
    assert [warning.part for warning in ink.warnings if "line 2" in warning.cause] == [part]


def test_an_annotation_that_is_never_closed_swallows_no_ink() -> None:
    ink = read(b"<ink><annotation>a & b<trace>1 2</trace><annotation>c</annotation><trace>1 2</trace></ink>")
    assert len(ink.strokes) == 2
    assert ink.annotations[""] == "\nc"
    assert [warning.part for warning in ink.warnings] == [Part.ANNOTATION]


TRUTH = "<annotation type='truth'>x</annotation>"
MATHML = "<annotationXML type='truth'><math><mi>x</mi></math></annotationXML>"
SEGMENTATION = f"<traceGroup>{TRUTH}{symbol(view('0'))}{symbol(view('1'), 'y')}</traceGroup>"


@pytest.mark.parametrize(
    ("end", "is_symbols"),
    [
        (SEGMENTATION + "</in", False),
        (SEGMENTATION[:-3], False),
        (SEGMENTATION[:-60], False),
        (f"<traceGroup>{TRUTH}<traceGr", False),
        (SEGMENTATION.replace("</traceGroup></traceGroup>", "</traceGroup>") + "</ink>", False),
        (SEGMENTATION.replace("traceDataRef='1'", "traceDataRef=1") + "</ink>", False),
        (SEGMENTATION.replace("<traceGroup>", "<traceGroup id='a' id='b'>") + "</ink>", False),
        (SEGMENTATION + "</ink> and more", True),
        (SEGMENTATION + "</ink><symbols/>", True),
    ],
)
def test_a_segmentation_that_has_lost_tags_or_is_cut_off_loses_no_ink(end: str, is_symbols: bool) -> None:
    for group in ("", "<traceGroup>"):
        ink = read(f"<ink>{MATHML}{group}{TRACES}{group.replace('<', '</')}{end}".encode())
        assert len(ink.strokes) == 3
        assert ink.mathml == "<math><mi>x</mi></math>"
        assert [one.label for one in ink.symbols] == (["x", "y"] if is_symbols else [])
        assert [warning.part for warning in ink.warnings] == [Part.INK if is_symbols else Part.SEGMENTATION]


@pytest.mark.parametrize(
    "document",
    [
        f"<ink>{TRACES}",
        f"<ink>{TRACES}<tra",
        f"<ink>{TRACES}<traceGroup>",
        f"<ink>{TRACES}{SEGMENTATION}<trace id='5'>1 2, ",
        f"<ink>{TRUTH}{TRACES[:-20]}",
        f"<ink>{TRACES}{SEGMENTATION}</ink><ink>{TRACES}</ink>",
    ],
)
def test_a_file_that_may_have_lost_ink_is_refused(document: str) -> None:
    with pytest.raises(MalformedInk, match="not well-formed"):
        read(document.encode())


@pytest.mark.parametrize("math", ["<math><mi>x</mi></math>", "<math><mi>x</math>", "<math><annotation>x</annotation>"])
def test_mathml_that_is_never_closed_is_left_out(math: str) -> None:
    ink = read(f"<ink>{TRUTH}<annotationXML>{math}{TRACES}{SEGMENTATION}</ink>".encode())
    assert (len(ink.strokes), ink.latex, ink.mathml, len(ink.symbols)) == (3, "x", None, 2)
    assert [warning.part for warning in ink.warnings] == [Part.MATHML]


def test_warnings_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.inkml"
    path.write_text(f"<ink>{TRACES}{symbol(view('9'))}</ink>")
    assert str(read(path).warnings[0]).startswith(f"{path}: segmentation: symbol 'x' refers to trace '9'")


def test_warnings_have_an_end() -> None:
    ink = ink_of("".join(symbol(view(f"no{i}")) for i in range(500)))
    assert len(ink.warnings) == 101
    assert ink.warnings[-1].cause == "and more"


def test_ink_inside_of_mathml_is_none() -> None:
    inside = '<trace id="0">9 9</trace><traceGroup/><traceFormat><channel name="Q"/></traceFormat>'
    math = f"<math><mi>x</mi>{inside}</math>"
    ink = ink_of(f"<annotationXML>{math}</annotationXML>")
    assert ink.trace_ids == ("0", "1", "2")
    assert ink.mathml == math
    buffer = io.BytesIO()
    write(ink, buffer)
    assert read(buffer.getvalue()) == ink


XML = '<?xml version="1.0" encoding="{0}"?><ink><annotation type="writer">é</annotation><trace>1 2</trace></ink>'


@pytest.mark.parametrize(
    ("declared", "real", "warns"),
    [
        ("utf-16", "utf-8", True),
        ("UTF-16", "utf-8-sig", True),
        ("utf-8", "utf-16", True),
        ("utf-8", "utf-16-le", True),
        ("utf-8", "utf-16-be", True),
        ("utf-8", "utf-32", True),
        ("iso-8859-1", "utf-8", True),
        ("iso-8859-1", "utf-16", True),
        ("utf-8", "iso-8859-1", True),
        ("nonsense", "utf-8", True),
        ("nonsense", "iso-8859-1", True),
        ("rot13", "utf-8", True),
        ("utf-16", "utf-16", False),
        ("windows-1252", "cp1252", False),
        ("utf-8", "utf-8-sig", False),
        ("UTF8", "utf-8", False),
    ],
)
def test_encodings_that_are_not_as_declared(declared: str, real: str, warns: bool) -> None:
    ink = read(XML.format(declared).encode(real))
    assert ink.annotations == {"writer": "é"}
    assert bool(ink.warnings) == warns
