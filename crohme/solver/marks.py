"""Roots and local extrema of a function over a range.

They are those that `zeros` finds; others show as a change of sign or of direction between points, and are found as
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import mpmath
import sympy

from crohme.solver.curves import Curve
from crohme.solver.numeric import RealFunction
from crohme.solver.patience import attempt
from crohme.solver.sampling import POINTS
from crohme.solver.scan import bisected
from crohme.solver.solution import Mark, MarkKind
from crohme.solver.writing import decimal, latex
from crohme.solver.zeros import Point, Zeros, zeros

_Parts: TypeAlias = Sequence[Sequence[tuple[float, float]]]
_SECONDS = 0.8
_MOST_MARKS = 40
_NARROW = mpmath.mpf(10) ** -15
_LONGEST = 60
"""Characters of a closed form that is shown at a mark."""


def marks_of(
    value: sympy.Expr,
    symbol: sympy.Symbol,
    function: RealFunction,
    curve: Curve,
    parts: _Parts,
) -> tuple[list[Mark], bool]:
    """Roots and local extrema from left to right, and whether they are surely all.

    Args:
        value: Expr.
        symbol: Symbol.
        function: RealFunction. Its values, where it is defined.
        curve: Curve. Its range.
        parts: sequence of sequence of (x, y). Points in parts without a gap.
    """
    span = (curve.low, curve.high)
    if not value.has(symbol):
        return [], True
    roots = attempt(zeros, value, symbol, (), span, seconds=_SECONDS)
    turns = attempt(_turns, value, symbol, span, seconds=_SECONDS)
    are_all = roots is not None and turns is not None and roots.are_all and turns.are_all
    inside = [p for p in (roots.points if roots else ()) if _is_in(p, curve) and function(p.value) is not None]
    bends = [p for p in (turns.points if turns else ()) if _is_in(p, curve)]
    is_found = False
    for crossing in _crossings(function, parts, inside):
        inside.append(crossing)
        is_found = True
    for bend in _bends(function, parts, bends):
        bends.append(bend)
        is_found = True
    step = (curve.high - curve.low) / POINTS / 4
    marks = [Mark(MarkKind.ROOT, float(p.value), 0.0, _position(p, curve)) for p in inside]
    for p in bends:
        kind = _kind(function, p.value, mpmath.mpf(step))
        if kind is not None and (height := function(p.value)) is not None:
            marks.append(Mark(kind, float(p.value), float(height), _position(p, curve)))
    marks.sort(key=lambda mark: (mark.x, mark.kind))
    return marks[:_MOST_MARKS], are_all and not is_found and len(marks) <= _MOST_MARKS


def _turns(value: sympy.Expr, symbol: sympy.Symbol, span: tuple[float, float]) -> Zeros:
    return zeros(sympy.diff(value, symbol), symbol, (), span)


def _is_in(at: Point, curve: Curve) -> bool:
    return bool(curve.low <= at.value <= curve.high)


def _crossings(function: RealFunction, parts: _Parts, known: list[Point]) -> list[Point]:
    """Roots at points, and where the sign of neighbours changes, that are not known yet; not too many."""
    found: list[Point] = []
    for part in parts:
        for k, (a, at_a) in enumerate(part):
            b, at_b = part[k + 1] if k + 1 < len(part) else (a, at_a)
            if len(found) > _MOST_MARKS:
                return found
            if at_a == 0 and not (at_b == 0 and b > a) and not (k and part[k - 1][1] == 0):
                found += [] if _is_known(a, a, known) else [Point(mpmath.mpf(a))]
            elif at_a * at_b < 0 and not _is_known(a, b, known):
                found.append(Point(bisected(function, a, b)))
    return found


def _bends(function: RealFunction, parts: _Parts, known: list[Point]) -> list[Point]:
    """Extrema between neighbouring points that are not known yet; not too many."""
    found: list[Point] = []
    for part in parts:
        # An extremum in the middle between two points has both of them at one height.
        steps = [(a, b) for a, b in zip(part, part[1:], strict=False) if a[1] != b[1]]
        for (left, before), (after, right) in zip(steps, steps[1:], strict=False):
            is_flat = part.index(after) - part.index(before) > 1
            if len(found) > _MOST_MARKS:
                return found
            if is_flat or (before[1] - left[1]) * (right[1] - after[1]) > 0 or _is_known(left[0], right[0], known):
                continue
            ends = mpmath.mpf(left[0]), mpmath.mpf(right[0])
            found.append(Point(_golden(function, *ends, before[1] > left[1])))
    return found


def _is_known(low: float, high: float, known: Sequence[Point]) -> bool:
    return any(low <= point.value <= high for point in known)


def _golden(function: RealFunction, low: mpmath.mpf, high: mpmath.mpf, is_maximum: bool) -> mpmath.mpf:
    """Where a function is largest or smallest between two points, by golden-section search."""
    ratio, size = (mpmath.sqrt(5) - 1) / 2, high - low

    def height(x: mpmath.mpf) -> mpmath.mpf:
        value = function(x)
        if value is None:
            return -mpmath.inf
        return value if is_maximum else -value

    a, b = high - ratio * size, low + ratio * size
    at_a, at_b = height(a), height(b)
    while high - low > size * _NARROW:
        if at_a > at_b:
            high, b, at_b = b, a, at_a
            a = high - ratio * (high - low)
            at_a = height(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + ratio * (high - low)
            at_b = height(b)
    at = (low + high) / 2
    return mpmath.mpf(0) if abs(at) <= 2 * size * _NARROW else at


def _kind(function: RealFunction, at: mpmath.mpf, step: mpmath.mpf) -> MarkKind | None:
    """Which extremum it is; None for a point of inflection, or at the end of the domain."""
    here = function(at)
    for size in (step, step / 1000, step / 10**6):
        before, after = function(at - size), function(at + size)
        if here is None or before is None or after is None:
            return None
        if before < here and after < here:
            kind = MarkKind.MAXIMUM
        elif before > here and after > here:
            kind = MarkKind.MINIMUM
        else:
            continue
        if size != step / 10**6:  # and closer, too: another extremum may be within the step
            closer = function(at - size / 1000), function(at + size / 1000)
            if None in closer or any((c < here) != (kind is MarkKind.MAXIMUM) for c in closer if c is not None):
                continue
        return kind
    return None


def _position(at: Point, curve: Curve) -> str:
    """Where it is, as LaTeX; a closed form with `=`, a number with `\\approx`."""
    prefix = f"{curve.variable.latex} = "
    if at.exact is not None:
        text = latex(at.exact)
        if len(text) <= _LONGEST:
            return prefix + text
    return decimal(at.expression, prefix) or prefix + latex(at.expression)
