"""Consistency of handwriting within a reading: one writer draws a symbol much the same way each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from crohme.notation.tree import SymbolTree
from crohme.types import Float32Array, Float64Array, Int64Array

# In units of a symbol's longer side. In CROHME 2013 the ranking gains as much with 0.16 to 0.3.
FARTHEST = 0.2
LARGEST_RATIO = 1.5  # of sizes: a capital is no larger copy of its small letter
_AT_ONCE = 2000  # pairs: more take too much memory


def disagreements(trees: Sequence[SymbolTree], points: Float32Array) -> Float64Array:
    """How strongly each of some readings gives different labels to symbols drawn alike.

    Symbols of as many strokes, and of about one size, are compared as to their shapes.

    Args:
        trees: sequence of SymbolTree. Their nodes have their strokes.
        points: `(n, p, 2)` float32. The strokes, in any unit.

    Returns:
        `(trees,)` float64. The sum over pairs of symbols with different labels of their likeness, 1 for equal shapes.
    """
    if not trees:
        return np.zeros(0)
    symbols = sorted({node.strokes for tree in trees for node in tree.nodes()}, key=len)
    number = {strokes: i for i, strokes in enumerate(symbols)}
    counts = np.array([len(strokes) for strokes in symbols])
    of_trees = [_pairs(tree, number, counts) for tree in trees]
    # Most readings have most pairs in common.
    pairs, at = np.unique(np.concatenate(of_trees), return_inverse=True)
    likeness = _likeness(symbols, *np.divmod(pairs, max(len(symbols), 1)), points.astype(np.float64))
    ends = np.cumsum([len(own) for own in of_trees])[:-1]
    return np.array([likeness[own].sum() for own in np.split(at, ends)])


def _pairs(tree: SymbolTree, number: Mapping[tuple[int, ...], int], counts: Int64Array) -> Int64Array:
    """The pairs of a tree's symbols that have as many strokes and different labels, each pair as one number."""
    nodes = list(tree.nodes())
    symbols = np.array([number[node.strokes] for node in nodes], np.int64)
    labels = list(dict.fromkeys(node.label for node in nodes))
    kinds = np.array([labels.index(node.label) for node in nodes], np.int64)
    of_count = counts[symbols]
    one, other = np.triu((kinds[:, None] != kinds) & (of_count[:, None] == of_count)).nonzero()
    low, high = np.minimum(symbols[one], symbols[other]), np.maximum(symbols[one], symbols[other])
    pairs: Int64Array = low * len(number) + high
    return pairs


def _likeness(
    symbols: Sequence[tuple[int, ...]], one: Int64Array, other: Int64Array, points: Float64Array
) -> Float64Array:
    """How alike pairs of symbols are: 1 for equal shapes, 0 for those of other sizes.

    Args:
        symbols: their strokes; those of as many strokes stand together.
        one, other: `(pairs,)` numbers of symbols of as many strokes.
        points: `(n, p, 2)` float64. The strokes.
    """
    found = np.zeros(len(one))
    counts = np.array([len(strokes) for strokes in symbols])
    for count in np.unique(counts[one]):
        first = int(np.searchsorted(counts, count))
        own = points[np.array([strokes for strokes in symbols if len(strokes) == count])]
        low, high = own.min(axis=(1, 2)), own.max(axis=(1, 2))
        sizes = np.maximum((high - low).max(axis=1), 1e-6)
        shapes = (own - ((low + high) / 2)[:, None, None]) / sizes[:, None, None, None]
        (of_count,) = (counts[one] == count).nonzero()
        sizes_of_pairs = sizes[one[of_count] - first], sizes[other[of_count] - first]
        may_be_one = np.maximum(*sizes_of_pairs) < LARGEST_RATIO * np.minimum(*sizes_of_pairs)
        chosen = of_count[may_be_one]
        for some in np.split(chosen, range(_AT_ONCE, len(chosen), _AT_ONCE)):
            distance = _distances(shapes[one[some] - first], shapes[other[some] - first])
            found[some] = np.maximum(0.0, 1 - distance / FARTHEST)
    return found


def _distances(shapes: Float64Array, others: Float64Array) -> Float64Array:
    """Mean distance of the points of pairs of shapes `(m, strokes, p, 2)`, each stroke in the better direction."""
    along, against = (
        np.hypot(*np.moveaxis(shapes - turned, 3, 0)).mean(axis=2) for turned in (others, others[:, :, ::-1])
    )
    nearer: Float64Array = np.minimum(along, against).mean(axis=1)
    return nearer
