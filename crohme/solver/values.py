"""Letters with a value (`a = 3 , a^{2}`) in what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crohme.solver.depth import check_size
from crohme.solver.errors import NotUnderstood
from crohme.solver.readback import read_as
from crohme.solver.syntax import (
    Apply,
    Comparison,
    Definition,
    Derivative,
    Expression,
    Integral,
    Limit,
    Membership,
    Name,
    Number,
    ProductOver,
    Statement,
    Summation,
    Truth,
    free_names,
    rebuilt,
)

NOT_EXPRESSIONS = (Comparison, Definition, Membership, Truth)
"""Statements that are no expression."""


def with_values(statements: Sequence[Statement]) -> list[Statement]:
    """Statements in which letters have the values that are given before the first expression, and these left out.

    Where no expression is asked for, or something else is said about letters, the statements stay as they are.

    Raises:
        NotUnderstood: Letters have values by each other, or a value where only a letter can be; or with the values
            they are too large.
    """
    asked = [statement for statement in statements if not isinstance(statement, NOT_EXPRESSIONS)]
    said = [statement for statement in statements if isinstance(statement, Comparison | Membership | Truth)]
    given = dict(pair for statement in said if (pair := given_value(statement)) is not None)
    are_first = all(statement not in said for statement in statements[statements.index(asked[0]) :]) if asked else False
    if not are_first or not given or len(given) != len(said):
        return list(statements)
    given |= _members(given, set().union(*map(free_names, asked)))
    for _ in range(len(given).bit_length()):  # each time, twice as many letters by way of letters are gone
        given = {name: _expression_in(value, given) for name, value in given.items()}
        check_size(given.values())
    for name, value in given.items():
        if given.keys() & free_names(value):
            raise NotUnderstood(f"what {name.latex} is, is not said without {name.latex}", name.latex)
    valued = [put_in(statement, given) for statement in statements if statement not in said]
    check_size(valued)
    return valued


def _members(given: Mapping[Name, Expression], asked: set[Name]) -> dict[Name, Expression]:
    """The members of sequences that are asked for: `a_{n} = 2 n + 1` says what `a_{5}` is."""
    found: dict[Name, Expression] = {}
    for name in asked - given.keys():
        index = "".join(name.subscript)
        for sequence, value in given.items():
            counter = Name("".join(sequence.subscript))
            if index.isdigit() and sequence.label == name.label and counter in free_names(value):
                found[name] = _expression_in(value, {counter: Number(index)})
    return found


def put_in(statement: Statement, values: Mapping[Name, Expression]) -> Statement:
    """A statement with values in the place of letters; what a function is differentiated by is put in afterwards.

    Raises:
        NotUnderstood: What an indefinite integral is taken over has a value.
    """
    if isinstance(statement, Name):
        return values.get(statement, statement)
    if isinstance(statement, Definition):
        values = {name: value for name, value in values.items() if name not in statement.parameters}
    if isinstance(statement, Summation | ProductOver | Limit | Integral):
        if isinstance(statement, Integral) and statement.lower is None and statement.variable in values:
            letter = statement.variable.latex
            cause = f"an integral over {letter}, which has a value, is not understood"
            raise NotUnderstood(cause, read_as([statement]))
        return _bound(statement, values)
    if isinstance(statement, Derivative) and statement.variable in values:
        function = Definition(Name("f"), (statement.variable,), statement.body)
        inside = put_in(function, values)
        assert isinstance(inside, Definition)
        return Apply(inside, (values[statement.variable],), statement.order)
    if not values:
        return statement
    changed: Statement = rebuilt(statement, lambda part: put_in(part, values))
    return changed


def _bound(
    statement: Summation | ProductOver | Limit | Integral, values: Mapping[Name, Expression]
) -> Summation | ProductOver | Limit | Integral:
    """The variable of the statement is another one within its body, not in its limits."""
    free = {name: value for name, value in values.items() if name != statement.variable}
    body = statement.body
    changed: Summation | ProductOver | Limit | Integral = rebuilt(
        statement, lambda part: part if part is body else put_in(part, values)
    )
    return replace(changed, body=_expression_in(body, free))


def _expression_in(expression: Expression, values: Mapping[Name, Expression]) -> Expression:
    found = put_in(expression, values)
    assert not isinstance(found, Comparison | Definition | Membership | Truth)
    return found


def given_value(statement: Statement) -> tuple[Name, Expression] | None:
    """The letter and its value, if this is `letter = value`."""
    if not isinstance(statement, Comparison) or statement.signs != ("=",) or not isinstance(statement.sides[0], Name):
        return None
    return statement.sides[0], statement.sides[1]
