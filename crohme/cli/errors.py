"""Errors that the user can put right."""

from __future__ import annotations

import unicodedata

from crohme.errors import CrohmeError

_STEERING = {"Cc", "Cs", "Zl", "Zp"}


class CommandError(CrohmeError):
    """A user's error, reported in one line; the command ends with exit code 1."""


def one_line(text: str) -> str:
    """Text that may hold a file's name, which may hold line ends and codes that steer a terminal: those escaped."""
    return "".join(c if unicodedata.category(c) not in _STEERING else ascii(c)[1:-1] for c in text)
