"""What the solver hands back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of answer it is."""

    VALUE = "value"
    """A number."""
    EXPRESSION = "expression"
    """A simpler form, a derivative, an antiderivative: something with names in it."""
    SOLUTIONS = "solutions"
    """Values of the unknowns."""
    NO_SOLUTION = "no solution"
    """No value of the unknowns satisfies all that was asked."""
    TRUTH = "truth"
    """`\\mathrm{true}` or `\\mathrm{false}`."""
    DEFINITION = "definition"
    """Functions that were given; nothing is asked."""


@dataclass(frozen=True)
class Solution:
    """An answer, and what it answers.

    Args:
        understood: str. The problem as it was understood, as LaTeX; see `readback.read_as`.
        answers: list of str. LaTeX; one for each value or solution. Empty if there is no solution, or
            if a value is known as a decimal only.
        decimal: str or None. The answers in 12 significant digits, as LaTeX; None if that says no more.
        kind: Kind.
        notes: tuple of str. What has to be said beside the answers, as sentences without LaTeX: how something was
            read, where they hold, that they are numerical or may not be all.
    """

    understood: str
    answers: list[str]
    decimal: str | None
    kind: Kind
    notes: tuple[str, ...] = ()
