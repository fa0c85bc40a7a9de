"""Values of an unknown for which a limit of an equation is another one than its formula says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import sympy

from crohme.solver.calculus import Calculus
from crohme.solver.conditions import Condition, Must
from crohme.solver.domains import simplified
from crohme.solver.errors import NoAnswer
from crohme.solver.patience import attempt
from crohme.solver.plain import plain

_SECONDS = 1.0


def check_excluded(
    sides: Sequence[sympy.Expr],
    stated: Sequence[Condition],
    unknowns: Collection[sympy.Symbol],
    matters: Callable[[Sequence[sympy.Expr]], bool],
) -> None:
    """Refuse where the solutions of formulas would miss a value at which the limits exist all the same.

    Args:
        sides: sequence of Expr. As they were read: with their limits.
        stated: sequence of Condition. What the formulas of the limits demand.
        unknowns: collection of Symbol.
        matters: callable. Whether a value counts at which the sides have these values.

    Raises:
        NoAnswer: There is such a value.
    """
    for condition in simplified(stated):
        names = condition.expression.free_symbols
        if condition.demand is not Must.NOT_BE_ZERO or len(names) != 1 or not names <= set(unknowns):
            continue
        (name,) = names
        for value in attempt(sympy.solve, condition.expression, name, seconds=_SECONDS) or ():
            found = _values([side.subs(name, value) for side in sides])
            if found is not None and matters(found):
                raise NoAnswer(f"for {plain(name)} = {plain(value)} a limit in it is another one than for other values")


def _values(sides: Sequence[sympy.Expr]) -> list[sympy.Expr] | None:
    """The values of expressions; None if one of them has none."""
    try:
        found = [Calculus().evaluate(side) for side in sides]
    except NoAnswer:
        return None
    return None if any(side.has(sympy.nan, sympy.zoo, sympy.oo) for side in found) else found
