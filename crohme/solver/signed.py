"""The sign of a function at a point: of however small a value, and 0 where only rounding is left of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath
import sympy

from crohme.solver.numeric import DIGITS, NOTHING, RealFunction, real_function

_DIGITS = (DIGITS, 4 * DIGITS, 8 * DIGITS)
_SAME = mpmath.mpf(10) ** -5
_NEAR = mpmath.mpf(10) ** -6
_AT_ZERO = mpmath.mpf(10) ** -15


class SignedFunction:
    """A function of one real number, of which the sign is asked.

    Args:
        expression: Expr. Without other free symbols.
        symbol: Symbol.
    """

    def __init__(self, expression: sympy.Expr, symbol: sympy.Symbol) -> None:
        self._value = cache(lambda digits: real_function(expression, symbol, digits))

    def sign(self, at: Any) -> int | None:
        """The sign where the function is not 0, or everywhere 0; None where it has no real value.

        What is small is computed with more and more digits: if it stays as it is, it is not from rounding.
        """
        known: mpmath.mpf | None = None
        for digits in _DIGITS:
            found = self._with(digits)(at)
            if found is None:
                return None
            if abs(found) >= NOTHING or (known is not None and abs(found - known) <= _SAME * abs(found)):
                return int(mpmath.sign(found))
            known = found
        return 0

    def sign_at_cut(self, at: Any) -> int | None:
        """The sign at a number that is rounded: 0 if it is much smaller than beside it, as at a zero."""
        value = self._with(DIGITS)
        found = value(at)
        if found is None or found == 0:
            return None if found is None else 0
        step = _NEAR * max(1, abs(at))
        around = [abs(beside) for beside in (value(at - step), value(at + step)) if beside is not None]
        if around and abs(found) < _AT_ZERO * max(around):
            return 0
        return self.sign(at)

    def _with(self, digits: int) -> RealFunction:
        found: RealFunction = self._value(digits)
        return found
