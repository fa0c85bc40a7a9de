"""Limits in which there are names beside the variable: the value for most of their values, and for which.

What an expression does near a point depends on the leading coefficients of what it divides by, and of what stands
in bars, roots and logarithms. Where one of them is 0 the limit may be another one, or none: it is taken there, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.domains import conditions_of, simplified
from crohme.solver.errors import NoAnswer
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.limits import DEPENDS, UNDEFINED, depends_on, is_confirmed, limit_of
from crohme.solver.odd_root import OddRoot
from crohme.solver.patience import attempt

_SECONDS = 1.5
_NOT_FOUND = "no closed form was found"
_STEPS = sympy.floor, sympy.ceiling, sympy.Mod, sympy.factorial, sympy.binomial
_DEEPEST = 2
"""How often a limit at single values of the names is asked for on the way to one."""
_MOST_TRIALS = 9
_SIZES = sympy.Rational(7, 5), sympy.Rational(11, 17), sympy.Rational(23, 10)


class ParametricLimit:
    """A limit whose expression or goal has names.

    Args:
        body: Expr. It has the symbol.
        symbol: Symbol. What goes to the goal.
        goal: Expr.
        side: str. `+`, `-` or `+-`.
        depth: int. How many limits this one is asked for on the way to.
    """

    def __init__(self, body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str, depth: int = 0) -> None:
        self.body, self.symbol, self.goal, self.side, self._depth = body, symbol, goal, side, depth
        self.names = sorted((body.free_symbols - {symbol}) | goal.free_symbols, key=str)

    def value(self) -> tuple[sympy.Expr, list[Condition]]:
        """The limit that numbers near the goal confirm, and what it demands of the names.

        Raises:
            NoAnswer: There is none for any values of the names, it depends on them, or none was found.
        """
        if any(step.has(self.symbol) for step in self.body.atoms(*_STEPS)):
            raise depends_on(self.names)
        signs: dict[sympy.Symbol, sympy.Expr] = {}
        critical: list[Condition] = []
        smooth = self._without_bars(signs, critical)
        critical += self._critical()
        try:
            found = limit_of(smooth, self.symbol, self.goal, self.side)
        except NoAnswer as error:
            raise self._reason(error, critical) from None
        found = _shortest(found.subs(signs))
        if not is_presentable(found):
            raise NoAnswer(_NOT_FOUND)
        needed = [kept for c in simplified(critical) if (kept := self._needed(c, found)) is not None]
        # On what stands for an index or another variable: whoever takes all its values has to know.
        needed += [c for c in critical if c.expression.atoms(sympy.Dummy) and not c.always_holds]
        self._confirm(found, needed)
        return found, needed

    # === What the expression is like near the goal ===

    def _leading(self, part: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
        """Coefficient c and power k of c t^k, which a part is like at a distance t; None if it is like no power."""
        t = sympy.Dummy("t", positive=True)
        if self.goal.is_infinite:
            near = 1 / t if self.goal.is_extended_positive else -1 / t
        else:
            near = self.goal - t if self.side == "-" else self.goal + t
        found = attempt(lambda: sympy.simplify(part.subs(self.symbol, near)).leadterm(t), seconds=_SECONDS)
        if found is None or found[0].has(t, sympy.nan, sympy.zoo, sympy.oo):
            return None
        return found[0], found[1]

    def _critical(self) -> list[Condition]:
        """What the leading coefficients must meet."""
        found = [
            Condition(power.base, Must.BE_POSITIVE)
            for power in sorted(self.body.atoms(sympy.Pow), key=str)
            if power.exp.has(self.symbol) and not power.base.has(self.symbol) and not power.base.is_number
        ]
        for condition in dict.fromkeys(conditions_of(self.body)):
            if not condition.expression.has(self.symbol) or not self._has_names(condition.expression):
                continue
            leading = self._leading(condition.expression)
            if leading is None:
                size = attempt(sympy.limit, condition.expression, self.symbol, self.goal, seconds=_SECONDS)
                if size is None or size.has(sympy.Limit, sympy.nan, sympy.zoo) or size.is_zero:
                    raise NoAnswer(_NOT_FOUND)
                found += [] if size.is_infinite else [Condition(size, Must.NOT_BE_ZERO)]
                continue
            changes_sign = self.side == "+-" and self.goal.is_finite is not False and leading[1] != 0
            is_open = condition.demand is Must.NOT_BE_ZERO or changes_sign
            found.append(Condition(leading[0], Must.NOT_BE_ZERO if is_open else Must.BE_POSITIVE))
        return found

    def _has_names(self, part: sympy.Expr) -> bool:
        return bool(part.free_symbols - {self.symbol} or self.goal.free_symbols)

    def _without_bars(self, signs: dict[sympy.Symbol, sympy.Expr], critical: list[Condition]) -> sympy.Expr:
        """The expression with signs and roots of leading coefficients in the place of bars and odd roots.

        Args:
            signs: dict. Filled with what stands for a sign or a root → what that is.
            critical: list of Condition. Filled with what must not be 0.
        """
        known: dict[sympy.Expr, sympy.Symbol] = {}
        own: dict[sympy.Expr, sympy.Expr] = {}

        def sign_of(part: sympy.Expr) -> sympy.Expr | None:
            leading = self._leading(part) if part.has(self.symbol) and self._has_names(part) else None
            if leading is None or leading[1] != 0 or not leading[0].free_symbols:
                return None
            coefficient = leading[0]
            if -coefficient in known:
                return -known[-coefficient]
            if coefficient not in known:
                known[coefficient] = sympy.Dummy("sign", real=True, nonzero=True)
                signs[known[coefficient]] = sympy.sign(coefficient)
                critical.append(Condition(coefficient, Must.NOT_BE_ZERO))
            return known[coefficient]

        def bars(part: sympy.Expr) -> sympy.Expr:
            sign = sign_of(part)
            return sympy.Abs(part) if sign is None else sign * part

        def folded(parts: Iterable[sympy.Expr], sign: int) -> sympy.Expr:
            first, *rest = parts
            for other in rest:
                first = (first + other + sign * bars(first - other)) / 2
            return first

        def odd_root(radicand: sympy.Expr, index: sympy.Expr) -> sympy.Expr:
            leading = self._leading(radicand) if radicand.has(self.symbol) else None
            if leading is None or leading[1] != 0 or not leading[0].free_symbols:
                return OddRoot(radicand, index)
            root = sympy.Dummy("root", real=True, nonzero=True)
            signs[root] = OddRoot(leading[0], index)
            coefficient, alone = signs[root].as_coeff_Mul()
            own[alone] = root / coefficient
            critical.append(Condition(leading[0], Must.NOT_BE_ZERO))
            return root * (radicand / leading[0]) ** (1 / index)

        body = self.body.replace(sympy.Max, lambda *parts: folded(parts, 1))
        body = body.replace(sympy.Min, lambda *parts: folded(parts, -1))
        body = body.replace(sympy.sign, lambda part: sympy.sign(part) if (sign := sign_of(part)) is None else sign)
        body = body.replace(sympy.Abs, bars).replace(OddRoot, odd_root)
        own |= {sympy.Abs(coefficient): sign * coefficient for coefficient, sign in known.items()}
        return body.subs(own)

    # === Where it holds ===

    def _at(self, values: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
        """The limit for some values of the names; raises NoAnswer if there is none or none was found."""
        body, goal = self.body.subs(values), self.goal.subs(values)
        if body.has(sympy.nan, sympy.zoo):
            raise NoAnswer(UNDEFINED)
        if not body.has(self.symbol):
            return body
        at = ParametricLimit(body, self.symbol, goal, self.side, self._depth + 1)
        return at.value()[0] if at.names else limit_of(body, self.symbol, goal, self.side)

    def _needed(self, condition: Condition, found: sympy.Expr) -> Condition | None:
        """The condition, without the zeros of its expression where the limit is the same by the formula."""
        if self._depth >= _DEEPEST:
            return condition
        roots = list(_zeros(condition.expression))
        if not roots or not all(self._is_right_at(root, found) for root in roots):
            return condition
        return None if condition.demand is Must.NOT_BE_ZERO else Condition(condition.expression, Must.NOT_BE_NEGATIVE)

    def _is_right_at(self, values: dict[sympy.Symbol, sympy.Expr], found: sympy.Expr) -> bool:
        there = found.subs(values)
        if there.has(sympy.nan, sympy.zoo, sympy.oo):
            return False
        try:
            return bool(sympy.simplify(self._at(values) - there) == 0)
        except NoAnswer:
            return False

    def _confirm(self, found: sympy.Expr, conditions: Sequence[Condition]) -> None:
        """Compare the formula with numbers near the goal, for values of the names of either sign."""
        sides = "+-" if self.side == "+-" and self.goal.is_finite is not False else self.side[0]
        confirmed = 0
        for values in self._trials():
            if not all(condition.holds(values) for condition in conditions):
                continue
            body, goal, there = self.body.subs(values), self.goal.subs(values), found.subs(values)
            near = [is_confirmed(body, self.symbol, goal, side, there) for side in sides]
            if False in near:
                raise depends_on(self.names)
            confirmed += near.count(True)
        if not confirmed:
            raise NoAnswer(_NOT_FOUND)

    def _trials(self) -> Iterator[dict[sympy.Symbol, sympy.Expr]]:
        for k, signs in enumerate(product((1, -1), repeat=len(self.names))):
            if k < _MOST_TRIALS:
                yield {
                    name: sign * (sympy.Integer(3 + j) if name.is_integer else _SIZES[j % 3] + j // 3)
                    for j, (name, sign) in enumerate(zip(self.names, signs, strict=True))
                }

    # === Why there is none ===

    def _reason(self, error: NoAnswer, critical: Sequence[Condition]) -> NoAnswer:
        """The error, or that the limit depends on the names: it is another one, or none, for other values of them."""
        if self._depth:
            return error
        trials = list(self._trials())
        special = [
            *(c.expression for c in simplified(critical)),
            *self.names,
            *(self.goal - name for name in self.names),
        ]
        trials += [{**trials[0], **root} for expression in dict.fromkeys(special) for root in _zeros(expression)]
        kinds: set[str] = set()
        for values in trials[: 2 * _MOST_TRIALS]:
            values = {name: value.subs(trials[0]) for name, value in values.items()}
            kinds.add(self._kind(values))
        kinds.discard("")
        if len(kinds) > 1 and error.cause.startswith(DEPENDS):
            return error  # it knows on which of them
        if len(kinds) > 1 or (kinds == {"finite"} and error.cause.startswith(UNDEFINED)):
            return depends_on(self.names)
        if kinds == {"none"}:
            return error if error.cause.startswith(UNDEFINED) else NoAnswer(UNDEFINED)
        return error

    def _kind(self, values: dict[sympy.Symbol, sympy.Expr]) -> str:
        try:
            found = self._at(values)
        except NoAnswer as error:
            return "none" if error.cause.startswith(UNDEFINED) else ""
        return str(found) if found.is_infinite else "finite"


def _zeros(expression: sympy.Expr) -> Iterator[dict[sympy.Symbol, sympy.Expr]]:
    """Values of one name for which an expression is 0."""
    for name in sorted(expression.free_symbols, key=str):
        found = attempt(sympy.solve, expression, name, seconds=_SECONDS)
        if found:
            yield from ({name: root} for root in found if root.is_real is not False)
            return


def _shortest(found: sympy.Expr) -> sympy.Expr:
    """A form in which c sign(c) is |c|, and 1 / sign(c) a sign."""
    found = found.replace(
        lambda part: part.is_Pow and isinstance(part.base, sympy.sign) and part.exp.is_Integer,
        lambda part: part.base ** (part.exp % 2),
    )
    bars = found.replace(sympy.sign, lambda part: sympy.Abs(part) / part)
    forms = [found, bars, *(attempt(sympy.simplify, form, seconds=_SECONDS) for form in (found, bars))]
    return min((form for form in forms if form is not None and is_presentable(form)), key=complexity, default=found)
