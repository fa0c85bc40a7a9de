"""Infinitely many solutions that a whole number n counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import mpmath
import sympy

from crohme.solver.conditions import Condition
from crohme.solver.errors import NoAnswer
from crohme.solver.numeric import number, precise, real_function, real_part
from crohme.solver.odd_root import with_odd_roots
from crohme.solver.patience import attempt
from crohme.solver.periods import inner_function
from crohme.solver.regions import Region, Relation, region

_COUNTED = range(-24, 25)
_DIGITS = 300  # with which solutions are tried: e^(-24 π) - 1 differs from -1 in the 33rd


@dataclass(frozen=True)
class Family:
    """Values of an expression in n.

    Args:
        expression: Expr.
        counter: Symbol. n, a whole number.
        least: int or None. The smallest n, if there is one.
        most: int or None.
        without: tuple of int. Values of n that give no solution.
    """

    expression: sympy.Expr
    counter: sympy.Symbol
    least: int | None = None
    most: int | None = None
    without: tuple[int, ...] = ()


def counter(taken: set[str]) -> sympy.Symbol:
    """A name for the whole number, which nothing else has."""
    name = next(letter for letter in ("n", "k", "m", "N", "l", "j") if letter not in taken)
    return sympy.Symbol(name, integer=True)


def of_region(found: Region, n: sympy.Symbol) -> list[Family]:
    """The families of a periodic region that is made of points.

    Raises:
        NoAnswer: A point has no closed form.
    """
    families = []
    for piece in found.pieces:
        if not piece.is_point or found.period is None:
            raise NoAnswer("no closed form of the solutions was found")
        families.append(Family(piece.ends[0].expression + found.period * n, n))
    return families


@precise
def nested(
    equation: sympy.Expr, symbol: sympy.Symbol, conditions: Sequence[Condition], n: sympy.Symbol
) -> list[Family] | None:
    """Solutions of F(g(x)) = 0 with a periodic F, as of sin(x²) = 0; None if the equation is not of this form.

    Raises:
        NoAnswer: g cannot be inverted.
    """
    found = inner_function(equation, symbol)
    if found is None:
        return None
    outer, inner, u = found
    in_u = region([Relation(outer, "=")], (), u)
    if in_u.period is None:
        return [] if not in_u.pieces else None
    families: list[Family] = []
    for family in of_region(in_u, n):
        v = sympy.Dummy("v", real=True)
        branches = attempt(sympy.solve, inner - v, symbol, seconds=1.5)
        if not branches:
            raise NoAnswer("no closed form of the solutions was found")
        known: list[mpmath.mpf] = []
        # Real forms first: a complex one may have the same values, (-1)^(1/3) (1 - √3 i) / 2 · v for v.
        for branch in sorted(map(with_odd_roots, _pieces(branches)), key=lambda one: one.has(sympy.I)):
            value = branch.subs(v, family.expression)
            counted = [
                k for k in _COUNTED if _is_solution(value.subs(n, k), equation, inner, family, k, symbol, conditions)
            ]
            values = [real_part(value.subs(n, k)) for k in counted]
            if all(any(abs(value - other) < mpmath.mpf(10) ** -20 for other in known) for value in values):
                continue  # nothing that another branch does not have: the three cube roots of 0
            known += values
            families += _pattern(sympy.simplify(value), n, counted)
    return families


def _pieces(branches: Sequence[sympy.Expr]) -> Iterator[sympy.Expr]:
    """The branches of an inverse; of one that is given case by case all cases, whose values are checked one by one."""
    for branch in branches:
        if isinstance(branch, sympy.Piecewise):
            yield from (value for value, _ in branch.args if value is not sympy.nan)
        else:
            yield branch


def _is_solution(
    value: sympy.Expr,
    equation: sympy.Expr,
    inner: sympy.Expr,
    family: Family,
    k: int,
    symbol: sympy.Symbol,
    conditions: Sequence[Condition],
) -> bool:
    if value.has(sympy.zoo, sympy.nan, sympy.oo):
        return False
    size = number(value, _DIGITS)
    if size is None or abs(size.imag) > mpmath.mpf(10) ** -25 * max(1, abs(size.real)):
        return False
    if not all(condition.holds_at(symbol, value) for condition in conditions):
        return False
    with mpmath.workdps(_DIGITS):
        image = real_function(inner, symbol, _DIGITS)(size.real)
        wanted = real_part(family.expression.subs(family.counter, k))
        if image is None or abs(image - wanted) > mpmath.mpf(10) ** -20 * max(1, abs(wanted)):
            return False
        residual = real_function(equation, symbol, _DIGITS)(size.real)
        return residual is not None and abs(residual) < mpmath.mpf(10) ** -15


def _pattern(value: sympy.Expr, n: sympy.Symbol, counted: Sequence[int]) -> list[Family]:
    """The family of those n for which there are solutions: all, all from some n on, all but a few."""
    if not counted:
        return []
    first, last = counted[0], counted[-1]
    missing = tuple(k for k in range(first, last + 1) if k not in counted)
    if len(missing) > 2:
        raise NoAnswer("no closed form of the solutions was found")
    least = None if first == _COUNTED[0] else first
    most = None if last == _COUNTED[-1] else last
    if least is not None and least == most:
        value = value.subs(n, least)
    return [Family(value, n, least, most, missing)]
