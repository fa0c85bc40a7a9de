"""Problem → solution. Runs in the child process; see `process`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import sympy

from crohme.solver.equations import reach_notes, solve_equations
from crohme.solver.errors import NoAnswer
from crohme.solver.evaluation import Value, holds, matrix_of, signs, value_of
from crohme.solver.families import Family
from crohme.solver.inequalities import solve_inequalities
from crohme.solver.matrices import shape_of
from crohme.solver.named_sets import belongs
from crohme.solver.numeric import precise
from crohme.solver.patience import attempt
from crohme.solver.problem import evaluated
from crohme.solver.readback import read_as
from crohme.solver.readings import readings
from crohme.solver.regions import Region
from crohme.solver.solution import Kind, Solution
from crohme.solver.solved import REAL_ONLY, Assignment
from crohme.solver.steps import steps_of
from crohme.solver.syntax import (
    Comparison,
    Definition,
    Expression,
    Integral,
    Membership,
    Name,
    NamedSet,
    Problem,
    Task,
    Truth,
    free_names,
    walk,
)
from crohme.solver.writing import decimal, is_better_as_decimal, is_too_long, latex, matrix_latex, region_latex, rounded

_Answer = tuple[list[str], str | None, Kind, list[str]]
_SEPARATOR = r" , \; "
_SECONDS_FOR_STEPS = 1.5


@precise
def find_answer(problem: Problem) -> Solution:
    """Answer a problem.

    Raises:
        NoAnswer: It has none, or none was found that can be relied upon.
    """
    understood = read_as(problem.statements)
    try:
        answers, decimals, kind, notes = _TASKS[problem.task](problem)
    except NoAnswer as error:
        raise type(error)(error.cause, understood) from None
    except MemoryError:
        raise
    except Exception:  # SymPy raises all kinds of exceptions at what it cannot do; their texts are no answers
        raise NoAnswer("no answer was found", understood) from None
    steps = attempt(steps_of, problem, answers, seconds=_SECONDS_FOR_STEPS) if problem.has_steps else ()
    said = tuple(dict.fromkeys([*problem.notes, *readings(problem.statements), *notes]))
    return Solution(understood, answers, decimals, kind, said, steps or (), problem.defines)


# === Values ===


def _evaluate(problem: Problem) -> _Answer:
    prefix = f"{problem.unknowns[0].latex} = " if problem.unknowns else ""
    suffix = _suffix(problem)
    expressions = [evaluated(statement) for statement in problem.asked]
    if any(shape_of(expression) is not None for expression in expressions):
        return _evaluate_matrices(problem, expressions, prefix)
    values = [value_of(e, sign, _integers(problem)) for e in expressions for sign in signs(e)]
    values = [value for k, value in enumerate(values) if value.exact is None or value.exact not in _exact(values[:k])]
    answers = [prefix + latex(value) + suffix for value in _exact(values) if not _is_decimal_only(value)]
    notes = [note for value in values for note in value.notes]
    if any(map(_is_indefinite, expressions)):
        if len(expressions) > 1:
            raise NoAnswer("several expressions with an indefinite integral are not answered together")
        constant = _constant(expressions[0])
        return [f"{answer} + {constant}" for answer in answers], None, Kind.EXPRESSION, notes
    decimals: list[str | None] = []
    for value in values:
        if value.estimate is not None:
            text, note = rounded(value.estimate, prefix)
            decimals.append(text)
            notes.append(note)
        else:
            decimals.append(decimal(value.exact, prefix))
    has_names = any(value.free_symbols for value in _exact(values))
    return answers, _joined(decimals), Kind.EXPRESSION if has_names else Kind.VALUE, notes


def _is_indefinite(expression: Expression) -> bool:
    return any(isinstance(part, Integral) and part.lower is None for part in walk(expression))


def _exact(values: Sequence[Value]) -> list[sympy.Expr]:
    return [value.exact for value in values if value.exact is not None]


def _is_decimal_only(value: sympy.Expr) -> bool:
    return is_too_long(value) or is_better_as_decimal(value)


def _constant(expression: Expression) -> str:
    """A name for the constant of integration that is not yet taken."""
    taken = {part.latex for part in walk(expression) if isinstance(part, Name)}
    return next(name for name in ("C", *(f"C_{{{n}}}" for n in range(1, len(taken) + 2))) if name not in taken)


def _define(problem: Problem) -> _Answer:
    answers, notes = [], []
    for statement in problem.asked:
        assert isinstance(statement, Definition)
        value = value_of(statement.body)
        if value.exact is None:
            raise NoAnswer("no closed form was found")
        listed = " , ".join(name.latex for name in statement.parameters)
        answers.append(f"{statement.function.latex} ( {listed} ) = {latex(value.exact)}")
        notes += value.notes
    return answers, None, Kind.DEFINITION, notes


def _check(problem: Problem) -> _Answer:
    truths = []
    for statement in problem.asked:
        if isinstance(statement, Truth):
            truths.append(statement.is_true)
        elif isinstance(statement, Comparison):
            truths.append(holds(statement))
        else:
            assert isinstance(statement, Membership)
            if not statement.without and all(isinstance(piece, NamedSet) for piece in statement.pieces):
                truths.append(_is_in_named(statement))
                continue
            unknown = Name("x")
            equal = Comparison((unknown, statement.operand), ("=",))
            inside = Membership(unknown, statement.pieces, statement.without)
            truths.append(bool(solve_inequalities([equal, inside], unknown)[0].pieces))
    return _truth(all(truths))


def _is_in_named(statement: Membership) -> bool:
    number = value_of(statement.operand).exact
    if number is None:
        raise NoAnswer("whether this number belongs to the set is not known")
    return any(belongs(number, piece.letter) for piece in statement.pieces if isinstance(piece, NamedSet))


def _evaluate_matrices(problem: Problem, expressions: Sequence[Expression], prefix: str) -> _Answer:
    answers: list[str] = []
    notes: list[str] = []
    has_names = False
    for expression in expressions:
        for sign in signs(expression):
            if shape_of(expression) is None:
                value = value_of(expression, sign, _integers(problem))
                if value.exact is None:
                    raise NoAnswer("no closed form was found")
                found, said = value.exact, value.notes
                answers.append(prefix + latex(found))
            else:
                found, said = matrix_of(expression, sign, _integers(problem))
                answers.append(prefix + matrix_latex(found))
            notes += said
            has_names = has_names or bool(found.free_symbols)
    return answers, None, Kind.EXPRESSION if has_names else Kind.VALUE, notes


# === Unknowns ===


def _solve(problem: Problem) -> _Answer:
    comparisons = [statement for statement in problem.asked if isinstance(statement, Comparison)]
    found = solve_equations(comparisons, problem.unknowns, _integers(problem))
    if found.is_everything:
        return *_truth(True)[:3], found.notes
    if found.region is not None:
        return _of_region(problem.unknowns[0], found.region, found.notes)
    if not found.assignments:
        return [], None, Kind.NO_SOLUTION, found.notes
    suffix = _suffix(problem)
    if found.families:
        answers = [
            _assignment(each) + _counted(family) + suffix
            for each, family in zip(found.assignments, found.families, strict=True)
        ]
        return answers, None, Kind.SOLUTIONS, found.notes
    answers = [_assignment(each) + suffix for each in found.assignments]
    notes = list(found.notes)
    if any(value.has(sympy.Float) for each in found.assignments for value in each.values()):
        notes.append("numerically: rounded to 12 digits")
    return answers, _joined(map(_decimals, found.assignments)), Kind.SOLUTIONS, notes


def _solve_inequality(problem: Problem) -> _Answer:
    (unknown,) = problem.unknowns
    if _is_counted(problem):
        return [read_as(problem.asked) + _suffix(problem)], None, Kind.SOLUTIONS, []
    asked = [statement for statement in problem.asked if isinstance(statement, Comparison | Membership)]
    if any(isinstance(statement, Truth) for statement in problem.asked):
        raise NoAnswer("a truth value among relations is not understood")
    found, notes = solve_inequalities(asked, unknown)
    signs = {
        sign for statement in asked for sign in (statement.signs if isinstance(statement, Comparison) else ("\\in",))
    }
    return _of_region(unknown, found, notes, is_real_only="=" in signs <= {"=", r"\neq"})


def _is_counted(problem: Problem) -> bool:
    """Whether it is a set that repeats itself, as the solver writes it: it says itself what the unknown is."""
    declared = _integers(problem)
    if not any(free_names(statement) & declared for statement in problem.asked):
        return False
    if len(problem.asked) == 1 and isinstance(problem.asked[0], Membership):
        return problem.asked[0].operand in problem.unknowns
    raise NoAnswer("relations with whole numbers in them are not solved")


def _of_region(unknown: Name, found: Region, notes: Sequence[str], is_real_only: bool = False) -> _Answer:
    notes = list(notes)
    ends = [end for piece in found.pieces for end in (piece.low, piece.high) if end is not None]
    if any(end.exact is None for end in ends):
        notes.append("numerically: rounded to 12 digits")
    notes += [note for note in reach_notes(found, unknown) if note not in notes]
    if not found.pieces:
        if is_real_only:
            notes.append(REAL_ONLY)
        if found.reach != float("inf"):
            raise NoAnswer("no solution was found, but not all of the real line was searched")
        return [], None, Kind.NO_SOLUTION, notes
    if found.period is None and all(piece.is_point for piece in found.pieces):
        values = [{unknown: piece.ends[0].expression} for piece in found.pieces]
        return list(map(_assignment, values)), _joined(map(_decimals, values)), Kind.SOLUTIONS, notes
    return [region_latex(unknown.latex, found, _free_letter(unknown))], None, Kind.SOLUTIONS, notes


def _free_letter(unknown: Name) -> str:
    return "k" if unknown.label == "n" else "n"


def _counted(family: Family) -> str:
    if family.least is not None and family.least == family.most:
        return ""  # a single value
    n = family.counter.name
    text = rf" , \; {n} \in \mathbb{{Z}}"
    if family.without:
        text += rf" \setminus \left\{{ {' , '.join(map(str, family.without))} \right\}}"
    if family.least is not None:
        text += rf" , \; {n} \geq {family.least}"
    if family.most is not None:
        text += rf" , \; {n} \leq {family.most}"
    return text


def _assignment(solution: Assignment) -> str:
    return _SEPARATOR.join(_equality(name, value) for name, value in solution.items())


def _equality(name: Name, value: sympy.Expr) -> str:
    prefix = f"{name.latex} = "
    if value.has(sympy.Float, sympy.CRootOf) or _is_decimal_only(value):
        return decimal(value, prefix) or prefix + latex(value)
    return prefix + latex(value)


def _decimals(solution: Assignment) -> str | None:
    """All values of a solution, if one of them says more as a decimal."""
    if any(value.has(sympy.Float, sympy.CRootOf) for value in solution.values()):
        return None  # the answer has them already
    decimals = {name: decimal(value, f"{name.latex} = ") for name, value in solution.items()}
    if not any(decimals.values()):
        return None
    return _SEPARATOR.join(text or _equality(name, solution[name]) for name, text in decimals.items())


def _joined(decimals: Iterable[str | None]) -> str | None:
    return _SEPARATOR.join(text for text in decimals if text is not None) or None


def _truth(is_true: bool) -> _Answer:
    return [rf"\mathrm{{{str(is_true).lower()}}}"], None, Kind.TRUTH, []


def _integers(problem: Problem) -> set[Name]:
    operands = (statement.operand for statement in problem.declared if isinstance(statement, Membership))
    return {operand for operand in operands if isinstance(operand, Name)}


def _suffix(problem: Problem) -> str:
    return "".join(rf" , \; {read_as([statement])}" for statement in problem.declared)


_Task = Callable[[Problem], _Answer]
_TASKS: dict[Task, _Task] = {
    Task.EVALUATE: _evaluate,
    Task.CHECK: _check,
    Task.SOLVE: _solve,
    Task.SOLVE_INEQUALITY: _solve_inequality,
    Task.DEFINE: _define,
}
