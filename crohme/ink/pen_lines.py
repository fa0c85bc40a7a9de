"""Anti-aliased pen lines in numpy, grey level for grey level as OpenCV's `polylines` draws them with `LINE_AA`.

The offline network was trained on OpenCV's lines, which are darker where points lie close. It reads the same
pictures where OpenCV is not installed; a test holds the two equal.

Coordinates are integers in 1/65536 of a pixel. A line segment is a rectangle, and a polygon for a round end at each
point; a polygon is its anti-aliased outline and its inside. Lines are black and blend with what is below, in order.
"""

from __future__ import annotations

import numpy as np

from crohme.types import BoolArray, Images, Int32Array, Int64Array, UInt8Array

FRACTION_BITS = 4
"""Points are given in sixteenths of a pixel."""
_BITS = 16
_ONE = 1 << _BITS
_PAPER = 255
_AT_ONCE = 2048  # points, unless one picture has more: what is worked out for them fits into the cache
_SHADE_BITS, _EDGE_BITS = 8, 7  # grey levels; corners of a polygon
_PROFILE = np.floor(255 * np.exp(-(((np.arange(64) - 15.5) / 24) ** 2))).astype(np.int64)
"""Darkness by the distance from the middle of a line, in 32 steps to a pixel."""
_SLANT = np.floor(181.02 * np.hypot(1, (np.arange(64) + 0.5) / 32)).clip(0, 256).astype(np.int64)
"""Darkness by the slope of a line, in 32 steps from 0 to 1: a slanted one crosses fewer columns for its length."""
_SLANT[32:] = 256


def draw_lines(
    points: Int32Array,
    stroke_lengths: Int64Array,
    picture_of_stroke: Int64Array,
    shape: tuple[int, int, int],
    thickness: int,
) -> Images:
    """Strokes drawn in black on white pictures.

    Args:
        points: `(P, 2)` int32. All strokes one after the other, in sixteenths of a pixel; what lies outside the
            picture is left out.
        stroke_lengths: `(S,)` int64, ≥ 1.
        picture_of_stroke: `(S,)` int64, ascending. The picture that each stroke is drawn on.
        shape: (pictures, height, width).
        thickness: int, ≥ 2. Pixels. From 30 on, a few pixels may differ from OpenCV's by three grey levels.

    Returns:
        `shape` uint8.
    """
    images = np.full(shape, _PAPER, dtype=np.uint8)
    if not len(points):
        return images
    last = np.cumsum(stroke_lengths)
    block = (last - stroke_lengths)[np.searchsorted(picture_of_stroke, picture_of_stroke)] // _AT_ONCE
    for strokes in np.split(np.arange(len(stroke_lengths)), np.flatnonzero(np.diff(block)) + 1):
        chosen = points[last[strokes[0]] - stroke_lengths[strokes[0]] : last[strokes[-1]]]
        _draw(images, *_segments(chosen, stroke_lengths[strokes], picture_of_stroke[strokes]), thickness)
    return images


def _draw(
    images: Images, begin: Int64Array, end: Int64Array, is_first: BoolArray, picture: Int64Array, thickness: int
) -> None:
    number = 3 * np.arange(len(begin))
    bodies, has_body = _rectangles(begin, end, thickness)
    # What is drawn later lies above: of a segment first its body, then its ends.
    layers = (
        (bodies, picture[has_body], number[has_body]),
        (_discs(begin[is_first], thickness), picture[is_first], number[is_first] + 1),
        (_discs(end, thickness), picture, number + 2),
    )
    for polygons, of_picture, _ in layers:
        _fill(images, polygons, of_picture)
    order_bits = _EDGE_BITS + int(number[-1] + 2).bit_length()
    _blend(images, np.concatenate([_outlines(images, *layer, order_bits) for layer in layers]), order_bits)


def _segments(
    points: Int32Array, stroke_lengths: Int64Array, picture_of_stroke: Int64Array
) -> tuple[Int64Array, Int64Array, BoolArray, Int64Array]:
    """Both ends of each segment, whether it is the first of its stroke, and its picture."""
    is_dot = stroke_lengths == 1
    at = np.arange(len(points))
    # A segment needs two ends, even where the pen only touched the paper.
    at = np.repeat(at, np.where(np.repeat(is_dot, stroke_lengths), 2, 1))
    lengths = stroke_lengths + is_dot
    first = np.cumsum(lengths) - lengths
    is_last = np.zeros(len(at), dtype=bool)
    is_last[first + lengths - 1] = True
    begins = np.flatnonzero(~is_last)
    is_first = np.zeros(len(at), dtype=bool)
    is_first[first] = True
    exact = points.astype(np.int64) << (_BITS - FRACTION_BITS)
    picture = np.repeat(picture_of_stroke, lengths - 1)
    return exact[at[begins]], exact[at[begins + 1]], is_first[begins], picture


