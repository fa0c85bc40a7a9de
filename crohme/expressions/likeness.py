"""Consistency of handwriting within a reading: one writer draws a symbol much the same way each time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from crohme.notation.tree import SymbolTree
from crohme.types import Float32Array, Float64Array

# In units of a symbol's longer side. In CROHME 2013 the ranking gains as much with 0.16 to 0.3.
FARTHEST = 0.2
LARGEST_RATIO = 1.5  # of sizes: a capital is no larger copy of its small letter


def disagreements(trees: Sequence[SymbolTree], points: Float32Array) -> Float64Array:
    """How strongly each of some readings gives different labels to symbols drawn alike.

    Symbols of as many strokes, and of about one size, are compared as to their shapes.

    Args:
        trees: sequence of SymbolTree. Their nodes have their strokes.
        points: `(n, p, 2)` float32. The strokes, in any unit.

    Returns:
        `(trees,)` float64. The sum over pairs of symbols with different labels of their likeness, 1 for equal shapes.
    """
    shapes = _Shapes(points.astype(np.float64))
    return np.array([disagreement(tree, shapes) for tree in trees])


def disagreement(tree: SymbolTree, shapes: _Shapes) -> float:
    """That of one reading."""
    total = 0.0
    for node, other in combinations(tree.nodes(), 2):
        if node.label != other.label and len(node.strokes) == len(other.strokes):
            total += shapes.likeness(node.strokes, other.strokes)
    return total


class _Shapes:
    """Shapes of symbols, and how alike they are: most readings have most of them in common.

    Args:
        points: `(n, p, 2)` float64. The strokes.
    """

    def __init__(self, points: Float64Array) -> None:
        self._points = points
        self._shapes: dict[tuple[int, ...], tuple[float, Float64Array]] = {}
        self._likeness: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}

    def likeness(self, strokes: tuple[int, ...], others: tuple[int, ...]) -> float:
        """1 for equal shapes, 0 for those of other sizes."""
        if (strokes, others) not in self._likeness:
            (size, shape), (other_size, other) = self._shape(strokes), self._shape(others)
            may_be_one = max(size, other_size) < LARGEST_RATIO * min(size, other_size)
            alike = max(0.0, 1 - _distance(shape, other) / FARTHEST) if may_be_one else 0.0
            self._likeness[strokes, others] = alike
        return self._likeness[strokes, others]

    def _shape(self, strokes: tuple[int, ...]) -> tuple[float, Float64Array]:
        """Size, and points in its unit, `(strokes, p, 2)`."""
        if strokes not in self._shapes:
            points = self._points[list(strokes)]
            low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
            size = max(float((high - low).max()), 1e-6)
            self._shapes[strokes] = size, (points - (low + high) / 2) / size
        return self._shapes[strokes]


def _distance(shape: Float64Array, other: Float64Array) -> float:
    """Mean distance of the points of two shapes of as many strokes, each stroke in the better direction."""
    along = np.hypot(*(shape - other).transpose(2, 0, 1)).mean(axis=1)
    against = np.hypot(*(shape - other[:, ::-1]).transpose(2, 0, 1)).mean(axis=1)
    return float(np.minimum(along, against).mean())
