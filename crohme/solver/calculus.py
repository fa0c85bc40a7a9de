"""Derivatives, integrals, sums, products and limits in an expression, worked out from the inside to the outside.

What SymPy says is compared with numbers; what they do not confirm is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable

import mpmath
import sympy

from crohme.solver.antiderivatives import antiderivative
from crohme.solver.cases import generic
from crohme.solver.conditions import Condition
from crohme.solver.differentiation import differentiated
from crohme.solver.errors import NoAnswer
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.gaps import NOTE, Gapped
from crohme.solver.integrals import definite
from crohme.solver.integrals_with_parameters import integral_with_parameters
from crohme.solver.limits import UNDEFINED, by_parity, limit_of
from crohme.solver.limits_with_parameters import ParametricLimit
from crohme.solver.numeric import complete, number, precise, real_function
from crohme.solver.patience import attempt
from crohme.solver.plain import plain
from crohme.solver.quadrature import Estimate, sum_of_series
from crohme.solver.series import infinite_value, worked_out

_SECONDS = 1.5
_MOST_TERMS = 50
_UNDEFINED = "it is not defined: the series has a term or a limit that does not exist"
_NOT_FOUND = "no closed form was found"
_SAMPLES = tuple(sympy.Rational(n, 16) for n in (-37, -19, -5, 3, 7, 21, 45))


class Calculus:
    """Evaluates expressions.

    Attributes:
        notes: list of str. What is to be said beside the values.
        conditions: list of Condition. Where derivatives exist.
        stated: list of Condition. Where limits and integrals have these values; to be said even if the form shows it.
        gapped: list of Gapped. Integrals that exist for some values of their names only.
        convergence: list of Condition. Where series have the values that were given for them; notes say so.
        estimates: dict. A symbol that stands for a number → the number and a bound of its error.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.conditions: list[Condition] = []
        self.convergence: list[Condition] = []
        self.stated: list[Condition] = []
        self.gapped: list[Gapped] = []
        self.estimates: dict[sympy.Symbol, Estimate] = {}

    def evaluate(self, expression: sympy.Basic) -> sympy.Expr:
        """The expression without derivatives, integrals, sums, products and limits.

        Raises:
            NoAnswer: One of them has no value, or none that is confirmed.
        """
        if not expression.has(sympy.Integral, sympy.Sum, sympy.Product, sympy.Limit, sympy.Derivative):
            return expression
        if isinstance(expression, sympy.Integral):
            return self._integral(expression)
        if isinstance(expression, sympy.Limit):
            return self._limit(expression)
        if isinstance(expression, sympy.Sum | sympy.Product):
            return self._series(expression)
        if isinstance(expression, sympy.Derivative):
            return self._derivative(expression)
        return expression.func(*map(self.evaluate, expression.args))

    def note(self, text: str | None) -> None:
        """Say something once."""
        if text is not None and text not in self.notes:
            self.notes.append(text)

    def _limit(self, limit: sympy.Limit) -> sympy.Expr:
        _, symbol, _, side = limit.args
        body, goal = (self.evaluate(limit.args[k]) for k in (0, 2))
        names = (body.free_symbols - {symbol}) | goal.free_symbols
        if names & self.estimates.keys():
            raise NoAnswer(_NOT_FOUND)
        if goal == sympy.oo and not names and (halves := by_parity(body, symbol)) is not None:
            even, odd = (limit_of(half, symbol, goal, str(side)) for half in halves)
            if even != odd:
                raise NoAnswer(f"{UNDEFINED}; for even and odd {symbol.name} it is different")
            self.note(f"{symbol.name} was taken for a whole number")
            return even
        if not names or not body.has(symbol):
            try:
                return limit_of(body, symbol, goal, str(side))
            except NoAnswer as error:
                counted = _counted(body, symbol)
                if goal != sympy.oo or not error.cause.startswith(UNDEFINED) or counted == body:
                    raise
                self.note(f"{symbol.name} was taken for a whole number")
                return self._limit(sympy.Limit(counted, symbol, goal, str(side)))
        found, conditions = ParametricLimit(body, symbol, goal, str(side)).value()
        self._state(conditions)
        return found

    def _state(self, conditions: Iterable[Condition]) -> None:
        self.stated += [condition for condition in conditions if condition not in self.stated]

    def _derivative(self, derivative: sympy.Derivative) -> sympy.Expr:
        body = derivative.expr
        if isinstance(body, sympy.Integral) and len(body.limits[0]) == 3:
            # By Leibniz' rule: the integral itself may have no closed form.
            found = derivative.doit(integrals=False)
            if not found.has(sympy.Derivative, sympy.Integral):
                return found
        found = self.evaluate(body)
        for symbol, order in derivative.variable_count:
            found, kinks = differentiated(found, symbol, int(order))
            self.conditions += [condition for condition in kinks if condition not in self.conditions]
        return found

    # === Integrals ===

    def _integral(self, integral: sympy.Integral) -> sympy.Expr:
        if len(integral.limits) > 1:  # SymPy joins an integral of an integral: the first limits are the innermost
            first, *others = integral.limits
            return self.evaluate(sympy.Integral(self._integral(sympy.Integral(integral.function, first)), *others))
        body = self.evaluate(integral.function)
        symbol, *limits = integral.limits[0]
        if body.free_symbols & self.estimates.keys():
            raise NoAnswer(_NOT_FOUND)
        if not limits:
            found, needed = antiderivative(body, symbol)
            self._state(needed)
            return found
        low, high = (self.evaluate(limit) for limit in limits)
        names = (body.free_symbols - {symbol}) | low.free_symbols | high.free_symbols
        if names & self.estimates.keys():
            raise NoAnswer(_NOT_FOUND)
        if names:
            given = integral_with_parameters(body, symbol, low, high)
            self.note(given.note)
            self._state(given.needed)
            if given.is_gapped:
                self.note(NOTE)
                self.gapped.append(Gapped(body, symbol, low, high))
            return given.value
        found = definite(body, symbol, low, high)
        self.note(found.note)
        if found.exact is not None:
            return found.exact
        assert found.estimate is not None
        return self.estimated(found.estimate)

    def estimated(self, found: Estimate) -> sympy.Symbol:
        """A symbol for a number that is known with a bound of its error only."""
        symbol = sympy.Dummy("estimate", real=True)
        self.estimates[symbol] = found
        return symbol

    # === Sums and products ===

    def _series(self, series: sympy.Sum | sympy.Product) -> sympy.Expr:
        if len(series.limits) > 1:
            first, *others = series.limits
            return self.evaluate(series.func(self._series(series.func(series.function, first)), *others))
        (symbol, low, high) = series.limits[0]
        if series.function.has(sympy.Limit) and low.is_Integer and high.is_Integer and high - low < _MOST_TERMS:
            # Limits of the terms: at one index they may be others than in general.
            terms = [series.function.subs(symbol, k) for k in range(int(low), int(high) + 1)]
            return (sympy.Add if isinstance(series, sympy.Sum) else sympy.Mul)(*map(self.evaluate, terms))
        body = self.evaluate(series.function)
        if any(condition.expression.has(symbol) for condition in self.stated):
            raise NoAnswer(_NOT_FOUND)
        if body.free_symbols & self.estimates.keys():
            raise NoAnswer(_NOT_FOUND)
        low, high = self.evaluate(low), self.evaluate(high)
        for end in (low, high):
            if end.is_number and not (end.is_integer or end.is_infinite):
                raise NoAnswer("the index of a sum goes from one whole number to another")
        if low.is_number and high.is_number and high < low:
            return sympy.Integer(0 if isinstance(series, sympy.Sum) else 1)
        series = series.func(body, (symbol, low, high))
        is_finite = low.is_Integer and high.is_Integer
        if is_finite and high - low <= 400:
            return series.doit()
        if low.is_infinite:
            raise NoAnswer(_NOT_FOUND)
        if not is_finite and not series.free_symbols and isinstance(series, sympy.Sum):
            _check_convergence(series)
        found = attempt(worked_out, series, seconds=2 * _SECONDS)
        if found is not None and found.has(sympy.Piecewise):
            found, note, conditions = generic(found)
            self.note(note)
            self.convergence += conditions
        if found is not None and found.free_symbols and found.has(sympy.oo):
            names = " and ".join(sorted(map(plain, found.free_symbols)))
            raise NoAnswer(f"its value is another one for other values of {names}")
        if found is None or found.has(sympy.Sum, sympy.Product, sympy.Piecewise) or not _is_writable(found):
            estimate = None
            is_counted = low.is_Integer and (high == sympy.oo or high.is_Integer)
            if isinstance(series, sympy.Sum) and is_counted and not series.free_symbols:
                estimate = sum_of_series(body, symbol, int(low), None if high == sympy.oo else int(high))
            if estimate is not None:
                return self.estimated(estimate)
            if isinstance(series, sympy.Sum) and is_counted and high == sympy.oo and not series.free_symbols:
                if (limit := infinite_value(series)) is not None:
                    return limit
            raise NoAnswer(_NOT_FOUND)
        if found.has(sympy.nan, sympy.zoo, sympy.AccumBounds):
            raise NoAnswer(_NOT_FOUND if series.free_symbols else _UNDEFINED)
        found = found.rewrite(sympy.factorial) if found.has(sympy.gamma, sympy.RisingFactorial) else found
        found = _simplified(found)
        if not _counts(found, low.free_symbols | high.free_symbols):
            raise NoAnswer(_NOT_FOUND)
        if not is_finite and not series.free_symbols and found.is_finite is not False:
            _confirm_series(series, found)
        elif high.free_symbols:
            _confirm_finite_sums(series, found)
        return found


