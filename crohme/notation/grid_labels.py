"""How the edges of a symbol layout tree tell its grids, which are no symbols.

The first symbol of a grid stands for it. From there `Cell+1-2` leads to the first symbol of the cell one line down
and two columns to the left, and `After` to what follows the grid in its row. Where several grids begin with one
symbol, those around the innermost have a number: `Cell2+1+0`, `After2`.

A grid whose shape does not follow from these edges (one cell with nothing after it, empty cells at its edges) has its
shape written out, as `0+1:3/3`: the first symbol is in the first line, after one empty cell, and there are two lines
of three cells. The shapes of all grids that begin with a symbol, from the outermost in, stand on the edge that leads
to it, as in `Right@0+1:3/3`; for the first symbol of all, before the first edge that leaves it: `0+1:3/3@Right`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crohme.notation.alphabet import Relation

CELL, AFTER = "Cell", "After"
MAX_CELLS = 100_000
"""Cells of all grids of an expression; a graph that names more is refused before they are made."""

_SHAPE = r"[0-9]{1,6}\+[0-9]{1,6}:[0-9]{1,6}(?:/[0-9]{1,6})*"
_LABEL = re.compile(
    rf"(?P<own>(?:{_SHAPE}@)*)(?P<relation>{'|'.join(Relation)}|After|Cell)"
    rf"(?P<level>[0-9]{{0,3}})(?P<place>\+[0-9]{{1,6}}[+-][0-9]{{1,6}})?(?P<shapes>(?:@{_SHAPE})*)"
)


@dataclass(frozen=True)
class Shape:
    """The cells of a grid: how many each line has, and which is the first that is not empty.

    Args:
        line, column: int. Place of that cell, from 0.
        widths: tuple of int. Cells of each line, at least one.
    """

    line: int
    column: int
    widths: tuple[int, ...]

    @classmethod
    def implied(cls, places: Iterable[tuple[int, int]]) -> Shape:
        """The smallest one that has all places, which are relative to that of the first cell."""
        ends: dict[int, int] = {}
        left = 0
        for line, column in places:
            ends[line] = max(column, ends.get(line, column))
            left = min(left, column)
        return cls(0, -left, tuple(ends.get(line, left) - left + 1 for line in range(1 + max(ends))))

    def __str__(self) -> str:
        return f"{self.line}+{self.column}:{'/'.join(map(str, self.widths))}"


@dataclass(frozen=True)
class GridLabel:
    """The label of an edge, taken apart.

    Args:
        relation: str. One of `Relation`, `AFTER` or `CELL`.
        level: int. Which of the grids that begin with the parent, from 1 for the innermost; 0 for those of `Relation`.
        place: `(lines, columns)` or None. Of a cell, relative to the first.
        shapes: tuple of Shape. Of the grids that begin with the child, the outermost first, where they are written out.
        own: tuple of Shape. The same of the parent.
    """

    relation: str
    level: int = 0
    place: tuple[int, int] | None = None
    shapes: tuple[Shape, ...] = ()
    own: tuple[Shape, ...] = ()

    @property
    def bare(self) -> str:
        """The label without shapes."""
        level = str(self.level) if self.level > 1 else ""
        return self.relation + level + ("" if self.place is None else "{:+d}{:+d}".format(*self.place))

    def __str__(self) -> str:
        return "".join(f"{shape}@" for shape in self.own) + self.bare + "".join(f"@{shape}" for shape in self.shapes)


def parse_label(text: str) -> GridLabel | None:
    """The label of an edge, or None where it is none of a symbol layout tree."""
    match = _LABEL.fullmatch(text)
    if match is None:
        return None
    relation, level, place = match["relation"], match["level"], match["place"]
    if (place is not None) != (relation == CELL) or (level and (relation not in (CELL, AFTER) or int(level) < 2)):
        return None
    offset = None
    if place is not None:
        lines, columns = re.findall(r"[+-][0-9]+", place)
        offset = int(lines), int(columns)
        if offset <= (0, 0):
            return None  # the first cell is the first
    own, shapes = (tuple(map(_shape, filter(None, match[part].split("@")))) for part in ("own", "shapes"))
    return GridLabel(relation, (int(level) if level else 1) if relation in (CELL, AFTER) else 0, offset, shapes, own)


def bare_label(text: str) -> str:
    """The label of an edge without the shapes of grids."""
    label = parse_label(text) if "@" in text else None
    return text if label is None else label.bare


def shape_of(places: Mapping[tuple[int, int], object], given: Shape | None) -> Shape | None:
    """The shape of the grid that has these cells: the given one, if they are in it, else the implied one.

    Args:
        places: mapping of `(line, column)`, relative to the first cell, which is one of them.
        given: Shape or None.

    Returns:
        Shape, or None where a cell is outside of the given one.
    """
    if given is None:
        return Shape.implied(places)
    for line, column in places:
        at, across = given.line + line, given.column + column
        if at >= len(given.widths) or not 0 <= across < given.widths[at]:
            return None
    return given


def _shape(text: str) -> Shape:
    place, _, widths = text.partition(":")
    line, column = map(int, place.split("+"))
    return Shape(line, column, tuple(map(int, widths.split("/"))))
