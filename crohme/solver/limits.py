"""Limits, compared with values near the goal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mpmath
import sympy

from crohme.solver.errors import NoAnswer
from crohme.solver.forms import is_presentable
from crohme.solver.numeric import as_real, is_complex_at, number, precise, real_function
from crohme.solver.odd_root import OddRoot
from crohme.solver.patience import attempt
from crohme.solver.plain import plain

_SECONDS = 1.5
UNDEFINED = "it is not defined: the limit does not exist"
UNREAL = "it is not defined: there are no real values on the way to the limit"
DEPENDS = "the limit depends on"
_NOT_FOUND = "no closed form was found"


@precise
def limit_of(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str) -> sympy.Expr:
    """A limit that numbers near the goal confirm.

    Args:
        body: Expr.
        symbol: Symbol.
        goal: Expr. A number, a name, or infinity.
        side: str. `+`, `-` or `+-`.

    Raises:
        NoAnswer: There is none, or none was found.
    """
    if not body.has(symbol):
        return body
    sides = [side] if goal.is_infinite or side != "+-" else ["+", "-"]
    unreal = [each for each in sides if _is_complex_beside(body, symbol, goal, each)]
    if len(unreal) == len(sides):
        raise NoAnswer(UNREAL)
    if len(sides) == 1 or unreal:  # sqrt(x) has a limit at 0: from where it is real
        found = _one_sided(body, symbol, goal, next(each for each in sides if each not in unreal))
    else:
        right, left = (_one_sided_or_none(body, symbol, goal, s) for s in "+-")
        if right is None and left is None:
            raise NoAnswer(_NOT_FOUND)
        if right is None or left is None:
            is_open = [_is_real_beside(body, symbol, goal, s) for s in "+-"]
            if is_open[0 if right is None else 1]:
                raise NoAnswer(_NOT_FOUND)
            found = left if right is None else right
        elif right != left and sympy.simplify(right - left) != 0:
            raise NoAnswer(f"{UNDEFINED}; from the right and from the left it is different")
        else:
            found = right
    if found.has(sympy.nan, sympy.zoo, sympy.AccumBounds):
        raise NoAnswer(UNDEFINED)
    if not found.is_infinite and found.has(sympy.oo) or found.is_infinite and found.free_symbols:
        raise depends_on(found.free_symbols) if found.free_symbols else NoAnswer(_NOT_FOUND)
    if not is_presentable(found):
        raise NoAnswer(_NOT_FOUND)
    return found


def by_parity(body: sympy.Expr, symbol: sympy.Symbol) -> tuple[sympy.Expr, sympy.Expr] | None:
    """What an expression with powers of -1 in it is for even and for odd numbers; None if it has none."""
    halves = []
    for parity in (0, 1):

        def sign(exponent: sympy.Expr, parity: int = parity) -> sympy.Expr:
            slope = exponent.coeff(symbol)
            rest = sympy.expand(exponent - slope * symbol)
            if not (slope.is_Integer and rest.is_Integer):
                return sympy.Integer(-1) ** exponent
            return sympy.Integer(-1) ** (slope * parity + rest)

        halves.append(body.replace(lambda part: part.is_Pow and part.base == -1, lambda part: sign(part.exp)))
    return (halves[0], halves[1]) if halves[0] != halves[1] else None


def depends_on(names: Iterable[sympy.Symbol]) -> NoAnswer:
    """The error that says that a limit exists for some values of names only, or is another one for others."""
    listed = " and ".join(sorted(map(plain, names)))
    return NoAnswer(f"{DEPENDS} {listed}: it is another one, or none, for other values of {listed}")


def is_confirmed(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str, found: sympy.Expr) -> bool | None:
    """Whether values near the goal tend to a number; None where the expression has no real values there.

    Args:
        body: Expr. Without other names.
        symbol: Symbol.
        goal: Expr. A number, or infinity.
        side: str. `+` or `-`.
        found: Expr. The number.
    """
    values = _approach(body, symbol, goal, side)
    return None if values is None else _agrees(values, found)


def _one_sided_or_none(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str) -> sympy.Expr | None:
    try:
        return _one_sided(body, symbol, goal, side)
    except NoAnswer as error:
        if error.cause != _NOT_FOUND:
            raise
        return None


def _is_real_beside(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str) -> bool:
    if body.free_symbols - {symbol}:
        return True
    at = number(goal)
    step = mpmath.mpf(10) ** -9 * (1 if side == "+" else -1)
    return at is None or real_function(body, symbol)(at.real + step) is not None


def _is_complex_beside(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str) -> bool:
    """Whether a function that is written without i has complex values only on one side of the goal.

    Powers of negative numbers, as in `( - 2 ) ^ n`, are real for whole numbers.
    """
    if body.free_symbols - {symbol} or body.has(sympy.I) or goal.free_symbols:
        return False
    if any(power.base.is_negative and power.exp.has(symbol) for power in body.atoms(sympy.Pow)):
        return False
    points = _points(goal, side, powers=(3, 5, 7))
    return points is not None and all(map(is_complex_at(body, symbol), points))


def _one_sided(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str) -> sympy.Expr:
    if body.has(OddRoot):
        direction = -1 if (side == "-" and not goal.is_infinite) or goal == -sympy.oo else 1
        body = _positive_roots(body, symbol, goal, direction)
    if goal == -sympy.oo:  # SymPy's limit of 2^x there is infinite
        found = attempt(sympy.limit, body.subs(symbol, -symbol), symbol, sympy.oo, "-", seconds=2 * _SECONDS)
    else:
        direction_ = "-" if goal.is_infinite else side
        found = attempt(sympy.limit, body, symbol, goal, direction_, seconds=2 * _SECONDS)
    values = None
    if not body.free_symbols - {symbol} and not goal.free_symbols:
        values = _approach(body, symbol, goal, side)
    if found is None or found.has(sympy.Limit):
        raise NoAnswer(UNDEFINED if values is not None and _oscillates(values) else _NOT_FOUND)
    if isinstance(found, sympy.AccumBounds) or found.has(sympy.AccumBounds, sympy.nan, sympy.zoo):
        raise NoAnswer(UNDEFINED)
    if values is not None and not _agrees(values, found):
        raise NoAnswer(_NOT_FOUND)
    return found


def _positive_roots(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, direction: int) -> sympy.Expr:
    """Odd roots as SymPy's, with the sign that their radicands have near the goal."""
    at = number(goal) if goal.is_finite else None
    near = at.real + direction * mpmath.mpf(10) ** -9 if at is not None else direction * mpmath.mpf(10) ** 9

    def replaced(radicand: sympy.Expr, index: sympy.Expr) -> sympy.Expr:
        value = None if radicand.free_symbols - {symbol} else real_function(radicand, symbol)(near)
        if value is not None and value < 0:
            return -((-radicand) ** (1 / index))
        return radicand ** (1 / index)

    return body.replace(OddRoot, replaced)


