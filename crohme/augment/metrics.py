"""x-height and mid line of a row of symbols.

Both are estimated from each symbol that has a usual height (digits and capitals stand half as
high again as an `x`, a `p` reaches below the line), from what stands in its fractions and
under its roots, and from operators and fraction bars, which lie on the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from crohme.ink.expression import Row
from crohme.notation.tree import Node, Relation
from crohme.types import Strokes

_SMALL = "a c e m n o r s u v w x z \\alpha \\pi \\sigma \\infty \\times \\div \\sin \\cos \\tan".split()
_TALL = (
    "0 1 2 3 4 5 6 7 8 9 b d h i k l t A B C E F G H I L M N P R S T V X Y "
    "\\lambda \\theta \\Delta ! \\lim \\log \\exists \\forall"
).split()
_DEEP = "g p q y \\gamma \\mu j f \\beta \\phi".split()
_AXIS = "+ - = \\pm \\lt \\gt \\leq \\geq \\neq \\rightarrow \\in ( ) [ ] \\{ \\} | / \\int \\sum".split()

# label → (height in x-heights, None where it says nothing; how far its centre lies above the mid line)
_SHAPES: dict[str, tuple[float | None, float]] = {
    **dict.fromkeys(_SMALL, (1.0, 0.0)),
    **dict.fromkeys(_TALL, (1.6, 0.3)),
    **dict.fromkeys(_DEEP, (1.6, -0.3)),
    **dict.fromkeys(_AXIS, (None, 0.1)),
}

Box = tuple[float, float, float, float]  # left, top, right, bottom


def measure(points: Strokes, row: Row) -> tuple[float, float]:
    """x-height (positive) and y of the mid line of a row.

    Args:
        points: `(n, p, 2)`. Strokes of the expression to which the row belongs.
        row: tuple of nodes.
    """
    low, high = points.min(axis=1).tolist(), points.max(axis=1).tolist()
    return _measure([(*a, *b) for a, b in zip(low, high, strict=True)], row)


def has_usual_height(node: Node) -> bool:
    """Whether the size of such a symbol tells the x-height of its row."""
    return not node.is_fraction and _SHAPES.get(node.label, (None, 0.0))[0] is not None


def _measure(strokes: Sequence[Box], row: Row) -> tuple[float, float]:
    boxes = [_box([strokes[s] for s in node.strokes]) for node in row]
    heights = [h for node, box in zip(row, boxes, strict=True) if (h := _height(strokes, node, box)) is not None]
    if not heights:  # signs only
        heights = [max(bottom - top, 0.6 * (right - left)) / 1.6 for left, top, right, bottom in boxes]
    height = max(median(heights), 1e-6)
    centres = [
        (top + bottom) / 2 + _SHAPES[node.label][1] * height
        for node, (_, top, _, bottom) in zip(row, boxes, strict=True)
        if node.label in _SHAPES
    ] or [(box[1] + box[3]) / 2 for box in boxes]
    return height, median(centres)


def _height(strokes: Sequence[Box], node: Node, box: Box) -> float | None:
    """x-height that one symbol suggests, None if it suggests none."""
    for relation in (Relation.INSIDE, Relation.ABOVE):
        if relation in node.rows and node.label in ("-", r"\sqrt"):
            return _measure(strokes, node.rows[relation])[0]
    usual = _SHAPES.get(node.label, (None, 0.0))[0]
    return (box[3] - box[1]) / usual if usual else None


def _box(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
