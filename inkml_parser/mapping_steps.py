"""What a `mapping` does to the values of a trace: Affine and Lookup."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inkml_parser.errors import MalformedInk
from inkml_parser.types import Channels, Matrix, Values


@dataclass(frozen=True, eq=False)
class Affine:
    """Weighted sums of channels, and a constant."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    matrix: Matrix

    def __call__(self, columns: Channels) -> dict[str, Values]:
        values = np.stack([_column(columns, name) for name in self.sources])
        with np.errstate(over="ignore", invalid="ignore"):
            mapped = self.matrix[:, :-1] @ values + self.matrix[:, -1:]
        return dict(zip(self.targets, mapped, strict=True))


@dataclass(frozen=True, eq=False)
class Lookup:
    """One channel by another, from a table: values that are `known`, ascending, and what each is `meant` to be."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    known: Values
    meant: Values
    interpolation: str
    is_relative: bool
    line: object

    def __call__(self, columns: Channels) -> dict[str, Values]:
        values = _column(columns, self.sources[0])
        known, meant = self.known, self.meant
        if len(values) and (values.min() < known[0] or values.max() > known[-1]):
            raise MalformedInk(f"a value of {self.sources[0]} lies outside of the <table> in line {self.line}")
        if self.interpolation == "linear":
            found = np.interp(values, known, meant)
        else:
            below = np.clip(np.searchsorted(known, values, side="right") - 1, 0, len(known) - 1)
            above = np.clip(np.searchsorted(known, values, side="left"), 0, len(known) - 1)
            found = {
                "floor": lambda: meant[below],
                "ceiling": lambda: meant[above],
                "middle": lambda: (meant[below] + meant[above]) / 2,
            }[self.interpolation]()
        return {self.targets[0]: values + found if self.is_relative else found}


Step = Affine | Lookup
"""A mapping, ready to be applied: it gives the channels that it changes."""


def _column(columns: Channels, name: str) -> Values:
    if name not in columns:
        raise MalformedInk(f"a mapping is from channel {name}, which the trace does not have")
    return columns[name]
