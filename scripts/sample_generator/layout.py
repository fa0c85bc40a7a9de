"""Set a symbol layout tree on paper: what hangs where, how large, and in which order it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crohme.notation import Node, Relation
from crohme.types import Float64Array
from sample_generator.pen import FUNCTIONS, ROOT_TICK, Pen

_AXIS = 5.0  # height of the fraction bar and of the middle of operators
_GAP = 2.0  # between neighbours, and around a bar
_SMALLEST = 0.42  # scripts of scripts shrink no further
_SPACED = frozenset(
    ["+", "-", "=", r"\times", r"\div", r"\pm", r"\lt", r"\gt", r"\leq", r"\geq", r"\neq", r"\rightarrow", r"\in"]
)
_CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "|": "|"}
_OPERATOR_SCALE = {r"\sum": 1.15, r"\int": 1.2}


@dataclass(frozen=True)
class Mark:
    """A stroke and the number of the symbol, in the order of `SymbolTree.nodes()`, that it belongs to."""

    symbol: int
    points: Float64Array


@dataclass(frozen=True)
class Box:
    """Marks in the order of writing, base line at height 0, and the room that they take."""

    marks: tuple[Mark, ...]
    width: float
    bottom: float
    top: float

    @classmethod
    def around(cls, symbol: int, strokes: Iterable[Float64Array]) -> Box:
        """The strokes of one symbol."""
        marks = tuple(Mark(symbol, points) for points in strokes)
        return cls(marks, *_extent(marks))

    def moved(self, x: float, y: float) -> Box:
        """The same, further right and up. Width is counted from the old left edge."""
        marks = tuple(Mark(mark.symbol, mark.points + (x, y)) for mark in self.marks)
        return Box(marks, self.width + x, self.bottom + y, self.top + y)


def _extent(marks: Iterable[Mark]) -> tuple[float, float, float]:
    points = np.concatenate([mark.points for mark in marks])
    return float(points[:, 0].max()), float(points[:, 1].min()), float(points[:, 1].max())


def _joined(*boxes: Box) -> Box:
    marks = tuple(mark for box in boxes for mark in box.marks)
    bottom, top = min(box.bottom for box in boxes), max(box.top for box in boxes)
    return Box(marks, max(box.width for box in boxes), bottom, top)


def _count(nodes: Iterable[Node]) -> int:
    return sum(1 + sum(_count(row) for row in node.rows.values()) for node in nodes)


class Typesetter:
    """Writes trees with one pen."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._spacing = pen.writer.spacing

    def row(self, nodes: tuple[Node, ...], scale: float = 1.0, first: int = 0) -> Box:
        """A row of symbols with all that hangs on them.

        Args:
            nodes: tuple of Node.
            scale: float. Size on paper; at 1 an x is 10 high.
            first: int. Number of the first symbol.
        """
        numbers = [first + _count(nodes[:i]) for i in range(len(nodes))]
        pairs = _bracket_pairs(nodes)
        brackets = {i for pair in pairs for i in pair}
        boxes = {i: self._node(node, scale, numbers[i]) for i, node in enumerate(nodes) if i not in brackets}
        for pair in pairs:  # inner brackets come first
            inside = _joined(*(boxes[i] for i in range(pair[0] + 1, pair[1])))
            extent = (min(inside.bottom - scale, -2 * scale), max(inside.top + scale, 14 * scale))
            for i in pair:
                boxes[i] = self._node(nodes[i], scale, numbers[i], extent)
        placed, x = [], 0.0
        for i in range(len(nodes)):
            x += self._gap(nodes, i) * scale
            placed.append(boxes[i].moved(x, self._pen.stray(0.35) * scale))
            x = placed[-1].width
        return _joined(*placed)

    def _gap(self, nodes: tuple[Node, ...], i: int) -> float:
        if i == 0:
            return 0.0
        operator = (nodes[i].label in _SPACED and i > 1) or (nodes[i - 1].label in _SPACED and i > 1)
        wide = operator or nodes[i].label in FUNCTIONS or nodes[i - 1].label in FUNCTIONS
        wide = wide or nodes[i].is_fraction or nodes[i - 1].is_fraction
        return self._spacing * (1.9 * _GAP if wide else _GAP) + abs(self._pen.stray(0.5))

    def _node(self, node: Node, scale: float, number: int, extent: tuple[float, float] | None = None) -> Box:
        rows, following = {}, number + 1
        for relation, row in node.rows.items():
            smaller = max(scale * self._shrinking(node, relation), _SMALLEST)
            rows[relation] = self.row(row, smaller, following)
            following += _count(row)
        if node.is_fraction:
            base = self._fraction(number, rows.pop(Relation.ABOVE), rows.pop(Relation.BELOW), scale)
        elif Relation.INSIDE in rows:
            base = self._root(number, rows.pop(Relation.INSIDE), rows.pop(Relation.ABOVE, None), scale)
        else:
            size = scale * _OPERATOR_SCALE.get(node.label, 1)
            base = Box.around(number, self._pen.sign(node.label, size, extent))
        return self._scripts(self._limits(base, rows, scale), rows, scale, is_integral=node.label == r"\int")

    def _shrinking(self, node: Node, relation: Relation) -> float:
        if node.is_fraction:
            return 0.88
        if relation is Relation.INSIDE:
            return 0.95
        return self._pen.writer.script

    def _fraction(self, number: int, over: Box, under: Box, scale: float) -> Box:
        width = max(over.width, under.width) + 3 * scale
        height, gap = _AXIS * scale, _GAP * scale * 1.1
        bar = Box.around(number, self._pen.bar(width)).moved(0, height)
        over = over.moved((width - over.width) / 2, height + gap - over.bottom)
        under = under.moved((width - under.width) / 2, height - gap - under.top)
        return _joined(over, bar, under)

    def _root(self, number: int, inside: Box, index: Box | None, scale: float) -> Box:
        bottom, top = min(inside.bottom, 0.0) - 0.5 * scale, max(inside.top, 10 * scale) + _GAP * scale
        tick = ROOT_TICK * scale
        sign = Box.around(number, self._pen.root(inside.width + 3 * scale, bottom, top, scale))
        drawn = _joined(sign, inside.moved(tick + scale, 0))
        if index is None:
            return drawn
        hook = 0.45 * tick  # the index stands over the hook
        lifted = index.moved(0, bottom + 0.5 * (top - bottom) + scale - index.bottom)
        return _joined(lifted, drawn.moved(max(lifted.width - hook, 0), 0))

    def _limits(self, base: Box, rows: dict[Relation, Box], scale: float) -> Box:
        """A sum or a limit with what stands under and over it, all centred."""
        under, over = rows.pop(Relation.BELOW, None), rows.pop(Relation.ABOVE, None)
        width = max(box.width for box in (base, under, over) if box is not None)
        parts = [base.moved((width - base.width) / 2, 0)]
        if under is not None:
            parts.append(under.moved((width - under.width) / 2, base.bottom - _GAP * scale - under.top))
        if over is not None:
            parts.append(over.moved((width - over.width) / 2, base.top + _GAP * scale - over.bottom))
        return _joined(*parts)

    def _scripts(self, base: Box, rows: dict[Relation, Box], scale: float, is_integral: bool) -> Box:
        parts = [base]
        gap = 0.5 * _GAP * scale
        if Relation.SUB in rows:
            sub = rows[Relation.SUB]
            level = base.bottom + 2 * scale if is_integral else min(base.bottom, 0) - 3.5 * scale
            tuck = 3 * scale if is_integral else 0  # under the slanting integral sign
            parts.append(sub.moved(base.width + gap - tuck, min(level, 3 * scale - sub.top) + self._pen.stray(0.4)))
        if Relation.SUP in rows:
            sup = rows[Relation.SUP]
            level = max(base.top - 5 * scale, 8 * scale)
            lift = max(level, level - 2 * scale - sup.bottom)  # a deep superscript clears its base
            parts.append(sup.moved(base.width + gap, lift + self._pen.stray(0.4)))
        return _joined(*parts)


def _bracket_pairs(nodes: tuple[Node, ...]) -> list[tuple[int, int]]:
    """Positions of brackets that close each other around something, the inner ones first."""
    pairs: list[tuple[int, int]] = []
    open_at: list[int] = []
    for i, node in enumerate(nodes):
        if open_at and node.label == _CLOSING[nodes[open_at[-1]].label]:
            start = open_at.pop()
            if i > start + 1:
                pairs.append((start, i))
        elif node.label in _CLOSING and not node.rows:
            open_at.append(i)
    return pairs
