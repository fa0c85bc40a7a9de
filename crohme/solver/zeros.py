"""All real zeros of an expression in one unknown, with closed forms where they are found.

Polynomials have exact ones. Equations with roots and |x| become polynomials by elimination, which loses no zero and
adds some that the original rules out. All others are scanned; what a scan finds is looked up as a closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import mpmath
import sympy

from crohme.solver.conditions import Condition
from crohme.solver.elimination import without_radicals
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.numeric import DIGITS, complete, is_zero, number, precise, real_function
from crohme.solver.odd_root import OddRoot
from crohme.solver.patience import attempt
from crohme.solver.recognise import closed_form
from crohme.solver.scan import RANGES, Scan, scan, scan_between

_MOST_LOOKED_UP = 6
_SECONDS_TO_SOLVE = 0.6
_CLOSE = mpmath.mpf(10) ** -(DIGITS - 8)
_SAME = mpmath.mpf(10) ** -25
_ROUNDING = mpmath.mpf(10) ** -4
_NEAR = 20.0
"""Where to look if there are too many zeros to be found on the real line."""
BENT = (sympy.Abs, sympy.sign, sympy.Max, sympy.Min)
_LONGEST_ROOT = 22
"""Operations in a root of a cubic or quartic that is still shown as a formula."""


@dataclass(frozen=True)
class Point:
    """A real number.

    Args:
        value: mpf. To `DIGITS` digits.
        exact: Expr or None. A closed form, if there is one.
    """

    value: mpmath.mpf
    exact: sympy.Expr | None = None

    @property
    def expression(self) -> sympy.Expr:
        """The closed form, else the number in `DIGITS` digits."""
        return self.exact if self.exact is not None else sympy.Float(str(self.value), DIGITS)


@dataclass(frozen=True)
class Zeros:
    """Zeros in order, and how far from 0 there are no others; infinite if they are all."""

    points: tuple[Point, ...]
    reach: float = mpmath.inf

    @property
    def are_all(self) -> bool:
        return bool(self.reach == mpmath.inf)


def point(expression: sympy.Expr) -> Point:
    """The point of an exact real number."""
    value = number(expression, DIGITS + 10)
    assert value is not None
    return Point(value.real, expression)


@lru_cache(maxsize=256)
@precise
def zeros(
    expression: sympy.Expr,
    symbol: sympy.Symbol,
    conditions: tuple[Condition, ...] = (),
    span: tuple[float, float] | None = None,
) -> Zeros:
    """The real zeros of an expression.

    Args:
        expression: Expr. Without other free symbols.
        symbol: Symbol. Real.
        conditions: tuple of Condition. Where `expression` is real; zeros that break one are left out.
        span: (low, high) or None. Where zeros are wanted; None for the real line.
    """
    numerator = sympy.numer(sympy.together(_in_prime_bases(expression, symbol)))
    if not numerator.has(symbol):
        return Zeros(())
    found = [_of_factor(factor, symbol, span) for factor in _factors(numerator, symbol)]
    if span is None and min(each.reach for each in found) < _NEAR:
        near = zeros(expression, symbol, conditions, (-_NEAR, _NEAR))
        return Zeros(tuple(p for p in near.points if abs(p.value) <= _NEAR), min(near.reach, _NEAR))
    points = [
        p for p in united([each.points for each in found]) if all(c.holds_at(symbol, p.expression) for c in conditions)
    ]
    return Zeros(tuple(p for p in points if _is_zero_at(expression, symbol, p)), min(each.reach for each in found))


def _in_prime_bases(expression: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    """`4^x` as `(2^x)^2`, so that it can be factored together with `2^x`."""

    def rewritten(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        power = sympy.perfect_power(base) if base.is_Integer and exponent.has(symbol) else None
        return sympy.Integer(power[0]) ** (power[1] * exponent) if power else base**exponent

    return expression.replace(sympy.Pow, rewritten)


def _factors(numerator: sympy.Expr, symbol: sympy.Symbol) -> list[sympy.Expr]:
    factored = attempt(sympy.factor, numerator, seconds=0.5)
    factors = sympy.Mul.make_args(numerator if factored is None else factored)
    bases = [factor.base if factor.is_Pow and factor.exp.is_Rational else factor for factor in factors]
    with_symbol = [base for base in bases if base.has(symbol)]
    return [base for base in with_symbol if not (isinstance(base, sympy.exp) or base.is_positive)] or [sympy.S.One]


def _of_factor(factor: sympy.Expr, symbol: sympy.Symbol, span: tuple[float, float] | None) -> Zeros:
    if not factor.has(symbol):
        return Zeros(())
    if factor.is_polynomial(symbol) and (exact := _of_polynomial(factor, symbol)) is not None:
        return Zeros(exact)
    if factor.has(*BENT):
        return _by_cells(factor, symbol, span)
    if (eliminated := without_radicals(factor, symbol)) is not None:
        found = zeros(eliminated, symbol)
        if found.are_all:
            return found
    return _scanned(factor, symbol, span)


def _by_cells(factor: sympy.Expr, symbol: sympy.Symbol, span: tuple[float, float] | None) -> Zeros:
    """Zeros where |x| and the like have one form each between their kinks."""
    breaks, reach = breakpoints(factor, symbol, span)
    # Outside of a span the kinks are not known, so its ends are where the forms are known.
    first, last = (-mpmath.inf, mpmath.inf) if span is None else map(mpmath.mpf, span)
    ends = [first, *(p.value for p in breaks if first < p.value < last), last]
    groups = [[p for p in breaks if _is_zero_at(factor, symbol, p)]]
    for low, high in zip(ends, ends[1:], strict=False):
        form = sympy.expand(smooth(factor, symbol, between(low, high)))
        if form.has(*BENT):
            continue  # what stands in the bars has no real value there, as in |ln x| to the left of 0
        if form == 0 or sympy.simplify(form) == 0:
            continue
        found = zeros(form, symbol, (), span)
        reach = min(reach, found.reach)
        groups.append([p for p in found.points if low < p.value < high])
    return Zeros(united(groups), reach)


def between(low: mpmath.mpf, high: mpmath.mpf) -> mpmath.mpf:
    """A number between two, which may be infinite."""
    if mpmath.isinf(low) and mpmath.isinf(high):
        return mpmath.mpf(1) / 7
    if mpmath.isinf(low):
        return high - max(1, abs(high))
    return low + max(1, abs(low)) if mpmath.isinf(high) else low + (high - low) * mpmath.mpf(47) / 97


def smooth(expression: sympy.Expr, symbol: sympy.Symbol, at: mpmath.mpf) -> sympy.Expr:
    """The form without |x|, signs, maxima and minima that an expression has around a point."""
    if not expression.has(*BENT):
        return expression
    arguments = [smooth(argument, symbol, at) for argument in expression.args]
    if not isinstance(expression, BENT):
        return expression.func(*arguments)
    values = complete(real_function(argument, symbol)(at) for argument in arguments)
    if values is None:
        return expression.func(*arguments)
    if isinstance(expression, sympy.Max | sympy.Min):
        chosen = max(values) if isinstance(expression, sympy.Max) else min(values)
        return arguments[values.index(chosen)]
    sign = sympy.Integer(int(mpmath.sign(values[0])))
    return sign if isinstance(expression, sympy.sign) else sign * arguments[0]


def _of_polynomial(polynomial: sympy.Expr, symbol: sympy.Symbol) -> tuple[Point, ...] | None:
    """Exact zeros of a polynomial with rational coefficients, and of any quadratic one."""
    poly = sympy.Poly(polynomial, symbol)
    if poly.degree() <= 2:
        roots = [root for root in sympy.roots(poly) if root.is_real or _is_real(root)]
        return tuple(sorted((point(root) for root in roots), key=lambda p: p.value))
    if not all(coefficient.is_Rational for coefficient in poly.all_coeffs()):
        return None
    if poly.degree() > 60:
        return None
    return united([[_shown(root, poly) for root in dict.fromkeys(poly.real_roots())]])


def _is_real(root: sympy.Expr) -> bool:
    value = number(root)
    return value is not None and abs(value.imag) < mpmath.mpf(10) ** -30


def _shown(root: sympy.Expr, poly: sympy.Poly) -> Point:
    """A root of a polynomial with its formula, if that is short."""
    found = point(root)
    if not root.has(sympy.CRootOf):
        return found
    if not isinstance(root, sympy.CRootOf):  # a multiple of one
        return Point(found.value)
    formulas = attempt(sympy.roots, sympy.Poly(root.expr, *poly.gens), seconds=0.5) or {}
    for formula in formulas:
        value = number(formula)
        if formula.count_ops() <= _LONGEST_ROOT and not formula.has(sympy.I) and value is not None:
            if abs(value - found.value) < mpmath.mpf(10) ** -30:
                return Point(found.value, formula)
    return Point(found.value)


def _scanned(factor: sympy.Expr, symbol: sympy.Symbol, span: tuple[float, float] | None) -> Zeros:
    breaks, reach = breakpoints(factor, symbol, span)
    at = [p.value for p in breaks]
    found = scan(factor, symbol, at) if span is None else scan_between(factor, symbol, *span, at)
    if span is None and found.reach < RANGES[0]:
        found = _scanned_by_sides(factor, symbol, at) or found
    if found.doubtful:
        nearest = min(min(abs(low), abs(high)) for low, high in found.doubtful)
        reach = min(reach, nearest)
    if found.reach < RANGES[0]:
        reach = min(reach, found.reach)
    bases = tuple(part.base for part in factor.atoms(sympy.Pow) if part.base.is_number and part.exp.has(symbol))
    points = _with_solutions([Point(value, closed_form(value, bases)) for value in found.zeros], factor, symbol)
    points = [p if p.exact is None or _is_zero_at(factor, symbol, p) else Point(p.value) for p in points]
    points = [Point(mpmath.mpf(0), p.exact) if p.exact == 0 else p for p in points]
    return Zeros(united([points, [p for p in breaks if _is_zero_at(factor, symbol, p)]]), reach)


def _with_solutions(points: list[Point], factor: sympy.Expr, symbol: sympy.Symbol) -> list[Point]:
    """The points, with the closed forms of SymPy's solutions where these are the same numbers."""
    if not any(p.exact is None for p in points) or len(points) > _MOST_LOOKED_UP:
        return points
    found = attempt(sympy.solve, factor, symbol, seconds=_SECONDS_TO_SOLVE) or []
    found = [_without_logarithms_of_powers(form) for form in found]
    short = [form for form in found if is_presentable(form) and complexity(form) <= _LONGEST_ROOT]
    sizes = {form: number(form) for form in short if not form.has(sympy.I)}
    looked_up = []
    for p in points:
        same = [
            form for form, size in sizes.items() if size is not None and abs(size - p.value) < _CLOSE * abs(p.value)
        ]
        looked_up.append(Point(p.value, same[0]) if same and p.exact is None else p)
    return looked_up


