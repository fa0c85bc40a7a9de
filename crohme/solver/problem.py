"""Symbol layout trees → one problem: what is asked, and what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crohme.notation import SymbolTree
from crohme.solver.angles import Angle, has_angles
from crohme.solver.context import Context, defined
from crohme.solver.depth import check_depth, too_deep
from crohme.solver.errors import NotUnderstood
from crohme.solver.matrices import size_of, with_matrices
from crohme.solver.readback import read_as
from crohme.solver.statements import read_statements
from crohme.solver.syntax import (
    Add,
    Comparison,
    Definition,
    Elements,
    Expression,
    Integral,
    Membership,
    Name,
    NamedSet,
    Negative,
    PlusMinus,
    Problem,
    Product,
    Quotient,
    Statement,
    Task,
    Truth,
    free_names,
    parts,
    walk,
)
from crohme.solver.values import with_values

_USUAL_UNKNOWNS = ("x", "y", "z")
ALONE = Context()


def read_problem(trees: Sequence[SymbolTree], context: Context = ALONE, *, has_steps: bool = False) -> Problem:
    """What one or several expressions ask; several are one system.

    A comma separates equations if there is a relation on both sides of it.

    Args:
        trees: sequence of SymbolTree, at least one.
        context: Context. What earlier lines define, and the unit of angles.
        has_steps: bool. Whether the way to the answer is asked for.

    Returns:
        Problem.

    Raises:
        NotUnderstood: See `crohme.solver`; or nested too deeply.
    """
    try:
        return replace(_read(trees, context), has_steps=has_steps)
    except RecursionError:  # the parser keeps no count of brackets within brackets
        raise too_deep() from None


def _read(trees: Sequence[SymbolTree], context: Context) -> Problem:
    rows = [tree.row for tree in trees]
    written = tuple(read_statements(rows, context.functions, context.angle, context.letters))
    check_depth(written)
    used, bound = context.put_into(written)
    said = (*used, *written)
    defines = defined(written, context)
    statements, notes = with_matrices(bound)
    if context.angle is Angle.DEGREES and any(map(has_angles, said)):
        notes = [*notes, "angles are in degrees"]
    statements = with_values(statements)
    signs = [part for statement in statements for part in walk(statement) if isinstance(part, PlusMinus)]
    if len(signs) > 1:
        raise NotUnderstood(r"two signs \pm: whether they go together is not said", r"\pm")
    given = [statement for statement in statements if not isinstance(statement, Definition)]
    if any(not _is_of_any_number(statement) for statement in given):
        given = [statement for statement in given if not _is_of_any_number(statement)]
    if not given:
        return Problem(Task.DEFINE, said, asked=tuple(statements), notes=tuple(notes), defines=defines)
    declared = _declared(given)
    asked = tuple(statement for statement in given if statement not in declared)
    if not asked:
        has_equation = any(isinstance(statement, Comparison) and "=" in statement.signs for statement in given)
        cause = (
            "equations in whole numbers are not solved"
            if has_equation
            else "nothing is asked about these whole numbers"
        )
        raise NotUnderstood(cause, read_as(statements))
    task, unknowns = _evaluation(asked) or _question(asked, declared)
    if signs and task in (Task.CHECK, Task.SOLVE_INEQUALITY):
        raise NotUnderstood(r"what \pm means here is not understood", r"\pm")
    return Problem(task, said, unknowns, asked, declared, tuple(notes), defines)


def evaluated(statement: Statement) -> Expression:
    """What is to be computed: the expression, or the right side of `name = expression`."""
    assert not isinstance(statement, Definition | Membership | Truth)
    return statement.sides[1] if isinstance(statement, Comparison) else statement


def _declared(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """What says that names are whole numbers, and which: `n \\in \\mathbb{Z}`, `n \\geq 0`."""
    memberships = [s for s in statements if isinstance(s, Membership) and _is_of_whole_numbers(s)]
    if len(memberships) == len(statements):
        return ()
    names = {membership.operand for membership in memberships}
    return tuple(
        statement
        for statement in statements
        if statement in memberships
        or (isinstance(statement, Comparison) and free_names(statement) and free_names(statement) <= names)
    )


def _is_of_whole_numbers(membership: Membership) -> bool:
    return (
        isinstance(membership.operand, Name)
        and all(isinstance(piece, NamedSet) and piece.letter in "NZ" for piece in membership.pieces)
        and all(isinstance(piece, Elements) for piece in membership.without)
    )


def _is_of_any_number(statement: Statement) -> bool:
    """Whether this is `x \\in \\mathbb{C}`, which says nothing of x."""
    return (
        isinstance(statement, Membership)
        and isinstance(statement.operand, Name)
        and NamedSet("C") in statement.pieces
        and not statement.without
    )


def _evaluation(statements: Sequence[Statement]) -> tuple[Task, tuple[Name, ...]] | None:
    """The task to evaluate, if there are expressions only, or one `name = expression`."""
    if not any(isinstance(statement, Comparison | Membership | Truth) for statement in statements):
        for statement in statements:
            _check_integrals(statement)
        return Task.EVALUATE, ()
    statement = statements[0]
    if len(statements) == 1 and isinstance(statement, Comparison) and statement.signs in (("=",), (r"\approx",)):
        name, value = statement.sides
        if isinstance(name, Name) and name not in free_names(value):
            _check_integrals(value)
            return Task.EVALUATE, (name,)
    return None


def _question(statements: Sequence[Statement], declared: Sequence[Statement]) -> tuple[Task, tuple[Name, ...]]:
    if not all(isinstance(statement, Comparison | Membership | Truth) for statement in statements):
        raise NotUnderstood("expressions and equations cannot be taken together", read_as(statements))
    for part in (part for statement in statements for part in walk(statement)):
        if isinstance(part, Integral) and part.lower is None:
            raise _refused("an indefinite integral in a relation is not understood", part)
    names = set().union(*map(free_names, statements)) - set().union(*map(free_names, declared))
    comparisons = [statement for statement in statements if isinstance(statement, Comparison)]
    signs = {sign for comparison in comparisons for sign in comparison.signs}
    if not names:
        if r"\approx" in signs:
            raise NotUnderstood("how near is near enough is not said", r"\approx")
        return Task.CHECK, ()
    if len(comparisons) == len(statements) and signs <= {"=", r"\approx"}:
        equations = sum(map(size_of, comparisons))
        return Task.SOLVE, _unknowns(names, equations)
    if len(names) > 1:
        listed = " , ".join(sorted(name.latex for name in names))
        raise NotUnderstood(f"inequalities are solved for one unknown, not for {listed}", listed)
    return Task.SOLVE_INEQUALITY, tuple(names)


def _unknowns(names: set[Name], equations: int) -> tuple[Name, ...]:
    """All names, if there are no more than equations; else those of x, y, z; none if there are none of these."""
    ordered = sorted(names, key=lambda name: name.latex)
    usual = [name for letter in _USUAL_UNKNOWNS for name in ordered if name.label == letter]
    if len(ordered) <= equations:
        return tuple(ordered)
    if equations == 1 and usual:
        return (usual[0],)
    return tuple(usual)


def _check_integrals(expression: Statement) -> None:
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


def _refuse_indefinite(expression: Statement) -> None:
    for part in walk(expression):
        if isinstance(part, Integral) and part.lower is None:
            raise _refused("an indefinite integral inside of another expression is not understood", part)


def _refused(cause: str, part: Statement) -> NotUnderstood:
    text = read_as([part])
    return NotUnderstood(f"{cause}: {text}", text)
