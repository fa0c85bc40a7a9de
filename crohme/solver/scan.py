"""All zeros of a function on the real line, or the range on which all were found.

Intervals on which 0 is no value are ruled out, on those where the derivative has one sign a change of sign is one
zero, all others are halved. Steps grow with the distance from 0, up to 1e60. What stays is settled by an extremum
with 40 digits, or is doubtful. (Moore, Kearfott and Cloud, "Introduction to Interval Analysis", section 8.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
import sympy

from crohme.solver.intervals import Boxes, Unsupported, boxes, evaluate
from crohme.solver.numeric import DIGITS, real_function
from crohme.types import BoolArray, Float64Array

RANGES = (1e60, 1e4, 40.0)
"""Distances from 0 up to which zeros are looked for, until one of them can be searched through."""
_MOST_BOXES = 6000
_MOST_ZEROS = 64
_MOST_BENT = 120
_GENERATIONS = 300
_LONGEST = 300
"""Operations in a derivative that is still worth its time."""
_NARROW = 1e-11
_CLOSER = (35, 60, 100, 180, 300)
_FINE = 340
"""Digits with which a point that is so close to another is told from it."""
_SHIFT = 1.01371  # so that no end of an interval is a zero
_SPLIT = 0.4937


@dataclass
class Scan:
    """Zeros that a scan found.

    Args:
        zeros: list of mpf. In order; `DIGITS` digits.
        reach: float. All zeros at most so far from 0 are among them; 0 if that is not known of any range.
        doubtful: list of (low, high). Where there may be others.
    """

    zeros: list[mpmath.mpf] = field(default_factory=list)
    reach: float = 0.0
    doubtful: list[tuple[float, float]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.reach >= RANGES[0] and not self.doubtful


def scan_between(
    expression: sympy.Expr, symbol: sympy.Symbol, low: float, high: float, breaks: Sequence[mpmath.mpf] = ()
) -> Scan:
    """As `scan`, between two numbers; `reach` is infinite if nothing there was left out."""
    try:
        found = _Search(expression, symbol, breaks).search(np.linspace(low, high, 41))
    except (Unsupported, _TooMany):
        return Scan()
    found.reach = np.inf
    return found


def scan(
    expression: sympy.Expr, symbol: sympy.Symbol, breaks: Sequence[mpmath.mpf] = (), sides: tuple[int, ...] = (-1, 1)
) -> Scan:
    """Find the zeros of a function of one real variable.

    Args:
        expression: Expr.
        symbol: Symbol.
        breaks: sequence of mpf. Where the function is known to jump, to have a pole or to begin; whether it is
            0 there is for the caller to find out.
        sides: tuple of int. -1 for numbers up to 1e-3, 1 for those from there on.

    Returns:
        Scan.
    """
    found = Scan()
    for reach in RANGES:
        try:
            found = _Search(expression, symbol, breaks).search(_edges(reach, sides))
        except Unsupported:
            return Scan()
        except _TooMany:
            continue
        found.reach = reach
        return found
    return found


class _TooMany(Exception):
    pass


def _edges(reach: float, sides: tuple[int, ...]) -> Float64Array:
    scale = [10.0 ** (k / 2) for k in range(-1, 9)] + [10.0**k for k in range(5, 61)]
    positive = [s * _SHIFT for s in scale if s * _SHIFT < reach]
    left = [-reach, *(-p for p in reversed(positive))] if -1 in sides else []
    right = [*positive, reach] if 1 in sides else []
    return np.array([*left, 1.17e-3, *right])


class _Search:
    def __init__(self, expression: sympy.Expr, symbol: sympy.Symbol, breaks: Sequence[mpmath.mpf]) -> None:
        self.symbol, self.breaks = symbol, breaks
        self.derivatives = [expression]
        self.value = real_function(expression, symbol)
        self._functions = [self.value]
        self._counted = 0

    def search(self, edges: Float64Array) -> Scan:
        """The zeros between the first and the last edge; intervals between edges are searched first."""
        a, b = edges[:-1], edges[1:]
        crossings: list[tuple[float, float]] = []
        narrow: list[tuple[float, float]] = []
        found = Scan()
        for generation in range(_GENERATIONS):
            values = self._on(0, a, b)
            keep = values.has_zero
            a, b, whole = a[keep], b[keep], values.whole[keep]
            if not len(a):
                break
            settled = self._monotone(a, b, whole, crossings)
            if generation > 2:
                for order in (2, 3, 4):
                    settled |= self._bent(a, b, whole & ~settled, order, found)
            if len(a) > _MOST_BOXES or len(crossings) + len(found.zeros) > _MOST_ZEROS:
                raise _TooMany
            a, b = a[~settled], b[~settled]
            is_narrow = b - a <= _NARROW * np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-3)
            narrow += list(zip(a[is_narrow], b[is_narrow], strict=True))
            a, b = a[~is_narrow], b[~is_narrow]
            middle = _middle(a, b)
            a, b = np.concatenate([a, middle]), np.concatenate([middle, b])
        else:
            narrow += list(zip(a, b, strict=True))
        found.zeros += [bisected(self.value, *ends) for ends in crossings]
        for cluster in _merged(narrow):
            self._settle(*cluster, found)
        found.zeros = _distinct(found.zeros)
        return found

    def _derivative(self, order: int) -> sympy.Expr:
        while len(self.derivatives) <= order:
            derivative = self.derivatives[-1].diff(self.symbol)
            # A kink of |x| has a jump of its slope; where x jumps itself, the interval is not whole.
            self.derivatives.append(derivative.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0)))
        return self.derivatives[order]

    def _function(self, order: int) -> Callable[[Any], mpmath.mpf | None]:
        while len(self._functions) <= order:
            self._functions.append(real_function(self._derivative(len(self._functions)), self.symbol))
        return self._functions[order]

    def _on(self, order: int, a: Float64Array, b: Float64Array) -> Boxes:
        """Values of a derivative on intervals."""
        return evaluate(self._derivative(order), self.symbol, boxes(a, b))

    def _monotone(
        self,
        a: Float64Array,
        b: Float64Array,
        whole: BoolArray,
        crossings: list[tuple[float, float]],
    ) -> BoolArray:
        """Which intervals have no more than one zero, as the slope has one sign; those with one are added."""
        slope = self._on(1, a, b)
        settled = whole & ((slope.low > 0) | (slope.high < 0))
        if settled.any():
            left, right = self._on(0, a, a), self._on(0, b, b)
            settled &= ((left.low > 0) | (left.high < 0)) & ((right.low > 0) | (right.high < 0))
            for index in np.flatnonzero(settled & ((left.low > 0) != (right.low > 0))):
                crossings.append((a[index], b[index]))
        return settled

    def _bent(self, a: Float64Array, b: Float64Array, open_: BoolArray, order: int, found: Scan) -> BoolArray:
        """Which intervals have a derivative of some order with one sign: Rolle's theorem counts their zeros."""
        settled = np.zeros(len(a), bool)
        if not open_.any() or self._derivative(order).count_ops() > _LONGEST:
            return settled
        top, lower = self._on(order, a, b), [self._on(k, a, b).whole for k in range(1, order)]
        signed = open_ & top.whole & ((top.low > 0) | (top.high < 0)) & np.logical_and.reduce(lower)
        self._counted += int(signed.sum())
        if self._counted > _MOST_BENT:
            raise _TooMany
        for index in np.flatnonzero(signed):
            zeros = self._between(a[index], b[index], order - 1)
            if zeros is not None:
                found.zeros += zeros
                settled[index] = True
        return settled

    def _between(self, a: float, b: float, order: int) -> list[mpmath.mpf] | None:
        """Zeros between two points, where the derivative of order `order` + 1 has one sign; None if unclear."""
        ends = [mpmath.mpf(a), mpmath.mpf(b)]
        for k in range(order, -1, -1):
            function = self._function(k)
            values = [function(end) for end in ends]
            if None in values:
                return None
            zeros = []
            for (left, right), (low, high) in zip(_pairs(ends), _pairs(values), strict=True):
                if _is_nothing(low) or _is_nothing(high):
                    continue
                if mpmath.sign(low) != mpmath.sign(high):
                    zeros.append(bisected(function, left, right))
            zeros += [end for end, value in zip(ends, values, strict=True) if _is_nothing(value)]
            ends = sorted({ends[0], *zeros, ends[-1]})
        return zeros

    # === What stays ===

    def _settle(self, a: float, b: float, found: Scan) -> None:
        """A narrow interval that interval arithmetic cannot decide about."""
        width = max(b - a, 1e-12 * max(abs(a), abs(b)), 1e-15)
        near = [exact for exact in self.breaks if a - width <= exact <= b + width]
        if near:
            if not self._keeps_sign_beside(near, a - width, b + width):
                found.doubtful.append((a, b))
            return
        low, high = a - width, b + width
        values = self.value(low), self.value(high)
        is_whole = bool(self._on(0, np.array([low]), np.array([high])).whole[0])
        if is_whole and None not in values and mpmath.sign(values[0]) * mpmath.sign(values[1]) < 0:
            # One crossing; that there are no more within this width is taken for granted.
            found.zeros.append(bisected(self.value, low, high))
        else:
            found.doubtful.append((a, b))

    def _keeps_sign_beside(self, breaks: Sequence[mpmath.mpf], low: float, high: float) -> bool:
        """Whether the function has one sign on either side of points where it is not smooth.

        Beside a point that is known exactly it is tried much closer: logarithms change slowly.
        """
        ends = [mpmath.mpf(low), *breaks, mpmath.mpf(high)]
        for left, right in zip(ends, ends[1:], strict=False):
            span = right - left
            if span <= 0:
                continue
            near, sign = (left, 1) if left in breaks else (right, -1)
            is_exact = near in breaks and mpmath.mpf(float(near)) == near and not 0 < abs(near) < _NARROW
            value = real_function(self.derivatives[0], self.symbol, _FINE) if is_exact else self.value
            with mpmath.workdps(_FINE if is_exact else DIGITS + 10):
                steps = [mpmath.mpf(10) ** -k for k in (*range(1, 25, 2), *(_CLOSER if is_exact else ()))]
                values = [value(point) for point in (*(near + sign * span * s for s in steps), left + span / 2)]
            if None in values and any(value is not None for value in values):
                return False
            signs = {mpmath.sign(value) for value in values if value is not None}
            if len(signs) > 1 or 0 in signs:
                return False
        return True


