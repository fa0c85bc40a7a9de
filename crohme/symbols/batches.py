"""Batches of examples: in another order and distorted in another way in every epoch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

from crohme.symbols.examples import Examples
from crohme.symbols.settings import Settings
from crohme.training.batch import Batch

_FEWEST_STEPS, _SMALLEST = 20, 16
"""A small set is cut into as many batches as this, of at least so many examples: few steps teach little."""


def batch_size(settings: Settings, examples: int) -> int:
    """How many examples a batch has: what the settings say, and less of a small set."""
    return min(settings.batch_size, max(_SMALLEST, examples // _FEWEST_STEPS), examples)


class Epoch(Sequence[Batch[np.ndarray]]):
    """The batches of one pass over the examples; each is made when it is asked for, and always the same.

    Args:
        examples: Examples.
        classes: int.
        settings: Settings.
        number: int. Of the pass, from 0.
    """

    def __init__(self, examples: Examples, classes: int, settings: Settings, number: int) -> None:
        self._examples, self._classes, self._number, self._seed = examples, classes, number, settings.seed
        self._size = batch_size(settings, len(examples))
        self._order = np.random.default_rng([settings.seed, number]).permutation(len(examples))

    def __len__(self) -> int:
        return len(self._examples) // self._size

    @overload
    def __getitem__(self, index: int) -> Batch[np.ndarray]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Batch[np.ndarray]]: ...

    def __getitem__(self, index: int | slice) -> Batch[np.ndarray] | Sequence[Batch[np.ndarray]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        chosen = self._order[index * self._size : (index + 1) * self._size]
        rng = np.random.default_rng([self._seed, self._number, index])
        targets = np.eye(self._classes, dtype=np.float32)[self._examples.labels[chosen]]
        return Batch(self._examples.inputs(chosen, rng), targets)


def epochs(examples: Examples, classes: int, settings: Settings, first: int) -> Iterator[tuple[int, Epoch]]:
    """Numbered passes without end, from the `first`."""
    return ((number, Epoch(examples, classes, settings, number)) for number in itertools.count(first))
