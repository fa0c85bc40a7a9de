"""Periods of trigonometric expressions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import sympy

_TURNS = {
    sympy.sin: 2, sympy.cos: 2, sympy.sec: 2, sympy.csc: 2, sympy.tan: 1, sympy.cot: 1,
}  # fmt: skip
"""Period of a function in π."""


def period(expressions: Iterable[sympy.Expr], symbol: sympy.Symbol) -> sympy.Expr | None:
    """A common period of expressions in one symbol; None if there is none, or none is seen.

    It need not be the shortest: |sin x| is said to have 2π.
    """
    lengths: list[sympy.Expr] = []
    for expression in expressions:
        if not expression.has(symbol):
            continue
        calls = _innermost(expression, symbol)
        if not calls or expression.subs({call: sympy.Dummy(real=True) for call in calls}).has(symbol):
            return None
        for call in calls:
            slope = sympy.diff(call.args[0], symbol)
            if slope.has(symbol) or not slope.is_number or slope == 0:
                return None
            lengths.append(_TURNS[type(call)] * sympy.pi / abs(slope))
    if not lengths:
        return None
    ratios = [sympy.simplify(length / lengths[0]) for length in lengths]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    return lengths[0] * reduce(lambda a, b: sympy.Rational(sympy.ilcm(a.p * b.q, b.p * a.q), a.q * b.q), ratios)


def _innermost(expression: sympy.Expr, symbol: sympy.Symbol) -> list[sympy.Expr]:
    """The trigonometric calls in which no other one stands: all that sin(cos x) owes its period to is cos x."""
    calls = [call for call in expression.atoms(*_TURNS) if call.has(symbol)]
    return [call for call in calls if not any(inner.has(symbol) for inner in call.args[0].atoms(*_TURNS))]


def inner_function(expression: sympy.Expr, symbol: sympy.Symbol) -> tuple[sympy.Expr, sympy.Expr, sympy.Symbol] | None:
    """`F(u)`, `g(x)` and `u` of F(g(x)) with a periodic F and a g that is neither linear nor periodic; else None."""
    calls = [call for call in expression.atoms(*_TURNS) if call.has(symbol)]
    if not calls:
        return None
    inner = calls[0].args[0].as_independent(symbol, as_Add=False)[1]
    u = sympy.Dummy("u", real=True)
    if inner.has(*_TURNS):
        return None
    outer = expression.subs({call: call.func(sympy.simplify(call.args[0] / inner) * u) for call in calls})
    if outer.has(symbol) or inner == symbol or inner.diff(symbol).is_number:
        return None
    return outer, inner, u
