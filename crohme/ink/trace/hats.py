"""How far pixels stand out from what is around them.

Ink is narrow. What is darker than all around it within a window of a few pen widths is ink, and stands as far above 0
as it is darker (the bottom hat of mathematical morphology: Serra, Image Analysis and Mathematical Morphology, 1982).
A table, a frame, a shadow or the band of a highlighter is wider than the window, and stands at 0; the ink on it does
not. Each colour channel is looked at by itself, so that light ink shows wherever it shows best.
"""

from __future__ import annotations

import cv2
import numpy as np

from crohme.types import Image

WEAKEST = 14.0
"""Grey levels that ink differs from paper at least."""
WINDOW = 4.5
"""Pen widths: what is wider both ways is no stroke."""
_LIGHT_SIDE = 400  # the longer side of the small picture on which the usual colour around is found, pixels
_LIGHT_WINDOW = 81  # of the median on it
_ALIKE, _EDGE_SHARE = 40, 0.97  # grey levels, share: an edge of the picture that is of one colour
_LONG_EDGE = 25.0  # pen widths: no stroke is that long and lies along the edge of a picture


def ink_hat(flat: Image, window: int, pen: float, is_dark: bool) -> Image:
    """The bottom hat (of ink that is darker) or the top hat, the most of all channels, without the paper's noise."""
    kernel = np.ones((window, window), np.uint8)
    how = cv2.MORPH_BLACKHAT if is_dark else cv2.MORPH_TOPHAT
    hats = []
    for channel in planes(flat):
        edges = _solid_edges(channel, pen)
        top, bottom, left, right = (window * edge for edge in edges)
        wide = cv2.copyMakeBorder(channel, top, bottom, left, right, cv2.BORDER_REPLICATE) if any(edges) else channel
        hat = cv2.morphologyEx(wide, how, kernel)
        hats.append(hat[top : wide.shape[0] - bottom, left : wide.shape[1] - right])
    hat = hats[0]
    for other in hats[1:]:
        hat = cv2.max(hat, other)
    return np.asarray(cv2.subtract(hat, np.full(1, np.median(hat), np.float64)), np.uint8)


def outstanding(flat: Image, usual: Image, window: int, pen: float, is_dark: bool) -> Image:
    """How far pixels stand out from what is around them, and from what is usual there, see `usual_around`.

    Between narrow strokes the paper is narrow, too: it is not ink, for it is what is usual.
    """
    hat, beyond = ink_hat(flat, window, pen, is_dark), beyond_usual(flat, usual, is_dark)
    return np.asarray(cv2.min(hat, beyond), np.uint8)


def window_of(pen: float) -> int:
    """The window for a pen of that width, an odd number of pixels."""
    return round(WINDOW * pen) | 1


def usual_around(flat: Image) -> Image:
    """The usual colour around each pixel, small."""
    small = resized(flat, min(1.0, _LIGHT_SIDE / max(flat.shape[:2])))
    reach = _LIGHT_WINDOW // 2
    wide = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_REFLECT)  # a frame stays as narrow as it is
    return np.asarray(cv2.medianBlur(wide, _LIGHT_WINDOW), np.uint8)[reach:-reach, reach:-reach]


def beyond_usual(flat: Image, usual: Image, is_dark: bool) -> Image:
    """How much darker or lighter than usual, the most of all channels."""
    around = cv2.resize(usual, flat.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    beyond = np.asarray(cv2.subtract(around, flat) if is_dark else cv2.subtract(flat, around), np.uint8)
    strongest: Image = beyond if beyond.ndim == 2 else beyond.max(axis=2)
    return strongest


def weakest(strength: Image) -> float:
    """What is weaker is the noise of the paper: some standard deviations of it, `WEAKEST` at least."""
    return max(WEAKEST, noise(strength))


def noise(strength: Image) -> float:
    """Some standard deviations of the noise of the paper, 0 where there is none."""
    levels = np.cumsum(np.bincount(strength.ravel(), minlength=256)) / strength.size
    # Half a standard deviation: one side of it was cut off.
    return min(6.0 * float(np.searchsorted(levels, 0.68)), 80.0)


def resized(flat: Image, scale: float) -> Image:
    """A picture made smaller; the argument itself at a scale of 1."""
    if scale == 1:
        return flat
    size = [max(1, round(side * scale)) for side in flat.shape[1::-1]]
    return np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8)


def planes(flat: Image) -> list[Image]:
    """The colour channels."""
    return [flat] if flat.ndim == 2 else [np.asarray(plane, np.uint8) for plane in cv2.split(flat)]


def _solid_edges(channel: Image, pen: float) -> tuple[bool, bool, bool, bool]:
    """At which of top, bottom, left and right the picture ends in one colour, which goes on beyond it for all we know.

    So a frame around a page, or a strip of the table at its side, is as wide as it may be. A short edge may be a bar
    of a T that was cut out close, unless all four are alike.
    """
    lines = (channel[0], channel[-1], channel[:, 0], channel[:, -1])
    even = [bool((cv2.absdiff(line, np.full(1, np.median(line))) <= _ALIKE).mean() >= _EDGE_SHARE) for line in lines]
    if all(even):
        return True, True, True, True
    top, bottom, left, right = (e and len(line) > _LONG_EDGE * pen for e, line in zip(even, lines, strict=True))
    return top, bottom, left, right