def _approach(body: sympy.Expr, symbol: sympy.Symbol, goal: sympy.Expr, side: str) -> list[Any] | None:
    """Values nearer and nearer to the goal."""
    value = _any_function(body, symbol)
    points = _points(goal, side, powers=(2, 3, 4, 6, 8))
    found = [None] if points is None else [value(point) for point in points]
    return None if None in found else found


def _points(goal: sympy.Expr, side: str, powers: Iterable[int]) -> list[Any] | None:
    """Points nearer and nearer to the goal; None if it is no real number."""
    if goal.is_infinite:
        sign = 1 if goal == sympy.oo else -1
        return [sign * mpmath.mpf(10) ** k for k in powers]
    at, sign = number(goal), -1 if side == "-" else 1
    return None if at is None or at.imag else [at.real + sign * mpmath.mpf(10) ** -k for k in powers]


def _any_function(body: sympy.Expr, symbol: sympy.Symbol) -> Callable[[Any], Any]:
    real = real_function(body, symbol)

    def value(at: Any) -> Any:
        with mpmath.workdps(60):
            found = real(at)
        return found

    return value


def _oscillates(values: list[Any]) -> bool:
    return bool(max(map(abs, values)) < 1e6 and abs(values[-1] - values[-2]) > 1e-2)


def _agrees(values: list[Any], found: sympy.Expr) -> bool:
    """Whether values tend to a limit: come nearer, or are near already."""
    if found.is_infinite:
        growth = [value * (1 if found == sympy.oo else -1) for value in values]
        return bool(growth[-1] > growth[-2] > growth[-3] and growth[-1] > 0)
    known = number(found)
    if known is None or as_real(known) is None:
        return False
    errors = [abs(value - known.real) for value in values]
    return bool(errors[-1] <= 1e-6 * max(1, abs(known.real)) or (errors[-1] < errors[-2] < errors[-3]))
