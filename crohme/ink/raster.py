"""The bridge ink → image.

Fixed throughout the project: dark ink (0) on white paper (255), uint8, anti-aliased; aspect kept, ink
centred; lines as wide as 1/14 of the image's side (3.4 pixels of 48); a margin of 1/12 of the side.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from crohme.extras import needed_by
from crohme.ink.pen_lines import FRACTION_BITS, draw_lines
from crohme.ink.strokes import StrokeBatch, normalise
from crohme.types import Float32Array, FloatingArray, Image, Images, Int32Array

PAPER = 255
SIZE = 48
LINE_WIDTH = 1 / 14
MARGIN = 1 / 12
_AA_WIDENS = 1.4  # pixels that OpenCV's anti-aliased lines of even thickness are wider than that, measured


def render(batch: StrokeBatch, size: int = SIZE, line_width: float = LINE_WIDTH, margin: float = MARGIN) -> Images:
    """Each symbol as a square picture that its longer side fills up to the margin.

    Args:
        batch: StrokeBatch of N symbols.
        size: int. Side of the pictures, pixels.
        line_width, margin: float. Shares of the side.

    Returns:
        `(N, size, size)` uint8, dark ink on white.
    """
    batch = normalise(batch)
    thickness = _thickness(size * line_width)
    scale = size * (1 - 2 * margin) - thickness - _AA_WIDENS
    pixels = _fixed_point(batch.points * scale + (size - 1) / 2)
    shape = (len(batch), size, size)
    try:
        import cv2
    except ImportError:
        # The same pictures, in ten times the time.
        return draw_lines(pixels, batch.stroke_lengths, batch.symbol_of_stroke, shape, thickness)
    images = np.full(shape, PAPER, dtype=np.uint8)
    strokes = np.split(pixels, np.cumsum(batch.stroke_lengths)[:-1])
    at = 0
    for image, count in zip(images, batch.symbol_lengths, strict=True):
        _polylines(cv2, image, strokes[at : at + count], thickness)
        at += count
    return images


def render_ink(strokes: Sequence[ArrayLike], height: int = 256, max_width: int = 4096) -> Image:
    """A whole ink as one picture; pen lines are 3.4 pixels wide.

    Args:
        strokes, height, max_width: See `to_pixels`.

    Returns:
        `(h, w)` uint8, dark ink on white.

    Raises:
        MissingExtra: OpenCV is not installed.
    """
    return draw(*to_pixels(strokes, height, max_width))


def to_pixels(
    strokes: Sequence[ArrayLike], height: int = 256, max_width: int = 4096
) -> tuple[list[Float32Array], tuple[int, int]]:
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

    Raises:
        MissingExtra: OpenCV is not installed.
    """
    with needed_by("drawing ink"):
        import cv2

    image = np.full(shape, PAPER, dtype=np.uint8)
    _polylines(cv2, image, [_fixed_point(np.asarray(stroke)) for stroke in strokes], thickness)
    return image


def _thickness(pixels: float) -> int:
    """OpenCV's thickness for a line of that width: even, because odd ones come out a pixel wider still."""
    return max(2, 2 * round((pixels - _AA_WIDENS) / 2))


def _fixed_point(pixels: FloatingArray) -> Int32Array:
    return np.rint(pixels * (1 << FRACTION_BITS)).astype(np.int32)


def _polylines(cv2: ModuleType, image: Image, strokes: list[Int32Array], thickness: int) -> None:
    # A line needs two ends, even where the pen only touched the paper.
    lines = [stroke if len(stroke) > 1 else np.repeat(stroke, 2, axis=0) for stroke in strokes]
    cv2.polylines(image, lines, False, 0, thickness, cv2.LINE_AA, FRACTION_BITS)
