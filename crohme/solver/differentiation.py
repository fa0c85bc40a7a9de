"""Derivatives of real functions: a formula, and where it is one.

SymPy differentiates |x| to a sign that is 0 at the kink, and ln x to 1/x for negative x too.
"""

from __future__ import annotations

import mpmath
import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.errors import NoAnswer
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.numeric import number, real_function
from crohme.solver.patience import attempt
from crohme.solver.zeros import BENT, smooth, zeros

_NO_DERIVATIVE = "it is not defined: there is no derivative"
_NOT_FOUND = "no closed form was found"
_STEPS = sympy.floor, sympy.ceiling, sympy.Mod, sympy.factorial, sympy.binomial
_MOST_KINKS = 12
_STEP = mpmath.mpf(10) ** -12


def differentiated(body: sympy.Expr, symbol: sympy.Symbol, order: int = 1) -> tuple[sympy.Expr, list[Condition]]:
    """A derivative, and where it exists beside the domain of the body and that of its own formula.

    Raises:
        NoAnswer: No formula was found.
    """
    if any(step.has(symbol) for step in body.atoms(*_STEPS)):
        raise NoAnswer(_NOT_FOUND)
    found, conditions = body, list[Condition]()
    for _ in range(order):
        conditions += _kinks(found, symbol)
        found = _without_signs(sympy.diff(_with_bars(found, symbol), symbol))
    return found, list(dict.fromkeys(conditions))


def derivative_at(body: sympy.Expr, symbol: sympy.Symbol, order: int, at: sympy.Expr) -> sympy.Expr:
    """A derivative at one point, where it must exist from both sides.

    Raises:
        NoAnswer: There is none, or no formula was found.
    """
    there = body.subs(symbol, at)
    size = None if there.has(sympy.nan, sympy.zoo, sympy.oo) else number(there)
    if size is None or abs(size.imag) > mpmath.mpf(10) ** -25:
        raise NoAnswer(f"{_NO_DERIVATIVE} where the function has no real value")
    place = number(at)
    if place is None or place.imag != 0:
        raise NoAnswer(_NOT_FOUND)
    function = real_function(body, symbol)
    if any(function(place.real + side) is None for side in (_STEP, -_STEP)):
        raise NoAnswer(f"{_NO_DERIVATIVE} at the end of the domain")
    if not body.has(*BENT):
        return _value(body, symbol, order, at)
    values = []
    for k in range(order + 1):
        sides = {_value(form, symbol, k, at) for form in _forms_beside(body, symbol, place.real)}
        if len(sides) > 1 and any(sympy.simplify(a - b) != 0 for a in sides for b in sides):
            raise NoAnswer(f"{_NO_DERIVATIVE}: from the right and from the left it is different")
        values.append(sides.pop())
    if sympy.simplify(values[0] - there) != 0:
        raise NoAnswer(f"{_NO_DERIVATIVE} where the function jumps")
    return values[order]


def _forms_beside(body: sympy.Expr, symbol: sympy.Symbol, place: mpmath.mpf) -> list[sympy.Expr]:
    return [smooth(body, symbol, place + side) for side in (_STEP, -_STEP)]


def _value(form: sympy.Expr, symbol: sympy.Symbol, order: int, at: sympy.Expr) -> sympy.Expr:
    value = (sympy.diff(form, symbol, order) if order else form).subs(symbol, at)
    if value.has(sympy.nan, sympy.zoo, sympy.oo):
        raise NoAnswer(_NO_DERIVATIVE)
    if value.has(sympy.Derivative, sympy.Subs):
        raise NoAnswer(_NOT_FOUND)
    return value


# === Kinks ===


def _kinks(body: sympy.Expr, symbol: sympy.Symbol) -> list[Condition]:
    """Where |x| and the like leave a body without a derivative."""
    arguments: list[sympy.Expr] = []
    for part in body.atoms(*BENT):
        if isinstance(part, sympy.Max | sympy.Min):
            arguments += [a - b for k, a in enumerate(part.args) for b in part.args[k + 1 :]]
        else:
            arguments.append(part.args[0])
    found: list[Condition] = []
    for argument in dict.fromkeys(argument for argument in arguments if argument.has(symbol)):
        points = None
        if argument.free_symbols == {symbol} and body.free_symbols == {symbol}:
            points = attempt(zeros, argument, symbol, seconds=1.0)
        exact = [p.exact for p in points.points if p.exact is not None] if points is not None and points.are_all else []
        if points is None or not points.are_all or len(exact) < len(points.points) or len(exact) > _MOST_KINKS:
            found.append(Condition(argument, Must.NOT_BE_ZERO))
            continue
        found += [Condition(symbol - at, Must.NOT_BE_ZERO) for at in exact if not _is_smooth_at(body, symbol, at)]
    return found


def _is_smooth_at(body: sympy.Expr, symbol: sympy.Symbol, at: sympy.Expr) -> bool:
    try:
        derivative_at(body, symbol, 1, at)
    except NoAnswer:
        return False
    return True


def _with_bars(body: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    """Maxima, minima and signs as absolute values, which have derivatives that can be written."""
    body = body.replace(sympy.Max, lambda *values: _folded(values, 1))
    body = body.replace(sympy.Min, lambda *values: _folded(values, -1))
    return body.replace(
        lambda part: isinstance(part, sympy.sign) and part.has(symbol),
        lambda part: sympy.Abs(part.args[0]) / part.args[0],
    )


def _folded(values: tuple[sympy.Expr, ...], sign: int) -> sympy.Expr:
    result, *others = values
    for value in others:
        result = (result + value + sign * sympy.Abs(result - value)) / 2
    return result


def _without_signs(value: sympy.Expr) -> sympy.Expr:
    """The shortest form: with signs, or with |u|/u in their place; they are equal where u is not 0."""
    if value.has(sympy.Derivative, sympy.Subs):
        raise NoAnswer(_NOT_FOUND)
    if not value.has(sympy.sign):
        return value
    divided = value.replace(sympy.sign, lambda u: sympy.Abs(u) / u)
    forms = [value, *(attempt(way, divided, seconds=1.0) for way in (sympy.simplify, sympy.cancel, sympy.expand))]
    return min((form for form in forms if form is not None and is_presentable(form)), key=complexity)
