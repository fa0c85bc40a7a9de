"""Ink, and how the same handwriting comes out when it is traced on a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Self

from crohme.ink import image_files
from inkml_parser import Ink


def is_traced(ink: Ink) -> bool:
    """Whether ink was traced on a picture."""
    return image_files.TRACED.items() <= ink.annotations.items()


@dataclass(frozen=True, eq=False)
class InkAndTracings(Ink):
    """Ink of a picture that was traced in several ways; or ink that was written, and tracings of a picture of it.

    A recogniser reads all of it.

    Args:
        tracings: tuple of Ink. Other tracings of the same picture, or, of written ink, all; each with strokes. A copy
            that is changed (`dataclasses.replace`, `select`) has none.
    """

    tracings: tuple[Ink, ...] = field(default=(), init=False)

    @classmethod
    def of(cls, ink: Ink, tracings: Sequence[Ink]) -> Self:
        """An ink with its tracings."""
        both = cls(**{one.name: getattr(ink, one.name) for one in fields(Ink)})
        object.__setattr__(both, "tracings", tuple(traced for traced in tracings if traced.strokes))
        return both
