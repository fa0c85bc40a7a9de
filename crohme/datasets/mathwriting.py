"""MathWriting: 230,000 written and 400,000 synthetic expressions, and symbols cut from them.

Gervais, Fadeeva, Maksai: MathWriting, a dataset for handwritten mathematical expression recognition, 2024.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crohme.datasets.base import TRAIN, WrittenSymbol
from crohme.datasets.inkml import InkmlFolder
from crohme.notation import canonical_label
from inkml_parser import Ink

_SYMBOLS, _SYNTHETIC = "symbols", "synthetic"


class MathWriting(InkmlFolder):
    """Its InkML holds LaTeX (`normalizedLabel`) and no segmentation; a file of `symbols/` is one symbol."""

    title = "MathWriting"
    licence = "CC BY-NC-SA 4.0"
    layout = "train/, valid/ and test/ beside symbols/ or synthetic/"
    is_generic = False

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        there = {name for name in (TRAIN, "valid", _SYMBOLS, _SYNTHETIC) if (folder / name).is_dir()}
        return {TRAIN, "valid"} < there

    @property
    def splits(self) -> tuple[str, ...]:
        more = tuple(name for name in (_SYMBOLS, _SYNTHETIC) if (self.folder / name).is_dir())
        return (*super().splits, *more)

    def writer_of(self, path: Path, ink: Ink) -> str:
        return path.stem  # it names nobody

    def symbols(self, split: str) -> Iterator[WrittenSymbol]:
        for path, name, ink in self._inks(split):
            if len((ink.latex or "").split()) != 1:
                if split == _SYMBOLS:
                    self.pass_over(name, f"its label is {ink.latex!r}, not one symbol")
                continue
            yield WrittenSymbol(name, self.writer_of(path, ink), canonical_label(ink.latex or ""), ink.strokes)
