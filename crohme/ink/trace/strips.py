"""Strips along the edges of a picture on which no page is: the bar of a window, the table beside a page."""

from __future__ import annotations

import numpy as np

from crohme.types import BoolArray, Float64Array, Image

_STEP = 8.0  # grey levels between a strip and the page
_SHARPNESS = 3  # pixels that the step takes
_WIDEST = 0.35  # of the picture


def on_strips(boxes: Float64Array, flat: Image) -> BoolArray:
    """Of each mark, whether all of it lies on a strip that ends in a straight step across the whole picture.

    Args:
        boxes: `(n, 4)` float64. Left, top, right and bottom of marks, pixels.
        flat: `(h, w)` or `(h, w, 3)` uint8. The picture.
    """
    found = np.zeros(len(boxes), dtype=bool)
    for axis in (0, 1):
        # Ink covers less than half of any row or column.
        profile = np.median(flat.reshape(*flat.shape[:2], -1), axis=axis)
        size = len(profile)
        if size <= 2 * _SHARPNESS:
            continue
        jumps = np.abs(profile[_SHARPNESS:] - profile[:-_SHARPNESS]).max(axis=1)
        for at in (np.flatnonzero(jumps >= _STEP) + _SHARPNESS // 2).tolist():
            apart = np.abs(np.median(profile[: at + 1], axis=0) - np.median(profile[at + 2 :], axis=0)).max()
            if apart >= _STEP and at < _WIDEST * size:
                found |= boxes[:, axis + 2] <= at + _SHARPNESS
            elif apart >= _STEP and size - at < _WIDEST * size:
                found |= boxes[:, axis] >= at
    return found
