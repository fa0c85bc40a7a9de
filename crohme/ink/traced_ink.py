"""Ink that was traced on a picture, and what else the same picture may have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from inkml_parser import Ink


@dataclass(frozen=True, eq=False)
class TracedInk(Ink):
    """Ink of a picture.

    Args:
        others: tuple of Ink. The same picture, traced in other ways, each with strokes. A copy that is changed
            (`dataclasses.replace`, `select`) has none.
    """

    others: tuple[Ink, ...] = field(default=(), init=False)

    @classmethod
    def of(cls, ink: Ink, others: Sequence[Ink]) -> Self:
        """An ink with its others."""
        traced = cls(ink.strokes, annotations=ink.annotations)
        object.__setattr__(traced, "others", tuple(other for other in others if other.strokes))
        return traced
