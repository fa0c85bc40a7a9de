"""Equations with parameters: solutions as formulas, and for which parameters they are the solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import mpmath
import sympy
from sympy.solvers.solveset import NonlinearError

from crohme.solver.branches import Branch, branches
from crohme.solver.conditions import Condition, Must
from crohme.solver.domains import conditions_of, listed, simplified, with_signs
from crohme.solver.errors import NoAnswer
from crohme.solver.families import Family, counter
from crohme.solver.forms import is_presentable
from crohme.solver.isolation import isolated, put_in
from crohme.solver.numeric import number
from crohme.solver.patience import attempt
from crohme.solver.plain import plain
from crohme.solver.powers import may_have_negative_base
from crohme.solver.solved import Assignment, Solved
from crohme.solver.syntax import Name

_SECONDS = 2.0
_NOT_FOUND = "no closed form of the solutions was found"
_IN_GENERAL = "for parameters in general: for some values there may be other solutions, or none"
_IN_PART = "at least these: powers of what may be negative are solved in part only"
_TRIALS = tuple(
    (sympy.Rational(start, 10), sympy.Rational(step, 10))
    for start, step in ((17, 3), (-13, 7), (3, -11), (-27, 17), (29, -13), (6, 1), (-7, -9), (2, 37))
)
_Values = dict[sympy.Symbol, sympy.Expr]


def solve_with_parameters(
    equations: Sequence[sympy.Expr], names: dict[sympy.Symbol, Name], conditions: Sequence[Condition]
) -> Solved:
    """Solve equations in which there are names beside the unknowns.

    Args:
        equations: sequence of Expr. They must be 0.
        names: dict of Symbol → Name. The unknowns.
        conditions: sequence of Condition.

    Raises:
        NoAnswer: No formula was found.
    """
    given, rest, unknowns = _reduced(equations, list(names))
    if len(unknowns) == 1 and len(rest) == 1:
        return _in_one(rest[0], unknowns[0], given, equations, names, conditions)
    return _linear(equations, names, conditions) or _in_general(equations, names, conditions)


def _reduced(
    equations: Sequence[sympy.Expr], unknowns: list[sympy.Symbol]
) -> tuple[list[tuple[sympy.Symbol, sympy.Expr]], list[sympy.Expr], list[sympy.Symbol]]:
    """Unknowns that others give, and what remains."""
    given: list[tuple[sympy.Symbol, sympy.Expr]] = []
    rest = list(equations)
    while len(unknowns) > 1 and (step := isolated(rest, unknowns)) is not None:
        equation, unknown, value = step
        given.append((unknown, value))
        unknowns.remove(unknown)
        rest = [other.subs(unknown, value) for other in rest if other is not equation]
        rest = [other for other in rest if sympy.simplify(other) != 0]
    return given, rest, unknowns


# === One unknown ===


def _in_one(
    equation: sympy.Expr,
    symbol: sympy.Symbol,
    given: Sequence[tuple[sympy.Symbol, sympy.Expr]],
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
    conditions: Sequence[Condition],
) -> Solved:
    numerator = sympy.numer(sympy.together(equation))
    inside = [Condition(put_in(c.expression, given), c.demand) for c in conditions]
    if not sympy.simplify(numerator).has(symbol):
        needed = [*(c for c in inside if not c.expression.has(symbol)), Condition(numerator, Must.NOT_BE_ZERO)]
        return Solved(notes=notes_for([(None, listed(needed))]))
    n = counter({name.label for name in names.values()} | {str(s) for s in equation.free_symbols})
    is_polynomial = bool(numerator.is_polynomial(symbol))
    found: list[Branch] = []
    texts: list[tuple[list[str], list[str]]] = []
    candidates, needed = branches(equation, symbol, n)
    if not candidates or any(word.startswith("no real") for word in listed(needed)):
        raise NoAnswer(_NOT_FOUND)
    for branch in _without_cases(candidates):
        demanded = [
            *needed,
            *branch.conditions,
            *(Condition(c.expression.subs(symbol, branch.value), c.demand) for c in inside),
        ]
        shown = list(conditions_of(branch.value))
        is_real = not branch.value.has(sympy.I)
        if not is_polynomial:
            demanded += shown
        if any(not c.expression.free_symbols and not c.holds({}) for c in demanded):
            continue
        _confirm(equation, symbol, branch, demanded, n)
        words = listed(
            c for c in [*demanded, *(s for s in shown if s.demand is Must.NOT_BE_ZERO)] if not c.expression.has(n)
        )
        if any(word.startswith("no real") for word in words):
            continue
        real = listed(c for c in shown if c.demand is not Must.NOT_BE_ZERO) if is_polynomial and is_real else []
        if _has_odd_root(branch.value):
            real = []
        found.append(replace(branch, value=_shorter(branch.value, demanded)))
        texts.append((words, real))
    if not found:
        return Solved(notes=notes_for([(None, listed(needed))]))
    assignments = [_assigned(branch.value, symbol, given, names) for branch in found]
    notes = notes_for([(each, words) for each, (words, _) in zip(assignments, texts, strict=True)])
    real_of_all = {tuple(real) for _, real in texts if real}
    if len(real_of_all) == 1:
        notes.append("real for " + " and ".join(real_of_all.pop()))
    elif real_of_all:
        notes.append("some solutions are complex for some parameters")
    if may_have_negative_base([equation], symbol) or any(
        power.base.has(symbol) and power.exp.free_symbols for power in equation.atoms(sympy.Pow)
    ):
        notes.append(_IN_PART)
    families = [Family(b.value, n, *(() if b.is_counted else (0, 0))) for b in found]
    return Solved(assignments, families if any(b.is_counted for b in found) else [], notes=notes)


def _without_cases(found: Sequence[Branch]) -> list[Branch]:
    """The solutions, of which those that one sign of a condition gives as well as the other are given once."""
    kept: list[Branch] = []
    for branch in found:
        own = set(simplified(branch.conditions))
        twins = [
            other
            for other in kept
            if other.value == branch.value
            and {c.expression for c in own} == {-c.expression for c in simplified(other.conditions)}
            and all(c.demand is Must.NOT_BE_NEGATIVE for c in own)
            and len(own) == 1
        ]
        if twins:
            kept[kept.index(twins[0])] = Branch(branch.value, (), branch.is_counted)
        elif branch not in kept:
            kept.append(branch)
    return kept


def _has_odd_root(value: sympy.Expr) -> bool:
    return any(power.exp.is_Rational and power.exp.q % 2 and power.exp.q > 1 for power in value.atoms(sympy.Pow))


def _assigned(
    value: sympy.Expr,
    symbol: sympy.Symbol,
    given: Sequence[tuple[sympy.Symbol, sympy.Expr]],
    names: dict[sympy.Symbol, Name],
) -> Assignment:
    values = {symbol: value}
    for unknown, by_others in reversed(given):
        values[unknown] = _short(by_others.subs(values))
    if not all(map(is_presentable, values.values())):
        raise NoAnswer(_NOT_FOUND)
    return {name: values[unknown] for unknown, name in names.items()}


def _shorter(value: sympy.Expr, conditions: Sequence[Condition]) -> sympy.Expr:
    """ln(a^2)/ln(a) is 2 where a must be positive."""
    signed, names = with_signs(value, simplified(conditions))
    return _short(signed).subs(names) if names and value.has(sympy.log) else value


def _short(value: sympy.Expr) -> sympy.Expr:
    simple = attempt(sympy.simplify, value, seconds=0.5)
    return value if simple is None or sympy.count_ops(simple) > sympy.count_ops(value) else simple


def notes_for(solutions: Sequence[tuple[Assignment | None, list[str]]]) -> list[str]:
    """For which parameters these are the solutions: once, if it is the same for all."""
    texts = [" and ".join(words) for _, words in solutions]
    if len(set(texts)) == 1:
        return [f"for {texts[0]}"] if texts[0] else []
    found = []
    for (assignment, _), text in zip(solutions, texts, strict=True):
        values = ", ".join(f"{name.latex} = {plain(value)}" for name, value in (assignment or {}).items())
        found.append(f"{values} for {text}" if text else f"{values} always")
    return found


def _trials(symbols: set[sympy.Symbol]) -> Iterator[_Values]:
    ordered = sorted(symbols, key=str)
    for start, step in _TRIALS:
        yield {symbol: start + k * step for k, symbol in enumerate(ordered)}


def _confirm(
    equation: sympy.Expr, symbol: sympy.Symbol, branch: Branch, demanded: Sequence[Condition], n: sympy.Symbol
) -> None:
    """Put a solution into the equation, for some values of the parameters.

    Raises:
        NoAnswer: It is none.
    """
    for values in _trials(equation.free_symbols - {symbol}):
        at = {**values, n: sympy.Integer(2)}
        if not all(condition.holds(at) for condition in demanded):
            continue
        # Numbers first: SymPy makes 1 of tan(πn - π/4).
        residual = number(equation.subs(values).subs(symbol, branch.value.subs(at)))
        if residual is None or abs(residual) > mpmath.mpf(10) ** -15:
            raise NoAnswer(_NOT_FOUND)


# === Several unknowns ===


def _linear(
    equations: Sequence[sympy.Expr], names: dict[sympy.Symbol, Name], conditions: Sequence[Condition]
) -> Solved | None:
    """As many linear equations as unknowns, if their determinant is not always 0."""
    unknowns = list(names)
    numerators = [sympy.numer(sympy.together(equation)) for equation in equations]
    try:
        matrix, right = sympy.linear_eq_to_matrix(numerators, unknowns)
    except NonlinearError:
        return None
    if matrix.rows != matrix.cols or (determinant := sympy.factor(matrix.det())) == 0:
        return None
    solution = matrix.LUsolve(right) if matrix.rows > 1 else right / matrix[0, 0]
    values = {unknown: sympy.factor(value) for unknown, value in zip(unknowns, solution, strict=True)}
    needed = [Condition(determinant, Must.NOT_BE_ZERO)]
    needed += [Condition(sympy.together(c.expression.subs(values)), c.demand) for c in conditions]
    if any(not c.expression.free_symbols and not c.holds({}) for c in needed):
        return Solved(notes=notes_for([(None, listed(needed[:1]))]))
    return Solved([{names[s]: _short(value) for s, value in values.items()}], notes=notes_for([(None, listed(needed))]))


def _in_general(
    equations: Sequence[sympy.Expr], names: dict[sympy.Symbol, Name], conditions: Sequence[Condition]
) -> Solved:
    """What SymPy finds, confirmed for some values of the parameters."""
    if not all(sympy.numer(sympy.together(equation)).is_polynomial(*names) for equation in equations):
        raise NoAnswer(_NOT_FOUND)
    parameters = set().union(*(equation.free_symbols for equation in equations)) - names.keys()
    unreal = {symbol: sympy.Dummy(symbol.name) for symbol in parameters | names.keys()}
    back = {dummy: symbol for symbol, dummy in unreal.items()}
    wanted = [unreal[symbol] for symbol in names]
    found = attempt(sympy.solve, [e.subs(unreal) for e in equations], wanted, dict=True, seconds=_SECONDS)
    if not found:
        raise NoAnswer(_NOT_FOUND)
    solutions: list[_Values] = [{back[s]: value.subs(back) for s, value in solution.items()} for solution in found]
    kept = [solution for solution in solutions if all(c.holds(solution) for c in conditions)]
    if not kept or any(not is_presentable(value) for solution in kept for value in solution.values()):
        raise NoAnswer(_NOT_FOUND)
    for solution in kept:
        for values in list(_trials(parameters | names.keys()))[:2]:
            at = [e.subs(solution).subs(values) for e in equations]
            if any((size := number(value)) is None or abs(size) > mpmath.mpf(10) ** -15 for value in at):
                raise NoAnswer(_NOT_FOUND)
    shown = [c for each in kept for value in each.values() for c in conditions_of(value)]
    words = listed(c for c in shown if c.demand is Must.NOT_BE_ZERO)
    notes = [*([f"for {' and '.join(words)}"] if words else []), _IN_GENERAL]
    return Solved([{names[s]: _short(each[s]) for s in names if s in each} for each in kept], notes=notes)
