"""Strips along the edges of a picture on which no page is: the bar of a window, the table beside a page."""

from __future__ import annotations

import numpy as np

from crohme.types import BoolArray, Float64Array, Image

_STEP = 8.0  # grey levels between a strip and the page
_SHARPNESS = 3  # pixels that the step takes
_LEVEL = 3.0  # pen widths that tell the level on each side: the bar of a fraction is less than half of that
_WIDEST = 0.35  # of the picture
_SAMPLES = 500  # pixels of a row or column that tell its colour


def on_strips(boxes: Float64Array, flat: Image, pen: float) -> BoolArray:
    """Of each mark, whether all of it lies on a strip that ends in a straight step across the whole picture.

    Args:
        boxes: `(n, 4)` float64. Left, top, right and bottom of marks, pixels.
        flat: `(h, w)` or `(h, w, 3)` uint8. The picture.
        pen: float. Width of the pen, pixels.
    """
    level = max(1, round(_LEVEL * pen))
    away = level + _SHARPNESS
    found = np.zeros(len(boxes), dtype=bool)
    for axis in (0, 1):
        # Ink covers less than half of any row or column.
        apart = max(1, flat.shape[axis] // _SAMPLES)
        some = flat[::apart] if axis == 0 else flat[:, ::apart]
        profile = np.median(some.reshape(*some.shape[:2], -1), axis=axis)
        if (size := len(profile)) < away + level:
            continue
        levels = np.median(np.lib.stride_tricks.sliding_window_view(profile, level, axis=0), axis=2)
        steps = np.abs(levels[away:] - levels[:-away]).max(axis=1)
        sharp = np.abs(profile[away:][: len(steps)] - profile[level - 1 :][: len(steps)]).max(axis=1)
        for at in (np.flatnonzero(np.minimum(steps, sharp) >= _STEP) + level).tolist():
            if at < _WIDEST * size:
                found |= boxes[:, axis + 2] <= at + _SHARPNESS
            elif size - at < _WIDEST * size:
                found |= boxes[:, axis] >= at
    return found
