"""The bridge strokes → sequence: what networks read of an isolated symbol."""

from __future__ import annotations

import numpy as np

from crohme.ink.strokes import StrokeBatch, normalise, starts
from crohme.types import BoolArray, Float32Array, Float64Array, Int64Array

FEATURES = ("x", "y", "step_x", "step_y", "tangent_x", "tangent_y", "turn_cos", "turn_sin", "pen_down", "pen_up")
POINTS = 40


def sequences(batch: StrokeBatch, points: int = POINTS) -> Float32Array:
    """Each symbol as a sequence of feature vectors, evenly spaced along its ink.

    Every stroke keeps its two ends; the other points are shared out by length of stroke. A symbol
    is first normalised (centre 0, longer side 1), so offset and scale of the ink do not matter.
    The features of a point: place; step from the point before, pen-up moves included; unit tangent;
    cosine and sine of the turn since the point before; whether the stroke begins or ends here.

    Args:
        batch: StrokeBatch of N symbols.
        points: int. Points per symbol. A symbol of more than half as many strokes gets two points
            per stroke instead, and the others are padded with zeros at their ends.

    Returns:
        `(N, T, len(FEATURES))` float32. A row of zeros is padding; no real point is all zeros,
        because a stroke's only direction is never the zero vector.
    """
    batch = normalise(batch)
    per_symbol = np.maximum(points, 2 * batch.symbol_lengths)
    count = _points_of_strokes(batch, per_symbol)
    place = _resample(batch, count)
    out = np.zeros((len(batch), int(per_symbol.max(initial=points)), len(FEATURES)), dtype=np.float32)
    symbol = np.repeat(np.arange(len(batch)), per_symbol)
    step = np.arange(len(symbol)) - starts(per_symbol)[symbol]
    out[symbol, step] = _features(place, count, first_of_symbol=step == 0)
    return out


def spaced(batch: StrokeBatch, points: int) -> Float32Array:
    """All strokes with as many points each, evenly spaced.

    Args:
        batch: StrokeBatch of S strokes.
        points: int. At least 2.

    Returns:
        `(S, points, 2)` float32. Each symbol is normalised as for `sequences`.
    """
    strokes = len(batch.stroke_lengths)
    if not strokes:
        return np.zeros((0, points, 2), np.float32)
    even = _resample(normalise(batch), np.full(strokes, points))
    return even.reshape(strokes, points, 2).astype(np.float32)


def _stroke_lengths(batch: StrokeBatch) -> tuple[Float64Array, Float64Array]:
    """`(P,)` arc length of each point within its stroke, and `(S,)` length of each stroke."""
    step = np.zeros(len(batch.points))
    step[1:] = np.hypot(*np.diff(batch.points.astype(np.float64), axis=0).T)
    first = starts(batch.stroke_lengths)
    step[first] = 0
    along = np.cumsum(step)
    along -= along[first][batch.stroke_of_point]
    return along, along[first + batch.stroke_lengths - 1]


def _points_of_strokes(batch: StrokeBatch, per_symbol: Int64Array) -> Int64Array:
    """`(S,)` points given to each stroke: two, and a share of the rest by its length."""
    _, length = _stroke_lengths(batch)
    first = starts(batch.symbol_lengths)
    symbol = batch.symbol_of_stroke
    weight = length + 1e-6  # strokes without length share alike
    total = np.add.reduceat(weight, first)[symbol]
    within = np.cumsum(weight) / total
    before = (np.cumsum(weight) - weight) / total
    offset = before[first][symbol]
    spare = (per_symbol - 2 * batch.symbol_lengths)[symbol]
    # Rounding running sums, not shares: the counts of a symbol then always add up.
    upper = np.rint((within - offset) * spare).astype(np.int64)
    lower = np.rint((before - offset) * spare).astype(np.int64)
    last = first + batch.symbol_lengths - 1
    upper[last] = spare[last]
    lower[last] = np.where(batch.symbol_lengths > 1, upper[np.maximum(last - 1, 0)], 0)
    count: Int64Array = 2 + np.maximum(upper - lower, 0)
    return count


def _resample(batch: StrokeBatch, count: Int64Array) -> Float64Array:
    along, length = _stroke_lengths(batch)
    # One axis for all strokes, with gaps between them so that no position lies in two strokes.
    extent = np.ceil(length) + 1
    base = np.cumsum(extent) - extent
    stroke = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(stroke)) - starts(count)[stroke]) / (count - 1)[stroke]
    wanted = base[stroke] + share * length[stroke]
    axis = base[batch.stroke_of_point] + along
    return np.stack([np.interp(wanted, axis, batch.points[:, i]) for i in (0, 1)], axis=1)


def _features(place: Float64Array, count: Int64Array, first_of_symbol: BoolArray) -> Float64Array:
    first = starts(count)
    last = first + count - 1
    step = np.zeros_like(place)
    step[1:] = np.diff(place, axis=0)
    step[first_of_symbol] = 0
    tangent = np.zeros_like(place)
    tangent[1:-1] = place[2:] - place[:-2]
    tangent[first] = place[first + 1] - place[first]
    tangent[last] = place[last] - place[last - 1]
    norm = np.hypot(tangent[:, 0], tangent[:, 1])
    tangent = np.where(norm[:, None] > 1e-9, tangent / np.maximum(norm, 1e-9)[:, None], [1.0, 0.0])
    before = np.concatenate([tangent[:1], tangent[:-1]])
    turn_cos = (tangent * before).sum(axis=1)
    turn_sin = before[:, 0] * tangent[:, 1] - before[:, 1] * tangent[:, 0]
    turn_cos[first_of_symbol], turn_sin[first_of_symbol] = 1, 0
    down, up = np.zeros((2, len(place)))
    down[first], up[last] = 1, 1
    return np.column_stack([place, step * 4, tangent, turn_cos, turn_sin, down, up])
