"""`A - \\lambda I`: a letter that must be the identity matrix for a sum to have a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from crohme.solver.errors import NoAnswer
from crohme.solver.syntax import Add, Expression, Matrix, Name, Negative, Number, Product, Statement, rebuilt

_LETTERS = (Name("I"), Name("E"))
_ShapeOf: TypeAlias = Callable[[Expression], tuple[int, int] | None]


def with_identities(statement: Statement, shape_of: _ShapeOf) -> tuple[Statement, dict[Name, int]]:
    """A statement in which I and E, beside a square matrix in a sum, are the identity.

    Args:
        statement: Statement.
        shape_of: Callable. The size of a matrix; None for a number.

    Returns:
        The statement, and the letters that were taken for the identity, with its lines.
    """
    found: dict[Name, int] = {}

    def change(part: Statement) -> Any:
        part = rebuilt(part, change)
        if not isinstance(part, Add):
            return part
        try:
            sizes = [shape_of(term) for term in part.terms]
        except NoAnswer:  # it will be said where sizes are checked
            return part
        known = {size for size in sizes if size is not None}
        if len(known) != 1 or None not in sizes or len(set(lines := next(iter(known)))) != 1:
            return part
        terms = zip(part.terms, sizes, strict=True)
        return replace(part, terms=tuple(term if size else _of_identity(term, lines[0], found) for term, size in terms))

    return change(statement), found


def _of_identity(term: Expression, lines: int, found: dict[Name, int]) -> Expression:
    if isinstance(term, Negative):
        return Negative(_of_identity(term.operand, lines, found))
    if term in _LETTERS:
        assert isinstance(term, Name)
        found[term] = lines
        cells = (Number("1" if row == column else "0") for row in range(lines) for column in range(lines))
        return Matrix(tuple(cells), lines)
    if isinstance(term, Product) and sum(factor in _LETTERS for factor in term.factors) == 1:
        factors = (_of_identity(factor, lines, found) if factor in _LETTERS else factor for factor in term.factors)
        return Product(tuple(factors))
    return term
