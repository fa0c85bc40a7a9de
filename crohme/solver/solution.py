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
class Step:
    """One step of the way to an answer.

    Args:
        latex: str. What holds after it.
        text: str. What was done, as a sentence without LaTeX.
    """

    latex: str
    text: str


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
        steps: tuple of Step. The way to the answers, if it is asked for and known.
        defines: tuple of str. The letters and functions that this defines for later problems, as LaTeX.
    """

    understood: str
    answers: list[str]
    decimal: str | None
    kind: Kind
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    defines: tuple[str, ...] = ()


class MarkKind(StrEnum):
    """What a marked point of a plot is."""

    ROOT = "root"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"


@dataclass(frozen=True)
class Mark:
    """A marked point of a plot.

    Args:
        kind: MarkKind. Extrema are local ones.
        x, y: float.
        latex: str. Where it is: `x = \\sqrt{2}` if that is exact, `x \\approx 1.41421356237` if not.
    """

    kind: MarkKind
    x: float
    y: float
    latex: str


@dataclass(frozen=True)
class Plot:
    """A function over a range.

    Args:
        understood: str. The function as it was understood, as LaTeX.
        variable: str. Its letter, as LaTeX.
        parts: tuple of tuple of (x, y). Points from left to right; between two parts there is a gap.
        marks: tuple of Mark. From left to right.
        notes: tuple of str. As in `Solution`.
    """

    understood: str
    variable: str
    parts: tuple[tuple[tuple[float, float], ...], ...]
    marks: tuple[Mark, ...]
    notes: tuple[str, ...] = ()