def _without_logarithms_of_powers(form: sympy.Expr) -> sympy.Expr:
    """ln(10^(20/ln 2)) as 20 ln 10 / ln 2."""
    return form.replace(
        lambda part: isinstance(part, sympy.log) and part.args[0].is_Pow and not part.args[0].exp.is_Rational,
        lambda part: part.args[0].exp * sympy.log(part.args[0].base),
    )


def _scanned_by_sides(factor: sympy.Expr, symbol: sympy.Symbol, breaks: Sequence[mpmath.mpf]) -> Scan | None:
    """A scan of sums of exponential functions, which overflow far from 0, divided by the largest on either side."""
    factor = factor.replace(
        lambda part: part.is_Pow and part.base.is_number and part.exp.has(symbol),
        lambda part: sympy.exp(part.exp * sympy.log(part.base)),
    )
    exponents = [part.as_base_exp() for part in factor.atoms(sympy.Pow, sympy.exp) if part.as_base_exp()[1].has(symbol)]
    growths = [sympy.log(base) * exponent.diff(symbol) for base, exponent in exponents]
    if not growths:
        return None
    if any(
        not any(part[1].has(symbol) for part in _powers(term)) for term in sympy.Add.make_args(sympy.expand(factor))
    ):
        exponents.append((sympy.Integer(1), sympy.Integer(0)))  # the terms without one
        growths.append(sympy.Integer(0))
    if any(not growth.is_number for growth in growths):
        return None
    found = Scan(reach=RANGES[0])
    for side in (-1, 1):
        base, exponent = exponents[max(range(len(growths)), key=lambda k: side * float(growths[k]))]
        divided = sympy.powsimp(sympy.expand(factor * base ** (-exponent)))
        # x ln 2 - x ln 3 as one product: as a difference of intervals it could be anything.
        divided = divided.replace(sympy.exp, lambda power: sympy.exp(sympy.collect(sympy.expand(power), symbol)))
        half = scan(divided, symbol, breaks, sides=(side,))
        found.zeros += half.zeros
        found.doubtful += half.doubtful
        found.reach = min(found.reach, half.reach)
    return found


