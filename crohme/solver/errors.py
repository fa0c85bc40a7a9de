"""Every way in which a problem can be refused or stay without an answer."""

from __future__ import annotations

from crohme.errors import CrohmeError


class SolverError(CrohmeError):
    """No answer. `str(error)` is one line with the cause."""


class NotUnderstood(SolverError):
    """A symbol or part whose meaning is unknown, or could be one thing as well as another.

    Args:
        cause: str. What is not understood, in one line; names the part.
        part: str. The part, as LaTeX.
        strokes: tuple of int. The strokes that draw it; empty if the tree has none.
    """

    def __init__(self, cause: str, part: str = "", strokes: tuple[int, ...] = ()) -> None:
        super().__init__(cause)
        self.part = part
        self.strokes = strokes


class NoAnswer(SolverError):
    """What was understood has no value, or none that SymPy can find.

    Args:
        cause: str. Why, in one line.
        understood: str. What was understood, as LaTeX.
    """

    def __init__(self, cause: str, understood: str = "") -> None:
        super().__init__(cause)
        self.understood = understood

    def __str__(self) -> str:
        return f"{self.cause} (read as {self.understood})" if self.understood else self.cause


class TimeLimitExceeded(NoAnswer):
    """The answer was not found in the time given."""


class MemoryLimitExceeded(NoAnswer):
    """The answer needs more memory than the solver may take."""


class SolverMissing(SolverError):
    """SymPy is not installed."""
