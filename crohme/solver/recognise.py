"""Numbers known to 40 digits → the closed form that they have, if it is a simple one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from crohme.solver.numeric import DIGITS, number

_MATCH = mpmath.mpf(10) ** -(DIGITS - 8)
_LARGEST = 2000


def closed_form(value: mpmath.mpf, bases: tuple[sympy.Expr, ...] = ()) -> sympy.Expr | None:
    """A closed form that agrees with a number to 30 digits and has small coefficients.

    Args:
        value: mpf. Known to `DIGITS` digits.
        bases: tuple of Expr. Bases of powers that are about: their logarithms are tried.
    """
    with mpmath.workdps(DIGITS):
        for form in _forms(value, bases):
            known = number(form)
            if known is not None and abs(known - value) < _MATCH * max(1, abs(value)):
                return form
    return None


def rational(value: mpmath.mpf, largest: int = 10**6) -> sympy.Rational | None:
    """A fraction with a small denominator that agrees with a number to 30 digits."""
    if not mpmath.isfinite(value) or abs(value) > mpmath.mpf(10) ** 12:
        return None
    whole = int(mpmath.nint(value * mpmath.mpf(10) ** 36))
    found = Fraction(whole, 10**36).limit_denominator(largest)
    near = abs(mpmath.mpf(found.numerator) / found.denominator - value) < _MATCH * max(1, abs(value))
    return sympy.Rational(found.numerator, found.denominator) if near else None


def _forms(value: mpmath.mpf, bases: tuple[sympy.Expr, ...]) -> Iterator[sympy.Expr]:
    yield from _algebraic(value)
    for constant, symbol in ((mpmath.pi, sympy.pi), (mpmath.e, sympy.E)):
        if (factor := rational(value / constant, 720)) is not None:
            yield factor * symbol
        if (factor := rational(value * constant, 720)) is not None:
            yield factor / symbol
    if (factor := rational(value**2 / mpmath.pi, 720)) is not None:
        yield sympy.sign(sympy.Float(value)) * sympy.sqrt(factor * sympy.pi)
    yield from _logarithms(value, bases)
    yield from _arcs(value, lambda image: [found] if (found := rational(image, 1000)) is not None else [])
    yield from _arcs(value, _algebraic)


def _arcs(value: mpmath.mpf, forms: Callable[[mpmath.mpf], Iterable[sympy.Expr]]) -> Iterator[sympy.Expr]:
    """Angles whose tangent, sine or cosine has a form."""
    for function, inverse, period in _INVERSES:
        try:
            image = function(value)
        except (ValueError, ZeroDivisionError):
            continue
        for form in forms(image):
            arc = inverse(form)
            size = number(arc)
            if size is None:
                continue
            if (turns := rational((value - size.real) / mpmath.pi, 1)) is not None and turns % period == 0:
                yield arc + turns * sympy.pi
            # The other angle with the same cosine, or the same sine.
            turns = rational((value + size.real) / mpmath.pi, 1)
            if turns is not None and turns % 2 == {sympy.acos: 0, sympy.asin: 1}.get(inverse):
                yield turns * sympy.pi - arc


_INVERSES: tuple[tuple[Callable[[Any], Any], Any, int], ...] = (
    (mpmath.tan, sympy.atan, 1),
    (mpmath.sin, sympy.asin, 2),
    (mpmath.cos, sympy.acos, 2),
)


def _algebraic(value: mpmath.mpf) -> Iterator[sympy.Expr]:
    if (fraction := rational(value)) is not None:
        yield fraction
        return
    if (square := rational(value**2, 10**4)) is not None:
        yield sympy.sign(sympy.Float(value)) * sympy.sqrt(square)
        return
    if (cube := rational(value**3, 10**4)) is not None:
        yield sympy.sign(sympy.Float(value)) * sympy.cbrt(abs(cube))
        return
    if abs(value) > 10**6:
        return
    coefficients = mpmath.findpoly(value, 2, maxcoeff=_LARGEST, tol=_MATCH)
    if coefficients and len(coefficients) == 3:
        a, b, c = map(sympy.Integer, map(int, coefficients))
        root = sympy.sqrt(b**2 - 4 * a * c)
        for sign in (1, -1):
            yield sympy.expand((-b + sign * root) / (2 * a))


def _logarithms(value: mpmath.mpf, bases: tuple[sympy.Expr, ...]) -> Iterator[sympy.Expr]:
    if abs(value) < 200:
        for base in (sympy.E, *bases):
            known = number(base)
            if known is None or known.imag or known.real <= 0:
                continue
            for form in _algebraic(known.real**value):
                yield sympy.log(form) / sympy.log(base)
    if value > 0:
        if (power := rational(mpmath.log(value), 60)) is not None:
            yield sympy.exp(power)
        if (power := rational(mpmath.log10(value), 12)) is not None:
            yield sympy.Integer(10) ** power
