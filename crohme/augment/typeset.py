"""Trees without ink, such as LaTeX gives, written in real ink: laid out as people lay out.

Each symbol is one that somebody wrote (`Pool`), in the hand of one person (`OneHand`). Where it goes is
drawn from what was measured in the training set (`manner`). A row is laid out at x-height 1 with its mid line
at y 0, the unit in which `Pool.symbol` gives ink, and is then moved and scaled as a whole.

To add a kind of node, give it a function of `Typesetter` that makes a `Block`, as `_fraction` and `_root` do, and
name it in `_core`; the geometry of what is laid out is in `fractions`, `scripts`, `fences` and `arrangements`.
"""

from __future__ import annotations

from itertools import zip_longest
from statistics import median

import numpy as np

from crohme.augment.arrangements import arrange_grid, put_around, put_over
from crohme.augment.blocks import Block, Symbol, joined, to_expression
from crohme.augment.fences import fit_fences, opening_of
from crohme.augment.fitting import part_scripts, stretch_to_height
from crohme.augment.fractions import fraction_of, put_index, root_of
from crohme.augment.ink import Ink, NoInk
from crohme.augment.kinds import end_of, kind_of, shape_of
from crohme.augment.manner import Manner
from crohme.augment.marks import WIDE, mark
from crohme.augment.metrics import has_usual_height
from crohme.augment.scripts import put_as_limit, put_beside
from crohme.augment.writing_order import LateDots, turns
from crohme.ink.expression import Expression, Row
from crohme.notation.alphabet import BIG_OPERATORS, BINOMIAL, GRID, INTEGRALS, ROOT
from crohme.notation.tree import LIMIT_OF, SCRIPT_OF, SCRIPTS, Node, Relation, SymbolTree

_NAMES = ("letter", "digit")
_ERROR = 0.4  # share of a symbol's difference from others of its class, in size and place, that is taken back
_SMALLEST, _LARGEST = 0.6, 1.6  # over the usual size of its class
_TRIES, _LOW = 4, 0.25  # to find a point that lies below, or above, this y
_CONTENT_FIRST = 0.85  # share of accents and frames that are written after what they mark
_ALIGNED_LEFT, _BY_COLUMN = 0.4, 0.1  # shares of grids


def typeset(tree: SymbolTree, ink: Ink, rng: np.random.Generator) -> Expression:
    """Write a tree.

    Args:
        tree: SymbolTree. Strokes that its nodes may have count for nothing.
        ink: Ink. `Pool`, or `OneHand` for the hand of one person.
        rng: Generator.

    Returns:
        Expression. Strokes in the order of writing; its LaTeX is that of `tree`. The limits of an
        operator lie over and under it, or beside it, as people have it, whichever the tree says.

    Raises:
        NoInk: There is no ink of one of the symbols.
    """
    return to_expression(Typesetter(ink, rng).whole(tree.row))


