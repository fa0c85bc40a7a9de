"""Which function of one letter is written, to be plotted."""

from __future__ import annotations

from dataclasses import dataclass

from crohme.notation import SymbolTree
from crohme.solver.angles import Angle, has_angles
from crohme.solver.context import Context, without_unknowns
from crohme.solver.depth import check_depth, too_deep
from crohme.solver.errors import NotUnderstood
from crohme.solver.matrices import with_matrices
from crohme.solver.problem import ALONE
from crohme.solver.readback import read_as
from crohme.solver.readings import readings
from crohme.solver.statements import read_statements
from crohme.solver.syntax import (
    Comparison,
    Definition,
    Expression,
    Integral,
    Membership,
    Name,
    PlusMinus,
    Statement,
    Truth,
    free_names,
    walk,
)
from crohme.solver.values import NOT_EXPRESSIONS, given_value, put_in

LARGEST = 1e6
"""How far from 0 a plot may reach."""
NARROWEST = 1e-6
"""The narrowest range of a plot."""


@dataclass(frozen=True)
class Curve:
    """A function over a range.

    Args:
        statements: tuple of Statement. What was written, after the lines before it that it uses.
        body: Expression. With one free letter at most.
        variable: Name.
        low, high: float. The range of the letter.
        notes: tuple of str. How something was read.
    """

    statements: tuple[Statement, ...]
    body: Expression
    variable: Name
    low: float
    high: float
    notes: tuple[str, ...] = ()


def read_curve(tree: SymbolTree, low: float, high: float, context: Context = ALONE) -> Curve:
    """The function that a line writes: `f(x) = …`, `y = …`, or an expression with one letter.

    Args:
        tree: SymbolTree.
        low, high: float. The range of the letter.
        context: Context. What earlier lines define, and the unit of angles.

    Raises:
        NotUnderstood: It is no function of one letter, or the range is none.
    """
    if not (-LARGEST <= low < high <= LARGEST and high - low >= NARROWEST):
        raise NotUnderstood(f"a plot reaches from a lower to a higher number between -{LARGEST:.0f} and {LARGEST:.0f}")
    try:
        return _read(tree, low, high, context)
    except RecursionError:  # the parser keeps no count of brackets within brackets
        raise too_deep() from None


def _read(tree: SymbolTree, low: float, high: float, context: Context) -> Curve:
    written = tuple(read_statements([tree.row], context.functions, context.angle, context.letters))
    check_depth(written)
    if len(written) != 1:
        raise NotUnderstood("one function is plotted at a time", read_as(written))
    statement = written[0]
    body, variable = _function(statement)
    names = free_names(body) - ({variable} if variable else set())
    if variable is None:
        values = {name: value for name, value in context.values.items() if name in names}
        values = without_unknowns(values, names, 1)
        left = names - values.keys()
        if len(left) > 1:
            listed = " , ".join(sorted(name.latex for name in left))
            raise NotUnderstood(f"a function of one letter is plotted, not of {listed}", listed)
        variable = left.pop() if left else Name("x")
    else:
        values = {name: value for name, value in context.values.items() if name in names}
    bound = put_in(body, values)
    assert not isinstance(bound, NOT_EXPRESSIONS)
    if free := free_names(bound) - {variable}:
        listed = " , ".join(sorted(name.latex for name in free))
        raise NotUnderstood(f"a function of one letter is plotted, and {listed} has no value", listed)
    with_matrices([bound])  # sizes that do not match are refused
    _check(bound)
    used = context.lines_of([body], values)
    said = (*used, *written)
    notes = ("angles are in degrees",) if context.angle is Angle.DEGREES and any(map(has_angles, said)) else ()
    return Curve(said, bound, variable, low, high, (*notes, *readings(said)))


def _function(statement: Statement) -> tuple[Expression, Name | None]:
    """What is plotted, and over which letter if that is said."""
    if isinstance(statement, Definition):
        if len(statement.parameters) != 1:
            raise NotUnderstood("a function of one letter is plotted", read_as([statement]))
        return statement.body, statement.parameters[0]
    if (pair := given_value(statement)) is not None:
        if pair[0] in free_names(pair[1]):
            raise NotUnderstood("an equation has no plot", read_as([statement]))
        return pair[1], None
    if isinstance(statement, Comparison | Membership | Truth):
        raise NotUnderstood("an equation or inequality has no plot", read_as([statement]))
    return statement, None


def _check(body: Expression) -> None:
    for part in walk(body):
        if isinstance(part, PlusMinus) or (isinstance(part, Integral) and part.lower is None):
            raise NotUnderstood("this is no single function, so it has no plot", read_as([part]))


def understood(curve: Curve) -> str:
    """The function as it was understood, as LaTeX."""
    return read_as(curve.statements)
