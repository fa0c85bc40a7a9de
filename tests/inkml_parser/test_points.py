"""Trace text and trace formats, against the W3C recommendation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkml_parser import InkError, MalformedInk, read
from inkml_parser.formats import TraceFormat
from inkml_parser.points import decode

XY = TraceFormat()
XYT = TraceFormat(("X", "Y", "T"), 3)


def xy(text: str, trace_format: TraceFormat = XY) -> list[list[float]]:
    return decode(text, trace_format)[0].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2", [[1, 2]]),
        (" 1  2 ,\n\t3\r\n4\n", [[1, 2], [3, 4]]),
        ("1 2,3 4,", [[1, 2], [3, 4]]),
        ("1. .5,-0.25 +3", [[1, 0.5], [-0.25, 3]]),
        ("1e3 2.5E-1", [[1000, 0.25]]),
        ("1-2,-3-4", [[1, -2], [-3, -4]]),
        ("#1F -#a", [[31, -10]]),
        ("- 3 4", [[-3, 4]]),
        ("", []),
        (" \n", []),
    ],
)
def test_explicit_values(text: str, expected: list[list[float]]) -> None:
    assert xy(text) == expected


def test_differences_as_in_the_recommendation() -> None:
    # Section 3.2.1: positions follow from first differences (23 43), then second differences.
    assert xy("1125 18432,'23'43,\"7\"-8,3-5,7 -3,6 2,6 8,3 6") == [
        [1125, 18432],
        [1148, 18475],
        [1178, 18510],
        [1211, 18540],
        [1251, 18567],
        [1297, 18596],
        [1349, 18633],
        [1404, 18676],
    ]


def test_encodings_are_kept_by_channel_until_changed() -> None:
    assert xy("10 20, '1 25, 2 30, !7 '-1, 8 -1") == [[10, 20], [11, 25], [13, 30], [7, 29], [8, 28]]


def test_star_repeats_the_value() -> None:
    assert xy("1 2, * 5, 3 *") == [[1, 2], [1, 5], [3, 5]]


@pytest.mark.parametrize("text", ["'1 2", '1 2, "1 3', "1 2, '1 3, !4 5, \"1 6", "* 1", "1 2, ? 3", "T ?"])
def test_values_with_nothing_to_go_by(text: str) -> None:
    with pytest.raises(MalformedInk):
        decode(text, XY)


@pytest.mark.parametrize(
    "token",
    ["NaN", "nan", "inf", "-Infinity", "1e400", "-1e999", "1_0", "\uff11\uff12", "٣", "1,5.5.5", "0x10", "1e", "--1"]
    + ["1.2.3", "a", "½", "#", "#G", "#" + "F" * 300, "$1"],
)
def test_what_is_not_a_coordinate(token: str) -> None:
    with pytest.raises(MalformedInk):
        decode(f"1 2, {token} 3, 4 5", XY)
    with pytest.raises(MalformedInk, match="trace '7'"):
        read(f"<ink><trace id='7'>0 {token}</trace></ink>".encode())


@pytest.mark.parametrize("text", ["1", "1 2, 3", "1 2,, 3 4", ",1 2", "1 2, 3 4 5", ",", "1 2,3 4,,"])
def test_points_of_the_wrong_length(text: str) -> None:
    with pytest.raises(MalformedInk):
        decode(text, XY)


def test_error_names_the_point() -> None:
    with pytest.raises(MalformedInk, match="point 2 .*4 x"):
        decode("1 2, 3 4, 4 x", XY)


def test_absurdly_wide_points_are_refused() -> None:
    with pytest.raises(MalformedInk, match="more than 64 values"):
        decode("1 " * 101 + "," + "1 " * 101, XY)


def test_channels_beside_x_and_y() -> None:
    points, channels = decode("0 1 2, 10 11 12", TraceFormat(("T", "Y", "X"), 3))
    assert points.tolist() == [[2, 1], [12, 11]]
    assert {name: values.tolist() for name, values in channels.items()} == {"T": [0, 10]}


def test_declared_channel_without_values_is_absent() -> None:
    points, channels = decode("1 2, 3 4", TraceFormat(("X", "Y", "F"), 3))
    assert points.tolist() == [[1, 2], [3, 4]]
    assert channels == {}


def test_undeclared_values_are_kept_by_position() -> None:
    ink = read(b"<ink><trace id='a'>1 2 30, 5 6 70</trace><trace>9 9 9</trace></ink>")
    assert [stroke.tolist() for stroke in ink.strokes] == [[[1, 2], [5, 6]], [[9, 9]]]
    assert [{name: values.tolist() for name, values in own.items()} for own in ink.channels] == [
        {"3": [30, 70]},
        {"3": [9]},
    ]
    assert [str(w) for w in ink.warnings] == ["ink: trace 'a' has values beyond its channels X Y; they are kept as 3"]


def test_a_declared_channel_may_have_a_number_for_a_name() -> None:
    """As what is written again has that was undeclared."""
    channels = "".join(f"<channel name='{name}'/>" for name in ("X", "Y", "4"))
    ink = read(f"<ink><traceFormat>{channels}</traceFormat><trace>1 2 30, 5 6 70</trace></ink>".encode())
    assert {name: values.tolist() for name, values in ink.channels[0].items()} == {"4": [30, 70]}
    assert ink.warnings == ()


def test_undeclared_values_that_could_be_points_are_refused() -> None:
    with pytest.raises(MalformedInk, match="trace 'a': 4 values between commas: one point, or several of X Y"):
        read(b"<ink><trace id='a'>1 2 30 4, 5 6 70 8</trace><trace>9 9 9 9</trace></ink>")
    declared = TraceFormat(("X", "Y", "F", "T"), 4)
    _, channels = decode("1 2 30 4, 5 6 70 8", declared)
    assert {name: values.tolist() for name, values in channels.items()} == {"F": [30, 70], "T": [4, 8]}


def test_channel_with_an_unknown_value_is_absent() -> None:
    _, channels = decode("1 2 3, 4 5 ?", XYT)
    assert channels == {}


def test_intermittent_channels() -> None:
    trace_format = TraceFormat(("X", "Y", "B", "F"), 2)
    points, channels = decode("1 2 T 5, 3 4 F, 5 6 T", trace_format)
    assert points.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert {name: values.tolist() for name, values in channels.items()} == {"B": [1, 0, 1]}
    assert decode("1 2, 3 4 T", trace_format)[1] == {}
    with pytest.raises(MalformedInk, match="point 1 has 1 values"):
        decode("1 2 T, 3", trace_format)


FORMAT = '<channel name="Y"/><channel name="X"/>'


@pytest.mark.parametrize(
    "body",
    [
        "<traceFormat>{f}</traceFormat><trace>2 1</trace>",
        "<definitions><traceFormat xml:id='f'>{f}</traceFormat></definitions><trace>2 1</trace>",
        "<context><inkSource><traceFormat>{f}</traceFormat></inkSource></context><trace>2 1</trace>",
        "<definitions><context xml:id='c'><traceFormat>{f}</traceFormat></context></definitions>"
        "<trace contextRef='#c'>2 1</trace>",
        # More than one format: it depends on the context.
        "<definitions><context xml:id='c'><traceFormat>{f}</traceFormat></context>{o}</definitions>"
        "<trace contextRef='#c'>2 1</trace>",
        "<definitions><traceFormat xml:id='f'>{f}</traceFormat><context xml:id='c' traceFormatRef='#f'/>"
        "<context xml:id='d' contextRef='#c'/>{o}</definitions>"
        "<traceGroup contextRef='#d'><trace>2 1</trace></traceGroup>",
        "<definitions><inkSource xml:id='s'><traceFormat>{f}</traceFormat></inkSource>{o}</definitions>"
        "<context inkSourceRef='#s'/><trace>2 1</trace>",
        "{o}<traceFormat>{f}</traceFormat><trace>2 1</trace>",
        # As drafts of the recommendation had it.
        "<traceFormat><regularChannels>{f}</regularChannels></traceFormat><trace>2 1</trace>",
        "<captureDevice><traceFormat><regularChannels>{f}</regularChannels><intermittentChannels><channel name='T'/>"
        "</intermittentChannels></traceFormat></captureDevice><trace>2 1, 2 1 5</trace>",
        "{o}<traceFormat>{f}</traceFormat><trace contextRef='#DefaultContext'>1 2</trace>",
        "<definitions><traceFormat>{f}</traceFormat>{o}</definitions><trace>1 2</trace>",
    ],
)
def test_which_format_holds(body: str) -> None:
    other = "<traceFormat><channel name='X'/><channel name='T'/><channel name='Y'/></traceFormat>"
    ink = read(f"<ink>{body.format(f=FORMAT, o=other)}</ink>".encode())
    assert ink.strokes[0][0].tolist() == [1, 2]


def test_intermittent_and_reversed_channels_of_a_file() -> None:
    ink = read(
        b"<ink><traceFormat><channel name='X'/><channel name='Y' orientation='-ve'/><intermittentChannels>"
        b"<channel name='B' type='boolean'/></intermittentChannels></traceFormat>"
        b"<trace>1 2 T, 3 4 F</trace><trace>5 6</trace></ink>"
    )
    assert ink.strokes[0].tolist() == [[1, -2], [3, -4]]
    assert ink.channels[0]["B"].tolist() == [1, 0]
    assert ink.channels[1] == {}


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("<traceFormat><channel name='X'/></traceFormat>", "lacks channel X or Y"),
        ("<traceFormat/>", "no channel"),
        ("<traceFormat><channel name='X'/><channel name='Y'/><channel name='X'/></traceFormat>", "twice"),
        ("<traceFormat>{f}</traceFormat><context xml:id='a'><traceFormat>{f}</traceFormat></context>", "not defined"),
        (
            "<traceFormat>{f}</traceFormat><context xml:id='b'><traceFormat>{f}</traceFormat></context>"
            "<context xml:id='c' contextRef='#c'/>",
            "circle",
        ),
    ],
)
def test_broken_formats(body: str, cause: str) -> None:
    with pytest.raises(MalformedInk, match=cause):
        read(f"<ink>{body.format(f=FORMAT)}<trace contextRef='#gone'>1 2</trace></ink>".encode())


decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6)


@given(st.lists(st.tuples(decimals, decimals), min_size=1))
def test_every_way_to_write_a_point_means_the_same(points: list[tuple[object, object]]) -> None:
    plain = ", ".join(f"{x} {y}" for x, y in points)
    marked = ",".join(f"!{x}!{y}" for x, y in points)
    assert np.array_equal(decode(plain, XY)[0], decode(marked, XY)[0])


@given(st.lists(st.tuples(*[st.integers(-(10**6), 10**6)] * 2), min_size=3))
def test_differences_decode_to_the_points_they_were_made_of(points: list[tuple[int, int]]) -> None:
    array = np.array(points)
    first, second = np.diff(array, axis=0), np.diff(array, 2, axis=0)
    rows = [f"{array[0, 0]} {array[0, 1]}", f"'{first[0, 0]}'{first[0, 1]}"]
    rows += [f'"{x}"{y}' for x, y in second[:1]] + [f"{x} {y}" for x, y in second[1:]]
    assert np.array_equal(decode(",".join(rows), XY)[0], array)


@given(st.text(alphabet="0123456789.,-+eE \n!'\"#AFT*?_"))
def test_any_text_is_points_or_a_typed_error(text: str) -> None:
    try:
        points, channels = decode(text, XYT)
    except InkError:
        return
    assert points.shape[1] == 2
    assert np.isfinite(points).all()
    assert all(values.shape == (len(points),) and np.isfinite(values).all() for values in channels.values())
