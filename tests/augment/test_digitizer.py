"""Strokes as another tablet records them: the same strokes, near where they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.augment import digitizer
from crohme.augment.digitizer import record
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression
from crohme.notation.tree import Node

_T = np.linspace(0, 2 * np.pi, POINTS)
CIRCLE = np.stack([10 + 5 * np.cos(_T), 5 * np.sin(_T)], axis=-1)
BAR = np.stack([np.linspace(0, 31, POINTS), np.full(POINTS, 20.0)], axis=-1)
DOT = np.full((POINTS, 2), 7.0)
WRITTEN = Expression(
    np.stack([CIRCLE, BAR, DOT]).astype(np.float32), (Node("0", (0,)), Node("-", (1,)), Node(".", (2,)))
)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_strokes_stay_near_where_they_were(seed):
    recorded = record(WRITTEN, np.random.default_rng(seed))
    assert recorded.points.shape == WRITTEN.points.shape and recorded.points.dtype == np.float32
    assert recorded.row == WRITTEN.row
    # Of the inner points of a stroke, none is further from its line than a tenth or two of its size.
    for before, after in zip(WRITTEN.points, recorded.points, strict=True):
        away = np.linalg.norm(after[6:-6, None] - before[None], axis=-1).min(axis=1)
        assert away.max() <= 0.15 * np.ptp(before, axis=0).max() + 1e-5


def test_most_expressions_change_and_not_all_alike():
    recorded = [record(WRITTEN, np.random.default_rng(seed)).points for seed in range(200)]
    changed = np.array([(points != WRITTEN.points).any() for points in recorded])
    assert 0.5 < changed.mean() < 0.95
    assert len({points.tobytes() for points in recorded}) > 100


@pytest.mark.parametrize(("steps", "start"), [(3.0, 3.0), (-2.0, -2.0), (0.0, 0.0)])
def test_a_tip_is_cut_or_prolonged_straight_on(steps, start):
    moved = digitizer._moved_start(WRITTEN.points, np.array([0.0, steps, 0.0]))
    np.testing.assert_allclose(moved[[0, 2]], WRITTEN.points[[0, 2]], atol=1e-5)
    np.testing.assert_allclose(moved[1, [0, -1]], [(start, 20), (31, 20)], atol=1e-5)
    assert np.diff(moved[1, :, 0]) == pytest.approx((31 - start) / 31, abs=1e-5)


def test_a_coarse_tablet_records_straight_lines_between_few_points():
    coarse = digitizer._coarse(WRITTEN.points, 9)
    heading = np.unwrap(np.arctan2(*np.diff(coarse[0], axis=0).T))
    assert (np.abs(np.diff(heading)) > 1e-3).sum() == 7  # corners, where the circle turned at every point
    np.testing.assert_allclose(coarse[0, [0, -1]], CIRCLE[[0, -1]], atol=1e-5)
    np.testing.assert_allclose(coarse[1], BAR, atol=1e-4)


def test_smoothing_rounds_a_corner_and_keeps_the_tips():
    corner = np.concatenate([np.linspace((0, 0), (15, 0), 16), np.linspace((15, 1), (15, 16), 16)])[None]
    smooth = digitizer._smooth(corner, 1.2)
    assert np.linalg.norm(smooth[0, 15] - (15, 0)) > 0.2
    np.testing.assert_allclose(smooth[0, [0, -1]], corner[0, [0, -1]], atol=1e-6)
    np.testing.assert_allclose(smooth[0, 4:8], corner[0, 4:8], atol=1e-3)


def test_a_hook_moves_only_the_tip(monkeypatch):
    monkeypatch.setattr(digitizer, "_CUT", 0.0)
    monkeypatch.setattr(digitizer, "_LONGER", 0.0)
    hooked = [digitizer._with_tips(WRITTEN.points, np.random.default_rng(seed), share=1.0) for seed in range(40)]
    away = np.linalg.norm(np.array(hooked) - WRITTEN.points, axis=-1)
    assert away[:, :2, 4:-4].max() < 1e-5 and away[:, 2].max() < 1e-5
    share = (away[:, :2, 0] > 1e-5).mean()
    assert share == pytest.approx(1 / 3, abs=0.15)
