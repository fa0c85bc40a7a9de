"""Transparent pictures, laid on the ground that their ink can be seen on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crohme.types import Float64Array, Image, UInt8Array

if TYPE_CHECKING:
    pass


def opaque(pixels: Image) -> Image:
    """A picture without its alpha channel: on white, or, of a drawing on a clear ground, what is not clear as ink.

    Args:
        pixels: See `read_pixels`.

    Returns:
        `(h, w)` or `(h, w, 3)` uint8.
    """
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3]
    if alpha.min() == 255:
        return np.ascontiguousarray(pixels[..., :3])
    if _is_drawing(pixels):
        return 255 - alpha
    ground = _middle(pixels[alpha > 127]) if 2 * np.count_nonzero(alpha > 127) > alpha.size else np.full(3, 255)
    flat = np.empty((*alpha.shape, 3), np.uint8)
    for channel in range(3):  # one after the other, for the memory that floats take
        share = alpha.astype(np.float32) / 255
        flat[..., channel] = ground[channel] + (pixels[..., channel] - np.float32(ground[channel])) * share
    return flat


def _is_drawing(pixels: Image) -> bool:
    """Whether the alpha alone shows what is drawn: one colour, or lines of any colours on a clear ground."""
    alpha = pixels[..., 3]
    seen = pixels[..., :3][alpha > 0]
    if not len(seen) or alpha.min() == alpha.max():
        return False
    if int(np.ptp(seen, axis=0).max()) < 32:
        return True
    # A page on a clear ground has a middle; lines have none.
    middle = max(1, min(alpha.shape) // 10)
    sums = np.pad((alpha > 127), ((1, 0), (1, 0))).cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    inside = sums[middle:, middle:] - sums[:-middle, middle:] - sums[middle:, :-middle] + sums[:-middle, :-middle]
    return bool(2 * np.count_nonzero(alpha > 127) < alpha.size and int(inside.max()) < 0.95 * middle * middle)


def _middle(colours: UInt8Array) -> Float64Array:
    middle: Float64Array = np.median(colours[:: max(1, len(colours) // 10_000), :3], axis=0)
    return middle
