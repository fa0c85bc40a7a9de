"""What a data set is: where it lies, its splits, its licence, and the ink or pictures in it with their truth.

A data set is one module of this package with one class; `registry` finds it. Ink is raw, as it was written.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from crohme.datasets.location import DataNotFound
from crohme.notation import SymbolTree
from crohme.types import Float64Array
from inkml_parser import Ink

log = logging.getLogger(__name__)
TRAIN, VALIDATION, TEST = "train", "validation", "test"
WHOLE = "whole"
"""The split of a set that has none: all of it."""


@dataclass(frozen=True, eq=False)
class WrittenExpression:
    """An expression as it was written.

    Args:
        name: str. Its file, below the data set's folder.
        writer: str. Who wrote it; its name where nobody is named.
        ink: Ink.
        truth: SymbolTree or str. A tree whose every symbol has strokes of the ink, or only LaTeX.
    """

    name: str
    writer: str
    ink: Ink
    truth: SymbolTree | str


@dataclass(frozen=True, eq=False)
class WrittenSymbol:
    """An isolated symbol as it was written.

    Args:
        name: str. The file or line that it comes from.
        writer: str. As of `WrittenExpression`.
        label: str. In normal form, see `notation.canonical_label`.
        strokes: tuple of `(n, 2)` float64 arrays. X, and Y **down**, in any unit.
    """

    name: str
    writer: str
    label: str
    strokes: tuple[Float64Array, ...]


class DataSet(ABC):
    """A data set in a folder. Damaged files are skipped, logged, and listed in `unreadable`.

    Args:
        folder: Path. Where it lies; of some sets, a single file.
    """

    title: ClassVar[str]
    licence: ClassVar[str]
    layout: ClassVar[str]
    """What `is_at` recognises, in words."""
    is_generic: ClassVar[bool] = False
    """Whether it is a form that many sets have, and stands back where a certain set is recognised."""
    is_of_pictures: ClassVar[bool] = False
    classes: ClassVar[tuple[str, ...] | None] = None
    """The labels of its symbols, where they are known beforehand."""
    training: str = TRAIN
    """The split to train on, empty where the licence allows none. It includes held-out writers, see `is_held_out`."""
    validation: tuple[str, ...] = ()
    """The splits on which choices are made."""
    tests: tuple[str, ...] = ()
    """The splits that are for reporting only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unreadable: list[str] = []

    @classmethod
    @abstractmethod
    def is_at(cls, folder: Path) -> bool:
        """Whether the set lies in a folder, as far as the names of files and folders tell."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its splits."""
        return tuple(filter(None, (self.training, *self.validation, *self.tests)))

    def training_split(self) -> str:
        """`training`.

        Raises:
            DataNotFound: The set is not to be trained on.
        """
        if not self.training:
            raise DataNotFound(f"{self.title} is not for training; its licence: {self.licence}", self.folder)
        return self.training

    def is_held_out(self, writer: str) -> bool:
        """Whether what a writer wrote is kept out of training, for validation, though it is in the training split."""
        del writer
        return False

    def files(self, split: str) -> list[Path]:
        """The files that a split is read from: what is made of it is fresh as long as they are.

        Raises:
            DataNotFound: There are none.
        """
        del split
        return [self.folder]

    def expressions(self, split: str) -> Iterator[WrittenExpression]:
        """The whole expressions of a split, in a fixed order. By default none.

        Raises:
            DataNotFound: The split is missing.
        """
        del split
        return iter(())

    def symbols(self, split: str) -> Iterator[WrittenSymbol]:
        """The isolated symbols of a split, in a fixed order. By default none.

        Raises:
            DataNotFound: The split is missing.
        """
        del split
        return iter(())

    def pass_over(self, name: str, cause: str) -> None:
        """List something that cannot be used."""
        self.unreadable.append(f"{name}: {cause}")
        log.warning("%s: %s", self.folder / name, cause)
