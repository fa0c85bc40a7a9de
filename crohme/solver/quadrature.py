"""Integrals as numbers, with a bound of the error.

Gauss and Kronrod's rules of 7 and 15 points on panels that are halved until the two agree. A panel on which interval
arithmetic allows values far from those that were sampled is halved too, so that no spike falls between the points.
(Piessens et al., "QUADPACK", 1983.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import mpmath
import numpy as np
import sympy

from crohme.solver.intervals import Unsupported, boxes, evaluate
from crohme.solver.numeric import complete, precise, real_function
from crohme.types import BoolArray, Float64Array

_NODES = np.array([
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
    0.741531185599394439863864773280788, 0.586087235467691130294144691693013, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0.0,
])  # fmt: skip
_KRONROD = np.array([
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
    0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
])  # fmt: skip
_GAUSS = np.array([0.129484966168869693270611432679082, 0.279705391489276667901467771423780,
                   0.381830050505118944950369775488975, 0.417959183673469387755102040816327])  # fmt: skip
_X = np.concatenate([-_NODES[:-1], _NODES[::-1]])
_WK = np.concatenate([_KRONROD[:-1], _KRONROD[::-1]])
_WG = np.zeros(15)
_WG[1::2] = np.concatenate([_GAUSS[:-1], _GAUSS[::-1]])
_MOST_PANELS = 30_000
_RELATIVE = 1e-13
_TERMS = 20_000


@dataclass(frozen=True)
class Estimate:
    """A number, and how far from it the true one can be."""

    value: float
    error: float


def estimate(
    integrand: sympy.Expr, symbol: sympy.Symbol, low: Any, high: Any, tolerance: float = _RELATIVE
) -> Estimate | None:
    """An integral over an interval inside of which its integrand is smooth; at its ends it may be singular.

    Args:
        integrand: Expr.
        symbol: Symbol. Real.
        low, high: number. The ends; -inf or inf for an improper integral.
        tolerance: float. Relative error that is aimed at.

    Returns:
        Estimate, or None if no bound of the error was reached.
    """
    low, high = float(low), float(high)
    if high < low:
        found = estimate(integrand, symbol, high, low, tolerance)
        return None if found is None else Estimate(-found.value, found.error)
    if np.isinf(low) and np.isinf(high):
        ends = (low, 0.1), (0.1, high)
        parts = complete(estimate(integrand, symbol, a, b, tolerance) for a, b in ends)
        return None if parts is None else Estimate(sum(p.value for p in parts), sum(p.error for p in parts))
    try:
        found = _adaptive(integrand, symbol, _Stretch(low, high), tolerance)
        if found is None and np.isfinite(high - low):
            middle = (low + high) / 2
            halves = complete(_adaptive(integrand, symbol, _Steep(end, middle - end), tolerance) for end in (low, high))
            if halves is not None:
                return Estimate(halves[0].value - halves[1].value, halves[0].error + halves[1].error)
        return found
    except Unsupported:
        return _by_mpmath(integrand, symbol, low, high)


@dataclass(frozen=True)
class _Stretch:
    """Maps [0, 1] to the interval, slowly at its ends, where there may be singularities."""

    low: float
    high: float

    def place(self, t: Float64Array) -> Float64Array:
        if np.isinf(self.high):
            return self.low + (t / (1 - t)) ** 3
        if np.isinf(self.low):
            return self.high - ((1 - t) / t) ** 3
        return self.low + (self.high - self.low) * t**3 * (10 - 15 * t + 6 * t**2)

    def slope(self, t: Float64Array) -> Float64Array:
        if np.isinf(self.high):
            return 3 * t**2 / (1 - t) ** 4
        if np.isinf(self.low):
            return 3 * (1 - t) ** 2 / t**4
        return (self.high - self.low) * 30 * (t * (1 - t)) ** 2


@dataclass(frozen=True)
class _Steep:
    """Maps [0, 1] to the interval from an end with a strong singularity, very slowly there."""

    end: float
    length: float

    def place(self, t: Float64Array) -> Float64Array:
        return self.end + self.length * t**12

    def slope(self, t: Float64Array) -> Float64Array:
        return self.length * 12 * t**11


_Map: TypeAlias = _Stretch | _Steep


def _adaptive(integrand: sympy.Expr, symbol: sympy.Symbol, stretch: _Map, tolerance: float) -> Estimate | None:
    edges = np.linspace(0, 1, 33)
    a, b = edges[:-1], edges[1:]
    done_value = done_error = done_size = 0.0
    panels = 0
    with np.errstate(all="ignore"):
        for _ in range(60):
            panels += len(a)
            if panels > _MOST_PANELS:
                return None
            value, error, size, is_covered = _rules(integrand, symbol, stretch, a, b)
            if not np.isfinite(value).all():
                return None
            total = max(abs(done_value + value.sum()), 1e-3 * (done_size + size.sum()), 1e-290)
            allowed = tolerance * total * np.maximum(b - a, 1e-3)
            fine = (error <= np.maximum(allowed, 2e-15 * size)) & (is_covered | (b - a < 1e-6))
            done_value += float(value[fine].sum())
            done_error += float((error[fine] + 1e-15 * size[fine]).sum())
            done_size += float(size[fine].sum())
            a, b = a[~fine], b[~fine]
            if not len(a):
                # The float64 arithmetic adds to the bound; what it comes to is well below a thousandth of a digit.
                return Estimate(done_value, 2 * done_error + 4e-15 * done_size)
            middle = (a + b) / 2
            if (b - a).min() < 1e-13:
                return None
            a, b = np.concatenate([a, middle]), np.concatenate([middle, b])
    return None


def _rules(
    integrand: sympy.Expr, symbol: sympy.Symbol, stretch: _Map, a: Float64Array, b: Float64Array
) -> tuple[Float64Array, Float64Array, Float64Array, BoolArray]:
    """Per panel: the integral, its error, the integral of the absolute value, whether no spike can hide in it."""
    half = (b - a) / 2
    t = (a + b)[:, None] / 2 + half[:, None] * _X
    places, slopes = stretch.place(t), stretch.slope(t)
    points = evaluate(integrand, symbol, boxes(places.ravel(), places.ravel()))
    values = ((points.low + points.high) / 2).reshape(t.shape)
    values = np.where(points.some.reshape(t.shape), values, np.nan) * slopes
    values = np.where(slopes == 0, 0.0, values)
    kronrod, gauss = half * (values @ _WK), half * (values @ _WG)
    size = half * (np.abs(values) @ _WK)
    ends = stretch.place(a), stretch.place(b)
    enclosure = evaluate(integrand, symbol, boxes(np.minimum(*ends), np.maximum(*ends)))
    sampled = values / np.maximum(np.abs(slopes), 1e-300)
    spread = sampled.max(axis=1) - sampled.min(axis=1)
    width = enclosure.high - enclosure.low
    share = width * half * np.abs(slopes).max(axis=1)
    is_covered = (width <= 100 * spread + 0.03 * np.abs(sampled).max(axis=1)) | (share < 1e-14) | ~np.isfinite(width)
    return kronrod, np.abs(kronrod - gauss), size, is_covered


@precise
def _by_mpmath(integrand: sympy.Expr, symbol: sympy.Symbol, low: float, high: float) -> Estimate | None:
    """For functions that interval arithmetic does not know: two rules of mpmath, which must agree."""
    function = real_function(integrand, symbol)

    def value(at: Any) -> Any:
        found = function(at)
        return mpmath.nan if found is None else found

    ends = [mpmath.mpf(low), mpmath.mpf(high)]
    with mpmath.workdps(20):
        try:
            first = mpmath.quad(value, mpmath.linspace(*ends, 9) if mpmath.isfinite(high - low) else ends, maxdegree=6)
            second = mpmath.quad(value, mpmath.linspace(*ends, 6) if mpmath.isfinite(high - low) else ends, maxdegree=7)
        except (ValueError, ZeroDivisionError, TypeError):
            return None
    gap = abs(first - second)
    if not mpmath.isfinite(gap) or gap > mpmath.mpf("1e-9") * max(1, abs(first)):
        return None
    return Estimate(float(first), float(10 * gap + mpmath.mpf("1e-14") * abs(first)))


# === Series ===


def sum_of_series(term: sympy.Expr, symbol: sympy.Symbol, first: int, upper: int | None = None) -> Estimate | None:
    """A series, or a sum of many terms up to `upper`, whose terms have one curvature from some term on.

    The rest of it is the integral and half a term; the trapezoids are off by less than an eighth of the slope.
    """
    real = sympy.Dummy("x", real=True)
    function = term.subs(symbol, real)
    last = first + _TERMS
    if upper is not None and upper <= last:
        return None
    try:
        with np.errstate(all="ignore"):
            terms = evaluate(function, real, boxes(np.arange(first, last), np.arange(first, last)))
            edges = np.geomspace(last, 1e30 if upper is None else upper, 500)
            far = boxes(edges[:-1], edges[1:])
            bends = evaluate(function.diff(real, 2), real, far)
            ends = [last] if upper is None else [last, upper]
            slope = evaluate(function.diff(real), real, boxes(ends, ends))
            end = evaluate(function, real, boxes(ends, ends))
    except Unsupported:
        return None
    if not terms.whole.all() or not bends.whole.all() or not ((bends.low >= 0).all() or (bends.high <= 0).all()):
        return None
    if upper is None and converges(real_function(function, real), mpmath.inf, -1) is not True:
        return None
    rest = estimate(function, real, last, np.inf if upper is None else upper)
    if rest is None:
        return None
    head = float(((terms.low + terms.high) / 2).sum())
    # `head` has all terms before `last`.
    value = head + rest.value + float((end.low + end.high).sum()) / 4
    error = rest.error + float(np.maximum(np.abs(slope.low), np.abs(slope.high)).sum()) / 8
    return Estimate(value, error + 1e-14 * float(np.abs(terms.high).sum()))


# === Whether there is an integral ===


@precise
def converges(function: Callable[[Any], Any], at: Any, side: int) -> bool | None:
    """Whether the integral of a function converges at an end; None if that is not seen.

    Args:
        function: callable. Real, or None where it has no value.
        at: mpf. The end; infinite for an improper integral over a half-line.
        side: int. 1 if the interval lies above the end, -1 if below.
    """
    is_far = mpmath.isinf(at)

    def sample(k: int) -> Any:
        distance = mpmath.mpf(10) ** (k if is_far else -k)
        return function(mpmath.sign(at) * distance if is_far else at + side * distance), distance

    nearby = [sample(k)[0] for k in range(3, 31)]
    if None in nearby:
        return None
    signs = {int(mpmath.sign(value)) for value in nearby[4:]}
    if signs == {0} or max(map(abs, nearby[-6:])) == 0:
        return True
    if len(signs) > 1:
        return True if not is_far and max(map(abs, nearby)) < 1e6 else None
    powers = []
    for k in (12, 20, 28):
        (first, near), (second, far) = sample(k), sample(k + 1)
        if second == 0:
            return True
        powers.append(mpmath.log(second / first) / mpmath.log(far / near))
    power = powers[-1]
    needed = power + 1 if not is_far else -power - 1  # positive if it converges
    if abs(needed) > mpmath.mpf("0.03") or abs(powers[0] - powers[1]) < mpmath.mpf(10) ** -8:
        return bool(needed > mpmath.mpf(10) ** -8)
    # f(d) d ~ |ln d|^q converges for q < -1.
    scaled = [value * distance for value, distance in (sample(15), sample(30))]
    exponent = mpmath.log(scaled[1] / scaled[0]) / mpmath.log(2)
    if abs(exponent + 1) < mpmath.mpf("0.1"):
        return False if abs(exponent + 1) < mpmath.mpf("1e-6") else None
    return bool(exponent < -1)
