"""Distributions of layout measured on the training set, and one writer's manner drawn from them.

`layout.csv` is made by `scripts/measure_layout.py`: for each figure of `evaluation.layout` its
quantiles, and how much of its variance lies between expressions. Where a figure is wide in one place
of an expression it is wide in others, too: so each figure is drawn as a normal deviate, partly once
for the expression and partly for each place, and looked up among the quantiles.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

DEVIATES = (-2.0, -4 / 3, -2 / 3, 0.0, 2 / 3, 4 / 3, 2.0)
"""The standard normal deviates whose quantiles are in the table."""
ANY = "*"
# The ends of the distributions are as much errors of the measure as what people do: they are drawn less often.
_NARROWER, _WIDEST = 0.85, 1.7
_STEP = DEVIATES[1] - DEVIATES[0]
_LAST = len(DEVIATES) - 1


@dataclass(frozen=True)
class Measured:
    """The distribution of one figure over the training set.

    Args:
        mean: float. For what is 0 or 1, the share of 1.
        quantiles: tuple of float. At `DEVIATES`.
        shared: float. Share of its variance that lies between expressions.
    """

    mean: float
    quantiles: tuple[float, ...]
    shared: float

    def at(self, deviate: float) -> float:
        """The value at a standard normal deviate; what lies beyond the table is as its end."""
        place = min(max((deviate - DEVIATES[0]) / _STEP, 0.0), _LAST - 1e-9)
        before = int(place)
        low, high = self.quantiles[before], self.quantiles[before + 1]
        return low + (high - low) * (place - before)


@cache
def table() -> dict[tuple[str, str], Measured]:
    """(figure, kinds of symbols) → its distribution."""
    measured = {}
    lines = (resources.files(__package__) / "layout.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines):
        quantiles = tuple(float(row[f"q{number}"]) for number in range(len(DEVIATES)))
        measured[row["figure"], row["of"]] = Measured(float(row["mean"]), quantiles, float(row["expression"]))
    return measured


@cache
def find(figure: str, of: str) -> Measured:
    """The distribution of a figure for such symbols, or for the nearest kinds that are frequent enough.

    Raises:
        KeyError: The table has no such figure.
    """
    rows = table()
    names = [figure, "gap line"] if figure == "gap script" else [figure]
    for name in names:
        for kinds in _ever_wider(of):
            if (name, kinds) in rows:
                return rows[name, kinds]
    raise KeyError(figure)


def _ever_wider(of: str) -> list[str]:
    """The kinds, then with one of a pair left open, then with all."""
    left, _, right = of.partition(" ")
    return [of, f"{left} {ANY}", f"{ANY} {right}", f"{ANY} {ANY}"] if right else [of, ANY]


class Manner:
    """How one writer lays out one expression.

    Args:
        rng: Generator. Whatever is drawn comes from it.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._own: dict[str, float] = {}

    def draw(self, figure: str, of: str = ANY) -> float:
        """A length, ratio or slope: see `evaluation.layout`."""
        measured = find(figure, of)
        if figure not in self._own:
            self._own[figure] = float(self._rng.standard_normal())
        shared = measured.shared
        deviate = math.sqrt(shared) * self._own[figure] + math.sqrt(1 - shared) * float(self._rng.standard_normal())
        return measured.at(min(max(_NARROWER * deviate, -_WIDEST), _WIDEST))

    def does(self, what: str) -> bool:
        """Whether something is done here that people do now and then: an `order` of the table."""
        return bool(self._rng.random() < find("order", what).mean)
