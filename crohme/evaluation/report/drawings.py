"""Ink and formulas of a report, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from lxml import etree

from crohme.evaluation.mistakes import Mistake
from crohme.ink.strokes import StrokeBatch
from crohme.notation import NotationError, SymbolTree, read_latex, to_latex, to_mathml, without_limits
from crohme.types import Points
from inkml_parser import Ink

_SIDE = 1000
_MARGIN = 24
_TOLERANCE = 1.5  # units that a drawn line may be off: a pixel is more, and most points can go


@dataclass(frozen=True)
class Drawing:
    """Ink as SVG paths.

    Args:
        width, height: int. Of the view box, which begins at 0, 0.
        strokes: tuple of `(path data, kind)`. The kind is that of the mistake the stroke belongs to, or empty.
    """

    width: int
    height: int
    strokes: tuple[tuple[str, str], ...]


def draw(ink: Ink, wrong: Sequence[Mistake] = ()) -> Drawing:
    """Draw ink, its longer side 1,000 units and a margin around it.

    Args:
        ink: Ink, with at least one stroke.
        wrong: sequence of Mistake. A stroke gets the kind of the first that it belongs to.
    """
    (strokes,) = StrokeBatch.from_symbols([ink.strokes])
    low = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
    high = np.max([stroke.max(axis=0) for stroke in strokes], axis=0)
    width, height = ((high - low) * _SIDE + 2 * _MARGIN).round().astype(int).tolist()
    paths = (_path((stroke - low) * _SIDE + _MARGIN) for stroke in strokes)
    kinds = (next((m.kind for m in wrong if index in m.strokes), "") for index in range(len(strokes)))
    return Drawing(width, height, tuple(zip(paths, kinds, strict=True)))


def _path(points: Points) -> str:
    """Path data with whole numbers, relative after the first point."""
    line = cv2.approxPolyDP(points.astype(np.float32)[:, None], _TOLERANCE, closed=False)[:, 0].round().astype(int)
    steps = np.diff(line, axis=0)
    # A step to where it is: the round ends of the line make a dot of it.
    moves = [f"{x} {y}" for x, y in steps[steps.any(axis=1)].tolist()] or ["0 0"]
    return f"M{line[0, 0]} {line[0, 1]}l{' '.join(moves)}".replace(" -", "-")


def typeset(tree: SymbolTree, wrong: Sequence[Mistake] = ()) -> str | None:
    """The formula as MathML; symbols of mistakes have the class `wrong` and that of the kind.

    Limits stand beside their operator, because they are compared so.

    Args:
        tree: SymbolTree.
        wrong: sequence of Mistake.

    Returns:
        str, or None where MathML cannot show the tree.
    """
    try:
        math = etree.fromstring(to_mathml(without_limits(tree), with_strokes=True))
    except NotationError:
        return None
    math.set("alttext", " ".join(to_latex(tree)))
    for element in math.iter("{*}*"):
        own = {int(stroke) for stroke in element.get("data-strokes", "").split()}
        kind = next((m.kind for m in wrong if own and own <= set(m.strokes)), None)
        if kind is not None:
            element.set("class", f"wrong {kind}")
    return etree.tostring(math, encoding="unicode")


def typeset_latex(latex: str) -> str | None:
    """The formula of LaTeX as MathML, or None where there is none."""
    try:
        tree = read_latex(latex).tree
        return None if tree is None else typeset(tree)
    except NotationError:
        return None
