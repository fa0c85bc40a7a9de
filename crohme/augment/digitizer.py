"""The same strokes as another tablet or pen would have recorded them: coarser, smoother, with other tips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crohme.ink.expression import Expression
from crohme.types import Float64Array, FloatingArray

_FEWEST, _MOST = 8, 20  # points that a coarse tablet records of a stroke
_CUT, _LONGER = 3.0, 2.0  # of a stroke's 31 steps, at either tip
_HOOK = 0.08  # standard deviation of a hook's way over the stroke's size


def record(expression: Expression, rng: np.random.Generator) -> Expression:
    """Strokes of few points with straight lines between, or smoothed; tips cut, prolonged or with a hook.

    Args:
        expression: Expression.
        rng: Generator. Tablet and hand are drawn once for the expression, tips for each stroke.
    """
    points: FloatingArray = expression.points
    if rng.random() < 0.5:
        points = _with_tips(points, rng, share=float(rng.uniform(0, 0.6)))
    if rng.random() < 0.25:
        points = _coarse(points, int(rng.integers(_FEWEST, _MOST + 1)))
    if rng.random() < 0.25:
        points = _smooth(points, float(rng.uniform(0.4, 1.2)))
    return replace(expression, points=points.astype(np.float32))


def _with_tips(points: FloatingArray, rng: np.random.Generator, share: float) -> FloatingArray:
    """Some strokes begin or end earlier or later, and a third as many have a hook where the pen came down or left."""
    n, length, _ = points.shape
    extent = np.ptp(points, axis=1).max(axis=1)
    for _ in range(2):  # at the start, then turned round at the end
        points = _moved_start(points, rng.uniform(-_LONGER, _CUT, (n,)) * (rng.random(n) < share))
        hooked = rng.random(n) < share / 3
        hook = (rng.normal(0, _HOOK, (n, 2)) * (extent * hooked)[:, None])[:, None]
        reach = np.maximum(0, 1 - np.arange(length) / rng.uniform(1.5, 3.5))[None, :, None]
        points = (points + hook * reach)[:, ::-1]
    return points


def _moved_start(points: FloatingArray, steps: Float64Array) -> FloatingArray:
    """Strokes with as many points that begin so many steps later, or, below 0, earlier, straight on."""
    length = points.shape[1]
    return _at(points, steps[:, None] + np.linspace(0, 1, length)[None] * (length - 1 - steps)[:, None])


def _coarse(points: FloatingArray, count: int) -> FloatingArray:
    """Only `count` points of each stroke, and straight lines between them."""
    n, length, _ = points.shape
    kept = np.linspace(0, length - 1, count).round().astype(np.int64)
    at = np.interp(np.arange(length), kept, np.arange(count))
    return _at(points[:, kept], np.broadcast_to(at, (n, length)))


def _at(points: FloatingArray, at: Float64Array) -> FloatingArray:
    """Strokes at fractional numbers of their points, `(n, m)`: on the lines between, beyond the ends straight on."""
    n, length, _ = points.shape
    before = np.clip(np.floor(at).astype(np.int64), 0, length - 2)
    part = (at - before)[..., None]
    stroke = np.arange(n)[:, None]
    return points[stroke, before] * (1 - part) + points[stroke, before + 1] * part


def _smooth(points: FloatingArray, width: float) -> FloatingArray:
    """Each point the mean of its neighbourhood along the stroke; the tips stay."""
    at = np.arange(points.shape[1])
    spread = np.minimum(width, np.minimum(at, at[::-1]) / 2 + 1e-3)[:, None]
    weights = np.exp(-(((at[None] - at[:, None]) / spread) ** 2) / 2)
    smoothed: FloatingArray = (weights / weights.sum(axis=1, keepdims=True)) @ points
    return smoothed
