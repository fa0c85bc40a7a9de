"""Symbol layout tree ⇄ its symbols and the labelled edges between them. `grid_labels` says how grids are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crohme.errors import quoted
from crohme.notation.alphabet import GRID
from crohme.notation.errors import LabelGraphError, NotationError
from crohme.notation.grid_labels import AFTER, CELL, MAX_CELLS, GridLabel, Shape, parse_label, shape_of
from crohme.notation.tree import MAX_DEPTH, Node, Relation, SymbolTree

Edge = tuple[int, int, str]
"""Numbers of two symbols, and how the second lies to the first."""


def edges_of(tree: SymbolTree) -> list[Edge]:
    """`(parent, child, relation)` as indices into the order of `tree.nodes()`, by child.

    Only an expression of a single symbol in a grid has no edge that could tell of the grid.
    """
    edges: list[Edge] = []
    _add_edges(tree.row, 0, None, edges)
    own = "".join(f"{shape}@" for shape in _shapes(tree.row))
    if own and edges:
        edges[0] = (*edges[0][:2], own + edges[0][2])  # it leaves the first symbol, which none leads to
    return edges


def tree_of(symbols: Sequence[Node], edges: Iterable[Edge], names: Sequence[str] | None = None) -> SymbolTree:
    """The tree of symbols and the edges between them: the inverse of `tree.nodes()` and `edges_of`.

    Args:
        symbols: sequence of Node, without rows.
        edges: iterable of `(parent, child, relation)`.
        names: sequence of str. What the symbols are called in errors; their numbers if not given.

    Raises:
        LabelGraphError: No tree, an unknown relation, a cell where its grid has none, or nested too deep.
    """
    name = names or [str(number) for number in range(len(symbols))]
    children: list[dict[str, tuple[int, GridLabel]]] = [{} for _ in symbols]
    parents: dict[int, GridLabel] = {}
    own: dict[int, tuple[Shape, ...]] = {}
    for parent, child, relation in edges:
        label = parse_label(relation)
        if label is None:
            raise LabelGraphError(f"unknown relation {quoted(relation)}")
        if label.bare in children[parent]:
            raise LabelGraphError(f"object {quoted(name[parent])} has two relations {label.bare}")
        if child in parents:
            raise LabelGraphError(f"object {quoted(name[child])} has two parents")
        children[parent][label.bare] = child, label
        parents[child] = label
        if label.own and own.setdefault(parent, label.own) is not label.own:
            raise LabelGraphError(f"the shapes of the grids that begin with {quoted(name[parent])} are given twice")
    roots = [number for number in range(len(symbols)) if number not in parents]
    if len(roots) != 1:
        raise LabelGraphError(f"{len(roots)} objects without a parent, where a tree has one")
    given = [(number, label.shapes) for number, label in parents.items() if label.shapes]
    for number, shapes in given:
        if own.setdefault(number, shapes) is not shapes:
            raise LabelGraphError(f"the shapes of the grids that begin with {quoted(name[number])} are given twice")
    builder = _TreeBuilder(symbols, children, own, name)
    row = builder.row(roots[0], depth=1)
    if builder.count != len(symbols):
        raise LabelGraphError("some objects cannot be reached from the root")
    try:
        return SymbolTree(row)
    except NotationError as error:
        raise LabelGraphError(str(error)) from None


def _add_edges(row: tuple[Node, ...], start: int, parent: tuple[int, str] | None, edges: list[Edge]) -> int:
    """Add the edges of a row whose first symbol has the number `start`, also that from `parent` to it.

    Returns:
        The number after its last symbol.
    """
    index = start
    for position, node in enumerate(row):
        here = index
        if parent is not None:
            # A bare relation stays what it is: consumers compare it with those of `Relation`.
            marks = "".join(f"@{shape}" for shape in _shapes(row[position : position + 2])) if node.is_grid else ""
            edges.append((parent[0], here, parent[1] + marks if marks else parent[1]))
        if node.is_grid:
            index, level = _add_cells(node, here, edges)
            parent = here, GridLabel(AFTER, level).bare
            continue
        index += 1
        for relation, inner in node.rows.items():
            index = _add_edges(inner, index, (here, relation), edges)
        parent = here, Relation.RIGHT
    return index


def _add_cells(grid: Node, start: int, edges: list[Edge]) -> tuple[int, int]:
    """Add the edges of a grid; returns the number after its last symbol, and its level: see `grid_labels`."""
    (origin, first), *others = _filled(grid)
    index = _add_edges(first, start, None, edges)
    level = len(_beginning(first)) + 1
    for place, cell in others:
        label = GridLabel(CELL, level, (place[0] - origin[0], place[1] - origin[1])).bare
        index = _add_edges(cell, index, (start, label), edges)
    return index, level


def _filled(grid: Node) -> list[tuple[tuple[int, int], tuple[Node, ...]]]:
    """The cells of a grid that are not empty, each with its line and column."""
    return [((i, j), cell) for i, line in enumerate(grid.cells) for j, cell in enumerate(line) if cell]


def _beginning(row: tuple[Node, ...]) -> list[tuple[Node, bool]]:
    """The grids that begin with the first symbol of a row, outermost first, and whether something follows each."""
    found = []
    while row[0].is_grid:
        found.append((row[0], len(row) > 1))
        row = _filled(row[0])[0][1]
    return found


def _shapes(row: tuple[Node, ...]) -> list[Shape]:
    """The shapes of the grids that a row begins with, if that of any does not follow from its edges; else none."""
    shapes, are_implied = [], True
    for grid, is_followed in _beginning(row):
        filled = _filled(grid)
        line, column = filled[0][0]
        shape = Shape(line, column, tuple(map(len, grid.cells)))
        implied = Shape.implied((i - line, j - column) for (i, j), _ in filled)
        are_implied = are_implied and shape == implied and (is_followed or len(filled) > 1)
        shapes.append(shape)
    return [] if are_implied else shapes


class _TreeBuilder:
    def __init__(
        self,
        symbols: Sequence[Node],
        children: list[dict[str, tuple[int, GridLabel]]],
        shapes: dict[int, tuple[Shape, ...]],
        names: Sequence[str],
    ) -> None:
        self.count = 0
        self._symbols = symbols
        self._children = children
        self._shapes = shapes
        self._names = names
        self._cells = 0

    def row(self, first: int, depth: int, level: int | None = None) -> tuple[Node, ...]:
        """The row that begins with a symbol, and with so many of the grids around it, by default all."""
        if depth > MAX_DEPTH:
            raise LabelGraphError(f"nested deeper than {MAX_DEPTH} levels")
        nodes: list[Node] = []
        current: int | None = first
        while current is not None:
            grids = self._levels(current) if level is None else level
            level = None
            hanging = self._children[current]
            if grids:
                nodes.append(self._grid(current, grids, depth + 1))
                following = GridLabel(AFTER, grids).bare
            else:
                rows = {
                    Relation(relation): self.row(child, depth + 1)
                    for relation, (child, label) in hanging.items()
                    if relation != Relation.RIGHT and not label.level
                }
                symbol = self._symbols[current]
                nodes.append(Node(symbol.label, symbol.strokes, rows))
                self.count += 1
                following = Relation.RIGHT
            current = hanging[following][0] if following in hanging else None
        return tuple(nodes)

    def _levels(self, symbol: int) -> int:
        """How many grids begin with a symbol."""
        given = len(self._shapes.get(symbol, ()))
        seen = max((label.level for _, label in self._children[symbol].values()), default=0)
        if seen > MAX_DEPTH or (given and seen > given):
            raise LabelGraphError(f"object {quoted(self._names[symbol])} has edges of more grids than begin with it")
        return given or seen

    def _grid(self, first: int, level: int, depth: int) -> Node:
        places = {(0, 0): self.row(first, depth, level - 1)}
        for child, label in self._children[first].values():
            if label.place is not None and label.level == level:
                places[label.place] = self.row(child, depth)
        shapes = self._shapes.get(first)
        shape = shape_of(places, None if shapes is None else shapes[-level])
        if shape is None:
            raise LabelGraphError(f"a cell outside of the grid that begins with {quoted(self._names[first])}")
        self._cells += sum(shape.widths)
        if self._cells > MAX_CELLS:
            raise LabelGraphError(f"more than {MAX_CELLS} cells")
        cells = (
            tuple(places.get((i - shape.line, j - shape.column), ()) for j in range(width))
            for i, width in enumerate(shape.widths)
        )
        return Node(GRID, cells=tuple(cells))
