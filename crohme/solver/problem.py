"""Symbol layout trees → one problem: what is asked, and what is unknown."""

from __future__ import annotations

from collections.abc import Sequence

from crohme.notation import Node, SymbolTree
from crohme.solver.depth import check_depth, too_deep
from crohme.solver.errors import NotUnderstood
from crohme.solver.parser import RowParser
from crohme.solver.readback import read_as
from crohme.solver.signs import CLOSING, RELATIONS
from crohme.solver.syntax import (
    Add,
    Comparison,
    Expression,
    Integral,
    Name,
    Negative,
    PlusMinus,
    Problem,
    Product,
    Quotient,
    Statement,
    Task,
    free_names,
    parts,
    walk,
)

_USUAL_UNKNOWNS = ("x", "y", "z")


def read_problem(trees: Sequence[SymbolTree]) -> Problem:
    """What one or several expressions ask; several are one system.

    A comma separates equations if there is a relation on both sides of it.

    Args:
        trees: sequence of SymbolTree, at least one.

    Returns:
        Problem.

    Raises:
        NotUnderstood: See `crohme.solver`; or nested too deeply.
    """
    try:
        return _read(trees)
    except RecursionError:  # the parser keeps no count of brackets within brackets
        raise too_deep() from None


def _read(trees: Sequence[SymbolTree]) -> Problem:
    statements = tuple(RowParser(row).statement() for tree in trees for row in _split(tree.row))
    check_depth(statements)
    comparisons = [statement for statement in statements if isinstance(statement, Comparison)]
    if len(statements) > 1 and len(comparisons) < len(statements):
        raise NotUnderstood("several expressions: only equations can be taken together")
    signs = [part for statement in statements for part in walk(statement) if isinstance(part, PlusMinus)]
    if len(signs) > 1:
        raise NotUnderstood(r"two signs \pm: whether they go together is not said", r"\pm")
    problem = _evaluation(statements) or _question(comparisons)
    if signs and problem.task in (Task.CHECK, Task.SOLVE_INEQUALITY):
        raise NotUnderstood(r"what \pm means here is not understood", r"\pm")
    return problem


def evaluated(problem: Problem) -> Expression:
    """What is to be computed: the expression, or the right side of `name = expression`."""
    (statement,) = problem.statements
    return statement.sides[1] if isinstance(statement, Comparison) else statement


def _split(row: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """The parts between commas on the base line, if each is a relation; else the whole row."""
    found: list[tuple[Node, ...]] = []
    depth, start = 0, 0
    for index, node in enumerate(row):
        if node.label != "|":
            depth += (node.label in CLOSING) - (node.label in CLOSING.values())
        if node.label == "," and depth == 0:
            found.append(row[start:index])
            start = index + 1
    found.append(row[start:])
    are_relations = all(any(node.label in RELATIONS for node in part) for part in found)
    return found if are_relations else [row]


def _evaluation(statements: Sequence[Statement]) -> Problem | None:
    """The task to evaluate, if there is one expression or `name = expression`."""
    if len(statements) > 1:
        return None
    statement = statements[0]
    if not isinstance(statement, Comparison):
        _check_integrals(statement)
        return Problem(Task.EVALUATE, (statement,))
    if statement.signs == ("=",):
        name, value = statement.sides
        if isinstance(name, Name) and name not in free_names(value):
            _check_integrals(value)
            return Problem(Task.EVALUATE, (statement,), (name,))
    return None


def _question(comparisons: Sequence[Comparison]) -> Problem:
    for part in (part for comparison in comparisons for part in walk(comparison)):
        if isinstance(part, Integral) and part.lower is None:
            raise _refused("an indefinite integral in a relation is not understood", part)
    names = set().union(*map(free_names, comparisons))
    signs = {sign for comparison in comparisons for sign in comparison.signs}
    if not names:
        return Problem(Task.CHECK, tuple(comparisons))
    if signs == {"="}:
        equations = sum(len(comparison.signs) for comparison in comparisons)
        return Problem(Task.SOLVE, tuple(comparisons), _unknowns(names, equations))
    if "=" in signs or len(names) > 1:
        raise NotUnderstood("inequalities are solved for one unknown, without equations", next(iter(signs - {"="})))
    return Problem(Task.SOLVE_INEQUALITY, tuple(comparisons), tuple(names))


def _unknowns(names: set[Name], equations: int) -> tuple[Name, ...]:
    """All names, if there are no more than equations; else those of x, y, z."""
    ordered = sorted(names, key=lambda name: name.latex)
    usual = [name for letter in _USUAL_UNKNOWNS for name in ordered if name.label == letter]
    if len(ordered) <= equations:
        return tuple(ordered)
    if equations == 1 and usual:
        return (usual[0],)
    if not usual:
        listed = " , ".join(name.latex for name in ordered)
        raise NotUnderstood(f"which of {listed} are unknown is not said: x, y and z would be", listed)
    return tuple(usual)


def _check_integrals(expression: Expression) -> None:
    """Refuse an indefinite integral whose constant would not simply be added."""
    if isinstance(expression, Integral) and expression.lower is None:
        _refuse_indefinite(expression.body)
    elif isinstance(expression, Add | Negative) or (
        isinstance(expression, Product | Quotient)
        and all(isinstance(part, Integral) or not free_names(part) for part in parts(expression))
        and sum(isinstance(part, Integral) for part in parts(expression)) <= 1
        and not (isinstance(expression, Quotient) and isinstance(expression.denominator, Integral))
    ):
        for part in parts(expression):
            _check_integrals(part)
    else:
        _refuse_indefinite(expression)


def _refuse_indefinite(expression: Expression) -> None:
    for part in walk(expression):
        if isinstance(part, Integral) and part.lower is None:
            raise _refused("an indefinite integral inside of another expression is not understood", part)


def _refused(cause: str, part: Statement) -> NotUnderstood:
    text = read_as([part])
    return NotUnderstood(f"{cause}: {text}", text)
