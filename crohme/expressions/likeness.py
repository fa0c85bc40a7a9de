"""How alike the symbols of a reading are written: one hand draws a symbol alike each time, and others differently."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from crohme.notation.tree import SymbolTree
from crohme.types import Float32Array, Float64Array

# In units of a symbol's longer side. In CROHME 2013 the ranking gains as much with 0.16 to 0.3.
FARTHEST = 0.2
LARGEST_RATIO = 1.5  # of sizes: a capital is no larger copy of its small letter


def disagreement(tree: SymbolTree, points: Float32Array) -> float:
    """How much a reading gives different labels to what is drawn alike.

    Symbols of as many strokes, and of about one size, are compared as to their shapes.

    Args:
        tree: SymbolTree. Its nodes have their strokes.
        points: `(n, p, 2)` float32. The strokes, in any unit.

    Returns:
        float. The sum over pairs of symbols with different labels of their likeness, 1 for equal shapes.
    """
    symbols = []
    for node in tree.nodes():
        strokes = points[list(node.strokes)].astype(np.float64)
        low, high = strokes.min(axis=(0, 1)), strokes.max(axis=(0, 1))
        size = max(float((high - low).max()), 1e-6)
        symbols.append((node.label, size, (strokes - (low + high) / 2) / size))
    total = 0.0
    for (label, size, shape), (other_label, other_size, other) in combinations(symbols, 2):
        may_be_one = len(shape) == len(other) and max(size, other_size) < LARGEST_RATIO * min(size, other_size)
        if may_be_one and label != other_label:
            total += max(0.0, 1 - _distance(shape, other) / FARTHEST)
    return total


def _distance(shape: Float64Array, other: Float64Array) -> float:
    """Mean distance of the points of two shapes of as many strokes, each stroke in the better direction."""
    along = np.hypot(*(shape - other).transpose(2, 0, 1)).mean(axis=1)
    against = np.hypot(*(shape - other[:, ::-1]).transpose(2, 0, 1)).mean(axis=1)
    return float(np.minimum(along, against).mean())