class Typesetter:
    """One expression's layout: the manner of one person.

    Args:
        ink: Ink.
        rng: Generator.
    """

    def __init__(self, ink: Ink, rng: np.random.Generator) -> None:
        self._ink, self._rng = ink, rng
        self._manner = Manner(rng)
        self._limits: dict[str, bool] = {}
        self._late_dots = LateDots()

    def whole(self, row: Row) -> Block:
        """The base line, which may rise or fall."""
        return self._row(row, "line", slope=self._manner.draw("slope"))

    def _row(self, row: Row, place: str, slope: float = 0.0) -> Block:
        """A row at x-height 1, its mid line at y 0; `place` is "line", or "script" where it is small."""
        plain = any(has_usual_height(node) for node in row)
        row = tuple(self._with_limits(node) for node in row)
        parts: list[Block] = []
        open_fences: list[int] = []
        for number, node in enumerate(row):
            part = self._point(row, number) if node.label == "." else self._core(node, place, plain)
            opening = opening_of(row, number, open_fences)
            parts.append(part)
            if opening is not None and number - opening > 1:
                fit_fences(parts[opening], part, parts[opening + 1 : number], self._manner)
            self._scripts(node, part)
        for number in open_fences:  # only a grid makes a fence that nothing closes as tall as itself
            if number + 1 < len(row) and row[number + 1].is_grid:
                fit_fences(parts[number], parts[number], parts[number + 1 : number + 2], self._manner)
        if not plain and not any(node.inner_rows for node in row):
            # A row of signs only is measured by them: so is their size here.
            size = median(max(part.height, 0.6 * part.width) / 1.6 for part in parts)
            for part in parts:
                part.move(0, 0, 1 / max(size, 0.05))
        at = 0.0
        for number, part in enumerate(parts):
            if number:
                at += self._gap(row[number - 1], row[number], parts[number - 1], part, place)
            part.move(at - part.left, slope * at)
            at = part.right
        return self._late_dots.after(joined(parts, turns(len(parts), self._manner)))

    def _gap(self, left: Node, right: Node, before: Block, after: Block, place: str) -> float:
        gap = self._manner.draw(f"gap {place}", f"{end_of(left)} {kind_of(right)}")
        return max(gap, -0.35 * min(before.width, after.width))

    def _core(self, node: Node, place: str, plain: bool) -> Block:
        """A symbol with what it encloses or divides, but without scripts and limits."""
        if node.is_fraction:
            return self._fraction(node, place, plain)
        if node.is_grid:
            return self._grid(node)
        if node.label == ROOT and node.arguments:
            return self._root(node, place, plain)
        if node.label == BINOMIAL and node.arguments:
            return self._binomial(node, place)
        if node.arguments:
            return self._marked(node, place)
        return self._symbol(node)

    def _symbol(self, node: Node) -> Block:
        """A symbol where it stands on its line."""
        label = node.label
        if not self._ink.symbols.get(label):
            raise NoInk(label)
        block = Block.of_ink(label, self._ink.symbol(label, self._rng))
        size, middle = self._ink.usual(label)
        larger = max(block.width, block.height, 1e-3) / size
        named = kind_of(node) in _NAMES
        # How large it was in its own row is known only as well as that row's x-height: part of it is error.
        wanted = min(max(larger ** (1 - _ERROR if named else 1.0), _SMALLEST), _LARGEST)
        block.move(0, 0, wanted / larger)
        if named:
            block.move(0, _ERROR * (middle - (block.top + block.bottom) / 2))
        if label in ("i", "j") and len(block.glyphs[0].ink) > 1 and not self._manner.does("dot in turn"):
            self._late_dots.split_off(block)
        return block

    def _point(self, row: Row, number: int) -> Block:
        """A point: low between digits, at half height in a product. CROHME's truth does not tell them apart."""
        decimal = 0 < number < len(row) - 1 and all(kind_of(row[n]) == "digit" for n in (number - 1, number + 1))
        for _ in range(_TRIES):
            part = self._symbol(row[number])
            if ((part.top + part.bottom) / 2 > _LOW) == decimal:
                break
        return part

    # Fractions and roots

    def _fraction(self, node: Node, place: str, plain: bool) -> Block:
        if not self._ink.bars:
            raise NoInk(node.label)
        unit = min(max(self._manner.draw("fraction size"), 0.4), 1.1) if plain else 1.0
        above, below = (self._row(node.rows[r], place) for r in (Relation.ABOVE, Relation.BELOW))
        return fraction_of(above, below, unit, plain, self._ink, self._manner, self._rng)

    def _root(self, node: Node, place: str, plain: bool) -> Block:
        if not self._ink.roots:
            raise NoInk(node.label)
        unit = min(max(self._manner.draw("root size"), 0.6), 1.3) if plain else 1.0
        inside = self._row(node.rows[Relation.INSIDE], place).move(0, 0, unit)
        root = root_of(inside, unit, self._ink, self._manner, self._rng)
        if Relation.ABOVE in node.rows:
            put_index(root, self._row(node.rows[Relation.ABOVE], "script"), inside, unit, self._manner)
        return root

    # Accents, frames and grids

    def _marked(self, node: Node, place: str) -> Block:
        """A row with an accent over it, a line under it, or a frame around it."""
        (relation,) = node.arguments
        content = self._row(node.rows[relation], place)
        block = Block.of_ink(node.label, mark(node.label, self._ink, self._rng))
        if relation is Relation.INSIDE:
            put_around(block, content, self._rng)
        else:
            wide = node.label in WIDE or len(node.rows[relation]) > 1
            put_over(block, content, self._rng, wide=wide, under=relation is Relation.ABOVE)
        block.hang(relation, content, before=self._rng.random() < _CONTENT_FIRST)
        return block

    def _grid(self, node: Node) -> Block:
        cells = [[self._row(cell, "line") if cell else None for cell in line] for line in node.cells]
        return self._arranged(cells, "l" if self._rng.random() < _ALIGNED_LEFT else "c")

    def _arranged(self, cells: list[list[Block | None]], align: str) -> Block:
        arrange_grid(cells, self._rng, align=align)
        by_line = [cell for line in cells for cell in line if cell is not None]
        block = joined(by_line)
        if self._rng.random() < _BY_COLUMN:
            columns = zip_longest(*cells)
            block.glyphs = [glyph for column in columns for cell in column if cell is not None for glyph in cell.glyphs]
        block.row = [Symbol(GRID, [], cells=[[[] if cell is None else cell.row for cell in line] for line in cells])]
        return block.move(0, 0, float(self._rng.uniform(0.65, 1.05)))

    def _binomial(self, node: Node, place: str) -> Block:
        """Two rows one over the other, between parentheses that are the symbol."""
        above, below = (self._row(node.rows[relation], place) for relation in (Relation.ABOVE, Relation.BELOW))
        content = self._arranged([[above], [below]], "c")
        left, right = (self._symbol(Node(label)) for label in "()")
        for fence in (left, right):
            stretch_to_height(fence, content.top - 0.15, content.bottom + 0.15)
        left.move(content.left - float(self._rng.uniform(0.05, 0.4)) - left.right, 0)
        right.move(content.right + float(self._rng.uniform(0.05, 0.4)) - right.left, 0)
        block = joined([left, content, right])
        rows = {Relation.ABOVE: above.row, Relation.BELOW: below.row}
        block.row = [Symbol(node.label, [*left.glyphs, *right.glyphs], rows)]
        return block

    # Scripts and limits

    def _with_limits(self, node: Node) -> Node:
        """The node with its limits over and under it, or beside it, as this person has it."""
        if node.label not in (*BIG_OPERATORS, "\\lim") or not node.rows:
            return node
        if node.label not in self._limits:
            # That of other operators is not measured: CROHME has these three.
            like = "lim" if node.label == "\\lim" else "int" if node.label in INTEGRALS else "sum"
            self._limits[node.label] = self._manner.does(f"limits of {like}")
        to = LIMIT_OF if self._limits[node.label] else SCRIPT_OF
        return Node(node.label, node.strokes, {to.get(relation, relation): row for relation, row in node.rows.items()})

    def _scripts(self, node: Node, base: Block) -> None:
        """Hang scripts and limits on a symbol."""
        if node.is_grid:
            return
        relations = [r for r in (*SCRIPTS, *SCRIPT_OF) if r in node.rows and r not in base.row[-1].rows]
        box, shape = (base.left, base.top, base.right, base.bottom), shape_of(node)
        hung: dict[Relation, Block] = {}
        for relation in relations:
            row = node.rows[relation]
            block = self._row(row, "script")
            if relation in SCRIPTS:
                primes = relation is Relation.SUP and all(each.label == "\\prime" for each in row)
                name = "prime" if primes else relation.value.lower()
                hung[relation] = put_beside(block, name, relation, shape, box, self._manner)
            else:
                hung[relation] = put_as_limit(block, relation, shape, box, self._manner)
        if len(relations) == 2 and hung.keys() == set(SCRIPTS):
            part_scripts(hung[Relation.SUP], hung[Relation.SUB])
        lower = "sub first" if Relation.SUB in hung else "below first"
        if len(relations) == 2 and not self._manner.does(lower):
            relations.reverse()
        for relation in relations:
            base.hang(relation, hung[relation], before=not self._manner.does(f"base before {relation.value.lower()}"))
