"""Interval arithmetic over arrays: what values a function can take on each of many intervals.

Bounds are float64 and rounded outwards by more than the error of numpy's functions, so that a value that is ruled
out cannot occur. (Moore, Kearfott and Cloud, "Introduction to Interval Analysis", SIAM 2009.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from crohme.solver.odd_root import OddRoot
from crohme.types import BoolArray, Float64Array

_RELATIVE = 4e-15
_TINY = 1e-300
_MOST = np.finfo(float).max
"""The bound of what is too large for a float64."""
_LARGE_ANGLE = 1e12
"""Angles beyond it are too coarse in float64 to have a sine."""


class Unsupported(Exception):
    """A function without an interval version here."""


@dataclass(frozen=True)
class Boxes:
    """Values of an expression on n intervals.

    Args:
        low, high: (n,) float64. Bounds of the values, where there are any.
        whole: (n,) bool. Whether the expression is defined and continuous on the whole interval.
        some: (n,) bool. Whether it may be defined somewhere on it.
    """

    low: Float64Array
    high: Float64Array
    whole: BoolArray
    some: BoolArray

    @property
    def has_zero(self) -> BoolArray:
        """Whether 0 may be among the values."""
        return self.some & (self.low <= 0) & (self.high >= 0)


def boxes(low: Any, high: Any) -> Boxes:
    """The intervals themselves: the values of the variable."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    return Boxes(low, high, np.ones(low.shape, bool), np.ones(low.shape, bool))


def evaluate(expression: sympy.Expr, symbol: sympy.Symbol, at: Boxes) -> Boxes:
    """The values of an expression on the intervals of its variable.

    Raises:
        Unsupported: It has a function or a constant that is unknown here.
    """
    with np.errstate(all="ignore"):
        return _Evaluation(symbol, at).value(expression)


class _Evaluation:
    def __init__(self, symbol: sympy.Symbol, at: Boxes) -> None:
        self._known: dict[sympy.Basic, Boxes] = {symbol: at}
        self._shape = at.low.shape

    def value(self, expression: sympy.Basic) -> Boxes:
        if expression not in self._known:
            self._known[expression] = self._computed(expression)
        return self._known[expression]

    def _computed(self, expression: sympy.Basic) -> Boxes:
        if not expression.free_symbols:
            return self._constant(expression)
        arguments = expression.args
        if expression.is_Add:
            return _sum([self.value(argument) for argument in arguments])
        if expression.is_Mul:
            return _product([self.value(argument) for argument in arguments])
        if isinstance(expression, sympy.exp):
            return _monotone(self.value(arguments[0]), np.exp)
        if expression.is_Pow:
            return self._power(*arguments)
        if isinstance(expression, OddRoot):
            n = int(arguments[1])
            return _monotone(self.value(arguments[0]), lambda x: np.sign(x) * np.abs(x) ** (1 / n))
        if isinstance(expression, sympy.Max | sympy.Min):
            return _extreme([self.value(argument) for argument in arguments], isinstance(expression, sympy.Max))
        if len(arguments) == 1 and type(expression) in _FUNCTIONS:
            return _FUNCTIONS[type(expression)](self.value(arguments[0]))
        if isinstance(expression, sympy.log) or type(expression) not in _REWRITTEN:
            raise Unsupported(str(type(expression)))
        return self.value(_REWRITTEN[type(expression)](arguments[0]))

    def _constant(self, expression: sympy.Basic) -> Boxes:
        value = sympy.N(expression, 20)
        everywhere = np.ones(self._shape, bool)
        if value.is_extended_real and not value.is_Float and value.is_infinite:
            raise Unsupported(str(expression))
        if value in (sympy.nan, sympy.zoo) or value.is_extended_real is False:
            return Boxes(np.zeros(self._shape), np.zeros(self._shape), ~everywhere, ~everywhere)
        try:
            number = float(value)
        except TypeError:
            raise Unsupported(str(expression)) from None
        if not np.isfinite(number):
            raise Unsupported(str(expression))
        low = high = number
        if not (expression.is_Integer and abs(number) < 2**53):
            low, high = number - abs(number) * _RELATIVE, number + abs(number) * _RELATIVE
        return Boxes(np.full(self._shape, low), np.full(self._shape, high), everywhere, everywhere)

    def _power(self, base: sympy.Expr, exponent: sympy.Expr) -> Boxes:
        if exponent.is_Integer:
            return _integer_power(self.value(base), int(exponent))
        if exponent.is_Rational or exponent.is_Float or (exponent.is_number and exponent.is_real):
            p = float(exponent)
            inside = _restricted(self.value(base), 0.0, np.inf)
            power = _monotone(inside, lambda x: x ** abs(p))
            return power if p > 0 else _reciprocal(power)
        return _monotone(_product([self.value(exponent), _logarithm(self.value(base))]), np.exp)


