"""An equation with parameters, solved for one real unknown: each solution with what it demands of the parameters.

What the unknown stands in is undone from the outside to the inside: √A = t is A = t² where t ≥ 0, sin A = t is
A = arcsin t + 2πn or … where -1 ≤ t ≤ 1, and polynomials have formulas where their leading coefficient is not 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.errors import NoAnswer
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.odd_root import OddRoot
from crohme.solver.patience import attempt

_NOT_FOUND = "no closed form of the solutions was found"
_LONGEST = 40
_DEEPEST = 6


@dataclass(frozen=True)
class Branch:
    """One solution.

    Args:
        value: Expr. Without the unknown.
        conditions: tuple of Condition. On the parameters.
        is_counted: bool. Whether the counter n is in the value.
    """

    value: sympy.Expr
    conditions: tuple[Condition, ...] = field(default=())
    is_counted: bool = False


def branches(equation: sympy.Expr, symbol: sympy.Symbol, n: sympy.Symbol) -> tuple[list[Branch], list[Condition]]:
    """All real solutions, of polynomials the complex ones, too; and on what conditions they are all.

    Args:
        equation: Expr. It must be 0.
        symbol: Symbol. The unknown.
        n: Symbol. Counts the solutions that repeat themselves.

    Raises:
        NoAnswer: It is not of a form that is undone here.
    """
    solver = _Solver(n)
    return list(dict.fromkeys(solver.solutions(equation, symbol))), solver.needed


class _Solver:
    def __init__(self, n: sympy.Symbol) -> None:
        self.needed: list[Condition] = []
        self._n = n
        self._depth = 0

    def solutions(self, equation: sympy.Expr, symbol: sympy.Symbol) -> list[Branch]:
        """The solutions of an equation, which may be in one that is undone."""
        if self._depth > _DEEPEST:
            raise NoAnswer(_NOT_FOUND)
        self._depth += 1
        numerator = sympy.numer(sympy.together(equation))
        factored = attempt(sympy.factor, numerator, seconds=0.5)
        factors = [
            factor.base if factor.is_Pow and factor.exp.is_positive and factor.exp.is_number else factor
            for factor in sympy.Mul.make_args(numerator if factored is None else factored)
        ]
        self.needed += [Condition(f, Must.NOT_BE_ZERO) for f in factors if not f.has(symbol) and f.free_symbols]
        if numerator == 0:
            raise NoAnswer(_NOT_FOUND)
        found = [
            branch
            for factor in dict.fromkeys(factor for factor in factors if factor.has(symbol))
            for branch in self._of_factor(factor, symbol)
        ]
        self._depth -= 1
        return found

    def _of_factor(self, factor: sympy.Expr, symbol: sympy.Symbol) -> list[Branch]:
        if factor.is_polynomial(symbol):
            return self._of_polynomial(factor, symbol)
        if isinstance(factor, sympy.exp) or factor.is_positive:
            return []
        outer = _outermost(factor, symbol)
        if len(outer) > 1:
            outer = _common_exponential(outer, symbol)
        if len(outer) > 1:
            outer = [part for part in outer if isinstance(part, sympy.Abs) or _is_square_root(part)][:1]
        if not outer:
            raise NoAnswer(_NOT_FOUND)
        (call,) = outer
        t = sympy.Dummy("t", real=True)
        replaced = _replaced(factor, call, t)
        if not replaced.has(symbol):
            return self._undone(replaced, t, call, symbol)
        if isinstance(call, sympy.Abs):
            return self._with_signs(replaced, t, call.args[0], symbol)
        if _is_square_root(call):
            return self._squared(replaced, t, call.base, symbol)
        raise NoAnswer(_NOT_FOUND)

    def _of_polynomial(self, polynomial: sympy.Expr, symbol: sympy.Symbol) -> list[Branch]:
        poly = sympy.Poly(polynomial, symbol)
        formulas = attempt(sympy.roots, poly, seconds=1.0) or {}
        if sum(formulas.values()) != poly.degree():
            raise NoAnswer(_NOT_FOUND)
        values = [_shortest(formula) for formula in formulas]
        if any(complexity(value) > _LONGEST or not is_presentable(value) for value in values):
            raise NoAnswer(_NOT_FOUND)
        leading = Condition(poly.LC(), Must.NOT_BE_ZERO)
        if leading.always_holds:
            return [Branch(value) for value in values]
        if poly.degree() == 1 and poly.nth(0).is_nonzero:  # none if the leading coefficient is 0
            return [Branch(value, (leading,)) for value in values]
        self.needed.append(leading)
        return [Branch(value) for value in values]

    def _undone(self, equation: sympy.Expr, t: sympy.Symbol, call: sympy.Expr, symbol: sympy.Symbol) -> list[Branch]:
        """Solutions of F(call) = 0, where the unknown is in the call only."""
        found = []
        for outer in self.solutions(equation, t):
            if outer.value.has(sympy.I):
                continue
            for argument, value, conditions, is_counted in _arguments(call, symbol, outer.value, self._n):
                demanded = (*outer.conditions, *(c for c in conditions if not c.always_holds))
                if any(not condition.holds({}) for condition in demanded):
                    continue
                for inner in self.solutions(argument - value, symbol):
                    counted = outer.is_counted or is_counted or inner.is_counted
                    if (counted and not argument.as_poly(symbol)) or inner.value.has(sympy.I):
                        raise NoAnswer(_NOT_FOUND)
                    found.append(Branch(inner.value, (*demanded, *inner.conditions), counted))
        return found

    def _with_signs(
        self, equation: sympy.Expr, t: sympy.Symbol, inside: sympy.Expr, symbol: sympy.Symbol
    ) -> list[Branch]:
        """An equation with |A|, which is A or -A."""
        found = []
        for sign in (1, -1):
            for branch in self.solutions(equation.subs(t, sign * inside), symbol):
                demand = Condition(sign * inside.subs(symbol, branch.value), Must.NOT_BE_NEGATIVE)
                found.append(Branch(branch.value, (*branch.conditions, demand), branch.is_counted))
        return found

    def _squared(self, equation: sympy.Expr, t: sympy.Symbol, inside: sympy.Expr, symbol: sympy.Symbol) -> list[Branch]:
        """An equation that is linear in a root √A: √A = B is A = B² where B ≥ 0."""
        poly = equation.as_poly(t)
        if poly is None or poly.degree() != 1 or poly.LC().has(symbol):
            raise NoAnswer(_NOT_FOUND)
        value = -poly.coeff_monomial(1) / poly.LC()
        found = []
        for branch in self.solutions(inside - value**2, symbol):
            demand = Condition(value.subs(symbol, branch.value), Must.NOT_BE_NEGATIVE)
            found.append(Branch(branch.value, (*branch.conditions, demand), branch.is_counted))
        return found


def _outermost(expression: sympy.Expr, symbol: sympy.Symbol) -> list[sympy.Expr]:
    """The parts with the unknown that are no sums, products or whole powers of others."""
    if not expression.has(symbol) or expression == symbol:
        return []
    if expression.is_Add or expression.is_Mul or (expression.is_Pow and expression.exp.is_Integer):
        return list(dict.fromkeys(part for each in expression.args for part in _outermost(each, symbol)))
    return [expression]


def _is_square_root(part: sympy.Expr) -> bool:
    return bool(part.is_Pow and part.exp == sympy.Rational(1, 2))


def _common_exponential(outer: Sequence[sympy.Expr], symbol: sympy.Symbol) -> list[sympy.Expr]:
    """`e^x`, if the others are whole powers of it."""
    if not all(isinstance(part, sympy.exp) for part in outer):
        return list(outer)
    least = min(outer, key=lambda part: abs(part.exp.subs(symbol, 1)) if part.exp.subs(symbol, 1).is_number else 0)
    return [least] if all((part.exp / least.exp).is_Integer for part in outer) else list(outer)


def _replaced(expression: sympy.Expr, call: sympy.Expr, t: sympy.Symbol) -> sympy.Expr:
    if isinstance(call, sympy.exp):
        expression = expression.replace(
            lambda part: isinstance(part, sympy.exp) and (part.exp / call.exp).is_Integer,
            lambda part: t ** (part.exp / call.exp),
        )
    return expression.subs(call, t)


def _shortest(value: sympy.Expr) -> sympy.Expr:
    forms = [value, *(attempt(way, value, seconds=0.4) for way in (sympy.simplify, sympy.factor))]
    return min((form for form in forms if form is not None and is_presentable(form)), key=complexity, default=value)


_Argument = tuple[sympy.Expr, sympy.Expr, tuple[Condition, ...], bool]


def _arguments(call: sympy.Expr, symbol: sympy.Symbol, t: sympy.Expr, n: sympy.Symbol) -> Iterator[_Argument]:
    """What is inside of a call that is `t`: the argument, its value, what that demands, whether n is in it."""
    unit = Condition(1 - t, Must.NOT_BE_NEGATIVE), Condition(1 + t, Must.NOT_BE_NEGATIVE)
    not_negative = (Condition(t, Must.NOT_BE_NEGATIVE),)
    inside = call.args[0]
    if call.is_Pow and call.exp.is_Rational and call.exp.p == 1:
        yield call.base, t**call.exp.q, not_negative, False
    elif isinstance(call, sympy.exp):
        yield call.exp, sympy.log(t), (Condition(t, Must.BE_POSITIVE),), False
    elif call.is_Pow and not call.base.has(symbol):
        base = Condition(call.base, Must.BE_POSITIVE), Condition(call.base - 1, Must.NOT_BE_ZERO)
        yield call.exp, sympy.log(t) / sympy.log(call.base), (Condition(t, Must.BE_POSITIVE), *base), False
    elif call.is_Pow and not call.exp.has(symbol):
        exponent = Condition(call.exp, Must.NOT_BE_ZERO)
        yield call.base, t ** (1 / call.exp), (Condition(t, Must.BE_POSITIVE), exponent), False
    elif isinstance(call, OddRoot):
        yield inside, t ** call.args[1], (), False
    elif isinstance(call, sympy.log):
        yield inside, _as_power(sympy.exp(t)), (), False
    elif isinstance(call, sympy.Abs):
        yield inside, t, not_negative, False
        if t != 0:
            yield inside, -t, not_negative, False
    elif isinstance(call, sympy.sin):
        yield inside, sympy.asin(t) + 2 * sympy.pi * n, unit, True
        yield inside, sympy.pi - sympy.asin(t) + 2 * sympy.pi * n, unit, True
    elif isinstance(call, sympy.cos):
        yield inside, sympy.acos(t) + 2 * sympy.pi * n, unit, True
        yield inside, -sympy.acos(t) + 2 * sympy.pi * n, unit, True
    elif isinstance(call, sympy.tan):
        yield inside, sympy.atan(t) + sympy.pi * n, (), True
    elif isinstance(call, sympy.cot):
        yield inside, sympy.pi / 2 - sympy.atan(t) + sympy.pi * n, (), True
    elif type(call) in _BETWEEN:
        low, high, inverse = _BETWEEN[type(call)]
        demand = Must.BE_POSITIVE if isinstance(call, sympy.atan) else Must.NOT_BE_NEGATIVE
        ends = Condition(t - low, demand), Condition(high - t, demand)
        yield inside, inverse(t), ends, False
    else:
        raise NoAnswer(_NOT_FOUND)


_BETWEEN: dict[type, tuple[sympy.Expr, sympy.Expr, Callable[[sympy.Expr], sympy.Expr]]] = {
    sympy.asin: (-sympy.pi / 2, sympy.pi / 2, sympy.sin),
    sympy.acos: (sympy.Integer(0), sympy.pi, sympy.cos),
    sympy.atan: (-sympy.pi / 2, sympy.pi / 2, sympy.tan),
}
"""Inverse functions: between what their values are, and what they are the inverse of."""


def _as_power(value: sympy.Expr) -> sympy.Expr:
    """`a^b` for e^(b ln a)."""

    def rewritten(exponent: sympy.Expr) -> sympy.Expr:
        logarithms = [factor for factor in sympy.Mul.make_args(exponent) if isinstance(factor, sympy.log)]
        return logarithms[0].args[0] ** (exponent / logarithms[0]) if len(logarithms) == 1 else sympy.exp(exponent)

    return value.replace(sympy.exp, rewritten)
