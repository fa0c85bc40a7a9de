"""Case distinctions of SymPy → the case that holds for most values, and for which."""

from __future__ import annotations

import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.errors import NoAnswer
from crohme.solver.plain import plain

_NOT_FOUND = "no closed form was found"


def generic(value: sympy.Expr) -> tuple[sympy.Expr, str | None, tuple[Condition, ...]]:
    """The branch of a case distinction that holds for most values; for which, in words and as conditions."""
    folded = sympy.piecewise_fold(value)
    if not isinstance(folded, sympy.Piecewise):
        return value, None, ()
    branches = [
        (form, condition) for form, condition in folded.args if not form.has(sympy.Sum, sympy.Product, sympy.Integral)
    ]
    if not branches:
        raise NoAnswer(_NOT_FOUND)
    for form, condition in branches:
        if isinstance(condition, sympy.Eq):
            continue
        if condition == sympy.true:
            equal = [c for _, c in branches if isinstance(c, sympy.Eq)]
            excluded = [plain(c.lhs) + " ≠ " + plain(c.rhs) for c in equal]
            kept = tuple(Condition(c.lhs - c.rhs, Must.NOT_BE_ZERO) for c in equal)
            return form, "for " + " and ".join(excluded) if excluded else None, kept
        if isinstance(condition, sympy.Or) and len(condition.free_symbols) == 1:
            (symbol,) = condition.free_symbols
            condition = condition.as_set().as_relational(symbol)
        conditions = condition.args if isinstance(condition, sympy.And) else (condition,)
        conditions = tuple(c for c in conditions if not c.has(sympy.oo))
        if all(isinstance(c, sympy.core.relational.Relational) for c in conditions):
            return form, "for " + " and ".join(plain(c) for c in conditions), tuple(map(_condition, conditions))
    raise NoAnswer(_NOT_FOUND)


def _condition(relation: sympy.core.relational.Relational) -> Condition:
    if isinstance(relation, sympy.Eq | sympy.Ne):
        return Condition(relation.lhs - relation.rhs, Must.NOT_BE_ZERO)
    is_strict = isinstance(relation, sympy.StrictGreaterThan | sympy.StrictLessThan)
    return Condition(relation.gts - relation.lts, Must.BE_POSITIVE if is_strict else Must.NOT_BE_NEGATIVE)
