"""What lies beside an expression and may be no part of it: a tick, a staple, a cursor, the bar of a window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from crohme.ink.trace.rims import Ground
from crohme.ink.trace.strips import on_strips
from crohme.types import BoolArray, Float64Array, Int32Array

_MOST_MARKS = 200  # of an expression
_OTHER_COLOUR = 0.97  # the cosine between what two inks take from the paper
_OTHER_STRENGTH, _OTHER_WIDTH = 0.75, 0.77  # of the usual one, or the other way round
_CORE = 0.35  # of the width of a line: so deep in it its colour is not mixed with the paper's
_SHORT, _BLOT = 4.0, 8.0  # pen widths: of what is shorter the colour cannot be told; of dots, the width says nothing
_AWAY = 0.2  # of the usual size of marks: the gap to the others at least
_AT_EDGE, _OFF_EDGE = 9.0, 0.35  # pen widths from an edge of the picture; of the distance of the others
_SHARE, _NUMBER = 0.2, 3  # of the ink, marks: what is foreign is little
_SPAN = 0.8  # of the width of the others: a line under all, or a ring around them
_STRAIGHT, _SLANT, _LONG = 1.3, 0.1, 10.0  # times its own width, its length; pen widths: bars are longer
# Pen widths: a hole in the paper, for the dots of a pen are smaller; what may be one beside it. Share of its box.
_HOLE, _ROUND, _FILLED = 2.5, 1.5, 0.6
_CLEAR = 2.0  # pen widths from the edges of the picture, where others keep off them
_TOGETHER = 0.3  # of the usual size of marks: marks that are nearer are one thing


@dataclass(frozen=True, eq=False)
class _Marks:
    """Marks with their boxes `(n, 4)`: left, top, right, bottom; lengths and widths in pen widths; what their ink takes
    from the paper, `(n, channels)`; and the picture's (width, height), pixels."""

    boxes: Float64Array
    lengths: Float64Array
    widths: Float64Array
    colours: Float64Array
    size: Float64Array
    pen: float

    @cached_property
    def gaps(self) -> Float64Array:
        """`(n, n)` From each mark to each, along both axes together; of the usual longer side of marks."""
        low, high = self.boxes[:, :2], self.boxes[:, 2:]
        apart = np.maximum(low[:, None] - high[None], low[None] - high[:, None]).clip(0)
        found: Float64Array = np.hypot(*np.moveaxis(apart, 2, 0)) / self.usual_side
        return found

    @cached_property
    def usual_side(self) -> float:
        """The median of the longer sides of marks, pixels."""
        return float(np.median((self.boxes[:, 2:] - self.boxes[:, :2]).max(axis=1)))


def has_foreign(labels: Int32Array, stats: Int32Array, kept: BoolArray, ground: Ground) -> bool:
    """Whether something beside the expression differs from it in colour, width or strength, or lies far off.

    Args:
        labels: `(h, w)` int32. The number of the mark at each pixel.
        stats: `(n, 5)` int32. As `cv2.connectedComponentsWithStats` gives them.
        kept: `(n,)` bool. Marks that are looked at.
        ground: Ground.
    """
    if not 2 < np.count_nonzero(kept) <= _MOST_MARKS:
        return False
    marks = _measured(labels, stats, kept, ground)
    strengths = np.linalg.norm(marks.colours, axis=1)
    cosines = marks.colours @ marks.colours.T / np.maximum(np.outer(strengths, strengths), 1e-9)
    is_alike = cosines > _OTHER_COLOUR
    usual = is_alike[np.argmax(is_alike @ marks.lengths)]
    is_long = marks.lengths > _SHORT
    strips = on_strips(marks.boxes, ground.flat, ground.pen)
    is_aside = bool(strips.any()) and not strips.all() and _gap(marks, strips) > _AWAY
    if is_aside or _has_holes(marks) or _has_crossing(marks):
        return True
    if _is_around(marks, is_long & ~usual, usual) or _is_around(marks, is_long & usual, is_long & ~usual):
        return True
    in_width = np.where(marks.lengths > _BLOT, _apart(marks.widths, marks.lengths, _OTHER_WIDTH), 0.0)
    of_other_pen = is_long & (np.hypot(in_width, _apart(strengths, marks.lengths, _OTHER_STRENGTH)) > 1)
    for other in (is_long & ~usual, of_other_pen):
        numbers: list[int] = np.flatnonzero(other).tolist()
        if _is_little(marks, other) and any(_is_beside(marks, other, one) for one in numbers):
            return True
        if any(_is_bar(marks, np.arange(len(other)) == one) for one in numbers):
            return True
    return any(_is_little(marks, group) and _is_far_off(marks, group) for group in _groups(marks))


