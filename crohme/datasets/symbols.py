"""Isolated symbols, cut from expressions by their trace groups."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from crohme.datasets import cache, location, splits
from crohme.ink.strokes import StrokeBatch
from crohme.ink.truth import damage
from crohme.notation import canonical_label
from inkml_parser import InkError, Part, read

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class SymbolSet:
    """Labelled isolated symbols.

    Args:
        strokes: StrokeBatch of N symbols.
        labels: `(N,)` str. Class of each, in the project's normal form.
        files: `(N,)` str. The file each was cut from, relative to the data set's folder.
        writers: `(N,)` str. Who wrote each, as `splits.writer_of` names them.
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


def read_symbols(folder: Path) -> SymbolSet:
    """All symbols of all InkML files under a folder, in the order of paths.

    Files that cannot be read, or whose segmentation is damaged, are listed in `unreadable`, logged, and
    otherwise passed over.

    Raises:
        DataNotFound: No InkML under the folder.
    """
    symbols, labels, files, writers, unreadable = [], [], [], [], []
    for path in tqdm(location.inkml_files(folder), desc=f"symbols of {folder.name}", unit="file"):
        name = path.relative_to(folder).as_posix()
        try:
            ink = read(path)
            problem = damage(ink, Part.SEGMENTATION)
            if problem is not None:
                raise InkError(problem, str(path))
        except InkError as error:
            unreadable.append(f"{name}: {error.cause}")
            log.warning("%s", error)
            continue
        collection = path.parent.name
        writer = splits.writer_of(collection, path.name, ink.annotations)
        for symbol in ink.symbols:
            symbols.append([ink.strokes[i] for i in symbol.strokes])
            labels.append(canonical_label(symbol.label))
        files += [name] * len(ink.symbols)
        writers += [writer] * len(ink.symbols)
    return SymbolSet(
        StrokeBatch.from_symbols(symbols),
        np.array(labels, dtype=str),
        np.array(files, dtype=str),
        np.array(writers, dtype=str),
        tuple(unreadable),
    )


def load_symbols(folder: Path) -> SymbolSet:
    """As `read_symbols`, from the cache if neither the files' content nor the code has changed, see `cache.key`."""
    packed = cache.path_of("symbols", cache.key(cache.contents(folder, location.inkml_files(folder))))
    return _unpack(cache.arrays(packed, lambda: _pack(read_symbols(folder))))


def train_and_held_out(symbols: SymbolSet) -> tuple[SymbolSet, SymbolSet]:
    """The training set without its held-out writers, and the symbols of those writers."""
    held_out = np.array([splits.is_held_out(str(writer)) for writer in symbols.writers], dtype=bool)
    return symbols.take(~held_out), symbols.take(held_out)


def known(symbols: SymbolSet, classes: tuple[str, ...]) -> SymbolSet:
    """The symbols whose label is one of `classes`; the others are counted in the log."""
    is_known = symbols.class_indices(classes) >= 0
    if not is_known.all():
        counts = Counter(symbols.labels[~is_known].tolist()).most_common(10)
        log.warning("%d symbols of other classes left out: %s", (~is_known).sum(), counts)
    return symbols.take(is_known)


def _pack(symbols: SymbolSet) -> cache.Arrays:
    return {
        "points": symbols.strokes.points,
        "stroke_lengths": symbols.strokes.stroke_lengths,
        "symbol_lengths": symbols.strokes.symbol_lengths,
        "labels": symbols.labels,
        "files": symbols.files,
        "writers": symbols.writers,
        "unreadable": np.array(symbols.unreadable, dtype=str),
    }


def _unpack(arrays: cache.Arrays) -> SymbolSet:
    strokes = StrokeBatch(arrays["points"], arrays["stroke_lengths"], arrays["symbol_lengths"])
    symbols = SymbolSet(strokes, arrays["labels"], arrays["files"], arrays["writers"])
    return replace(symbols, unreadable=tuple(arrays["unreadable"].tolist()))
