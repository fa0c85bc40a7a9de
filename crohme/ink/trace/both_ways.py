"""Whether a picture has ink that is darker than the paper, and ink that is lighter."""

from __future__ import annotations

import cv2
import numpy as np

from crohme.ink.trace.hats import outstanding, planes, resized, usual_around, weakest, window_of
from crohme.types import Image

_WANTED = 3.0  # pixels: a broader pen is looked at on a smaller picture
_AROUND, _BLURRED = 3.0, 1.0  # pen widths from the ink: there is paper; there it is mixed with ink
_LIGHTEST = 75  # percentile of the paper beside the ink
_BEYOND = 0.5  # of its strength: so much ink of the other polarity differs from that paper
# Of the strength of the ink: the paper between the writing and a frame or the corners of a table makes 0.02, white ink
# beside black on a mid grey 0.09 to 1.
_SHARE = 0.05


def has_other_ink(flat: Image, pen: float, is_dark: bool, least: float) -> bool:
    """Whether some of what looks like ink of the other polarity is none of the paper beside the ink.

    Paper that is narrow between the writing and the edge of a table stands out from both as light ink does.

    Args:
        flat: `(h, w)` or `(h, w, 3)` uint8.
        pen: float. Width of the pen, pixels.
        is_dark: bool. Whether the ink is darker than the paper.
        least: float. Of the strongest ink: what is weaker is none.
    """
    scale = min(1.0, _WANTED / pen)
    flat, pen = resized(flat, scale), scale * pen
    usual = usual_around(flat)
    own, other = (outstanding(flat, usual, window_of(pen), pen, one) for one in (is_dark, not is_dark))
    strongest = float(max(own.max(), other.max()))
    ink, of_other = (strength > max(weakest(strength), least * strongest) for strength in (own, other))
    of_other &= other > own
    near = cv2.dilate(ink.astype(np.uint8), _reach(_AROUND * pen)) > 0
    near &= cv2.dilate((ink | of_other).astype(np.uint8), _reach(_BLURRED * pen)) == 0
    if not near.any():
        return bool(of_other.any())
    beyond = np.zeros(flat.shape[:2], np.float64)
    for plane in planes(flat):
        paper = np.percentile(plane[near], _LIGHTEST if is_dark else 100 - _LIGHTEST)
        beyond = np.maximum(beyond, plane - paper if is_dark else paper - plane)
    of_other &= beyond > _BEYOND * other
    return float(other[of_other].sum(dtype=np.float64)) > _SHARE * float(own[ink].sum(dtype=np.float64))


def _reach(pixels: float) -> Image:
    return np.ones((2 * max(1, round(pixels)) + 1,) * 2, np.uint8)
