"""Pictures of a set on one side of its split, read one after the other, and the sides themselves."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crohme.datasets.base import TEST, TRAIN, VALIDATION, WHOLE, DataSet
from crohme.datasets.location import DataNotFound
from crohme.ink.image_files import ImageError
from crohme.types import Image

_WRAPPERS = 3  # folders around a set that are looked into
NOT_TEST = "not test"
"""Of a set that came with a test half but nothing to validate on: some of it may be held out for that."""
SIDES = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "test": TEST,
}
"""Names of folders, in lower case, that are sides of a split and no labels."""

Read = tuple[str, str, Image | ImageError]
"""Name of the label, file, and the picture in normal form or why there is none."""


@dataclass(frozen=True, eq=False)
class SymbolPicture:
    """A picture of an isolated symbol.

    Args:
        name: str. Its file, below the data set's folder.
        label: str. The name of its class, as the set has it.
        picture: `(size, size)` uint8, in the normal form of `crohme.ink.raster`.
    """

    name: str
    label: str
    picture: Image


class Source(Protocol):
    """Some pictures of one side of a split."""

    @property
    def side(self) -> str:
        """One of `TRAIN`, `VALIDATION`, `TEST` and `NOT_TEST`, or empty."""
        ...

    def on(self, side: str) -> Source:
        """The same on another side."""
        ...

    def __len__(self) -> int: ...

    def stamps(self) -> Iterator[str]:
        """Whatever changes if a file does."""
        ...

    def pictures(self, size: int) -> Iterator[Read]:
        """Each picture, in a fixed order."""
        ...


class PictureSet(DataSet):
    """A set of pictures of symbols. Names of classes are the set's own, see `label_folders.LabelTable`."""

    is_of_pictures = True
    training = WHOLE

    @abstractmethod
    def sources(self) -> Sequence[Source]:
        """What is to be read of it, each on the side that its folder or file says, or on none (empty).

        Raises:
            DataNotFound: Pictures without labels.
        """

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.side or WHOLE for source in self.sources()))

    def pictures(self, split: str, size: int) -> Iterator[SymbolPicture]:
        """The pictures of a split, of `size` pixels a side."""
        for source in self.sources():
            if (source.side or WHOLE) != split:
                continue
            for label, name, picture in source.pictures(size):
                if isinstance(picture, ImageError):
                    self.pass_over(name, picture.cause)
                else:
                    yield SymbolPicture(name, label, picture)


def side_folders(folder: Path) -> dict[Path, str]:
    """The folders of a folder that are sides of a split, and which side each is."""
    return {path: SIDES[path.name.lower()] for path in sorted(folder.iterdir()) if _is_side(path)}


def unwrapped(folder: Path, is_set: Callable[[Path], bool], depth: int = _WRAPPERS) -> Path:
    """The folder in which a set lies: the given one, or a single one that it is wrapped in.

    Args:
        folder: Path.
        is_set: function of a folder. Whether it holds a set, without any folder around it.
        depth: int. How many folders may be around it.

    Raises:
        DataNotFound: There are several such folders in it.
    """
    if is_set(folder) or depth == 0:
        return folder
    inner = [found for each in folders_in(folder) if is_set(found := unwrapped(each, is_set, depth - 1))]
    if len(inner) > 1:
        listed = ", ".join(found.relative_to(folder).as_posix() for found in inner)
        raise DataNotFound(f"holds pictures two folders deep: give the sets in it each for itself ({listed})", folder)
    return inner[0] if inner else folder


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder, but hidden ones."""
    return [Path(path) for path in sorted(e.path for e in os.scandir(folder) if e.is_dir() and e.name[0] != ".")]


def stamp(status: os.stat_result) -> str:
    """A stamp that changes with the content of a file, without reading what may be gigabytes.

    Its time of change besides that of modification: `cp -p` and `os.utime` set the latter, nothing the former.
    """
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def sided(sources: Sequence[Source]) -> list[Source]:
    """The sides of one set: a training half alone is no split, and one with a test half has still to be validated."""
    sides = {source.side for source in sources}
    side = TRAIN if VALIDATION in sides else NOT_TEST if TEST in sides else ""
    return [source.on(side) if source.side == TRAIN else source for source in sources]


def _is_side(folder: Path) -> bool:
    return folder.is_dir() and folder.name.lower() in SIDES
