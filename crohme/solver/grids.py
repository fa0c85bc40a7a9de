"""Grids of symbols: matrices, systems of equations, and functions that are given case by case."""

from __future__ import annotations

from collections.abc import Sequence

from crohme.notation import Node, Relation
from crohme.solver.row_reader import RowReader
from crohme.solver.signs import CLOSING, OTHERWISE, RELATIONS, refusal, show
from crohme.solver.syntax import Absolute, Cases, Comparison, Expression, Matrix

_ENDS = frozenset({".", r"\}", ","})


def equations_of(row: Sequence[Node]) -> list[tuple[Node, ...]] | None:
    """The lines of a grid that is a system of equations; None for any other row.

    Raises:
        NotUnderstood: Several columns have a relation.
    """
    inner = list(row)
    if inner and inner[0].label == r"\{" and not inner[0].is_fraction:
        inner = inner[1:]
    if len(inner) > 1 and inner[0].is_grid and inner[-1].label in _ENDS and not inner[-1].rows:
        inner = inner[:-1]
    if len(inner) != 1 or not inner[0].is_grid:
        return None
    found = []
    for line in inner[0].cells:
        with_relation = [cell for cell in line if any(node.label in RELATIONS for node in cell)]
        if not any(line):
            continue
        if not with_relation:
            return None
        if len(with_relation) > 1:
            raise refusal("an equation beside a condition is not understood", inner)
        joined = tuple(node for cell in line for node in cell)
        found.append(joined[:-1] if joined[-1].label == "," and not joined[-1].rows else joined)
    return found


def opens_cases(row: Sequence[Node]) -> bool:
    """Whether a row begins with a brace that stands before a grid and is never closed."""
    return len(row) > 1 and row[0].label == r"\{" and row[1].is_grid and not (len(row) > 2 and row[2].label == r"\}")


def in_brackets(parser: RowReader) -> Expression:
    """A matrix in brackets, a determinant in bars, or cases behind a brace."""
    opening = parser.take()
    grid = parser.row[parser.position]
    parser.position += 1
    if opening.label == r"\{" and not parser.follows(r"\}"):
        return _cases(parser, grid)
    matrix = _matrix(parser, grid)
    if not parser.follows(CLOSING[opening.label]):
        raise refusal(f"the matrix in {show([opening])} is never closed", [opening, grid])
    closing = parser.take(Relation.SUP)
    return parser.powers(closing, Absolute(matrix) if opening.label == "|" else matrix)


def _matrix(parser: RowReader, grid: Node) -> Matrix:
    lengths = {len(line) for line in grid.cells}
    if len(lengths) > 1:
        raise refusal("the lines of the matrix have different lengths", [grid])
    if not all(cell for line in grid.cells for cell in line):
        raise refusal("a cell of the matrix is empty", [grid])
    return Matrix(tuple(parser.inner(cell) for line in grid.cells for cell in line), lengths.pop())


def _cases(parser: RowReader, grid: Node) -> Cases:
    values, conditions = [], list[Comparison]()
    lines = [line for line in grid.cells if any(line)]
    for index, line in enumerate(lines):
        if len(line) != 2 or not all(line):
            raise refusal("a case is a value and its condition", [grid])
        value, condition = (cell[:-1] if cell[-1].label == "," and len(cell) > 1 else cell for cell in line)
        values.append(parser.inner(value))
        if len(condition) == 1 and condition[0].label == OTHERWISE:
            if index < len(lines) - 1:
                raise refusal("after all other cases there are none", [grid])
            continue
        conditions.append(_comparison(parser.over(condition), grid))
    return Cases(tuple(values), tuple(conditions))


def _comparison(parser: RowReader, grid: Node) -> Comparison:
    sides, signs = [parser.sum()], list[str]()
    while parser.follows(*RELATIONS):
        signs.append(parser.take().label)
        sides.append(parser.sum())
    parser.expect_end()
    if not signs:
        raise refusal("a case is a value and its condition", [grid])
    return Comparison(tuple(sides), tuple(signs))
