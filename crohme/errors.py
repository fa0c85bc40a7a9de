"""The parent of every error of this package, and what an error says."""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterable

from inkml_parser.errors import CrohmeError

__all__ = ["CrohmeError", "cause_of", "let_go", "meant", "quoted"]


def cause_of(error: Exception) -> str:
    """Why something failed, without the name of the file."""
    if isinstance(error, CrohmeError):
        return error.cause
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def let_go(error: BaseException | None) -> None:
    """Forget what was at hand where an error, and those behind it, arose: pictures of many megabytes. The lines stay.

    For whoever keeps an error for later instead of raising it.
    """
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def meant(name: str, names: Iterable[str], prefix: str = "") -> str:
    """A hint for a misspelt name: `; did you mean a or b?`, or nothing if no name is close."""
    close = [f"{prefix}{one}" for one in difflib.get_close_matches(name, list(names), 3)]
    return f"; did you mean {' or '.join(close)}?" if close else ""


def quoted(text: str) -> str:
    """LaTeX, a label or a name as messages show it: in quotes, its backslashes as somebody wrote them."""
    mark = '"' if "'" in text else "'"
    return f"{mark}{text}{mark}" if text.isprintable() else repr(text)
