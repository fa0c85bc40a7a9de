"""Strokes that a reading leaves out: they make it less probable that it says what was written."""

from __future__ import annotations

import numpy as np

from crohme.notation import SymbolTree
from crohme.notation.alphabet import OTHER
from crohme.types import BoolArray, Float32Array, Float64Array

# Of the training files with a stroke that their truth leaves out, most have a dot where the pen came down, and are
# read right: a contact weighs a tenth of a stroke. What tracing leaves beside the ink are specks: they weigh nothing.
_CONTACT = 0.1
# One stroke of fifteen left out costs a fifth of the confidence, half the ink seven eighths of it.
_POWER = 3
# No symbol of CROHME's training set has more strokes: a scribble of thirty that passes for a dot is not read.
_MOST_STROKES = 10
# What is written with a sign that is none of the alphabet's is not what was meant, however surely it is one.
_UNKNOWN = 0.1


def ink_weights(points: Float32Array, *, is_traced: bool) -> Float64Array:
    """How much of the ink each stroke is, in sum 1.

    Args:
        points: `(n, p, 2)` float32. Strokes in any unit.
        is_traced: bool. Whether the strokes were traced from a picture.

    Returns:
        `(n,)` float64.
    """
    steps = np.diff(points.astype(np.float64), axis=1)
    lengths = np.hypot(steps[..., 0], steps[..., 1]).sum(axis=1)
    weights = lengths if is_traced else lengths + _CONTACT * lengths.mean()
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(points), 1 / len(points))


def unread_strokes(tree: SymbolTree, n: int) -> BoolArray:
    """Which of n strokes a reading leaves out, or sweeps together into a symbol of more strokes than any has.

    Args:
        tree: SymbolTree. Its nodes have their strokes.
        n: int. Strokes of the ink.

    Returns:
        `(n,)` bool.
    """
    unread = np.ones(n, dtype=bool)
    for node in tree.nodes():
        if len(node.strokes) <= _MOST_STROKES:
            unread[list(node.strokes)] = False
    return unread


def coverage_factor(weights: Float64Array, unread: BoolArray) -> float:
    """What is left of the confidence of a reading, 1 if no stroke is unread.

    Args:
        weights: `(n,)` float64. See `ink_weights`.
        unread: `(n,)` bool. See `unread_strokes`.
    """
    return float((1 - min(weights[unread].sum(), 1.0)) ** _POWER) if unread.any() else 1.0


def known_factor(tree: SymbolTree) -> float:
    """What is left of the confidence of a reading, 1 if all its signs are known.

    It does not change which reading is the best: that there is such a sign is what was read.
    """
    return _UNKNOWN if any(node.label == OTHER for node in tree.nodes()) else 1.0
