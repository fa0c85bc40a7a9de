"""Functions in SymPy, and where they have a real value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.errors import NoAnswer

FUNCTIONS: dict[str, Callable[..., sympy.Expr]] = {
    "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "cot": sympy.cot, "sec": sympy.sec, "csc": sympy.csc,
    "arcsin": sympy.asin, "arccos": sympy.acos, "arctan": sympy.atan,
    "arccot": lambda x: sympy.pi / 2 - sympy.atan(x), "arcsec": sympy.asec, "arccsc": sympy.acsc,
    "sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh, "coth": sympy.coth,
    "sech": sympy.sech, "csch": sympy.csch, "arsinh": sympy.asinh, "arcosh": sympy.acosh, "artanh": sympy.atanh,
    "ln": sympy.log, "exp": sympy.exp, "sgn": sympy.sign,
    "erf": sympy.erf, "erfc": sympy.erfc, "erfi": sympy.erfi, "Si": sympy.Si, "Ci": sympy.Ci, "Ei": sympy.Ei,
    "floor": sympy.floor, "ceil": sympy.ceiling,
    "max": sympy.Max, "min": sympy.Min, "gcd": sympy.gcd, "lcm": sympy.lcm, "mod": sympy.Mod,
}  # fmt: skip


_UNIT = ((Must.NOT_BE_NEGATIVE, lambda x: 1 - x), (Must.NOT_BE_NEGATIVE, lambda x: 1 + x))
_DEMANDS: dict[str, tuple[tuple[Must, Callable[[sympy.Expr], sympy.Expr]], ...]] = {
    "ln": ((Must.BE_POSITIVE, lambda x: x),),
    "log": ((Must.BE_POSITIVE, lambda x: x),),
    "tan": ((Must.NOT_BE_ZERO, sympy.cos),),
    "sec": ((Must.NOT_BE_ZERO, sympy.cos),),
    "cot": ((Must.NOT_BE_ZERO, sympy.sin),),
    "csc": ((Must.NOT_BE_ZERO, sympy.sin),),
    "coth": ((Must.NOT_BE_ZERO, lambda x: x),),
    "csch": ((Must.NOT_BE_ZERO, lambda x: x),),
    "arcsin": _UNIT,
    "arccos": _UNIT,
    "arcsec": ((Must.NOT_BE_NEGATIVE, lambda x: sympy.Abs(x) - 1),),
    "arccsc": ((Must.NOT_BE_NEGATIVE, lambda x: sympy.Abs(x) - 1),),
    "arcosh": ((Must.NOT_BE_NEGATIVE, lambda x: x - 1),),
    "artanh": ((Must.BE_POSITIVE, lambda x: 1 - x), (Must.BE_POSITIVE, lambda x: 1 + x)),
}
"""What an argument must meet, so that the function has a real value."""
_REAL_ONLY = frozenset({"arcsin", "arccos", "arcsec", "arccsc", "arcosh", "artanh"})
"""Functions whose complex values nobody means."""


def demands(function: str, argument: sympy.Expr) -> Iterator[Condition]:
    """What the argument of a function must meet.

    Raises:
        NoAnswer: It is a number that does not.
    """
    for demand, of in _DEMANDS.get(function, ()):
        value = of(argument)
        if (demand is not Must.NOT_BE_NEGATIVE and value.is_zero) or (
            function in _REAL_ONLY and argument.is_extended_real and value.is_extended_negative
        ):
            raise NoAnswer(f"it is not defined: {function} has no real value there")
        yield Condition(value, demand)


def base_of_logarithm(base: sympy.Expr) -> Iterator[Condition]:
    """What the base of a logarithm must meet.

    Raises:
        NoAnswer: It is a number that does not.
    """
    if base.is_number and not (base.is_positive and base != 1):
        raise NoAnswer("it is not defined: the base of a logarithm is positive and not 1")
    yield Condition(base, Must.BE_POSITIVE)
    yield Condition(base - 1, Must.NOT_BE_ZERO)


def factorial(operand: sympy.Expr) -> sympy.Expr:
    """The factorial, and not the gamma function.

    Raises:
        NoAnswer: It is a number that has none.
    """
    if operand.is_number and not (operand.is_integer and operand.is_nonnegative):
        raise NoAnswer("it is not defined: only whole numbers from 0 on have a factorial")
    return sympy.factorial(operand)


def binomial(above: sympy.Expr, below: sympy.Expr) -> sympy.Expr:
    """The binomial coefficient; the upper number may be any.

    Raises:
        NoAnswer: The lower one is a number that is not whole.
    """
    if (below.is_number and not below.is_integer) or above.is_infinite:
        raise NoAnswer("it is not defined: the lower number of a binomial coefficient is a whole number")
    return sympy.binomial(above, below)


def at_infinity(value: sympy.Expr, operands: Sequence[sympy.Expr]) -> sympy.Expr:
    """The value of an operation, which infinite operands may not have.

    Raises:
        NoAnswer: They do not.
    """
    if value.has(sympy.nan, sympy.AccumBounds) and any(operand.is_infinite for operand in operands):
        raise NoAnswer("it is not defined: the operation has no value at infinity")
    return value


def of_several(function: str, arguments: Sequence[sympy.Expr]) -> sympy.Expr:
    """`max`, `min`, `gcd`, `lcm` or `mod`.

    Raises:
        NoAnswer: It is not defined for these.
    """
    if function in ("gcd", "lcm") and not all(argument.is_Integer for argument in arguments):
        # SymPy's are those of polynomials and fractions.
        raise NoAnswer(f"{function} is known of whole numbers only")
    if function == "mod" and arguments[1].is_zero:
        raise NoAnswer("it is not defined: a division by zero, mod 0")
    if any(argument.is_number and argument.is_extended_real is False for argument in arguments):
        raise NoAnswer(f"it is not defined: {function} is of real numbers")
    return FUNCTIONS[function](*arguments)
