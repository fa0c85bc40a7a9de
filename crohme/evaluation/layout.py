"""Figures of the layout of handwritten expressions: gaps, scripts, fractions, roots, limits, fences, order of writing.

`augment.typeset` lays out by the distributions of these figures in the training set, and is judged by them.
Lengths are in x-heights of the row in question, Y down, as `augment.metrics.measure` estimates them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from crohme.augment.kinds import end_of, kind_of, shape_of
from crohme.augment.manner import ANY
from crohme.augment.metrics import has_usual_height, measure
from crohme.ink.expression import Expression, Row, all_nodes
from crohme.notation.tree import SCRIPTS, Node, Relation

Figure = tuple[str, str, float]
"""Name of the figure, the kinds of symbols that it is of, its value."""

_CLOSING = {"(": ")", "[": "]", "\\{": "\\}", "|": "|"}
_LIMITS = (Relation.ABOVE, Relation.BELOW)
PLAIN = 2.6
"""Height, in x-heights, up to which a fence's content is a plain row."""


class _Boxes:
    def __init__(self, expression: Expression) -> None:
        self.points = expression.points
        self._low, self._high = expression.points.min(axis=1), expression.points.max(axis=1)

    def of(self, nodes: Sequence[Node], *, deep: bool = True) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of some nodes, with what hangs on them if `deep`."""
        strokes = [s for node in (all_nodes(nodes) if deep else nodes) for s in node.strokes]
        low, high = self._low[strokes].min(axis=0), self._high[strokes].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def figures_of(expression: Expression) -> Iterator[Figure]:
    """All figures of an expression whose every symbol has strokes of its own."""
    boxes = _Boxes(expression)
    yield from _of_row(expression.row, boxes, "line")
    yield from _order(expression.row)


def _of_row(row: Row, boxes: _Boxes, place: str) -> Iterator[Figure]:
    height, middle = measure(boxes.points, row)
    for left, right in zip(row, row[1:], strict=False):
        gap = (boxes.of([right])[0] - boxes.of([left])[2]) / height
        yield f"gap {place}", f"{end_of(left)} {kind_of(right)}", gap
    yield from _fences(row, boxes, height)
    yield from _slope(row, boxes, height, place)
    for node in row:
        if node.is_fraction:
            yield from _fraction(node, row, boxes, height, middle)
        elif node.label == "\\sqrt" and Relation.INSIDE in node.rows:
            yield from _root(node, row, boxes)
        elif any(relation in node.rows for relation in _LIMITS):
            yield from _limits(node, boxes, height)
        yield from _scripts(node, boxes, height)
        for relation, hanging in node.rows.items():
            small = relation in SCRIPTS or (relation in _LIMITS and not node.is_fraction)
            yield from _of_row(hanging, boxes, "script" if small else place)


def _scripts(node: Node, boxes: _Boxes, height: float) -> Iterator[Figure]:
    left, top, right, bottom = boxes.of([node], deep=False)
    if Relation.INSIDE in node.rows or node.is_fraction:
        left, top, right, bottom = boxes.of([Node(node.label, node.strokes, _without(node, SCRIPTS))])
    shape = shape_of(node)
    for relation in SCRIPTS:
        if (row := node.rows.get(relation)) is None:
            continue
        small, middle = measure(boxes.points, row)
        name, prime = relation.value.lower(), all(n.label == "\\prime" for n in row)
        if prime:
            name = "prime"
        yield f"{name} size", shape, small / height
        yield f"{name} right", shape, (boxes.of(row)[0] - right) / height
        edge = top if relation is Relation.SUP else bottom
        yield f"{name} up", shape, (edge - middle) / height


def _without(node: Node, relations: Sequence[Relation]) -> dict[Relation, Row]:
    return {relation: row for relation, row in node.rows.items() if relation not in relations}


def _limits(node: Node, boxes: _Boxes, height: float) -> Iterator[Figure]:
    left, top, right, bottom = boxes.of([node], deep=False)
    shape = shape_of(node)
    for relation in _LIMITS:
        if (row := node.rows.get(relation)) is None:
            continue
        l_left, l_top, l_right, l_bottom = boxes.of(row)
        name = "over" if relation is Relation.ABOVE else "under"
        yield f"{name} size", shape, measure(boxes.points, row)[0] / height
        yield f"{name} shift", shape, ((l_left + l_right) - (left + right)) / 2 / height
        yield f"{name} gap", shape, (top - l_bottom if relation is Relation.ABOVE else l_top - bottom) / height


def _fraction(node: Node, row: Row, boxes: _Boxes, height: float, middle: float) -> Iterator[Figure]:
    above, below = node.rows[Relation.ABOVE], node.rows[Relation.BELOW]
    unit = (measure(boxes.points, above)[0] + measure(boxes.points, below)[0]) / 2
    left, top, right, bottom = boxes.of([node], deep=False)
    line = (top + bottom) / 2
    over, under = boxes.of(above), boxes.of(below)
    wide, narrow = (over, under) if over[2] - over[0] >= under[2] - under[0] else (under, over)
    yield "fraction left", ANY, (wide[0] - left) / unit
    yield "fraction right", ANY, (right - wide[2]) / unit
    room = (right - left) - (narrow[2] - narrow[0])
    if room > 0.5 * unit:
        yield "fraction place", ANY, (narrow[0] - left) / room
    yield "fraction gap", "above", (line - over[3]) / unit
    yield "fraction gap", "below", (under[1] - line) / unit
    yield "fraction tilt", ANY, (bottom - top) / max(right - left, 1e-6)
    beside = [n for n in row if has_usual_height(n)]
    if beside:
        own, centre = measure(boxes.points, tuple(beside))
        yield "fraction size", ANY, unit / own
        yield "fraction up", ANY, (centre - line) / own


def _root(node: Node, row: Row, boxes: _Boxes) -> Iterator[Figure]:
    inside = node.rows[Relation.INSIDE]
    unit, _ = measure(boxes.points, inside)
    left, top, right, bottom = boxes.of([node], deep=False)
    i_left, i_top, i_right, i_bottom = boxes.of(inside)
    yield "root hook", ANY, (i_left - left) / unit
    yield "root roof", ANY, (i_top - top) / unit
    yield "root right", ANY, (right - i_right) / unit
    yield "root foot", ANY, (bottom - i_bottom) / unit
    beside = [n for n in row if has_usual_height(n)]
    if beside:
        yield "root size", ANY, unit / measure(boxes.points, tuple(beside))[0]
    if Relation.ABOVE in node.rows:
        index = node.rows[Relation.ABOVE]
        x_left, x_top, x_right, x_bottom = boxes.of(index)
        yield "index size", ANY, measure(boxes.points, index)[0] / unit
        yield "index right", ANY, (i_left - x_right) / unit
        yield "index up", ANY, ((x_top + x_bottom) / 2 - top) / (bottom - top)


def _fences(row: Row, boxes: _Boxes, height: float) -> Iterator[Figure]:
    for i, node in enumerate(row):
        end = next((j for j in range(i + 2, len(row)) if row[j].label == _CLOSING.get(node.label)), None)
        if end is None or any(other.label == node.label for other in row[i + 1 : end]):
            continue
        _, top, _, bottom = boxes.of(row[i + 1 : end])
        how = "plain" if bottom - top <= PLAIN * height else "tall"
        for fence in (node, row[end]):
            _, f_top, _, f_bottom = boxes.of([fence], deep=False)
            yield "fence up", how, (top - f_top) / height
            yield "fence down", how, (f_bottom - bottom) / height


def _slope(row: Row, boxes: _Boxes, height: float, place: str) -> Iterator[Figure]:
    usual = [node for node in row if has_usual_height(node)]
    if place != "line" or len(usual) < 5:
        return
    x = np.array([sum(boxes.of([n], deep=False)[::2]) / 2 for n in usual])
    y = np.array([measure(boxes.points, (n,))[1] for n in usual])
    if np.ptp(x) > 6 * height:
        yield "slope", ANY, float(np.polyfit(x, y, 1)[0])


def _order(row: Row) -> Iterator[Figure]:
    """What was written before what: 1 where it was, 0 where not."""
    for node, after in zip(row, row[1:], strict=False):
        yield "order", "neighbours in turn", float(_first([node]) < _first([after]))
    for node in row:
        first = min(node.strokes)
        if node.label in ("i", "j") and len(node.strokes) > 1:
            yield "order", "dot in turn", float(max(node.strokes) - first == len(node.strokes) - 1)
        rows = node.rows
        if node.is_fraction:
            yield "order", "numerator before bar", float(_first(rows[Relation.ABOVE]) < first)
            yield "order", "bar before denominator", float(first < _first(rows[Relation.BELOW]))
        elif Relation.INSIDE in rows:
            yield "order", "root before content", float(first < _first(rows[Relation.INSIDE]))
            if Relation.ABOVE in rows:
                yield "order", "index before root", float(_first(rows[Relation.ABOVE]) < first)
        else:
            for relation, hanging in rows.items():
                yield "order", f"base before {relation.value.lower()}", float(first < _first(hanging))
            for low, high in ((Relation.SUB, Relation.SUP), (Relation.BELOW, Relation.ABOVE)):
                if low in rows and high in rows:
                    yield "order", f"{low.value.lower()} first", float(_first(rows[low]) < _first(rows[high]))
            if node.label in ("\\sum", "\\int", "\\lim") and rows:
                yield "order", f"limits of {node.label[1:]}", float(any(relation in rows for relation in _LIMITS))
        for hanging in rows.values():
            yield from _order(hanging)


def _first(row: Sequence[Node]) -> int:
    return min(s for node in all_nodes(row) for s in node.strokes)
