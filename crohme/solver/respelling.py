r"""Signs of the notation that mean what another one means: `2 \cdot 3`, `\lfloor x \rfloor`, `x \in \mathbb{R}`.

Handwriting and LaTeX have them alike, so they are exchanged in the tree, which both become.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from crohme.notation import Node, Relation
from crohme.solver.signs import RELATIONS, SETS, refusal, show

ALIKE = {
    r"\cdot": r"\times",
    "*": r"\times",
    r"\backslash": r"\setminus",
    r"\nearrow": r"\uparrow",
    r"\searrow": r"\downarrow",
    **{rf"\mathbb{{{letter}}}": command for command, letter in SETS.items()},
}
"""A sign → the one that the parser knows."""
FLOORS = {r"\lfloor": (r"\floor", r"\rfloor"), r"\lceil": (r"\ceil", r"\rceil")}
"""What opens → the function that it is, and what closes."""
_CLOSE = frozenset(closing for _, closing in FLOORS.values())
AND = r"\wedge"
TOP = r"\top"


def respelled(rows: Sequence[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
    r"""The rows of one problem in the signs of the parser; a row of statements joined by `\wedge` as several.

    Raises:
        NotUnderstood: A floor that closes as a ceiling, or not at all.
    """
    return [part for row in rows for part in _joined(_respelled(row))]


def _joined(row: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    places = [index for index, node in enumerate(row) if node.label == AND and not node.rows]
    parts = [row[start:end] for start, end in zip([0, *(p + 1 for p in places)], [*places, len(row)], strict=True)]
    if not all(parts):
        return [row]
    # Read back with a comma, `2 \wedge 3` would be a decimal.
    is_clear = all(any(node.label in RELATIONS | {r"\in"} for node in part) for part in parts)
    digits = any(left[-1].label.isdigit() and right[0].label.isdigit() for left, right in pairwise(parts))
    return [row] if digits and not is_clear else parts


def _respelled(row: tuple[Node, ...]) -> tuple[Node, ...]:
    found: list[Node] = []
    opened: list[Node] = []
    for node in row:
        node = node.with_rows(_respelled)
        if node.label in FLOORS:
            opened.append(node)
            found += [Node(FLOORS[node.label][0]), replace(node, label="(")]
        elif node.label in _CLOSE:
            if not opened or FLOORS[opened[-1].label][1] != node.label:
                raise refusal(f"what {show([node])} closes is not understood", [*opened[-1:], node])
            opened.pop()
            found.append(replace(node, label=")"))
        else:
            found.append(replace(node, label=ALIKE.get(node.label, node.label)))
    if opened:
        raise refusal(f"{show(opened[:1])} is never closed", opened[:1])
    return tuple(map(_transposed, found))


def _transposed(node: Node) -> Node:
    r"""`A ^ { \top }` as `A ^ { T }`."""
    above = node.rows.get(Relation.SUP, ())
    if [(each.label, *each.rows) for each in above] != [(TOP,)]:
        return node
    return replace(node, rows={**node.rows, Relation.SUP: (replace(above[0], label="T"),)})
