"""Ink of accents and frames, which nobody drew alone: that of the sign which each is drawn like, turned if need be."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from crohme.augment.ink import Ink, NoInk
from crohme.types import Strokes


@dataclass(frozen=True)
class _Like:
    """A sign that a mark is drawn like.

    Args:
        label: str. Of the sign.
        times: int. How many of them stand side by side.
        turned: bool. Whether it is turned by a quarter to the right, as a brace is to lie over something.
        flipped: bool. Whether left and right are exchanged.
    """

    label: str
    times: int = 1
    turned: bool = False
    flipped: bool = False


_LIKE: dict[str, tuple[_Like, ...]] = {
    "\\hat": (_Like("\\wedge"), _Like("\\Lambda")),
    "\\widehat": (_Like("\\wedge"), _Like("\\Lambda")),
    "\\check": (_Like("\\vee"), _Like("v")),
    "\\bar": (_Like("-"),),
    "\\overline": (_Like("-"),),
    "\\underline": (_Like("-"),),
    "\\tilde": (_Like("\\sim"),),
    "\\widetilde": (_Like("\\sim"),),
    "\\dot": (_Like("."),),
    "\\ddot": (_Like(".", times=2),),
    "\\dddot": (_Like(".", times=3),),
    "\\vec": (_Like("\\rightarrow"),),
    "\\overrightarrow": (_Like("\\rightarrow"),),
    "\\underrightarrow": (_Like("\\rightarrow"),),
    "\\overleftarrow": (_Like("\\leftarrow"), _Like("\\rightarrow", flipped=True)),
    "\\overleftrightarrow": (_Like("\\leftrightarrow"),),
    "\\breve": (_Like("\\smile"), _Like("\\cup")),
    "\\acute": (_Like("/"),),
    "\\grave": (_Like("/", flipped=True),),
    "\\mathring": (_Like("\\circ"), _Like("0")),
    "\\overbrace": (_Like("\\{", turned=True),),
    "\\underbrace": (_Like("\\}", turned=True),),
    "\\overparen": (_Like("\\frown"), _Like("(", turned=True)),
    "\\boxed": (_Like("\\square"),),
    "\\textcircled": (_Like("\\bigcirc"), _Like("\\circ"), _Like("0")),
}
WIDE = frozenset(
    "\\widehat \\overline \\widetilde \\overrightarrow \\overleftarrow \\overleftrightarrow \\overbrace \\underbrace "
    "\\overparen \\underline \\underrightarrow".split()
)
"""Marks that reach over all of their content, however many symbols that is."""


def mark(label: str, ink: Ink, rng: np.random.Generator) -> Strokes:
    """Ink of an accent or a frame, in any unit.

    Raises:
        NoInk: There is none of it, and none of a sign that it is drawn like.
    """
    if ink.symbols.get(label):
        return ink.symbol(label, rng)
    for like in _LIKE.get(label, ()):
        if ink.symbols.get(like.label):
            return np.concatenate([_drawn(like, i, ink, rng) for i in range(like.times)])
    raise NoInk(label)


def source_of(label: str, labels: Container[str]) -> str | None:
    """The label whose ink `mark` would take, among those that there is ink of; None if there is none."""
    if label in labels:
        return label
    return next((like.label for like in _LIKE.get(label, ()) if like.label in labels), None)


def _drawn(like: _Like, number: int, ink: Ink, rng: np.random.Generator) -> Strokes:
    points = ink.symbol(like.label, rng)
    middle = (points.min(axis=(0, 1)) + points.max(axis=(0, 1))) / 2
    points = points - middle
    if like.turned:
        points = np.stack([-points[..., 1], points[..., 0]], axis=-1)
    if like.flipped:
        points = points * np.float32((-1, 1))
    width = max(float(np.ptp(points[..., 0])), 0.1)
    return (points + np.float32((number * width * rng.uniform(2.0, 4.0), 0))).astype(np.float32)
