"""Single symbols of an expression exchanged for other writers' symbols of the same or a similar class."""

from __future__ import annotations

import numpy as np

from crohme.augment.expression import Expression, Points, all_nodes
from crohme.augment.pool import Pool
from crohme.notation.tree import Node

# Classes written at the same height above and below the line, so that one fits in another's place.
_ALIKE = (
    "0 1 2 3 4 5 6 7 8 9".split(),
    "a c e m n o r s u v w x z \\alpha \\pi \\sigma".split(),
    "b d f h k l t i \\lambda \\theta \\beta \\phi".split(),
    "g j p q y \\gamma \\mu".split(),
    "A B C E F G H I L M N P R S T V X Y \\Delta".split(),
    "+ - \\pm \\times \\div".split(),
    "= \\neq \\lt \\gt \\leq \\geq \\rightarrow \\in".split(),
    "\\sin \\cos \\tan \\log".split(),
)
_ALIKE_BY_LABEL = {label: group for group in _ALIKE for label in group}
_FIXED = frozenset({r"\sqrt", "(", ")", "[", "]", r"\{", r"\}", "|"})  # their size depends on what they enclose


def swap(
    expression: Expression, pool: Pool, rng: np.random.Generator, *, share: float, relabel: float
) -> Expression:
    """Exchange some symbols.

    Args:
        expression: Expression.
        pool: Pool. Where the new symbols come from.
        rng: Generator.
        share: float. Probability of a symbol to be exchanged.
        relabel: float. Probability of an exchanged symbol to become one of another class.
    """
    replaced: dict[int, tuple[str, Points]] = {}
    nodes = list(all_nodes(expression.row))
    for node in nodes:
        if node.label in _FIXED or (node.label == "-" and node.rows) or rng.random() >= share:
            continue
        label = node.label
        if label in _ALIKE_BY_LABEL and rng.random() < relabel:
            group = _ALIKE_BY_LABEL[label]
            label = group[rng.integers(len(group))]
        if label in pool.symbols:
            old = expression.points[list(node.strokes)]
            replaced[node.strokes[0]] = (label, _put(pool.symbol(label, rng), old, rng))
    return _rebuild(expression, nodes, replaced) if replaced else expression


def _put(new: Points, old: Points, rng: np.random.Generator) -> Points:
    """The new symbol in the place of the old one: as high, or as large where height says little."""
    low, high = old.min(axis=(0, 1)), old.max(axis=(0, 1))
    n_low, n_high = new.min(axis=(0, 1)), new.max(axis=(0, 1))
    size, n_size = float((high - low).max()), float((n_high - n_low).max())
    scale = size / max(n_size, 1e-6) * float(np.exp(rng.normal(0, 0.08)))
    return ((new - (n_low + n_high) / 2) * scale + (low + high) / 2).astype(np.float32)


def _rebuild(expression: Expression, nodes: list[Node], replaced: dict[int, tuple[str, Points]]) -> Expression:
    first_of = {stroke: node.strokes[0] for node in nodes for stroke in node.strokes}
    pieces: list[Points] = []
    number: dict[int, tuple[int, ...]] = {}
    count = 0
    for stroke in range(len(expression.points)):
        first = first_of.get(stroke)
        if first not in replaced:
            piece = expression.points[stroke : stroke + 1]
        elif stroke == first:
            piece = replaced[first][1]
        else:
            continue
        number[stroke] = tuple(range(count, count + len(piece)))
        pieces.append(piece)
        count += len(piece)

    def rebuilt(node: Node) -> Node:
        rows = {relation: tuple(rebuilt(child) for child in row) for relation, row in node.rows.items()}
        label = replaced[node.strokes[0]][0] if node.strokes[0] in replaced else node.label
        return Node(label, tuple(i for s in node.strokes if s in number for i in number[s]), rows)

    return Expression(np.concatenate(pieces), tuple(rebuilt(node) for node in expression.row))
