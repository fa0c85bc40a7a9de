from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crohme.ink.strokes import StrokeBatch, normalise, ranges, starts

CROSS = [np.array([[0.0, 0], [0, 10]]), np.array([[-5.0, 5], [0, 5], [5, 5]])]
DOT = [np.array([[7.0, 7]])]
HOOK = [np.array([[100.0, 200], [100, 240], [120, 240]])]


def test_symbols_come_out_as_they_went_in_up_to_place_and_size() -> None:
    cross, dot, hook = StrokeBatch.from_symbols([CROSS, DOT, HOOK])
    np.testing.assert_allclose(cross[0], [[0, -0.5], [0, 0.5]])
    np.testing.assert_allclose(cross[1], [[-0.5, 0], [0, 0], [0.5, 0]])
    np.testing.assert_allclose(dot[0], [[0, 0]])
    np.testing.assert_allclose(hook[0], [[-0.25, -0.5], [-0.25, 0.5], [0.25, 0.5]])


def test_take_repeats_and_reorders_symbols() -> None:
    batch = StrokeBatch.from_symbols([CROSS, DOT, HOOK]).take([2, 0, 2])
    assert [len(symbol) for symbol in batch] == [1, 2, 1]
    assert batch.points_of_symbol.tolist() == [3, 5, 3]
    hook, cross, again = batch
    np.testing.assert_array_equal(hook[0], again[0])
    np.testing.assert_allclose(cross[1][2], [0.5, 0])


def test_take_nothing() -> None:
    assert len(normalise(StrokeBatch.from_symbols([CROSS]).take([]))) == 0


def test_take_of_a_part_finds_its_own_strokes() -> None:
    whole = StrokeBatch.from_symbols([CROSS, DOT, HOOK])
    twice = whole.take([1, 2, 0]).take([2, 1])
    for symbol, original in zip(twice, [list(whole)[0], list(whole)[2]], strict=True):
        for stroke, expected in zip(symbol, original, strict=True):
            np.testing.assert_array_equal(stroke, expected)


@pytest.mark.parametrize("symbol", [[], [np.zeros((0, 2))]])
def test_a_symbol_without_points_is_refused(symbol: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        StrokeBatch.from_symbols([CROSS, symbol])


def test_coordinates_beyond_single_precision_keep_their_shape() -> None:
    far = [stroke + 1e12 for stroke in CROSS]
    np.testing.assert_allclose(StrokeBatch.from_symbols([far]).points, StrokeBatch.from_symbols([CROSS]).points)
    huge = [np.array([[-1.7e308, 0], [1.7e308, 0]])]
    np.testing.assert_allclose(StrokeBatch.from_symbols([huge]).points, [[-0.5, 0], [0.5, 0]])


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), min_size=1))
def test_ranges_are_many_aranges(runs: list[tuple[int, int]]) -> None:
    first, lengths = (np.array(column) for column in zip(*runs, strict=True))
    expected = [i for start, length in runs for i in range(start, start + length)]
    assert ranges(first, lengths).tolist() == expected
    assert starts(lengths).tolist() == [sum(lengths[:i]) for i in range(len(lengths))]
