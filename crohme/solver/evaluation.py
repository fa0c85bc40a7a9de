"""The value of an expression, and whether relations between values hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import mpmath
import sympy

from crohme.solver.calculus import Calculus
from crohme.solver.conditions import Condition, Must
from crohme.solver.domains import complex_but, lost, with_signs
from crohme.solver.errors import NoAnswer
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.matrices import shape_of
from crohme.solver.matrix_values import entries
from crohme.solver.numeric import DIGITS, is_zero, number
from crohme.solver.patience import attempt
from crohme.solver.quadrature import Estimate
from crohme.solver.symbolic import Builder
from crohme.solver.syntax import (
    Comparison,
    Constant,
    Expression,
    Factorial,
    Name,
    PlusMinus,
    Root,
    Statement,
    free_names,
    walk,
)

_SECONDS = 1.0
_UNDEFINED = (sympy.nan, sympy.zoo)
_SAMPLES = (sympy.Rational(23, 10), sympy.Rational(-31, 20), sympy.Rational(7, 15), sympy.Rational(-4, 13))
_LARGE = 10**7


@dataclass
class Value:
    """What an expression comes to.

    Args:
        exact: Expr or None. None if it is known as a number only.
        estimate: Estimate or None. That number, with a bound of its error.
        notes: list of str. What is to be said beside it.
    """

    exact: sympy.Expr | None
    estimate: Estimate | None = None
    notes: list[str] = field(default_factory=list)


def signs(*statements: Statement) -> tuple[int, ...]:
    """What `\\pm` stands for in turn; one sign if there is none."""
    both = any(isinstance(part, PlusMinus) for statement in statements for part in walk(statement))
    return (1, -1) if both else (1,)


def pairs(comparison: Comparison) -> Iterator[tuple[Expression, str, Expression]]:
    """Each relation of a chain with its two sides."""
    yield from zip(comparison.sides, comparison.signs, comparison.sides[1:], strict=False)


def value_of(expression: Expression, sign: int = 1, integers: Collection[Name] = ()) -> Value:
    """The value, in its shortest form.

    Args:
        expression: Expression.
        sign: int. What `\\pm` stands for.
        integers: collection of Name. Names that are whole numbers.

    Raises:
        NoAnswer: It is not defined, or no closed form was found.
    """
    builder, calculus = Builder(sign=sign, integers=integers), Calculus()
    built = builder.build(expression)
    check_defined(built)
    value = calculus.evaluate(built)
    check_defined(value)
    notes = [*builder.notes, *calculus.notes]
    if calculus.estimates:
        return Value(None, _estimated(value, calculus.estimates), notes)
    conditions = [*builder.conditions, *calculus.conditions]
    signed, names = with_signs(value, conditions)
    short = min((tidy(form).subs(names) for form in dict.fromkeys((value, signed))), key=complexity)
    check_defined(short)
    if not is_presentable(short):
        raise NoAnswer("no closed form was found")
    has_index = any(isinstance(part, Root) and part.index is not None for part in walk(expression))
    if has_index and short.is_real is False and short.is_finite and not value.has(sympy.I):
        # An odd root of something negative was taken for the complex one.
        raise NoAnswer("no real value was found")
    counted = [
        part for part in walk(expression) if isinstance(part, Factorial) and free_names(part) & free_names(expression)
    ]
    if counted and not short.has(sympy.factorial):
        notes.append("only whole numbers from 0 on have a factorial")
    stated = [*builder.stated, *calculus.stated]
    is_complex = short.is_real is not True and Constant("i") not in walk(expression)
    if is_complex and (said := complex_but([*conditions, *stated])) is not None:
        positive = [each for each in conditions if each.demand is not Must.NOT_BE_NEGATIVE]
        poles = [Condition(each.expression, Must.NOT_BE_ZERO) for each in positive]
        return Value(short, None, [*notes, *lost(poles, short), said])
    return Value(short, None, [*notes, *lost(conditions, short, stated)])


def matrix_of(
    expression: Expression, sign: int = 1, integers: Collection[Name] = ()
) -> tuple[sympy.MatrixBase, list[str]]:
    """The value of an expression that is a matrix, and what is to be said beside it.

    Raises:
        NoAnswer: As `value_of`.
    """
    builder, calculus = Builder(sign=sign, integers=integers), Calculus()
    built = builder.build(expression)
    for entry in built:
        check_defined(entry)
    found = built.applyfunc(lambda entry: tidy(calculus.evaluate(entry)))
    if calculus.estimates or not all(map(is_presentable, found)):
        raise NoAnswer("no closed form was found")
    conditions = [*builder.conditions, *calculus.conditions]
    stated = [*builder.stated, *calculus.stated]
    return found, [*builder.notes, *calculus.notes, *lost(conditions, sympy.Tuple(*found), stated)]


def _estimated(value: sympy.Expr, estimates: dict[sympy.Symbol, Estimate]) -> Estimate:
    """An expression of numbers that have errors: its value, and the error by its slopes."""
    if value.free_symbols - estimates.keys():
        raise NoAnswer("no closed form was found")
    middle = {symbol: sympy.Float(found.value, 20) for symbol, found in estimates.items()}
    size = number(value.subs(middle))
    if size is None or abs(size.imag) > 1e-15:
        raise NoAnswer("no closed form was found")
    error = mpmath.mpf(0)
    for symbol, found in estimates.items():
        slope = number(sympy.diff(value, symbol).subs(middle))
        if slope is None:
            raise NoAnswer("no closed form was found")
        error += 2 * abs(slope) * found.error
    return Estimate(float(size.real), float(error) + abs(float(size.real)) * 4e-16)


def check_defined(value: sympy.Basic) -> None:
    """Refuse what has no value.

    Raises:
        NoAnswer: A division by zero, or a limit that does not exist.
    """
    if value.has(sympy.AccumBounds):
        raise NoAnswer("it is not defined: a limit does not exist")
    if value.has(*_UNDEFINED):
        raise NoAnswer("it is not defined: a division by zero")


def tidy(value: sympy.Expr) -> sympy.Expr:
    """The shortest of some forms that are equal wherever `value` is real."""
    if value.is_Rational or value.is_infinite or value.has(sympy.CRootOf):
        return value
    ways: Sequence[Callable[[sympy.Expr], sympy.Expr]] = (
        (sympy.simplify, sympy.expand, sympy.factor)
        if value.free_symbols
        else (sympy.simplify, sympy.radsimp, sympy.expand)
    )
    if not value.free_symbols and value.count_ops() > 400:
        ways = ()
    forms = [_with_cotangents(form) for way in ways if (form := attempt(way, value, seconds=_SECONDS)) is not None]
    kept = [form for form in forms if is_presentable(form) and _agree(value, form)]
    return min([*kept, value], key=lambda form: (not is_presentable(form), complexity(form)))


def _with_cotangents(form: sympy.Expr) -> sympy.Expr:
    """1/tan x as cot x, which has a value where the cosine is 0."""
    return form.replace(
        lambda part: part.is_Pow and isinstance(part.base, sympy.tan) and part.exp.is_negative,
        lambda part: sympy.cot(part.base.args[0]) ** -part.exp,
    )


def _agree(value: sympy.Expr, form: sympy.Expr) -> bool:
    """Whether two forms have the same real values in some points."""
    if value == form:
        return True
    names = sorted(value.free_symbols | form.free_symbols, key=str)
    for index in range(len(_SAMPLES) if names else 1):
        at = {name: abs(sympy.Integer(3 + index)) if name.is_integer else _SAMPLES[(index + k) % len(_SAMPLES)]
              for k, name in enumerate(names)}  # fmt: skip
        first, second = number(value.subs(at)), number(form.subs(at))
        if first is None or (names and abs(first.imag) > 1e-25):
            continue
        if second is None or abs(first - second) > mpmath.mpf(10) ** -25 * max(1, abs(first)):
            return False
    return True


def holds(comparison: Comparison) -> bool:
    """Whether relations without unknowns are true.

    Raises:
        NoAnswer: A side has no value, or it cannot be told.
    """
    for left, sign, right in pairs(comparison):
        if shape_of(left) is not None or shape_of(right) is not None:
            builder = Builder()
            differences = entries(builder.build(left), builder.build(right))
            if all(is_zero(sympy.simplify(difference)) for difference in differences) != (sign == "="):
                return False
        elif not _holds(value_of(left), sign, value_of(right)):
            return False
    return True


def _holds(left: Value, sign: str, right: Value) -> bool:
    if left.exact is not None and right.exact is not None:
        if left.exact.is_infinite or right.exact.is_infinite:
            return _compared(left.exact, sign, right.exact)
        difference = sympy.simplify(left.exact - right.exact)
        if difference == 0:
            return sign in ("=", r"\leq", r"\geq")
        size = number(difference)
        if size is not None and (abs(size) > mpmath.mpf(10) ** -25 or _is_small(difference, size)):
            if sign in ("=", r"\neq"):
                return sign == r"\neq"
            if abs(size.imag) < mpmath.mpf(10) ** -30 * min(1, abs(size)):
                return bool((size.real > 0) == (sign in (r"\gt", r"\geq")))
            raise NoAnswer("a complex number is neither greater nor less than another")
        raise NoAnswer("whether it is true was not found")
    numbers = [_as_estimate(value) for value in (left, right)]
    gap, error = numbers[0].value - numbers[1].value, numbers[0].error + numbers[1].error
    if abs(gap) <= error:
        raise NoAnswer("whether it is true was not found: numerically, both sides are equal")
    if sign in ("=", r"\neq"):
        return sign == r"\neq"
    return (gap > 0) == (sign in (r"\gt", r"\geq"))


def _is_small(value: sympy.Expr, size: mpmath.mpc) -> bool:
    """Whether a number that is close to 0 is none, as it stays what it is with more digits."""
    finer = number(value, 3 * DIGITS)
    return size != 0 and finer is not None and abs(finer - size) < mpmath.mpf(10) ** -5 * abs(size)


def _compared(left: sympy.Expr, sign: str, right: sympy.Expr) -> bool:
    if sign in ("=", r"\neq"):
        return bool((left == right) == (sign == "="))
    truth = {r"\lt": sympy.Lt, r"\gt": sympy.Gt, r"\leq": sympy.Le, r"\geq": sympy.Ge}[sign](left, right)
    if truth not in (sympy.true, sympy.false):
        raise NoAnswer("whether it is true was not found")
    return bool(truth)


def _as_estimate(value: Value) -> Estimate:
    if value.estimate is not None:
        return value.estimate
    size = number(value.exact)
    if size is None or size.imag:
        raise NoAnswer("whether it is true was not found")
    return Estimate(float(size.real), abs(float(size.real)) * 1e-15)
