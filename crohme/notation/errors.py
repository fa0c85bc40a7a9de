"""Every way in which notation can be refused, one class per format."""

from __future__ import annotations


class NotationError(ValueError):
    """An expression that cannot be read or written. `str(error)` is one line with the cause."""


class MathmlError(NotationError):
    """MathML that is not well-formed, or that no symbol layout tree can hold."""


class LatexError(NotationError):
    """LaTeX that cannot be read.

    Args:
        cause: str. What is wrong.
        position: int. Index into the text of the first character that cannot be read.
    """

    def __init__(self, cause: str, position: int) -> None:
        super().__init__(f"{cause} at position {position}")
        self.cause = cause
        self.position = position


class LabelGraphError(NotationError):
    """A label graph that cannot be read, or that is no tree."""
