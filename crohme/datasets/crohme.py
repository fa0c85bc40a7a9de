"""CROHME, the competition on recognition of handwritten mathematical expressions.

Validation is the 2013 test set plus some writers of the training set; 2014 is a test set, on which nothing is chosen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from crohme.datasets.base import TRAIN
from crohme.datasets.inkml import InkmlFolder
from crohme.datasets.location import DataNotFound, data_folder
from crohme.notation import CLASSES
from inkml_parser import Ink

_VALIDATION = "test2013"
_TEST = re.compile(r"test20\d\d")
# About 5 % of each collection's files. `extension` is left in train whole: its 25 files may share writers
# with other collections.
HELD_OUT_WRITERS: frozenset[str] = frozenset(
    {
        "HAMEX/depart014",
        "HAMEX/depart030",
        "KAIST/tuwi4Vkl0hLXCLAVJhlKXLKsI6g=",
        "KAIST/tPx6rw/kMMSX5BE1nr5y6beP4sw=",
        "MathBrush/200922-1017",
        "MfrDB/User120",
        "MfrDB/User134",
        "expressmatch/leo",
    }
)


class Crohme(InkmlFolder):
    """The training set of 2013, 2014 and 2016, and test sets with truth."""

    title = "CROHME"
    licence = "CC BY-NC-SA 3.0"
    layout = "train/ with a folder for each collection, and test2013/ and others named by year"
    is_generic = False
    classes = CLASSES

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        there = sorted(path.name for path in folder.iterdir() if path.is_dir() and _TEST.fullmatch(path.name))
        self.validation = (_VALIDATION,) if _VALIDATION in there else ()
        # First those from 2014 on: some ink of the older ones stands in the training set.
        self.tests = tuple(sorted((n for n in there if n != _VALIDATION), key=lambda n: (n < _VALIDATION, n)))

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        if not (folder / TRAIN).is_dir():
            return False
        return any(path.is_dir() and _TEST.fullmatch(path.name) for path in folder.iterdir())

    def writer_of(self, path: Path, ink: Ink) -> str:
        return writer_of(path.parent.name, path.name, ink.annotations)

    def is_held_out(self, writer: str) -> bool:
        return writer in HELD_OUT_WRITERS


def writer_of(collection: str, name: str, annotations: Mapping[str, str]) -> str:
    """Who wrote a file, as `collection/writer`.

    Args:
        collection: str. Folder of the file inside the training set (`HAMEX`, `MathBrush` …).
        name: str. File name, with or without suffix.
        annotations: mapping. `Ink.annotations`.

    Returns:
        The annotated writer where there is one. Else what the collection's file names tell: the
        session in MathBrush (`200926-1617` of `200926-1617-9`), the form elsewhere (`form005` of
        `form005-equation018`), and the file itself where the name tells nothing.
    """
    writer = annotations.get("writer", "").strip()
    if not writer:
        stem = name.removesuffix(".inkml")
        writer = stem.rpartition("-")[0] or stem
    return f"{collection}/{writer}"


def crohme_folder() -> Path | None:
    """The CROHME folder, with `train/`, `test2013/` and `test2014/` in it, or None.

    Looked for at `$CROHME_DATA`, then at `data/crohme`, see `location.data_folder`. A `$CROHME_DATA` that is set
    but wrong is an error, not a reason to take other data instead.

    Raises:
        DataNotFound: `$CROHME_DATA` is set and has no folder `train`.
    """
    named = os.environ.get("CROHME_DATA")
    if named:
        if not (Path(named) / TRAIN).is_dir():
            raise DataNotFound(f"CROHME_DATA is {named}, which has no folder {TRAIN!r}")
        return Path(named)
    folder = data_folder("crohme")
    return folder if folder is not None and (folder / TRAIN).is_dir() else None
