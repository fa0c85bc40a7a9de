"""What was understood → SymPy, not yet evaluated where SymPy has a form for that."""

from __future__ import annotations

from functools import reduce
from operator import add, mul

import sympy

from crohme.solver.syntax import (
    Absolute,
    Add,
    Call,
    Constant,
    Derivative,
    Expression,
    Factorial,
    Integral,
    Limit,
    Name,
    Negative,
    Number,
    PlusMinus,
    Power,
    Product,
    Quotient,
    Root,
    Summation,
)

_CONSTANTS = {r"\pi": sympy.pi, r"\infty": sympy.oo, "e": sympy.E, "i": sympy.I}
_FUNCTIONS = {
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
}


class Builder:
    """Builds SymPy expressions that share their symbols.

    Args:
        sign: int. What `\\pm` stands for: 1 or -1.
        real: bool. Whether free names are real numbers, or complex ones.
        with_roots: bool. Whether an odd root of what is not known becomes a new real symbol, with
            its equation in `equations`: SymPy's own root of a negative number is not the real one.
    """

    def __init__(self, *, sign: int = 1, real: bool = True, with_roots: bool = False) -> None:
        self.symbols: dict[Name, sympy.Symbol] = {}
        self.roots: dict[sympy.Symbol, sympy.Expr] = {}
        """Symbol of a root → the expression that is 0 for its value."""
        self._sign = sign
        self._assumptions = {"real": True} if real else {}
        self._with_roots = with_roots
        self._bound: dict[Name, sympy.Symbol] = {}

    def symbol(self, name: Name) -> sympy.Symbol:
        """The symbol of a free name."""
        return self.symbols.setdefault(name, sympy.Symbol(name.latex, **self._assumptions))

    def build(self, expression: Expression) -> sympy.Expr:
        """The expression in SymPy."""
        match expression:
            case Number(text):
                return sympy.Rational(text)
            case Constant(label):
                return _CONSTANTS[label]
            case Name():
                return self._bound.get(expression) or self.symbol(expression)
            case Negative(operand):
                return -self.build(operand)
            case PlusMinus(operand):
                return self._sign * self.build(operand)
            case Add(terms):
                return reduce(add, map(self.build, terms))
            case Product(factors):
                return reduce(mul, map(self.build, factors))
            case Quotient(numerator, denominator):
                return self.build(numerator) / self.build(denominator)
            case Power(base, exponent):
                return self.build(base) ** self.build(exponent)
            case Root(radicand, index):
                return self._root(self.build(radicand), sympy.Integer(2) if index is None else self.build(index))
            case Absolute(operand):
                return sympy.Abs(self.build(operand))
            case Factorial(operand):
                return sympy.factorial(self.build(operand))
            case Call(function, argument, base):
                return self._call(function, self.build(argument), base)
            case _:
                return self._operator(expression)

    def _call(self, function: str, argument: sympy.Expr, base: Expression | None) -> sympy.Expr:
        if function == "log":
            return sympy.log(argument) if base is None else sympy.log(argument, self.build(base))
        return _FUNCTIONS[function](argument)

    def _root(self, radicand: sympy.Expr, index: sympy.Expr) -> sympy.Expr:
        if not (index.is_Integer and index.is_odd):
            return sympy.root(radicand, index)
        if radicand.is_negative:
            return -sympy.root(-radicand, index)
        if not self._with_roots or radicand.is_number or radicand.free_symbols & set(self._bound.values()):
            return sympy.root(radicand, index)
        root = sympy.Dummy("root", real=True)
        self.roots[root] = root**index - radicand
        return root

    def _operator(self, expression: Expression) -> sympy.Expr:
        match expression:
            case Derivative(body, variable, order):
                return sympy.Derivative(self.build(body), self.build(variable), order)
            case Integral(body, variable, None):
                return sympy.Integral(self.build(body), self.symbol(variable))
            case Integral(body, variable, lower, upper):
                limits = self.build(lower), self.build(upper)
                inside, symbol = self._inside(body, variable, real=True)
                return sympy.Integral(inside, (symbol, *limits))
            case Summation(body, variable, lower, upper):
                limits = self.build(lower), self.build(upper)
                inside, symbol = self._inside(body, variable, integer=True)
                return sympy.Sum(inside, (symbol, *limits))
            case Limit(body, variable, target, side):
                goal = self.build(target)
                inside, symbol = self._inside(body, variable, real=True)
                return sympy.Limit(inside, symbol, goal, side if goal.is_finite is not False else "-")
        raise TypeError(f"no SymPy form for {type(expression).__name__}")

    def _inside(self, body: Expression, variable: Name, **assumptions: bool) -> tuple[sympy.Expr, sympy.Symbol]:
        """A body in which `variable` is a symbol of its own."""
        outer = dict(self._bound)
        self._bound[variable] = symbol = sympy.Dummy(variable.latex, **assumptions)
        inside = self.build(body)
        self._bound = outer
        return inside, symbol
