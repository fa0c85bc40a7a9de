"""How deep an expression may be nested, so that all that walks it may recurse."""

from __future__ import annotations

from collections.abc import Iterable

from crohme.solver.errors import NotUnderstood
from crohme.solver.syntax import Statement, parts

MAX_DEPTH = 64
"""Operations within operations. Written mathematics has less than twenty."""


def check_depth(statements: Iterable[Statement]) -> None:
    """Refuse what is nested deeper.

    Raises:
        NotUnderstood: See `too_deep`.
    """
    level, depth = list(statements), 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise too_deep()
        level = [part for statement in level for part in parts(statement)]


def too_deep() -> NotUnderstood:
    """The refusal of what is nested too deeply, for the parser, too."""
    return NotUnderstood(f"it is nested too deeply: more than {MAX_DEPTH} levels")
