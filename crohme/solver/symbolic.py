"""What was understood → SymPy, not yet evaluated where SymPy has a form for that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from operator import add, mul

import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.errors import NoAnswer
from crohme.solver.odd_root import odd_root
from crohme.solver.syntax import (
    Absolute,
    Add,
    Apply,
    Binomial,
    Call,
    Constant,
    Definition,
    Degrees,
    Derivative,
    Expression,
    Factorial,
    Integral,
    Limit,
    MultiCall,
    Name,
    Negative,
    Number,
    Percent,
    PlusMinus,
    Power,
    Product,
    ProductOver,
    Quotient,
    Root,
    Summation,
)

_CONSTANTS = {r"\pi": sympy.pi, r"\infty": sympy.oo, "e": sympy.E, "i": sympy.I}
_FUNCTIONS: dict[str, Callable[..., sympy.Expr]] = {
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


class Builder:
    """Builds SymPy expressions that share their symbols. Free names are real numbers.

    Args:
        sign: int. What `\\pm` stands for: 1 or -1.
        integers: collection of Name. Names that are whole numbers.
    """

    def __init__(self, *, sign: int = 1, integers: Collection[Name] = ()) -> None:
        self.symbols: dict[Name, sympy.Symbol] = {}
        self.notes: list[str] = []
        """How something was read that could be read otherwise."""
        self.conditions: list[Condition] = []
        """Where everything that was built is a real number."""
        self._sign = sign
        self._integers = frozenset(integers)
        self._bound: dict[Name, sympy.Expr] = {}

    def symbol(self, name: Name) -> sympy.Symbol:
        """The symbol of a free name."""
        assumption = "integer" if name in self._integers else "real"
        return self.symbols.setdefault(name, sympy.Symbol(name.latex, **{assumption: True}))

    def build(self, expression: Expression) -> sympy.Expr:
        """The expression in SymPy."""
        match expression:
            case Number(text):
                return sympy.Rational(text)
            case Constant(label):
                return _CONSTANTS[label]
            case Name():
                return self._bound[expression] if expression in self._bound else self.symbol(expression)
            case Negative(operand):
                return -self.build(operand)
            case PlusMinus(operand):
                return self._sign * self.build(operand)
            case Add(terms):
                return reduce(add, map(self.build, terms))
            case Product(factors):
                return reduce(mul, map(self.build, factors))
            case Quotient(numerator, denominator):
                return self.build(numerator) / self._require(self.build(denominator), Must.NOT_BE_ZERO)
            case Power(base, exponent):
                return self._power(self.build(base), exponent)
            case Root(radicand, index):
                return self._root(self.build(radicand), sympy.Integer(2) if index is None else self.build(index))
            case Absolute(operand):
                return sympy.Abs(self.build(operand))
            case Percent(operand):
                return self.build(operand) / 100
            case Degrees(operand):
                return self.build(operand) * sympy.pi / 180
            case _:
                return self._function(expression)

    def _function(self, expression: Expression) -> sympy.Expr:
        match expression:
            case Factorial(operand):
                return self._factorial(self.build(operand))
            case Binomial(above, below):
                return sympy.binomial(self.build(above), self.build(below))
            case Call("log", argument, base):
                if base is None:
                    self.note(r"log without a base is the decimal logarithm, ln the natural one")
                return self._log(self.build(argument), sympy.Integer(10) if base is None else self.build(base))
            case Call("lg", argument, _):
                return self._log(self.build(argument), sympy.Integer(10))
            case Call(function, argument, _):
                value = self.build(argument)
                for demand, of in _DEMANDS.get(function, ()):
                    self._require(of(value), demand)
                    if function in _REAL_ONLY and value.is_extended_real and of(value).is_negative:
                        raise NoAnswer(f"it is not defined: {function} has no real value there")
                return _FUNCTIONS[function](value)
            case MultiCall(function, arguments):
                values = [self.build(argument) for argument in arguments]
                if function in ("gcd", "lcm") and any(value.free_symbols for value in values):
                    raise NoAnswer(f"{function} is known of numbers only")  # SymPy's is that of polynomials
                return _FUNCTIONS[function](*values)
            case Apply(definition, arguments, order):
                return self._applied(definition, [self.build(argument) for argument in arguments], order)
        return self._operator(expression)

    def note(self, text: str) -> None:
        """Say once how something was read."""
        if text not in self.notes:
            self.notes.append(text)

    def _log(self, argument: sympy.Expr, base: sympy.Expr) -> sympy.Expr:
        self._require(argument, Must.BE_POSITIVE)
        if base.free_symbols:
            self._require(base, Must.BE_POSITIVE)
            self._require(base - 1, Must.NOT_BE_ZERO)
        return sympy.log(argument, base)

    def _require(self, value: sympy.Expr, demand: Must) -> sympy.Expr:
        """Note a condition on what is free in `value`, unless it is always met; returns `value`."""
        if value.free_symbols - {symbol for symbol in value.free_symbols if isinstance(symbol, sympy.Dummy)}:
            condition = Condition(value, demand)
            if not condition.always_holds and condition not in self.conditions:
                self.conditions.append(condition)
        return value

    def _power(self, base: sympy.Expr, exponent: Expression) -> sympy.Expr:
        value = self.build(exponent)
        if base.is_zero and value.is_zero:
            return sympy.nan
        is_fraction = isinstance(exponent.operand if isinstance(exponent, Negative) else exponent, Quotient)
        if value.is_extended_negative or not value.is_number:
            self._require(base, Must.NOT_BE_ZERO if value.is_number else Must.BE_POSITIVE)
        if not (is_fraction and value.is_Rational and value.q > 1 and value.q % 2 and base.is_extended_real):
            if value.is_integer is False:
                self._require(base, Must.NOT_BE_NEGATIVE)
            return base**value
        if base.is_negative:
            self.note(
                f"the power {value.p}/{value.q} of a negative number was read as its real root; "
                "its principal value is complex"
            )
        return odd_root(base, value.q) ** value.p

    def _root(self, radicand: sympy.Expr, index: sympy.Expr) -> sympy.Expr:
        if index.is_Integer and index > 0 and index.is_odd and radicand.is_extended_real:
            return odd_root(radicand, index)
        self._require(radicand, Must.NOT_BE_NEGATIVE)
        return sympy.root(radicand, index)

    def _factorial(self, operand: sympy.Expr) -> sympy.Expr:
        if operand.is_number and not (operand.is_integer and operand.is_nonnegative):
            return sympy.nan  # the gamma function is not what `!` says
        return sympy.factorial(operand)

    def _applied(self, definition: Definition, arguments: Sequence[sympy.Expr], order: int) -> sympy.Expr:
        if order == 0:
            return self._inside(definition.body, dict(zip(definition.parameters, arguments, strict=True)))
        (parameter,) = definition.parameters
        symbol = sympy.Dummy(parameter.latex, real=True)
        derivative = sympy.Derivative(self._inside(definition.body, {parameter: symbol}), symbol, order)
        return derivative.doit().subs(symbol, arguments[0])

    def _operator(self, expression: Expression) -> sympy.Expr:
        match expression:
            case Derivative(body, variable, order):
                return sympy.Derivative(self.build(body), self.build(variable), order)
            case Integral(body, variable, lower, upper):
                if lower is None or upper is None:
                    return sympy.Integral(self.build(body), self.symbol(variable))
                limits = self.build(lower), self.build(upper)
                symbol = sympy.Dummy(variable.latex, real=True)
                return sympy.Integral(self._inside(body, {variable: symbol}), (symbol, *limits))
            case Summation(body, variable, lower, upper) | ProductOver(body, variable, lower, upper):
                limits = self.build(lower), self.build(upper)
                symbol = sympy.Dummy(variable.latex, integer=True)
                kind = sympy.Sum if isinstance(expression, Summation) else sympy.Product
                return kind(self._inside(body, {variable: symbol}), (symbol, *limits))
            case Limit(body, variable, target, side):
                goal = self.build(target)
                symbol = sympy.Dummy(variable.latex, real=True)
                return sympy.Limit(
                    self._inside(body, {variable: symbol}), symbol, goal, side if goal.is_finite is not False else "-"
                )
        raise TypeError(f"no SymPy form for {type(expression).__name__}")

    def _inside(self, body: Expression, values: Mapping[Name, sympy.Expr]) -> sympy.Expr:
        """A body in which some names have these values."""
        outer, self._bound = self._bound, {**self._bound, **values}
        inside = self.build(body)
        self._bound = outer
        return inside
