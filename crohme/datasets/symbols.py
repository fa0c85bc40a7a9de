"""Isolated symbols, cut from expressions by their trace groups."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from crohme.datasets import cache
from crohme.datasets.base import WHOLE, DataSet
from crohme.datasets.inkml import InkmlFolder
from crohme.ink.strokes import StrokeBatch
from crohme.types import Arrays

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class SymbolSet:
    """Labelled isolated symbols.

    Args:
        strokes: StrokeBatch of N symbols.
        labels: `(N,)` str. Class of each, in the project's normal form.
        files: `(N,)` str. Where each is from, see `WrittenSymbol.name`.
        writers: `(N,)` str. Who wrote each.
        unreadable: tuple of str. One line per file that could not be read.
    """

    strokes: StrokeBatch
    labels: np.ndarray
    files: np.ndarray
    writers: np.ndarray
    unreadable: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, symbols: np.ndarray) -> SymbolSet:
        """Some of the symbols: indices, or a mask of N booleans."""
        indices = np.flatnonzero(symbols) if symbols.dtype == bool else symbols
        return SymbolSet(
            self.strokes.take(indices),
            self.labels[indices],
            self.files[indices],
            self.writers[indices],
            self.unreadable,
        )

    def class_indices(self, classes: tuple[str, ...]) -> np.ndarray:
        """`(N,)` int: index of each label in `classes`, -1 where it is none of them."""
        index = {label: i for i, label in enumerate(classes)}
        return np.array([index.get(str(label), -1) for label in self.labels], dtype=np.int64)


def read_symbols(data: DataSet | Path, split: str = WHOLE) -> SymbolSet:
    """All symbols of a split of a data set, or of all InkML under a folder, in their order.

    What cannot be read, or whose segmentation is damaged, is listed in `unreadable`, logged, and passed over.

    Raises:
        DataNotFound: Nothing is there.
    """
    data = _opened(data)
    listed = len(data.unreadable)  # of other splits
    symbols, labels, files, writers = [], [], [], []
    for symbol in tqdm(data.symbols(split), desc=f"symbols of {data.folder.name}, {split}", unit="symbol"):
        symbols.append(list(symbol.strokes))
        labels.append(symbol.label)
        files.append(symbol.name)
        writers.append(symbol.writer)
    return SymbolSet(
        StrokeBatch.from_symbols(symbols),
        np.array(labels, dtype=str),
        np.array(files, dtype=str),
        np.array(writers, dtype=str),
        tuple(data.unreadable[listed:]),
    )


def load_symbols(data: DataSet | Path, split: str = WHOLE) -> SymbolSet:
    """As `read_symbols`, from the cache if neither the files' content nor the code has changed, see `cache.key`."""
    data = _opened(data)
    made_of = cache.key(data.title, split, cache.contents(data.folder, data.files(split)))
    return _unpack(cache.arrays(cache.path_of("symbols", made_of), lambda: _pack(read_symbols(data, split))))


def _opened(data: DataSet | Path) -> DataSet:
    """A folder as InkML: what lies in it need be no whole data set."""
    return data if isinstance(data, DataSet) else InkmlFolder(data)


def train_and_held_out(data: DataSet) -> tuple[SymbolSet, SymbolSet]:
    """The training split without the data set's held-out writers, and the symbols of those writers."""
    symbols = load_symbols(data, data.training_split())
    held_out = np.array([data.is_held_out(str(writer)) for writer in symbols.writers], dtype=bool)
    return symbols.take(~held_out), symbols.take(held_out)


def known(symbols: SymbolSet, classes: tuple[str, ...]) -> SymbolSet:
    """The symbols whose label is one of `classes`; the others are counted in the log."""
    is_known = symbols.class_indices(classes) >= 0
    if not is_known.all():
        counts = Counter(symbols.labels[~is_known].tolist()).most_common(10)
        log.warning("%d symbols of other classes left out: %s", (~is_known).sum(), counts)
    return symbols.take(is_known)


def _pack(symbols: SymbolSet) -> Arrays:
    return {
        "points": symbols.strokes.points,
        "stroke_lengths": symbols.strokes.stroke_lengths,
        "symbol_lengths": symbols.strokes.symbol_lengths,
        "labels": symbols.labels,
        "files": symbols.files,
        "writers": symbols.writers,
        "unreadable": np.array(symbols.unreadable, dtype=str),
    }


def _unpack(arrays: Arrays) -> SymbolSet:
    strokes = StrokeBatch(arrays["points"], arrays["stroke_lengths"], arrays["symbol_lengths"])
    symbols = SymbolSet(strokes, arrays["labels"], arrays["files"], arrays["writers"])
    return replace(symbols, unreadable=tuple(arrays["unreadable"].tolist()))
