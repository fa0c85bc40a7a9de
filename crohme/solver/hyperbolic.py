r"""The hyperbolic functions, of which handwriting gives a name of the alphabet and a letter: `\sin h x` is sinh x.

h is a letter where nothing follows that sinh could be of, and everywhere if it stands for something anywhere.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from crohme.notation import Node, Relation
from crohme.notation.alphabet import Kind
from crohme.solver.functions import WITH_H
from crohme.solver.signs import is_differential, kind_of
from crohme.solver.spelling import begins_argument

_ROUND = frozenset(rf"\{name.removesuffix(' h')}" for name in WITH_H)
"""`\\sin`, and all others of which the hyperbolic function has the same name and an h."""


def with_hyperbolic(rows: Sequence[tuple[Node, ...]], letters: Container[str]) -> list[tuple[Node, ...]]:
    r"""The rows of one problem, in which `\sin h` before an argument is one node of that name.

    Args:
        rows: sequence of tuple of Node.
        letters: container of str. Letters that stand for something: `h` among them is a letter here.
    """
    if "h" in letters or any(map(_has_letter, rows)):
        return list(rows)
    return list(map(_merged, rows))


def _merged(row: tuple[Node, ...]) -> tuple[Node, ...]:
    found: list[Node] = []
    for index, node in enumerate(row):
        if _is_part(row, index):
            name = found.pop()
            found.append(Node(f"{name.label} h", (*name.strokes, *node.strokes), node.with_rows(_merged).rows))
        else:
            found.append(node.with_rows(_merged))
    return tuple(found)


def _has_letter(row: tuple[Node, ...]) -> bool:
    """Whether h stands for something in a row, or in those that hang on it."""
    return any(
        (node.label == "h" and not _is_part(row, index)) or any(map(_has_letter, node.inner_rows))
        for index, node in enumerate(row)
    )


def _is_part(row: tuple[Node, ...], index: int) -> bool:
    r"""Whether a node is the h of `\sin h x`."""
    node, before = row[index], row[index - 1] if index else None
    if before is None or before.label not in _ROUND or before.rows or node.label != "h" or Relation.SUB in node.rows:
        return False
    if index + 1 == len(row) or is_differential(row[index + 1 : index + 3]):
        return False
    return begins_argument(row[index + 1]) and kind_of(row[index + 1]) is not Kind.FUNCTION
