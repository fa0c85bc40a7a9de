"""Whether a picture shows a symbol on plain ground, without frames, tables, shadows, bands or lines."""

from __future__ import annotations

import cv2
import numpy as np

from crohme.ink.trace.contrast import pen_width
from crohme.ink.trace.paper_lines import boxes
from crohme.types import Image, UInt8Array

_SIDE = 240  # the longer side of the small picture that is looked at, pixels
_SMALL, _LONG = 32, 4  # pixels of a side, and times as long as broad: pictures that hold the symbol and no more
_LEVEL = 24  # of 255: less is the ground with its noise
_INK = 96
_STRONG = 140
_BROAD = 0.25  # of the sides' mean: broader than any pen, and than the loops that a broad one fills
_FILLED = 0.75  # of its own box: a page or a dot
_RUNS = 8  # around the border: more than any symbol that is cut out close, and few for ruled paper
_TOUCHING = 0.55  # of the border
_STRIP, _STRIP_SHARE = 0.12, 0.95  # of the longer side; of all its pixels
_NEAR = np.ones((9, 9), np.uint8)
_FAINT = 0.05  # of the strong ink
_SPECK = 4  # pixels of the small picture
_TINT, _TINT_SHARE = 0.5, 0.03  # of the strongest channel; of the strong ink


def is_plain(flat: Image, distance: Image) -> bool:
    """Whether all that differs from the ground is of one strength and as narrow as strokes are, or is one dot.

    Args:
        flat: `(h, w)` or `(h, w, 3)` uint8. The picture.
        distance: `(h, w)` uint8. How far each pixel is from the colour of the border, 255 the farthest.
    """
    if min(distance.shape) < _SMALL or max(distance.shape) > _LONG * min(distance.shape):
        return True  # cut out close: there is no room for anything else
    scale = min(1.0, _SIDE / max(distance.shape))
    size = [max(1, round(side * scale)) for side in distance.shape[::-1]]
    small = np.asarray(cv2.resize(distance, size, interpolation=cv2.INTER_AREA), np.uint8) if scale < 1 else distance
    other = (small > _LEVEL).astype(np.uint8)
    border = np.concatenate([other[0], other[1:, -1], other[-1, -2::-1], other[-2:0:-1, 0]])
    if np.count_nonzero(np.diff(np.append(border, border[:1]).astype(np.int8)) > 0) > _RUNS:
        return False
    strong = (small > _STRONG).astype(np.uint8)
    if not strong.any():
        return False  # too fine to be seen so small: one hair line, or a page of dots
    faint = (small > _LEVEL) & (cv2.dilate(strong, _NEAR) == 0)
    if np.count_nonzero(faint) > max(_FAINT * np.count_nonzero(strong), _SPECK) or border.mean() > _TOUCHING:
        return False
    if _has_strip(strong) or _has_two_colours(np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA)), strong):
        return False
    side = round(_BROAD * (size[0] * size[1]) ** 0.5) | 1
    left, top, width, height = cv2.boundingRect(strong)
    solid = cv2.morphologyEx(strong, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if solid.any() or (width > 0 and strong[top : top + height, left : left + width].mean() > _FILLED):
        return _is_one_blot(np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8), small, strong)
    return not boxes(other, pen_width(other)).any()


def _has_strip(strong: Image) -> bool:
    """Whether the picture ends in a strip of something else, from corner to corner and broader than a pen."""
    least = round(_STRIP * max(strong.shape)) + 1
    ends = (strong[:least], strong[-least:], strong[:, :least], strong[:, -least:])
    return any(float(end.mean()) > _STRIP_SHARE for end in ends)


def _has_two_colours(flat: UInt8Array, strong: Image) -> bool:
    """Whether some of what is strong differs from the ground in other channels: ink on the band of a marker."""
    if flat.ndim == 2:
        return False
    border = np.concatenate([flat[0], flat[-1], flat[:, 0], flat[:, -1]])
    apart = np.abs(flat[strong > 0].astype(np.float32) - np.median(border, axis=0))
    tints = apart / np.maximum(apart.max(axis=1, keepdims=True), 1)
    other = np.abs(tints - np.median(tints, axis=0)).max(axis=1) > _TINT
    return bool(np.count_nonzero(other) > max(_TINT_SHARE * len(other), _SPECK))


def _is_one_blot(flat: Image, small: Image, solid: Image) -> bool:
    """Whether the solid thing is even and all that there is: a dot, or a bar of a broad pen that was cut out close."""
    if ((small > _INK) & (cv2.dilate(solid, _NEAR) == 0)).any():
        return False
    outlines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(solid), outlines, -1, 1, cv2.FILLED)
    inside = cv2.erode(filled, np.ones((5, 5), np.uint8)) > 0
    if not inside.any():
        return True
    levels = flat[inside].reshape(np.count_nonzero(inside), -1).astype(np.int16)
    apart = np.abs(levels - np.median(levels, axis=0)).max(axis=1)
    return bool(np.count_nonzero(apart > _INK) < _SPECK)