def _measured(labels: Int32Array, stats: Int32Array, kept: BoolArray, ground: Ground) -> _Marks:
    is_ink = kept[labels]
    depths = np.asarray(cv2.distanceTransform(np.pad(is_ink.astype(np.uint8), 1), cv2.DIST_L2, 5), np.float32)
    of, depth, count = labels[is_ink], depths[1:-1, 1:-1][is_ink], len(kept)
    areas = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    # Across a line the distance to its edge grows from 0 to half its width: its mean is a quarter of it.
    widths = np.maximum(4 * np.bincount(of, depth, minlength=count) / areas - 2, 1.0)
    core = depth >= _CORE * widths[of]
    pixels = np.maximum(np.bincount(of[core], minlength=count), 1)
    taken = (
        np.bincount(of[core], bare[is_ink][core].astype(np.float64) - plane[is_ink][core], minlength=count)
        for bare, plane in zip(ground.bare, ground.planes, strict=True)
    )
    colours = np.stack([channel / pixels for channel in taken], axis=1)
    corners = np.hstack([stats[:, :2], stats[:, :2] + stats[:, 2:4]]).astype(np.float64)
    size = np.array(labels.shape[::-1], np.float64)
    pen = ground.pen
    return _Marks(corners[kept], (areas / widths / pen)[kept], widths[kept] / pen, colours[kept], size, pen)


