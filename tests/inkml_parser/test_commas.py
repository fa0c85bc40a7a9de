"""Points without commas, and other white space that people leave out or put in."""

from __future__ import annotations

import pytest

from inkml_parser import MalformedInk, OversizedInk, read
from inkml_parser.formats import TraceFormat
from inkml_parser.points import decode

XYT = "<traceFormat><channel name='X'/><channel name='Y'/><channel name='T'/></traceFormat>"


def strokes(body: str) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in read(f"<ink>{body}</ink>".encode()).strokes]


@pytest.mark.parametrize(
    "text",
    [
        "0 10 10 10 20 10",
        "0 10\n10 10\n20 10",
        "\n0 10 10 10\n20 10\n",
        "0\n10\n10\n10\n20\n10",
        "0 10 10 10,20 10",
        "0 10, 10 10\n20 10,",
    ]
    + ["0 10 '10 '0 10 0", "#0 #A 10 * 20 *", "0 10+10+10 2e1 10.0"],
)
def test_values_are_divided_by_the_channels(text: str) -> None:
    assert strokes(f"<trace>{text}</trace>") == [[[0, 10], [10, 10], [20, 10]]]


def test_time_is_a_channel_like_any_other() -> None:
    ink = read(f"<ink>{XYT}<trace>1 2 0 3 4 5</trace><trace>7 8</trace></ink>".encode())
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2], [3, 4]], [[7, 8]]]
    assert ink.channels[0]["T"].tolist() == [0, 5]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("<trace id='a'>1 2 3 4 5</trace>", "trace 'a': 5 values without commas"),
        (XYT + "<trace id='a'>1 2 3 4</trace>", "trace 'a': 4 values without commas"),
        ("<trace id='a'>1 2 30\n3 4 31</trace>", "trace 'a': 3 values in each line"),  # each line has a third
        (XYT + "<trace id='a'>1 2\n3 4\n5 6</trace>", "trace 'a': 2 values in each line"),
        (XYT + "<trace>1 2, 3 4</trace><trace id='a'>1 2 3 4 5 6</trace>", "trace 'a': 6 values without commas"),
        ("<trace id='a'>1 2, 3 4 5</trace>", "trace 'a': point 0 has 2 values"),
        ("<trace id='a'>1 2 30 4\n5 6 70 8</trace>", "trace 'a': 4 values in each line"),
        ("<trace id='a'>1 2+30-4\r\n'5 6 70 8</trace>", "trace 'a': 4 values in each line"),
        ("<trace>1 2, 3 4</trace><trace id='a'>1 2 30 4\n5 6 70 8</trace>", "trace 'a': 4 values in each line"),
        (XYT + "<trace id='a'>1 2 3 4 5 6\n1 2 3 4 5 6</trace>", "trace 'a': 6 values in each line"),
        (XYT + "<trace id='a'>1 2 3 4 5 6, 1 2 3 4 5 6</trace>", "trace 'a': 6 values between commas"),
        ("<trace id='a'>1 2 30 4,\n5 6 70 8</trace>", "trace 'a': 4 values between commas"),
        ("<trace id='a'>1 2 30 4,</trace>", "trace 'a': 4 values between commas"),
    ],
)
def test_what_does_not_divide_is_refused(body: str, cause: str) -> None:
    with pytest.raises(MalformedInk, match=cause):
        strokes(body)


def test_the_other_traces_tell_how_many_values_a_point_has() -> None:
    assert strokes("<trace>1 2 30, 5 6 70</trace><trace>9 9 9</trace>")[1] == [[9, 9]]
    assert strokes("<trace>1 2, 5 6</trace><trace>9 9 9 9</trace>")[1] == [[9, 9], [9, 9]]
    assert strokes("<trace>1 2, 5 6</trace><trace>9 9 8 8, 7 7 6 6</trace>")[1] == [[9, 9], [8, 8], [7, 7], [6, 6]]


def test_lines_tell_how_many_values_a_point_has() -> None:
    assert strokes("<trace>1 2\n3 4,\n5 6\n7 8</trace>") == [[[1, 2], [3, 4], [5, 6], [7, 8]]]
    four = XYT.replace("<channel name='T'/>", "<channel name='F'/><channel name='T'/>")
    assert strokes(four + "<trace>1 2 30 4\n5 6 70 8</trace>") == [[[1, 2], [5, 6]]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10 40T", [1]), ("10 40T,20 30F", [1, 0]), ("10 40 T, 20 30F", [1, 0]), ("10 40#F", [15]), ("10-40.5.5", None)],
)
def test_white_space_may_go_where_nothing_else_can_be_meant(text: str, expected: list[float] | None) -> None:
    trace_format = TraceFormat(("X", "Y", "B"), 3)
    if expected is None:
        with pytest.raises(MalformedInk):
            decode(text, trace_format)
    else:
        assert decode(text, trace_format)[1]["B"].tolist() == expected


def test_white_space_between_a_mark_and_its_number() -> None:
    assert decode("1 2, ' 3 ' - 4, \" 1\t\"\n1", TraceFormat())[0].tolist() == [[1, 2], [4, -2], [8, -5]]


@pytest.mark.parametrize("text", ["T 1", "1 F", "1 2, T 3"])
def test_true_and_false_are_no_coordinates(text: str) -> None:
    with pytest.raises(MalformedInk, match="no coordinate"):
        decode(text, TraceFormat())


def test_points_without_commas_count_against_the_limit() -> None:
    with pytest.raises(OversizedInk, match="points"):
        strokes(f"<trace>{'1 2 ' * 500_001}</trace>")
