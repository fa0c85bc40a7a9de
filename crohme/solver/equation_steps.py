"""Linear and quadratic equations in one unknown, step by step."""

from __future__ import annotations

import sympy

from crohme.solver.solution import Step
from crohme.solver.syntax import Add, Comparison, Expression, Negative, parts, walk
from crohme.solver.writing import latex


class Unknown(Exception):
    """The way to the answer is not one of those that are known here."""


def one_unknown(
    left: sympy.Expr, right: sympy.Expr, symbol: sympy.Symbol, written: Comparison
) -> tuple[list[Step], list[str]]:
    """The steps from an equation to its solutions.

    Args:
        left, right: Expr. The sides.
        symbol: Symbol. The unknown.
        written: Comparison. The equation as it was read.

    Returns:
        The steps, and the solutions as LaTeX; none if there are none.

    Raises:
        Unknown: It is neither linear nor quadratic.
    """
    if not all(side.is_polynomial(symbol) for side in (left, right)):
        raise Unknown
    sides = [sympy.Poly(side, symbol) for side in (left, right)]
    if max(side.degree() for side in sides) > 2 or not all(c.is_real for side in sides for c in side.all_coeffs()):
        raise Unknown
    steps: list[Step] = []
    if any(_is_to_expand(side, poly) for side, poly in zip(written.sides, sides, strict=True)):
        steps.append(Step(_equation(*sides), "Multiply out and collect like terms on each side."))
    if (sides[0] - sides[1]).degree() == 2:
        return _quadratic(steps, sides[0], sides[1], symbol)
    return _linear(steps, sides[0], sides[1], symbol)


def _linear(
    steps: list[Step], left: sympy.Poly, right: sympy.Poly, symbol: sympy.Symbol
) -> tuple[list[Step], list[str]]:
    moved = right - sympy.Poly(right.nth(0), symbol)
    if not moved.is_zero:
        left, right = left - moved, right - moved
        steps.append(Step(_equation(left, right), _taken("the terms with the unknown on the right")))
    constant = sympy.Poly(left.nth(0), symbol)
    if not constant.is_zero:
        left, right = left - constant, right - constant
        steps.append(Step(_equation(left, right), _taken("the number on the left")))
    slope, value = left.nth(1), right.nth(0)
    if slope == 0:
        if value == 0:
            raise Unknown
        steps.append(Step(_equation(left, right), "The unknown is gone, and what is left is false."))
        return steps, []
    found = sympy.nsimplify(value / slope) if value.is_Rational and slope.is_Rational else sympy.simplify(value / slope)
    answer = f"{symbol.name} = {latex(found)}"
    if slope != 1:
        steps.append(Step(answer, "Divide both sides by the factor of the unknown."))
    return steps, [answer]


def _quadratic(
    steps: list[Step], left: sympy.Poly, right: sympy.Poly, symbol: sympy.Symbol
) -> tuple[list[Step], list[str]]:
    a, b, c = (left - right).all_coeffs()
    if b == 0:
        return _pure(steps, left, right, symbol)
    if not right.is_zero:
        left, right = left - right, sympy.Poly(0, symbol)
        steps.append(Step(_equation(left, right), _taken("the right side")))
    if c == 0:
        root = -b / a
        factored = f"{symbol.name} \\left( {latex(a * symbol + b)} \\right) = 0"
        steps.append(Step(factored, "Take out the unknown as a factor: a product is 0 where one of its factors is."))
        return _ended(steps, [sympy.Integer(0), root], symbol, "One factor is 0, or the other.")
    discriminant = sympy.simplify(b**2 - 4 * a * c)
    named = rf"a = {latex(a)} , \; b = {latex(b)} , \; c = {latex(c)}"
    steps.append(Step(named, "Compare with a x² + b x + c = 0."))
    squared = rf"b^{{2}} - 4 a c = {_power_of(b)} - 4 \cdot {_factor(a)} \cdot {_factor(c)} = {latex(discriminant)}"
    steps.append(Step(squared, f"The discriminant {_sign(discriminant)}"))
    root = rf"\sqrt{{{latex(discriminant)}}}"
    formula = rf"{symbol.name} = \frac{{-b \pm \sqrt{{b^{{2}} - 4 a c}}}}{{2 a}}"
    put_in = rf"{formula} = \frac{{{latex(-b)} \pm {root}}}{{{latex(2 * a)}}}"
    steps.append(Step(put_in, "Put them into the quadratic formula."))
    values = [(-b + side * sympy.sqrt(discriminant)) / (2 * a) for side in (-1, 1)]
    return _ended(steps, values, symbol, "Both signs.")


def _pure(steps: list[Step], left: sympy.Poly, right: sympy.Poly, symbol: sympy.Symbol) -> tuple[list[Step], list[str]]:
    """`a x² = c`."""
    a, _, c = (left - right).all_coeffs()
    alone = sympy.Poly(symbol**2, symbol), sympy.Poly(-c / a, symbol)
    if (left, right) != alone:
        steps.append(Step(_equation(*alone), "Bring the square alone to the left side."))
    value = alone[1].nth(0)
    if value != 0:
        steps.append(
            Step(rf"{symbol.name} = \pm \sqrt{{{latex(value)}}}", f"Take the square root, with both signs.{_of(value)}")
        )
    return _ended(steps, [-sympy.sqrt(value), sympy.sqrt(value)], symbol, "The solutions.")


def _of(value: sympy.Expr) -> str:
    return " The square of a real number is never negative: the solutions are complex." if value.is_negative else ""


def _ended(
    steps: list[Step], values: list[sympy.Expr], symbol: sympy.Symbol, text: str
) -> tuple[list[Step], list[str]]:
    distinct = list(dict.fromkeys(sympy.simplify(value) for value in values))
    answers = [f"{symbol.name} = {latex(value)}" for value in distinct]
    steps.append(Step(r" , \; ".join(answers), "Both are the same." if len(distinct) == 1 else text))
    return steps, answers


def _sign(discriminant: sympy.Expr) -> str:
    if discriminant == 0:
        return "is 0: there is one solution."
    if discriminant.is_negative:
        return "is negative: there are two complex solutions, and no real one."
    return "is positive: there are two real solutions."


def _taken(what: str) -> str:
    return f"Subtract {what} from both sides."


def _equation(left: sympy.Poly, right: sympy.Poly) -> str:
    return f"{latex(left.as_expr())} = {latex(right.as_expr())}"


def _power_of(value: sympy.Expr) -> str:
    return f"{_factor(value)}^{{2}}"


def _factor(value: sympy.Expr) -> str:
    text = latex(value)
    return text if value.is_Integer and value >= 0 else rf"\left( {text} \right)"


def _is_to_expand(side: Expression, poly: sympy.Poly) -> bool:
    """Whether a side is written in another way than as its terms."""
    terms = side.terms if isinstance(side, Add) else (side,)
    inner = [term.operand if isinstance(term, Negative) else term for term in terms]
    has_brackets = any(isinstance(part, Add) for term in inner for inside in parts(term) for part in walk(inside))
    return has_brackets or any(isinstance(term, Add) for term in inner) or len(terms) != max(1, len(poly.terms()))
