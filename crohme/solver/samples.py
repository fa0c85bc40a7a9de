"""Whether two functions are the same, as far as their values at some points tell."""

from __future__ import annotations

import mpmath
import sympy

from crohme.solver.numeric import real_function

_SAMPLES = tuple(mpmath.mpf(n) / 16 for n in (-37, -19, -5, 3, 7, 21, 45))
_CLOSE = mpmath.mpf(10) ** -20


def are_same(first: sympy.Expr, second: sympy.Expr, symbol: sympy.Symbol) -> bool:
    """Whether two functions have the same values at samples, and at least three of them."""
    others = sorted((first.free_symbols | second.free_symbols) - {symbol}, key=str)
    given = {other: sympy.Rational(13 + 4 * k, 8) for k, other in enumerate(others)}
    functions = [real_function(each.subs(given), symbol) for each in (first, second)]
    compared = 0
    for at in _SAMPLES:
        left, right = (function(at) for function in functions)
        if left is None or right is None:
            continue
        if abs(left - right) > _CLOSE * max(1, abs(left)):
            return False
        compared += 1
    return compared >= 3
