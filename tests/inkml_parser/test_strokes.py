"""Continuations, identifiers, highlighters: which traces are which strokes."""

from __future__ import annotations

import io

import pytest

from inkml_parser import Ink, Part, Symbol, read, write


def ink_of(body: str) -> Ink:
    return read(f"<ink>{body}</ink>".encode())


def part(name: str, x: int, continuation: str = "", prior: str = "") -> str:
    more = f" continuation='{continuation}'" if continuation else ""
    more += f" priorRef='{prior}'" if prior else ""
    return f"<trace id='{name}'{more}>{x} 0, {x + 1} 1</trace>"


A, B, C = part("a", 0, "begin"), part("b", 2, "middle", "#a"), part("c", 4, "end", "#b")
ALL = [[0, 0], [1, 1], [2, 0], [3, 1], [4, 0], [5, 1]]


@pytest.mark.parametrize(
    "body",
    [
        A + B + C,
        A + C + B,
        C + B + A,
        A + B.replace("#a", "a") + C,
        (A + B + C).replace("end", "End"),
        (A + B + C).replace("middle", "true"),
    ],
)
def test_a_continued_trace_is_one_stroke(body: str) -> None:
    view = "<traceGroup><annotation type='truth'>{0}</annotation><traceView traceDataRef='#{1}'/></traceGroup>"
    ink = ink_of(body + part("d", 9) + view.format("x", "b") + view.format("y", "d"))
    assert [stroke.tolist() for stroke in ink.strokes] == [ALL, [[9, 0], [10, 1]]]
    assert ink.trace_ids == ("a", "d")
    assert ink.symbols == (Symbol("x", (0,)), Symbol("y", (1,)))
    assert not ink.warnings


def test_two_pens_at_once() -> None:
    ink = ink_of(A + part("d", 10, "begin") + B + part("e", 12, "end", "#d") + C)
    assert [stroke.tolist() for stroke in ink.strokes] == [ALL, [[10, 0], [11, 1], [12, 0], [13, 1]]]


def test_without_a_prior_the_open_trace_just_before_is_continued() -> None:
    assert len(ink_of(A + part("b", 2, "end") + part("c", 4)).strokes) == 2


def test_channels_that_all_parts_have_are_joined() -> None:
    form = "<traceFormat><channel name='X'/><channel name='Y'/><channel name='T'/></traceFormat>"
    ink = ink_of(
        form + "<trace id='a' continuation='begin'>1 2 3</trace><trace continuation='end' priorRef='#a'>4 5 6</trace>"
    )
    assert ink.channels[0]["T"].tolist() == [3, 6]


@pytest.mark.parametrize(
    ("body", "strokes", "cause"),
    [
        (part("a", 0, "end", "#gone"), 1, "'#gone', which does not exist"),
        (part("a", 0, "end"), 1, "continues no trace"),
        (A + part("b", 2, "end", "#a") + part("c", 4, "end", "#a"), 2, "which another one continues"),
        (part("a", 0, "middle", "#b") + part("b", 2, "middle", "#a"), 2, "continues itself"),
        (part("a", 0, "middle", "#a"), 1, "continues itself"),
        (A + A + B, 3, "of which there are several"),
    ],
)
def test_continuations_that_cannot_be_followed_are_strokes_and_listed(body: str, strokes: int, cause: str) -> None:
    ink = ink_of(body)
    assert len(ink.strokes) == strokes
    assert cause in " ".join(map(str, ink.warnings))
    assert all(warning.part is Part.INK for warning in ink.warnings)


def test_numbers_given_to_traces_avoid_those_that_there_are() -> None:
    assert ink_of("<trace id='1'>1 2</trace><trace>3 4</trace>").trace_ids == ("1", "2")
    assert ink_of("<trace>1 2</trace><trace id='0'>3 4</trace><trace id='3'>3 4</trace>").trace_ids == ("4", "0", "3")


def test_traces_of_one_identifier_are_all_read() -> None:
    view = "<traceGroup><annotation type='truth'>x</annotation><traceView traceDataRef='a'/></traceGroup>"
    ink = ink_of("<trace id='a'>1 2</trace><trace id='a'>3 4</trace>" + view)
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2]], [[3, 4]]]
    assert ink.trace_ids == ("a", "2")
    assert ink.symbols == ()
    assert [warning.part for warning in ink.warnings] == [Part.INK, Part.SEGMENTATION]


def brush(properties: str, name: str = "b", more: str = "") -> str:
    return f"<definitions><brush xml:id='{name}'{more}>{properties}</brush></definitions>"


def has(name: str, value: str) -> str:
    return f"<brushProperty name='{name}' value='{value}'/>"


@pytest.mark.parametrize(
    ("properties", "is_writing"),
    [
        (has("transparency", "128"), False),
        (has("transparency", "0.5"), False),
        (has("transparency", "50%"), False),
        (has("tip", "rectangle"), False),
        (has("rasterOp", "maskPen"), False),
        (has("color", "#FFFF00") + has("width", "0.1"), True),
        (has("transparency", "0") + has("tip", "ellipse") + has("rasterOp", "copyPen"), True),
        (has("transparency", "none"), True),
        (has("opacity", "0.4"), False),
        (has("opacity", "40"), False),
        (has("opacity", "100") + has("alpha", "255"), True),
        (has("alpha", "128"), False),
        (has("color", "rgba(255, 255, 0, 0.4)"), False),
        (has("color", "rgb(255 255 0 / 40%)"), False),
        (has("color", "rgb(255, 255, 0)"), True),
        (has("color", "#80FFFF00"), False),
        (has("color", "#FFED1C24"), True),
        (has("blendMode", "multiply"), False),
        (has("ink:transparency", "128"), False),
        (has("type", "highlighter"), False),
        (has("isHighlighter", "True"), False),
        (has("isHighlighter", "false"), True),
        (has("highlightColor", "#ff0"), True),
        (has("tool", "eraser"), False),
        ("<annotation type='name'>Yellow highlighter</annotation>", False),
    ],
)
def test_a_highlighter_is_no_pen(properties: str, is_writing: bool) -> None:
    ink = ink_of(brush(properties) + "<trace id='p'>1 2</trace><trace id='h' brushRef='#b'>3 4, 5 6</trace>")
    assert ink.trace_ids == (("p", "h") if is_writing else ("p",))
    assert (ink.highlights is None) == is_writing
    buffer = io.BytesIO()
    write(ink, buffer)
    assert read(buffer.getvalue()) == ink


@pytest.mark.parametrize(
    "body",
    [
        "<traceGroup brushRef='#b'><trace>3 4</trace></traceGroup>",
        "<definitions><context xml:id='c' brushRef='#b'/></definitions><trace contextRef='#c'>3 4</trace>",
        "<context brushRef='#b'/><trace>3 4</trace>",
        brush(has("color", "#000"), "d", " brushRef='#b'") + "<trace brushRef='#d'>3 4</trace>",
    ],
)
def test_the_brush_of_a_stroke_is_found(body: str) -> None:
    ink = ink_of(brush(has("transparency", "128")) + "<trace>1 2</trace>" + body)
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2]]]
    assert ink.highlights is not None
    assert [stroke.tolist() for stroke in ink.highlights.strokes] == [[[3, 4]]]


def test_nothing_but_a_highlighter_is_a_pen() -> None:
    ink = ink_of(brush(has("tip", "rectangle")) + "<trace brushRef='#b'>1 2</trace>")
    assert len(ink.strokes) == 1
    assert "highlighter" in str(ink.warnings[0])
