"""The parent of all errors, and every way in which ink can be refused, one class per cause."""

from __future__ import annotations

from os import PathLike
from typing import Any


class CrohmeError(Exception):
    """What went wrong, in one line for the user. `str(error)` is `source: cause`, or the cause alone.

    Errors survive pickling, and so come back from other processes, whatever arguments a subclass takes.

    Args:
        cause: str. What is wrong.
        source: str, path or None. The file or folder that it is about.
    """

    def __init__(self, cause: str, source: str | PathLike[str] | None = None) -> None:
        super().__init__(cause, source)
        self.cause = cause
        self.source = None if source is None else str(source)

    def __str__(self) -> str:
        return self.cause if self.source is None else f"{self.source}: {self.cause}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args), self.__dict__


def _rebuilt(kind: type[CrohmeError], args: tuple[Any, ...]) -> CrohmeError:
    return kind.__new__(kind, *args)


class InkError(CrohmeError, ValueError):
    """Ink that cannot be used."""


class EmptyInk(InkError):
    """An empty file, or one without a single trace."""


class MalformedInk(InkError):
    """Not well-formed XML, not InkML, or a trace that cannot be decoded."""


class ForbiddenInk(InkError):
    """XML that a reader of untrusted files refuses: a DOCTYPE, and with it entities."""


class OversizedInk(InkError):
    """More bytes, strokes or points than the limits allow."""


class UnsupportedInk(InkError):
    """Something that InkML defines for its coordinates and this reader does not apply; named with its line."""


class InvalidInk(InkError):
    """Parts that disagree: a symbol of unknown strokes, a coordinate that is not finite."""
