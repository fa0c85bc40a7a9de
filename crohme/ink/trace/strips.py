"""Strips along the edges of a picture on which no page is: the bar of a window, the table beside a page."""

from __future__ import annotations

import numpy as np

from crohme.types import BoolArray, Float64Array, Image

_STEP = 8.0  # grey levels between a strip and the page
_SHARPNESS = 3  # pixels that the step takes
_LEVEL = 3.0  # pen widths that tell the level on each side: the bar of a fraction is less than half of that
_WIDEST = 0.35  # of the picture
_ALL_ALONG = 0.9  # of the way across: a shadow or a tall sign makes no such step
_SAMPLES = 500  # pixels of a row or column that tell its colour


def on_strips(boxes: Float64Array, flat: Image, pen: float) -> BoolArray:
    """Of each mark, whether all of it lies on a strip that ends in a straight step across the whole picture.

    Args:
        boxes: `(n, 4)` float64. Left, top, right and bottom of marks, pixels.
        flat: `(h, w)` or `(h, w, 3)` uint8. The picture.
        pen: float. Width of the pen, pixels.
    """
    level = max(1, round(_LEVEL * pen))
    found = np.zeros(len(boxes), dtype=bool)
    rows = flat.reshape(*flat.shape[:2], -1)
    for axis, lines in enumerate((rows.swapaxes(0, 1), rows)):
        lines = lines[:, :: max(1, lines.shape[1] // _SAMPLES)]
        for begin, end, is_first in _ends(lines, level):
            found |= boxes[:, axis + 2] <= end if is_first else boxes[:, axis] >= begin
    return found


def _ends(lines: Image, level: int) -> list[tuple[int, int, bool]]:
    """Where a strip at the beginning, and one at the end, meets the page, and which of the two it is.

    Args:
        lines: `(length, n, channels)` uint8. Rows or columns.
        level: int. Lines that tell the colour on each side.
    """
    away, length = level + _SHARPNESS, len(lines)
    if length < away + level:
        return []
    profile = np.median(lines, axis=1)  # ink covers less than half of most lines
    levels = np.median(np.lib.stride_tricks.sliding_window_view(profile, level, axis=0), axis=2)
    steps = np.abs(levels[away:] - levels[:-away]).max(axis=1)
    sharp = np.abs(profile[away:][: len(steps)] - profile[level - 1 :][: len(steps)]).max(axis=1)
    heights, at = np.minimum(steps, sharp), np.arange(len(steps)) + level
    ends = []
    for is_near in (at < _WIDEST * length, at > (1 - _WIDEST) * length):
        best = int(np.argmax(np.where(is_near, heights, -1)))
        if not is_near.any() or heights[best] < _STEP:
            continue
        before, after = (np.median(lines[i : i + level], axis=0) for i in (best, best + away))
        rise = np.median(after - before, axis=0)
        channel = int(np.argmax(np.abs(rise)))
        own = (after - before)[:, channel] * np.sign(rise[channel])
        if np.mean(own > _STEP / 2) > _ALL_ALONG:
            ends.append((int(at[best]), int(at[best]) + _SHARPNESS, bool(at[best] < length / 2)))
    return ends
