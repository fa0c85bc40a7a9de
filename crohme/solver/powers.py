"""Powers that have more solutions than those that are found, and squares that are written out."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

_MOST_TERMS = 15
"""Of a sum that is looked at: those of a square of five."""


def may_have_negative_base(equations: Sequence[sympy.Expr], symbol: sympy.Symbol) -> bool:
    """Whether the unknown is in the exponent of something negative, or of something that it is in itself."""
    powers = [power for equation in equations for power in equation.atoms(sympy.Pow) if power.exp.has(symbol)]
    return any(power.base.has(symbol) or power.base.is_negative for power in powers)


def as_square(expression: sympy.Expr) -> sympy.Expr:
    """A sum such as x² - 4x + 4 as (x - 2)², of which SymPy knows that the root is |x - 2|; all else as it is."""
    names = expression.free_symbols
    is_polynomial = expression.is_Add and names and expression.is_polynomial(*names)
    if not is_polynomial or len(expression.args) > _MOST_TERMS or expression.has(sympy.Float):
        return expression
    if not expression.as_poly(*names).domain.is_Exact or expression.as_poly(*names).total_degree() % 2:
        return expression
    coefficient, factors = sympy.sqf_list(expression)
    if not coefficient.is_positive or any(power % 2 for _, power in factors):
        return expression
    return coefficient * sympy.Mul(*(factor**power for factor, power in factors))
