"""Pictures of symbols in the normal form of `crohme.ink.raster.render`, whatever they look like. Needs OpenCV."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from crohme.ink.image_files import ImageError, naming, read_pixels
from crohme.ink.line_width import even_lines
from crohme.ink.plain_ground import is_plain
from crohme.ink.raster import LINE_WIDTH, MARGIN, PAPER, SIZE
from crohme.ink.trace.binarise import binarise
from crohme.ink.transparency import opaque
from crohme.types import Image

_EVEN_LINES = 1.2
"""Line widths that `even_lines` is asked for; with 1.0 or 1.3, symbol-cnn reads 2 and 1 % less of CROHME 2013."""
_WEAKEST = 16  # grey levels between ground and ink
_MAX_MARKS = 30  # no symbol has more than four; some may have come off a pen that ran dry


def read_image(
    source: str | Path | bytes, size: int = SIZE, line_width: float = LINE_WIDTH, margin: float = MARGIN
) -> Image:
    """A picture file of one symbol in the normal form of `render`.

    Args:
        source: path or bytes of a PNG, JPEG, BMP or whatever else `read_pixels` reads, of any size and
            colour, light on dark or dark on light, with or without transparency.
        size, line_width, margin: see `render`.

    Returns:
        `(size, size)` uint8, dark ink on white.

    Raises:
        ImageError: Not an image, see `read_pixels`, or nothing drawn on it.
    """
    with naming(source):
        return normal_form(read_pixels(source), size, line_width, margin)


def normal_form(pixels: Image, size: int = SIZE, line_width: float = LINE_WIDTH, margin: float = MARGIN) -> Image:
    """A picture of one symbol, cropped to its ink, centred, its lines as wide as those of `render`.

    Args:
        pixels: `(h, w)` grey, `(h, w, 3)` colour or `(h, w, 4)` colour and alpha, uint8, channels in
            OpenCV's order.
        size, line_width, margin: see `render`.

    Returns:
        `(size, size)` uint8, dark ink on white.

    Raises:
        ImageError: Nothing is drawn, or more separate marks than a symbol has.
    """
    crop = _cropped(_ink_of(pixels))
    wanted = _EVEN_LINES * line_width
    crop = _cropped(even_lines(crop, wanted / (1 - 2 * margin - wanted)))
    scale = size * (1 - 2 * margin) / max(crop.shape)
    pen = _pen_width(crop)
    if max(crop.shape) < 2.5 * pen:
        scale = size * line_width / max(crop.shape)  # a dot stays a dot
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    shrinks = scale < 1
    resized = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    image = np.zeros((size, size), dtype=np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    image[top : top + height, left : left + width] = resized
    return (PAPER - image).astype(np.uint8)


def _ink_of(pixels: Image) -> Image:
    """How much ink each pixel has, 0 to 255, whatever the colours.

    On plain ground, ink is what the border is not, soft edges and all. On any other it is found as for tracing.
    """
    flat = opaque(pixels)
    distance = _from_border(flat)
    if is_plain(flat, distance):
        return distance
    ink = binarise(flat).ink
    marks = cv2.connectedComponents(ink, connectivity=8)[0] - 1
    if marks > _MAX_MARKS:
        raise ImageError(f"has {marks} separate marks, more than any symbol ({_MAX_MARKS})")
    return (255 * ink).astype(np.uint8)


def _from_border(flat: Image) -> Image:
    """How far each pixel is from the usual colour of the border, the most of all channels, 255 at most."""
    border = np.concatenate([flat[0], flat[-1], flat[:, 0], flat[:, -1]])
    planes = [flat] if flat.ndim == 2 else cv2.split(flat)
    grounds = np.median(border.reshape(len(border), -1), axis=0)
    distance: Image = np.zeros(flat.shape[:2], np.uint8)
    for plane, ground in zip(planes, grounds.tolist(), strict=True):
        distance = np.maximum(distance, np.asarray(cv2.absdiff(plane, np.full(1, ground)), np.uint8))
    strongest = int(distance.max())
    if strongest < _WEAKEST:
        raise ImageError("nothing is drawn on it")
    return np.asarray(cv2.convertScaleAbs(distance, alpha=255 / strongest), np.uint8)


def _cropped(ink: Image) -> Image:
    rows, columns = (np.flatnonzero((ink > 96).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise ImageError("nothing is drawn on it")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _pen_width(ink: Image) -> float:
    padded = np.pad((ink > 96).astype(np.uint8), 1)
    return 2 * float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max())
