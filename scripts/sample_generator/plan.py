"""Who writes what: the writers of the sample, and the expressions that each of them writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sample_generator.formulas import exercise, known_formulas
from sample_generator.pen import Writer, random_state

TRAIN = [
    Writer("sample1", slant=0.10, width=1.00, looseness=0.8, spacing=1.0, script=0.62, slope=0.01, unit=3.0),
    Writer("sample2", slant=0.25, width=0.95, looseness=1.2, spacing=0.9, script=0.66, slope=0.03, unit=4.0),
    Writer("sample3", slant=-0.08, width=1.05, looseness=1.0, spacing=1.2, script=0.60, slope=-0.01, unit=3.5),
    Writer("sample4", slant=0.00, width=0.85, looseness=1.5, spacing=0.8, script=0.70, slope=0.00, unit=2.6),
    Writer("sample5", slant=0.35, width=1.10, looseness=1.1, spacing=1.1, script=0.58, slope=0.02, unit=5.0),
    Writer("sample6", slant=0.15, width=1.15, looseness=1.6, spacing=1.3, script=0.64, slope=-0.02, unit=3.2),
]
TEST = [
    Writer("sample7", slant=0.05, width=0.95, looseness=1.3, spacing=1.0, script=0.65, slope=0.02, unit=3.0),
    Writer("sample8", slant=0.20, width=1.00, looseness=1.0, spacing=1.1, script=0.60, slope=0.00, unit=4.5),
]
_EVERY = {"train": 4, "test": 6}  # a writer takes every fourth, or sixth, known formula
_EXERCISES = {"train": 4, "test": 9}  # and makes up so many


@dataclass(frozen=True)
class Planned:
    """One file of the sample, to be written.

    Args:
        path: str. Relative to the sample's folder, without suffix.
        writer: Writer.
        latex: str.
    """

    path: str
    writer: Writer
    latex: str


def plan() -> Iterator[Planned]:
    """All files of the sample, in order."""
    known = known_formulas()
    for split, writers in (("train", TRAIN), ("test", TEST)):
        for number, writer in enumerate(writers):
            step = _EVERY[split]
            rng = random_state("exercises", writer.name)
            formulas = known[number % step :: step] + [exercise(rng) for _ in range(_EXERCISES[split])]
            for i, latex in enumerate(formulas):
                yield Planned(f"{split}/{writer.name}_{i:02d}", writer, latex)
