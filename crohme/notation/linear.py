"""Symbol layout trees as the tokens that the grammar reads, each with the symbol that it writes, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crohme.errors import quoted
from crohme.notation.alphabet import FRACTION_BAR, GRID, ROOT
from crohme.notation.grammar import END_GRID, NEXT_CELL, NEXT_LINE, GrammarError
from crohme.notation.tree import ARGUMENTS, LIMIT_OF, SCRIPT_TOKENS, Node, Relation, SymbolTree

Step = tuple[str, Node | None]
"""A token, and the node that it writes; None for `{`, `_` …."""


def linearize(tree: SymbolTree, *, backward: bool = False) -> list[Step]:
    """The tree as tokens of the normal form, without END.

    Args:
        tree: SymbolTree.
        backward: bool. Whether each row runs from right to left, and each line of a grid. What hangs on a
            symbol still follows it, so that the grammar is the same in both directions.
    """
    return list(_row(tree.row, backward))


def _row(row: tuple[Node, ...], backward: bool) -> Iterator[Step]:
    for node in reversed(row) if backward else row:
        if node.is_grid:
            yield from _grid(node, backward)
            continue
        yield r"\frac" if node.is_fraction else node.label, node
        if not node.rows:
            continue
        own = set(node.arguments)
        if node.label == ROOT and own and Relation.ABOVE in node.rows:
            yield from _group(node.rows[Relation.ABOVE], backward, "[]")
            own.add(Relation.ABOVE)
        for relation in node.arguments:
            yield from _group(node.rows[relation], backward)
        # A sum's limits are Below and Above, or Sub and Sup, by how they were written: one LaTeX.
        for script, limit in LIMIT_OF.items():
            row_of = next((node.rows[r] for r in (script, limit) if r in node.rows and r not in own), None)
            if row_of is not None:
                yield SCRIPT_TOKENS[script], None
                yield from _group(row_of, backward)


def _grid(grid: Node, backward: bool) -> Iterator[Step]:
    yield GRID, None
    for i, line in enumerate(grid.cells):
        if i:
            yield NEXT_LINE, None
        for j, cell in enumerate(reversed(line) if backward else line):
            if j:
                yield NEXT_CELL, None
            yield from _row(cell, backward)
    yield END_GRID, None


def _group(row: tuple[Node, ...], backward: bool, braces: str = "{}") -> Iterator[Step]:
    yield braces[0], None
    yield from _row(row, backward)
    yield braces[1], None


def delinearize(steps: Sequence[Step], *, backward: bool = False) -> SymbolTree:
    """The tree that `linearize` writes, with Sub and Sup for all scripts.

    Args:
        steps: sequence of tokens, as the grammar allows them, without END. Rows of their nodes do not matter.
        backward: bool. Whether each row runs from right to left.

    Raises:
        GrammarError: They are no whole expression.
        NotationError: Nested too deep.
    """
    reader = _Reader(steps, backward)
    row = reader.row(frozenset())
    if reader.next != len(steps) or not row:
        raise GrammarError("not a whole expression")
    return SymbolTree(row)


_ROW_ENDS = frozenset({"}"})
_INDEX_ENDS = frozenset({"]"})
_CELL_ENDS = frozenset({NEXT_CELL, NEXT_LINE, END_GRID})


class _Reader:
    def __init__(self, steps: Sequence[Step], backward: bool) -> None:
        self.next = 0
        self._steps = steps
        self._backward = backward

    def row(self, ends: frozenset[str]) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while self.next < len(self._steps):
            token, node = self._steps[self.next]
            if node is None and token in ends:
                break
            self.next += 1
            if token == GRID:
                nodes.append(self._grid())
            elif node is not None:
                nodes.append(self._with_arguments(token, node))
            elif token in ("_", "^") and nodes:
                relation = Relation.SUB if token == "_" else Relation.SUP
                base = nodes[-1]
                nodes[-1] = Node(base.label, base.strokes, {**base.rows, relation: self._group()}, base.cells)
            else:
                raise GrammarError(f"{quoted(token)} may not stand here")
        return tuple(reversed(nodes) if self._backward else nodes)

    def _with_arguments(self, token: str, node: Node) -> Node:
        rows: dict[Relation, tuple[Node, ...]] = {}
        if token == ROOT and self._peek() == "[":
            rows[Relation.ABOVE] = self._group(_INDEX_ENDS)
        for relation in ARGUMENTS.get(token, ()):
            rows[relation] = self._group()
        return Node(FRACTION_BAR if token == r"\frac" else node.label, node.strokes, rows, node.cells)

    def _group(self, ends: frozenset[str] = _ROW_ENDS) -> tuple[Node, ...]:
        self.next += 1
        row = self.row(ends)
        self._close()
        return row

    def _grid(self) -> Node:
        lines: list[list[tuple[Node, ...]]] = [[]]
        token = NEXT_CELL
        while token != END_GRID:
            lines[-1].append(self.row(_CELL_ENDS))
            token = self._close()
            if token == NEXT_LINE:
                lines.append([])
        return Node(GRID, cells=tuple(tuple(reversed(line) if self._backward else line) for line in lines))

    def _close(self) -> str:
        token = self._peek()
        if token is None:
            raise GrammarError("not a whole expression")
        self.next += 1
        return token

    def _peek(self) -> str | None:
        return self._steps[self.next][0] if self.next < len(self._steps) else None
