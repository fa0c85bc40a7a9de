"""Pictures of symbols in the normal form of `crohme.ink.raster.render`, whatever they look like. Needs OpenCV."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from crohme.ink.image_files import ImageError, naming, opaque, read_pixels
from crohme.ink.line_width import even_lines
from crohme.ink.raster import LINE_WIDTH, MARGIN, PAPER, SIZE, Image

_EVEN_LINES = 1.2 * LINE_WIDTH / (1 - 2 * MARGIN - 1.2 * LINE_WIDTH)
"""What `even_lines` is asked for; with 1.0 or 1.3 in place of 1.2, symbol-cnn reads 2 and 1 % less of CROHME 2013."""


def read_image(source: str | Path | bytes, size: int = SIZE) -> Image:
    """A picture file of one symbol in the normal form of `render`.

    Args:
        source: path or bytes of a PNG, JPEG, BMP or whatever else `read_pixels` reads, of any size and
            colour, light on dark or dark on light, with or without transparency.
        size: int. Side of the result, pixels.

    Returns:
        `(size, size)` uint8, dark ink on white.

    Raises:
        ImageError: Not an image, see `read_pixels`, or nothing drawn on it.
    """
    with naming(source):
        return normal_form(read_pixels(source), size)


def normal_form(pixels: NDArray[np.uint8], size: int = SIZE) -> Image:
    """A picture of one symbol, cropped to its ink, centred, its lines as wide as those of `render`.

    Args:
        pixels: `(h, w)` grey, `(h, w, 3)` colour or `(h, w, 4)` colour and alpha, uint8, channels in
            OpenCV's order.
        size: int. Side of the result, pixels.

    Returns:
        `(size, size)` uint8, dark ink on white.

    Raises:
        ImageError: Nothing is drawn: all pixels are alike.
    """
    crop = _cropped(_ink_of(pixels))
    crop = _cropped(even_lines(crop, _EVEN_LINES))
    scale = size * (1 - 2 * MARGIN) / max(crop.shape)
    pen = _pen_width(crop)
    if max(crop.shape) < 2.5 * pen:
        scale = size * LINE_WIDTH / max(crop.shape)  # a dot stays a dot
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    shrinks = scale < 1
    crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    image = np.zeros((size, size), dtype=np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    image[top : top + height, left : left + width] = crop
    return (PAPER - image).astype(np.uint8)


def _ink_of(pixels: NDArray[np.uint8]) -> Image:
    """How much ink each pixel has, 0 to 255, whatever the colours: ink is what the border is not."""
    flat = opaque(pixels)
    grey = flat if flat.ndim == 2 else cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]).astype(np.float32)
    distance = np.abs(grey.astype(np.float32) - np.median(border))
    strongest = distance.max()
    if strongest < 16:
        raise ImageError("nothing is drawn on it")
    return np.rint(distance * (255 / strongest)).astype(np.uint8)


def _cropped(ink: Image) -> Image:
    rows, columns = (np.flatnonzero((ink > 96).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise ImageError("nothing is drawn on it")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _pen_width(ink: Image) -> float:
    padded = np.pad((ink > 96).astype(np.uint8), 1)
    return 2 * float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max())