def _outward(low: Any, high: Any, whole: Any, some: Any) -> Boxes:
    low = np.minimum(np.where(np.isnan(low), -np.inf, low), _MOST)
    high = np.maximum(np.where(np.isnan(high), np.inf, high), -_MOST)
    return Boxes(low - np.abs(low) * _RELATIVE - _TINY, high + np.abs(high) * _RELATIVE + _TINY, whole, some)


def _monotone(a: Boxes, function: Callable[[Any], Any]) -> Boxes:
    low, high = function(a.low), function(a.high)
    found = _outward(low, high, a.whole, a.some)
    if function is np.exp:
        return Boxes(np.maximum(found.low, 0), found.high, found.whole, found.some)
    exact = low == 0  # an odd or even root of 0 is 0 without an error
    return Boxes(np.where(exact, low, found.low), np.where(high == 0, high, found.high), found.whole, found.some)


def _all(items: list[Boxes], name: str) -> BoolArray:
    found: BoolArray = np.logical_and.reduce([getattr(item, name) for item in items])
    return found


def _sum(items: list[Boxes]) -> Boxes:
    low = np.add.reduce([item.low for item in items])
    high = np.add.reduce([item.high for item in items])
    size = np.add.reduce([np.maximum(np.abs(item.low), np.abs(item.high)) for item in items])
    slack = np.where(np.isfinite(size), size, 0) * _RELATIVE
    return _outward(low - slack, high + slack, _all(items, "whole"), _all(items, "some"))


def _product(items: list[Boxes]) -> Boxes:
    low, high = items[0].low, items[0].high
    for item in items[1:]:
        corners = [a * b for a in (low, high) for b in (item.low, item.high)]
        # 0 times infinity is 0 here: the bound 0 belongs to the interval, infinity does not.
        corners = [np.where(np.isnan(corner), 0.0, corner) for corner in corners]
        low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
        low, high = np.minimum(low, _MOST), np.maximum(high, -_MOST)
        low, high = low - np.abs(low) * _RELATIVE, high + np.abs(high) * _RELATIVE
    return Boxes(low, high, _all(items, "whole"), _all(items, "some"))


def _integer_power(a: Boxes, exponent: int) -> Boxes:
    if exponent < 0:
        return _reciprocal(_integer_power(a, -exponent))
    if exponent % 2:
        return _monotone(a, lambda x: x**exponent)
    low, high = np.abs(a.low), np.abs(a.high)
    least = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(low, high))
    found = _outward(least**exponent, np.maximum(low, high) ** exponent, a.whole, a.some)
    return Boxes(np.maximum(found.low, 0), found.high, found.whole, found.some)


def _reciprocal(a: Boxes) -> Boxes:
    spans = (a.low <= 0) & (a.high >= 0)
    low = np.where(a.high == 0, -np.inf, 1 / a.high)
    high = np.where(a.low == 0, np.inf, 1 / a.low)
    low = np.where(spans & (a.low < 0), -np.inf, low)
    high = np.where(spans & (a.high > 0), np.inf, high)
    never = (a.low == 0) & (a.high == 0)
    found = _outward(low, high, a.whole & ~spans, a.some & ~never)
    low = np.where(a.low >= 0, np.maximum(found.low, 0), found.low)
    high = np.where(a.high <= 0, np.minimum(found.high, 0), found.high)
    return Boxes(low, high, found.whole, found.some)


def _restricted(a: Boxes, least: float, most: float) -> Boxes:
    """Values that a function is defined for only between two bounds."""
    outside = (a.high < least) | (a.low > most)
    inside = (a.low >= least) & (a.high <= most)
    clip = np.clip(a.low, least, most), np.clip(a.high, least, most)
    return Boxes(*clip, a.whole & inside, a.some & ~outside)


def _logarithm(a: Boxes) -> Boxes:
    inside = _restricted(a, 0.0, np.inf)
    positive = a.low > 0
    low = np.where(positive, np.log(np.maximum(inside.low, _TINY)), -np.inf)
    high = np.log(np.maximum(inside.high, _TINY))
    slack = 1e-15
    return _outward(low - slack, high + slack, inside.whole & positive, inside.some & (a.high > 0))


