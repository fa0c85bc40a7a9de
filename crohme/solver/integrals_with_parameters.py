"""Definite integrals in which there are names beside the variable: what they are for most values of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

import sympy

from crohme.solver.antiderivatives import with_absolute_values
from crohme.solver.cases import generic
from crohme.solver.conditions import Condition
from crohme.solver.errors import NoAnswer
from crohme.solver.forms import is_presentable
from crohme.solver.gaps import has_gaps
from crohme.solver.integrals import definite
from crohme.solver.numeric import number
from crohme.solver.patience import attempt
from crohme.solver.plain import plain

_SECONDS = 1.5
_NOT_FOUND = "no closed form was found"


@dataclass(frozen=True)
class ParametricValue:
    """A definite integral with names.

    Args:
        value: Expr.
        needed: tuple of Condition. What the formula demands of the names.
        note: str or None. Which signs of the names it is for.
        is_gapped: bool. Whether the integral may not exist for some values of the names.
    """

    value: sympy.Expr
    needed: tuple[Condition, ...] = ()
    note: str | None = None
    is_gapped: bool = False


def integral_with_parameters(
    body: sympy.Expr, symbol: sympy.Symbol, low: sympy.Expr, high: sympy.Expr
) -> ParametricValue:
    """An integral that quadrature confirms for some values of its names, for all signs of them if there is such a form.

    Raises:
        NoAnswer: None was found.
    """
    parts = body, low, high
    names = sorted((body.free_symbols - {symbol}) | low.free_symbols | high.free_symbols, key=str)
    for candidate in (_for_most, _for_positive):
        found = candidate(parts, symbol, names)
        if found is not None and (confirmed := _confirmed(found, parts, symbol, names)) is not None:
            return confirmed
    raise NoAnswer(_NOT_FOUND)


_Parts = tuple[sympy.Expr, sympy.Expr, sympy.Expr]


def _for_most(parts: _Parts, symbol: sympy.Symbol, names: list[sympy.Symbol]) -> ParametricValue | None:
    """The case that holds for most values of the names."""
    body, low, high = parts
    found = attempt(sympy.integrate, body, (symbol, low, high), seconds=_SECONDS)
    needed: tuple[Condition, ...] = ()
    if found is not None and found.has(sympy.Piecewise):
        try:
            found, _, needed = generic(found)
        except NoAnswer:
            return None
    if found is None or not _is_formula(found) or any(condition.expression.has(sympy.arg) for condition in needed):
        return None
    return ParametricValue(found, needed)


def _for_positive(parts: _Parts, symbol: sympy.Symbol, names: list[sympy.Symbol]) -> ParametricValue | None:
    """The value where all names are positive."""
    positive = {name: sympy.Dummy(name.name, positive=True) for name in names}
    body, low, high = (part.subs(positive) for part in parts)
    found = attempt(sympy.integrate, body, (symbol, low, high), seconds=_SECONDS)
    if found is None or not _is_formula(found):
        return None
    listed = ", ".join(sorted(plain(name) + " > 0" for name in names if name.is_positive is None))
    return ParametricValue(found.subs({dummy: name for name, dummy in positive.items()}), note=f"for {listed}")


def _is_formula(found: sympy.Expr) -> bool:
    is_odd = any(power.base.is_zero for power in found.atoms(sympy.Pow))  # 0^(n + 1), for n > -1 only
    return not is_odd and not found.has(sympy.Integral, sympy.Piecewise) and is_presentable(found)


def _confirmed(
    candidate: ParametricValue, parts: _Parts, symbol: sympy.Symbol, names: list[sympy.Symbol]
) -> ParametricValue | None:
    """The candidate with what is to be said beside it; None if numbers do not confirm it."""
    found, needed, note = candidate.value, candidate.needed, candidate.note
    is_gapped = has_gaps(*parts[:1], symbol, *parts[1:], are_positive=note is not None)
    if is_gapped and (found.has(sympy.I) or len({log for log in found.atoms(sympy.log) if log.free_symbols}) > 1):
        found = sympy.expand(with_absolute_values(found)).subs(sympy.I, 0)
    confirmed = {True: 0, False: 0}
    for values in _assignments(names):
        is_positive = all(value > 0 for value in values.values())
        if not all(condition.holds(values) for condition in needed):
            continue
        try:
            known = definite(parts[0].subs(values), symbol, *(part.subs(values) for part in parts[1:]))
        except NoAnswer:
            continue
        if is_gapped and known.estimate is None:
            continue
        size = number(found.subs(values))
        wanted = known.estimate.value if known.estimate is not None else None
        if wanted is None or size is None or abs(complex(size) - wanted) > 1e-7 * max(1, abs(wanted)):
            if is_positive:
                return None
            note = note or "for positive " + ", ".join(map(plain, names))
            continue
        confirmed[is_positive] += 1
    if not (confirmed[True] or (is_gapped and confirmed[False])):
        return None
    if note is not None:
        positive = {name: sympy.Dummy(positive=True) for name in names}
        needed = tuple(c for c in needed if not Condition(c.expression.subs(positive), c.demand).always_holds)
    return ParametricValue(found, needed, note, is_gapped)


def _assignments(names: list[sympy.Symbol]) -> Iterator[dict[sympy.Symbol, sympy.Expr]]:
    rows = [(sympy.Rational(7, 5), sympy.Rational(11, 7)), (sympy.Rational(1, 3), sympy.Rational(2, 3))]
    values = [{name: a + k * b for k, name in enumerate(names)} for a, b in rows]
    yield from values
    for signs in islice(product((-1, 1), repeat=len(names)), min(3, 2 ** len(names) - 1)):
        yield {name: sign * values[0][name] for name, sign in zip(names, signs, strict=True)}