def _apart(values: Float64Array, weights: Float64Array, share: float) -> Float64Array:
    """How far values are from the usual one, in proportion: 1 at that share of it, or if it is that share of them."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    usual = values[order][np.searchsorted(reached, reached[-1] / 2)]
    found: Float64Array = np.abs(np.log(np.maximum(values, 1e-9) / max(usual, 1e-9)) / np.log(share))
    return found


def _box(marks: _Marks, chosen: BoolArray) -> Float64Array:
    return np.concatenate([marks.boxes[chosen, :2].min(axis=0), marks.boxes[chosen, 2:].max(axis=0)])


def _outside(one: Float64Array, box: Float64Array) -> Float64Array:
    """How far a box lies outside another one, along X and Y; 0 where they overlap."""
    return np.maximum(one[:2] - box[2:], box[:2] - one[2:]).clip(0)


def _is_little(marks: _Marks, group: BoolArray) -> bool:
    return 0 < group.sum() <= _NUMBER and bool(marks.lengths[group].sum() <= _SHARE * marks.lengths.sum())


def _is_around(marks: _Marks, few: BoolArray, rest: BoolArray) -> bool:
    """Whether one of at most two marks of one colour is around all those of another, or a line along them."""
    if not 0 < few.sum() <= 2 or not rest.any():
        return False
    others = _box(marks, rest)
    for own in marks.boxes[few]:
        is_wide = (own[2] - own[0]) > _SPAN * (others[2] - others[0])
        is_around = (own[:2] <= others[:2]).all() and (own[2:] >= others[2:]).all()
        if is_around or (is_wide and _outside(own, others)[1] > 0):
            return True
    return False


def _is_beside(marks: _Marks, other: BoolArray, number: int) -> bool:
    return bool(_outside(marks.boxes[number], _box(marks, ~other)).any() and marks.gaps[number][~other].min() > _AWAY)


def _groups(marks: _Marks) -> list[BoolArray]:
    """Marks that are near each other, and each mark by itself."""
    near = marks.gaps <= _TOGETHER
    numbers = np.arange(len(near))
    own, before = numbers, numbers[::-1]
    while (own != before).any():
        own, before = np.array([own[row].min() for row in near]), own
    return [own == one for one in np.unique(own)] + [numbers == one for one in numbers]


def _is_far_off(marks: _Marks, group: BoolArray) -> bool:
    """Whether a group is diagonally off all others: even scripts overlap with some sign, across or down."""
    if group.all():
        return False
    outside = _outside(_box(marks, group), _box(marks, ~group))
    return bool(outside.all()) and _gap(marks, group) > _AWAY


def _is_bar(marks: _Marks, group: BoolArray) -> bool:
    """Whether a mark is a straight bar along an edge of the picture, as windows have them, or a pen on the table."""
    own, others, width = _box(marks, group), _box(marks, ~group), float(marks.widths[group][0])
    sides = (own[2:] - own[:2]) / marks.pen
    broadest = _STRAIGHT * width + _SLANT * sides.max()
    is_along = [sides[axis] < broadest and sides[1 - axis] > _LONG for axis in (0, 1, 0, 1)]
    return bool((_at_edges(marks, own, others) & is_along).any()) and _gap(marks, group) > _AWAY


def _has_holes(marks: _Marks) -> bool:
    """Whether there are round blots along an edge of the picture, away from all else, as punched holes and magnets."""
    sides = (marks.boxes[:, 2:] - marks.boxes[:, :2]) / marks.pen
    filled = marks.lengths * marks.widths / np.maximum(sides.prod(axis=1), 1e-9)
    is_round = (sides.min(axis=1) > _ROUND) & (sides.max(axis=1) < _STRAIGHT * sides.min(axis=1)) & (filled > _FILLED)
    is_hole = is_round & (sides.min(axis=1) > _HOLE)
    if not is_hole.any() or is_round.all():
        return False
    others, gaps = _box(marks, ~is_round), marks.gaps[:, ~is_round].min(axis=1)
    return any(gaps[i] > _AWAY and _at_edges(marks, marks.boxes[i], others).any() for i in np.flatnonzero(is_hole))


def _has_crossing(marks: _Marks) -> bool:
    """Whether a mark goes from edge to edge across a picture with paper around all others, as a fold or a hair does."""
    for axis in (0, 1):
        low, high = marks.boxes[:, axis], marks.boxes[:, axis + 2]
        crosses = (low <= 1) & (high >= marks.size[axis] - 1)
        if not crosses.any() or crosses.all():
            continue
        # Of what was cut out close, the tallest sign reaches both edges.
        of_others, of_all = _margins(marks, ~crosses), _margins(marks, crosses | True)
        if min(*of_others[axis::2], *of_all[1 - axis :: 2]) > _CLEAR * marks.pen:
            return True
    return False


def _margins(marks: _Marks, chosen: BoolArray) -> Float64Array:
    """`(4,)` How far marks are from the left, top, right and bottom edge, pixels."""
    box = _box(marks, chosen)
    return np.concatenate([box[:2], marks.size - box[2:]])


def _gap(marks: _Marks, group: BoolArray) -> float:
    return float(marks.gaps[group][:, ~group].min())


def _at_edges(marks: _Marks, own: Float64Array, others: Float64Array) -> BoolArray:
    """`(4,)` At which edges of the picture a box lies, though others keep off: left, top, right, bottom."""
    ends = np.concatenate([np.zeros(2), marks.size])
    distance, of_others = np.abs(own - ends), np.abs(others - ends)
    at_edges: BoolArray = (distance < _AT_EDGE * marks.pen) & (distance < _OFF_EDGE * of_others)
    return at_edges
