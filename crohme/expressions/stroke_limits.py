"""Limits of length, curl and turning for the strokes of each symbol; a stroke beyond them is not that symbol."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from io import StringIO

import numpy as np

from crohme.notation.alphabet import OTHER
from crohme.notation.tree import ARGUMENTS
from crohme.types import Float32Array, Float64Array, FloatingArray, Int64Array

MEASURES = ("path", "curl", "turn")
SWING, THIN = 0.4, 0.05  # of the extent along an axis; of the longer extent: what trembles by less is a line


def measures(points: Float32Array) -> Float64Array:
    """What `stroke_limits.csv` limits, of each stroke.

    Args:
        points: `(n, p, 2)` float32. Resampled strokes in the unit of `features.to_unit_scale`.

    Returns:
        `(n, 3)` float64: length in the unit of `points`; length by the longer side of the bounding box; sum of all
        turns, in radians.
    """
    steps = np.diff(points.astype(np.float64), axis=1)
    path = path_lengths(points)
    extent = np.ptp(points.astype(np.float64), axis=1).max(axis=1)
    curl = np.divide(path, extent, out=np.zeros_like(path), where=extent > 0)
    directions = np.arctan2(steps[..., 1], steps[..., 0])
    turns = np.abs((np.diff(directions, axis=1) + np.pi) % (2 * np.pi) - np.pi)
    moves = np.abs(steps).max(axis=2) > 1e-9
    turn = np.where(moves[:, 1:] & moves[:, :-1], turns, 0.0).sum(axis=1)
    return np.stack([path, curl, turn], axis=1)


def swings(points: FloatingArray) -> Int64Array:
    """`(n,)` How often strokes go there and back: the most runs along X or along Y of `SWING` of their extent.

    Args:
        points: `(n, p, 2)`. Resampled strokes in any unit.
    """
    least = _least_swings(points)
    return np.array(
        [
            max(map(_runs, stroke.T.tolist(), of_stroke))
            for stroke, of_stroke in zip(points, least.tolist(), strict=True)
        ],
        np.int64,
    )


def _least_swings(points: FloatingArray) -> FloatingArray:
    """`(n, 2)` How far a run along X or Y goes at least."""
    extent = np.ptp(points, axis=1)
    least: FloatingArray = np.maximum(SWING * extent, THIN * extent.max(axis=1, keepdims=True))
    return least


def _runs(along: list[float], least: float) -> int:
    """How many runs of more than so much numbers have, up and down. One by one: of most strokes nobody asks."""
    count, way, low, high = 0, 0, along[0], along[0]
    for at in along[1:]:
        if way < 1 and at > low + least:
            count, way, high = count + 1, 1, at
        elif way > -1 and at < high - least:
            count, way, low = count + 1, -1, at
        low, high = min(low, at), max(high, at)
    return count


def any_swings_more(points: FloatingArray, most: int) -> bool:
    """Whether a stroke has more than so many `swings`, in a fraction of their time: few are long enough for it."""
    least = _least_swings(points)
    along = np.abs(np.diff(points, axis=1)).sum(axis=1)
    long = points[(along >= most * least).any(axis=1)]
    return len(long) > 0 and int(swings(long).max()) > most


def path_lengths(points: FloatingArray) -> Float64Array:
    """`(n,)` lengths of strokes `(n, p, 2)`."""
    steps = np.diff(points.astype(np.float64), axis=1)
    lengths: Float64Array = np.hypot(steps[..., 0], steps[..., 1]).sum(axis=1)
    return lengths


def limits(label: str) -> Float64Array:
    """`(3,)` The most that a stroke of a symbol has of each of the `MEASURES`.

    Args:
        label: str. What `stroke_limits.csv` has no row for has the limits of all symbols together. Unknown signs have
            none, and accents and frames may be as long as what they mark.
    """
    table = _table()
    if label in table:
        return table[label]
    if label == OTHER:
        return np.full(len(MEASURES), np.inf)
    return np.where([name == "path" and label in ARGUMENTS for name in MEASURES], np.inf, table[""])


@cache
def _table() -> dict[str, Float64Array]:
    text = resources.files(__package__).joinpath("stroke_limits.csv").read_text(encoding="utf-8")
    return {row["label"]: np.array([float(row[name]) for name in MEASURES]) for row in csv.DictReader(StringIO(text))}
