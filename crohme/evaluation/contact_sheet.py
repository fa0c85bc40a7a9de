"""A contact sheet: pictures of symbols, and under each what it was read as."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from crohme.types import Image
from inkml_parser.files import replacing

_COLUMNS, _ROWS = 8, 25
_PICTURE, _CAPTION, _GAP = 104, 48, 12  # pixels
_CELL = (_PICTURE + _CAPTION + _GAP, _PICTURE + _GAP)
_DPI = 100
_TEXT_LENGTH = 20  # characters of a caption that are as wide as a picture
_CERTAIN, _DOUBTFUL, _FAILED = "black", "#b35900", "#c00000"


class ContactSheet:
    """Collects symbols and writes each page of 200 as soon as it is full.

    Args:
        path: Path of the first page, a PNG. The others are numbered beside it: `sheet.png`, `sheet-2.png`.
    """

    side = _PICTURE
    """Pixels that a picture is given, for those that can be drawn in any size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pages: list[Path] = []
        self._cells: list[tuple[Image | None, str, str, str, str]] = []

    def add(self, name: str, picture: Image, label: str, probability: float, truth: str | None = None) -> None:
        """Add a symbol.

        Args:
            name: str. Of its file; what is too long is cut at the front.
            picture: `(h, w)` grey or `(h, w, 3)` colour, uint8, channels in OpenCV's order.
            label: str. What it was read as; printed as it is, not typeset.
            probability: float. Of the label; below a half the caption is in another colour.
            truth: str or None. What it is, where that is known.
        """
        differs = f"  ≠ {truth}" if truth is not None and truth != label else ""
        colour = _DOUBTFUL if probability < 0.5 or differs else _CERTAIN
        self._add(_thumbnail(picture), label, f"{probability:.1%}{differs}", name, colour)

    def add_failure(self, name: str, cause: str) -> None:
        """Add a file that could not be read, with the reason in place of a picture."""
        self._add(None, "–", cause, name, _FAILED)

    def close(self) -> None:
        """Write the last page."""
        if self._cells:
            self._write_page()

    def _add(self, picture: Image | None, label: str, note: str, name: str, colour: str) -> None:
        self._cells.append((picture, label, note, name, colour))
        if len(self._cells) == _COLUMNS * _ROWS:
            self._write_page()

    def _write_page(self) -> None:
        from matplotlib.figure import Figure

        number = len(self.pages) + 1
        page = self.path if number == 1 else self.path.with_stem(f"{self.path.stem}-{number}")
        rows, columns = -(-len(self._cells) // _COLUMNS), min(_COLUMNS, len(self._cells))
        height, width = rows * _CELL[0] + _GAP, columns * _CELL[1] + _GAP
        canvas = np.full((height, width, 3), 255, dtype=np.uint8)
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        for index, (picture, label, note, name, colour) in enumerate(self._cells):
            top, left = (_GAP + cell * size for cell, size in zip(divmod(index, _COLUMNS), _CELL, strict=True))
            if picture is not None:
                canvas[top : top + _PICTURE, left : left + _PICTURE] = picture
            below = top + _PICTURE + 4
            texts = ((label, 11, 0), (_shortened(note), 7, 18), (_shortened(name, from_front=True), 6, 31))
            for text, size, offset in texts:
                axes.text(left, below + offset, text, size=size, color=colour, va="top", parse_math=False)
        axes.imshow(canvas, extent=(0, width, height, 0), interpolation="none")
        axes.axis("off")
        page.parent.mkdir(parents=True, exist_ok=True)
        with replacing(page) as file:
            figure.savefig(file)
        self.pages.append(page)
        self._cells = []


def _thumbnail(picture: Image) -> Image:
    """`(_PICTURE, _PICTURE, 3)` uint8 RGB: the picture shrunk or enlarged to fit, in a thin frame."""
    colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB if picture.ndim == 2 else cv2.COLOR_BGR2RGB)
    scale = (_PICTURE - 2) / max(colour.shape[:2])
    height, width = (max(1, round(side * scale)) for side in colour.shape[:2])
    colour = cv2.resize(colour, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    thumbnail = np.full((_PICTURE, _PICTURE, 3), 255, dtype=np.uint8)
    top, left = (_PICTURE - height) // 2, (_PICTURE - width) // 2
    thumbnail[top - 1 : top + height + 1, left - 1 : left + width + 1] = 200
    thumbnail[top : top + height, left : left + width] = colour
    return thumbnail


def _shortened(text: str, from_front: bool = False) -> str:
    if len(text) <= _TEXT_LENGTH:
        return text
    return f"…{text[1 - _TEXT_LENGTH :]}" if from_front else f"{text[: _TEXT_LENGTH - 1]}…"
