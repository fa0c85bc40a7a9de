"""`Ink` and `Symbol`: parts that disagree never make an ink."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from inkml_parser import Ink, InvalidInk, Symbol

DOT = np.zeros((1, 2))


def test_defaults_fit_the_strokes() -> None:
    ink = Ink.from_arrays([[[1, 2], [3, 4]], [[5, 6]]])
    assert ink.trace_ids == ("0", "1")
    assert ink.channels == ({}, {})
    assert ink.strokes[0].dtype == np.float64


def test_time_may_stand_beside_x_and_y() -> None:
    ink = Ink.from_arrays([[[1, 2, 0.5], [3, 4, 0.6]], [[5, 6]]])
    assert ink.strokes[0].tolist() == [[1, 2], [3, 4]]
    assert ink.channels[0]["T"].tolist() == [0.5, 0.6]
    assert ink.channels[1] == {}


@pytest.mark.parametrize(
    "strokes",
    [[[["x", "y"]]], [[["1", "2"]]], [[[1 + 2j, 3]]], [np.zeros((2, 2), complex)], [[[1, 2], [3]]], [[[None, 1]]]]
    + [[[[10**400, 1]]], [np.ones((2, 2), bool)], [np.ones((2, 4))], [np.ones(2)], [[[1, 2, np.nan]]], [object()], 5]
    + [None, "xy", {"a": 1}, np.array(3), [np.ma.masked_less(np.array([[1.0, -1.0]]), 0)], [np.zeros((1, 2), "M8[s]")]],
)
def test_what_is_no_strokes(strokes: object) -> None:
    with pytest.raises(InvalidInk):
        Ink.from_arrays(strokes)  # type: ignore[arg-type]


class Frame(dict[str, object]):
    """Columns by name, which turn into an array as those of a data frame do."""

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return np.array(list(self.values())).T


NAMED = [
    {"y": [2, 4], "X": np.array([1, 3])},
    Frame(y=[2, 4], x=[1, 3]),
    [{"x": 1, "y": 2, "p": 0.5}, {"y": 4, "x": 3}],
    np.array([(2, 1), (4, 3)], dtype=[("y", "i4"), ("x", "f8")]),
]


@pytest.mark.parametrize("stroke", NAMED)
def test_columns_and_points_with_names_are_taken_by_them(stroke: object) -> None:
    ink = Ink.from_arrays([stroke, [[5, 6]]])  # type: ignore[list-item]
    assert [one.tolist() for one in ink.strokes] == [[[1, 2], [3, 4]], [[5, 6]]]
    assert ink.channels == ({}, {})


def test_decimals_and_fractions_are_numbers() -> None:
    ink = Ink.from_arrays([[[Decimal("1.5"), Fraction(1, 4)]], [[Decimal(2), 3.0]]])  # type: ignore[list-item]
    assert [one.tolist() for one in ink.strokes] == [[[1.5, 0.25]], [[2, 3]]]
    for value in ("NaN", "sNaN", "Infinity", "1e999"):
        with pytest.raises(InvalidInk):
            Ink.from_arrays([[[Decimal(value), 1]]])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "stroke", [{"T": [7, 8], "x": [1, 3], "y": [2, 4]}, [{"x": 1, "y": 2, "time": 7}, {"x": 3, "y": 4, "time": 8}]]
)
def test_the_time_may_have_a_name(stroke: object) -> None:
    ink = Ink.from_arrays([stroke])  # type: ignore[list-item]
    assert ink.strokes[0].tolist() == [[1, 2], [3, 4]] and ink.channels[0]["T"].tolist() == [7, 8]


@pytest.mark.parametrize(
    ("strokes", "cause"),
    [
        ([{"x": [1, 2], "y": [3]}], "stroke 0 has columns of different length"),
        ([{"a": [1, 2], "b": [3, 4]}], "stroke 0 has names, but not x and y"),
        ([[{"x": 1, "y": 2}, {"x": 1}]], "stroke 0 has points of different names"),
        ([[{"x": 1, "y": 2}, [1, 2]]], "stroke 0 has points of different names"),
        ([{"x": ["1"], "y": [2]}], "stroke 0 holds text"),
        ({"x": [[1, 2]], "y": [[3, 4]]}, "a list of arrays of points, not dict"),
        (np.full((4, 5, 3), 255, np.uint8), "stroke 0 holds bytes in threes: a picture is given as a file"),
    ],
)
def test_names_and_pixels_that_make_no_strokes(strokes: object, cause: str) -> None:
    with pytest.raises(InvalidInk, match=cause):
        Ink.from_arrays(strokes)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["1", b"1", "a long text"])
def test_text_among_the_numbers_is_called_text(value: object) -> None:
    with pytest.raises(InvalidInk, match="^stroke 1 holds text, not real numbers$"):
        Ink.from_arrays([[[0, 1]], [[value, 1]]])  # type: ignore[list-item]


def test_strokes_of_a_symbol_are_kept_in_order_and_once() -> None:
    assert Symbol("x", (3, 1, 3)) == Symbol("x", (1, 3))


@pytest.mark.parametrize(
    ("parts", "cause"),
    [
        ({"strokes": (np.zeros((0, 2)),)}, "shape"),
        ({"strokes": (np.zeros((3, 3)),)}, "shape"),
        ({"strokes": (np.array([[np.nan, 1.0]]),)}, "not finite"),
        ({"strokes": (np.array([[np.inf, 1.0]]),)}, "not finite"),
        ({"strokes": (DOT,), "channels": ({"T": np.zeros(2)},)}, "channel T has shape"),
        ({"strokes": (DOT,), "channels": ({"T": np.array([np.nan])},)}, "not finite"),
        ({"strokes": (DOT,), "channels": ({"X": np.zeros(1)},)}, "X and Y"),
        ({"strokes": (DOT, DOT), "channels": ({},)}, "differ in length"),
        ({"strokes": (DOT, DOT), "trace_ids": ("a", "a")}, "not unique"),
        ({"strokes": (DOT,), "symbols": (Symbol("x", (1,)),)}, "'x'"),
        ({"strokes": (DOT,), "symbols": (Symbol("x", (-1,)),)}, "'x'"),
        ({"strokes": (DOT,), "symbols": (Symbol("x", ()),)}, "'x'"),
    ],
)
def test_parts_that_disagree(parts: dict[str, object], cause: str) -> None:
    with pytest.raises(InvalidInk, match=cause):
        Ink(**parts)  # type: ignore[arg-type]


def test_strokes_are_copies_that_cannot_be_changed() -> None:
    points = np.array([[1.0, 2.0]])
    ink = Ink(strokes=(points,))
    points[0, 0] = 9
    assert ink.strokes[0][0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        ink.strokes[0][0, 0] = 9


def test_equality_looks_at_everything() -> None:
    ink = Ink(strokes=(DOT,), channels=({"T": np.zeros(1)},), latex="x", annotations={"a": "b"})
    assert ink == Ink(strokes=(DOT,), channels=({"T": np.zeros(1)},), latex="x", annotations={"a": "b"})
    assert ink != Ink(strokes=(DOT + 1,), channels=({"T": np.zeros(1)},), latex="x", annotations={"a": "b"})
    assert ink != Ink(strokes=(DOT,), channels=({"T": np.ones(1)},), latex="x", annotations={"a": "b"})
    assert ink != Ink(strokes=(DOT,), channels=({"T": np.zeros(1)},), latex="y", annotations={"a": "b"})
    assert ink != "ink"


def test_select_keeps_order_channels_and_identifiers() -> None:
    ink = Ink(
        strokes=(DOT, DOT + 1, DOT + 2),
        channels=({"T": np.array([0.0])}, {"T": np.array([1.0])}, {}),
        symbols=(Symbol("x", (0,)),),
        latex="x",
    )
    part = ink.select([1, 0])
    assert part.trace_ids == ("1", "0")
    assert part.strokes[0].tolist() == [[1, 1]]
    assert part.channels[0]["T"].tolist() == [1]
    assert (part.symbols, part.latex) == ((), None)
