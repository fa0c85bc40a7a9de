"""Real ink to compose from: expressions, single symbols by class, fraction bars, roots, brackets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

import numpy as np

from crohme.augment.metrics import measure
from crohme.ink.expression import Expression, Row, all_nodes, all_rows
from crohme.notation.tree import Node, Relation
from crohme.types import Float64Array, Strokes

_CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "|": "|"}
_EVENNESS = 0.15
_FEWEST = 100  # symbols that a writer must have written to compose whole expressions from


@dataclass(frozen=True, eq=False)
class RootSign:
    """A written root sign.

    Args:
        points: `(k, p, 2)`. Its strokes.
        content_left: float. Where its content begins, as x in the unit of the points.
    """

    points: Strokes
    content_left: float


@dataclass(frozen=True, eq=False)
class Place:
    """Where a symbol stands.

    Args:
        expression: Expression.
        row: tuple of nodes. One of its rows.
        index: int. Of the symbol's node in the row.
    """

    expression: Expression
    row: Row
    index: int


@dataclass(frozen=True, eq=False)
class DrawnHand:
    """Letters and digits that one person drew alone.

    Args:
        symbols: dict. Label → ink, as `Pool.symbol` gives it.
    """

    symbols: dict[str, list[Strokes]]

    def symbol(self, label: str, rng: np.random.Generator) -> Strokes:
        """See `Pool.symbol`."""
        instances = self.symbols[label]
        return instances[rng.integers(len(instances))]


class Pool:
    """All ink that composition draws from; made once, then only read.

    Args:
        expressions: sequence of `Expression`. Training ink only: what is drawn from here is trained on.
        writers: sequence of str or None. Who wrote each; None where one person wrote all.
    """

    def __init__(self, expressions: Sequence[Expression], writers: Sequence[str] | None = None) -> None:
        complete = [_is_complete(expression.row) for expression in expressions]
        self.expressions = list(compress(expressions, complete))
        self.of_writer: dict[str, Pool] = {}
        if writers is not None:
            own: dict[str, list[Expression]] = defaultdict(list)
            for writer, expression in zip(compress(writers, complete), self.expressions, strict=True):
                own[writer].append(expression)
            self.of_writer = {writer: Pool(written) for writer, written in own.items()}
        self.drawn_hands: list[DrawnHand] = []
        self._pools_with: dict[str, list[Pool]] = {}
        self._usual: dict[str, tuple[float, float]] = {}
        self.rows = [(e, row) for e in self.expressions for row in all_rows(e.row)]
        self.symbols: dict[str, list[Strokes]] = defaultdict(list)
        self.places: dict[str, list[Place]] = defaultdict(list)
        self.bars: list[Strokes] = []
        self.roots: list[RootSign] = []
        self.brackets: list[tuple[tuple[str, Strokes], tuple[str, Strokes]]] = []
        for expression, row in self.rows:
            height, middle = measure(expression.points, row)
            for index, node in enumerate(row):
                self.places[node.label].append(Place(expression, row, index))
                self._add(expression, node, height, middle)
            self._add_brackets(expression, row)
        # Longer rows are drawn more often: most rows are one digit in a script.
        lengths = np.array([len(row) for _, row in self.rows], dtype=np.float64)
        self._row_ends = np.cumsum(lengths / lengths.sum())
        self._labels = list(self.places)
        self._label_ends = np.cumsum(evenly([len(places) for places in self.places.values()]))
        self._ends: dict[tuple[str, ...], Float64Array] = {}

    @cached_property
    def frequent_writers(self) -> tuple[list[str], Float64Array]:
        """The writers who wrote enough to compose from, and where their shares of 0 … 1 end."""
        counts = {writer: sum(map(len, own.symbols.values())) for writer, own in self.of_writer.items()}
        writers = [writer for writer, count in counts.items() if count >= _FEWEST] or list(counts)
        shares = np.sqrt([counts[writer] for writer in writers])
        return writers, np.cumsum(shares / shares.sum())

    def pools_with(self, label: str) -> list[Pool]:
        """The pools of the writers who wrote a class."""
        if label not in self._pools_with:
            self._pools_with[label] = [own for own in self.of_writer.values() if own.symbols.get(label)]
        return self._pools_with[label]

    def _add(self, expression: Expression, node: Node, height: float, middle: float) -> None:
        points = expression.points[list(node.strokes)]
        if node.label == r"\sqrt" and Relation.INSIDE in node.rows:
            inside = [s for child in all_nodes(node.rows[Relation.INSIDE]) for s in child.strokes]
            self.roots.append(RootSign(points, float(expression.points[inside][..., 0].min())))
        elif node.label == "-" and Relation.BELOW in node.rows:
            self.bars.append(points)
        else:
            centre = (points[..., 0].min() + points[..., 0].max()) / 2
            self.symbols[node.label].append(((points - (centre, middle)) / max(height, 1e-6)).astype(np.float32))

    def _add_brackets(self, expression: Expression, row: Row) -> None:
        for i, node in enumerate(row):
            closing = _CLOSING.get(node.label)
            match = next((other for other in row[i + 2 :] if other.label == closing), None)
            if match is not None:
                pair = [(n.label, expression.points[list(n.strokes)]) for n in (node, match)]
                self.brackets.append((pair[0], pair[1]))

    def add_hand(self, hand: DrawnHand) -> None:
        """Give the pool the ink of a person who drew letters and digits alone."""
        self.drawn_hands.append(hand)
        for label, drawn in hand.symbols.items():
            self.add(label, drawn)

    def add(self, label: str, drawn: Sequence[Strokes]) -> None:
        """Give the pool more ink of a class, as `symbol` gives it."""
        self.symbols[label].extend(drawn)
        # What is cached of it has changed.
        self._usual.pop(label, None)
        self._ends.clear()

    def any(self, rng: np.random.Generator) -> Expression:
        """Some expression."""
        return self.expressions[rng.integers(len(self.expressions))]

    def row(self, rng: np.random.Generator) -> tuple[Expression, Row]:
        """Some row of some expression, in proportion to its length."""
        return self.rows[min(int(np.searchsorted(self._row_ends, rng.random())), len(self.rows) - 1)]

    def place(self, rng: np.random.Generator) -> Place:
        """Where some symbol stands, the classes drawn more evenly than they occur."""
        at = min(int(np.searchsorted(self._label_ends, rng.random())), len(self._labels) - 1)
        places = self.places[self._labels[at]]
        return places[rng.integers(len(places))]

    def label(self, group: tuple[str, ...], rng: np.random.Generator) -> str | None:
        """Some class of a group of which there is ink, the classes drawn more evenly than they occur."""
        if group not in self._ends:
            self._ends[group] = np.cumsum(evenly([len(self.symbols.get(label, ())) for label in group]))
        at = int(np.searchsorted(self._ends[group], rng.random()))
        return group[at] if at < len(group) else None

    def symbol(self, label: str, rng: np.random.Generator) -> Strokes:
        """The strokes of some written symbol of this class, `(k, p, 2)`.

        Their unit is the x-height of the row that they were written in; y 0 is its mid line, x 0
        the symbol's centre. So capitals are as much larger than small letters as people write them.
        """
        instances = self.symbols[label]
        return instances[rng.integers(len(instances))]

    def usual(self, label: str) -> tuple[float, float]:
        """Size (the longer side) and y of the centre of a class, in the unit of `symbol`: the medians of its ink."""
        if label not in self._usual:
            low = np.array([ink.min(axis=(0, 1)) for ink in self.symbols[label]])
            high = np.array([ink.max(axis=(0, 1)) for ink in self.symbols[label]])
            size, middle = np.median((high - low).max(axis=1)), np.median((low + high)[:, 1] / 2)
            self._usual[label] = max(float(size), 1e-3), float(middle)
        return self._usual[label]


def _is_complete(row: Row) -> bool:
    """Whether ink of this row can be cut and joined: every symbol has strokes of its own."""
    return bool(row) and all(node.strokes for node in all_nodes(row))


def evenly(counts: Sequence[int]) -> Float64Array:
    """Probabilities of classes: one a hundred times as frequent as another is drawn twice as often."""
    weights = np.array(counts, dtype=np.float64)
    weights = weights**_EVENNESS * (weights > 0)
    shares: Float64Array = weights / max(weights.sum(), 1e-9)
    return shares
