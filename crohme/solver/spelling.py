"""Functions whose letters stand in a row.

The alphabet of the recogniser has five function names; all others come as their letters, or as letters around one
of these. Letters are a function where its argument follows, and a product elsewhere: `l n 2` is a logarithm,
`2 l n = 6` is not. `t g` is the tangent of what is usually an angle, as in `t g x` and `t g \\frac { \\pi } { 4 }`;
`t g h` is a product.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from crohme.notation import Node, Relation
from crohme.notation.alphabet import Kind
from crohme.solver.functions import LISTED, NAMES
from crohme.solver.signs import kind_of

_SPELLED = NAMES - {"floor", "ceil", "Si", "Ci", "Ei", "erf", "erfc", "erfi", "sign"}
"""Those that handwriting can spell. The others are read as commands only."""
_LONGEST = max(map(len, _SPELLED))
_TANGENTS = frozenset({"tg", "ctg"})
_ANGLES = frozenset({"x", "y", "z", "u"})
_BEGINS_ARGUMENT = frozenset({Kind.DIGIT, Kind.IDENTIFIER, Kind.FUNCTION, Kind.OPENING, Kind.BAR, Kind.ROOT})


def with_functions(row: Sequence[Node], defined: Container[str] = ()) -> tuple[Node, ...]:
    """The row, in which letters that spell a function and stand before its argument are one node.

    Args:
        row: sequence of Node.
        defined: container of str. Letters that are functions: `t g ( x )` is a product if g is one.
    """
    found: list[Node] = []
    position = 0
    while position < len(row):
        length = next((n for n in range(_LONGEST, 1, -1) if _is_function(row, position, n, defined)), 0)
        if length == 0:
            found.append(row[position])
            position += 1
            continue
        letters = row[position : position + length]
        rows = {relation: hanging for node in letters for relation, hanging in node.rows.items()}
        strokes = tuple(sorted(stroke for node in letters for stroke in node.strokes))
        found.append(Node("\\" + _name(letters), strokes, rows))
        position += length
    return tuple(found)


def _is_function(row: Sequence[Node], start: int, length: int, defined: Container[str]) -> bool:
    letters = row[start : start + length]
    name = _name(letters)
    if len(letters) < length or name not in _SPELLED or any(node.is_fraction for node in letters):
        return False
    following = row[start + length] if start + length < len(row) else None
    if name == "lim":
        return any(relation in node.rows for node in letters for relation in (Relation.SUB, Relation.BELOW))
    if any(node.rows for node in letters[:-1]):
        return False
    if following is None:
        return False
    if name == "mod":
        return start > 0 and begins_argument(following) and not letters[-1].rows
    if name in LISTED or name == "det":
        return following.label in ("(", r"\{", "[") and not letters[-1].rows
    if name in _TANGENTS and ("g" in defined or not _may_be_angle(following)):
        return False
    if following.label == "-":
        # `\ln - x` is read for commands; letters before a minus are a product, a fraction is an argument.
        return following.is_fraction
    if name == "exp" and following.label not in ("(", "["):
        return False
    if following.label == "d" and start + length + 2 == len(row):
        return False  # the differential of an integral over a product of letters
    return begins_argument(following)


def _name(letters: Sequence[Node]) -> str:
    r"""What letters spell; `\sin` may end it, as in `a r c \sin x`, but only `\cos` of `cosec` may begin it.

    `\sin h \cos h` is a product of two functions.
    """
    labels = [node.label for node in letters]
    if any(label.startswith("\\") for label in labels[:-1]) and labels[-3:] != [r"\cos", "e", "c"]:
        return ""
    return "".join(label.removeprefix("\\") for label in labels)


def begins_argument(node: Node) -> bool:
    """Whether a function can be of what begins with this node."""
    return node.is_fraction or kind_of(node) in _BEGINS_ARGUMENT or node.label in (r"\sum", r"\int")


def _may_be_angle(node: Node) -> bool:
    if node.is_fraction:  # t g \frac { t } { 2 } is a product
        return not any(part.label in ("t", "g") for row in node.rows.values() for part in row)
    if kind_of(node) is not Kind.IDENTIFIER:
        return True
    return node.label in _ANGLES or node.label.startswith("\\")
