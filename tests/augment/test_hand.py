"""Symbols redrawn: the same tree and strokes, other shapes, as large and in the same place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.augment.hand import redraw
from crohme.augment.pool import Pool
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression
from crohme.notation.tree import Node

_T = np.linspace(0, np.pi, POINTS)


def arc(bulge: float, *, size: float = 1.0, at: tuple[float, float] = (0.0, 0.0), strokes: int = 1) -> Expression:
    """A bracket `)` that bulges to the right: its chord is 2 high."""
    points = np.stack([bulge * np.sin(_T), -np.cos(_T)], axis=-1) * size + at
    return Expression(np.stack([points] * strokes).astype(np.float32), (Node(")", tuple(range(strokes))),))


def bulge(expression: Expression) -> float:
    low, high = expression.box()
    return float((high - low)[0] / (high - low)[1]) * 2


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_symbol_becomes_what_lies_between_two_inks_or_beyond_its_own(seed):
    own = arc(0.4, size=7, at=(30, 50))
    redrawn = redraw(own, Pool([arc(0.6)]), np.random.default_rng(seed), share=1.0)
    assert 0.4 - 0.4 * 0.2 - 0.01 <= bulge(redrawn) <= 0.6 + 0.01
    low, high = redrawn.box()
    assert (low + high) / 2 == pytest.approx((31.4, 50), abs=0.8)
    assert (high - low)[1] == pytest.approx(14, rel=0.05)
    assert redrawn.row == own.row and redrawn.points.dtype == np.float32


def test_both_directions_are_taken():
    pool = Pool([arc(0.6)])
    bulges = [bulge(redraw(arc(0.4), pool, np.random.default_rng(seed), share=1.0)) for seed in range(60)]
    assert min(bulges) < 0.36 and max(bulges) > 0.54


@pytest.mark.parametrize(
    "other",
    [
        Expression(arc(0.6).points[:, ::-1], arc(0.6).row),
        arc(0.6, strokes=2),
        arc(0.6, size=0.0),
        Expression(arc(0.6).points, (Node("1", (0,)),)),
    ],
    ids=["drawn upwards", "of two strokes", "a dot", "of another class"],
)
def test_ink_that_is_not_alike_changes_nothing(other):
    own = arc(0.4)
    for seed in range(20):
        redrawn = redraw(own, Pool([other]), np.random.default_rng(seed), share=1.0)
        np.testing.assert_array_equal(redrawn.points, own.points)


def test_a_dot_stays_a_dot():
    dot = arc(0.4, size=0.0, at=(3, 4))
    redrawn = redraw(dot, Pool([arc(0.6)]), np.random.default_rng(0), share=1.0)
    np.testing.assert_array_equal(redrawn.points, dot.points)


def test_nothing_is_redrawn_at_a_share_of_zero_and_half_of_the_classes_at_a_half():
    pool = Pool([arc(0.6)])
    assert (redraw(arc(0.4), pool, np.random.default_rng(0), share=0.0).points == arc(0.4).points).all()
    changed = [
        (redraw(arc(0.4), pool, np.random.default_rng(seed), share=0.5).points != arc(0.4).points).any()
        for seed in range(200)
    ]
    assert sum(changed) == pytest.approx(100, abs=30)


def test_all_symbols_of_a_class_are_redrawn_alike():
    row = Expression(
        np.concatenate([arc(0.4, at=(3.0 * i, 0)).points for i in range(5)]),
        tuple(Node(")", (i,)) for i in range(5)),
    )
    redrawn = redraw(row, Pool([arc(0.6)]), np.random.default_rng(1), share=1.0)
    shapes = redrawn.points - redrawn.points[:, :1]
    assert np.abs(shapes - shapes[:1]).max() < 1e-5
    assert np.abs(redrawn.points - row.points).max() > 0.01
