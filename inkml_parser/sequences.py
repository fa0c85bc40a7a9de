"""Strokes as sequences: to one scale, points at even distances, to one length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from inkml_parser.types import Features, Mask, Matrix, Points, Values

FEATURES = ("x", "y", "dx", "dy", "lift")


def normalise(strokes: Iterable[ArrayLike]) -> list[Points]:
    """Moves ink to the origin and scales it to size 1, its aspect kept.

    The centre of the bounding box goes to (0, 0), its longer side becomes 1. So the result does
    not depend on where and how large the ink was. Ink of a single place only moves.

    Args:
        strokes: `(n, 2)` arrays, n ≥ 1, in any unit. They are scaled together.

    Returns:
        list of `(n, 2)` float64 arrays, within ±0.5.

    Raises:
        ValueError: Not `(n, 2)`, no points, or not finite.
    """
    arrays = [_points(stroke) for stroke in strokes]
    if not arrays:
        return []
    # Halves throughout: coordinates near the largest float must not overflow.
    halves = np.concatenate(arrays) / 2
    low, high = halves.min(axis=0), halves.max(axis=0)
    size = (high - low).max() or 1.0
    # Among the smallest floats of all, dividing is coarse: it may lead a little out of the box.
    inside = np.clip(((halves - low) - (high - low) / 2) / size, -0.5, 0.5)
    return np.split(inside, np.cumsum([len(array) for array in arrays])[:-1])


def resample(stroke: ArrayLike, *, spacing: float | None = None, count: int | None = None) -> Points:
    """Points at even distances along a stroke; its two ends stay.

    Args:
        stroke: `(n, 2)` array, n ≥ 1.
        spacing: float. Wanted distance of neighbours, in the units of the stroke. The nearest
            distance that divides the stroke evenly is taken.
        count: int, ≥ 2. Number of points. Give this or `spacing`.

    Returns:
        `(m, 2)` float64 array. A stroke without length has nothing between its ends: `spacing`
        makes it one point, `count` repeats that point.

    Raises:
        ValueError: Not one of `spacing` and `count`, or out of range; not `(n, 2)`, not finite.
    """
    points = _points(stroke)
    if (spacing is None) == (count is None):
        raise ValueError("give either spacing or count")
    along = _arc_length(points)
    if spacing is not None:
        if not spacing > 0:
            raise ValueError(f"spacing must be above 0, is {spacing}")
        count = 1 + max(round(along[-1] / spacing), 1) if along[-1] > 0 else 1
    elif count is not None and count < 2:
        raise ValueError(f"count must be 2 or more to keep both ends, is {count}")
    return _at(points, along, count or 1)


def sequence(strokes: Iterable[ArrayLike], length: int) -> Features:
    """One symbol as a sequence of features, such as a recurrent network reads.

    The ink is normalised, then `length` points are shared out among the strokes by arc length and
    lie evenly along each. Every stroke keeps its ends. Features of a point: `x`, `y`; the unit
    tangent `dx`, `dy` (0, 0 for a dot); `lift`, 1 at the last point of a stroke, else 0.

    Args:
        strokes: `(n, 2)` arrays, n ≥ 1, in any unit.
        length: int. The most points to have.

    Returns:
        `(T, 5)` float32 array. T is `length`, or the number of strokes if all of them are dots.

    Raises:
        ValueError: No strokes, or more than fit: a dot takes one point, another stroke two.
    """
    arrays = normalise(strokes)
    if not arrays:
        raise ValueError("a sequence needs at least one stroke")
    alongs = [_arc_length(points) for points in arrays]
    counts = _shares(np.array([along[-1] for along in alongs]), length)
    parts = [_features(_at(p, a, n)) for p, a, n in zip(arrays, alongs, counts, strict=True)]
    return np.concatenate(parts).astype(np.float32)


def pad(sequences: Sequence[ArrayLike], length: int) -> tuple[Features, Mask]:
    """Sequences of any length as one array, zeros at their ends.

    Args:
        sequences: `(T, F)` arrays, at least one, of the same F.
        length: int. Steps of the result. Nothing is cut: resample longer sequences first.

    Returns:
        `(N, length, F)` float32 array and `(N, length)` mask, True where a step is real.

    Raises:
        ValueError: No sequences, different F, or a sequence longer than `length`.
    """
    arrays = [np.asarray(one, dtype=np.float32) for one in sequences]
    if len({array.shape[1:] for array in arrays}) != 1 or arrays[0].ndim != 2:
        raise ValueError("sequences must be (T, F) arrays of one F, and at least one")
    batch = np.zeros((len(arrays), length, arrays[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(arrays), length), dtype=np.bool_)
    for index, array in enumerate(arrays):
        if len(array) > length:
            raise ValueError(f"sequence {index} has {len(array)} steps, more than {length}: resample it first")
        batch[index, : len(array)] = array
        mask[index, : len(array)] = True
    return batch, mask


def _points(stroke: ArrayLike) -> Points:
    points = np.asarray(stroke, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError(f"a stroke is an (n, 2) array of one point or more, not {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("a stroke has a coordinate that is not finite")
    return points


def _arc_length(points: Points) -> Values:
    """`(n,)` distance from the first point, along the stroke."""
    along = np.zeros(len(points))
    with np.errstate(over="ignore"):
        np.cumsum(np.hypot(*(points[1:] - points[:-1]).T), out=along[1:])
    if not np.isfinite(along[-1]):
        raise ValueError("the stroke is longer than the largest float: normalise it first")
    return along


def _at(points: Points, along: Values, count: int) -> Points:
    """`count` points at even distances along the stroke."""
    where = _whole(count) * (along[-1] / max(count - 1, 1))
    where[-1] = along[-1] if count > 1 else 0.0
    resampled = np.empty((count, 2))
    for axis in (0, 1):
        resampled[:, axis] = np.interp(where, along, points[:, axis])
    if count > 1:
        resampled[-1] = points[-1]  # equal but for rounding
    return resampled


@lru_cache(maxsize=64)
def _whole(count: int) -> Values:
    """0, 1, 2 …, `(count,)`; made once, as thousands of strokes get as many points."""
    numbers = np.arange(count, dtype=np.float64)
    numbers.setflags(write=False)
    return numbers


def _shares(lengths: Values, total: int) -> list[int]:
    """Points for each stroke: what it needs at least, and of the rest by length (largest remainder)."""
    least = np.where(lengths > 0, 2, 1)
    spare = total - int(least.sum())
    if spare < 0:
        raise ValueError(f"{len(lengths)} strokes need {least.sum()} points, more than {total}")
    if not lengths.any():
        return [int(n) for n in least]
    ideal = lengths / lengths.sum() * spare
    counts = least + np.floor(ideal).astype(np.int64)
    largest = np.argsort(np.floor(ideal) - ideal, kind="stable")[: total - int(counts.sum())]
    counts[largest] += 1
    return [int(n) for n in counts]


def _features(points: Points) -> Matrix:
    """`(n, 5)` features of one resampled stroke."""
    ahead = points[np.minimum(np.arange(len(points)) + 1, len(points) - 1)]
    behind = points[np.maximum(np.arange(len(points)) - 1, 0)]
    step = ahead - behind
    size = np.hypot(step[:, 0], step[:, 1])[:, None]
    tangent = np.divide(step, size, out=np.zeros_like(step), where=size > 0)
    lift = np.arange(len(points)) == len(points) - 1
    return np.column_stack([points, tangent, lift])
