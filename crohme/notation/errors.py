"""Every way in which notation can be refused, one class per format."""

from __future__ import annotations

from crohme.errors import CrohmeError

_LONGEST = 300


class NotationError(CrohmeError, ValueError):
    """An expression that cannot be read or written. A cause that quotes too much of it is cut in the middle."""

    def __init__(self, cause: str) -> None:
        half = _LONGEST // 2
        super().__init__(cause if len(cause) <= _LONGEST else f"{cause[:half]}…{cause[-half:]}")


class MathmlError(NotationError):
    """MathML that is not well-formed, or that no symbol layout tree can hold."""


class LatexError(NotationError):
    """LaTeX that cannot be read.

    Args:
        cause: str. What is wrong.
        position: int. Index into the text of the first character that cannot be read.
    """

    def __init__(self, cause: str, position: int) -> None:
        super().__init__(cause)
        self.position = position

    def __str__(self) -> str:
        return f"{self.cause} at position {self.position}"


class LatexTooLong(LatexError):
    """LaTeX with more tokens than any expression has."""


class LabelGraphError(NotationError):
    """A label graph that cannot be read, or that is no tree."""


class UnsayableError(LabelGraphError):
    """An expression that no label graph can represent."""
