"""One name, one shape: what a reading gives the same label should look alike, because one hand drew it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from crohme.expressions.shapes import ShapeNetwork
from crohme.notation.tree import SymbolTree
from crohme.types import Float32Array, Float64Array

_Symbol = tuple[int, ...]  # its strokes


def inconsistencies(trees: Sequence[SymbolTree], points: Float32Array, shapes: ShapeNetwork) -> Float64Array:
    """How unlike the symbols are to which each of some readings gives the same label.

    Labels that all readings give to the same strokes are left out: they tell no reading from another.

    Args:
        trees: sequence of SymbolTree. Their nodes have their strokes.
        points: `(n, p, 2)` float32. The strokes, in any unit.
        shapes: ShapeNetwork.

    Returns:
        `(trees,)` float64. The sum over symbols of how improbable it is that they are of one class with the others of
        their label (minus the logarithm), in the mean over these.
    """
    of_trees = [_by_label(tree) for tree in trees]
    labels = sorted(set().union(*of_trees))
    disputed = [label for label in labels if len({tuple(groups.get(label, ())) for groups in of_trees}) > 1]
    groups = [[group for label in disputed if len(group := one.get(label, ())) > 1] for one in of_trees]
    symbols = sorted({symbol for own in groups for group in own for symbol in group})
    if not symbols:
        return np.zeros(len(trees))
    number = {symbol: i for i, symbol in enumerate(symbols)}
    unlike = shapes.improbability([points[list(symbol)] for symbol in symbols])
    np.fill_diagonal(unlike, 0.0)
    return np.array([sum(_of_group([number[s] for s in group], unlike) for group in own) for own in groups])


def _by_label(tree: SymbolTree) -> dict[str, list[_Symbol]]:
    found: dict[str, list[_Symbol]] = defaultdict(list)
    for node in tree.nodes():
        found[node.label].append(node.strokes)
    return {label: sorted(symbols) for label, symbols in found.items()}


def _of_group(group: Sequence[int], unlike: Float64Array) -> float:
    return float(unlike[np.ix_(group, group)].sum()) / (len(group) - 1)
