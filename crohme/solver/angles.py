"""Whether `\\sin 30` is the sine of 30 degrees or of 30 radians."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TypeVar, cast

from crohme.solver.syntax import (
    Apply,
    Call,
    Constant,
    Degrees,
    Number,
    Product,
    Quotient,
    Statement,
    parts,
    rebuilt,
    walk,
)

_OF_ANGLES = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})
_TO_ANGLES = frozenset({"arcsin", "arccos", "arctan", "arccot", "arcsec", "arccsc"})

S = TypeVar("S", bound=Statement)


class Angle(StrEnum):
    """The unit of angles without a unit."""

    RADIANS = "radians"
    DEGREES = "degrees"


def in_degrees(statement: S) -> S:
    """A statement whose angles are marked as degrees, unless they are already: `\\sin x` is `\\sin x^{\\circ}`.

    Arc functions give degrees. What defined functions are is left as it is.
    """
    return cast(S, _marked(statement))


def has_angles(statement: Statement) -> bool:
    """Whether the unit of angles matters."""
    return any(isinstance(part, Call) and part.function in _OF_ANGLES | _TO_ANGLES for part in walk(statement))


def _marked(statement: Statement) -> Statement:
    if isinstance(statement, Apply):
        return replace(statement, arguments=tuple(map(in_degrees, statement.arguments)))
    inside: Statement = rebuilt(statement, _marked)
    if not isinstance(inside, Call):
        return inside
    if inside.function in _OF_ANGLES and not _has_unit(inside.argument):
        return replace(inside, argument=Degrees(inside.argument))
    if inside.function in _TO_ANGLES:
        return Quotient(Product((Number("180"), inside)), Constant(r"\pi"))
    return inside


def _has_unit(angle: Statement) -> bool:
    if isinstance(angle, Degrees):
        return True
    return not isinstance(angle, Call | Apply) and any(map(_has_unit, parts(angle)))