def _powers(term: sympy.Expr) -> list[tuple[sympy.Expr, sympy.Expr]]:
    return [part.as_base_exp() for part in term.atoms(sympy.Pow, sympy.exp)]


def breakpoints(
    expression: sympy.Expr, symbol: sympy.Symbol, span: tuple[float, float] | None = None
) -> tuple[tuple[Point, ...], float]:
    """Where an expression may have a pole, a kink or a jump, or begin; and how far from 0 these are all."""
    guards = [guard for guard in _guards(expression) if guard.has(symbol)]
    found = [zeros(guard, symbol, (), span) for guard in dict.fromkeys(guards)]
    return united([each.points for each in found]), min((each.reach for each in found), default=mpmath.inf)


def _guards(expression: sympy.Expr) -> list[sympy.Expr]:
    found: list[sympy.Expr] = []
    for part in sympy.preorder_traversal(expression):
        if isinstance(part, sympy.exp):
            continue
        if part.is_Pow and not (part.exp.is_Integer and part.exp.is_positive) and not part.base.is_positive:
            found.append(part.base)
        elif isinstance(part, sympy.log | sympy.Abs | sympy.sign | OddRoot | sympy.coth | sympy.csch):
            found.append(part.args[0])
        elif isinstance(part, sympy.tan | sympy.sec):
            found.append(sympy.cos(part.args[0]))
        elif isinstance(part, sympy.cot | sympy.csc):
            found.append(sympy.sin(part.args[0]))
        elif isinstance(part, sympy.asin | sympy.acos | sympy.atanh | sympy.asec | sympy.acsc | sympy.acosh):
            found += [part.args[0] - 1, part.args[0] + 1]
        elif isinstance(part, sympy.Max | sympy.Min):
            found += [a - b for a in part.args for b in part.args if a is not b]
    return found


