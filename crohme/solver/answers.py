"""Problem → solution, with SymPy. Runs in the child process; see `process`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy

from crohme.solver.equations import Assignment, solve_equations, solve_inequalities
from crohme.solver.errors import NoAnswer
from crohme.solver.evaluation import holds, signs, value_of
from crohme.solver.problem import evaluated
from crohme.solver.readback import read_as
from crohme.solver.solution import Kind, Solution
from crohme.solver.syntax import Comparison, Expression, Integral, Name, Problem, Task, walk
from crohme.solver.writing import decimal, is_too_long, latex

_Answer = tuple[list[str], str | None, Kind]
_SEPARATOR = r" , \; "


def find_answer(problem: Problem) -> Solution:
    """Answer a problem.

    Raises:
        NoAnswer: It has none, or SymPy finds none.
    """
    understood = read_as(problem.statements)
    try:
        answers, decimals, kind = _TASKS[problem.task](problem)
    except NoAnswer as error:
        raise type(error)(error.cause, understood) from None
    return Solution(understood, answers, decimals, kind)


def _evaluate(problem: Problem) -> _Answer:
    expression = evaluated(problem)
    prefix = f"{problem.unknowns[0].latex} = " if problem.unknowns else ""
    values = list(dict.fromkeys(value_of(expression, sign) for sign in signs(expression)))
    exact = [value for value in values if not (isinstance(value, sympy.Integral) or is_too_long(value))]
    answers = [prefix + latex(value) for value in exact]
    if any(isinstance(part, Integral) and part.lower is None for part in walk(expression)):
        return [f"{answer} + {_constant(expression)}" for answer in answers], None, Kind.EXPRESSION
    kind = Kind.EXPRESSION if any(value.free_symbols for value in values) else Kind.VALUE
    return answers, _joined([decimal(value, prefix) for value in values]), kind


def _constant(expression: Expression) -> str:
    """A name for the constant of integration that is not yet taken."""
    taken = {part.latex for part in walk(expression) if isinstance(part, Name)}
    return next(name for name in ("C", *(f"C_{{{n}}}" for n in range(1, len(taken) + 2))) if name not in taken)


def _check(problem: Problem) -> _Answer:
    return _truth(all(holds(comparison) for comparison in _comparisons(problem)))


def _solve(problem: Problem) -> _Answer:
    solutions = solve_equations(_comparisons(problem), problem.unknowns)
    if solutions is None:
        return _truth(True)
    if isinstance(solutions, sympy.Set):
        return [rf"{problem.unknowns[0].latex} \in {latex(solutions)}"], None, Kind.SOLUTIONS
    if not solutions:
        return [], None, Kind.NO_SOLUTION
    answers = [_SEPARATOR.join(_equality(name, value) for name, value in found.items()) for found in solutions]
    return answers, _joined(map(_decimals, solutions)), Kind.SOLUTIONS


def _solve_inequality(problem: Problem) -> _Answer:
    (unknown,) = problem.unknowns
    solutions = solve_inequalities(_comparisons(problem), unknown)
    if solutions == sympy.S.EmptySet:
        return [], None, Kind.NO_SOLUTION
    if isinstance(solutions, sympy.FiniteSet):
        values = list(solutions)
        decimals = _joined(decimal(value, f"{unknown.latex} = ") for value in values)
        return [f"{unknown.latex} = {latex(value)}" for value in values], decimals, Kind.SOLUTIONS
    return [rf"{unknown.latex} \in {latex(solutions)}"], None, Kind.SOLUTIONS


def _equality(name: Name, value: sympy.Expr) -> str:
    prefix = f"{name.latex} = "
    if value.has(sympy.CRootOf):  # a root for which there is no formula
        return decimal(value, prefix) or prefix + latex(value)
    return prefix + latex(value)


def _decimals(solution: Assignment) -> str | None:
    """All values of a solution, if one of them says more as a decimal."""
    decimals = {name: decimal(value, f"{name.latex} = ") for name, value in solution.items()}
    if not any(decimals.values()):
        return None
    return _SEPARATOR.join(text or _equality(name, solution[name]) for name, text in decimals.items())


def _joined(decimals: Iterable[str | None]) -> str | None:
    return _SEPARATOR.join(text for text in decimals if text is not None) or None


def _truth(is_true: bool) -> _Answer:
    return [rf"\mathrm{{{str(is_true).lower()}}}"], None, Kind.TRUTH


def _comparisons(problem: Problem) -> list[Comparison]:
    return [statement for statement in problem.statements if isinstance(statement, Comparison)]


_TASKS: dict[Task, Callable[[Problem], _Answer]] = {
    Task.EVALUATE: _evaluate,
    Task.CHECK: _check,
    Task.SOLVE: _solve,
    Task.SOLVE_INEQUALITY: _solve_inequality,
}
