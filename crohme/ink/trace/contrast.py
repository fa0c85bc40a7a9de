"""How far each pixel is from the paper around it, and how wide the pen is that most of it was written with."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from crohme.ink.image_files import ImageError
from crohme.ink.trace.both_ways import has_other_ink
from crohme.ink.trace.hats import WINDOW, ink_hat, outstanding, resized, usual_around, weakest, window_of
from crohme.types import BoolArray, Float32Array, Image

_SURVEY_PIXELS = 1_200_000  # pen widths are measured on no larger picture
_FIRST_WINDOWS = (9, 13)  # pixels: tried for the pen's width, and then again on pictures of half the size
_LEAST = 0.3  # of the strongest ink of a picture: beside dark lines a JPEG has light ones that are weaker
_ENOUGH = 0.3  # of the most ink that any window finds: then the smallest such window is the pen's
# Of the ink of the one polarity: more than that of the other one may be writing, too. A marker or the edge of a shadow
# makes 0.04 of it, white ink beside black on a mid grey 0.2 to 0.7.
_BOTH_WAYS = 0.1
_MOST_LOST = 0.3  # of the strokes, where all that is as narrow as printed lines is filled: they are no broader then


@dataclass(frozen=True, eq=False)
class Contrast:
    """Ink as contrast.

    Args:
        flat: `(h, w)` or `(h, w, 3)` uint8. The picture, at the scale of `strength`.
        strength: `(h, w)` uint8. How far each pixel is from the paper around it, 0 where it is not ink.
        pen: float. Estimated width of the pen, pixels of `strength`.
        scale: float. Pixels of `strength` for one of the picture; 1 unless the pen is broader than `broadest`.
        is_dark: bool. Whether the ink is darker than the paper.
        is_half: bool. Whether there is as much ink of the other polarity that `strength` is half of the writing.
    """

    flat: Image
    strength: Image
    pen: float
    scale: float
    is_dark: bool
    is_half: bool


def contrast(flat: Image, broadest: float, wanted: float, pen: float | None = None) -> Contrast:
    """Tell how strong the ink is, whatever colour it and the paper have.

    Args:
        flat: `(h, w)` or `(h, w, 3)` uint8, opaque.
        broadest: float. Of a pen broader than that, the picture is made smaller first, so that its width is `wanted`.
        pen: float or None. Its width, pixels; None to measure it.

    Raises:
        ImageError: Nothing is drawn.
    """
    if flat.ndim == 3 and not cv2.countNonZero(cv2.absdiff(flat, flat[..., [1, 2, 0]]).reshape(-1)):
        flat = np.ascontiguousarray(flat[..., 0])
    shrink = min(1.0, (_SURVEY_PIXELS / (flat.shape[0] * flat.shape[1])) ** 0.5)
    small = resized(flat, shrink)
    usual_pen, is_dark, is_half = _survey(small)
    pen = usual_pen if pen is None else shrink * pen
    telling = _telling(small, pen, is_dark) if flat.ndim == 3 else None
    pen /= shrink
    scale = wanted / pen if pen > broadest else 1.0
    flat = resized(flat, scale)
    hat = ink_hat(flat if telling is None else flat[..., telling], window_of(scale * pen), scale * pen, is_dark)
    return Contrast(flat, hat, scale * pen, scale, is_dark, is_half)


def pen_on_lines(found: Contrast, strokes: BoolArray) -> float | None:
    """The width of the pen on ruled paper of which the lines were taken for the writing, pixels of the picture.

    None if the strokes are no broader than what was measured.

    Args:
        found: Contrast.
        strokes: `(h, w)` bool. What is ink and on no line.
    """
    side = 2 * round(found.pen) + 1
    how = cv2.MORPH_CLOSE if found.is_dark else cv2.MORPH_OPEN
    bare = np.asarray(cv2.morphologyEx(found.flat, how, np.ones((side, side), np.uint8)), np.uint8)
    lost = cv2.absdiff(bare, found.flat)
    is_lost = (lost if lost.ndim == 2 else lost.max(axis=2)) > 0.5 * found.strength
    if not strokes.any() or is_lost[strokes].mean() > _MOST_LOST:
        return None
    try:
        pen, is_dark, _ = _survey(bare)
    except ImageError:
        return None
    return pen / found.scale if pen >= side and is_dark == found.is_dark else None


def pen_width(ink: Image) -> float:
    """The usual width of lines, pixels: twice the distance from their middle to the paper.

    Args:
        ink: `(h, w)` uint8, not 0 where there is ink.
    """
    depth, is_ridge = ridge(ink)
    depths = np.sort(depth[is_ridge])
    if not len(depths):
        return 1.0
    # Weighted by the depth itself: a thousand specks must not outvote the writing.
    weights = np.cumsum(depths.astype(np.float64))
    return max(1.0, 2 * float(depths[np.searchsorted(weights, weights[-1] / 2)]) - 0.5)


def ridge(ink: Image) -> tuple[Float32Array, BoolArray]:
    """`(h, w)` How far it is from each pixel of ink to the paper, and whether it is in the middle of its line."""
    wide = cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = np.asarray(cv2.distanceTransform(wide, cv2.DIST_L2, 3), np.float32)
    is_ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))
    return depth[1:-1, 1:-1], is_ridge[1:-1, 1:-1]


def _survey(flat: Image) -> tuple[float, bool, bool]:
    """The width of the pen, whether the ink is darker than the paper, and whether some of it is not."""
    found: list[tuple[float, float, bool]] = []
    whole, usual = flat, usual_around(flat)
    size = 1.0  # of a pixel: broad pens are looked for on smaller pictures
    while min(flat.shape[:2]) >= _FIRST_WINDOWS[0]:
        for window in _FIRST_WINDOWS:
            dark, light = (outstanding(flat, usual, window, window / WINDOW, is_dark) for is_dark in (True, False))
            strongest = float(max(dark.max(), light.max()))
            for is_dark, strength, other in ((True, dark, light), (False, light, dark)):
                ink = (strength > max(weakest(strength), _LEAST * strongest)).astype(np.uint8)
                pen = pen_width(ink)
                if ink.any() and window_of(pen) <= 1.15 * window:
                    # Red on grey is lighter in one channel and darker in others: it is of the stronger polarity alone.
                    length = float(strength[(ink > 0) & (strength > other)].sum()) / pen
                    found.append((size * length, size * pen, is_dark))
        flat, size = resized(flat, 0.5), 2 * size
    if not found:
        raise ImageError("nothing is drawn on it")
    length, pen, is_dark, share = _most_likely(found)
    opposite = [one for one in found if one[2] != is_dark]
    if opposite and max(opposite)[0] > length:
        # The paper between the writing and a frame or a table may have passed for narrow ink of the other polarity.
        _, other_pen, *_ = _most_likely(opposite)
        if not has_other_ink(whole, other_pen, not is_dark, _LEAST):
            return other_pen, not is_dark, False
    return pen, is_dark, share > _BOTH_WAYS and has_other_ink(whole, pen, is_dark, _LEAST)


def _most_likely(found: list[tuple[float, float, bool]]) -> tuple[float, float, bool, float]:
    """Length, width and polarity of the narrowest pen with enough ink, and how much is of the other polarity."""
    most = max(length for length, *_ in found)
    first = next(pen for length, pen, _ in found if length >= _ENOUGH * most)
    # Of the two polarities at about this width, that with more ink.
    near = [one for one in found if first / 1.5 <= one[1] <= first * 1.5]
    most, pen, is_dark = max(near)
    return most, pen, is_dark, max((length for length, _, one in near if one != is_dark), default=0.0) / most


def _telling(flat: Image, pen: float, is_dark: bool) -> list[int]:
    """The channels in which the ink is on the side of the paper where it is on the whole.

    Blue ink on yellow paper is darker than it, and yet lighter in the channel of blue: there the narrow paper between
    two strokes would be the ink.
    """
    found = []
    for number in range(flat.shape[2]):
        channel = np.ascontiguousarray(flat[..., number])
        usual = usual_around(channel)
        own, other = (
            float(outstanding(channel, usual, window_of(pen), pen, one).sum(dtype=np.float64))
            for one in (is_dark, not is_dark)
        )
        if own >= other:
            found.append(number)
    return found or list(range(flat.shape[2]))
