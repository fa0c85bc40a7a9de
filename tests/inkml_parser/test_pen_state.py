"""Where the pen is up inside of a trace, there is no ink."""

from __future__ import annotations

import io

import pytest

from inkml_parser import EmptyInk, Ink, MalformedInk, OversizedInk, Symbol, read, write
from inkml_parser.limits import Limits

XYS = "<traceFormat><channel name='X'/><channel name='Y'/><channel name='S' type='boolean'/></traceFormat>"
INTERMITTENT = (
    "<traceFormat><channel name='X'/><channel name='Y'/>"
    "<intermittentChannels><channel name='S' type='boolean'/></intermittentChannels></traceFormat>"
)
TWO = "0 0 T, 1 1 T, 2 2 F, 3 3 F, 4 4 T, 5 5 T"


def ink_of(body: str, form: str = XYS) -> Ink:
    return read(f"<ink>{form}{body}</ink>".encode())


def strokes(ink: Ink) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in ink.strokes]


@pytest.mark.parametrize("form", [XYS, INTERMITTENT])
@pytest.mark.parametrize(
    "text",
    [
        TWO,
        TWO.replace("T", "1").replace("F", "0"),
        "0 0 T, '1 '1 *, '1 '1 F, '1 '1 *, '1 '1 T, '1 '1 *",
        f"9 9 F, {TWO}, 9 9 F",
    ],
)
def test_a_trace_is_divided_where_the_pen_is_up(text: str, form: str) -> None:
    ink = ink_of(f"<trace id='a'>{text}</trace>", form)
    assert strokes(ink) == [[[0, 0], [1, 1]], [[4, 4], [5, 5]]]
    assert [own["S"].tolist() for own in ink.channels] == [[1, 1], [1, 1]]
    assert ink.trace_ids[0] == "a"
    assert not ink.warnings


def test_a_symbol_has_all_strokes_of_its_trace() -> None:
    view = "<traceGroup><annotation type='truth'>{0}</annotation><traceView traceDataRef='#{1}'/></traceGroup>"
    up = "<trace id='2'>7 7 F, 8 8 F</trace>"
    ink = ink_of(
        f"<trace id='1'>{TWO}</trace>{up}<trace id='4'>9 9 T</trace>"
        + view.format("x", "1") + view.format("y", "4") + view.format("z", "2")
    )  # fmt: skip
    assert ink.symbols == (Symbol("x", (0, 1)), Symbol("y", (2,)))
    assert ink.trace_ids[0::2] == ("1", "4")
    assert ink.trace_ids[1] not in ("1", "2", "4")


def test_a_view_counts_all_points_of_a_trace() -> None:
    view = "<traceView traceDataRef='#a' from='1' to='6'><annotation type='truth'>x</annotation></traceView>"
    assert ink_of(f"<trace id='a'>{TWO}</trace>{view}").symbols == (Symbol("x", (0, 1)),)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("4 4 T, 5 5 T", [[[0, 0]], [[2, 2], [4, 4], [5, 5]]]),
        ("4 4 F, 5 5 T", [[[0, 0]], [[2, 2]], [[5, 5]]]),
        ("4 4 F", [[[0, 0]], [[2, 2]]]),
    ],
)
def test_a_continued_trace_goes_on_with_the_pen_down_only(second: str, expected: list[list[list[float]]]) -> None:
    first = "<trace id='a' continuation='begin'>0 0 T, 1 1 F, 2 2 T</trace>"
    ink = ink_of(f"{first}<trace id='b' continuation='end' priorRef='#a'>{second}</trace>")
    assert strokes(ink) == expected


@pytest.mark.parametrize("text", ["0 0 T, 1 1 T", "0 0 1, 1 1 1", "0 0 3, 1 1 0"])
def test_a_trace_without_an_open_switch_is_one_stroke(text: str) -> None:
    assert strokes(ink_of(f"<trace>{text}</trace>")) == [[[0, 0], [1, 1]]]


def test_side_buttons_are_no_tip_switch() -> None:
    assert len(ink_of("<trace>0 0 T, 1 1 F, 2 2 T</trace>", XYS.replace("'S'", "'B1'")).strokes) == 1


@pytest.mark.parametrize("text", ["0 0 T, 1 1 F, 2 2 ?", "0 0 F, 1 1, 2 2 T"])
def test_a_switch_that_is_not_known_everywhere_is_refused(text: str) -> None:
    with pytest.raises(MalformedInk, match="trace 'a': channel S"):
        ink_of(f"<trace id='a'>{text}</trace>", INTERMITTENT)


def test_ink_with_the_pen_up_all_the_time_is_none() -> None:
    with pytest.raises(EmptyInk, match="where the pen is down"):
        ink_of("<trace>0 0 F, 1 1 F</trace>")


def test_parts_of_traces_count_as_strokes() -> None:
    body = f"<ink>{XYS}<trace>{', '.join(f'{n} {n} ' + 'TF'[n % 2] for n in range(40))}</trace></ink>"
    assert len(read(body.encode()).strokes) == 20
    with pytest.raises(OversizedInk, match="more than 19 strokes"):
        read(body.encode(), limits=Limits(max_strokes=19))


def test_indeterminate_traces_without_a_switch_are_reported() -> None:
    ink = ink_of("<trace id='a' type='indeterminate'>0 0, 1 1</trace>", "")
    assert [str(warning) for warning in ink.warnings] == [
        "ink: trace 'a' is of type indeterminate, without channel S; all of it is taken for writing"
    ]
    assert not ink_of(f"<trace type='indeterminate'>{TWO}</trace>").warnings


@pytest.mark.parametrize(
    ("kind", "count", "cause"),
    [
        ("penDown", 2, ""),
        (" PenUp ", 1, ""),
        ("hover", 1, "'1' is of type hover, which InkML does not know; it is left out"),
        ("eraser", 1, "'1' is of type eraser, which InkML does not know; it is left out"),
        ("stroke", 2, "'1' is of type 'stroke', which InkML does not know; it is taken for writing"),
    ],
)
def test_types_of_traces_in_other_words(kind: str, count: int, cause: str) -> None:
    ink = ink_of(f"<trace>0 0, 1 1</trace><trace type='{kind}'>2 2, 3 3</trace>", "")
    assert len(ink.strokes) == count
    assert [str(warning) for warning in ink.warnings] == ([f"ink: trace {cause}"] if cause else [])


def test_divided_ink_is_written_and_read_back() -> None:
    ink = ink_of(f"<trace id='a'>{TWO}</trace><trace id='b'>7 7 T</trace>")
    file = io.BytesIO()
    write(ink, file)
    assert read(file.getvalue()) == ink
