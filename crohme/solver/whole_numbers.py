"""Equations with factorials or binomial coefficients of the unknown: solved in whole numbers, which are tried."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import mpmath
import sympy

from crohme.solver.conditions import Condition
from crohme.solver.errors import NoAnswer
from crohme.solver.numeric import is_zero
from crohme.solver.solved import Solved
from crohme.solver.syntax import Name

_MOST = 200
_COUNTING = (sympy.factorial, sympy.binomial, sympy.gamma)


def counts(equations: Sequence[sympy.Expr], symbol: sympy.Symbol) -> bool:
    """Whether the unknown stands in a factorial or a binomial coefficient."""
    return any(call.has(symbol) for equation in equations for call in equation.atoms(*_COUNTING))


def limits_of_sums(expressions: Sequence[sympy.Expr]) -> set[sympy.Symbol]:
    """The names in the limits of sums and products, which are whole numbers."""
    limits = (limit for each in expressions for over in each.atoms(sympy.Sum, sympy.Product) for limit in over.limits)
    return set().union(*(end.free_symbols for limit in limits for end in limit[1:]))


def in_whole_numbers(found: Solved, names: Collection[Name]) -> Solved:
    """Solutions of which some names are whole numbers from 0 on.

    Raises:
        NoAnswer: They fill intervals or are infinitely many.
    """
    if not names:
        return found
    if found.families or found.region is not None or found.is_everything:
        raise NoAnswer("the limit of a sum is a whole number, and such solutions were not found")
    kept = [
        each
        for each in found.assignments
        if all(value.is_integer and value.is_nonnegative for name, value in each.items() if name in names)
    ]
    notes = [f"{name.latex} was taken for a whole number" for name in sorted(names, key=lambda name: name.latex)]
    return replace(found, assignments=kept, notes=[*found.notes, *notes])


def solve_by_trial(
    equations: Sequence[sympy.Expr], symbol: sympy.Symbol, name: Name, conditions: Sequence[Condition]
) -> Solved:
    """The whole numbers from 0 on that satisfy equations in one unknown.

    Raises:
        NoAnswer: None was found, and larger ones are not ruled out.
    """
    found = [
        value
        for value in map(sympy.Integer, range(_MOST + 1))
        if all(_is_nothing(equation.subs(symbol, value)) for equation in equations)
        and all(condition.holds_at(symbol, value) for condition in conditions)
    ]
    notes = [f"{name.latex} was taken for a whole number"]
    if not any(_has_none_beyond(equation, symbol) for equation in equations):
        if not found:
            raise NoAnswer("no closed form of the solutions was found")
        notes.append(f"at least these: {name.latex} was tried from 0 to {_MOST}")
    return Solved([{name: value} for value in found], notes=notes)


def _is_nothing(value: sympy.Expr) -> bool:
    return not value.has(sympy.nan, sympy.zoo, sympy.oo) and is_zero(value)


def _has_none_beyond(equation: sympy.Expr, symbol: sympy.Symbol) -> bool:
    """Whether an equation fails for larger numbers: a x! + c = 0, or a polynomial by Cauchy's bound of its zeros."""
    u = sympy.Dummy("u")
    slope = equation.subs(sympy.factorial(symbol), u).as_poly(u)
    if slope is not None and slope.degree() == 1 and not slope.has(symbol):
        return bool(abs(equation.subs(symbol, 0) - slope.LC()) < abs(slope.LC()) * sympy.factorial(_MOST))
    poly = sympy.expand_func(equation).as_poly(symbol)
    if poly is None or poly.degree() < 1 or poly.free_symbols_in_domain:
        return False
    leading, *others = (mpmath.mpf(sympy.N(abs(c), 30)) for c in poly.all_coeffs())
    return bool(1 + max(others) / leading < _MOST)
