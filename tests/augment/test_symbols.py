from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from crohme.augment.symbols import Distortion, distort
from crohme.ink.strokes import StrokeBatch

NONE = Distortion(**{field.name: 0.0 for field in fields(Distortion)})


@pytest.fixture
def batch() -> StrokeBatch:
    rng = np.random.default_rng(5)
    walks = [[rng.normal(size=(rng.integers(1, 20), 2)).cumsum(axis=0) for _ in range(1 + i % 4)] for i in range(200)]
    return StrokeBatch.from_symbols(walks)


def test_same_seed_same_ink(batch: StrokeBatch) -> None:
    first, second, other = (distort(batch, np.random.default_rng(s), Distortion()).points for s in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, other)


def test_the_symbols_stay_in_their_places_and_in_their_box(batch: StrokeBatch) -> None:
    distorted = distort(batch, np.random.default_rng(1), Distortion())
    assert distorted.symbol_lengths.tolist() == batch.symbol_lengths.tolist()
    assert distorted.points_of_symbol.tolist() == batch.points_of_symbol.tolist()
    assert np.abs(distorted.points).max() <= 0.5 + 1e-5


def test_without_strength_nothing_happens(batch: StrokeBatch) -> None:
    same = distort(batch, np.random.default_rng(1), NONE)
    np.testing.assert_allclose(same.points, batch.points, atol=1e-5)
    assert same.stroke_lengths.tolist() == batch.stroke_lengths.tolist()


def test_a_share_is_left_untouched(batch: StrokeBatch) -> None:
    half = Distortion(untouched=0.5, reverse=0, reorder=0)
    distorted = distort(batch, np.random.default_rng(1), half)
    same = [
        all(np.allclose(a, b, atol=1e-6) for a, b in zip(before, after, strict=True))
        for before, after in zip(batch, distorted, strict=True)
        if sum(map(len, before)) > 1
    ]
    assert 0.35 < np.mean(same) < 0.65


def test_reversed_strokes_are_the_same_points_backwards(batch: StrokeBatch) -> None:
    backwards = distort(batch, np.random.default_rng(1), Distortion(**{**NONE.__dict__, "reverse": 1.0}))
    for before, after in zip(batch, backwards, strict=True):
        for stroke, turned in zip(before, after, strict=True):
            np.testing.assert_allclose(turned, stroke[::-1], atol=1e-5)


def test_reordered_strokes_stay_within_their_symbol(batch: StrokeBatch) -> None:
    shuffled = distort(batch, np.random.default_rng(1), Distortion(**{**NONE.__dict__, "reorder": 1.0}))
    moved = 0
    for before, after in zip(batch, shuffled, strict=True):
        assert sorted(map(len, before)) == sorted(map(len, after))
        moved += [len(s) for s in before] != [len(s) for s in after]
    assert moved > 30
