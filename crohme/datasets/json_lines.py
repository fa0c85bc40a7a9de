"""Isolated symbols as JSON, one a line: `{"label": "A", "src": "where from", "strokes": [[[x, y], …], …]}`."""

from __future__ import annotations

import gzip
import zlib
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from crohme.datasets.base import VALIDATION, DataSet, WrittenSymbol
from crohme.datasets.location import DataNotFound
from crohme.datasets.splits import is_chosen
from crohme.json_text import parsed
from crohme.notation import sign_name
from inkml_parser import Ink, InvalidInk
from inkml_parser.files import open_regular


class JsonLines(DataSet):
    """Drawings in gzipped files of such lines, a tenth of them held out by hash of who drew them."""

    validation = (VALIDATION,)
    pattern: ClassVar[str]
    """What its files are called."""
    up: ClassVar[float]
    """-1 where y points up in the files."""

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        return folder.is_dir() and any(folder.glob(cls.pattern))

    @abstractmethod
    def writer_of(self, source: str) -> str:
        """Who drew what comes from a source."""

    def files(self, split: str) -> list[Path]:
        found = sorted(self.folder.glob(self.pattern))
        if not found or split not in self.splits:
            raise DataNotFound(f"{self.title} has no split {split!r}", self.folder)
        return found

    def symbols(self, split: str) -> Iterator[WrittenSymbol]:
        for path in self.files(split):
            for number, line in enumerate(self._lines(path), 1):
                name = f"{path.name}:{number}"
                try:
                    label, source, ink = _parsed(line, self.up)
                except (ValueError, InvalidInk) as error:
                    self.pass_over(name, str(error))
                    continue
                writer = self.writer_of(source)
                if is_chosen(writer) == (split == VALIDATION):
                    yield WrittenSymbol(name, writer, label, ink.strokes)

    def _lines(self, path: Path) -> Iterator[bytes]:
        try:
            with open_regular(path) as file, gzip.GzipFile(fileobj=file) as lines:
                yield from lines
        except (OSError, EOFError, zlib.error) as error:
            self.pass_over(path.name, f"damaged: {error}")


def _parsed(line: bytes, up: float) -> tuple[str, str, Ink]:
    item: Any = parsed(line)
    if not isinstance(item, dict) or not {"label", "src", "strokes"} <= item.keys():
        raise ValueError("not an object with label, src and strokes")
    label, source, strokes = item["label"], item["src"], item["strokes"]
    if not isinstance(label, str) or not label.strip() or not isinstance(source, str):
        raise ValueError("label and src must be strings")
    if not strokes:
        raise ValueError("no strokes")
    ink = Ink.from_arrays(strokes)
    return sign_name(label), source, Ink(tuple(stroke * (1.0, up) for stroke in ink.strokes))
