"""Likeness among the pair features: what a writer draws twice is alike, wherever it stands."""

from __future__ import annotations

import numpy as np

from crohme.expressions.features import PAIR_FEATURES, POINTS, featurize

_T = np.linspace(0, 1, POINTS)
ARC = np.stack([np.sin(np.pi * _T), -np.cos(np.pi * _T)], axis=-1)
BAR = np.stack([2 * _T, 0.1 * _T], axis=-1)


def likeness(*strokes: np.ndarray) -> np.ndarray:
    """`(n, n, 3)`: the same way, the other way round, the better of both."""
    pairs = featurize(np.stack(strokes)[None].astype(np.float32))[2]
    assert pairs.shape[-1] == PAIR_FEATURES
    return pairs[0, ..., -3:]


def test_the_same_shape_is_alike_at_any_place_and_size():
    found = likeness(ARC, 3 * ARC + (7, -2), BAR)
    assert found[0, 1, 0] > 0.97 and found[0, 1, 2] > 0.97
    assert found[0, 2].max() < 0.2
    np.testing.assert_allclose(found, found.transpose(1, 0, 2), atol=1e-3)


def test_a_stroke_drawn_backwards_is_alike_the_other_way_round():
    found = likeness(ARC, ARC[::-1])
    assert found[0, 1, 0] < 0.1 and found[0, 1, 1] > 0.97 and found[0, 1, 2] > 0.97


def test_likeness_falls_with_the_distance_of_the_shapes():
    nearer, farther = (likeness(ARC, ARC * (stretch, 1))[0, 1] for stretch in (1.3, 2.5))
    assert 1 > nearer[0] > farther[0] > 0 and 1 > nearer[2] > farther[2]