def _rectangles(begin: Int64Array, end: Int64Array, thickness: int) -> tuple[Int64Array, Int64Array]:
    """`(B, 4, 2)` corners of the segments that have a length, and which those are."""
    along = (end - begin) / _ONE
    square = (along**2).sum(axis=1)
    has_body = np.flatnonzero(square > np.finfo(np.float64).eps)
    along = along[has_body]
    half = (thickness * _ONE / 2 + (thickness & 1) * _ONE / 2) / np.sqrt(square[has_body])
    across = np.rint(along[:, ::-1] * [1, -1] * half[:, None]).astype(np.int64)
    begin, end = begin[has_body], end[has_body]
    return np.stack([begin + across, begin - across, end - across, end + across], axis=1), has_body


def _discs(centres: Int64Array, thickness: int) -> Int64Array:
    """`(C, corners, 2)` polygons for the round ends; their first corner is their last one, too."""
    radius = thickness << (_BITS - 1)
    pixels = (radius + _ONE // 2) >> _BITS
    step = 90 if pixels < 3 else 30 if pixels < 10 else 18 if pixels < 15 else 5
    angles = np.deg2rad(np.arange(0, 361, step))
    exact = centres[:, None] + radius * np.round(np.stack([np.cos(angles), np.sin(angles)], axis=1), 7)
    corners: Int64Array = np.rint(exact).astype(np.int64)
    return corners


def _fill(images: Images, polygons: Int64Array, picture: Int64Array) -> None:
    """Blacken the inside of convex polygons, row by row between their left and their right chain of edges."""
    _, height, width = images.shape
    corners = polygons.shape[1]
    rows = (polygons[..., 1] + _ONE // 2) >> _BITS
    top = polygons[..., 1].argmin(axis=1)
    first, last = rows.min(axis=1), rows.max(axis=1)
    count = np.where(last > first, last - first + 1, 0)
    of = np.repeat(np.arange(len(polygons)), count)
    row = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
    # The last row goes on along the edges of the row before.
    until = np.minimum(row, last[of] - 1)[:, None]
    sides = []
    for step in (1, -1):
        chain = (top[:, None] + step * np.arange(corners + 1)) % corners
        x = np.take_along_axis(polygons[..., 0], chain, axis=1)
        y = np.take_along_axis(rows, chain, axis=1)
        below = (y[:, 1:][of] > until).argmax(axis=1) + 1
        x0, x1, y0, y1 = x[of, below - 1], x[of, below], y[of, below - 1], y[of, below]
        slope = _divide((x1 - x0) * 2 + (y1 - y0), 2 * (y1 - y0))
        sides.append(x0 + slope * (row - y0))
    left = np.maximum((np.minimum(*sides) + _ONE - 1) >> _BITS, 0)
    right = np.minimum(np.maximum(*sides) >> _BITS, width - 1)
    span = np.where((row >= 0) & (row < height), np.maximum(right - left + 1, 0), 0)
    start = (picture[of] * height + row) * width + left
    inside = np.repeat(start - (np.cumsum(span) - span), span) + np.arange(span.sum())
    images.reshape(-1)[inside] = 0


def _outlines(
    images: Images, polygons: Int64Array, picture: Int64Array, order: Int64Array, order_bits: int
) -> Int64Array:
    """What the outlines of polygons darken, but for pixels that are black: pixel, order and darkness in one number."""
    corners = polygons.shape[1]
    before = np.roll(polygons, 1, axis=1).reshape(-1, 2)
    line, x, y, darkness = _line_pixels(before, polygons.reshape(-1, 2))
    _, height, width = images.shape
    is_seen = (darkness > 0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    line, x, y, darkness = line[is_seen], x[is_seen], y[is_seen], darkness[is_seen]
    polygon, edge = np.divmod(line, corners)
    pixel = (picture[polygon] * height + y) * width + x
    is_paper = images.reshape(-1)[pixel] > 0
    key = (pixel << order_bits) | (order[polygon] << _EDGE_BITS) | edge
    packed: Int64Array = ((key << _SHADE_BITS) | darkness)[is_paper]
    return packed


def _line_pixels(begin: Int64Array, end: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
    """The pixels of lines a pixel wide, three at each step along the longer axis: line, x, y, darkness."""
    extent = np.abs(end - begin)
    is_steep = extent[:, 0] <= extent[:, 1]
    begin, end = (np.where(is_steep[:, None], p[:, ::-1], p) for p in (begin, end))
    is_backward = (end[:, 0] < begin[:, 0])[:, None]
    begin, end = np.where(is_backward, end, begin), np.where(is_backward, begin, end)
    slope = _divide((end[:, 1] - begin[:, 1]) << _BITS, (end[:, 0] - begin[:, 0]) | 1)
    column, stop = begin[:, 0] >> _BITS, (end[:, 0] + _ONE) >> _BITS
    start = begin[:, 1] + ((slope * -(begin[:, 0] & (_ONE - 1))) >> _BITS) + _ONE // 2
    count = stop - column + 1
    line = np.repeat(np.arange(len(begin)), count)
    step = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    weight = _weights(begin[:, 0], end[:, 0] + _ONE, slope)
    weight = weight[line, np.minimum(step, 2) * 3 + np.minimum(count[line] - 1 - step, 2)]
    across = start[line] + slope[line] * step
    distance = (across >> (_BITS - 5)) & 31
    darkness = (weight * _PROFILE[np.stack([distance + 32, distance, 63 - distance])]) >> 8 & 0xFF
    minor = (across >> _BITS) + np.arange(-1, 2)[:, None]
    major = np.broadcast_to(column[line] + step, minor.shape)
    swapped = is_steep[line]
    x, y = np.where(swapped, minor, major), np.where(swapped, major, minor)
    return np.broadcast_to(line, minor.shape).ravel(), x.ravel(), y.ravel(), darkness.ravel()


def _weights(begin: Int64Array, end: Int64Array, slope: Int64Array) -> Int64Array:
    """`(L, 9)` factors of darkness, of 256, of the first, second and other steps, times the last three alike.

    The first and the last pixel are as dark as the line covers them.
    """
    bits = (slope >> (_BITS - 5)) & 63
    slant = _SLANT[np.where(slope < 0, bits ^ 63, bits)]
    into, out = ((x >> (_BITS - 7)) & 0x78 for x in (begin, end))
    enters, leaves = ((0x78 - into) | 4) * slant, (out | 4) * slant
    short, longer = (((out - into) & 0x78) | 4) * slant, (((out - into) + 0x80) | 4) * slant
    parts = [
        np.zeros_like(slant), short >> 8, enters >> 8,
        short >> 8, longer >> 8, (enters + (slant << 7)) >> 8,
        leaves >> 8, (leaves + (slant << 7)) >> 8,
    ]  # fmt: skip
    return np.stack([*(part & 0x1FF for part in parts), slant], axis=1)


def _blend(images: Images, packed: Int64Array, order_bits: int) -> None:
    """Darken each pixel by one line after the other, all pixels at once."""
    packed = np.sort(packed)
    pixel, darkness = packed >> (order_bits + _SHADE_BITS), packed & ((1 << _SHADE_BITS) - 1)
    first = np.flatnonzero(np.diff(pixel, prepend=-1))
    count = np.diff(first, append=len(pixel))
    shades = np.full(len(first), _PAPER, dtype=np.uint8)
    left = np.arange(len(first))
    for nth in range(int(count.max(initial=0))):
        left = left[count[left] > nth]
        shades[left] = _BLENDED[darkness[first[left] + nth], shades[left]]
    images.reshape(-1)[pixel[first]] = shades


def _divide(dividend: Int64Array, divisor: Int64Array) -> Int64Array:
    """Integer division towards zero; divisors are positive."""
    return np.sign(dividend) * (np.abs(dividend) // divisor)


def _blended() -> UInt8Array:
    """`[darkness, shade]` → shade. OpenCV blends twice."""
    darkness, shade = np.arange(256)[:, None], np.arange(256)[None]
    for _ in range(2):
        shade = shade + ((127 - shade * darkness) >> 8)
    return shade.astype(np.uint8)


_BLENDED = _blended()
