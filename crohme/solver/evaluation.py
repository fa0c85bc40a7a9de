"""The value of an expression, and whether relations between values hold."""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from crohme.solver.errors import NoAnswer
from crohme.solver.symbolic import Builder
from crohme.solver.syntax import Comparison, Expression, PlusMinus, Root, Statement, walk

RELATIONS = {
    "=": sympy.Eq,
    r"\neq": sympy.Ne,
    r"\lt": sympy.Lt,
    r"\gt": sympy.Gt,
    r"\leq": sympy.Le,
    r"\geq": sympy.Ge,
}
_UNEVALUATED = (sympy.Integral, sympy.Sum, sympy.Limit, sympy.Derivative)
_UNDEFINED = (sympy.nan, sympy.zoo, sympy.AccumBounds)


def signs(*statements: Statement) -> tuple[int, ...]:
    """What `\\pm` stands for in turn; one sign if there is none."""
    both = any(isinstance(part, PlusMinus) for statement in statements for part in walk(statement))
    return (1, -1) if both else (1,)


def pairs(comparison: Comparison) -> Iterator[tuple[Expression, str, Expression]]:
    """Each relation of a chain with its two sides."""
    yield from zip(comparison.sides, comparison.signs, comparison.sides[1:], strict=False)


def value_of(expression: Expression, sign: int = 1) -> sympy.Expr:
    """The value, in its shortest form.

    Args:
        expression: Expression.
        sign: int. What `\\pm` stands for.

    Returns:
        Expr. An `Integral` if it exists, but is known as a decimal only.

    Raises:
        NoAnswer: It is not defined, or SymPy finds no closed form.
    """
    value = Builder(sign=sign).build(expression).doit()
    check_defined(value)
    if value.has(*_UNEVALUATED):
        if not _is_proper_integral(value):
            raise NoAnswer("no closed form was found")
        return value
    value = tidy(value)
    check_defined(value)
    has_index = any(isinstance(part, Root) and part.index is not None for part in walk(expression))
    if has_index and value.is_real is False and value.is_finite:
        # SymPy took an odd root of something negative for the complex one.
        raise NoAnswer("no real value was found")
    return value


def check_defined(value: sympy.Basic) -> None:
    """Refuse what has no value.

    Raises:
        NoAnswer: A division by zero, or a limit that does not exist.
    """
    if value.has(*_UNDEFINED):
        raise NoAnswer("it is not defined: a division by zero, or a limit that does not exist")


def tidy(value: sympy.Expr) -> sympy.Expr:
    """The shortest of some equal forms."""
    if value.is_Rational or value.is_infinite or value.has(sympy.CRootOf):
        return value
    more = (sympy.expand, sympy.factor) if value.free_symbols else (sympy.radsimp, sympy.expand)
    return min([sympy.simplify(value), value, *(form(value) for form in more)], key=sympy.count_ops)


def holds(comparison: Comparison) -> bool:
    """Whether relations without unknowns are true.

    Raises:
        NoAnswer: A side has no value, or SymPy cannot tell.
    """
    return all(_holds(value_of(left), sign, value_of(right)) for left, sign, right in pairs(comparison))


def _holds(left: sympy.Expr, sign: str, right: sympy.Expr) -> bool:
    if left.is_finite and right.is_finite:
        left, right = sympy.simplify(left - right), sympy.Integer(0)
    truth = RELATIONS[sign](left, right)
    if truth not in (sympy.true, sympy.false):
        raise NoAnswer("whether it is true was not found")
    return bool(truth)


def _is_proper_integral(value: sympy.Expr) -> bool:
    """Whether this is an integral over a finite interval on which its integrand is continuous."""
    if not isinstance(value, sympy.Integral) or len(value.limits) != 1 or value.free_symbols:
        return False
    variable, *ends = value.limits[0]
    if len(ends) != 2 or not all(end.is_finite and end.is_real for end in ends):
        return False
    interval = sympy.Interval(*sorted(ends))
    try:
        return sympy.calculus.util.continuous_domain(value.function, variable, interval) == interval
    except NotImplementedError:
        return False
