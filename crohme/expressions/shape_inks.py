"""What the network of shapes learns from: single symbols, each with its label and who wrote it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crohme.datasets.registry import open_data_set
from crohme.datasets.symbols import SymbolSet, train_and_held_out
from crohme.ink.sequences import spaced
from crohme.ink.strokes import StrokeBatch, ranges, starts
from crohme.notation import Alphabet
from crohme.notation.alphabet import OTHER
from crohme.types import Float32Array, Int64Array

log = logging.getLogger(__name__)
POINTS = 32
"""Of each stroke: as many as the expressions have in which the symbols stand."""
MOST_STROKES = 12


@dataclass(frozen=True, eq=False)
class ShapeInks:
    """Symbols, each in a box of size 1.

    Args:
        strokes: `(S, POINTS, 2)` float32. Those of all symbols, one after the other.
        counts: `(N,)` int64. Strokes of each symbol.
        labels: `(N,)` int64. Its class, an index of `classes`.
        writers: `(N,)` int64. Who wrote it.
        classes: tuple of str.
    """

    strokes: Float32Array
    counts: Int64Array
    labels: Int64Array
    writers: Int64Array
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.counts)

    @classmethod
    def read(cls, folders: Sequence[Path], alphabet: Alphabet) -> tuple[ShapeInks, ShapeInks]:
        """Symbols in the training splits of data sets, of an alphabet: those without, and those of held-out writers.

        Raises:
            DataNotFound: No data set in a folder, or one that is not for training.
        """
        sides: tuple[list[SymbolSet], list[SymbolSet]] = ([], [])
        for folder in folders:
            for side, symbols in zip(sides, train_and_held_out(open_data_set(folder)), strict=True):
                side.append(symbols)
        train = cls.of(sides[0], alphabet)
        log.info("%d symbols of %d classes by %d writers", len(train), len(train.classes), len(set(train.writers)))
        return train, cls.of(sides[1], alphabet, train.classes)

    @classmethod
    def of(cls, sets: Sequence[SymbolSet], alphabet: Alphabet, classes: tuple[str, ...] | None = None) -> ShapeInks:
        """The symbols of some sets: those of `classes`, or of an alphabet where None."""
        labels = [alphabet.canonical(str(label)) for symbols in sets for label in symbols.labels]
        if classes is None:
            classes = tuple(sorted({label for label in labels if label in alphabet and label != OTHER}))
        index = {label: i for i, label in enumerate(classes)}
        numbers = np.array([index.get(label, -1) for label in labels], np.int64)
        names = [(i, writer) for i, symbols in enumerate(sets) for writer in symbols.writers.tolist()]
        number_of = {name: i for i, name in enumerate(dict.fromkeys(names))}
        writers = np.array([number_of[name] for name in names], np.int64)
        counts = np.concatenate([np.zeros(0, np.int64), *(symbols.strokes.symbol_lengths for symbols in sets)])
        strokes = np.concatenate(
            [np.zeros((0, POINTS, 2), np.float32), *(spaced(symbols.strokes, POINTS) for symbols in sets)]
        )
        whole = cls(strokes, counts, numbers, writers, classes)
        return whole.take(np.flatnonzero((numbers >= 0) & (counts <= MOST_STROKES)))

    def take(self, chosen: Int64Array) -> ShapeInks:
        """Some of the symbols."""
        strokes, counts = self.strokes_of(chosen)
        return ShapeInks(strokes, counts, self.labels[chosen], self.writers[chosen], self.classes)

    def strokes_of(self, chosen: Int64Array) -> tuple[Float32Array, Int64Array]:
        """The strokes of some symbols, one after the other, and how many each has."""
        counts = self.counts[chosen]
        return self.strokes[ranges(starts(self.counts)[chosen], counts)], counts


def batch_of(strokes: Float32Array, counts: Int64Array) -> StrokeBatch:
    """Strokes of as many points as a batch."""
    flat = strokes.reshape(-1, 2).astype(np.float32)
    return StrokeBatch(flat, np.full(len(strokes), strokes.shape[1], np.int64), counts)
