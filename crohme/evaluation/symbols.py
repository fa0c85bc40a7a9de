"""How well isolated symbols are recognised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crohme.datasets.inkml import InkmlFolder
from crohme.datasets.location import DataNotFound
from crohme.datasets.pictures.image_folders import load_images
from crohme.datasets.symbols import load_symbols
from crohme.evaluation.intervals import wilson_interval
from crohme.ink.raster import SIZE, render
from crohme.symbols.recognizer import Pictures, SymbolRecognizer
from crohme.types import BoolArray, FloatingArray, StringArray


@dataclass(frozen=True, eq=False)
class SymbolResults:
    """What a recogniser said about N symbols whose labels are known.

    Args:
        classes: tuple of str. What the columns of `probabilities` mean.
        truth: `(N,)` str. The true label of each; one that is not in `classes` counts as wrong.
        probabilities: `(N, C)` float.
        pictures: `(N, size, size)` uint8. What each looks like.
        files: `(N,)` str. Where each comes from.
        unreadable: tuple of str. One line per file that could not be read; their symbols, whose
            number nobody knows, are not among the N.
    """

    classes: tuple[str, ...]
    truth: StringArray
    probabilities: FloatingArray
    pictures: Pictures
    files: StringArray
    unreadable: tuple[str, ...] = ()

    @property
    def predicted(self) -> StringArray:
        """`(N,)` str: the most probable label of each."""
        labels: StringArray = np.array(self.classes)[self.probabilities.argmax(axis=1)]
        return labels

    def top(self, k: int) -> float:
        """Share of the symbols whose true label is among the k most probable."""
        return float(self._rank_hits(k).mean())

    def summary(self) -> dict[str, Any]:
        """Figures for people and programs; intervals are Wilson's at 95 %."""
        n = len(self.truth)
        figures: dict[str, Any] = {"n": n}
        for k in (1, 3, 5):
            low, high = wilson_interval(int(self._rank_hits(k).sum()), n)
            figures |= {f"top{k}": round(self.top(k), 5), f"top{k}_interval": [round(low, 5), round(high, 5)]}
        is_unknown = ~np.isin(self.truth, self.classes)
        figures["unknown_labels"] = int(is_unknown.sum())
        figures["unknown_label_names"] = sorted(set(self.truth[is_unknown].tolist()))
        figures["unreadable_files"] = list(self.unreadable)
        return figures

    def _rank_hits(self, k: int) -> BoolArray:
        best = np.array(self.classes)[np.argsort(-self.probabilities, axis=1, kind="stable")[:, :k]]
        hits: BoolArray = (best == self.truth[:, None]).any(axis=1)
        return hits


def evaluate(recognizer: SymbolRecognizer, data: Path) -> SymbolResults:
    """Recognise every symbol of a folder.

    Args:
        recognizer: SymbolRecognizer.
        data: Path. A folder of InkML with symbols marked, or of images `<label>/*.png`.

    Raises:
        DataNotFound: No symbols there.
        ImageError: Images, and a recogniser without the offline network.
    """
    if not data.is_dir():
        raise DataNotFound(f"no such folder: {data}")
    if not InkmlFolder.is_at(data):
        images = load_images(data, recognizer.picture_size or SIZE)
        probabilities = recognizer.from_pictures(images.images)
        return SymbolResults(
            recognizer.classes, images.labels, probabilities, images.images, images.files, images.unreadable
        )
    symbols = load_symbols(data)
    if not len(symbols):
        raise DataNotFound(f"no InkML file under {data} has its symbols marked")
    probabilities = recognizer.from_strokes(symbols.strokes)
    return SymbolResults(
        recognizer.classes, symbols.labels, probabilities, render(symbols.strokes), symbols.files, symbols.unreadable
    )
