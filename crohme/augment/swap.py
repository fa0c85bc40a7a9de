"""Single symbols of an expression exchanged for other writers' symbols of the same class or another."""

from __future__ import annotations

import numpy as np

from crohme.augment.letters import CAPITAL_OF, NAMES, TWINS
from crohme.augment.metrics import measure
from crohme.augment.one_hand import OneHand
from crohme.augment.pool import Pool
from crohme.ink.expression import Expression, Row, all_nodes, all_rows, put, regroup
from crohme.notation.tree import Node
from crohme.types import Strokes

# Signs that can stand in each other's place.
_ALIKE = (
    tuple("+ - \\pm \\times \\div".split()),
    tuple("= \\neq \\lt \\gt \\leq \\geq \\rightarrow \\in".split()),
    tuple("\\sin \\cos \\tan \\log".split()),
)
_GROUP_OF = {label: group for group in (NAMES, *_ALIKE) for label in group}
_FIXED = frozenset({r"\sqrt", "(", ")", "[", "]", r"\{", r"\}", "|"})  # their size depends on what they enclose


def swap(
    expression: Expression, pool: Pool | OneHand, rng: np.random.Generator, *, share: float, relabel: float
) -> Expression:
    """Exchange some symbols.

    A class that is given another name is given it wherever it stands in the expression, as a
    variable that is renamed: that symbols recur is something to learn from.

    Args:
        expression: Expression.
        pool: Pool. Where the new symbols come from.
        rng: Generator.
        share: float. Probability of a class to have all its symbols exchanged for others of that class.
        relabel: float. Probability of a class to become another class; a small letter whose capital is
            only larger becomes that as often again.
    """
    labels = sorted({node.label for node in all_nodes(expression.row)})
    names = _rename(labels, pool, rng, relabel)
    exchanged = {label for label in labels if rng.random() < share}
    replaced: dict[int, tuple[str, Strokes]] = {}
    for row in all_rows(expression.row):
        for node in row:
            if node.label in _FIXED or (node.label == "-" and node.rows):
                continue
            old = expression.points[list(node.strokes)]
            if node.label in names:
                new = _written_as(names[node.label], old, expression, row, pool, rng)
                replaced[node.strokes[0]] = names[node.label], new
            elif node.label in exchanged and pool.symbols.get(node.label):
                replaced[node.strokes[0]] = node.label, _put(pool.symbol(node.label, rng), old, rng)
    return _rebuild(expression, list(all_nodes(expression.row)), replaced) if replaced else expression


def _rename(labels: list[str], pool: Pool | OneHand, rng: np.random.Generator, relabel: float) -> dict[str, str]:
    """New names for some classes."""
    names = {}
    for label in labels:
        group = _GROUP_OF.get(label)
        if label in CAPITAL_OF and pool.symbols.get(CAPITAL_OF[label]) and rng.random() < relabel:
            names[label] = CAPITAL_OF[label]
        elif group is not None and rng.random() < relabel and (name := pool.label(group, rng)) is not None:
            names[label] = name
    return names


def _written_as(
    label: str, old: Strokes, expression: Expression, row: Row, pool: Pool | OneHand, rng: np.random.Generator
) -> Strokes:
    """Strokes of another class in the place of a symbol, as large as people write them beside such neighbours."""
    new = pool.symbol(label, rng)
    if label not in NAMES:
        return _put(new, old, rng)
    if pool.symbols.get(TWINS.get(label, "")) and rng.random() < 0.4:
        new = _put(pool.symbol(TWINS[label], rng), new, rng)
    height, middle = measure(expression.points, row)
    new = new * height * float(np.exp(rng.normal(0, 0.08)))
    left, right = old[..., 0].min(), old[..., 0].max()
    # Wider than there is room for, it would be written over its neighbours.
    narrower = min(1.0, float((1.5 * (right - left) + 0.4 * height) / max(np.ptp(new[..., 0]), 1e-6)))
    return (new * (narrower, 1.0) + ((left + right) / 2, middle)).astype(np.float32)


def _put(new: Strokes, old: Strokes, rng: np.random.Generator) -> Strokes:
    """The new symbol in the place of the old one, and about as large."""
    return put(new, old, larger=float(np.exp(rng.normal(0, 0.08))))


def _rebuild(expression: Expression, nodes: list[Node], replaced: dict[int, tuple[str, Strokes]]) -> Expression:
    first_of = {stroke: node.strokes[0] for node in nodes for stroke in node.strokes}
    pieces: list[Strokes] = []
    number: list[tuple[int, ...]] = []
    count = 0
    for stroke in range(len(expression.points)):
        first = first_of.get(stroke)
        if first not in replaced:
            piece = expression.points[stroke : stroke + 1]
        elif stroke == first:
            piece = replaced[first][1]
        else:
            piece = expression.points[:0]  # all of the new symbol is written where the old one began
        number.append(tuple(range(count, count + len(piece))))
        pieces.append(piece)
        count += len(piece)
    labels = {first: label for first, (label, _) in replaced.items()}
    return Expression(np.concatenate(pieces), regroup(expression.row, number, labels))
