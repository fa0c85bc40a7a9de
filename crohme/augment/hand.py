"""Symbols as other people would draw them: between two writers' ink of the same class, or beyond one of them.

A network sees every ink of the training set a hundred times and learns it by heart, however it is
bent. What lies between two inks of a class, or a little further in the same direction, nobody has
drawn yet.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crohme.augment.pool import Pool
from crohme.ink.expression import Expression, all_nodes, put
from crohme.types import Float64Array, Strokes

_ALIKE = 0.2  # mean distance, over the symbol's size, up to which two inks are one way of drawing a symbol
_NEAREST, _FURTHEST = -0.4, 1.0  # share of the way to the other ink; below 0 away from it


def redraw(expression: Expression, pool: Pool, rng: np.random.Generator, share: float) -> Expression:
    """Morph the symbols of some classes towards, or away from, another ink of their class; size and place stay.

    All symbols of a class go the same way: one hand draws them alike.

    Args:
        expression: Expression.
        pool: Pool. Where the other inks come from.
        rng: Generator.
        share: float. Probability of a class to be redrawn, where another ink is alike.
    """
    points = expression.points.copy()
    ways: dict[str, tuple[Strokes, Float64Array] | None] = {}
    for node in all_nodes(expression.row):
        if node.label not in ways:
            redrawn = node.label in pool.symbols and rng.random() < share
            ways[node.label] = _way(pool.symbol(node.label, rng), rng) if redrawn else None
        if (way := ways[node.label]) is not None:
            strokes = list(node.strokes)
            points[strokes] = _morphed(points[strokes], *way)
    return replace(expression, points=points)


def _way(other: Strokes, rng: np.random.Generator) -> tuple[Strokes, Float64Array]:
    """Another ink, and how far each of its points is followed, `(k, p, 1)`."""
    # A stroke may begin as in one ink and end as in the other.
    begin, end = rng.uniform(_NEAREST, _FURTHEST, (2, len(other), 1, 1))
    return other, begin + (end - begin) * np.linspace(0, 1, other.shape[1])[:, None]


def _morphed(own: Strokes, other: Strokes, far: Float64Array) -> Strokes:
    size = np.ptp(own, axis=(0, 1)).max()
    if other.shape != own.shape or not (size > 0 and np.ptp(other, axis=(0, 1)).any()):  # a dot has no shape
        return own
    way = put(other, own) - own
    if np.linalg.norm(way, axis=-1).mean() > _ALIKE * size:
        return own
    morphed: Strokes = (own + far * way).astype(np.float32)
    return morphed
