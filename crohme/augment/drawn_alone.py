"""Symbols that were drawn alone, each scaled to its own box, made as large as people write them in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import numpy as np

from crohme.augment.pool import DrawnHand
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

ON_LINE = frozenset({Stand.SMALL, Stand.TALL, Stand.DEEP})
"""How letters and digits stand."""
_FEWEST_CLASSES = 15
"""Letters and digits that tell how large somebody writes."""
_FARTHEST = 1.8
"""How much larger or smaller than usual a letter is beside the others of its hand."""


def stand_of(label: str) -> Stand:
    """How a symbol of a class stands, by its row of the alphabet."""
    symbol = symbol_class(label)
    if symbol.kind is Kind.ARROW and symbol.height is Height.CENTRED:
        return Stand.ARROW
    return _BY_LABEL.get(label) or _BY_HEIGHT[symbol.height]


def in_row(drawing: Strokes, stand: Stand, larger: float = 1.0) -> Strokes:
    """A drawing as it would stand in a row, in the unit of `Pool.symbol`.

    Args:
        drawing: `(k, p, 2)`, any unit, Y down.
        stand: Stand.
        larger: float. How much larger than usual; letters and digits grow from where they touch their line.

    Returns:
        `(k, p, 2)` float32.
    """
    low, high = drawing.min(axis=(0, 1)), drawing.max(axis=(0, 1))
    height, size, middle = stand.value
    width_height = np.maximum(high - low, 1e-6)
    scale = height / width_height[1] if height else size / width_height.max()
    # A tall symbol that was drawn flat is not as wide as a word.
    scale = min(scale, 2.5 * max(height, size) / width_height[0])
    if stand in ON_LINE:
        middle += (height if stand is Stand.DEEP else -height) / 2 * (larger - 1)
    standing: Strokes = ((drawing - (low + high) / 2) * (scale * larger) + (0, middle)).astype(np.float32)
    return standing


def drawn_hand(drawings: Mapping[str, Sequence[Strokes]]) -> DrawnHand | None:
    """The hand of one person who drew letters and digits alone, each as large beside the others as it was drawn.

    Args:
        drawings: mapping of label → sequence of `(k, p, 2)`. All in one unit, Y down.

    Returns:
        DrawnHand or None. None where there is too little to tell how large they write.
    """
    letters = {label: drawn for label, drawn in drawings.items() if stand_of(label) in ON_LINE}
    if len(letters) < _FEWEST_CLASSES:
        return None
    heights = {label: [max(float(np.ptp(one[..., 1])), 1e-6) for one in drawn] for label, drawn in letters.items()}
    unit = float(np.median([np.median(own) / stand_of(label).value[0] for label, own in heights.items()]))
    symbols = {}
    for label, drawn in letters.items():
        stand = stand_of(label)
        factors = [height / unit / stand.value[0] for height in heights[label]]
        # Beyond that it was drawn in a field of another size, or is no such letter.
        pairs = [(one, f) for one, f in zip(drawn, factors, strict=True) if 1 / _FARTHEST < f < _FARTHEST]
        if pairs:
            symbols[label] = [in_row(one, stand, factor) for one, factor in pairs]
    return DrawnHand(symbols) if len(symbols) >= _FEWEST_CLASSES else None
