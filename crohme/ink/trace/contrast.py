"""How far each pixel is from the paper around it, and how wide the pen is that most of it was written with.

Ink is narrow. What is darker than all around it within a window of a few pen widths is ink, and stands as far above 0
as it is darker (the bottom hat of mathematical morphology: Serra, Image Analysis and Mathematical Morphology, 1982).
A table, a frame, a shadow or the band of a highlighter is wider than the window, and stands at 0; the ink on it does
not. Each colour channel is looked at by itself, so that light ink shows wherever it shows best.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from crohme.ink.image_files import ImageError
from crohme.types import BoolArray, Float32Array, Image

WEAKEST = 14.0
"""Grey levels that ink differs from paper at least."""
_WINDOW = 4.5  # pen widths: what is wider both ways is no stroke
_SURVEY_PIXELS = 1_200_000  # pen widths are measured on no larger picture
_FIRST_WINDOWS = (9, 13)  # pixels: tried for the pen's width, and then again on pictures of half the size
_ENOUGH = 0.3  # of the most ink that any window finds: then the smallest such window is the pen's
# Of the ink of the one polarity: more than that of the other one is writing, too. A marker or the edge of a shadow
# makes 0.04 of it, white ink beside black on a mid grey 0.2 to 0.7.
_BOTH_WAYS = 0.1
_LIGHT_SIDE = 400  # the longer side of the small picture on which the usual colour around is found, pixels
_LIGHT_WINDOW = 81  # of the median on it
_ALIKE, _EDGE_SHARE = 40, 0.97  # grey levels, share: an edge of the picture that is of one colour
_LONG_EDGE = 25.0  # pen widths: no stroke is that long and lies along the edge of a picture


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


def contrast(flat: Image, broadest: float, wanted: float) -> Contrast:
    """Tell how strong the ink is, whatever colour it and the paper have.

    Args:
        flat: `(h, w)` or `(h, w, 3)` uint8, opaque.
        broadest: float. Of a pen broader than that, the picture is made smaller first, so that its width is `wanted`.

    Raises:
        ImageError: Nothing is drawn.
    """
    if flat.ndim == 3 and not cv2.countNonZero(cv2.absdiff(flat, flat[..., [1, 2, 0]]).reshape(-1)):
        flat = np.ascontiguousarray(flat[..., 0])
    shrink = min(1.0, (_SURVEY_PIXELS / (flat.shape[0] * flat.shape[1])) ** 0.5)
    small = _resized(flat, shrink)
    pen, is_dark, is_half = _survey(small)
    telling = _telling(small, pen, is_dark) if flat.ndim == 3 else None
    pen /= shrink
    scale = wanted / pen if pen > broadest else 1.0
    flat = _resized(flat, scale)
    hat = _hat(flat if telling is None else flat[..., telling], _window(scale * pen), scale * pen, is_dark)
    return Contrast(flat, hat, scale * pen, scale, is_dark, is_half)


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


def weakest(strength: Image) -> float:
    """What is weaker is the noise of the paper: some standard deviations of it, `WEAKEST` at least."""
    return max(WEAKEST, noise(strength))


def noise(strength: Image) -> float:
    """Some standard deviations of the noise of the paper, 0 where there is none."""
    levels = np.cumsum(np.bincount(strength.ravel(), minlength=256)) / strength.size
    # Half a standard deviation: one side of it was cut off.
    return min(6.0 * float(np.searchsorted(levels, 0.68)), 80.0)


def _survey(flat: Image) -> tuple[float, bool, bool]:
    """The width of the pen, whether the ink is darker than the paper, and whether some of it is not."""
    found: list[tuple[float, float, bool]] = []
    usual = _usual(flat)
    size = 1.0  # of a pixel: broad pens are looked for on smaller pictures
    while min(flat.shape[:2]) >= _FIRST_WINDOWS[0]:
        for window in _FIRST_WINDOWS:
            # Between narrow strokes the paper is narrow, too: it is not ink, for it is what is usual around.
            dark, light = (
                np.minimum(_hat(flat, window, window / _WINDOW, is_dark), _beyond(flat, usual, is_dark))
                for is_dark in (True, False)
            )
            # Beside dark lines a JPEG has light ones, much fainter: they are no ink.
            strongest = float(max(dark.max(), light.max()))
            for is_dark, strength, other in ((True, dark, light), (False, light, dark)):
                ink = (strength > max(weakest(strength), 0.3 * strongest)).astype(np.uint8)
                pen = pen_width(ink)
                if ink.any() and _window(pen) <= 1.15 * window:
                    # Red on grey is lighter in one channel and darker in others: it is of the stronger polarity alone.
                    length = float(strength[(ink > 0) & (strength > other)].sum()) / pen
                    found.append((size * length, size * pen, is_dark))
        flat, size = _resized(flat, 0.5), 2 * size
    if not found:
        raise ImageError("nothing is drawn on it")
    most = max(length for length, *_ in found)
    first = next(pen for length, pen, *_ in found if length >= _ENOUGH * most)
    # Of the two polarities at about this width, that with more ink.
    near = [one for one in found if first / 1.5 <= one[1] <= first * 1.5]
    most, pen, is_dark = max(near)
    opposite = max((length for length, _, its_dark in near if its_dark != is_dark), default=0.0)
    return pen, is_dark, opposite > _BOTH_WAYS * most


def _telling(flat: Image, pen: float, is_dark: bool) -> list[int]:
    """The channels in which the ink is on the side of the paper where it is on the whole.

    Blue ink on yellow paper is darker than it, and yet lighter in the channel of blue: there the narrow paper between
    two strokes would be the ink.
    """
    found = []
    for number in range(flat.shape[2]):
        channel = np.ascontiguousarray(flat[..., number])
        usual = _usual(channel)
        own, other = (
            float(np.minimum(_hat(channel, _window(pen), pen, one), _beyond(channel, usual, one)).sum(dtype=np.float64))
            for one in (is_dark, not is_dark)
        )
        if own >= other:
            found.append(number)
    return found or list(range(flat.shape[2]))


def _resized(flat: Image, scale: float) -> Image:
    if scale == 1:
        return flat
    size = [max(1, round(side * scale)) for side in flat.shape[1::-1]]
    return np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8)


def _window(pen: float) -> int:
    return round(_WINDOW * pen) | 1


def _hat(flat: Image, window: int, pen: float, is_dark: bool) -> Image:
    """The bottom hat (of ink that is darker) or the top hat, the most of all channels, without the paper's noise."""
    kernel = np.ones((window, window), np.uint8)
    how = cv2.MORPH_BLACKHAT if is_dark else cv2.MORPH_TOPHAT
    hats = []
    for channel in [flat] if flat.ndim == 2 else [np.asarray(plane, np.uint8) for plane in cv2.split(flat)]:
        edges = _solid_edges(channel, pen)
        top, bottom, left, right = (window * edge for edge in edges)
        wide = cv2.copyMakeBorder(channel, top, bottom, left, right, cv2.BORDER_REPLICATE) if any(edges) else channel
        hat = cv2.morphologyEx(wide, how, kernel)
        hats.append(hat[top : wide.shape[0] - bottom, left : wide.shape[1] - right])
    hat = hats[0]
    for other in hats[1:]:
        hat = cv2.max(hat, other)
    return np.asarray(cv2.subtract(hat, np.full(1, np.median(hat), np.float64)), np.uint8)


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


def _usual(flat: Image) -> Image:
    """The usual colour around each pixel, small."""
    small = _resized(flat, min(1.0, _LIGHT_SIDE / max(flat.shape[:2])))
    reach = _LIGHT_WINDOW // 2
    wide = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.medianBlur(wide, _LIGHT_WINDOW), np.uint8)[reach:-reach, reach:-reach]


def _beyond(flat: Image, usual: Image, is_dark: bool) -> Image:
    """How much darker or lighter than usual, the most of all channels."""
    around = cv2.resize(usual, flat.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    beyond = np.asarray(cv2.subtract(around, flat) if is_dark else cv2.subtract(flat, around), np.uint8)
    strongest: Image = beyond if beyond.ndim == 2 else beyond.max(axis=2)
    return strongest
