"""Written symbols placed side by side, over and into each other: geometry on boxes, ink moved only at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from crohme.ink.expression import Expression
from crohme.notation.tree import Node, Relation
from crohme.types import Strokes


@dataclass(eq=False)
class Glyph:
    """The ink of one symbol, or some strokes of it, and where it goes: `ink * (sx, sy) + (x, y)`.

    Args:
        ink: `(k, p, 2)`.
    """

    ink: Strokes
    sx: float = 1.0
    sy: float = 1.0
    x: float = 0.0
    y: float = 0.0


@dataclass(eq=False)
class Symbol:
    """A symbol of the tree that is being laid out, its ink, and the rows that hang on it; or a grid and its cells."""

    label: str
    glyphs: list[Glyph]
    rows: dict[Relation, list[Symbol]] = field(default_factory=dict)
    cells: list[list[list[Symbol]]] = field(default_factory=list)


@dataclass(eq=False)
class Block:
    """Symbols that are moved as one.

    Args:
        row: list of Symbol. With what hangs on them.
        glyphs: list of Glyph. All their ink, in the order of writing.
        left, top, right, bottom: float. The box of the ink, Y down. The mid line of a row is y 0 until it is moved.
    """

    row: list[Symbol]
    glyphs: list[Glyph]
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of_ink(cls, label: str, ink: Strokes) -> Block:
        """One symbol where its ink lies."""
        glyph = Glyph(ink)
        flat = ink.reshape(-1, 2)
        (left, top), (right, bottom) = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
        return cls([Symbol(label, [glyph])], [glyph], left, top, right, bottom)

    @property
    def width(self) -> float:
        """In the unit of the box, as everything here."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def move(self, x: float, y: float, scale: float = 1.0) -> Block:
        """Scale about the origin, then shift; returns itself."""
        return self.stretch(scale, scale, x, y)

    def stretch(self, sx: float, sy: float, x: float = 0.0, y: float = 0.0) -> Block:
        """Scale each way about the origin, then shift; returns itself."""
        for glyph in self.glyphs:
            glyph.sx, glyph.x = glyph.sx * sx, glyph.x * sx + x
            glyph.sy, glyph.y = glyph.sy * sy, glyph.y * sy + y
        self.left, self.right = self.left * sx + x, self.right * sx + x
        self.top, self.bottom = self.top * sy + y, self.bottom * sy + y
        return self

    def hang(self, relation: Relation, other: Block, *, before: bool = False) -> None:
        """Another block, in its place already, becomes a row of the last symbol; written after it or `before`."""
        self.row[-1].rows[relation] = other.row
        self.glyphs = other.glyphs + self.glyphs if before else self.glyphs + other.glyphs
        self.cover(other)

    def cover(self, other: Block) -> None:
        """Widen the box so that it holds the other's."""
        self.left, self.top = min(self.left, other.left), min(self.top, other.top)
        self.right, self.bottom = max(self.right, other.right), max(self.bottom, other.bottom)


def joined(parts: Sequence[Block], turns: Sequence[int] | None = None) -> Block:
    """Blocks in their places as one row, written in turn, or the first as the first of `turns` says, and so on."""
    left, top = min(p.left for p in parts), min(p.top for p in parts)
    right, bottom = max(p.right for p in parts), max(p.bottom for p in parts)
    row = [symbol for part in parts for symbol in part.row]
    written = parts if turns is None else [parts[number] for number in turns]
    return Block(row, [glyph for part in written for glyph in part.glyphs], left, top, right, bottom)


def to_expression(block: Block) -> Expression:
    """The ink in the order of writing, each glyph where it goes, and the tree of its symbols."""
    strokes: dict[int, range] = {}
    count = 0
    for glyph in block.glyphs:
        strokes[id(glyph)] = range(count, count := count + len(glyph.ink))
    counts = [len(glyph.ink) for glyph in block.glyphs]
    # (sx, sy, x, y) of each stroke: one pass over all points, where one for each glyph would take most of the time.
    moves = np.array([(g.sx, g.sy, g.x, g.y) for g in block.glyphs], dtype=np.float32).repeat(counts, axis=0)[:, None]
    points = np.concatenate([glyph.ink for glyph in block.glyphs]) * moves[..., :2] + moves[..., 2:]
    return Expression(points.astype(np.float32, copy=False), _nodes(block.row, strokes))


def _nodes(row: Iterable[Symbol], strokes: dict[int, range]) -> tuple[Node, ...]:
    return tuple(
        Node(
            symbol.label,
            tuple(sorted(stroke for glyph in symbol.glyphs for stroke in strokes[id(glyph)])),
            {relation: _nodes(hanging, strokes) for relation, hanging in symbol.rows.items()},
            tuple(tuple(_nodes(cell, strokes) for cell in line) for line in symbol.cells),
        )
        for symbol in row
    )
