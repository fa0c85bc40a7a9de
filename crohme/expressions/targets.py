"""Training targets of the stroke transformer: tokens, the position of each in the tree, and its strokes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crohme.expressions.vocabulary import (
    NO_RELATION,
    PAIR_INDEX,
    RELATION_INDEX,
    SAME_SYMBOL,
    START,
    START_BACKWARD,
    Vocabulary,
)
from crohme.ink.expression import Expression, Row, all_nodes
from crohme.notation.grammar import END, Cursor, Place
from crohme.notation.linear import linearize
from crohme.notation.tree import Node, Relation
from crohme.types import BoolArray, Int32Array


@dataclass(frozen=True, eq=False)
class Targets:
    """One expression of n strokes and t tokens (END included) in numbers.

    Args:
        previous: `(t,)` int32. Decoder input: START or START_BACKWARD, then the tokens.
        tokens: `(t,)` int32. Decoder output: the tokens, then END.
        anchors: `(t, n)` bool. Strokes of the symbol on which the next symbol hangs.
        written: `(t, n)` bool. Strokes of all symbols written before.
        pointed: `(t, n)` bool. Strokes of the symbol that this token writes; none for `{`, `_` ….
        relations, rows: `(t,)` int32. Relation to the anchor, and of the innermost row.
        symbols: `(n,)` int32. Class of each stroke's symbol, -1 where it has none.
        pairs: `(n, n)` int32. Relation of stroke j to stroke i, see `expressions.network`.
    """

    previous: Int32Array
    tokens: Int32Array
    anchors: BoolArray
    written: BoolArray
    pointed: BoolArray
    relations: Int32Array
    rows: Int32Array
    symbols: Int32Array
    pairs: Int32Array


def encode(expression: Expression, vocabulary: Vocabulary, *, backward: bool = False) -> Targets:
    """The targets of one expression, each row from the left or, if `backward`, from the right.

    Raises:
        KeyError: A symbol that is not in the vocabulary's alphabet.
    """
    n = len(expression.points)
    steps = linearize(expression.tree, backward=backward) + [(END, None)]
    t = len(steps)
    anchors, written, pointed = (np.zeros((t, n), dtype=bool) for _ in range(3))
    relations, rows = np.zeros(t, dtype=np.int32), np.zeros(t, dtype=np.int32)
    cursor = Cursor()
    done: list[Node] = []
    drawn = np.zeros(n, dtype=bool)
    for i, (token, node) in enumerate(steps):
        if cursor.anchor is not None:
            anchors[i, list(done[cursor.anchor].strokes)] = True
        relations[i], rows[i] = RELATION_INDEX[cursor.relation], RELATION_INDEX[cursor.row_relation]
        written[i] = drawn
        if node is not None:
            pointed[i, list(node.strokes)] = True
            drawn |= pointed[i]
            done.append(node)
        cursor = cursor.advance(token)
    tokens = np.array([vocabulary.token_index[token] for token, _ in steps], dtype=np.int32)
    start = vocabulary.token_index[START_BACKWARD if backward else START]
    previous = np.concatenate([[start], tokens[:-1]]).astype(np.int32)
    symbols, pairs = _strokes_and_pairs(expression.row, n, vocabulary)
    return Targets(previous, tokens, anchors, written, pointed, relations, rows, symbols, pairs)


def _strokes_and_pairs(row: Row, n: int, vocabulary: Vocabulary) -> tuple[Int32Array, Int32Array]:
    symbols = np.full(n, -1, dtype=np.int32)
    pairs = np.full((n, n), NO_RELATION, dtype=np.int32)

    def visit(nodes: Sequence[Node], parent: Node | None, place: Relation | Place) -> None:
        last: Node | None = None
        for node in nodes:
            if node.is_grid:
                first = visit_grid(node, parent, place)
                parent, place = (first if last is None else last), Relation.RIGHT
                continue
            own = list(node.strokes)
            symbols[own] = vocabulary.class_index[node.label]
            pairs[np.ix_(own, own)] = SAME_SYMBOL
            if parent is not None:
                pairs[np.ix_(list(parent.strokes), own)] = PAIR_INDEX[place]
            for hanging, rows in node.rows.items():
                visit(rows, node, hanging)
            last, parent, place = node, node, Relation.RIGHT

    def visit_grid(grid: Node, parent: Node | None, place: Relation | Place) -> Node:
        """The cells as `grammar.Cursor` places them; returns the first symbol."""
        first: Node | None = None
        above: Node | None = None
        for line in grid.cells:
            before: Node | None = None
            left: Node | None = None
            for cell in filter(None, line):
                if left is not None:
                    visit(cell, left, Place.CELL)
                elif above is not None:
                    visit(cell, above, Place.LINE)
                else:
                    visit(cell, parent, place)
                before, left = left, next(all_nodes(cell))
                above = left if before is None else above
                first = left if first is None else first
        assert first is not None
        return first

    visit(row, None, Relation.RIGHT)
    return symbols, pairs
