"""Whether a picture shows a symbol on plain ground, or has frames, tables, shadows, bands or lines on it as well."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crohme.ink.trace.contrast import pen_width
from crohme.ink.trace.paper_lines import boxes

_SIDE = 240  # the longer side of the small picture that is looked at, pixels
_LEVEL = 24  # of 255: less is the ground with its noise
_INK = 96
_STRONG = 140
_BROAD = 0.24  # of the sides' mean: twice as broad as the broadest pens
_RUNS = 8  # around the border: more than any symbol that is cut out close, and few for ruled paper
_TOUCHING = 0.3  # of the border
_NEAR = np.ones((9, 9), np.uint8)
_FAINT = 0.05  # of the strong ink
_SPECK = 4  # pixels of the small picture


def is_plain(flat: NDArray[np.uint8], distance: NDArray[np.uint8]) -> bool:
    """Whether all that differs from the ground is of one strength and as narrow as strokes are, or is one dot.

    Args:
        flat: `(h, w)` or `(h, w, 3)` uint8. The picture.
        distance: `(h, w)` uint8. How far each pixel is from the colour of the border, 255 the farthest.
    """
    scale = min(1.0, _SIDE / max(distance.shape))
    size = [max(1, round(side * scale)) for side in distance.shape[::-1]]
    small = cv2.resize(distance, size, interpolation=cv2.INTER_AREA) if scale < 1 else distance
    other = (small > _LEVEL).astype(np.uint8)
    border = np.concatenate([other[0], other[1:, -1], other[-1, -2::-1], other[-2:0:-1, 0]])
    if np.count_nonzero(np.diff(np.append(border, border[:1]).astype(np.int8)) > 0) > _RUNS:
        return False
    strong = (small > _STRONG).astype(np.uint8)
    faint = (small > _LEVEL) & (cv2.dilate(strong, _NEAR) == 0)
    if np.count_nonzero(faint) > max(_FAINT * np.count_nonzero(strong), _SPECK):
        return False
    side = round(_BROAD * (size[0] * size[1]) ** 0.5) | 1
    # What touches the border goes on beyond it, for all we know.
    wide = cv2.copyMakeBorder(other, *[side] * 4, cv2.BORDER_REPLICATE)
    solid = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))[side:-side, side:-side]
    if not solid.any():
        return not boxes(other, pen_width(other)).any()
    colours = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    return border.mean() < _TOUCHING and _is_one_blot(colours, small, solid)


def _is_one_blot(flat: NDArray[np.uint8], small: NDArray[np.uint8], solid: NDArray[np.uint8]) -> bool:
    """Whether the solid thing is even and all that there is: a dot, or a bar of a broad pen that was cut out close."""
    if ((small > _INK) & (cv2.dilate(solid, _NEAR) == 0)).any():
        return False
    room = min(small.shape) // 4
    filled = cv2.morphologyEx(np.pad(solid, room), cv2.MORPH_CLOSE, np.ones((room, room), np.uint8))
    inside = cv2.erode(filled, np.ones((5, 5), np.uint8))[room:-room, room:-room] > 0
    if not inside.any():
        return True
    levels = flat[inside].reshape(np.count_nonzero(inside), -1).astype(np.int16)
    apart = np.abs(levels - np.median(levels, axis=0)).max(axis=1)
    return np.count_nonzero(apart > _INK) < _SPECK
