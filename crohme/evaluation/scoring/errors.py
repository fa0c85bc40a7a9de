"""What can be wrong with what is scored."""

from __future__ import annotations

from dataclasses import dataclass

from crohme.errors import CrohmeError


class ScoringError(CrohmeError):
    """Two sources that cannot be scored at all. `str(error)` is one line for the user."""


@dataclass(frozen=True)
class Refused:
    """An expression that is there and cannot be used, and why. It counts, as wrong."""

    cause: str
