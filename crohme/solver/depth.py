"""How deep and how large an expression may be, so that all that walks it may recurse, and ends."""

from __future__ import annotations

from collections.abc import Iterable

from crohme.solver.errors import NotUnderstood
from crohme.solver.syntax import Statement, parts

MAX_DEPTH = 64
"""Operations within operations. Written mathematics has less than twenty."""
MAX_PARTS = 10_000
"""Operations, numbers and letters, with the values of letters and the definitions of functions where these stand."""


def check_depth(statements: Iterable[Statement]) -> None:
    """Refuse what is nested deeper.

    Raises:
        NotUnderstood: See `too_deep`; or it is too large, see `check_size`.
    """
    check_size(statements := list(statements))
    level, depth = statements, 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise too_deep()
        level = [part for statement in level for part in parts(statement)]


def check_size(statements: Iterable[Statement]) -> None:
    """Refuse what has more parts than `MAX_PARTS`: letters that stand for letters may double them with each line.

    Raises:
        NotUnderstood: It has.
    """
    left, count = list(statements), 0
    while left:
        count += 1
        if count > MAX_PARTS:
            raise NotUnderstood(f"with all that its letters stand for, it has more than {MAX_PARTS:,} parts")
        left.extend(parts(left.pop()))


def too_deep() -> NotUnderstood:
    """The refusal of what is nested too deeply, for the parser, too."""
    return NotUnderstood(f"it is nested too deeply: more than {MAX_DEPTH} levels")