def _pairs(items: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(items, items[1:], strict=False))


def _is_nothing(value: mpmath.mpf) -> bool:
    return bool(abs(value) < mpmath.mpf(10) ** -(DIGITS - 10))


def _middle(a: Float64Array, b: Float64Array) -> Float64Array:
    """Where to halve: between powers of ten by their ratio."""
    same = (a * b > 0) & (np.maximum(np.abs(a), np.abs(b)) > 10 * np.minimum(np.abs(a), np.abs(b)))
    ratio = np.sign(a) * np.sqrt(np.abs(a)) * np.sqrt(np.abs(b))
    return np.where(same, ratio, a + (b - a) * _SPLIT)


def _merged(narrow: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for low, high in sorted(narrow):
        if merged and low - merged[-1][1] <= 4 * _NARROW * max(1.0, abs(low)):
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _distinct(values: list[mpmath.mpf]) -> list[mpmath.mpf]:
    found: list[mpmath.mpf] = []
    for value in sorted(values):
        if not found or abs(value - found[-1]) > mpmath.mpf(10) ** -25 * max(1, abs(value)):
            found.append(value)
    return found


def bisected(function: Callable[[Any], mpmath.mpf], low: Any, high: Any) -> mpmath.mpf:
    """Where a function changes its sign, to `DIGITS` digits."""
    with mpmath.workdps(DIGITS + 10):
        a, b = mpmath.mpf(low), mpmath.mpf(high)
        left = mpmath.sign(function(a))
        try:
            zero = mpmath.findroot(function, (a, b), solver="anderson", verify=False, maxsteps=40)
        except (ValueError, TypeError, ZeroDivisionError):
            zero = None
        if zero is not None and a <= zero <= b:
            step = max(abs(zero), b - a) * mpmath.mpf(10) ** -DIGITS
            beside = [function(max(zero - step, a)), function(min(zero + step, b))]
            if None not in beside and mpmath.sign(beside[0]) * mpmath.sign(beside[1]) <= 0:
                return zero
        for _ in range(200):
            middle = (a + b) / 2
            if mpmath.sign(function(middle)) == left:
                a = middle
            else:
                b = middle
        return (a + b) / 2
