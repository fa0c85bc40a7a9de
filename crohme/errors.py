"""The parent of every error of this package, and what an error says."""

from __future__ import annotations

from inkml_parser.errors import CrohmeError

__all__ = ["CrohmeError", "cause_of"]


def cause_of(error: Exception) -> str:
    """What an error says, without the name of the file that it is about."""
    if isinstance(error, CrohmeError) and error.source is not None:
        return error.cause
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
