"""Indefinite integrals: a closed form of SymPy whose derivative is the integrand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial, reduce

import mpmath
import sympy

from crohme.solver.cases import generic
from crohme.solver.conditions import Condition, Must
from crohme.solver.errors import NoAnswer
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.numeric import complete, precise, real_function
from crohme.solver.odd_root import OddRoot, principal, with_odd_roots
from crohme.solver.patience import attempt

_SECONDS = 1.5
_SAMPLES = ("-3.3", "-1.7", "-0.83", "-0.31", "0.29", "0.77", "1.37", "2.19", "3.7", "5.3")


@precise
def antiderivative(integrand: sympy.Expr, symbol: sympy.Symbol) -> tuple[sympy.Expr, tuple[Condition, ...]]:
    """A function whose derivative is the integrand wherever that is real, and what that demands of other names.

    Where none is found for all values of the names, one for positive values.

    Raises:
        NoAnswer: None was found, or its derivative is another function.
    """
    found = _found(integrand, symbol, {})
    others = integrand.free_symbols - {symbol}
    if found is None and others:
        found = _found(integrand, symbol, {name: sympy.Dummy(name.name, positive=True) for name in others})
    if found is None:
        raise NoAnswer("no closed form was found")
    return found


def _found(
    wanted: sympy.Expr, symbol: sympy.Symbol, values: Mapping[sympy.Symbol, sympy.Symbol]
) -> tuple[sympy.Expr, tuple[Condition, ...]] | None:
    """An antiderivative that is found with these values of other names."""
    integrand, names = wanted.subs(values), {value: name for name, value in values.items()}
    needed: tuple[Condition, ...] = ()
    integrand = integrand.replace(  # ln |u| is found as ln u is
        lambda part: isinstance(part, sympy.log) and isinstance(part.args[0], sympy.Abs),
        lambda part: sympy.log(part.args[0].args[0]),
    )
    integrand = integrand.replace(sympy.Max, partial(_farther, 1)).replace(sympy.Min, partial(_farther, -1))
    candidates: list[sympy.Expr | None] = []
    if integrand.has(sympy.Abs, sympy.sign):
        candidates = [_of_distance(integrand, symbol), _of_kinks(integrand, symbol), _of_terms(integrand, symbol)]
    else:
        found = attempt(sympy.integrate, principal(integrand), symbol, seconds=2 * _SECONDS)
        if found is not None and found.has(sympy.Piecewise):
            found, _, needed = generic(found)
        if found is not None and not found.has(sympy.Integral):
            candidates += [with_absolute_values(found, symbol), found]
            if integrand.has(OddRoot):
                candidates = [*(with_odd_roots(c) for c in candidates), *candidates]
    for candidate in candidates:
        if candidate is None or not is_presentable(candidate) or _is_never_real(candidate):
            continue
        short = attempt(sympy.simplify, candidate, seconds=0.5)
        forms = [form for form in (short, candidate) if form is not None and is_presentable(form)]
        for form in sorted(forms, key=complexity):
            form = form.as_independent(symbol, as_Add=True)[1]
            form = form.subs(names)
            if (signs := _holds_for(form, wanted, symbol)) is not None:
                return form, (*needed, *signs, *_divided_by(form, symbol))
    return None


def _holds_for(form: sympy.Expr, integrand: sympy.Expr, symbol: sympy.Symbol) -> list[Condition] | None:
    """Which other names must be positive for the derivative to be the integrand; None if it is not even then."""
    if not _is_antiderivative(form, integrand, symbol):
        return None
    others = sorted(integrand.free_symbols - {symbol}, key=str)
    return [
        Condition(name, Must.BE_POSITIVE) for name in others if not _is_antiderivative(form, integrand, symbol, name)
    ]


def _divided_by(form: sympy.Expr, symbol: sympy.Symbol) -> list[Condition]:
    """Which parameters must not be 0, as the closed form divides by them."""
    denominator = sympy.denom(sympy.together(form)).as_independent(symbol)[0]
    factors = {factor.base if factor.is_Pow else factor for factor in sympy.Mul.make_args(denominator)}
    return [Condition(factor, Must.NOT_BE_ZERO) for factor in sorted(factors, key=str) if factor.free_symbols]


def with_absolute_values(form: sympy.Expr, symbol: sympy.Symbol | None = None) -> sympy.Expr:
    """∫ 1/x is ln |x|: the logarithms of what may be negative are those of its absolute value.

    Args:
        form: Expr.
        symbol: Symbol or None. Only logarithms of what has it are changed; all if None.
    """

    def replaced(argument: sympy.Expr) -> sympy.Expr:
        if (symbol is not None and not argument.has(symbol)) or argument.is_positive or argument.has(sympy.I):
            return sympy.log(argument)
        return sympy.log(sympy.Abs(argument))

    return form.replace(sympy.log, replaced)


def _farther(sign: int, *values: sympy.Expr) -> sympy.Expr:
    """The largest of values as (a + b + |a - b|) / 2, or with the sign -1 the smallest."""
    return reduce(lambda a, b: (a + b + sign * sympy.Abs(a - b)) / 2, values)


def _of_distance(integrand: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr | None:
    """Of a function of |u| alone, with u = a x + b: (u / |u|) F(|u|) / a, where F(0) = 0."""
    (inside, *others) = {part.args[0] for part in integrand.atoms(sympy.Abs, sympy.sign)} or {sympy.Integer(0)}
    slope, distance = inside.diff(symbol), sympy.Dummy(positive=True)
    body = integrand.subs(sympy.Abs(inside), distance)
    if others or slope == 0 or slope.has(symbol) or body.has(symbol):
        return None
    found = attempt(sympy.integrate, body, distance, seconds=_SECONDS)
    start = (
        None
        if found is None or found.has(sympy.Integral)
        else attempt(sympy.limit, found, distance, 0, "+", seconds=_SECONDS)
    )
    if start is None or not start.is_finite:
        return None
    return inside / slope * sympy.simplify((found - start) / distance).subs(distance, sympy.Abs(inside))


def _of_terms(integrand: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr | None:
    """The sum of what is found for each term."""
    terms = integrand.as_ordered_terms() if integrand.is_Add else []
    found = complete(_found(term, symbol, {}) for term in terms)
    return None if not found or any(needed for _, needed in found) else sympy.Add(*(form for form, _ in found))


def _is_never_real(form: sympy.Expr) -> bool:
    """Whether there are roots of something and of its negative, as of x and -x."""
    roots = {part.base for part in form.atoms(sympy.Pow) if part.exp.is_Rational and not part.exp.is_integer}
    return any(-base in roots for base in roots)


def _of_kinks(integrand: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr | None:
    """With one kink at a: s (G(x) - G(a)), where s is the sign of what stands in the bars, and H(x) without it."""
    arguments = {part.args[0] for part in integrand.atoms(sympy.Abs, sympy.sign)}
    if len(arguments) != 1:
        return None
    (inside,) = arguments
    slope = inside.diff(symbol)
    if slope.has(symbol) or slope == 0:
        return None
    kink = sympy.solve(inside, symbol)[0]
    forms = []
    for sign in (1, -1):
        form = integrand.subs({sympy.Abs(inside): sign * inside, sympy.sign(inside): sign})
        found = attempt(sympy.integrate, form, symbol, seconds=_SECONDS)
        if found is None or found.has(sympy.Integral):
            return None
        forms.append(found - found.subs(symbol, kink))
    even, odd = (forms[0] + forms[1]) / 2, (forms[0] - forms[1]) / 2
    return sympy.simplify(even) + sympy.simplify(odd / inside) * sympy.Abs(inside)


def _is_antiderivative(
    form: sympy.Expr, integrand: sympy.Expr, symbol: sympy.Symbol, negative: sympy.Symbol | None = None
) -> bool:
    """Whether the derivative is the integrand wherever that is real, in some points.

    Other names have positive values, `negative` a negative one; there may be no such points with it.
    """
    others = sorted(integrand.free_symbols - {symbol}, key=str)
    checked = 0
    for shift in ("0.63", "1.9"):
        values = {name: sympy.Rational(shift) + sympy.Rational(k, 7) for k, name in enumerate(others)}
        if negative is not None:
            values[negative] *= -1
        wanted = real_function(integrand.subs(values), symbol)
        primitive = real_function(form.subs(values), symbol)
        for sample in _SAMPLES:
            at, step = mpmath.mpf(sample), mpmath.mpf(10) ** -12
            expected = wanted(at)
            if expected is None:
                continue
            near = complete(primitive(at + k * step) for k in (-2, -1, 1, 2))
            if near is None:
                return False
            slope = (near[0] - 8 * near[1] + 8 * near[2] - near[3]) / (12 * step)
            if abs(slope - expected) > mpmath.mpf(10) ** -15 * max(1, abs(expected)):
                return False
            checked += 1
        if not others:
            break
    return checked >= 2 or negative is not None
