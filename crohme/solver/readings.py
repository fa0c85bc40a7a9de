"""How something was read that could be read otherwise, in words."""

from __future__ import annotations

from collections.abc import Iterable

from crohme.solver.functions import SYNONYMS
from crohme.solver.syntax import Call, Derivative, Limit, Statement, walk


def readings(statements: Iterable[Statement]) -> list[str]:
    """Notes on what was written in a way that has two readings, without LaTeX."""
    notes: list[str] = []
    for part in (part for statement in statements for part in walk(statement)):
        if isinstance(part, Derivative | Limit) and part.spans_sum:
            what = "differentiated" if isinstance(part, Derivative) else "taken to the limit"
            notes.append(f"the whole sum was {what}")
        elif isinstance(part, Call) and part.written:
            name, function = part.written.removesuffix(" h"), SYNONYMS[part.written]
            notes.append(f"{name} h was read as {function}: for a product with h, write brackets, {name}(h x)")
    return list(dict.fromkeys(notes))
