"""A function of one letter over a range: points to draw, its gaps, its roots and extrema. Runs in the child process.

Between two points of a part the function is continuous: interval arithmetic says so, or the part ends. Roots and
extrema are those that `zeros` finds; others show as a change of sign or of direction, and are found as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy

from crohme.solver.calculus import Calculus
from crohme.solver.conditions import Condition, Must
from crohme.solver.curves import Curve, understood
from crohme.solver.errors import NoAnswer
from crohme.solver.evaluation import check_defined
from crohme.solver.intervals import Unsupported, boxes, evaluate
from crohme.solver.numeric import precise, real_function
from crohme.solver.patience import attempt
from crohme.solver.scan import bisected
from crohme.solver.solution import Mark, MarkKind, Plot
from crohme.solver.symbolic import Builder
from crohme.solver.writing import decimal, latex
from crohme.solver.zeros import Point, zeros

_POINTS = 385
_HALVINGS = 14
"""How often an interval with a gap is halved, to draw close to it."""
_SECONDS = 0.8
_MOST_MARKS = 40
_NARROW = mpmath.mpf(10) ** -15
_LONGEST = 60
"""Characters of a closed form that is shown at a mark."""
_NOT_ALL = "roots and extrema were found numerically, and there may be others"

_Function = Callable[[Any], mpmath.mpf | None]


@precise
def plot(curve: Curve) -> Plot:
    """The plot of a function.

    Raises:
        NoAnswer: It has no values there, or none that can be computed.
    """
    read = understood(curve)
    try:
        return _plot(curve, read)
    except NoAnswer as error:
        raise type(error)(error.cause, read) from None
    except MemoryError:
        raise
    except Exception:  # SymPy raises all kinds of exceptions at what it cannot do; their texts are no answers
        raise NoAnswer("its values were not found", read) from None


def _plot(curve: Curve, read: str) -> Plot:
    builder, calculus = Builder(), Calculus()
    symbol = builder.symbol(curve.variable)
    built = builder.build(curve.body)
    if isinstance(built, sympy.MatrixBase):
        raise NoAnswer("a matrix has no plot")
    value = calculus.evaluate(built)
    check_defined(value)
    if calculus.estimates or value.free_symbols - {symbol}:
        raise NoAnswer("no closed form was found")
    conditions = tuple(c for c in (*builder.conditions, *calculus.conditions) if c.expression.free_symbols <= {symbol})
    function = _within(value, symbol, conditions)
    open_ends = [c.expression for c in conditions if c.demand is not Must.NOT_BE_NEGATIVE]
    sampler = _Sampler(value, symbol, function, open_ends)
    parts = sampler.parts(curve.low, curve.high)
    if not parts:
        raise NoAnswer("it has no real values in this range")
    marks, are_all = _marks(value, symbol, function, curve, parts)
    notes = [*curve.notes, *builder.notes]
    if not are_all:
        notes.append(_NOT_ALL)
    if not sampler.is_sure:
        notes.append("gaps narrower than the distance of its points may be drawn over")
    return Plot(read, curve.variable.latex, parts, tuple(marks), tuple(dict.fromkeys(notes)))


def _within(value: sympy.Expr, symbol: sympy.Symbol, conditions: Sequence[Condition]) -> _Function:
    """The function where it is defined: what was simplified away, as the pole of x/x, is a gap still."""
    compiled = real_function(value, symbol)
    tests = [(real_function(condition.expression, symbol), condition.demand) for condition in conditions]

    def at(x: Any) -> mpmath.mpf | None:
        for test, demand in tests:
            found = test(x)
            if found is None or (found < 0 and demand is not Must.NOT_BE_ZERO):
                return None
            if found == 0 and demand is not Must.NOT_BE_NEGATIVE:
                return None
        return compiled(x)

    return at


class _Sampler:
    """Points of a function, in parts without a gap.

    Attributes:
        is_sure: bool. Whether interval arithmetic knows the function, so that no gap is drawn over.
    """

    def __init__(
        self, value: sympy.Expr, symbol: sympy.Symbol, function: _Function, others: Sequence[sympy.Expr]
    ) -> None:
        self._value, self._symbol, self._function, self._others = value, symbol, function, others
        self.is_sure = True
        try:
            self._whole(np.array([1.0]), np.array([1.1]))
        except Unsupported:
            self.is_sure = False

    def parts(self, low: float, high: float) -> tuple[tuple[tuple[float, float], ...], ...]:
        xs = np.linspace(low, high, _POINTS)
        points = [(float(x), self._at(x)) for x in xs]
        wholes = self._whole(xs[:-1], xs[1:]) if self.is_sure else ~self._jumps(points)
        parts: list[list[tuple[float, float]]] = [[]]
        for (left, right), whole in zip(zip(points, points[1:], strict=False), wholes, strict=True):
            if left[1] is not None and (not parts[-1] or parts[-1][-1][0] < left[0]):
                parts[-1].append((left[0], left[1]))
            if whole and left[1] is not None and right[1] is not None:
                continue
            if left[1] is None and right[1] is None:
                continue
            before, after, is_joined = self._beside(left, right, _HALVINGS)
            parts[-1] += before
            if not is_joined:
                parts.append([])
            parts[-1] += after
        if points[-1][1] is not None:
            parts[-1].append((points[-1][0], points[-1][1]))
        return tuple(tuple(part) for part in parts if len(part) > 1)

    def _beside(
        self, left: tuple[float, float | None], right: tuple[float, float | None], halvings: int
    ) -> tuple[list[tuple[float, float]], list[tuple[float, float]], bool]:
        """Points up to a gap and from it on, and whether there is none after all."""
        if self.is_sure and left[1] is not None and right[1] is not None:
            edges = np.linspace(left[0], right[0], 17)
            if self._whole(edges[:-1], edges[1:]).all():
                return [], [], True
        if halvings == 0:
            return [], [], False
        at = (left[0] + right[0]) / 2
        middle = (at, self._at(at))
        if middle[1] is None:
            before = self._beside(left, middle, halvings - 1)[0] if left[1] is not None else []
            after = self._beside(middle, right, halvings - 1)[1] if right[1] is not None else []
            return before, after, False
        point = (at, middle[1])
        if left[1] is None:
            before, after, _ = self._beside(left, middle, halvings - 1)
            return before, [*after, point], False
        if right[1] is None:
            before, after, _ = self._beside(middle, right, halvings - 1)
            return [point, *before], after, False
        if not self.is_sure:
            left_is_steeper = abs(middle[1] - left[1]) > abs(right[1] - middle[1])
            if left_is_steeper:
                before, after, _ = self._beside(left, middle, halvings - 1)
                return before, [*after, point], False
            before, after, _ = self._beside(middle, right, halvings - 1)
            return [point, *before], after, False
        halves = [bool(self._whole(np.array([a]), np.array([b])).all()) for a, b in ((left[0], at), (at, right[0]))]
        if halves[0] and not halves[1]:
            before, after, is_joined = self._beside(middle, right, halvings - 1)
            return [point, *before], after, is_joined
        if halves[1] and not halves[0]:
            before, after, is_joined = self._beside(left, middle, halvings - 1)
            return before, [*after, point], is_joined
        if all(halves):
            return [], [], True
        first, second = self._beside(left, middle, halvings - 1), self._beside(middle, right, halvings - 1)
        if first[2] and second[2]:
            return [], [], True
        return [*first[0]], [*second[1]], False

    def _jumps(self, points: Sequence[tuple[float, float | None]]) -> Any:
        """Between which neighbours the function jumps, as far as halving shows it: the whole step is on one side."""
        heights = np.array([np.nan if y is None else y for _, y in points])
        steps = np.abs(np.diff(heights))
        steep = steps > 4 * np.nanmedian(steps) if np.isfinite(steps).any() else np.zeros(len(steps), bool)
        for index in np.flatnonzero(steep):
            left, right = points[index], points[index + 1]
            for _ in range(_HALVINGS):
                at = (left[0] + right[0]) / 2
                middle = self._at(at)
                if middle is None or left[1] is None or right[1] is None:
                    break
                if abs(middle - left[1]) > abs(right[1] - middle):
                    right = (at, middle)
                else:
                    left = (at, middle)
            else:
                steep[index] = abs((right[1] or 0.0) - (left[1] or 0.0)) > steps[index] / 2
        return steep

    def _at(self, x: float) -> float | None:
        found = self._function(x)
        return None if found is None or abs(found) > 1e300 else float(found)

    def _whole(self, low: Any, high: Any) -> Any:
        found = evaluate(self._value, self._symbol, boxes(low, high)).whole
        for other in self._others:
            values = evaluate(other, self._symbol, boxes(low, high))
            found = found & values.whole & ((values.low > 0) | (values.high < 0))
        return found


# === Marks ===


def _marks(
    value: sympy.Expr,
    symbol: sympy.Symbol,
    function: _Function,
    curve: Curve,
    parts: Sequence[Sequence[tuple[float, float]]],
) -> tuple[list[Mark], bool]:
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
    step = (curve.high - curve.low) / _POINTS / 4
    marks = [Mark(MarkKind.ROOT, float(p.value), 0.0, _position(p, curve)) for p in inside]
    for p in bends:
        kind = _kind(function, p.value, mpmath.mpf(step))
        if kind is not None and (height := function(p.value)) is not None:
            marks.append(Mark(kind, float(p.value), float(height), _position(p, curve)))
    marks.sort(key=lambda mark: (mark.x, mark.kind))
    return marks[:_MOST_MARKS], are_all and not is_found and len(marks) <= _MOST_MARKS


def _turns(value: sympy.Expr, symbol: sympy.Symbol, span: tuple[float, float]) -> Any:
    return zeros(sympy.diff(value, symbol), symbol, (), span)


def _is_in(at: Point, curve: Curve) -> bool:
    return bool(curve.low <= at.value <= curve.high)


def _crossings(function: _Function, parts: Sequence[Sequence[tuple[float, float]]], known: list[Point]) -> list[Point]:
    """Roots at which the sign of neighbouring points changes, and which are not known yet; not too many."""
    found: list[Point] = []
    for part in parts:
        for (a, at_a), (b, at_b) in zip(part, part[1:], strict=False):
            if len(found) > _MOST_MARKS:
                return found
            if at_a * at_b < 0 and not any(a <= p.value <= b for p in known):
                found.append(Point(bisected(function, a, b)))  # type: ignore[arg-type]
    return found


def _bends(function: _Function, parts: Sequence[Sequence[tuple[float, float]]], known: list[Point]) -> list[Point]:
    """Extrema between neighbouring points that are not known yet; not too many."""
    found: list[Point] = []
    for part in parts:
        for (a, at_a), (_, at), (b, at_b) in zip(part, part[1:], part[2:], strict=False):
            if len(found) > _MOST_MARKS:
                return found
            if (at - at_a) * (at_b - at) < 0 and not any(a <= p.value <= b for p in known):
                found.append(Point(_golden(function, mpmath.mpf(a), mpmath.mpf(b), at > at_a)))
    return found


def _golden(function: _Function, low: mpmath.mpf, high: mpmath.mpf, is_maximum: bool) -> mpmath.mpf:
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


def _kind(function: _Function, at: mpmath.mpf, step: mpmath.mpf) -> MarkKind | None:
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
