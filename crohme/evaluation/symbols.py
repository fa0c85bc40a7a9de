"""Evaluation on isolated symbols."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from crohme.datasets.base import DataSet
from crohme.datasets.crohme import Crohme
from crohme.datasets.inkml import InkmlFolder
from crohme.datasets.location import DataNotFound
from crohme.datasets.pictures.image_folders import load_images
from crohme.datasets.registry import all_at
from crohme.datasets.symbols import load_symbols
from crohme.evaluation.intervals import wilson_interval
from crohme.evaluation.symbol_reader import NO_SYMBOL, SymbolReader
from crohme.ink.raster import SIZE, render
from crohme.notation import Alphabet
from crohme.notation.alphabet import LOOK_ALIKES, OTHER, SYMBOL_CLASSES
from crohme.recognition import DOUBTFUL
from crohme.symbols.recognizer import Pictures, SymbolRecognizer
from crohme.types import BoolArray, FloatingArray, StringArray


@dataclass(frozen=True, eq=False)
class SymbolResults:
    """Probabilities that a recogniser gave to N symbols of known labels.

    Args:
        classes: tuple of str. What the columns of `probabilities` mean.
        truth: `(N,)` str. The true label of each; one that is not in `classes` counts as wrong.
        probabilities: `(N, C)` float.
        pictures: `(N, size, size)` uint8. What each looks like.
        files: `(N,)` str. Where each comes from.
        unreadable: tuple of str. One line per file that could not be read; their symbols, whose
            number nobody knows, are not among the N.
        left_out: int. Symbols of other classes that were left out because that was asked for.
    """

    classes: tuple[str, ...]
    truth: StringArray
    probabilities: FloatingArray
    pictures: Pictures
    files: StringArray
    unreadable: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def predicted(self) -> StringArray:
        """`(N,)` str: the most probable label of each."""
        labels: StringArray = np.array(self.classes)[self.probabilities.argmax(axis=1)]
        return labels

    def top(self, k: int) -> float:
        """Share of the symbols whose true label is among the k most probable."""
        return float(self._rank_hits(k).mean())

    def top_of_shapes(self) -> float:
        """Share of the symbols whose most probable label has the shape of the true one, as x and X have one."""
        shapes = _shapes()
        pairs = zip(self.truth.tolist(), self.predicted.tolist(), strict=True)
        return float(np.mean([shapes.get(true, true) == shapes.get(found, found) for true, found in pairs]))

    def summary(self) -> dict[str, Any]:
        """Figures for people and programs; intervals are Wilson's at 95 %."""
        n = len(self.truth)
        figures: dict[str, Any] = {"n": n}
        for k in (1, 3, 5):
            low, high = wilson_interval(int(self._rank_hits(k).sum()), n)
            figures |= {f"top{k}": round(self.top(k), 5), f"top{k}_interval": [round(low, 5), round(high, 5)]}
        figures["top1_shapes"] = round(self.top_of_shapes(), 5)
        is_unknown = ~np.isin(self.truth, self.classes)
        figures["unknown_labels"] = int(is_unknown.sum())
        if is_unknown.any():
            figures["unknown_doubted"] = round(float(self._is_doubted()[is_unknown].mean()), 5)
        figures["unknown_label_names"] = sorted(set(self.truth[is_unknown].tolist()))
        figures["left_out"] = self.left_out
        figures["unreadable_files"] = list(self.unreadable)
        return figures

    def _is_doubted(self) -> BoolArray:
        """Whether the answer is that it is none of the classes, or is not more probable than all others together."""
        doubted: BoolArray = np.isin(self.predicted, (OTHER, NO_SYMBOL)) | (self.probabilities.max(axis=1) < DOUBTFUL)
        return doubted

    def _rank_hits(self, k: int) -> BoolArray:
        best = np.argsort(-self.probabilities, axis=1, kind="stable")[:, :k]
        # What has no probability at all was not answered.
        is_answer = np.take_along_axis(self.probabilities, best, axis=1) > 0
        hits: BoolArray = ((np.array(self.classes)[best] == self.truth[:, None]) & is_answer).any(axis=1)
        return hits


def evaluate(recognizer: SymbolRecognizer | SymbolReader, data: Path, *, known_only: bool = False) -> SymbolResults:
    """Recognise every symbol of a folder.

    Args:
        recognizer: SymbolRecognizer or SymbolReader.
        data: Path. A folder of InkML with symbols marked, or of images `<label>/*.png`; or another data set with
            ink, of which the validation split is taken, else a test split, else all.
        known_only: bool. Whether drawings of classes that the recogniser does not know are left out.

    Raises:
        DataNotFound: No symbols there.
        ImageError: Images, and a recogniser without the offline network.
    """
    if not data.is_dir():
        raise DataNotFound(f"no such folder: {data}")
    drawn = _drawings(data)
    if drawn is None and not InkmlFolder.is_at(data):
        images = load_images(data, recognizer.picture_size or SIZE)
        probabilities = recognizer.from_pictures(images.images)
        return SymbolResults(
            recognizer.classes, images.labels, probabilities, images.images, images.files, images.unreadable
        )
    if drawn is None:
        symbols = load_symbols(data)
    else:
        symbols = load_symbols(drawn, (*drawn.validation, *drawn.tests, drawn.training)[0])
        canonical = Alphabet(recognizer.classes).canonical
        symbols = replace(symbols, labels=np.array([canonical(label) for label in symbols.labels.tolist()], dtype=str))
    if not len(symbols):
        raise DataNotFound(f"no InkML file under {data} has its symbols marked")
    is_known = symbols.class_indices(recognizer.classes) >= 0
    left_out = int((~is_known).sum()) if known_only else 0
    if left_out:
        symbols = symbols.take(is_known)
    probabilities = recognizer.from_strokes(symbols.strokes)
    return SymbolResults(
        recognizer.classes,
        symbols.labels,
        probabilities,
        render(symbols.strokes),
        symbols.files,
        symbols.unreadable,
        left_out,
    )


@lru_cache(maxsize=1)
def _shapes() -> dict[str, str]:
    """Label → the name of its shape, where others have it too: only size and place tell labels of one shape apart."""
    twins = [(label, symbol.twin) for label, symbol in SYMBOL_CLASSES.items() if symbol.twin is not None]
    shapes: dict[str, str] = {}
    for pair in (*twins, *LOOK_ALIKES.items()):
        one, other = (shapes.get(label, label) for label in pair)
        joined = {label for label in (*pair, *shapes) if shapes.get(label, label) in (one, other)}
        shapes |= dict.fromkeys(joined, one)
    return shapes


def _drawings(folder: Path) -> DataSet | None:
    """The set of ink in a folder, unless it is one of plain InkML files, all of which count."""
    found = [
        data for data in all_at(folder) if not (data.is_generic or data.is_of_pictures or isinstance(data, Crohme))
    ]
    return next((data for data in found if data.validation or not isinstance(data, InkmlFolder)), None)
