"""Real ink to compose from: expressions, single symbols by class, fraction bars, roots, brackets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crohme.augment.expression import Expression, Points, Row, all_nodes, all_rows
from crohme.notation.tree import Node, Relation

_CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "|": "|"}


@dataclass(frozen=True, eq=False)
class RootSign:
    """A written root sign.

    Args:
        points: `(k, p, 2)`. Its strokes.
        content_left: float. Where its content begins, as x in the unit of the points.
    """

    points: Points
    content_left: float


class Pool:
    """All ink that composition draws from; made once, then only read.

    Args:
        expressions: sequence of `Expression`. Training ink only: what is drawn from here is trained on.
    """

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self.expressions = [expression for expression in expressions if _is_complete(expression.row)]
        self.rows = [(i, row) for i, e in enumerate(self.expressions) for row in all_rows(e.row)]
        self.symbols: dict[str, list[Points]] = defaultdict(list)
        self.bars: list[Points] = []
        self.roots: list[RootSign] = []
        self.brackets: list[tuple[tuple[str, Points], tuple[str, Points]]] = []
        for expression in self.expressions:
            for node in all_nodes(expression.row):
                self._add(expression, node)
            for row in all_rows(expression.row):
                self._add_brackets(expression, row)
        # Longer rows are drawn more often: most rows are one digit in a script.
        lengths = np.array([len(row) for _, row in self.rows], dtype=np.float64)
        self._row_ends = np.cumsum(lengths / lengths.sum())

    def _add(self, expression: Expression, node: Node) -> None:
        points = expression.points[list(node.strokes)]
        if node.label == r"\sqrt" and Relation.INSIDE in node.rows:
            inside = [s for child in all_nodes(node.rows[Relation.INSIDE]) for s in child.strokes]
            self.roots.append(RootSign(points, float(expression.points[inside][..., 0].min())))
        elif node.label == "-" and Relation.BELOW in node.rows:
            self.bars.append(points)
        else:
            self.symbols[node.label].append(points)

    def _add_brackets(self, expression: Expression, row: Row) -> None:
        for i, node in enumerate(row):
            closing = _CLOSING.get(node.label)
            match = next((other for other in row[i + 2 :] if other.label == closing), None)
            if match is not None:
                pair = [(n.label, expression.points[list(n.strokes)]) for n in (node, match)]
                self.brackets.append((pair[0], pair[1]))

    def row(self, rng: np.random.Generator) -> tuple[Expression, Row]:
        """Some row of some expression, in proportion to its length."""
        index, row = self.rows[min(int(np.searchsorted(self._row_ends, rng.random())), len(self.rows) - 1)]
        return self.expressions[index], row

    def symbol(self, label: str, rng: np.random.Generator) -> Points:
        """The strokes of some written symbol of this class, `(k, p, 2)`."""
        instances = self.symbols[label]
        return instances[rng.integers(len(instances))]


def _is_complete(row: Row) -> bool:
    """Whether ink of this row can be cut and joined: every symbol has strokes of its own."""
    return bool(row) and all(node.strokes for node in all_nodes(row))
