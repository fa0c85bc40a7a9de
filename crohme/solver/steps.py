"""The way to an answer, as it is taught: linear and quadratic equations, linear systems, rules of differentiation and
integration. Only a way that ends at the answer is shown; what is written differently has none."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath
import sympy

from crohme.solver import equation_steps, system_steps
from crohme.solver.derivative_steps import derivative_steps
from crohme.solver.equation_steps import Unknown
from crohme.solver.integral_steps import antiderivative_steps, definite_steps
from crohme.solver.latex_reader import read_latex
from crohme.solver.numeric import number
from crohme.solver.problem import evaluated, read_problem
from crohme.solver.samples import are_same
from crohme.solver.solution import Step
from crohme.solver.symbolic import Builder
from crohme.solver.syntax import Apply, Comparison, Derivative, Expression, Integral, PlusMinus, Problem, Task, walk

_CLOSE = mpmath.mpf(10) ** -20


def steps_of(problem: Problem, answers: Sequence[str]) -> tuple[Step, ...]:
    """The steps to the answers; none if they are not known, or lead to something else.

    Args:
        problem: Problem.
        answers: sequence of str. As in `Solution`.
    """
    if any(isinstance(part, PlusMinus) for statement in problem.asked for part in walk(statement)):
        return ()
    try:
        if problem.task is Task.SOLVE:
            return _of_equations(problem, answers)
        if problem.task is Task.EVALUATE and len(problem.asked) == 1 and len(answers) == 1:
            return _of_expression(evaluated(problem.asked[0]), answers[0])
    except Unknown:
        pass
    return ()


def _of_equations(problem: Problem, answers: Sequence[str]) -> tuple[Step, ...]:
    comparisons = [s for s in problem.asked if isinstance(s, Comparison) and s.signs == ("=",)]
    if len(comparisons) != len(problem.asked):
        raise Unknown
    builder = Builder()
    sides = [(builder.build(c.sides[0]), builder.build(c.sides[1])) for c in comparisons]
    unknowns = {builder.symbol(name): name for name in problem.unknowns}
    if builder.conditions or any(side.free_symbols - unknowns.keys() for pair in sides for side in pair):
        raise Unknown
    if len(comparisons) == 1 and len(unknowns) == 1:
        (symbol,) = unknowns
        steps, found = equation_steps.one_unknown(*sides[0], symbol, comparisons[0])
    else:
        steps, found = system_steps.linear_system(sides, list(unknowns))
    return tuple(steps) if sorted(found) == sorted(answers) else ()


def _of_expression(expression: Expression, answer: str) -> tuple[Step, ...]:
    builder = Builder()
    if isinstance(expression, Derivative) and expression.order == 1:
        body, symbol = builder.build(expression.body), builder.symbol(expression.variable)
    elif isinstance(expression, Apply) and expression.order == 1 and len(expression.arguments) == 1:
        symbol = builder.symbol(expression.definition.parameters[0])
        if builder.build(expression.arguments[0]) != symbol:
            raise Unknown
        body = builder.build(expression.definition.body)
    elif isinstance(expression, Integral):
        return _of_integral(expression, answer)
    else:
        raise Unknown
    steps, slope = derivative_steps(body, symbol)
    end = _value_of(answer)
    if not are_same(slope, end, symbol):
        return ()
    return (*steps, Step(answer, "Together, in the shortest form."))


def _of_integral(expression: Integral, answer: str) -> tuple[Step, ...]:
    builder = Builder()
    body, symbol = builder.build(expression.body), builder.symbol(expression.variable)
    if expression.lower is None or expression.upper is None:
        steps, found = antiderivative_steps(body, symbol)
        written = _value_of(answer)
        if not are_same(sympy.diff(found, symbol), body, symbol):
            return ()
        if not are_same(sympy.diff(written, symbol), body, symbol):
            return ()
        return (*steps, Step(answer, "Together, with a constant of integration."))
    low, high = builder.build(expression.lower), builder.build(expression.upper)
    steps, value = definite_steps(body, symbol, low, high)
    end, said = number(value), number(_value_of(answer))
    if end is None or said is None or abs(end - said) > _CLOSE * max(1, abs(said)):
        return ()
    return (*steps, Step(answer, "Worked out."))


def _value_of(answer: str) -> sympy.Expr:
    """An answer, read again: `a = 2`, too."""
    asked = read_problem([read_latex(answer)]).asked[0]
    return Builder().build(evaluated(asked))
