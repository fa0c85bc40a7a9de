"""Case distinctions of SymPy → the case that holds for most values, and for which."""

from __future__ import annotations

import sympy

from crohme.solver.errors import NoAnswer
from crohme.solver.plain import plain

_NOT_FOUND = "no closed form was found"


def generic(value: sympy.Expr) -> tuple[sympy.Expr, str | None]:
    """The branch of a case distinction that holds for most values, and for which."""
    folded = sympy.piecewise_fold(value)
    if not isinstance(folded, sympy.Piecewise):
        return value, None
    branches = [
        (form, condition) for form, condition in folded.args if not form.has(sympy.Sum, sympy.Product, sympy.Integral)
    ]
    if not branches:
        raise NoAnswer(_NOT_FOUND)
    for form, condition in branches:
        if isinstance(condition, sympy.Eq):
            continue
        if condition == sympy.true:
            excluded = [plain(c.lhs) + " ≠ " + plain(c.rhs) for _, c in branches if isinstance(c, sympy.Eq)]
            return form, "for " + " and ".join(excluded) if excluded else None
        if isinstance(condition, sympy.Or) and len(condition.free_symbols) == 1:
            (symbol,) = condition.free_symbols
            condition = condition.as_set().as_relational(symbol)
        conditions = condition.args if isinstance(condition, sympy.And) else (condition,)
        conditions = tuple(c for c in conditions if not c.has(sympy.oo))
        if all(isinstance(c, sympy.core.relational.Relational) for c in conditions):
            return form, "for " + " and ".join(plain(c) for c in conditions)
    raise NoAnswer(_NOT_FOUND)
