"""Where the parts of fractions and roots lie, and in which order they are written."""

from __future__ import annotations

import numpy as np

from crohme.augment.blocks import Block
from crohme.augment.fitting import fitted_root, stretch_to_width
from crohme.augment.ink import Ink
from crohme.augment.manner import Manner
from crohme.notation.alphabet import FRACTION_BAR, ROOT
from crohme.notation.tree import Relation

_AXIS = -0.1  # of a row whose other symbols do not tell where its mid line is


def fraction_of(
    above: Block, below: Block, unit: float, plain: bool, ink: Ink, manner: Manner, rng: np.random.Generator
) -> Block:
    """A bar between numerator and denominator.

    Args:
        above, below: Block. Rows at x-height 1.
        unit: float. The x-height that they get, but for a little chance.
        plain: bool. Whether another symbol of the row tells where its mid line is.
        ink: Ink. With bars.
        manner: Manner.
        rng: Generator.

    Returns:
        Block. The bar, with `above` and `below` hanging on it.
    """
    draw = manner.draw
    line = -draw("fraction up") if plain else _AXIS
    for part in (above, below):
        part.move(0, 0, unit * float(np.exp(rng.normal(0, 0.07))))
    above.move(0, line - above.bottom - unit * draw("fraction gap", "above"))
    below.move(0, line - below.top + unit * draw("fraction gap", "below"))
    wide, narrow = (above, below) if above.width >= below.width else (below, above)
    most = -0.2 * wide.width
    left = wide.left - max(unit * draw("fraction left"), most)
    right = wide.right + max(unit * draw("fraction right"), most)
    width = max(right - left, 0.7 * unit)
    room = width - narrow.width
    narrow.move(left + room * (draw("fraction place") if room > 0.5 * unit else 0.5) - narrow.left, 0)
    bar = Block.of_ink(FRACTION_BAR, ink.bars[rng.integers(len(ink.bars))])
    stretch_to_width(bar, left, left + width, unit)
    bar.move(0, line - (bar.top + bar.bottom) / 2)
    above_first = manner.does("numerator before bar")
    below_last = manner.does("bar before denominator") or not above_first
    bar.hang(Relation.ABOVE, above, before=above_first)
    bar.hang(Relation.BELOW, below, before=not below_last)
    if above_first and not below_last:  # both parts first, the upper one before the lower
        bar.glyphs = above.glyphs + below.glyphs + bar.row[-1].glyphs
    return bar


def root_of(inside: Block, unit: float, ink: Ink, manner: Manner, rng: np.random.Generator) -> Block:
    """A root sign around its content.

    Args:
        inside: Block. Where it stays.
        unit: float. Its x-height.
        ink: Ink. With root signs.
        manner: Manner.
        rng: Generator.

    Returns:
        Block. The sign, with `inside` hanging in it.
    """
    draw = manner.draw
    sign = ink.roots[rng.integers(len(ink.roots))]
    top = inside.top - unit * draw("root roof")
    bottom = max(inside.bottom + unit * max(draw("root foot"), -0.8), top + 1.3 * unit)
    right = inside.right + max(unit * draw("root right"), -0.3 * inside.width)
    root = Block.of_ink(ROOT, fitted_root(sign, inside.left, unit * draw("root hook"), right, top, bottom))
    root.hang(Relation.INSIDE, inside, before=not manner.does("root before content"))
    return root


def put_index(root: Block, index: Block, inside: Block, unit: float, manner: Manner) -> None:
    """Hang an index, a row at x-height 1, on a root, over its hook; `inside` and `unit` as for `root_of`."""
    draw = manner.draw
    index.move(0, 0, unit * min(max(draw("index size"), 0.4), 1.1))
    middle = root.top + draw("index up") * root.height
    right = inside.left - unit * min(max(draw("index right"), 0.4), 2.5)
    index.move(right - index.right, middle - (index.top + index.bottom) / 2)
    inner = root.row[-1].rows.pop(Relation.INSIDE)
    root.hang(Relation.ABOVE, index, before=manner.does("index before root"))
    root.row[-1].rows[Relation.INSIDE] = inner
