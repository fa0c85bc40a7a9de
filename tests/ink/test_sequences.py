from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crohme.ink.sequences import FEATURES, POINTS, sequences
from crohme.ink.strokes import StrokeBatch

COLUMN = {name: i for i, name in enumerate(FEATURES)}
stroke = st.integers(1, 12).flatmap(lambda n: arrays(np.float64, (n, 2), elements=st.integers(-500, 500)))
symbol = st.lists(stroke, min_size=1, max_size=5)


def of(*symbols: list[np.ndarray]) -> np.ndarray:
    return sequences(StrokeBatch.from_symbols(symbols))


def test_a_straight_stroke() -> None:
    (line,) = of([np.array([[0.0, 0], [0, 30], [0, 40]])])
    assert line.shape == (POINTS, len(FEATURES))
    np.testing.assert_allclose(line[:, COLUMN["y"]], np.linspace(-0.5, 0.5, POINTS), atol=1e-6)
    np.testing.assert_allclose(line[:, COLUMN["tangent_y"]], 1, atol=1e-6)
    np.testing.assert_allclose(line[:, COLUMN["turn_cos"]], 1, atol=1e-6)
    assert np.flatnonzero(line[:, COLUMN["pen_down"]]).tolist() == [0]
    assert np.flatnonzero(line[:, COLUMN["pen_up"]]).tolist() == [POINTS - 1]


def test_strokes_share_the_points_by_length_and_keep_their_ends() -> None:
    (two,) = of([np.array([[0.0, 0], [0, 100]]), np.array([[50.0, 0], [50, 25]])])
    down, up = (np.flatnonzero(two[:, COLUMN[name]]) for name in ("pen_down", "pen_up"))
    assert down[1] == up[0] + 1
    assert 30 <= down[1] <= 33  # two points each, and four fifths of the other 36
    np.testing.assert_allclose(two[down, :2], [[-0.25, -0.5], [0.25, -0.5]], atol=1e-6)
    np.testing.assert_allclose(two[up, :2], [[-0.25, 0.5], [0.25, -0.25]], atol=1e-6)


def test_a_corner_turns() -> None:
    (corner,) = of([np.array([[0.0, 0], [100, 0], [100, 100]])])
    turn = np.arctan2(corner[:, COLUMN["turn_sin"]], corner[:, COLUMN["turn_cos"]])
    np.testing.assert_allclose(turn.sum(), np.pi / 2, atol=1e-5)


@given(symbol, st.floats(0.01, 100), st.integers(-1000, 1000))
@settings(deadline=None)
def test_neither_scale_nor_offset_matter(strokes: list[np.ndarray], scale: float, offset: int) -> None:
    moved = [s * scale + [offset, -offset] for s in strokes]
    np.testing.assert_allclose(of(moved)[..., :6], of(strokes)[..., :6], atol=2e-3)


@given(st.lists(symbol, min_size=1, max_size=4))
@settings(deadline=None)
def test_alone_as_in_a_batch(symbols: list[list[np.ndarray]]) -> None:
    together = of(*symbols)
    assert np.isfinite(together).all()
    assert together.any(axis=2).all()  # no row that the network would take for padding
    for row, strokes in zip(together, symbols, strict=True):
        np.testing.assert_allclose(row, of(strokes)[0], atol=1e-4)


def test_more_strokes_than_points_lengthen_the_sequence_and_pad_the_others() -> None:
    dashes = [np.array([[10.0 * i, 0], [10 * i + 5, 0]]) for i in range(30)]
    both = of(dashes, [np.array([[0.0, 0], [1, 1]])])
    assert both.shape[1] == 60
    assert both[0].any(axis=1).all()
    assert both[1].any(axis=1).sum() == POINTS
    assert not both[1, POINTS:].any()


def test_dots() -> None:
    (dots,) = of([np.array([[0.0, 0]]), np.array([[10.0, 0]]), np.array([[20.0, 0]])])
    assert dots[:, COLUMN["pen_down"]].sum() == 3
    assert sorted(set(dots[:, COLUMN["x"]].tolist())) == [-0.5, 0, 0.5]
