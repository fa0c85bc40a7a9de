"""Strokes as sequences: invariant, evenly spaced, alike alone and in a batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from inkml_parser import normalise, pad, resample, sequence

coordinates = st.integers(-1000, 1000).map(float)
stroke = arrays.arrays(np.float64, st.tuples(st.integers(1, 12), st.just(2)), elements=coordinates)
symbol = st.lists(stroke, min_size=1, max_size=4)
any_floats = st.floats(allow_nan=False, allow_infinity=False)
Stroke = NDArray[np.float64]


@given(symbol, st.floats(1e-3, 1e3), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_normalise_forgets_scale_and_offset(strokes: list[Stroke], scale: float, x: float, y: float) -> None:
    moved = normalise([points * scale + [x, y] for points in strokes])
    np.testing.assert_allclose(np.concatenate(moved), np.concatenate(normalise(strokes)), atol=1e-6)


@given(symbol)
def test_normalise_fills_the_unit_box_and_keeps_aspect(strokes: list[Stroke]) -> None:
    before, after = np.concatenate(strokes), np.concatenate(normalise(strokes))
    size = np.ptp(before, axis=0)
    assume(size.max() > 0)
    np.testing.assert_allclose(np.ptp(after, axis=0), size / size.max(), atol=1e-12)
    np.testing.assert_allclose(after.max(axis=0) + after.min(axis=0), 0, atol=1e-12)


@given(st.lists(arrays.arrays(np.float64, (3, 2), elements=any_floats), min_size=1, max_size=3))
@example([np.array([[2.22507386e-313, 0.0], [0.0, 0.0], [0.0, 0.0]])])
def test_normalise_stays_finite_for_any_floats(strokes: list[Stroke]) -> None:
    after = np.concatenate(normalise(strokes))
    assert np.isfinite(after).all()
    assert np.abs(after).max() <= 0.5


def test_normalise_dots_and_lines() -> None:
    assert normalise([[[7, 9]]])[0].tolist() == [[0, 0]]
    assert normalise([[[7, 9], [7, 9]]])[0].tolist() == [[0, 0], [0, 0]]
    assert normalise([[[5, 5], [5, 15]]])[0].tolist() == [[0, -0.5], [0, 0.5]]
    assert normalise([]) == []


def test_strokes_of_a_symbol_keep_their_places() -> None:
    left, right = normalise([[[0, 0]], [[10, 5]]])
    assert left.tolist() == [[-0.5, -0.25]]
    assert right.tolist() == [[0.5, 0.25]]


@given(stroke, st.integers(2, 40))
def test_resample_to_a_count(points: Stroke, count: int) -> None:
    result = resample(points, count=count)
    assert result.shape == (count, 2)
    assert result[0].tolist() == points[0].tolist()
    assert result[-1].tolist() == points[-1].tolist()


@given(stroke, st.floats(0.5, 500))
def test_resample_by_spacing(points: Stroke, spacing: float) -> None:
    result = resample(points, spacing=spacing)
    length = np.hypot(*np.diff(points, axis=0).T).sum()
    assert result[0].tolist() == points[0].tolist()
    if length == 0:
        assert len(result) == 1
        return
    assert result[-1].tolist() == points[-1].tolist()
    step = length / (len(result) - 1)
    assert length < 1.5 * spacing or 2 / 3 * spacing <= step <= 4 / 3 * spacing + 1e-9
    assert np.hypot(*np.diff(result, axis=0).T).max() <= step * (1 + 1e-9)  # chords, never longer than the arc


def test_resample_goes_by_arc_length_not_by_index() -> None:
    corner = [[0, 0], [1, 0], [1, 0], [2, 0], [10, 0], [10, 10]]
    assert resample(corner, count=5).tolist() == [[0, 0], [5, 0], [10, 0], [10, 5], [10, 10]]
    assert resample(corner, spacing=5.5).tolist() == [[0, 0], [5, 0], [10, 0], [10, 5], [10, 10]]


def test_a_dot_stays_a_dot() -> None:
    assert resample([[3, 4]], spacing=1).tolist() == [[3, 4]]
    assert resample([[3, 4], [3, 4]], spacing=1).tolist() == [[3, 4]]
    assert resample([[3, 4]], count=3).tolist() == [[3, 4]] * 3


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ({}, "either"),
        ({"spacing": 1.0, "count": 3}, "either"),
        ({"spacing": 0.0}, "above 0"),
        ({"spacing": float("nan")}, "above 0"),
        ({"count": 1}, "2 or more"),
    ],
)
def test_resample_refuses(arguments: dict[str, float], cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        resample([[0, 0], [1, 1]], **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("points", [[], [[1, 2, 3]], [1, 2], [[np.nan, 1]], [[np.inf, 1]]])
def test_what_is_no_stroke(points: list[object]) -> None:
    with pytest.raises(ValueError, match="stroke"):
        resample(points, count=2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="stroke"):
        normalise([points])  # type: ignore[list-item]


def test_resample_refuses_what_no_float_can_measure() -> None:
    with pytest.raises(ValueError, match="longer than the largest float"):
        resample([[-1e308, 0], [1e308, 0]], count=3)


def test_sequence_features() -> None:
    # A vertical line, then a dot to the right of its middle: 4 points for the line, 1 for the dot.
    result = sequence([[[0, 0], [0, 9]], [[3, 4.5]]], 5)
    x = 3 / 9 / 2
    expected = [[-x, -0.5, 0, 1, 0], [-x, -1 / 6, 0, 1, 0], [-x, 1 / 6, 0, 1, 0], [-x, 0.5, 0, 1, 1], [x, 0, 0, 0, 1]]
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, atol=1e-6)


@given(symbol, st.integers(8, 60))
def test_sequence_contract(strokes: list[Stroke], length: int) -> None:
    result = sequence(strokes, length)
    dots = all(len(np.unique(points, axis=0)) == 1 for points in strokes)
    assert result.shape == (len(strokes) if dots else length, 5)
    assert np.abs(result).max() <= 1 + 1e-6
    size = np.hypot(result[:, 2], result[:, 3])
    assert np.all((size == 0) | (np.abs(size - 1) < 1e-5))
    assert result[:, 4].sum() == len(strokes)
    assert result[-1, 4] == 1
    ends = np.array([points[-1] for points in normalise(strokes)], dtype=np.float32)
    assert np.array_equal(result[result[:, 4] == 1, :2], ends)


def test_longer_strokes_get_more_points() -> None:
    lifts = np.flatnonzero(sequence([[[0, 0], [30, 0]], [[0, 5], [10, 5]]], 24)[:, 4])
    assert lifts.tolist() == [16, 23]  # 2 + 15 and 2 + 5


def test_sequence_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="2 strokes need 3 points, more than 2"):
        sequence([[[0, 0], [1, 1]], [[2, 2]]], 2)
    with pytest.raises(ValueError, match="at least one stroke"):
        sequence([], 5)


@given(st.lists(symbol, min_size=1, max_size=4), st.integers(8, 30))
def test_alone_or_in_a_batch_is_the_same(symbols: list[list[Stroke]], length: int) -> None:
    batch, mask = pad([sequence(strokes, length) for strokes in symbols], length)
    for index, strokes in enumerate(symbols):
        alone, alone_mask = pad([sequence(strokes, length)], length)
        assert alone[0].tobytes() == batch[index].tobytes()
        assert np.array_equal(alone_mask[0], mask[index])


def test_pad() -> None:
    batch, mask = pad([np.ones((1, 2)), np.full((3, 2), 2.0)], 4)
    assert batch.dtype == np.float32
    assert batch.tolist() == [[[1, 1], [0, 0], [0, 0], [0, 0]], [[2, 2], [2, 2], [2, 2], [0, 0]]]
    assert mask.tolist() == [[True, False, False, False], [True, True, True, False]]


def test_pad_cuts_nothing() -> None:
    with pytest.raises(ValueError, match="sequence 1 has 3 steps, more than 2"):
        pad([np.zeros((2, 5)), np.zeros((3, 5))], 2)


@pytest.mark.parametrize("sequences", [[], [np.zeros((2, 5)), np.zeros((2, 4))], [np.zeros(3)]])
def test_pad_wants_sequences_of_one_kind(sequences: list[Stroke]) -> None:
    with pytest.raises(ValueError, match="one F"):
        pad(sequences, 4)
