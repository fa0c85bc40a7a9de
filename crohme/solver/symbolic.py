"""What was understood → SymPy, not yet evaluated where SymPy has a form for that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from operator import add

import sympy

from crohme.solver import matrix_values, real_functions
from crohme.solver.conditions import Condition, Must
from crohme.solver.differentiation import derivative_at, differentiated
from crohme.solver.errors import NoAnswer
from crohme.solver.limits import UNREAL
from crohme.solver.numeric import is_zero
from crohme.solver.odd_root import is_real_where_defined, odd_root
from crohme.solver.powers import as_square
from crohme.solver.syntax import (
    Absolute,
    Add,
    Apply,
    Binomial,
    Call,
    Cases,
    Comparison,
    Constant,
    Definition,
    Degrees,
    Derivative,
    Determinant,
    Expression,
    Factorial,
    Integral,
    Limit,
    Matrix,
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
    Transpose,
    walk,
)

_CONSTANTS = {r"\pi": sympy.pi, r"\infty": sympy.oo, "e": sympy.E, "i": sympy.I}
_MOST_TERMS = 50
_NO_VALUE = "it is not defined: there is no derivative where the function has no real value"
_COMPARED: dict[str, Callable[[sympy.Expr], bool]] = {
    "=": is_zero,
    r"\neq": lambda difference: not is_zero(difference),
    r"\lt": lambda difference: not is_zero(difference) and difference.evalf(30) < 0,
    r"\gt": lambda difference: not is_zero(difference) and difference.evalf(30) > 0,
    r"\leq": lambda difference: is_zero(difference) or difference.evalf(30) < 0,
    r"\geq": lambda difference: is_zero(difference) or difference.evalf(30) > 0,
}


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
        self.stated: list[Condition] = []
        """Those of limits, which are to be said even where the answer shows them."""
        self._sign = sign
        self._integers = frozenset(integers)
        self._bound: dict[Name, sympy.Expr] = {}
        self._counting_up: set[sympy.Symbol] = set()
        """Indices of sums that begin at 0 or later."""
        self._open_dummies: frozenset[sympy.Symbol] = frozenset()
        """Variables of functions that are differentiated, on which conditions are kept."""

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
                values = list(map(self.build, terms))
                return real_functions.at_infinity(reduce(add, values), values)
            case Product(factors):
                values = list(map(self.build, factors))
                return real_functions.at_infinity(matrix_values.product(values), values)
            case Matrix(cells, columns):
                return matrix_values.matrix(map(self.build, cells), columns)
            case Transpose(operand):
                return self.build(operand).T
            case Determinant(operand):
                return matrix_values.det(self.build(operand))
            case Cases(values, conditions):
                return self._case(values, conditions)
            case Quotient(numerator, denominator):
                above, below = self.build(numerator), self.build(denominator)
                if below.is_zero:
                    raise NoAnswer("it is not defined: a division by zero")
                return real_functions.at_infinity(above / self._require(below, Must.NOT_BE_ZERO), (above, below))
            case Power(base, exponent):
                return self._power(self.build(base), exponent)
            case Root(radicand, index):
                return self._root(self.build(radicand), sympy.Integer(2) if index is None else self.build(index))
            case Absolute(operand):
                inside = self.build(operand)
                return matrix_values.absolute(inside) if isinstance(inside, sympy.MatrixBase) else sympy.Abs(inside)
            case Percent(operand):
                return self.build(operand) / 100
            case Degrees(operand):
                return self.build(operand) * sympy.pi / 180
            case _:
                return self._function(expression)

    def _function(self, expression: Expression) -> sympy.Expr:
        match expression:
            case Factorial(operand):
                return real_functions.factorial(self._require(self.build(operand), Must.NOT_BE_NEGATIVE))
            case Binomial(above, below):
                return real_functions.binomial(self.build(above), self.build(below))
            case Call("log", argument, base):
                if base is None:
                    self.note(r"log without a base is the decimal logarithm, ln the natural one")
                return self._log(self.build(argument), sympy.Integer(10) if base is None else self.build(base))
            case Call("lg", argument, _):
                return self._log(self.build(argument), sympy.Integer(10))
            case Call(function, argument, _):
                value = self.build(argument)
                if function == "ln":
                    self._note_complex(value)
                for condition in real_functions.demands(function, value):
                    self._require(condition.expression, condition.demand)
                return real_functions.at_infinity(real_functions.FUNCTIONS[function](value), (value,))
            case MultiCall(function, arguments):
                return real_functions.of_several(function, [self.build(argument) for argument in arguments])
            case Apply(definition, arguments, order):
                return self._applied(definition, [self.build(argument) for argument in arguments], order)
        return self._operator(expression)

    def note(self, text: str) -> None:
        """Say once how something was read."""
        if text not in self.notes:
            self.notes.append(text)

    def _note_complex(self, argument: sympy.Expr) -> None:
        if argument.is_extended_negative:
            self.note("the logarithm of a negative number is complex: its principal value was taken")

    def _log(self, argument: sympy.Expr, base: sympy.Expr) -> sympy.Expr:
        self._note_complex(argument)
        for condition in (*real_functions.demands("log", argument), *real_functions.base_of_logarithm(base)):
            self._require(condition.expression, condition.demand)
        return sympy.log(argument, base)

    def _require(self, value: sympy.Expr, demand: Must) -> sympy.Expr:
        """Note a condition on what is free in `value`, unless it is always met; returns `value`."""
        if any(not isinstance(name, sympy.Dummy) or name in self._open_dummies for name in value.free_symbols):
            condition = Condition(value, demand)
            if not condition.always_holds and condition not in self.conditions:
                self.conditions.append(condition)
        return value

    def _power(self, base: sympy.Expr, exponent: Expression) -> sympy.Expr:
        value = self.build(exponent)
        if isinstance(base, sympy.MatrixBase):
            raised, determinant = matrix_values.power(base, value)
            self._require(determinant, Must.NOT_BE_ZERO)
            return raised
        if base.is_zero and (value.is_zero or value.is_extended_negative):
            raise NoAnswer("it is not defined: " + ("0 to the power 0" if value.is_zero else "a division by zero"))
        if value.is_zero and base.is_infinite:
            raise NoAnswer("it is not defined: the operation has no value at infinity")
        if value.is_zero:
            self._require(base, Must.NOT_BE_ZERO)
            return sympy.Integer(1)
        if base.is_zero and not value.is_number and not value.atoms(sympy.Dummy):
            self._require(value, Must.BE_POSITIVE)
            return sympy.Integer(0)
        if base.is_zero and not value.is_number:
            self.note("the first term of a power series at 0, which is 0^0, was taken for 1")
        is_fraction = isinstance(exponent.operand if isinstance(exponent, Negative) else exponent, Quotient)
        if value.is_extended_negative:
            self._require(base, Must.NOT_BE_ZERO)
        elif not value.is_number and not value.is_integer:
            self._require(base, Must.BE_POSITIVE)
        elif not value.is_number and not self._is_never_negative(value):
            self._require(base, Must.NOT_BE_ZERO)
        if not (is_fraction and value.is_Rational and value.q > 1 and value.q % 2 and is_real_where_defined(base)):
            if value.is_integer is False:
                self._require(base, Must.NOT_BE_NEGATIVE)
            if base.is_negative and value.is_Rational and value.q % 2 and value.q > 1:
                self.note("a decimal power of a negative number is complex: its principal value was taken")
            return real_functions.at_infinity(base**value, (base, value))
        if base.is_negative:
            self.note(
                f"the power {value.p}/{value.q} of a negative number was read as its real root; "
                "its principal value is complex"
            )
        return odd_root(base, value.q) ** value.p

    def _case(self, values: Sequence[Expression], conditions: Sequence[Comparison]) -> sympy.Expr:
        """The value of the case that holds, if its condition is one on numbers."""
        holding = []
        for value, condition in zip(values, conditions, strict=False):
            sides = [self.build(side) for side in condition.sides]
            if any(side.free_symbols or side.is_extended_real is not True for side in sides):
                raise NoAnswer("what is given case by case is known at single numbers only")
            pairs = zip(sides, condition.signs, sides[1:], strict=False)
            if all(_COMPARED[sign](left - right) for left, sign, right in pairs):
                holding.append(self.build(value))
        if not holding and len(values) > len(conditions):
            return self.build(values[-1])
        if not holding:
            raise NoAnswer("it is not defined: none of the cases holds")
        if any(sympy.simplify(value - holding[0]) != 0 for value in holding):
            raise NoAnswer("it is not defined: two cases hold, with different values")
        return holding[0]

    def _is_never_negative(self, exponent: sympy.Expr) -> bool:
        """Whether this is an exponent as in a power series, of which x^0 is 1."""
        counted = {index: sympy.Dummy(integer=True, nonnegative=True) for index in self._counting_up}
        return bool(exponent.subs(counted).is_nonnegative)

    def _root(self, radicand: sympy.Expr, index: sympy.Expr) -> sympy.Expr:
        if index.is_zero:
            raise NoAnswer("it is not defined: a root with the index 0")
        if index.is_Integer and index > 0 and index.is_odd and is_real_where_defined(radicand):
            return odd_root(radicand, index)
        if index == 2:
            radicand = as_square(radicand)
        self._require(radicand, Must.NOT_BE_NEGATIVE)
        if not index.is_number:
            self._require(index, Must.NOT_BE_ZERO)
        return sympy.root(radicand, index)

    def _applied(self, definition: Definition, arguments: Sequence[sympy.Expr], order: int) -> sympy.Expr:
        if order == 0:
            return self._inside(definition.body, dict(zip(definition.parameters, arguments, strict=True)))
        (parameter,), (at,) = definition.parameters, arguments
        symbol, outer = sympy.Dummy(parameter.latex, real=True), len(self.conditions)
        inside, self._open_dummies = self._open_dummies, self._open_dummies | {symbol}
        body = self._inside(definition.body, {parameter: symbol})
        self._open_dummies = inside
        added, self.conditions = self.conditions[outer:], self.conditions[:outer]
        inside_domain = [condition.strict for condition in added]
        if at.is_number and body.free_symbols <= {symbol}:
            if not all(condition.holds_at(symbol, at) for condition in added):
                raise NoAnswer(_NO_VALUE)
            return derivative_at(body, symbol, order, at)
        formula, kinks = differentiated(body, symbol, order)
        for condition in (*inside_domain, *kinks):
            there = Condition(condition.expression.subs(symbol, at), condition.demand)
            if not there.expression.free_symbols and not there.holds({}):
                is_outside = condition in added and condition.demand is Must.NOT_BE_ZERO
                raise NoAnswer(_NO_VALUE if is_outside else "whether there is a derivative was not found")
            self._require(there.expression, there.demand)
        return formula.subs(symbol, at)

    def _operator(self, expression: Expression) -> sympy.Expr:
        match expression:
            case Derivative(body, variable, order):
                outer = len(self.conditions)
                inside, symbol = self.build(body), self.build(variable)
                for condition in [c for c in self.conditions[outer:] if c.expression.has(symbol)]:
                    self._require(condition.expression, condition.strict.demand)
                return sympy.Derivative(inside, symbol, order)
            case Integral(body, variable, lower, upper):
                if lower is None or upper is None:
                    return sympy.Integral(self.build(body), self.symbol(variable))
                limits = self.build(lower), self.build(upper)
                symbol = sympy.Dummy(variable.latex, real=True)
                return sympy.Integral(self._over(body, variable, symbol), (symbol, *limits))
            case Summation(body, variable, lower, upper) | ProductOver(body, variable, lower, upper):
                limits = self.build(lower), self.build(upper)
                symbol = sympy.Dummy(variable.latex, integer=True)
                if limits[0].is_nonnegative:
                    self._counting_up.add(symbol)
                kind = sympy.Sum if isinstance(expression, Summation) else sympy.Product
                return kind(self._over(body, variable, symbol, limits), (symbol, *limits))
            case Limit(body, variable, target, side):
                goal = self.build(target)
                symbol, outer = sympy.Dummy(variable.latex, real=True), len(self.conditions)
                inside = self._over(body, variable, symbol)
                self.stated += self.conditions[outer:]
                if inside.has(sympy.I) and Constant("i") not in walk(body):
                    raise NoAnswer(UNREAL)
                return sympy.Limit(inside, symbol, goal, side if goal.is_finite is not False else "-")
        raise TypeError(f"no SymPy form for {type(expression).__name__}")

    def _over(
        self,
        body: Expression,
        variable: Name,
        symbol: sympy.Dummy,
        limits: tuple[sympy.Expr, sympy.Expr] | None = None,
    ) -> sympy.Expr:
        """A body with a bound variable; conditions on that are kept for each of its values, if these are few."""
        outer = len(self.conditions)
        inside = self._inside(body, {variable: symbol})
        added, self.conditions = self.conditions[outer:], self.conditions[:outer]
        values: Sequence[sympy.Integer] = ()
        if limits is not None and all(end.is_Integer for end in limits) and limits[1] - limits[0] < _MOST_TERMS:
            values = [sympy.Integer(k) for k in range(int(limits[0]), int(limits[1]) + 1)]
        for condition in added:
            if not condition.expression.has(symbol):
                self._require(condition.expression, condition.demand)
                continue
            for value in values:
                self._require(condition.expression.subs(symbol, value), condition.demand)
            if not values and condition.demand is Must.NOT_BE_ZERO:
                self._require(condition.expression.as_independent(symbol, as_Add=False)[0], condition.demand)
        return inside

    def _inside(self, body: Expression, values: Mapping[Name, sympy.Expr]) -> sympy.Expr:
        """A body in which some names have these values."""
        outer, self._bound = self._bound, {**self._bound, **values}
        inside = self.build(body)
        self._bound = outer
        return inside