def _absolute(a: Boxes) -> Boxes:
    low, high = np.abs(a.low), np.abs(a.high)
    least = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(low, high))
    return Boxes(least, np.maximum(low, high), a.whole, a.some)


def _sign(a: Boxes) -> Boxes:
    constant = (a.low > 0) | (a.high < 0)
    return Boxes(np.sign(a.low), np.sign(a.high), a.whole & constant, a.some)


def _sine(a: Boxes, shift: float = 0.0) -> Boxes:
    """The sine of the values plus `shift` quarter turns."""
    from_low, from_high = np.sin(a.low + shift * np.pi / 2), np.sin(a.high + shift * np.pi / 2)
    quarter = np.pi / 2
    slack = 1e-15 * (1 + np.abs(a.low) + np.abs(a.high))
    rises = np.floor((a.high / quarter + shift - 1) / 4 + slack) - np.ceil((a.low / quarter + shift - 1) / 4 - slack)
    falls = np.floor((a.high / quarter + shift - 3) / 4 + slack) - np.ceil((a.low / quarter + shift - 3) / 4 - slack)
    far = ~(np.maximum(np.abs(a.low), np.abs(a.high)) < _LARGE_ANGLE)
    high = np.where((rises >= 0) | far, 1.0, np.maximum(from_low, from_high) + slack)
    low = np.where((falls >= 0) | far, -1.0, np.minimum(from_low, from_high) - slack)
    return Boxes(np.maximum(low, -1.0), np.minimum(high, 1.0), a.whole, a.some)


def _extreme(items: list[Boxes], largest: bool) -> Boxes:
    choose = np.maximum if largest else np.minimum
    low = choose.reduce([item.low for item in items])
    high = choose.reduce([item.high for item in items])
    return Boxes(low, high, _all(items, "whole"), _all(items, "some"))


def _arc(function: Callable[[Any], Any], falls: bool = False) -> Callable[[Boxes], Boxes]:
    def arc(a: Boxes) -> Boxes:
        inside = _restricted(a, -1.0, 1.0)
        low, high = function(inside.low), function(inside.high)
        return _outward(*((high, low) if falls else (low, high)), inside.whole, inside.some)

    return arc


def _area_cosine(a: Boxes) -> Boxes:
    return _monotone(_restricted(a, 1.0, np.inf), np.arccosh)


def _area_tangent(a: Boxes) -> Boxes:
    inside = _restricted(a, -1.0, 1.0)
    open_ = (a.low > -1) & (a.high < 1)
    found = _monotone(inside, np.arctanh)
    return Boxes(found.low, found.high, found.whole & open_, found.some)


def _cosh(a: Boxes) -> Boxes:
    return _monotone(_absolute(a), np.cosh)


_FUNCTIONS: dict[Any, Callable[[Boxes], Boxes]] = {
    sympy.log: _logarithm,
    sympy.Abs: _absolute,
    sympy.sign: _sign,
    sympy.sin: _sine,
    sympy.cos: lambda a: _sine(a, 1.0),
    sympy.asin: _arc(np.arcsin),
    sympy.acos: _arc(np.arccos, falls=True),
    sympy.atan: lambda a: _monotone(a, np.arctan),
    sympy.sinh: lambda a: _monotone(a, np.sinh),
    sympy.cosh: _cosh,
    sympy.tanh: lambda a: _monotone(a, np.tanh),
    sympy.asinh: lambda a: _monotone(a, np.arcsinh),
    sympy.acosh: _area_cosine,
    sympy.atanh: _area_tangent,
}
_REWRITTEN: dict[Any, Callable[[sympy.Expr], sympy.Expr]] = {
    sympy.tan: lambda x: sympy.sin(x) / sympy.cos(x),
    sympy.cot: lambda x: sympy.cos(x) / sympy.sin(x),
    sympy.sec: lambda x: 1 / sympy.cos(x),
    sympy.csc: lambda x: 1 / sympy.sin(x),
    sympy.coth: lambda x: sympy.cosh(x) / sympy.sinh(x),
    sympy.sech: lambda x: 1 / sympy.cosh(x),
    sympy.csch: lambda x: 1 / sympy.sinh(x),
    sympy.asec: lambda x: sympy.acos(1 / x),
    sympy.acsc: lambda x: sympy.asin(1 / x),
    sympy.DiracDelta: lambda x: x * 0,
}
