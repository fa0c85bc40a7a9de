"""The bridge ink → image, and images of symbols in their normal form.

Fixed throughout the project: dark ink (0) on white paper (255), uint8, anti-aliased; aspect kept, ink
centred; lines as wide as 1/14 of the image's side (3.4 pixels of 48); a margin of 1/12 of the side.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from crohme.image_files import ImageError, naming, opaque, read_pixels
from crohme.line_width import even_lines
from crohme.strokes import StrokeBatch, normalise

Image = NDArray[np.uint8]

PAPER = 255
SIZE = 48
LINE_WIDTH = 1 / 14
MARGIN = 1 / 12
_AA_WIDENS = 1.4  # pixels that OpenCV's anti-aliased lines of even thickness are wider than that, measured
_EVEN_LINES = 1.2 * LINE_WIDTH / (1 - 2 * MARGIN - 1.2 * LINE_WIDTH)
"""What `even_lines` is asked for; with 1.0 or 1.3 in place of 1.2, symbol-cnn reads 2 and 1 % less of CROHME 2013."""
_FRACTION_BITS = 4  # polylines takes coordinates in sixteenths of a pixel


def render(batch: StrokeBatch, size: int = SIZE) -> Image:
    """Each symbol as a square picture that its longer side fills up to the margin.

    Args:
        batch: StrokeBatch of N symbols.
        size: int. Side of the pictures, pixels.

    Returns:
        `(N, size, size)` uint8, dark ink on white.
    """
    batch = normalise(batch)
    thickness = _thickness(size)
    scale = size * (1 - 2 * MARGIN) - thickness - _AA_WIDENS
    images = np.full((len(batch), size, size), PAPER, dtype=np.uint8)
    pixels = _fixed_point(batch.points * scale + (size - 1) / 2)
    strokes = np.split(pixels, np.cumsum(batch.stroke_lengths)[:-1])
    at = 0
    for image, count in zip(images, batch.symbol_lengths, strict=True):
        _draw(image, strokes[at : at + count], thickness)
        at += count
    return images


def render_ink(strokes: Sequence[ArrayLike], height: int = 256, max_width: int = 4096) -> Image:
    """A whole ink as one picture; pen lines are 3.4 pixels wide.

    Args:
        strokes, height, max_width: See `to_pixels`.

    Returns:
        `(h, w)` uint8, dark ink on white.
    """
    return draw(*to_pixels(strokes, height, max_width))


def to_pixels(
    strokes: Sequence[ArrayLike], height: int = 256, max_width: int = 4096
) -> tuple[list[NDArray[np.float32]], tuple[int, int]]:
    """Where the strokes of a whole ink lie on a picture of it, and how large that is.

    Args:
        strokes: sequence of `(n, 2)` arrays, any unit, Y down.
        height: int. Height of the picture, pixels; less where the ink is so wide that `max_width` binds.
        max_width: int. Largest width, pixels. The width follows the ink's aspect, and is never
            below the height.

    Returns:
        The strokes in pixels, and (height, width).
    """
    (points,) = [symbol for symbol in StrokeBatch.from_symbols([strokes])]
    extent = np.ptp(np.concatenate(points), axis=0)
    margin = max(2, round(height * MARGIN))
    inner = height - 2 * margin
    # A flat ink (a minus, a dot) has no height to scale by: its longer side then fills a square.
    scale = inner / max(extent[1], 1e-3)
    scale = min(scale, (max_width - 2 * margin) / max(extent[0], 1e-3), 8 * inner)
    inked = extent * scale
    width = int(np.clip(round(inked[0]) + 2 * margin, height, max_width))
    shape = (height if inked[1] > inner / 8 else height // 2, width)
    centre = (np.array(shape[::-1]) - 1) / 2
    return [(stroke * scale + centre).astype(np.float32) for stroke in points], shape


def draw(strokes: Sequence[ArrayLike], shape: tuple[int, int], thickness: int = 2) -> Image:
    """Strokes in pixels as a picture.

    Args:
        strokes: sequence of `(n, 2)` arrays, pixels.
        shape: (height, width).
        thickness: int, ≥ 1. OpenCV's; even ones come out 1.4 pixels wider, odd ones more.

    Returns:
        `(h, w)` uint8, dark ink on white.
    """
    image = np.full(shape, PAPER, dtype=np.uint8)
    _draw(image, [_fixed_point(np.asarray(stroke)) for stroke in strokes], thickness)
    return image


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


def _thickness(size: int) -> int:
    """OpenCV's thickness for a line of `LINE_WIDTH`: even, because odd ones come out a pixel wider still."""
    return max(2, 2 * round((size * LINE_WIDTH - _AA_WIDENS) / 2))


def _fixed_point(pixels: NDArray[np.floating]) -> NDArray[np.int32]:
    return np.rint(pixels * (1 << _FRACTION_BITS)).astype(np.int32)


def _draw(image: Image, strokes: list[NDArray[np.int32]], thickness: int) -> None:
    # A line needs two ends, even where the pen only touched the paper.
    lines = [stroke if len(stroke) > 1 else np.repeat(stroke, 2, axis=0) for stroke in strokes]
    cv2.polylines(image, lines, False, 0, thickness, cv2.LINE_AA, _FRACTION_BITS)


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
