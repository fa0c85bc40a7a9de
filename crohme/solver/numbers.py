"""Adjacent digits → a number.

A point between two digits is a decimal point (CROHME has one class for it and the multiplication dot);
so is a comma, unless it could separate thousands.
"""

from __future__ import annotations

from collections.abc import Sequence

from crohme.notation import Node
from crohme.solver.signs import refusal, show


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
