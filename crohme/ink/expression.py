"""A written expression as augmentation handles it: resampled strokes and the row that they write.

Strokes, symbols and tree stay in step: whatever is cut or joined here renumbers the strokes of
all nodes in the same move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import add

import numpy as np

from crohme.notation.tree import Node, SymbolTree, symbols
from crohme.types import Float32Array, Int64Array, Strokes

Row = tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Expression:
    """Strokes in the order of writing, and what they write.

    Args:
        points: `(n, p, 2)` float32. n strokes of p points each, X right, Y down, any unit.
        row: tuple of nodes. The base line; every node's strokes are indices into `points`.
    """

    points: Strokes
    row: Row

    @property
    def tree(self) -> SymbolTree:
        """The same as a symbol layout tree."""
        return SymbolTree(self.row)

    def box(self) -> tuple[Float32Array, Float32Array]:
        """Lower and upper corner, each `(2,)`; lower is left and top."""
        return self.points.min(axis=(0, 1)), self.points.max(axis=(0, 1))

    def moved(self, scale: float, shift: Float32Array | tuple[float, float]) -> Expression:
        """The expression scaled about the origin, then shifted."""
        points = self.points * np.float32(scale) + np.asarray(shift, np.float32)
        return replace(self, points=points.astype(np.float32))


def cut(expression: Expression, nodes: Sequence[Node]) -> Expression:
    """Some nodes of an expression with all that hangs on them, as an expression of its own."""
    strokes = sorted(stroke for node in all_nodes(nodes) for stroke in node.strokes)
    number = {stroke: i for i, stroke in enumerate(strokes)}
    return Expression(expression.points[strokes], tuple(renumber(node, number.__getitem__) for node in nodes))


def join(*parts: Expression) -> tuple[Strokes, list[Row]]:
    """The strokes of several expressions one after the other, and the row of each, renumbered."""
    rows, offset = [], 0
    for part in parts:
        rows.append(tuple(renumber(node, partial(add, offset)) for node in part.row))
        offset += len(part.points)
    return np.concatenate([part.points for part in parts]), rows


def renumber(node: Node, number: Callable[[int], int]) -> Node:
    """A node, and all that hangs on it, with `number(stroke)` for every stroke."""
    strokes = tuple(number(stroke) for stroke in node.strokes)
    return replace(node, strokes=strokes).with_rows(lambda row: tuple(renumber(child, number) for child in row))


def regroup(row: Row, number: Sequence[tuple[int, ...]], labels: Mapping[int, str] | None = None) -> Row:
    """A row whose every stroke has become the strokes `number[stroke]`: none, one or several, shared or not.

    Args:
        row: tuple of nodes, each with strokes.
        number: sequence of tuples.
        labels: mapping or None. First stroke, as it was, of a symbol → its new label.
    """
    labels = labels or {}
    return tuple(
        replace(
            node,
            label=labels.get(node.strokes[0], node.label) if node.strokes else node.label,
            strokes=tuple(sorted({new for old in node.strokes for new in number[old]})),
        ).with_rows(lambda inner: regroup(inner, number, labels))
        for node in row
    )


def put(new: Strokes, old: Strokes, larger: float = 1.0) -> Strokes:
    """The strokes of one symbol in the place of another's, and as large, or `larger` times that."""
    low, high = old.min(axis=(0, 1)), old.max(axis=(0, 1))
    n_low, n_high = new.min(axis=(0, 1)), new.max(axis=(0, 1))
    scale = float((high - low).max()) / max(float((n_high - n_low).max()), 1e-6) * larger
    placed: Strokes = ((new - (n_low + n_high) / 2) * scale + (low + high) / 2).astype(np.float32)
    return placed


def symbol_of_strokes(expression: Expression) -> tuple[Int64Array, int]:
    """Number of the symbol of each stroke, and how many there are; a stroke of no symbol has a number of its own."""
    number = np.full(len(expression.points), -1)
    count = 0
    for node in all_nodes(expression.row):
        number[list(node.strokes)] = count
        count += 1
    loose = np.flatnonzero(number < 0)
    number[loose] = count + np.arange(len(loose))
    return number, count + len(loose)


def all_nodes(row: Sequence[Node]) -> Iterator[Node]:
    """Symbols of a row and of all rows that hang on them, depth first."""
    return symbols(tuple(row))


def all_rows(row: Row) -> Iterator[Row]:
    """A row, and all rows that hang on its nodes or are cells of its grids, depth first; none is empty."""
    if row:
        yield row
    for node in row:
        for inner in node.inner_rows:
            yield from all_rows(inner)
