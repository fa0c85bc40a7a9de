"""Labelled examples of isolated symbols, as a network is trained and validated on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

Inputs = Callable[[np.ndarray, np.random.Generator | None], np.ndarray]
"""Indices of examples and a random generator → the network's input for them, see `Examples`."""


@dataclass(frozen=True)
class Examples:
    """Labelled examples of one kind.

    Args:
        labels: `(N,)` int64. Class indices.
        inputs: function of some indices and a random generator, to the network's input for
            them: distorted by that generator, or as they are if it is None.
    """

    labels: np.ndarray
    inputs: Inputs

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class TrainingData:
    """Examples to train on, and named sets to validate on, all with the same classes.

    Args:
        classes: tuple of str. What the class indices mean.
        train: Examples.
        validation: dict of str → Examples.
        description: str. What the data are, for the bundle: no path of this machine.
        folders: paths. Where they lie.
        test: Examples or None. Measured once, at the end.
        counts: dict of str → int. What the report says of the data.
        sides: list of `(file, label, side)`. Of pictures: which is used for what.
    """

    classes: tuple[str, ...]
    train: Examples
    validation: dict[str, Examples]
    description: str
    folders: tuple[Path, ...]
    test: Examples | None = None
    counts: dict[str, int] = field(default_factory=dict)
    sides: list[tuple[str, str, str]] = field(default_factory=list)

    def among(self, classes: Iterable[str]) -> TrainingData:
        """The same examples with more classes than they have: those given, and their own."""
        labels = {*self.classes, *classes}
        if len(labels) == len(self.classes):
            return self
        wider = tuple(sorted(labels))
        numbers = np.array([wider.index(label) for label in self.classes])

        def renumbered(examples: Examples) -> Examples:
            return replace(examples, labels=numbers[examples.labels])

        return replace(
            self,
            classes=wider,
            train=renumbered(self.train),
            validation={name: renumbered(examples) for name, examples in self.validation.items()},
            test=None if self.test is None else renumbered(self.test),
        )
