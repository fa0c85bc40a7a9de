"""Where an expression has a real value: conditions that simplifying must not lose, as x ≠ 0 of x/x."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import mpmath
import sympy

from crohme.solver.numeric import is_zero, number

_NOTHING = mpmath.mpf(10) ** -20


class Must(Enum):
    """What a value must be."""

    NOT_BE_ZERO = r"\neq"
    NOT_BE_NEGATIVE = r"\geq"
    BE_POSITIVE = r"\gt"


@dataclass(frozen=True)
class Condition:
    """A demand on an expression: its zeros are where a function may begin, end or have a pole."""

    expression: sympy.Expr
    demand: Must

    @property
    def always_holds(self) -> bool:
        """Whether SymPy knows that it does."""
        known = {
            Must.NOT_BE_ZERO: self.expression.is_nonzero,
            Must.NOT_BE_NEGATIVE: self.expression.is_nonnegative,
            Must.BE_POSITIVE: self.expression.is_positive,
        }
        return bool(known[self.demand])

    @property
    def strict(self) -> Condition:
        """The condition in the inside of the domain, where a function may have a derivative."""
        return Condition(self.expression, Must.BE_POSITIVE) if self.demand is Must.NOT_BE_NEGATIVE else self

    def holds_at(self, symbol: sympy.Symbol, value: sympy.Expr) -> bool:
        """Whether it holds where a symbol has this value, which may be complex if nothing else is asked."""
        return self.holds({symbol: value})

    def holds(self, values: dict[sympy.Symbol, sympy.Expr]) -> bool:
        """Whether it holds for these values; values of other names are left open."""
        found = self.expression.subs(values)
        if found.free_symbols:
            return found != 0 or self.demand is Must.NOT_BE_NEGATIVE
        if found.has(sympy.nan, sympy.zoo, sympy.oo):
            return False
        if self.demand is Must.NOT_BE_ZERO:
            return not is_zero(found)
        size = number(found)
        if size is None or abs(size.imag) > _NOTHING:
            return False
        slack = _NOTHING if found.has(sympy.Float) else 0
        return bool(size.real > slack if self.demand is Must.BE_POSITIVE else size.real >= -_NOTHING)
