"""Which pixels of a picture are ink: whatever its colours, polarity and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crohme.image_files import ImageError, opaque
from crohme.raster import Image
from crohme.trace.contrast import contrast, pen_width, weakest

PEN_WIDTH = 3.5
"""Pixels that a pen line is wide after scaling: thin enough to thin quickly, wide enough to lie still."""
_FINE, _BROAD = 2.5, 4.5  # a pen between these is left as it is
_MOST_ENLARGED = 3.0
_MOST_PIXELS = 8_000_000  # after scaling
_HALF = 0.45  # of the ink next to it: there ink ends and paper begins
_FAINT = 0.17  # of the strong ink: fainter is what shines through, or the ringing of a JPEG
_SPECK = 0.45  # of the area of a dot of the pen: less is no mark


@dataclass(frozen=True, eq=False)
class Binary:
    """Ink and paper.

    Args:
        ink: `(h, w)` uint8, 1 where there is ink, at a scale at which the pen is about `PEN_WIDTH` wide.
        scale: float. Pixels here for one pixel of the picture.
        pen: float. Width of the pen here, pixels.
    """

    ink: Image
    scale: float
    pen: float


def binarise(pixels: NDArray[np.uint8]) -> Binary:
    """Tell ink from paper.

    Specks smaller than the pen are removed.

    Args:
        pixels: See `image_files.read_pixels`.

    Raises:
        ImageError: Nothing is drawn.
    """
    found = contrast(opaque(pixels), _BROAD, PEN_WIDTH)
    strength = found.strength
    ink = _threshold(strength, found.pen)
    pen = pen_width(ink)
    scale = 1.0 if _FINE <= pen <= _BROAD else min(PEN_WIDTH / pen, _MOST_ENLARGED)
    scale = min(scale, max(1.0, (_MOST_PIXELS / strength.size) ** 0.5))
    if scale != 1.0:
        size = [max(1, round(side * scale)) for side in strength.shape[::-1]]
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        ink = _threshold(cv2.resize(strength, size, interpolation=how), pen * scale)
        pen = pen_width(ink)
    return Binary(_without_specks(ink, pen), found.scale * scale, pen)


def _threshold(strength: Image, pen: float) -> Image:
    """Half as strong as the ink next to it, but well above the noise of the paper; 1 where ink is."""
    lowest = weakest(strength)
    levels = np.bincount(strength.ravel(), minlength=256)
    strong = np.cumsum(levels * (np.arange(256) > lowest))
    if strong[-1] == 0:
        raise ImageError("nothing is drawn on it")
    typical = float(np.searchsorted(strong, 0.75 * strong[-1]))
    reach = 2 * max(1, round(pen)) + 1
    nearby = cv2.dilate(strength, np.ones((reach, reach), np.uint8))
    least = cv2.max(cv2.convertScaleAbs(nearby, alpha=_HALF), np.full(1, max(lowest, _FAINT * typical)))
    return (strength > least).astype(np.uint8)


def _without_specks(ink: Image, pen: float) -> Image:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] >= _SPECK * pen * pen * np.pi / 4
    kept[0] = False
    return ink if kept[1:].all() else kept[labels].astype(np.uint8)
