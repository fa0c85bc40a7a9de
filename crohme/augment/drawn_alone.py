"""Symbols that were drawn alone, each scaled to its own box, made as large as people write them in a row."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import numpy as np

from crohme.augment.pool import Pool
from crohme.notation.alphabet import Height, Kind, symbol_class
from crohme.types import Strokes


class Stand(Enum):
    """How symbols stand on their line: height (0 where their longer side counts), longer side, y of the centre.

    In x-heights, Y down, y 0 at the mid line, as `Pool.symbol` gives ink. The values are the medians of such
    symbols in CROHME's training set.
    """

    SMALL = (1.0, 0.0, 0.0)
    r"""`a`, `x`, `\alpha`."""
    TALL = (1.6, 0.0, -0.3)
    r"""Digits, capitals, `b`, `\lambda`."""
    DEEP = (1.6, 0.0, 0.3)
    r"""`p`, `y`, `\gamma`."""
    FULL = (2.3, 0.0, -0.15)
    """Fences and whatever is written like them."""
    BIG = (2.4, 0.0, -0.2)
    r"""`\sum`, `\prod`."""
    INTEGRAL = (3.8, 0.0, -0.25)
    r"""`\int`, `\oint`."""
    SIGN = (0.0, 1.0, -0.1)
    r"""`+`, `=`, `\cup`: on the axis."""
    ARROW = (0.0, 1.6, -0.1)
    r"""`\rightarrow`, `\Leftrightarrow`."""
    DOTS = (0.0, 1.8, 0.24)
    r"""`\ldots`."""
    DOT = (0.0, 0.1, 0.45)
    """A full stop."""
    COMMA = (0.0, 0.7, 0.66)
    """Also a semicolon."""
    PRIME = (0.0, 0.8, -0.6)
    """A quotation mark, a degree sign."""


_BY_HEIGHT = {
    Height.X_HEIGHT: Stand.SMALL,
    Height.ASCENDER: Stand.TALL,
    Height.DESCENDER: Stand.DEEP,
    Height.FULL: Stand.FULL,
    Height.LARGE: Stand.BIG,
    Height.CENTRED: Stand.SIGN,
    Height.HIGH: Stand.PRIME,
    Height.LOW: Stand.DOT,
}
_BY_LABEL = {
    **dict.fromkeys(("\\int", "\\iint", "\\iiint", "\\oint"), Stand.INTEGRAL),
    **dict.fromkeys(("\\ldots", "\\cdots"), Stand.DOTS),
    **dict.fromkeys((",", ";"), Stand.COMMA),
    **dict.fromkeys((".", "\\cdot"), Stand.DOT),
    "\\_": Stand.SIGN,
}


def stand_of(label: str) -> Stand:
    """How a symbol of a class stands, by its row of the alphabet."""
    symbol = symbol_class(label)
    if symbol.kind is Kind.ARROW and symbol.height is Height.CENTRED:
        return Stand.ARROW
    return _BY_LABEL.get(label) or _BY_HEIGHT[symbol.height]


def in_row(drawing: Strokes, stand: Stand) -> Strokes:
    """A drawing as it would stand in a row, in the unit of `Pool.symbol`.

    Args:
        drawing: `(k, p, 2)`, any unit, Y down.
        stand: Stand.

    Returns:
        `(k, p, 2)` float32.
    """
    low, high = drawing.min(axis=(0, 1)), drawing.max(axis=(0, 1))
    height, size, middle = stand.value
    width_height = np.maximum(high - low, 1e-6)
    scale = height / width_height[1] if height else size / width_height.max()
    # A tall symbol that was drawn flat is not as wide as a word.
    scale = min(scale, 2.5 * max(height, size) / width_height[0])
    standing: Strokes = ((drawing - (low + high) / 2) * scale + (0, middle)).astype(np.float32)
    return standing


def add_drawings(pool: Pool, label: str, drawings: Iterable[Strokes], stand: Stand) -> None:
    """Give a pool ink of a class that was drawn alone; `OneHand` takes one of them for a whole expression."""
    pool.symbols[label].extend(in_row(drawing, stand) for drawing in drawings)
    pool.forget(label)
