"""Adjacent digits → a number.

A point between two digits is a decimal point (CROHME has one class for it and the multiplication dot);
so is a comma, unless it could separate thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crohme.notation import Node, Relation
from crohme.solver.signs import refusal, show

_BARS = (r"\overline", r"\bar")
_DOT = r"\dot"
OVER_DIGITS = frozenset({*_BARS, _DOT})
"""What stands over the digits of a decimal that recur."""


def begins_number(row: Sequence[Node]) -> bool:
    """Whether a number comes first: a digit, or a point and a digit."""
    return bool(row) and (row[0].label.isdigit() or (row[0].label == "." and _is_point(row, 0)))


def scan(row: Sequence[Node]) -> tuple[str, int]:
    """The number that a row begins with. A digit with scripts is its last.

    Args:
        row: sequence of Node, of which `begins_number` is true.

    Returns:
        The number with a decimal point, and how many nodes it takes.

    Raises:
        NotUnderstood: Two decimal points, or a comma that may separate decimals or thousands.
    """
    end = _digits(row, 0)
    whole = "".join(node.label for node in row[:end])
    if (end and row[end - 1].rows) or not _is_point(row, end):
        return whole, end
    stop = _digits(row, end + 1)
    decimals = "".join(node.label for node in row[end + 1 : stop])
    if not row[stop - 1].rows and _is_point(row, stop):
        raise refusal(f"{show(row[: stop + 2])} has two points", row[: stop + 1])
    if row[end].label == "," and len(whole) <= 3 and len(decimals) == 3:
        raise refusal(f"the comma in {show(row[:stop])} may separate decimals or thousands", row[:stop])
    return f"{whole or '0'}.{decimals}", stop


def _digits(row: Sequence[Node], start: int) -> int:
    """Where the digits from `start` end."""
    end = start
    while end < len(row) and row[end].label.isdigit():
        end += 1
        if row[end - 1].rows:
            break
    return end


def _is_point(row: Sequence[Node], at: int) -> bool:
    """Whether there is a point or comma with a digit after it."""
    return at + 1 < len(row) and row[at].label in (".", ",") and not row[at].rows and row[at + 1].label.isdigit()


def recurring(row: Sequence[Node]) -> tuple[Fraction, int] | None:
    r"""A decimal with recurring digits that a row begins with: `0.1\overline{3}`, `0.1\dot{3}`, `0.\dot{1}2\dot{3}`.

    Args:
        row: sequence of Node.

    Returns:
        The number, and how many nodes it takes; None if no such number comes first.
    """
    point = _digits(row, 0)
    if point == 0 or point == len(row) or row[point].label not in (".", ",") or _has_rows(row[: point + 1]):
        return None
    first = _digits(row, point + 1)
    fixed = "".join(node.label for node in row[point + 1 : first])
    if first == len(row) or _has_rows(row[point + 1 : first]):
        return None
    repeated, end = _repeated(row, first)
    if not repeated:
        return None
    whole = "".join(node.label for node in row[:point])
    numerator = int(whole + fixed + repeated) - int(whole + fixed)
    return Fraction(numerator, int("9" * len(repeated) + "0" * len(fixed))), end


def _repeated(row: Sequence[Node], start: int) -> tuple[str, int]:
    """The digits that recur, from a bar over all of them or the dots over the first and the last, and their end."""
    over = repeats(row[start])
    if row[start].label != _DOT or Relation.SUP in row[start].rows:
        return over, start + 1
    end = _digits(row, start + 1)
    if over and end < len(row) and row[end].label == _DOT and not _has_rows(row[start + 1 : end]):
        if last := repeats(row[end]):
            return over + "".join(node.label for node in row[start + 1 : end]) + last, end + 1
    return over, start + 1


def repeats(node: Node) -> str:
    """The digits under a bar, or the one under a dot, that recur; empty if it is nothing of that kind."""
    inside = node.rows.get(Relation.BELOW, ())
    if node.label not in OVER_DIGITS or not node.rows.keys() <= {Relation.BELOW, Relation.SUP} or _has_rows(inside):
        return ""
    digits = "".join(each.label for each in inside)
    return digits if digits.isdigit() and (node.label != _DOT or len(digits) == 1) else ""


def _has_rows(nodes: Sequence[Node]) -> bool:
    return any(node.rows for node in nodes)
