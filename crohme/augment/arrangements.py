"""Accents, frames and grids as geometry on blocks, which `typeset.Typesetter` laid out as rows.

CROHME has none of them, so their measures are guesses, in x-heights, drawn anew each time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crohme.augment.blocks import Block

_SWAY = 0.15  # height of a line over or under something, at most


def put_over(mark: Block, content: Block, rng: np.random.Generator, *, wide: bool, under: bool = False) -> None:
    r"""Move an accent or a line to its place over its content, which stays.

    Args:
        mark: Block. Its ink: `\hat`, `\vec`, `\bar` …, in any unit.
        content: Block. One symbol or several, in their places.
        rng: Generator.
        wide: bool. Whether the mark reaches over all of the content, as `\overline`, `\overrightarrow` and
            `\widehat` do; otherwise it is as wide as a letter and stands over the middle, or a little to the right.
        under: bool. Whether it goes under the content, as `\underline` does.
    """
    middle = (content.left + content.right) / 2
    if wide:
        width = content.width * float(rng.uniform(0.9, 1.2)) + 0.1
        shift = float(rng.normal(0, 0.08))
    else:
        width = min(max(content.width, 0.5), 1.2) * float(rng.uniform(0.5, 1.0))
        shift = float(rng.uniform(-0.05, 0.25))
    if mark.width > 3 * mark.height:  # a line: it sways, but gets no higher for being longer
        sx = width / max(mark.width, 1e-3)
        mark.stretch(sx, min(sx, _SWAY / max(mark.height, 1e-3)))
    elif mark.width < 0.3 * mark.height or max(mark.width, mark.height) < 0.3:  # dots
        mark.move(0, 0, min(1.0, 0.3 / max(mark.height, 1e-3)))
    else:
        scale = width / mark.width
        mark.stretch(scale, min(scale, 0.6 / max(mark.height, 1e-3)))
    gap = float(rng.uniform(0.1, 0.4))
    y = content.bottom + gap - mark.top if under else content.top - gap - mark.bottom
    mark.move(middle + shift - (mark.left + mark.right) / 2, y)


def put_around(frame: Block, content: Block, rng: np.random.Generator) -> None:
    """Stretch and move a frame or a circle so that it goes around its content, which stays."""
    left, right = (float(rng.uniform(0.15, 0.5)) for _ in range(2))
    over, under = (float(rng.uniform(0.15, 0.45)) for _ in range(2))
    width, height = content.width + left + right, content.height + over + under
    frame.stretch(width / max(frame.width, 1e-3), height / max(frame.height, 1e-3))
    frame.move(content.left - left - frame.left, content.top - over - frame.top)


def arrange_grid(cells: Sequence[Sequence[Block | None]], rng: np.random.Generator, *, align: str = "c") -> None:
    r"""Move the cells of a matrix, a case distinction or aligned lines to their places.

    The grid begins at x 0 and is centred about the axis of the row that it stands in. A row's cells
    share their mid line, a column's cells their middle or their left edge.

    Args:
        cells: rows of `Block`, each as `Typesetter` lays out a row: its mid line at y 0. None is an empty
            cell; rows may be of different lengths.
        rng: Generator.
        align: str. "c" or "l" for each column; the last letter counts for all that follow.

    Raises:
        ValueError: There is no cell, or another letter than "c" and "l".
    """
    filled = [cell for row in cells for cell in row if cell is not None]
    if not filled or not align or set(align) - {"c", "l"}:
        raise ValueError(f"a grid of {len(filled)} cells, aligned {align!r}")
    beside, between = float(rng.uniform(0.7, 2.0)), float(rng.uniform(0.35, 1.1))
    y = 0.0
    for row in cells:
        own = [cell for cell in row if cell is not None]
        above = max((max(-cell.top, 0.8) for cell in own), default=0.8)
        below = max((max(cell.bottom, 0.5) for cell in own), default=0.5)
        for cell in own:
            cell.move(0, y + above + float(rng.normal(0, 0.05)))
        y += above + below + between
    x = 0.0
    for number in range(max(map(len, cells))):
        column = [row[number] for row in cells if number < len(row)]
        here = [cell for cell in column if cell is not None]
        width = max((cell.width for cell in here), default=0.5)
        how = align[min(number, len(align) - 1)]
        for cell in here:
            room = (width - cell.width) * (0.5 if how == "c" else 0.0)
            cell.move(x + room + float(rng.normal(0, 0.06)) - cell.left, 0)
        x += width + beside
    centre = (min(cell.top for cell in filled) + max(cell.bottom for cell in filled)) / 2
    left = min(cell.left for cell in filled)
    for cell in filled:
        cell.move(-left, -0.1 - centre)