def _is_zero_at(expression: sympy.Expr, symbol: sympy.Symbol, at: Point) -> bool:
    if at.exact is not None:
        try:
            value = expression.subs(symbol, at.exact)
        except ValueError:  # SymPy compares no ln 0 for a maximum
            return False
        if not value.has(sympy.nan, sympy.zoo, sympy.oo):
            return is_zero(value)
        return False
    value = real_function(expression, symbol)(at.value)
    return value is not None and abs(value) < mpmath.mpf(10) ** -15 * max(1, abs(at.value))


def united(groups: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    """All points in order; of two that are one number, that with a closed form."""
    found: list[Point] = []
    for p in sorted((p for group in groups for p in group), key=lambda p: p.value):
        if found and _are_one(p, found[-1]):
            if found[-1].exact is None:
                found[-1] = p
        else:
            found.append(p)
    return tuple(found)


def _are_one(a: Point, b: Point) -> bool:
    """Whether two points are one number; two that are known exactly may be as close as they like."""
    distance = abs(a.value - b.value)
    if distance >= _SAME * max(1, abs(a.value)):
        return False
    if a.exact is not None and b.exact is not None:
        return a.exact == b.exact or is_zero(a.exact - b.exact)
    return bool(distance <= max(_SAME * abs(a.value), _CLOSE * _ROUNDING))
