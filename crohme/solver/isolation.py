"""Unknowns that an equation gives by the others."""

from __future__ import annotations

from collections.abc import Sequence

import sympy


def put_in(expression: sympy.Expr, given: Sequence[tuple[sympy.Symbol, sympy.Expr]]) -> sympy.Expr:
    """An expression in which the unknowns have what was found for them, one after the other."""
    for unknown, value in given:
        expression = expression.subs(unknown, value)
    return expression


def divided(
    equations: Sequence[sympy.Expr], unknowns: Sequence[sympy.Symbol]
) -> tuple[sympy.Expr, sympy.Symbol, sympy.Expr] | None:
    """An equation such as x y = 6, where what stands before an unknown cannot be 0: what the unknown is."""
    for equation in equations:
        for unknown in unknowns:
            slope, rest = sympy.diff(equation, unknown), equation.subs(unknown, 0)
            if not slope.has(unknown) and slope.is_polynomial() and rest.is_Rational and rest != 0 and slope != 0:
                return equation, unknown, -rest / slope
    return None


def isolated(
    equations: Sequence[sympy.Expr], unknowns: Sequence[sympy.Symbol]
) -> tuple[sympy.Expr, sympy.Symbol, sympy.Expr] | None:
    """An equation that is linear in an unknown with a number before it: what the unknown is."""
    choices: list[tuple[int, int, sympy.Expr, sympy.Symbol, sympy.Expr]] = []
    for equation in equations:
        for unknown in unknowns:
            slope = sympy.diff(equation, unknown)
            if slope.is_number and slope != 0:
                value = sympy.expand(-equation.subs(unknown, 0) / slope)
                choices.append((value.count_ops(), len(choices), equation, unknown, value))
    return min(choices)[2:] if choices else None
