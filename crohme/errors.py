"""The parent of every error of this package, and what an error says."""

from __future__ import annotations

from inkml_parser.errors import CrohmeError

__all__ = ["CrohmeError", "cause_of"]


def cause_of(error: Exception) -> str:
    """Why something failed, without the name of the file."""
    if isinstance(error, CrohmeError):
        return error.cause
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
