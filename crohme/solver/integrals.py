"""Integrals: a closed form of SymPy where numbers confirm it, else a number with a bound of its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mpmath
import numpy as np
import sympy

from crohme.solver.errors import NoAnswer
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.numeric import complete, number, precise, real_function, real_part
from crohme.solver.odd_root import OddRoot
from crohme.solver.patience import attempt
from crohme.solver.quadrature import Estimate, converges, estimate
from crohme.solver.zeros import Point, between, breakpoints, point, smooth

_SECONDS = 1.5
_AGREE = 1e-8


@dataclass(frozen=True)
class Value:
    """A definite integral.

    Args:
        exact: Expr or None. A closed form that quadrature confirms; None if there is only the estimate.
        estimate: Estimate or None. None if the integral diverges to `exact`, which is infinite.
        note: str or None. What else is to be said about it.
    """

    exact: sympy.Expr | None
    estimate: Estimate | None
    note: str | None = None


@precise
def definite(integrand: sympy.Expr, symbol: sympy.Symbol, low: sympy.Expr, high: sympy.Expr) -> Value:
    """An integral of a function of one variable between numbers.

    Raises:
        NoAnswer: The integrand is not real everywhere between them, the integral diverges, or no bound of the
            error was reached.
    """
    integrand = _without_half_angles(integrand)
    ends = [_number(low), _number(high)]
    if ends[0] == ends[1]:
        return Value(sympy.Integer(0), Estimate(0.0, 0.0))
    if ends[0] > ends[1]:
        turned = definite(integrand, symbol, high, low)
        exact = None if turned.exact is None else -turned.exact
        found = turned.estimate and Estimate(-turned.estimate.value, turned.estimate.error)
        return Value(exact, found, turned.note)
    if not integrand.has(symbol):
        if mpmath.isfinite(ends[1] - ends[0]):
            exact = integrand * (high - low)
            return Value(exact, Estimate(float(real_part(exact)), 1e-14))
    cells = _cells(integrand, symbol, low, high)
    divergent = _divergence(integrand, symbol, cells)
    if divergent is not None:
        return divergent
    estimates = complete(estimate(integrand, symbol, a.value, b.value) for a, b in cells)
    total = None
    if estimates is not None:
        total = Estimate(sum(e.value for e in estimates), sum(e.error for e in estimates))
    exact = _closed_form(integrand, symbol, cells)
    if exact is not None and _confirms(exact, total, integrand, symbol, cells):
        return Value(exact, total)
    if total is None:
        raise NoAnswer("its value was not found with a bound of the error")
    return Value(None, total)


def _number(end: sympy.Expr) -> mpmath.mpf:
    if end.is_infinite:
        return mpmath.inf if end.is_extended_positive else -mpmath.inf
    value = number(end)
    if value is None or abs(value.imag) > mpmath.mpf(10) ** -30:
        raise NoAnswer("the limits of an integral are not real numbers")
    return value.real


def _without_half_angles(integrand: sympy.Expr) -> sympy.Expr:
    """√(1 ± cos u) as √2 |cos(u/2)| or √2 |sin(u/2)|: SymPy has no antiderivative of the first."""
    w = sympy.Wild("w")

    def rewritten(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        if exponent.is_Rational and exponent.q == 2:
            for sign, half in ((1, sympy.cos), (-1, sympy.sin)):
                found = base.match(1 + sign * sympy.cos(w))
                if found:
                    return (sympy.sqrt(2) * sympy.Abs(half(found[w] / 2))) ** exponent.p
        return base**exponent

    return integrand.replace(sympy.Pow, rewritten)


# === Cells ===


def _end(end: sympy.Expr) -> Point:
    return Point(_number(end), end) if end.is_infinite else point(end)


def _cells(integrand: sympy.Expr, symbol: sympy.Symbol, low: sympy.Expr, high: sympy.Expr) -> list[tuple[Point, Point]]:
    """The parts of the interval inside of which the integrand is smooth."""
    first, last = _end(low), _end(high)
    is_bounded = mpmath.isfinite(last.value - first.value)
    span = (float(first.value) - 1e-9, float(last.value) + 1e-9) if is_bounded else None
    breaks, reach = breakpoints(integrand, symbol, span)
    if reach != mpmath.inf:
        raise NoAnswer("where the integrand has poles or kinks was not found completely")
    slack = mpmath.mpf(10) ** -25
    inside = [p for p in breaks if first.value + slack < p.value < last.value - slack]
    cuts = [first, *inside, last]
    cells = list(zip(cuts, cuts[1:], strict=False))
    value = real_function(integrand, symbol)
    for a, b in cells:
        if value(between(a.value, b.value)) is None:
            raise NoAnswer("it is not defined: the integrand has no real value on all of the interval")
    return cells


def _divergence(integrand: sympy.Expr, symbol: sympy.Symbol, cells: Sequence[tuple[Point, Point]]) -> Value | None:
    """Infinity, where it diverges to that; an error where it diverges without a limit; else None."""
    signs = set()
    value = real_function(integrand, symbol)
    for a, b in cells:
        for end, side in ((a, 1), (b, -1)):
            if mpmath.isfinite(end.value) and _is_tame(integrand, symbol, end, side):
                continue
            if converges(value, end.value, side) is False:
                near = mpmath.mpf(10) ** 25 if mpmath.isinf(end.value) else mpmath.mpf(10) ** -25
                place = mpmath.sign(end.value) * near if mpmath.isinf(end.value) else end.value + side * near
                signs.add(int(mpmath.sign(value(place))))
    if not signs:
        return None
    if len(signs) > 1:
        raise NoAnswer("it is not defined: the integral diverges")
    return Value(sympy.oo * signs.pop(), None, "the integral diverges")


def _is_tame(integrand: sympy.Expr, symbol: sympy.Symbol, end: Point, side: int) -> bool:
    """Whether the integrand stays bounded towards a point."""
    value = real_function(integrand, symbol)
    near = complete(value(end.value + side * mpmath.mpf(10) ** -k) for k in (6, 12, 24))
    return near is not None and bool(abs(near[2]) <= 2 * abs(near[0]) + 1)


# === Closed forms ===


def _closed_form(
    integrand: sympy.Expr, symbol: sympy.Symbol, cells: Sequence[tuple[Point, Point]]
) -> sympy.Expr | None:
    if any(a.exact is None or b.exact is None for a, b in cells):
        return None
    total = sympy.Integer(0)
    for a, b in cells:
        middle = between(a.value, b.value)
        form = smooth(integrand, symbol, middle)
        if form.has(OddRoot):
            form = _oriented(form, symbol, middle)
        found = attempt(sympy.integrate, form, (symbol, a.exact, b.exact), seconds=_SECONDS)
        if found is None or found.has(sympy.Integral):
            return None
        total += found
    short = attempt(sympy.simplify, total, seconds=_SECONDS)
    candidates = [c for c in (short, total) if c is not None and is_presentable(c) and not c.free_symbols]
    return min(candidates, key=complexity, default=None)


def _oriented(form: sympy.Expr, symbol: sympy.Symbol, at: mpmath.mpf) -> sympy.Expr:
    """Odd roots as powers of positive numbers, which SymPy can integrate."""

    def replaced(radicand: sympy.Expr, index: sympy.Expr) -> sympy.Expr:
        value = real_function(radicand, symbol)(at)
        if value is not None and value < 0:
            return -((-radicand) ** (1 / index))
        return radicand ** (1 / index)

    return form.replace(OddRoot, replaced)


def _confirms(
    exact: sympy.Expr,
    total: Estimate | None,
    integrand: sympy.Expr,
    symbol: sympy.Symbol,
    cells: Sequence[tuple[Point, Point]],
) -> bool:
    if exact.is_infinite or exact.has(sympy.oo, sympy.nan, sympy.zoo):
        return False
    value = number(exact)
    if value is None or abs(value.imag) > 1e-20:
        return False
    known = float(value.real)
    if total is not None:
        return abs(known - total.value) <= total.error + _AGREE * max(abs(known), 1e-30)
    parts = complete(_rough(integrand, symbol, a.value, b.value) for a, b in cells)
    if parts is None:
        return False
    rough, error = sum(p[0] for p in parts), sum(p[1] for p in parts)
    return bool(abs(known - rough) <= error)


def _rough(
    integrand: sympy.Expr, symbol: sympy.Symbol, low: mpmath.mpf, high: mpmath.mpf
) -> tuple[float, float] | None:
    """A value that can confirm a closed form, but would not be enough to be shown."""
    if mpmath.isinf(low) and mpmath.isinf(high):
        middle = mpmath.mpf("0.3")
        halves = complete([_rough(integrand, symbol, low, middle), _rough(integrand, symbol, middle, high)])
        return None if halves is None else (halves[0][0] + halves[1][0], halves[0][1] + halves[1][1])
    if mpmath.isinf(low):
        mirrored = _rough(integrand.subs(symbol, -symbol), symbol, -high, mpmath.inf)
        return mirrored
    if mpmath.isinf(high):
        return _of_waves(integrand, symbol, float(low))
    value = real_function(integrand, symbol)
    with mpmath.workdps(20):
        try:
            found, error = mpmath.quad(lambda at: value(at) or 0, [low, high], maxdegree=9, error=True)
        except (ValueError, ZeroDivisionError):
            return None
    return (float(found), 1e-6 * max(1.0, abs(float(found)))) if error < 1e-6 else None


def _of_waves(integrand: sympy.Expr, symbol: sympy.Symbol, low: float) -> tuple[float, float] | None:
    """An oscillating integrand up to infinity: the mean of the integrals up to many ends."""
    base = low + 40.0
    start = estimate(integrand, symbol, low, base, 1e-9)
    if start is None:
        return None
    ends = np.linspace(base, base + 120.0, 481)
    parts = complete(estimate(integrand, symbol, a, b, 1e-8) for a, b in zip(ends, ends[1:], strict=False))
    if parts is None:
        return None
    sums = start.value + np.concatenate([[0.0], np.cumsum([p.value for p in parts])])
    swing = float(np.ptp(sums[-160:]))
    if swing > 0.2 * max(1.0, abs(float(sums[-1]))) or swing > 0.6 * float(np.ptp(sums[:160])) + 1e-9:
        return None  # the waves do not die down: there is no limit
    for _ in range(3):
        sums = np.convolve(sums, np.ones(63) / 63, mode="valid")  # about five of the slowest usual waves
    return float(sums[-1]), max(2e-3, 0.02 * swing)
