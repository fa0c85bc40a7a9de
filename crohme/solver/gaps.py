"""Where a definite integral with names in it may not exist: its integrand has poles or no value somewhere."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from crohme.solver.errors import NoAnswer
from crohme.solver.integrals import definite

NOTE = "only where the integrand has a value everywhere between the limits"
_HARMLESS = (
    sympy.Abs, sympy.sign, sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.tanh, sympy.atan,
    sympy.asinh, sympy.erf, sympy.erfc, sympy.erfi, sympy.Si, sympy.Max, sympy.Min, sympy.floor, sympy.ceiling,
)  # fmt: skip


@dataclass(frozen=True)
class Gapped:
    """A definite integral that does not exist for all values of the names in it.

    Args:
        body: Expr.
        symbol: Symbol. The variable of integration.
        low, high: Expr. Its limits.
    """

    body: sympy.Expr
    symbol: sympy.Symbol
    low: sympy.Expr
    high: sympy.Expr

    def exists_at(self, values: dict[sympy.Symbol, sympy.Expr]) -> bool:
        """Whether it is a finite number for values of all names."""
        ends = self.low.subs(values), self.high.subs(values)
        if not all(end.is_real for end in ends):
            return False
        try:
            return definite(self.body.subs(values), self.symbol, *ends).estimate is not None
        except NoAnswer:
            return False


def has_gaps(body: sympy.Expr, symbol: sympy.Symbol, low: sympy.Expr, high: sympy.Expr, are_positive: bool) -> bool:
    """Whether the integrand may be infinite, or have no value, for some values of the names.

    Args:
        body: Expr. The integrand.
        symbol: Symbol. The variable of integration.
        low, high: Expr. Its limits.
        are_positive: bool. Whether all names stand for positive numbers.
    """
    names = sorted((body.free_symbols | low.free_symbols | high.free_symbols) - {symbol}, key=str)
    if are_positive:
        positive = {name: sympy.Dummy(positive=True) for name in names}
        body, low, high = (part.subs(positive) for part in (body, low, high))
    if low.is_nonnegative and high.is_nonnegative:
        inside = sympy.Dummy(positive=True)
    else:
        inside = sympy.Dummy(real=True)
    return not _is_everywhere(body.subs(symbol, inside))


def _is_everywhere(part: sympy.Basic) -> bool:
    """Whether an expression has a finite value for all values of its names."""
    if part.is_Atom:
        return True
    if not all(map(_is_everywhere, part.args)):
        return False
    if part.is_Add or part.is_Mul or isinstance(part, _HARMLESS):
        return True
    if isinstance(part, sympy.log):
        return bool(part.args[0].is_positive)
    if part.is_Pow:
        base, exponent = part.as_base_exp()
        if exponent.is_integer and exponent.is_nonnegative or base.is_positive:
            return True
        if exponent.is_nonnegative:
            return bool(base.is_nonnegative)
        return bool(exponent.is_integer and base.is_nonzero)
    return type(part).__name__ == "OddRoot"
