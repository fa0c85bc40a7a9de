"""The interface of a source of ink for typesetting."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from crohme.augment.pool import RootSign
from crohme.errors import CrohmeError, quoted
from crohme.types import Strokes


class NoInk(CrohmeError):
    """The pool has no ink of a symbol of the tree. `label` is its class."""

    def __init__(self, label: str) -> None:
        super().__init__(f"no ink of {quoted(label)} to typeset with")
        self.label = label


class Ink(Protocol):
    """Where the ink of symbols comes from, such as `Pool` or `OneHand`."""

    @property
    def symbols(self) -> dict[str, list[Strokes]]:
        """Label → ink, to see whether there is some."""

    @property
    def bars(self) -> list[Strokes]:
        """Fraction bars, in any unit."""

    @property
    def roots(self) -> list[RootSign]:
        """Root signs, in any unit."""

    def symbol(self, label: str, rng: np.random.Generator) -> Strokes:
        """Some ink of a class, in x-heights of its row, y 0 at the row's mid line."""

    def usual(self, label: str) -> tuple[float, float]:
        """Size and y of the centre of such ink, in the median."""
