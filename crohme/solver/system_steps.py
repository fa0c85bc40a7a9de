"""Linear systems by elimination, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from crohme.solver.equation_steps import Unknown
from crohme.solver.solution import Step
from crohme.solver.writing import latex

_MOST = 4
_SEPARATOR = r" , \; "


def linear_system(
    sides: Sequence[tuple[sympy.Expr, sympy.Expr]], unknowns: Sequence[sympy.Symbol]
) -> tuple[list[Step], list[str]]:
    """The steps from a linear system to its one solution, or to an equation that is false.

    Args:
        sides: sequence of (left, right) Expr. The equations.
        unknowns: sequence of Symbol.

    Returns:
        The steps, and the solution as LaTeX; none if there is none.

    Raises:
        Unknown: It is not linear, large, or has more than one solution.
    """
    if not 2 <= len(unknowns) <= _MOST or not 2 <= len(sides) <= _MOST:
        raise Unknown
    rows = [_row(left - right, unknowns) for left, right in sides]
    steps = [Step(_system(rows, unknowns), "Write the unknowns on the left and the numbers on the right.")]
    done = 0
    for column in range(len(unknowns)):
        pivot = next((k for k in range(done, len(rows)) if rows[k][column] != 0), None)
        if pivot is None:
            raise Unknown
        if pivot != done:
            rows[done], rows[pivot] = rows[pivot], rows[done]
            steps.append(Step(_system(rows, unknowns), f"Exchange equations {done + 1} and {pivot + 1}."))
        for k in range(done + 1, len(rows)):
            if rows[k][column] == 0:
                continue
            factor = rows[k][column] / rows[done][column]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[done], strict=True)]
            steps.append(Step(_system(rows, unknowns), _taken(factor, done + 1, k + 1)))
        done += 1
        if (false := next((r for r in rows[done:] if not any(r[:-1]) and r[-1] != 0), None)) is not None:
            steps.append(Step(f"0 = {latex(false[-1])}", "An equation is false: there is no solution."))
            return steps, []
    values: dict[sympy.Symbol, sympy.Expr] = {}
    for k in reversed(range(len(unknowns))):
        known = sum((rows[k][j] * values[unknowns[j]] for j in range(k + 1, len(unknowns))), sympy.Integer(0))
        values[unknowns[k]] = (rows[k][-1] - known) / rows[k][k]
        found = f"{unknowns[k].name} = {latex(values[unknowns[k]])}"
        is_used = any(rows[k][j] != 0 for j in range(k + 1, len(unknowns)))
        if is_used:
            text = f"Put what is known into equation {k + 1}."
        elif rows[k][k] != 1:
            text = f"Divide equation {k + 1} by the factor of its unknown."
        else:
            text = f"Equation {k + 1} says this already."
        steps.append(Step(found, text))
    return steps, [_SEPARATOR.join(f"{symbol.name} = {latex(values[symbol])}" for symbol in unknowns)]


def _row(difference: sympy.Expr, unknowns: Sequence[sympy.Symbol]) -> list[sympy.Expr]:
    if not difference.is_polynomial(*unknowns):
        raise Unknown
    poly = sympy.Poly(difference, *unknowns)
    if poly.total_degree() > 1 or not all(c.is_Rational for c in poly.coeffs()):
        raise Unknown
    return [*(poly.coeff_monomial(symbol) for symbol in unknowns), -poly.coeff_monomial(1)]


def _taken(factor: sympy.Expr, from_: int, of: int) -> str:
    verb, preposition = ("Add", "to") if factor < 0 else ("Subtract", "from")
    size = "" if abs(factor) == 1 else f"{abs(factor)} times "
    return f"{verb} {size}equation {from_} {preposition} equation {of}."


def _system(rows: Sequence[Sequence[sympy.Expr]], unknowns: Sequence[sympy.Symbol]) -> str:
    lines = []
    for row in rows:
        left = sum((factor * symbol for factor, symbol in zip(row, unknowns, strict=False)), sympy.Integer(0))
        lines.append(f"{latex(left)} = {latex(row[-1])}")
    text = r" \\ ".join(lines)
    return rf"\begin{{cases}} {text} \end{{cases}}"