def _counted(body: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    """What is written of a letter that usually counts, as it is for whole numbers: sin(πn) is 0, cos(πn) is (-1)^n."""
    if symbol.name not in ("n", "k", "m", "N"):
        return body
    whole = sympy.Dummy(integer=True)
    return body.subs(symbol, whole).subs(whole, symbol)


def _counts(value: sympy.Expr, names: Iterable[sympy.Symbol]) -> bool:
    """Whether all factorials are of whole numbers, as the limits of sums and products are."""
    whole = {name: sympy.Dummy(integer=True) for name in names}
    return all(bool(part.args[0].subs(whole).is_integer) for part in value.atoms(sympy.factorial))


def _simplified(value: sympy.Expr) -> sympy.Expr:
    short = attempt(sympy.simplify, value, seconds=1.0)
    forms = [value] if short is None else [short, value]
    return min([form for form in forms if is_presentable(form)] or forms, key=complexity)


def _is_writable(value: sympy.Expr) -> bool:
    return is_presentable(value.rewrite(sympy.factorial)) or value.has(sympy.nan, sympy.zoo, sympy.AccumBounds)


def _check_convergence(series: sympy.Sum) -> None:
    """Refuse a series whose terms do not tend to 0 and change their signs: it has no value, nor an infinite one."""
    body, (symbol, _, _) = series.function, series.limits[0]
    term = real_function(body, symbol)
    near, far = (complete(term(mpmath.mpf(10) ** power + k) for k in range(2)) for power in (9, 36))
    if near is None or far is None or near[0] * near[1] >= 0 or far[0] * far[1] >= 0:
        return
    if min(map(abs, far)) > max(1e-3, 0.9 * min(map(abs, near))):  # 1 / ln n comes down by then, however slowly
        raise NoAnswer("it is not defined: the series diverges")


@precise
def _confirm_series(series: sympy.Sum | sympy.Product, found: sympy.Expr) -> None:
    """Compare the value of a series with partial sums that are extrapolated."""
    body, (symbol, low, _) = series.function, series.limits[0]
    term = real_function(body, symbol)
    known = number(found)
    if known is None or abs(known.imag) > 1e-20:
        raise NoAnswer(_NOT_FOUND)
    is_sum = isinstance(series, sympy.Sum)
    total, partial = mpmath.mpf(0 if is_sum else 1), []
    with mpmath.workdps(20):
        for k in range(4097):
            value = term(int(low) + k)
            if value is None:
                raise NoAnswer(_UNDEFINED)
            total = total + value if is_sum else total * value
            if k and k & (k - 1) == 0:
                partial.append(total)
    errors = [abs(p - known.real) for p in partial]
    if not (errors[-1] < 1e-8 * max(1, abs(known.real)) or errors[-1] < 0.8 * errors[-3] < 0.8 * 0.8 * errors[-6]):
        raise NoAnswer("its value was not confirmed by numbers")


def _confirm_finite_sums(series: sympy.Sum | sympy.Product, found: sympy.Expr) -> None:
    """Compare a formula with sums of few terms."""
    _, (_, low, high) = series.function, series.limits[0]
    names = sorted(series.free_symbols, key=str)
    for shift in (4, 7) if found.free_symbols else (0, 1, 4, 7):
        values = {name: sympy.Integer(shift + k) for k, name in enumerate(names)}
        if not (high.subs(values) - low.subs(values)).is_Integer:
            continue
        wanted, given = series.subs(values).doit(), found.subs(values)
        if given.has(sympy.nan, sympy.zoo):
            continue
        if abs(complex(sympy.N(wanted - given, 20))) > 1e-9 * max(1.0, abs(complex(sympy.N(wanted, 20)))):
            raise NoAnswer(_NOT_FOUND)
