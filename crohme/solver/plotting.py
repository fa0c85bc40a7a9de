"""A function of one letter over a range: points to draw, its gaps, its roots and extrema. Runs in the child process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import sympy

from crohme.solver.calculus import Calculus
from crohme.solver.conditions import Condition, Must
from crohme.solver.curves import Curve, understood
from crohme.solver.errors import NoAnswer
from crohme.solver.evaluation import check_defined
from crohme.solver.marks import marks_of
from crohme.solver.numeric import RealFunction, precise, real_function
from crohme.solver.sampling import Sampler
from crohme.solver.solution import Plot
from crohme.solver.symbolic import Builder

_NOT_ALL = "roots and extrema were found numerically, and there may be others"
_OVER_GAPS = "gaps narrower than the distance of its points may be drawn over"


@precise
def plot(curve: Curve) -> Plot:
    """The plot of a function.

    Raises:
        NoAnswer: It has no values there, or none that can be computed.
    """
    read = understood(curve)
    try:
        return _plot(curve, read)
    except NoAnswer as error:
        raise type(error)(error.cause, read) from None
    except MemoryError:
        raise
    except Exception:  # SymPy raises all kinds of exceptions at what it cannot do; their texts are no answers
        raise NoAnswer("its values were not found", read) from None


def _plot(curve: Curve, read: str) -> Plot:
    builder, calculus = Builder(), Calculus()
    symbol = builder.symbol(curve.variable)
    built = builder.build(curve.body)
    if isinstance(built, sympy.MatrixBase):
        raise NoAnswer("a matrix has no plot")
    value = calculus.evaluate(built)
    check_defined(value)
    if calculus.estimates or value.free_symbols - {symbol}:
        raise NoAnswer("no closed form was found")
    conditions = tuple(c for c in (*builder.conditions, *calculus.conditions) if c.expression.free_symbols <= {symbol})
    function = _within(value, symbol, conditions)
    open_ends = [c.expression for c in conditions if c.demand is not Must.NOT_BE_NEGATIVE]
    sampler = Sampler(value, symbol, function, open_ends)
    parts = sampler.parts(curve.low, curve.high)
    if not parts:
        raise NoAnswer("it has no real values in this range")
    marks, are_all = marks_of(value, symbol, function, curve, parts)
    notes = [*curve.notes, *builder.notes]
    if not are_all:
        notes.append(_NOT_ALL)
    if not sampler.is_sure:
        notes.append(_OVER_GAPS)
    return Plot(read, curve.variable.latex, parts, tuple(marks), tuple(dict.fromkeys(notes)))


def _within(value: sympy.Expr, symbol: sympy.Symbol, conditions: Sequence[Condition]) -> RealFunction:
    """The function where it is defined: what was simplified away, as the pole of x/x, is a gap still."""
    compiled = real_function(value, symbol)
    tests = [(real_function(condition.expression, symbol), condition.demand) for condition in conditions]

    def at(x: Any) -> mpmath.mpf | None:
        for test, demand in tests:
            found = test(x)
            if found is None or (found < 0 and demand is not Must.NOT_BE_ZERO):
                return None
            if found == 0 and demand is not Must.NOT_BE_NEGATIVE:
                return None
        return compiled(x)

    return at
