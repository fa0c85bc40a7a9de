"""Which pixels of a picture are ink: whatever its colours, polarity and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from crohme.image_files import ImageError, opaque
from crohme.raster import Image

PEN_WIDTH = 3.5
"""Pixels that a pen line is wide after scaling: thin enough to thin quickly, wide enough to lie still."""
_FINE, _BROAD = 2.5, 4.5  # a pen between these is left as it is
_MOST_ENLARGED = 3.0
_LIGHT_SIDE = 400  # the longer side of the small picture on which the light is estimated, pixels
_LIGHT_WINDOW = 81  # of the median on it: many times a pen line, a fraction of the page
_GAINS = (0.5, 4.0)  # within which ink in the shade is made as strong as ink in the light
_WEAKEST = 14.0  # grey levels that ink differs from paper at least
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

    The light is what a wide median leaves of the picture; ink is what is far from it in the one
    direction, darker or lighter, that has the more of it. Specks smaller than the pen are removed.

    Args:
        pixels: See `image_files.read_pixels`.

    Raises:
        ImageError: Nothing is drawn.
    """
    strength = _strength(opaque(pixels))
    ink = _threshold(strength)
    pen = pen_width(ink)
    scale = 1.0 if _FINE <= pen <= _BROAD else min(PEN_WIDTH / pen, _MOST_ENLARGED)
    if scale != 1.0:
        size = [max(1, round(side * scale)) for side in strength.shape[::-1]]
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        ink = _threshold(cv2.resize(strength, size, interpolation=how))
        pen = pen_width(ink)
    return Binary(_without_specks(ink, pen), scale, pen)


def pen_width(ink: Image) -> float:
    """The usual width of lines, pixels: twice the distance from their middle to the paper.

    Args:
        ink: `(h, w)` uint8, not 0 where there is ink.
    """
    depth = cv2.distanceTransform(cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))
    depths = np.sort(depth[ridge])
    # Weighted by the depth itself: a thousand specks must not outvote the writing.
    weights = np.cumsum(depths.astype(np.float64))
    return max(1.0, 2 * float(depths[np.searchsorted(weights, weights[-1] / 2)]) - 0.5)


def _strength(flat: NDArray[np.uint8]) -> Image:
    """How far each pixel is from the paper around it, in the direction of the ink, `(h, w)` uint8."""
    shrink = min(1.0, _LIGHT_SIDE / max(flat.shape[:2]))
    size = [max(1, round(side * shrink)) for side in flat.shape[1::-1]]
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA) if shrink < 1 else flat
    channels = [small] if flat.ndim == 2 else [cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), *cv2.split(small)]
    lights = [_light(channel) for channel in channels]
    contrasts = [int(cv2.absdiff(*pair).sum(dtype=np.int64)) for pair in zip(channels, lights, strict=True)]
    # Grey unless the ink shows much better in one colour: yellow on white does in blue.
    best = max(range(len(channels)), key=lambda i: contrasts[i] * (1.5 if i == 0 else 1.0))
    grey = flat if flat.ndim == 2 else cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY) if best == 0 else flat[..., best - 1]
    darker, lighter = _differences(grey, lights[best])
    return darker if _amount(darker) >= _amount(lighter) else lighter


def _differences(grey: Image, light: Image) -> tuple[Image, Image]:
    """How much darker, and how much lighter, each pixel is than the paper, as if all paper were lit alike."""
    low, high = int(light.min()), int(light.max())
    if low == high:
        below = low - np.arange(256)
        return cv2.LUT(grey, below.clip(0).astype(np.uint8)), cv2.LUT(grey, (-below).clip(0).astype(np.uint8))
    gain = (np.median(light) / np.maximum(light, 1)).clip(*_GAINS).astype(np.float32)
    size = grey.shape[::-1]
    light, gain = (cv2.resize(small, size, interpolation=cv2.INTER_LINEAR) for small in (light, gain))
    darker, lighter = (cv2.subtract(*pair) for pair in ((light, grey), (grey, light)))
    return cv2.multiply(darker, gain, dtype=cv2.CV_8U), cv2.multiply(lighter, gain, dtype=cv2.CV_8U)


def _light(grey: Image) -> Image:
    """The paper without the ink."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    low, high = np.percentile(border, [10, 90])
    if high - low < _WEAKEST:  # even light, as in every picture that was not photographed
        return np.full_like(grey, np.median(border))
    reach = _LIGHT_WINDOW // 2
    wide = cv2.copyMakeBorder(grey, reach, reach, reach, reach, cv2.BORDER_REFLECT_101)
    return cv2.medianBlur(wide, _LIGHT_WINDOW)[reach:-reach, reach:-reach]


def _amount(strength: Image) -> int:
    return int(strength[strength > _WEAKEST].sum(dtype=np.int64))


def _threshold(strength: Image) -> Image:
    """Half as strong as the strong ink, but well above the noise of the paper; 1 where ink is."""
    levels = np.bincount(strength.ravel(), minlength=256)
    paper = np.cumsum(levels) / levels.sum()
    noise = float(np.searchsorted(paper, 0.68))  # half a standard deviation: one side of it was cut off
    weakest = max(_WEAKEST, min(6 * noise, 80.0))
    strong = np.cumsum(levels * (np.arange(256) > weakest))
    if strong[-1] == 0:
        raise ImageError("nothing is drawn on it")
    typical = float(np.searchsorted(strong, 0.75 * strong[-1]))
    return (strength > max(weakest, 0.45 * typical)).astype(np.uint8)


def _without_specks(ink: Image, pen: float) -> Image:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] >= _SPECK * pen * pen * np.pi / 4
    kept[0] = False
    return ink if kept[1:].all() else kept[labels].astype(np.uint8)
