"""Equations in one unknown.

Polynomial and rational equations are solved over the complex numbers, all others over the real ones: `e^{x} = 2`
has the one solution that people mean.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import mpmath
import sympy

from crohme.solver.calculus import Calculus
from crohme.solver.complex_parts import real_parts
from crohme.solver.conditions import Condition, Must
from crohme.solver.domains import listed, with_signs
from crohme.solver.errors import NoAnswer
from crohme.solver.evaluation import check_defined, pairs, signs
from crohme.solver.excluded import check_excluded
from crohme.solver.families import counter, nested, of_region
from crohme.solver.gaps import Gapped
from crohme.solver.matrix_values import entries
from crohme.solver.numeric import DIGITS, is_zero, number, precise
from crohme.solver.patience import attempt
from crohme.solver.powers import may_have_negative_base
from crohme.solver.regions import Region, Relation, region
from crohme.solver.solved import REAL_ONLY, Assignment, Solved
from crohme.solver.symbolic import Builder
from crohme.solver.syntax import Absolute, Comparison, Constant, Factorial, Name, Statement, free_names, walk
from crohme.solver.systems import solve_system
from crohme.solver.whole_numbers import counts, in_whole_numbers, limits_of_sums, solve_by_trial
from crohme.solver.zeros import zeros

_IN_PART = "powers of what may be negative, and equations with i, are solved in part only"
_LONGEST_ROOT = 22
_MOST_FACTORED = 60


@precise
def solve_equations(
    comparisons: Sequence[Comparison], unknowns: Sequence[Name], integers: Collection[Name] = ()
) -> Solved:
    """Solve equations.

    Args:
        comparisons: sequence of Comparison, with `=` only.
        unknowns: sequence of Name. Empty where none is said: then the equations can only hold for all names.
        integers: collection of Name. Names that are whole numbers.

    Returns:
        Solved.

    Raises:
        NoAnswer: No solutions were found that can be relied upon, or what is unknown is not said.
    """
    result = Solved()
    for sign in signs(*comparisons):
        builder, calculus = Builder(sign=sign, integers=integers), Calculus()
        built = [
            difference
            for comparison in comparisons
            for left, _, right in pairs(comparison)
            for difference in entries(builder.build(left), builder.build(right))
        ]
        equations = [calculus.evaluate(expression) for expression in built]
        if calculus.estimates:
            raise NoAnswer("no closed form of an integral was found")
        for equation in equations:
            check_defined(equation)
        names = {builder.symbol(name): name for name in unknowns}
        check_excluded(built, calculus.stated, names, lambda found: all(map(is_zero, found)))
        conditions = [*builder.conditions, *calculus.conditions, *calculus.convergence, *calculus.stated]
        given = [equation for equation in equations if not _is_nothing(equation, conditions)]
        if given and not unknowns:
            raise NoAnswer(f"which of {_listed(comparisons)} are unknown is not said: x, y and z would be")
        found = _solve(given, names, conditions)
        found = in_whole_numbers(found, {names[symbol] for symbol in limits_of_sums(built) if symbol in names})
        if calculus.gapped:
            _keep_existing(found, calculus.gapped, names)
        if found.region is not None or found.is_everything:
            found.notes += [f"{name.latex} was taken for a whole number" for name in _in_factorials(comparisons)]
        holds = [f"for {text}" for text in listed(calculus.stated)]
        notes = (*builder.notes, *calculus.notes, *holds, *found.notes)
        result.notes += [note for note in notes if note not in result.notes]
        result.families += found.families
        result.region = found.region
        result.is_everything = found.is_everything
        result.assignments += [each for each in found.assignments if found.families or each not in result.assignments]
    values = [value for each in result.assignments for value in each.values()]
    if not result.families and any(map(_is_complex, values)):
        result.notes.append("in the complex numbers")
    elif any(_is_of_complex(part) for each in comparisons for part in walk(each)) and REAL_ONLY not in result.notes:
        result.notes.append(REAL_ONLY)
    if not result.families:
        result.assignments.sort(key=lambda each: [_order(value) for value in each.values()])
    return result


def _listed(comparisons: Sequence[Comparison]) -> str:
    return " , ".join(sorted(name.latex for name in set().union(*map(free_names, comparisons))))


def _keep_existing(found: Solved, gapped: Sequence[Gapped], names: dict[sympy.Symbol, Name]) -> None:
    """Leave out solutions at which an integral of the equation does not exist."""
    if found.families or found.region is not None or found.is_everything:
        raise NoAnswer("where the integral of the equation exists was not found")
    if any(value.free_symbols for each in found.assignments for value in each.values()):
        return  # the note of the integral says where they hold
    found.assignments = [
        each
        for each in found.assignments
        if all(one.exists_at({symbol: each[name] for symbol, name in names.items()}) for one in gapped)
    ]


def _in_factorials(comparisons: Sequence[Comparison]) -> list[Name]:
    operands = (part for each in comparisons for part in walk(each) if isinstance(part, Factorial))
    return sorted(set().union(*map(free_names, operands)), key=lambda name: name.latex)


def _is_of_complex(part: Statement) -> bool:
    """Whether this is |x + i|, which was taken for that of a real x."""
    return isinstance(part, Absolute) and bool(free_names(part)) and Constant("i") in walk(part)


def _is_complex(value: sympy.Expr) -> bool:
    if not value.is_number:
        return bool(value.has(sympy.I))
    if value.is_real is not None:
        return not value.is_real
    size = number(value)
    return size is not None and abs(size.imag) > mpmath.mpf(10) ** -20


def _is_nothing(equation: sympy.Expr, conditions: Sequence[Condition]) -> bool:
    """Whether an equation holds wherever its sides have a value."""
    if equation == 0:
        return True
    if equation.is_polynomial():
        return bool(sympy.expand(equation) == 0)
    if attempt(lambda one: sympy.expand(one, trig=True), equation, seconds=1.0) == 0:
        return True
    forms = equation, with_signs(equation, conditions)[0]
    return any(attempt(sympy.simplify, form, seconds=1.0) == 0 for form in dict.fromkeys(forms))


def _solve(equations: Sequence[sympy.Expr], names: dict[sympy.Symbol, Name], conditions: Sequence[Condition]) -> Solved:
    if any(equation.is_number and not is_zero(equation) for equation in equations):
        return Solved()
    free = set().union(*(e.free_symbols for e in equations), *(c.expression.free_symbols for c in conditions))
    if not equations and not (len(free) == 1 and free <= names.keys()):
        words = listed(conditions)
        return Solved(is_everything=True, notes=[f"for {' and '.join(words)}"] if words else [])
    if len(names) == 1 and free <= names.keys():
        (symbol, name), *_ = names.items()
        return solve_one(equations, symbol, name, conditions)
    return solve_system(equations, names, conditions, solve_one)


def solve_one(
    equations: Sequence[sympy.Expr], symbol: sympy.Symbol, name: Name, conditions: Sequence[Condition]
) -> Solved:
    """Solve equations in one unknown, without other names.

    Raises:
        NoAnswer: See `solve_equations`.
    """
    if counts(equations, symbol):
        return solve_by_trial(equations, symbol, name, conditions)
    rational = [equation for equation in equations if equation.is_rational_function(symbol)]
    if equations and len(rational) == len(equations):
        found = _roots(equations, symbol)
        kept = [value for value in found if all(condition.holds_at(symbol, value) for condition in conditions)]
        is_of_real = any(condition.demand is not Must.NOT_BE_ZERO for condition in conditions)
        notes = [REAL_ONLY] if is_of_real and len(kept) < len(found) and not kept else []
        return Solved([{name: value} for value in kept], notes=notes)
    split = real_parts(equations)
    solved = _solve_transcendental(equations if split is None else split, symbol, name, conditions)
    may_miss = may_have_negative_base(equations, symbol) or split is None
    is_empty = not (solved.assignments or solved.region or solved.is_everything)
    if may_miss and is_empty:
        raise NoAnswer(f"{_IN_PART}, and none was found")
    if may_miss:
        solved.notes.append(f"at least these: {_IN_PART}")
    elif is_empty or any(equation.has(sympy.I) for equation in equations):
        solved.notes.append(REAL_ONLY)
    return solved


def _solve_transcendental(
    equations: Sequence[sympy.Expr], symbol: sympy.Symbol, name: Name, conditions: Sequence[Condition]
) -> Solved:
    n = counter({name.label})
    if len(equations) == 1 and (families := nested(equations[0], symbol, conditions, n)) is not None:
        return Solved([{name: family.expression} for family in families], families)
    found = region([Relation(equation, "=") for equation in equations], conditions, symbol)
    if found.period is not None and all(piece.is_point for piece in found.pieces):
        notes = [rounded_note()] if any(piece.ends[0].exact is None for piece in found.pieces) else []
        families = of_region(found, n)
        return Solved([{name: family.expression} for family in families], families, notes=notes)
    if found.period is not None or not all(piece.is_point for piece in found.pieces):
        return Solved(region=found, notes=reach_notes(found, name))
    values = [piece.ends[0].expression for piece in found.pieces]
    notes = reach_notes(found, name)
    if any(value.has(sympy.Float) for value in values):
        notes.append(rounded_note())
    return Solved([{name: value} for value in values], notes=notes)


def rounded_note() -> str:
    """What is said about solutions without a closed form."""
    return "numerically: rounded to 12 digits"


def reach_notes(found: Region, name: Name) -> list[str]:
    """What is said where not all of the real line was searched."""
    if found.reach == mpmath.inf:
        return []
    if found.reach < 1:
        raise NoAnswer("no closed form of the solutions was found")
    return [f"at least these: {name.latex} was searched between -{float(found.reach):.6g} and {float(found.reach):.6g}"]


def _roots(equations: Sequence[sympy.Expr], symbol: sympy.Symbol) -> list[sympy.Expr]:
    """The complex solutions of rational equations; those without a short formula as numbers."""
    numerators = [sympy.numer(sympy.together(equation)) for equation in equations]
    common = sympy.Poly(numerators[0], symbol)
    for numerator in numerators[1:]:
        common = sympy.gcd(common, sympy.Poly(numerator, symbol))
    if common.degree() <= 0:
        return []
    return _of_polynomial(common, symbol)


def _of_polynomial(poly: sympy.Poly, symbol: sympy.Symbol) -> list[sympy.Expr]:
    formulas = attempt(sympy.roots, poly, seconds=1.0) or {}
    is_rational = all(coefficient.is_Rational for coefficient in poly.all_coeffs())
    reals = [p.expression for p in zeros(poly.as_expr(), symbol).points] if _has_real_coefficients(poly) else []
    if sum(formulas.values()) == poly.degree() and all(f.count_ops() <= _LONGEST_ROOT for f in formulas):
        if len(reals) <= len(formulas):
            return list(formulas)
    if poly.degree() > _MOST_FACTORED:
        raise NoAnswer("no closed form of the solutions was found")
    square_free = sympy.Poly(sympy.prod(f.as_expr() for f, _ in poly.factor_list()[1]), symbol) if is_rational else poly
    numbers = square_free.nroots(n=DIGITS, maxsteps=500)
    found = list(reals)
    for value in numbers:
        if not any(_is_same(value, known) for known in found):
            found.append(_nice(value, formulas))
    return found


def _has_real_coefficients(poly: sympy.Poly) -> bool:
    return all(coefficient.is_real for coefficient in poly.all_coeffs())


def _nice(value: sympy.Expr, formulas: dict[sympy.Expr, int]) -> sympy.Expr:
    short = [formula for formula in formulas if formula.count_ops() <= _LONGEST_ROOT and _is_same(value, formula)]
    return short[0] if short else value


def _is_same(a: sympy.Expr, b: sympy.Expr) -> bool:
    first, second = number(a), number(b)
    if first is None or second is None:
        return False
    return bool(abs(first - second) < mpmath.mpf(10) ** -20 * max(1, abs(first)))


def _order(value: sympy.Expr) -> tuple[bool, float, float, str]:
    """Numbers by size, then all others by name."""
    if not value.is_number:
        return True, 0.0, 0.0, str(value)
    size = complex(value)
    return False, round(size.real, 9), size.imag, ""


__all__ = ["Assignment", "solve_equations", "solve_one"]
