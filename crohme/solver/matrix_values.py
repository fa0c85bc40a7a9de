"""Matrices in SymPy: products, inverses, determinants, with exact numbers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any, TypeAlias

import sympy

from crohme.solver.errors import NoAnswer
from crohme.solver.numeric import is_zero
from crohme.solver.patience import attempt

Built: TypeAlias = Any
"""A number (`Expr`) or a matrix (`MatrixBase`) of SymPy."""
_SECONDS = 2.0


def matrix(cells: Iterable[sympy.Expr], columns: int) -> Built:
    """A matrix, line by line; of size 1×1 a number."""
    values = list(cells)
    return as_number(sympy.ImmutableMatrix(len(values) // columns, columns, values))


def as_number(value: Built) -> Built:
    """The value, or the number that a matrix of size 1×1 is."""
    return value[0, 0] if isinstance(value, sympy.MatrixBase) and value.shape == (1, 1) else value


def product(factors: Iterable[Built]) -> Built:
    """The product, from the left to the right."""
    return reduce(lambda left, right: as_number(left * right), factors)


def power(base: sympy.MatrixBase, exponent: sympy.Expr) -> tuple[Built, sympy.Expr]:
    """A whole power, and what must not be 0 for it to exist.

    Raises:
        NoAnswer: The matrix has no inverse.
    """
    if not exponent.is_Integer:
        raise NoAnswer("powers of matrices are taken with whole numbers only")
    if not exponent.is_negative:
        return base**exponent, sympy.S.One
    determinant = det(base)
    if is_zero(determinant):
        raise NoAnswer("the matrix is singular: its determinant is 0, and it has no inverse")
    if all(entry.is_Rational for entry in base):
        return base**exponent, sympy.S.One
    inverse = base.adjugate() / determinant
    return inverse.applyfunc(sympy.cancel) ** -exponent, determinant


def det(square: Built) -> sympy.Expr:
    """The determinant; of a number, the number."""
    if not isinstance(square, sympy.MatrixBase):
        return square
    found = square.det(method="berkowitz")
    short = attempt(sympy.simplify, found, seconds=_SECONDS)
    return found if short is None else short


def absolute(value: sympy.MatrixBase) -> sympy.Expr:
    """What bars around a matrix mean: the determinant of a square one, the length of a vector."""
    if value.rows == value.cols:
        return det(value)
    return sympy.sqrt(sum((sympy.Abs(entry) ** 2 for entry in value), start=sympy.Integer(0)))


def entries(left: Built, right: Built) -> list[sympy.Expr]:
    """The differences of both sides of an equation; 0 is a matrix of any size."""
    if isinstance(left, sympy.MatrixBase) and isinstance(right, sympy.MatrixBase):
        return list(left - right)
    if isinstance(left, sympy.MatrixBase) and right == 0:
        return list(left)
    if isinstance(right, sympy.MatrixBase) and left == 0:
        return list(-right)
    return [left - right]
