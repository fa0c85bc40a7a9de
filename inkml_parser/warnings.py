"""Damage in a file whose ink could be read all the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_MOST = 100  # of one file: a hostile one would have a warning for every element


class Part(StrEnum):
    """The part of a file that a warning is about."""

    INK = "ink"
    SEGMENTATION = "segmentation"
    MATHML = "mathml"
    ANNOTATION = "annotation"


@dataclass(frozen=True)
class InkWarning:
    """Damage that did not keep the ink from being read. `str(warning)` names the file and the cause.

    Args:
        part: Part. Where the damage is. What needs this part (the segmentation to cut symbols, say)
            must not use it without saying so.
        cause: str.
        source: str or None. The file, where there is one.
    """

    part: Part
    cause: str
    source: str | None = None

    def __str__(self) -> str:
        text = f"{self.part}: {self.cause}"
        return text if self.source is None else f"{self.source}: {text}"


class Warnings:
    """The warnings of one file as they come, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Part, str], None] = {}

    def add(self, part: Part, cause: str) -> None:
        """Add a warning."""
        self._found.setdefault((part, cause if len(self._found) < _MOST else "and more"))

    def copy(self) -> Warnings:
        """The same warnings, to which others can be added."""
        other = Warnings()
        other._found = dict(self._found)
        return other

    def listed(self, source: str | None) -> tuple[InkWarning, ...]:
        """All of them, in the order in which they were found."""
        return tuple(InkWarning(part, cause, source) for part, cause in self._found)
