"""The order in which a person writes the symbols of a row, and the dots of `i` and `j` after it."""

from __future__ import annotations

from crohme.augment.blocks import Block, Glyph
from crohme.augment.manner import Manner


def turns(count: int, manner: Manner) -> list[int]:
    """The order in which a row's symbols are written: now and then one before its left neighbour."""
    order = list(range(count))
    for number in range(count - 1):
        if not manner.does("neighbours in turn"):
            order[number], order[number + 1] = order[number + 1], order[number]
    return order


class LateDots:
    """Last strokes of symbols that are written when the whole row is."""

    def __init__(self) -> None:
        self._late: list[Glyph] = []

    def split_off(self, block: Block) -> None:
        """Keep the last stroke of a symbol apart until `after` is called."""
        (glyph,) = block.glyphs
        dot = Glyph(glyph.ink[-1:], glyph.sx, glyph.sy, glyph.x, glyph.y)
        glyph.ink = glyph.ink[:-1]
        block.glyphs.append(dot)
        block.row[0].glyphs.append(dot)
        self._late.append(dot)

    def after(self, row: Block) -> Block:
        """The row, with the strokes that were kept apart written last."""
        if self._late:
            row.glyphs = [g for g in row.glyphs if g not in self._late] + [g for g in row.glyphs if g in self._late]
            self._late.clear()
        return row
