"""Numbers from SymPy expressions, with as many digits as they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeAlias, TypeVar

import mpmath
import sympy

DIGITS = 40
"""Significant digits to which values are compared."""
NOTHING = mpmath.mpf(10) ** -(DIGITS - 12)
"""What is smaller may be from rounding."""
RealFunction: TypeAlias = Callable[[Any], mpmath.mpf | None]
"""A function of one real number; None where it has no real value."""
P = ParamSpec("P")
T = TypeVar("T")


def precise(function: Callable[P, T]) -> Callable[P, T]:
    """Decorator: what a function computes with mpmath has some digits more than `DIGITS`."""
    computed: Callable[P, T] = mpmath.workdps(DIGITS + 10)(function)
    return computed


def _odd_root(radicand: Any, index: Any) -> Any:
    return mpmath.sign(radicand) * mpmath.root(abs(radicand), int(index))


def real_function(expression: sympy.Expr, symbol: sympy.Symbol, digits: int = DIGITS) -> RealFunction:
    """A function of one real number: its value, computed with some digits more, or None where there is no real one.

    Args:
        expression: Expr. Without other free symbols.
        symbol: Symbol.
        digits: int.
    """
    compiled = sympy.lambdify(symbol, expression, [{"OddRoot": _odd_root}, "mpmath"])

    def value(at: Any) -> mpmath.mpf | None:
        with mpmath.workdps(digits + 10):
            try:
                return as_real(compiled(mpmath.mpf(at)), digits)
            except (ZeroDivisionError, ValueError, OverflowError, TypeError, NotImplementedError):
                return None

    return value


def is_complex_at(expression: sympy.Expr, symbol: sympy.Symbol) -> Callable[[Any], bool]:
    """A function of one real number: whether the value there is a complex number, and no real one."""
    compiled = sympy.lambdify(symbol, expression, [{"OddRoot": _odd_root}, "mpmath"])

    def test(at: Any) -> bool:
        with mpmath.workdps(DIGITS + 10):
            try:
                value = compiled(mpmath.mpf(at))
            except (ZeroDivisionError, ValueError, OverflowError, TypeError, NotImplementedError):
                return False
            return isinstance(value, mpmath.mpc) and as_real(value) is None and bool(mpmath.isfinite(value))

    return test


def as_real(value: Any, digits: int = DIGITS) -> mpmath.mpf | None:
    """A number of mpmath as a finite real one, if its imaginary part is within the rounding error."""
    if isinstance(value, mpmath.mpc):
        if abs(value.imag) > mpmath.mpf(10) ** -digits * max(1, abs(value.real)):
            return None
        value = value.real
    value = mpmath.mpf(value)
    return value if mpmath.isfinite(value) else None


def number(expression: sympy.Expr, digits: int = DIGITS) -> mpmath.mpc | None:
    """The value of an expression without free symbols; None if it has none, or it is not finite."""
    value = sympy.N(expression, digits)
    real, imaginary = value.as_real_imag()
    if not (real.is_Float or real.is_Rational) or not (imaginary.is_Float or imaginary.is_Rational):
        return None
    with mpmath.workdps(digits):
        return mpmath.mpc(mpmath.mpf(str(real)), mpmath.mpf(str(imaginary)))


def real_part(expression: sympy.Expr) -> mpmath.mpf:
    """The real part of an expression that is known to have a value."""
    value = number(expression)
    assert value is not None
    return value.real


def complete(values: Iterable[T | None]) -> list[T] | None:
    """The values; None if one of them is missing."""
    found = list(values)
    present = [value for value in found if value is not None]
    return present if len(present) == len(found) else None


def is_zero(expression: sympy.Expr) -> bool:
    """Whether a number is 0: as SymPy finds it, or numerically."""
    if expression.is_zero is not None and not expression.has(sympy.Float):
        return bool(expression.is_zero)
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, sympy.AccumBounds):
        return False
    value = number(expression)
    # SymPy computes all digits of an exact number: one that is not 0 comes out as it is, however small.
    nothing = mpmath.mpf(10) ** -(DIGITS // 2 if expression.has(sympy.Float) else 2 * DIGITS)
    return value is not None and abs(value) < nothing
