"""Fences, bars, root signs and scripts fitted to what they enclose, divide or stand beside."""

from __future__ import annotations

import numpy as np

from crohme.augment.blocks import Block
from crohme.augment.pool import RootSign
from crohme.types import Strokes


def part_scripts(upper: Block, lower: Block) -> None:
    """Move a superscript and a subscript apart where one lies over the other."""
    overlap = upper.bottom - lower.top
    if overlap > 0 and upper.left < lower.right and lower.left < upper.right:
        upper.move(0, -overlap / 2)
        lower.move(0, overlap / 2)


def stretch_to_height(block: Block, top: float, bottom: float) -> None:
    """A fence that reaches from top to bottom; it widens less than it grows."""
    sy = (bottom - top) / max(block.height, 1e-3)
    sx = min(sy, sy**0.5, 1.2 / max(block.width, 1e-3))
    block.stretch(sx, sy)
    block.move(0, top - block.top)


def stretch_to_width(block: Block, left: float, right: float, unit: float) -> None:
    """A bar from left to right; it sways at most as far as one of a like row does."""
    sx = (right - left) / max(block.width, 1e-3)
    block.stretch(sx, min(sx, 0.3 * unit / max(block.height, 1e-3)))
    block.move(left - block.left, 0)


def fitted_root(sign: RootSign, content: float, hook: float, right: float, top: float, bottom: float) -> Strokes:
    """A root sign whose hook keeps its shape and whose roof reaches over the content, as `compose.root` has it."""
    low, high = sign.points.min(axis=(0, 1)), sign.points.max(axis=(0, 1))
    by_height = (bottom - top) / max(float(high[1] - low[1]), 1e-3)
    corner = float(np.clip(sign.content_left, low[0] + 1e-3, max(high[0] - 1e-3, low[0] + 1e-3)))
    hook = min(max(by_height * (corner - float(low[0])), 0.5 * hook), 1.5 * hook)
    x = np.interp(sign.points[..., 0], (low[0], corner, high[0]), (content - hook, content, right))
    y = (sign.points[..., 1] - low[1]) * by_height + top
    return np.stack([x, y], axis=-1).astype(np.float32)
