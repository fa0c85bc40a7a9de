"""The one in-memory form of an expression: a symbol layout tree.

A row is a tuple of nodes, each the right neighbour of the one before. A node carries, by
relation, the rows that hang on it. `\\frac` is a node labelled `-` with Above and Below,
`\\sqrt` a node with Inside (and Above for the index of the root). (Zanibbi and Blostein,
"Recognition and retrieval of mathematical expressions", IJDAR 2012.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from crohme.notation.alphabet import FRACTION_BAR
from crohme.notation.errors import NotationError

MAX_DEPTH = 64
"""Rows within rows that a tree may have. Written mathematics has less than ten; the limit lets
everything that walks a tree recurse."""


class Relation(StrEnum):
    """How a symbol, or the first symbol of a row, lies to the symbol it hangs on."""

    RIGHT = "Right"
    SUP = "Sup"
    SUB = "Sub"
    ABOVE = "Above"
    BELOW = "Below"
    INSIDE = "Inside"


LIMIT_OF: Mapping[Relation, Relation] = {Relation.SUB: Relation.BELOW, Relation.SUP: Relation.ABOVE}
"""Where a script stands that is written under or over its operator; LaTeX does not tell the two apart."""
SCRIPT_OF: Mapping[Relation, Relation] = {limit: script for script, limit in LIMIT_OF.items()}
SCRIPTS = tuple(LIMIT_OF)


@dataclass(frozen=True)
class Node:
    """One symbol and what hangs on it.

    Args:
        label: str. Symbol class in the project's normal form (`x`, `\\alpha`, `\\lt`, `-`).
        strokes: tuple of int. Strokes that draw it; empty if the tree comes from LaTeX.
        rows: mapping of `Relation` (never RIGHT) → non-empty tuple of nodes.

    Raises:
        NotationError: A row is empty, or hangs by RIGHT.
    """

    label: str
    strokes: tuple[int, ...] = ()
    rows: Mapping[Relation, tuple[Node, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for relation, row in self.rows.items():
            if relation is Relation.RIGHT or not row:
                raise NotationError(f"symbol {self.label!r} cannot have a row {relation} of {len(row)} symbols")

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
            level = [hanging for row in level for node in row for hanging in node.rows.values()]

    def nodes(self) -> Iterator[Node]:
        """All nodes, depth first: a node, then what hangs on it, then its right neighbour."""
        yield from _nodes(self.row)

    def edges(self) -> Iterator[tuple[int, int, Relation]]:
        """`(parent, child, relation)` as indices into the order of `nodes()`."""
        yield from _edges(self.row, 0)[0]


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
        raise NotationError(f"symbol {node.label!r} has two rows {relation}")
    return replace(node, rows={**node.rows, relation: combined})


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
    return tuple(replace(node, rows=_rows_beside(node)) for node in row)


def _rows_beside(node: Node) -> dict[Relation, tuple[Node, ...]]:
    moved = dict(SCRIPT_OF)
    if node.is_fraction:
        moved = {}
    elif Relation.INSIDE in node.rows:
        del moved[Relation.ABOVE]
    rows: dict[Relation, tuple[Node, ...]] = {}
    for relation, hanging in node.rows.items():
        target = moved.get(relation, relation)
        if target in rows:
            raise NotationError(f"symbol {node.label!r} has two rows for {target}")
        rows[target] = _beside(hanging)
    return rows


def _nodes(row: tuple[Node, ...]) -> Iterator[Node]:
    for node in row:
        yield node
        for hanging in node.rows.values():
            yield from _nodes(hanging)


def _edges(row: tuple[Node, ...], start: int) -> tuple[list[tuple[int, int, Relation]], int]:
    edges: list[tuple[int, int, Relation]] = []
    index, previous = start, None
    for node in row:
        here = index
        if previous is not None:
            edges.append((previous, here, Relation.RIGHT))
        index += 1
        for relation, hanging in node.rows.items():
            edges.append((here, index, relation))
            deeper, index = _edges(hanging, index)
            edges.extend(deeper)
        previous = here
    return edges, index
