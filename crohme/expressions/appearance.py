"""What the symbols of a reading look like: each other, where they have one label, and their class, where nothing tells.

One hand drew them, so that symbols of one label should look alike, but for dots and unknown signs. And what stands in
a cell of a matrix, or alone, may be anything: there its own shape tells more than elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from crohme.expressions.shapes import Looks, ShapeNetwork
from crohme.notation.alphabet import OTHER
from crohme.notation.tree import Node, SymbolTree, symbols
from crohme.types import Float32Array, Float64Array

IN_CELLS = 0.15
"""How much the class of a symbol in a cell counts beside that of one that stands alone: other cells say something."""
SHAPELESS = frozenset({".", r"\cdot", r"\bullet", OTHER})
"""Labels whose symbols need not look alike: a dot may be a point, a tick or a ring, and what is unknown anything."""

_Symbol = tuple[int, ...]  # its strokes
_Named = tuple[str, _Symbol]


def improbabilities(trees: Sequence[SymbolTree], points: Float32Array, shapes: ShapeNetwork) -> Float64Array:
    """How improbable some readings of the same strokes are by the shapes of their symbols.

    What all readings have in common is left out: it tells no reading from another.

    Args:
        trees: sequence of SymbolTree. Their nodes have their strokes.
        points: `(n, p, 2)` float32. The strokes, in any unit.
        shapes: ShapeNetwork.

    Returns:
        `(2, trees)` float64. Minus the logarithm of the probability that symbols of one label, `SHAPELESS` ones left
        out, are of one class, for each symbol in the mean over the others, and summed; and that of the class of each
        symbol around which nothing tells, times `IN_CELLS` in cells.
    """
    by_label = [_by_label(tree) for tree in trees]
    labels = sorted(set().union(*by_label) - SHAPELESS)
    disputed = [label for label in labels if _differ([one.get(label) for one in by_label])]
    groups = [[group for label in disputed if len(group := one.get(label, [])) > 1] for one in by_label]
    # A reading that is no matrix loses as much by the same symbols as one that is.
    unaided = {stroke for tree in trees for node in _unaided(tree) for stroke in node.strokes}
    share = 1.0 if any(_is_one_symbol(tree) for tree in trees) else IN_CELLS
    of_unaided = [_named(tree, unaided) for tree in trees]
    common = frozenset.intersection(*of_unaided)
    named = [sorted(own - common) for own in of_unaided]
    asked = {symbol for own in groups for group in own for symbol in group}
    asked |= {symbol for own in named for _, symbol in own}
    if not asked:
        return np.zeros((2, len(trees)))
    number = {symbol: i for i, symbol in enumerate(sorted(asked))}
    looks = shapes.look([points[list(symbol)] for symbol in number])
    unlike = looks.unlike
    np.fill_diagonal(unlike, 0.0)
    return np.array(
        [
            [sum(_of_group([number[s] for s in group], unlike) for group in own) for own in groups],
            [share * _of_classes(own, number, looks) for own in named],
        ]
    )


def _by_label(tree: SymbolTree) -> dict[str, list[_Symbol]]:
    found: dict[str, list[_Symbol]] = defaultdict(list)
    for node in tree.nodes():
        found[node.label].append(node.strokes)
    return {label: sorted(symbols) for label, symbols in found.items()}


def _differ(groups: Sequence[list[_Symbol] | None]) -> bool:
    return any(group != groups[0] for group in groups)


def _of_group(group: Sequence[int], unlike: Float64Array) -> float:
    return float(unlike[np.ix_(group, group)].sum()) / (len(group) - 1)


def _of_classes(named: Sequence[_Named], number: dict[_Symbol, int], looks: Looks) -> float:
    return -sum(looks.class_score(number[symbol], label) for label, symbol in named)


def _unaided(tree: SymbolTree) -> Iterator[Node]:
    """The symbols around which nothing tells what they are: those in cells, and one that stands alone."""
    return tree.nodes() if _is_one_symbol(tree) else _in_cells(tree.row)


def _is_one_symbol(tree: SymbolTree) -> bool:
    return len(list(tree.nodes())) == 1


def _named(tree: SymbolTree, strokes: Collection[int]) -> frozenset[_Named]:
    """The symbols that have any of some strokes."""
    return frozenset((n.label, n.strokes) for n in tree.nodes() if not set(n.strokes).isdisjoint(strokes))


def _in_cells(row: tuple[Node, ...]) -> Iterator[Node]:
    for node in row:
        if node.is_grid:
            yield from (inner for line in node.cells for cell in line for inner in symbols(cell))
        else:
            for inner in node.inner_rows:
                yield from _in_cells(inner)
