"""The one in-memory form of an expression: a symbol layout tree.

A row is a tuple of nodes, each the right neighbour of the one before. A node carries, by
relation, the rows that hang on it. `\\frac` is a node labelled `-` with Above and Below,
`\\sqrt` a node with Inside (and Above for the index of the root), `\\hat` a node with its content
Below, `\\underline` one with its content Above, `\\boxed` one with its content Inside, `\\binom` the two
parentheses with Above and Below. A grid is a node without strokes that holds cells. (Zanibbi and
Blostein, "Recognition and retrieval of mathematical expressions", IJDAR 2012.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from crohme.errors import quoted
from crohme.notation.alphabet import FRACTION_BAR, GRID, ROWS, SYMBOL_CLASSES, Relation
from crohme.notation.errors import NotationError

__all__ = [
    "ARGUMENTS", "LIMIT_OF", "MAX_DEPTH", "SCRIPTS", "SCRIPT_OF", "SCRIPT_TOKENS", "Node", "Relation", "SymbolTree",
    "attach", "relabelled", "symbols", "without_limits",
]  # fmt: skip
MAX_DEPTH = 64
"""Rows within rows that a tree may have. Written mathematics has less than ten; the limit lets
everything that walks a tree recurse."""


LIMIT_OF: Mapping[Relation, Relation] = {Relation.SUB: Relation.BELOW, Relation.SUP: Relation.ABOVE}
"""Where a script stands that is written under or over its operator; LaTeX does not tell the two apart."""
SCRIPT_OF: Mapping[Relation, Relation] = {limit: script for script, limit in LIMIT_OF.items()}
SCRIPTS = tuple(LIMIT_OF)
SCRIPT_TOKENS: Mapping[Relation, str] = {Relation.SUB: "_", Relation.SUP: "^"}
"""What writes a script, or a limit, in LaTeX."""
ARGUMENTS: Mapping[str, tuple[Relation, ...]] = {
    symbol.label: ROWS[symbol.kind] for symbol in SYMBOL_CLASSES.values() if symbol.kind in ROWS
} | {"\\frac": (Relation.ABOVE, Relation.BELOW)}
"""LaTeX command that draws a symbol → how its arguments, in their order, lie to that symbol."""


@dataclass(frozen=True)
class Node:
    """One symbol and what hangs on it, or a grid.

    Args:
        label: str. Symbol class in the project's normal form (`x`, `\\alpha`, `\\lt`, `-`).
        strokes: tuple of int. Strokes that draw it; empty if the tree comes from LaTeX.
        rows: mapping of `Relation` (never RIGHT) → non-empty tuple of nodes.
        cells: lines of rows. The cells of a grid, at least one in each line, some of which may be empty; no symbol
            has any.

    Raises:
        NotationError: A row is empty, or hangs by RIGHT; a grid has strokes, scripts, a line without cells or
            no symbol.
    """

    label: str
    strokes: tuple[int, ...] = ()
    rows: Mapping[Relation, tuple[Node, ...]] = field(default_factory=dict)
    cells: tuple[tuple[tuple[Node, ...], ...], ...] = ()

    def __post_init__(self) -> None:
        for relation, row in self.rows.items():
            if relation is Relation.RIGHT or not row:
                raise NotationError(f"symbol {quoted(self.label)} cannot have a row {relation} of {len(row)} symbols")
        if not self.is_grid and not self.cells:
            return
        if not self.is_grid or not self.cells or not all(self.cells):
            raise NotationError(f"{quoted(self.label)} with {len(self.cells)} lines of cells, each of one at least")
        if self.strokes or self.rows or not any(cell for line in self.cells for cell in line):
            raise NotationError("a grid holds symbols, and has neither strokes nor scripts of its own")

    @property
    def is_grid(self) -> bool:
        """Whether it is no symbol, but a grid of rows."""
        return self.label == GRID

    @property
    def arguments(self) -> tuple[Relation, ...]:
        """How the rows lie that are part of what it draws: numerator, radicand, content of an accent."""
        if not self.rows:
            return ()
        if self.is_fraction:
            return ARGUMENTS["\\frac"]
        own = ARGUMENTS.get(self.label, ())
        return own if all(relation in self.rows for relation in own) else ()

    @property
    def inner_rows(self) -> tuple[tuple[Node, ...], ...]:
        """All rows that hang on the symbol, or the cells of the grid, line by line."""
        if not self.cells:
            return tuple(self.rows.values())
        return (*self.rows.values(), *(cell for line in self.cells for cell in line))

    def with_rows(self, change: Callable[[tuple[Node, ...]], tuple[Node, ...]]) -> Node:
        """The node with every row that hangs on it, and every cell, changed."""
        if not self.rows and not self.cells:
            return self
        rows = {relation: change(row) for relation, row in self.rows.items()}
        return replace(self, rows=rows, cells=tuple(tuple(map(change, line)) for line in self.cells))

    @property
    def is_fraction(self) -> bool:
        """Whether the symbol is a bar with a numerator and a denominator."""
        return self.label == FRACTION_BAR and Relation.ABOVE in self.rows and Relation.BELOW in self.rows


@dataclass(frozen=True)
class SymbolTree:
    """A whole expression: its base line.

    Args:
        row: tuple of Node.

    Raises:
        NotationError: Rows are nested deeper than `MAX_DEPTH`.
    """

    row: tuple[Node, ...]

    def __post_init__(self) -> None:
        level, depth = [self.row], 0
        while level:
            depth += 1
            if depth > MAX_DEPTH:
                raise NotationError(f"nested deeper than {MAX_DEPTH} levels")
            level = [inner for row in level for node in row for inner in node.inner_rows]

    def nodes(self) -> Iterator[Node]:
        """All symbols, depth first: a node, then what hangs on it, then its right neighbour.

        A grid is no symbol; those of its cells come line by line in its place.
        """
        return iter(self._nodes)

    @cached_property
    def _nodes(self) -> tuple[Node, ...]:
        return tuple(symbols(self.row))  # a search compares its readings symbol by symbol, again and again


def attach(node: Node, relation: Relation, row: tuple[Node, ...]) -> Node:
    """The node with one more row hanging on it.

    A second Sub hangs on the last symbol of the first: CROHME writes `e_{f_{g}}` as a subscript
    of a subscripted base. A second Sup continues the first: `{y'}^2` is read as `y^{\\prime 2}`.

    Args:
        node: Node.
        relation: Relation. Never RIGHT.
        row: tuple of Node, non-empty.

    Returns:
        Node. A new one.

    Raises:
        NotationError: The node already has a row by that relation, and it is not Sub or Sup.
    """
    present = node.rows.get(relation)
    if present is None:
        combined = row
    elif relation is Relation.SUB:
        combined = (*present[:-1], attach(present[-1], relation, row))
    elif relation is Relation.SUP:
        combined = present + row
    else:
        raise NotationError(f"symbol {quoted(node.label)} has two rows {relation}")
    return replace(node, rows={**node.rows, relation: combined})


def relabelled(tree: SymbolTree, label: Callable[[str], str]) -> SymbolTree:
    """The tree with another label for each symbol; fraction bars keep theirs."""

    def changed(row: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(
            (node if node.is_fraction else replace(node, label=label(node.label))).with_rows(changed) for node in row
        )

    return SymbolTree(changed(tree.row))


def without_limits(tree: SymbolTree) -> SymbolTree:
    """The tree with what lies over and under operators moved beside them.

    Above and Below become Sup and Sub, except the parts of fractions and the index of a root. Truth
    files disagree about the two, so they are scored alike.

    Args:
        tree: SymbolTree.

    Returns:
        SymbolTree. Its LaTeX is that of `tree`.

    Raises:
        NotationError: A symbol has both Sub and Below, or Sup and Above.
    """
    return SymbolTree(_beside(tree.row))


def _beside(row: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(node.with_rows(_beside) if node.is_grid else replace(node, rows=_rows_beside(node)) for node in row)


def _rows_beside(node: Node) -> dict[Relation, tuple[Node, ...]]:
    moved = dict(SCRIPT_OF)
    for relation in (*node.arguments, *([Relation.ABOVE] if Relation.INSIDE in node.rows else [])):
        moved.pop(relation, None)
    rows: dict[Relation, tuple[Node, ...]] = {}
    for relation, hanging in node.rows.items():
        target = moved.get(relation, relation)
        if target in rows:
            raise NotationError(f"symbol {quoted(node.label)} has two rows for {target}")
        rows[target] = _beside(hanging)
    return rows


def symbols(row: tuple[Node, ...]) -> Iterator[Node]:
    """The symbols of a row and of all that hangs on them, in the order of `SymbolTree.nodes()`."""
    for node in row:
        if not node.is_grid:
            yield node
        if node.rows or node.cells:
            for inner in node.inner_rows:
                yield from symbols(inner)
