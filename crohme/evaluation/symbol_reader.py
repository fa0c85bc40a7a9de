"""A recogniser of whole expressions, asked what single symbols are."""

from __future__ import annotations

import numpy as np
from tqdm import tqdm

from crohme.expressions.recognizer import Recognizer
from crohme.ink.image_files import ImageError
from crohme.ink.strokes import StrokeBatch
from crohme.notation import SymbolTree
from crohme.symbols.recognizer import Pictures
from crohme.types import Float64Array
from inkml_parser import Ink, InkError

NO_SYMBOL = "(no single symbol)"
"""What is read where the best readings are of several symbols, or there is none."""


class SymbolReader:
    """Answers as a `SymbolRecognizer` does, with the readings that consist of one symbol.

    Args:
        recognizer: Recognizer.
    """

    picture_size = None

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self.alphabet = recognizer.vocabulary.alphabet
        self.classes = (*self.alphabet.labels, NO_SYMBOL)

    def from_strokes(self, symbols: StrokeBatch) -> Float64Array:
        """`(N, C)`: the confidence of each class as one of the five best readings, and of what is no single symbol."""
        confidences = np.zeros((len(symbols), len(self.classes)))
        for row, strokes in zip(confidences, tqdm(symbols, desc="recognise", unit="symbol"), strict=True):
            try:
                readings = self.recognizer.recognize(Ink.from_arrays(strokes)).readings
            except InkError:
                row[-1] = 1.0
                continue
            for reading in readings:
                row[self._class_of(reading.tree)] += reading.confidence
        return confidences

    def from_pictures(self, pictures: Pictures) -> Float64Array:
        """Nothing.

        Raises:
            ImageError: Always.
        """
        raise ImageError("this bundle reads strokes: pictures of single symbols are for symbol-cnn")

    def _class_of(self, tree: SymbolTree) -> int:
        is_one = len(tree.row) == 1 and not tree.row[0].is_grid and not tree.row[0].rows
        return self.alphabet.index[tree.row[0].label] if is_one else -1
