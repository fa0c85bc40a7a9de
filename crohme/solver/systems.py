"""Several equations, or unknowns with parameters.

An equation that gives one unknown by the others is put into the rest; what remains in one unknown is solved
completely. Polynomial systems have all their solutions from SymPy. Everything else is "at least these".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath
import sympy

from crohme.solver.conditions import Condition
from crohme.solver.domains import listed
from crohme.solver.errors import NoAnswer
from crohme.solver.exponentials import without_powers
from crohme.solver.families import Family
from crohme.solver.forms import complexity, is_presentable
from crohme.solver.isolation import divided, isolated, put_in
from crohme.solver.numeric import number
from crohme.solver.parameters import notes_for, solve_with_parameters
from crohme.solver.patience import attempt
from crohme.solver.solved import REAL_ONLY, Assignment, Solved
from crohme.solver.syntax import Name

_SECONDS = 2.0
_NOT_FOUND = "no closed form of the solutions was found"
_AT_LEAST = "at least these: whether there are other solutions was not found"
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
        return solve_with_parameters(equations, names, conditions)
    if (eliminated := _eliminated(equations, names, conditions, solve_one, is_polynomial)) is not None:
        return eliminated
    if not is_polynomial and (split := _split(equations, names, conditions, solve_one)) is not None:
        return split
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
    left = [[Condition(c.expression.subs(each), c.demand) for c in conditions] for each in kept]
    notes += notes_for([(each, listed(open_)) for each, open_ in zip(assignments, left, strict=True)])
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


def _split(
    equations: Sequence[sympy.Expr],
    names: dict[sympy.Symbol, Name],
    conditions: Sequence[Condition],
    solve_one: _SolveOne,
) -> Solved | None:
    """The solutions where one factor of an equation is 0, and where another is; None if those of one are not known."""
    for index, equation in enumerate(equations):
        factors = [factor for factor in sympy.Mul.make_args(sympy.factor_terms(equation)) if factor.free_symbols]
        if len(factors) < 2 or not all(factor.is_polynomial() for factor in factors):
            continue
        found = Solved()
        for factor in factors:
            others = [*equations[:index], factor, *equations[index + 1 :]]
            part = _eliminated(others, names, conditions, solve_one, False)
            if part is None or part.families:
                return None
            found.assignments += [each for each in part.assignments if each not in found.assignments]
            found.notes += [note for note in part.notes if note not in found.notes]
        if found.assignments and REAL_ONLY in found.notes:
            found.notes.remove(REAL_ONLY)
        return found
    return None


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
    rest, unknowns = [without_powers(equation, names) for equation in equations], list(names)
    while len(unknowns) > 1:
        step = isolated(rest, unknowns) or (None if is_polynomial else divided(rest, unknowns))
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
    inside = [Condition(put_in(c.expression, given), c.demand) for c in conditions]
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


def _short_or_same(value: sympy.Expr) -> sympy.Expr:
    if value.has(sympy.Float):
        return sympy.N(value, 40)
    simple = attempt(sympy.simplify, value, seconds=0.5)
    return value if simple is None or simple.count_ops() > value.count_ops() else simple


def _is_real(value: sympy.Expr) -> bool:
    size = number(value)
    return size is not None and abs(size.imag) < mpmath.mpf(10) ** -20
