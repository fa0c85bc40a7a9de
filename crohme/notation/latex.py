"""Symbol layout tree ⇄ LaTeX tokens in the project's normal form.

Normal form: tokens separated by spaces; braces always on `\\frac`, `\\sqrt`, `_` and `^`; `_`
before `^`; `\\sqrt [ n ] { x }`; no `\\left`, `\\right`, `\\limits`, spacing or font commands;
`\\lt` and `\\gt` for the signs; a function name is one token; accents as `\\hat { x }`; grids
`\\begin{matrix} a & b \\\\ c & d \\end{matrix}` between the brackets that stand around them.
"""

from __future__ import annotations

from collections.abc import Iterator

from crohme.errors import quoted
from crohme.notation.alphabet import GRID, OTHER, ROOT
from crohme.notation.errors import NotationError
from crohme.notation.tree import LIMIT_OF, SCRIPT_TOKENS, Node, Relation, SymbolTree

WRITTEN_AS = {OTHER: "?"}  # no command draws it


def to_latex(tree: SymbolTree) -> list[str]:
    """Write a tree as LaTeX tokens in normal form.

    Sub and Below both become `_`, Sup and Above both `^`. A sign of no known class (`OTHER`) becomes `?`.

    Args:
        tree: SymbolTree.

    Returns:
        list of str. The tokens; `" ".join(…)` is the text.

    Raises:
        NotationError: A symbol has both Sub and Below (or Sup and Above), or Inside without being
            a root or a frame, which LaTeX tokens cannot say.
    """
    return list(_row(tree.row))


def _row(row: tuple[Node, ...]) -> Iterator[str]:
    for node in row:
        if node.is_grid:
            yield from _grid(node)
            continue
        if not node.rows and node.label != ROOT:
            yield WRITTEN_AS.get(node.label, node.label)
            continue
        rows = dict(node.rows)
        if node.label == ROOT:
            yield from _root(rows)
        else:
            yield "\\frac" if node.is_fraction else WRITTEN_AS.get(node.label, node.label)
            for relation in node.arguments:
                yield from _braced(rows.pop(relation))
        yield from _scripts(node, rows)


def _grid(node: Node) -> Iterator[str]:
    yield GRID
    for i, line in enumerate(node.cells):
        if i:
            yield "\\\\"
        for j, cell in enumerate(line):
            if j:
                yield "&"
            yield from _row(cell)
    if node.cells[-1] == ((),):
        yield "\\\\"  # the one before ends the line above, and opens none
    yield GRID.replace("begin", "end")


def _root(rows: dict[Relation, tuple[Node, ...]]) -> Iterator[str]:
    yield ROOT
    inside = rows.pop(Relation.INSIDE, ())
    if inside and Relation.ABOVE in rows:
        index = rows.pop(Relation.ABOVE)
        # TeX ends the index at the first bracket outside of braces.
        closes_early = any(node.label == "]" or {Relation.INSIDE, Relation.ABOVE} <= node.rows.keys() for node in index)
        yield "["
        yield from _braced(index) if closes_early else _row(index)
        yield "]"
    yield from _braced(inside)


def _scripts(node: Node, rows: dict[Relation, tuple[Node, ...]]) -> Iterator[str]:
    for script, limit in LIMIT_OF.items():
        present = [relation for relation in (script, limit) if relation in rows]
        if len(present) > 1:
            raise NotationError(
                f"symbol {quoted(node.label)} has both {present[0]} and {present[1]}: no LaTeX says that"
            )
        if present:
            yield SCRIPT_TOKENS[script]
            yield from _braced(rows[present[0]])
    if Relation.INSIDE in rows:
        raise NotationError(
            f"symbol {quoted(node.label)} has a row Inside: only a root or a frame can have one in LaTeX"
        )


def _braced(row: tuple[Node, ...]) -> Iterator[str]:
    yield "{"
    yield from _row(row)
    yield "}"
