"""Equations, systems and inequalities.

Polynomial and rational equations in one unknown are solved over the complex numbers, all others
over the real ones: `e^{x} = 2` has the one solution that people mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from crohme.solver.errors import NoAnswer
from crohme.solver.evaluation import RELATIONS, check_defined, pairs, signs, tidy
from crohme.solver.symbolic import Builder
from crohme.solver.syntax import Comparison, Name

Assignment = dict[Name, sympy.Expr]
"""A solution: the values of the unknowns."""
_TOLERANCE = 1e-9
_NOT_FOUND = "no closed form of the solutions was found"


def solve_equations(comparisons: Sequence[Comparison], unknowns: Sequence[Name]) -> list[Assignment] | sympy.Set | None:
    """Solve equations.

    Args:
        comparisons: sequence of Comparison, with `=` only.
        unknowns: sequence of Name.

    Returns:
        Solutions; the set of all solutions if it is infinite and there is one unknown; None if the
        equations hold for all values.

    Raises:
        NoAnswer: SymPy cannot solve them.
    """
    found: list[Assignment] = []
    for sign in signs(*comparisons):
        builder = Builder(sign=sign, real=False, with_roots=True)
        equations = _equations(comparisons, builder)
        if not equations:
            return None
        symbols = {builder.symbol(name): name for name in unknowns}
        if len(symbols) == len(equations) == 1 and not builder.roots and equations[0].free_symbols <= symbols.keys():
            solutions = _solve_one(equations[0], *symbols)
            if isinstance(solutions, sympy.Set):
                return solutions
        else:
            solutions = _solve_system(equations, list(symbols), builder.roots)
        for solution in solutions:
            if not _satisfies(solution, equations):
                continue
            named = {name: tidy(solution[symbol]) for symbol, name in symbols.items() if symbol in solution}
            if named not in found:
                found.append(named)
    return sorted(found, key=lambda solution: [_order(value) for value in solution.values()])


def solve_inequalities(comparisons: Sequence[Comparison], unknown: Name) -> sympy.Set:
    """The real numbers for which all relations hold.

    Raises:
        NoAnswer: SymPy cannot find them.
    """
    builder = Builder(real=True)
    symbol = builder.symbol(unknown)
    solutions: sympy.Set = sympy.S.Reals
    for left, sign, right in (pair for comparison in comparisons for pair in pairs(comparison)):
        difference = (builder.build(left) - builder.build(right)).doit()
        check_defined(difference)
        relation = RELATIONS[sign](difference, 0)
        if relation == sympy.false:
            return sympy.S.EmptySet
        if relation != sympy.true:
            solutions &= _region(relation, difference, symbol)
    if not _is_explicit(solutions):
        raise NoAnswer(_NOT_FOUND)
    return solutions


def _equations(comparisons: Sequence[Comparison], builder: Builder) -> list[sympy.Expr]:
    """Expressions that must be 0, without those that always are."""
    differences = [
        (builder.build(left) - builder.build(right)).doit()
        for comparison in comparisons
        for left, _, right in pairs(comparison)
    ]
    for difference in differences:
        check_defined(difference)
    return [difference for difference in differences if sympy.simplify(difference) != 0]


def _solve_one(equation: sympy.Expr, symbol: sympy.Symbol) -> list[dict[sympy.Symbol, sympy.Expr]] | sympy.Set:
    domain = sympy.S.Complexes if equation.is_rational_function(symbol) else sympy.S.Reals
    solutions = sympy.solveset(equation, symbol, domain)
    if isinstance(solutions, sympy.FiniteSet | sympy.sets.sets.EmptySet):
        return [{symbol: value} for value in solutions]
    if _is_explicit(solutions):
        return solutions
    _check_not_periodic([equation], [symbol])
    found = _solve(equation, symbol)
    if not found or (domain is sympy.S.Reals and not all(value.is_real for value in found)):
        raise NoAnswer(_NOT_FOUND)
    return [{symbol: value} for value in found]


def _solve_system(
    equations: Sequence[sympy.Expr], symbols: Sequence[sympy.Symbol], roots: dict[sympy.Symbol, sympy.Expr]
) -> list[dict[sympy.Symbol, sympy.Expr]]:
    wanted = [*symbols, *roots]
    _check_not_periodic(equations, wanted)
    solutions = _solve([*equations, *roots.values()], wanted, dict=True)
    if not solutions and not all(equation.is_rational_function(*wanted) for equation in equations):
        # SymPy does not say whether there is none or it found none.
        raise NoAnswer("no solution was found")
    return [
        solution
        for solution in solutions
        if all(solution.get(root, root).is_real is not False for root in roots)
        and (not roots or all(value.is_real is not False for value in solution.values()))
    ]


def _satisfies(solution: dict[sympy.Symbol, sympy.Expr], equations: Sequence[sympy.Expr]) -> bool:
    """Whether equations hold, as far as their values are numbers: SymPy's logarithms let wrong ones pass."""
    numbers = {symbol: sympy.N(value, 30) for symbol, value in solution.items()}
    residuals = [equation.subs(numbers) for equation in equations]
    return all(r.free_symbols or (r.is_finite and abs(sympy.N(r)) < _TOLERANCE) for r in residuals)


def _check_not_periodic(equations: Sequence[sympy.Expr], unknowns: Sequence[sympy.Symbol]) -> None:
    """Refuse sines of unknowns to `sympy.solve`, which gives some of infinitely many solutions."""
    for function in (f for equation in equations for f in equation.atoms(TrigonometricFunction)):
        if function.free_symbols & set(unknowns):
            raise NoAnswer(_NOT_FOUND)


def _solve(*arguments: Any, **options: Any) -> list[Any]:
    try:
        return sympy.solve(*arguments, **options)
    except NotImplementedError:
        raise NoAnswer(_NOT_FOUND) from None


def _region(relation: sympy.Basic, difference: sympy.Expr, symbol: sympy.Symbol) -> sympy.Set:
    if sympy.periodicity(difference, symbol) is not None:
        raise NoAnswer("an inequality that repeats itself: SymPy would give one period only")
    try:
        return sympy.solve_univariate_inequality(relation, symbol, relational=False)
    except NotImplementedError:
        raise NoAnswer(_NOT_FOUND) from None


def _is_explicit(solutions: sympy.Set) -> bool:
    """Whether the set is made of intervals, numbers and numbered families only."""
    if isinstance(solutions, sympy.Union | sympy.Complement):
        return all(map(_is_explicit, solutions.args))
    return isinstance(
        solutions, sympy.Interval | sympy.FiniteSet | sympy.ImageSet | sympy.sets.sets.EmptySet
    ) or solutions in (sympy.S.Reals, sympy.S.Integers, sympy.S.Complexes)


def _order(value: sympy.Expr) -> tuple[bool, float, float, str]:
    """Numbers by size, then all others by name."""
    if not value.is_number:
        return True, 0.0, 0.0, str(value)
    number = complex(value)
    return False, round(number.real, 9), number.imag, ""
