"""Several equations, or unknowns with parameters.

An equation that gives one unknown by the others is put into the rest; what remains in one unknown is solved
completely. Polynomial systems have all their solutions from SymPy. Everything else is "at least these".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import mpmath
import sympy

from crohme.solver.conditions import Condition
from crohme.solver.errors import NoAnswer
from crohme.solver.families import Family
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.numeric import number
from crohme.solver.patience import attempt
from crohme.solver.plain import plain
from crohme.solver.solved import Assignment, Solved
from crohme.solver.syntax import Name
from crohme.solver.zeros import zeros

_SECONDS = 2.0
_NOT_FOUND = "no closed form of the solutions was found"
_AT_LEAST = "at least these: whether there are other solutions was not found"
_TRIALS = ((sympy.Rational(17, 10), sympy.Rational(3, 10)), (sympy.Rational(-13, 10), sympy.Rational(7, 10)))
_SolveOne = Callable[[Sequence[sympy.Expr], sympy.Symbol, Name, Sequence[Condition]], Solved]


def solve_system(
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
    conditions: Sequence[Condition],
    solve_one: _SolveOne,
) -> Solved:
    """Solve equations.

    Args:
        equations: sequence of Expr. They must be 0.
        names: dict of Symbol → Name. The unknowns.
        conditions: sequence of Condition.
        solve_one: callable. Solves equations in one unknown.

    Raises:
        NoAnswer: None were found, and that there are none was not found either.
    """
    free = set().union(*(equation.free_symbols for equation in equations))
    parameters = free - names.keys()
    is_polynomial = all(_is_polynomial(equation, names) for equation in equations)
    if parameters:
        return _with_parameters(equations, names, conditions, parameters)
    if (eliminated := _eliminated(equations, names, conditions, solve_one, is_polynomial)) is not None:
        return eliminated
    # Polynomial systems have complex solutions, too: real symbols would lose them.
    free_of_sign = {symbol: sympy.Dummy(symbol.name) for symbol in names} if is_polynomial else {}
    back = {dummy: symbol for symbol, dummy in free_of_sign.items()}
    wanted = [free_of_sign.get(symbol, symbol) for symbol in names]
    given = [equation.subs(free_of_sign) for equation in equations]
    found = attempt(sympy.solve, given, wanted, dict=True, seconds=_SECONDS)
    if not found and not is_polynomial:
        raise NoAnswer("no solution was found")
    if found is None:
        raise NoAnswer(_NOT_FOUND)
    found = [{back.get(s, s): value.subs(back) for s, value in solution.items()} for solution in found]
    kept = [solution for solution in found if _holds(solution, equations, conditions)]
    notes = [] if is_polynomial and len(kept) == len(found) else [_AT_LEAST]
    if is_polynomial and len(kept) < len(found) and all(_breaks(s, conditions) for s in found if s not in kept):
        notes = []
    if not kept and notes:
        raise NoAnswer("no solution was found")
    assignments = [_named(solution, names) for solution in kept]
    if any(value.has(sympy.Float) for assignment in assignments for value in assignment.values()):
        notes.append("numerically: rounded to 12 digits")
    return Solved(assignments, notes=notes)


def _is_polynomial(equation: sympy.Expr, names: dict[sympy.Symbol, Name]) -> bool:
    return bool(sympy.numer(sympy.together(equation)).is_polynomial(*names))


def _named(solution: dict[sympy.Symbol, sympy.Expr], names: dict[sympy.Symbol, Name]) -> Assignment:
    return {name: _short(solution[symbol]) for symbol, name in names.items() if symbol in solution}


def _short(value: sympy.Expr) -> sympy.Expr:
    simple = attempt(sympy.simplify, value, seconds=0.5) if value.count_ops() < 60 else value
    best = min([v for v in (simple, value) if v is not None], key=sympy.count_ops)
    is_short = is_presentable(best) and complexity(best) <= 22 and not (best.has(sympy.I) and _is_real(best))
    if best.free_symbols or is_short:
        if not is_presentable(best):
            raise NoAnswer(_NOT_FOUND)
        return best
    return sympy.N(best, 40)


def _holds(
    solution: dict[sympy.Symbol, sympy.Expr], equations: Sequence[sympy.Expr], conditions: Sequence[Condition]
) -> bool:
    """Whether equations and conditions hold, as far as their values are numbers."""
    if any(value.has(sympy.nan, sympy.zoo) for value in solution.values()):
        return False
    for equation in equations:
        residual = equation.subs(solution)
        if residual.free_symbols:
            residual = residual.subs({s: sympy.Rational(7 + 3 * k, 11) for k, s in enumerate(residual.free_symbols)})
        value = number(residual)
        if value is None or abs(value) > mpmath.mpf(10) ** -15:
            return False
    return not _breaks(solution, conditions)


def _breaks(solution: dict[sympy.Symbol, sympy.Expr], conditions: Sequence[Condition]) -> bool:
    return not all(condition.holds(solution) for condition in conditions)


# === Elimination ===


def _eliminated(
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
    conditions: Sequence[Condition],
    solve_one: _SolveOne,
    is_polynomial: bool,
) -> Solved | None:
    """All solutions, if one unknown after the other is given by those that remain; else None.

    Only the real ones, if the equations are no polynomials.
    """
    given: list[tuple[sympy.Symbol, sympy.Expr]] = []
    rest, unknowns = list(equations), list(names)
    while len(unknowns) > 1:
        step = _isolated(rest, unknowns)
        if step is None:
            return None
        equation, unknown, value = step
        given.append((unknown, value))
        unknowns.remove(unknown)
        rest = [other.subs(unknown, value) for other in rest if other is not equation]
        rest = [other for other in rest if sympy.simplify(other) != 0]
    (last,) = unknowns
    if not rest:
        return None
    inside = [Condition(_put_in(c.expression, given), c.demand) for c in conditions]
    found = solve_one(rest, last, names[last], inside)
    if found.region is not None or found.is_everything:
        return None
    assignments = []
    for assignment in found.assignments:
        values = {last: assignment[names[last]]}
        for unknown, value in reversed(given):
            put = value.subs(values)
            values[unknown] = sympy.expand(put) if found.families else _short_or_same(put)
        assignments.append({name: values[symbol] for symbol, name in names.items()})
    if not is_polynomial and not found.families:
        assignments = [a for a in assignments if all(map(_is_real, a.values()))]
    families: list[Family] = found.families
    return Solved(assignments, families, notes=found.notes)


def _put_in(expression: sympy.Expr, given: Sequence[tuple[sympy.Symbol, sympy.Expr]]) -> sympy.Expr:
    for unknown, value in given:
        expression = expression.subs(unknown, value)
    return expression


def _short_or_same(value: sympy.Expr) -> sympy.Expr:
    if value.has(sympy.Float):
        return sympy.N(value, 40)
    simple = attempt(sympy.simplify, value, seconds=0.5)
    return value if simple is None or simple.count_ops() > value.count_ops() else simple


def _is_real(value: sympy.Expr) -> bool:
    size = number(value)
    return size is not None and abs(size.imag) < mpmath.mpf(10) ** -20


def _isolated(
    equations: Sequence[sympy.Expr], unknowns: Sequence[sympy.Symbol]
) -> tuple[sympy.Expr, sympy.Symbol, sympy.Expr] | None:
    """An equation that is linear in an unknown with a number before it: what the unknown is."""
    choices: list[tuple[int, int, sympy.Expr, sympy.Symbol, sympy.Expr]] = []
    for equation in equations:
        for unknown in unknowns:
            slope = sympy.diff(equation, unknown)
            if slope.is_number and slope != 0:
                value = sympy.expand(-equation.subs(unknown, 0) / slope)
                choices.append((value.count_ops(), len(choices), equation, unknown, value))
    return min(choices)[2:] if choices else None


# === Parameters ===


def _with_parameters(
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
    conditions: Sequence[Condition],
    parameters: set[sympy.Symbol],
) -> Solved:
    trigonometric = {
        call
        for equation in equations
        for call in equation.atoms(sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc)
        if call.free_symbols & names.keys()
    }
    if trigonometric:
        raise NoAnswer(_NOT_FOUND)
    if any(equation.has(sympy.Abs) for equation in equations):
        return _without_bars(equations, names, conditions, parameters)
    unreal = {symbol: sympy.Dummy(symbol.name) for symbol in parameters | names.keys()}
    back = {dummy: symbol for symbol, dummy in unreal.items()}
    wanted = [unreal[symbol] for symbol in names]
    found = attempt(sympy.solve, [e.subs(unreal) for e in equations], wanted, dict=True, seconds=_SECONDS)
    if not found:
        back = {}
        found = attempt(sympy.solve, list(equations), list(names), dict=True, seconds=_SECONDS)
    if not found:
        raise NoAnswer(_NOT_FOUND if found is None else "no solution was found")
    solutions = [{back.get(s, s): value.subs(back) for s, value in solution.items()} for solution in found]
    kept = [s for s in solutions if _fits(s, equations, conditions, parameters)]
    if not kept or any(not is_presentable(value) for solution in kept for value in solution.values()):
        raise NoAnswer(_NOT_FOUND)
    notes = _needed(kept, equations, names)
    if not all(_is_polynomial(equation, names) for equation in equations) or len(kept) < len(solutions):
        if not _are_all(kept, equations, names, parameters):
            notes.append(_AT_LEAST)
        elif len(kept) <= len(solutions):
            notes.append("only where they satisfy the equation")
    return Solved([_named(solution, names) for solution in kept], notes=notes)


def _without_bars(
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
    conditions: Sequence[Condition],
    parameters: set[sympy.Symbol],
) -> Solved:
    """Solutions with either sign of what stands between bars, as far as they solve the equations with bars."""
    bars = list(set().union(*(equation.atoms(sympy.Abs) for equation in equations)))
    if len(bars) > 2 or len(names) > 1:
        raise NoAnswer(_NOT_FOUND)
    kept: list[dict[sympy.Symbol, sympy.Expr]] = []
    for signs in product((1, -1), repeat=len(bars)):
        values = {bar: sign * bar.args[0] for bar, sign in zip(bars, signs, strict=True)}
        found = attempt(sympy.solve, [e.subs(values) for e in equations], list(names), dict=True, seconds=_SECONDS)
        if found is None:
            raise NoAnswer(_NOT_FOUND)
        kept += [s for s in found if s not in kept and _fits(s, equations, conditions, parameters)]
    if not kept or not _are_all(kept, equations, names, parameters):
        raise NoAnswer(_NOT_FOUND)
    notes = [*_needed(kept, equations, names), "only where they satisfy the equation"]
    return Solved([_named(solution, names) for solution in kept], notes=notes)


def _trials(symbols: set[sympy.Symbol]) -> list[dict[sympy.Symbol, Any]]:
    ordered = sorted(symbols, key=str)
    return [{symbol: start + k * step for k, symbol in enumerate(ordered)} for start, step in _TRIALS]


def _fits(
    solution: dict[sympy.Symbol, sympy.Expr],
    equations: Sequence[sympy.Expr],
    conditions: Sequence[Condition],
    parameters: set[sympy.Symbol],
) -> bool:
    """Whether the solution is one for some values of the parameters."""
    for values in _trials(parameters):
        at = {symbol: value.subs(values) for symbol, value in solution.items()}
        inside = [equation.subs(values) for equation in equations]
        there = [Condition(c.expression.subs(values), c.demand) for c in conditions]
        if _holds(at, inside, there):
            return True
    return False


def _are_all(
    solutions: Sequence[dict[sympy.Symbol, sympy.Expr]],
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
    parameters: set[sympy.Symbol],
) -> bool:
    """Whether the solutions are all real ones, for some values of the parameters."""
    if len(names) > 1 or len(equations) > 1:
        return False
    (symbol,) = names
    for values in _trials(parameters):
        scanned = zeros(equations[0].subs(values), symbol)
        sizes = [number(solution[symbol].subs(values)) for solution in solutions]
        for p in scanned.points:
            if not any(size is not None and abs(size - p.value) < 1e-12 * max(1, abs(p.value)) for size in sizes):
                return False
        if not scanned.are_all:
            return False
    return True


def _needed(
    solutions: Sequence[dict[sympy.Symbol, sympy.Expr]],
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
) -> list[str]:
    """What must not be 0 for the solutions to be these: their denominators, and leading coefficients."""
    factors: set[sympy.Expr] = set()
    for solution in solutions:
        for value in solution.values():
            denominator = sympy.denom(sympy.together(value))
            factors |= {f.base if f.is_Pow else f for f in sympy.Mul.make_args(sympy.factor(denominator))}
    factors = {factor for factor in factors if factor.free_symbols and not factor.free_symbols & names.keys()}
    if not factors:
        return []
    return ["for " + " and ".join(sorted(f"{plain(factor)} ≠ 0" for factor in factors))]
