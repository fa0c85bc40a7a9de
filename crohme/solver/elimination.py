"""Roots and absolute values eliminated: a polynomial that is 0 wherever an algebraic expression is."""

from __future__ import annotations

import sympy

from crohme.solver.odd_root import OddRoot
from crohme.solver.patience import attempt

_MOST_RADICALS = 4


def without_radicals(expression: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr | None:
    """A polynomial that is 0 wherever an algebraic expression is; None if there is none, or it is 0 itself."""
    radicals: dict[sympy.Expr, sympy.Symbol] = {}
    relations: list[tuple[sympy.Symbol, sympy.Expr]] = []

    def replaced(part: sympy.Expr) -> sympy.Expr:
        if not part.has(symbol) or part == symbol:
            return part
        inside = [replaced(argument) for argument in part.args]
        if part.is_Pow and part.exp.is_Rational and part.exp.q > 1:
            return new(inside[0], part.exp.q) ** part.exp.p
        if isinstance(part, OddRoot):
            return new(inside[0], int(part.args[1]))
        if isinstance(part, sympy.Abs):
            return new(inside[0] ** 2, 2)
        if part.is_Add or part.is_Mul or (part.is_Pow and part.exp.is_Integer):
            return part.func(*inside)
        raise ValueError("not algebraic")

    def new(radicand: sympy.Expr, degree: int) -> sympy.Symbol:
        key = (radicand, degree)
        if key not in radicals:
            radicals[key] = sympy.Dummy("r")
            relations.append((radicals[key], radicals[key] ** degree - radicand))
        return radicals[key]

    try:
        result = replaced(expression)
    except ValueError:
        return None
    if not relations or len(relations) > _MOST_RADICALS:
        return None
    for radical, relation in reversed(relations):
        result = sympy.numer(sympy.together(result))
        if result.has(radical):
            result = attempt(sympy.resultant, result, sympy.numer(sympy.together(relation)), radical, seconds=1.0)
            if result is None or result == 0:
                return None
    result = sympy.expand(result)
    return result if result != 0 and result.is_polynomial(symbol) else None
