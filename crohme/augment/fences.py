"""Which brackets and bars of a row belong together, and how tall they are around their content."""

from __future__ import annotations

from collections.abc import Sequence

from crohme.augment.blocks import Block
from crohme.augment.fitting import stretch_to_height
from crohme.augment.kinds import kind_of
from crohme.augment.manner import Manner
from crohme.ink.expression import Row

_PLAIN = 2.6  # height up to which a fence's content is a plain row, as in `evaluation.layout`


def opening_of(row: Row, number: int, open_fences: list[int]) -> int | None:
    """The fence that a symbol of a row closes.

    Args:
        row: Row.
        number: int. Of the symbol; those before it were asked about before.
        open_fences: list of int. Numbers of the fences that are open, which is brought up to date.

    Returns:
        The number of the fence, or None if the symbol closes none.
    """
    label, kind = row[number].label, kind_of(row[number])
    if kind == "opening":
        open_fences.append(number)
    elif kind == "bar":
        if open_fences and row[open_fences[-1]].label == label:
            return open_fences.pop()
        if any(node.label == label for node in row[number + 1 :]):
            open_fences.append(number)
    elif kind == "closing":
        while open_fences and kind_of(row[open_fences[-1]]) == "bar":
            open_fences.pop()  # it stood alone
        return open_fences.pop() if open_fences else None
    return None


def fit_fences(opening: Block, closing: Block, content: Sequence[Block], manner: Manner) -> None:
    """Make a pair of fences as tall as this person makes them around such content."""
    top, bottom = min(part.top for part in content), max(part.bottom for part in content)
    how = "plain" if bottom - top <= _PLAIN else "tall"
    least = -0.25 * (bottom - top)
    for fence in (opening, closing):
        over = top - max(manner.draw("fence up", how), least)
        under = bottom + max(manner.draw("fence down", how), least)
        short = max(1.3, 0.7 * (bottom - top)) - (under - over)
        if short > 0:
            over, under = over - short / 2, under + short / 2
        stretch_to_height(fence, over, under)
