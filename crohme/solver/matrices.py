"""Sizes of matrices: what can be computed, and what a letter must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from crohme.solver.errors import NoAnswer, NotUnderstood
from crohme.solver.identities import with_identities
from crohme.solver.readback import read_as
from crohme.solver.syntax import (
    Absolute,
    Add,
    Apply,
    Comparison,
    Definition,
    Determinant,
    Expression,
    Matrix,
    Membership,
    Name,
    Negative,
    Number,
    PlusMinus,
    Power,
    Product,
    Quotient,
    Statement,
    Transpose,
    Truth,
    free_names,
    parts,
    rebuilt,
    walk,
)
from crohme.solver.values import put_in

Shape = tuple[int, int]
"""Lines and columns."""
_TRANSPOSED = Name("T")


def with_matrices(statements: Sequence[Statement]) -> tuple[list[Statement], list[str]]:
    """Statements in which letters that stand for matrices are matrices, of unknown numbers perhaps.

    Returns:
        The statements without those that only say what a letter is, and what is to be said about them.

    Raises:
        NotUnderstood: What a letter is, is not said.
        NoAnswer: Sizes do not match.
    """
    if not any(isinstance(part, Matrix | Determinant) for statement in statements for part in walk(statement)):
        return list(statements), []
    known: dict[Name, Expression] = {}
    identities: dict[Name, int] = {}
    rest: list[Statement] = []
    for index, statement in enumerate(statements):
        put, units = with_identities(_transposed(put_in(statement, known)), shape_of)
        identities |= units
        later = set().union(*map(free_names, statements[index + 1 :]), set())
        if (given := _given(put)) is not None and given[0] in later:
            known[given[0]] = given[1]
        else:
            rest.append(put)
    letters: dict[Name, Matrix] = {}
    for statement in rest:
        put = put_in(statement, letters)
        letters |= _letters(put) if isinstance(put, Comparison) and _given(put) is None else {}
    found = [put_in(statement, letters) for statement in rest]
    for statement in found:
        if _given(statement) is None:  # what a letter is, has the size of the letter
            check_sizes(statement)
    notes = [f"{name.latex} was taken for a matrix of size {m.rows}×{m.columns}" for name, m in letters.items()]
    notes += [f"{name.latex} was taken for the identity matrix of size {n}×{n}" for name, n in identities.items()]
    return found, notes


def size_of(statement: Statement) -> int:
    """How many equations an equation is."""
    if not isinstance(statement, Comparison):
        return 1
    shapes = [shape_of(side) for side in statement.sides]
    shape = next((shape for shape in shapes if shape is not None), (1, 1))
    return len(statement.signs) * shape[0] * shape[1]


def check_sizes(statement: Statement, shapes: Mapping[Name, Shape] | None = None) -> None:
    """Refuse what has no value as the sizes do not match.

    Raises:
        NoAnswer: They do not.
    """
    if isinstance(statement, Definition | Membership | Truth):
        return
    if not isinstance(statement, Comparison):
        shape_of(statement, shapes)
        return
    sizes = [shape_of(side, shapes) for side in statement.sides]
    other = [size for side, size in zip(statement.sides, sizes, strict=True) if side != Number("0") or size]
    if len(set(other)) > 1:
        listed = " and ".join(map(_named, other))
        raise NoAnswer(f"the sides have different sizes: {listed}", read_as([statement]))
    if any(sizes) and not set(statement.signs) <= {"=", r"\neq"}:
        raise NoAnswer("of two matrices none is greater than the other", read_as([statement]))


def shape_of(expression: Expression, shapes: Mapping[Name, Shape] | None = None) -> Shape | None:
    """The size of a matrix; None for a number, which a matrix of size 1×1 is, too.

    Raises:
        NoAnswer: Sizes do not match.
    """
    found = _shape(expression, shapes or {})
    return None if found == (1, 1) else found


def _shape(expression: Expression, shapes: Mapping[Name, Shape]) -> Shape | None:
    match expression:
        case Name():
            return shapes.get(expression)
        case Matrix():
            if any(shape_of(cell, shapes) for cell in expression.cells):
                raise _mismatch("matrices within a matrix are not understood", expression)
            return expression.rows, expression.columns
        case Negative(operand) | PlusMinus(operand):
            return shape_of(operand, shapes)
        case Add(terms):
            sizes = [shape_of(term, shapes) for term in terms]
            if len(set(sizes)) > 1:
                raise _mismatch(f"{' and '.join(map(_named, sizes))} cannot be added", expression)
            return sizes[0]
        case Product(factors):
            return _of_product([shape_of(factor, shapes) for factor in factors], expression)
        case Quotient(numerator, denominator):
            if shape_of(denominator, shapes) is not None:
                raise _mismatch("nothing is divided by a matrix: multiply by the inverse", expression)
            return shape_of(numerator, shapes)
        case Power(base, exponent):
            return _of_power(shape_of(base, shapes), exponent, expression, shapes)
        case Transpose(operand):
            shape = shape_of(operand, shapes)
            return None if shape is None else (shape[1], shape[0])
        case Determinant(operand):
            shape = shape_of(operand, shapes)
            if shape is None and not isinstance(operand, Matrix):
                text = read_as([expression])
                raise NotUnderstood(f"{text} is not understood: only matrices have a determinant", text)
            if shape is not None and shape[0] != shape[1]:
                raise _mismatch(f"{_named(shape)} has no determinant: only square matrices have one", expression)
            return None
        case Absolute(operand):
            shape = shape_of(operand, shapes)
            if shape is not None and shape[0] != shape[1] and 1 not in shape:
                raise _mismatch(f"{_named(shape)} has no determinant: only square matrices have one", expression)
            return None
        case Apply(definition):
            return shape_of(definition.body, shapes)
    for part in parts(expression):
        if not isinstance(part, Comparison | Definition | Membership | Truth) and shape_of(part, shapes) is not None:
            raise _mismatch("a matrix has no meaning there", expression)
    return None


def _of_product(sizes: Sequence[Shape | None], expression: Expression) -> Shape | None:
    found: Shape | None = None
    for size in sizes:
        if found is None or size is None:
            found = found or size
        elif found[1] != size[0]:
            raise _mismatch(f"{_named(found)} and {_named(size)} cannot be multiplied", expression)
        else:
            found = None if (found[0], size[1]) == (1, 1) else (found[0], size[1])
    return found


def _of_power(
    shape: Shape | None, exponent: Expression, expression: Expression, shapes: Mapping[Name, Shape]
) -> Shape | None:
    if shape_of(exponent, shapes) is not None:
        raise _mismatch("a matrix in an exponent is not understood", expression)
    if shape is None:
        return None
    whole = exponent.operand if isinstance(exponent, Negative) else exponent
    if not isinstance(whole, Number) or not whole.text.isdigit():
        raise _mismatch("powers of matrices are taken with whole numbers only", expression)
    if shape[0] != shape[1]:
        what = "inverse" if isinstance(exponent, Negative) else "power"
        raise _mismatch(f"{_named(shape)} has no {what}: only square matrices have one", expression)
    return shape


def _named(shape: Shape | None) -> str:
    return "a number" if shape is None else f"a matrix of size {shape[0]}×{shape[1]}"


def _mismatch(cause: str, expression: Expression) -> NoAnswer:
    return NoAnswer(cause, read_as([expression]))


# === Letters ===


def _given(statement: Statement) -> tuple[Name, Expression] | None:
    """A letter and the matrix that it is."""
    if not isinstance(statement, Comparison) or statement.signs != ("=",):
        return None
    name, value = statement.sides
    if not isinstance(name, Name) or shape_of(value) is None or name in free_names(value):
        return None
    return name, value


def _transposed(statement: Statement) -> Statement:
    """`A^T` as the transpose, if A is a matrix."""
    changed: Statement = rebuilt(statement, _transposed)
    if isinstance(changed, Power) and changed.exponent == _TRANSPOSED and _has_matrix(changed.base):
        return Transpose(changed.base)
    return changed


def _has_matrix(expression: Expression) -> bool:
    return any(isinstance(part, Matrix) for part in walk(expression))


def _letters(equation: Comparison) -> dict[Name, Matrix]:
    """Letters that must be matrices for the sizes to match, as matrices of unknown numbers.

    A small letter is a number where it can be one, and a column where its matrix times it is 0.

    Raises:
        NotUnderstood: They can be of several sizes.
        NoAnswer: No sizes match.
    """
    names = sorted({name for side in equation.sides for name in _bare(side)}, key=lambda name: name.latex)
    mismatch = _checked(equation, {})
    is_homogeneous = Number("0") in equation.sides and any(map(_has_matrix_factor, equation.sides))
    is_decided = mismatch is None and not is_homogeneous
    if not names or (is_decided and not all(name.label.isupper() for name in names)):
        return {}
    lengths = sorted({n for part in walk(equation) if isinstance(part, Matrix) for n in (part.rows, part.columns)})
    sizes: list[Shape] = [(lines, columns) for lines in lengths for columns in ((1,) if is_homogeneous else lengths)]
    fitting = [
        shapes
        for chosen in product(sizes, repeat=len(names))
        if _checked(equation, shapes := dict(zip(names, chosen, strict=True))) is None
        and all(size != (1, 1) for size in chosen)
    ]
    if len(fitting) > 1 or (len(fitting) == 1 and mismatch is None and len(names) > 1):
        listed = " , ".join(name.latex for name in names)
        raise NotUnderstood(f"of what size {listed} are is not said", listed)
    if not fitting:
        if mismatch is not None:
            raise mismatch
        return {}
    return {name: _unknown(name, shape) for name, shape in fitting[0].items()}


def _has_matrix_factor(side: Expression) -> bool:
    """Whether there is a product of a matrix and a letter."""
    return any(
        isinstance(part, Product)
        and any(isinstance(factor, Matrix) for factor in part.factors)
        and any(isinstance(factor, Name) for factor in part.factors)
        for part in walk(side)
    )


def _checked(equation: Comparison, shapes: Mapping[Name, Shape]) -> NoAnswer | None:
    try:
        check_sizes(equation, shapes)
    except NoAnswer as error:
        return error
    return None


def _bare(expression: Expression) -> Iterator[Name]:
    """The letters that are terms or factors."""
    match expression:
        case Name():
            yield expression
        case Negative() | PlusMinus() | Add() | Product() | Transpose():
            for part in parts(expression):
                yield from _bare(part)  # type: ignore[arg-type]
        case Power(base, _) | Quotient(base, _):
            yield from _bare(base)


def _unknown(name: Name, shape: Shape) -> Matrix:
    lines, columns = shape
    cells = []
    for line in range(1, lines + 1):
        for column in range(1, columns + 1):
            index = [str(line)] * (lines > 1) + [str(column)] * (columns > 1)
            cells.append(replace(name, subscript=(*name.subscript, *index)))
    return Matrix(tuple(cells), columns)
