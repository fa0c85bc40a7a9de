"""Where the pictures of a set lie, on which side of its split, and how they are read one after the other."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from crohme.datasets import idx_files
from crohme.datasets.location import DataNotFound
from crohme.ink.image_files import SUFFIXES, ImageError
from crohme.ink.symbol_pictures import normal_form, read_image

log = logging.getLogger(__name__)
TRAIN, VALIDATION, TEST = "train", "validation", "test"
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
_IDX_SIDES = {"train": TRAIN, "t10k": TEST, "test": TEST}
_AT_ONCE = 1024  # files that may wait to be read

Read = tuple[str, str, np.ndarray | ImageError]
"""Name of the label, file, and the picture in normal form or why there is none."""


class Source(Protocol):
    """Some pictures of one side of a split."""

    side: str

    def __len__(self) -> int: ...

    def stamps(self) -> Iterator[str]:
        """Whatever changes if a file does."""
        ...

    def pictures(self, size: int) -> Iterator[Read]:
        """Each picture, in a fixed order."""
        ...


def sources_of(path: Path) -> list[Source]:
    """What is to be read of a data set.

    Raises:
        DataNotFound: No such folder; a file that is not one of IDX pictures; pictures without labels.
    """
    if path.is_file():
        if not idx_files.is_images(path):
            raise DataNotFound("is neither a folder nor a file of pictures such as train-images-idx3-ubyte.gz", path)
        return [IdxPair(path, idx_files.labels_of(path), "")]
    if not path.is_dir():
        raise DataNotFound(f"no such folder: {path}")
    split = {folder: SIDES[folder.name.lower()] for folder in sorted(path.iterdir()) if _is_side(folder)}
    if not split:
        return _sided(_sources(path, path, ""))
    passed_over = [folder.name for folder in sorted(path.iterdir()) if folder.is_dir() and folder not in split]
    if passed_over:
        log.warning("%s is split into folders already; passed over: %s", path, ", ".join(passed_over))
    return _sided([source for folder, side in split.items() for source in _sources(path, folder, side)])


@dataclass(frozen=True, eq=False)
class LabelFolders:
    """The picture files in the `<label>/` folders of a folder, in the order of paths.

    Args:
        root: Path. The data set.
        folder: Path. In it, or itself.
        side: str.
        files: list of (path below root, size and time of change). Strings: there may be millions.
    """

    root: Path
    folder: Path
    side: str
    files: list[tuple[str, str]]

    def __len__(self) -> int:
        return len(self.files)

    def stamps(self) -> Iterator[str]:
        yield f"{self.root.resolve()} {self.side}"
        for file, stamp in self.files:
            yield f"{file} {stamp}"

    def pictures(self, size: int) -> Iterator[Read]:
        def read(entry: tuple[str, str]) -> Read:
            file = entry[0]
            name = file.rsplit("/", 2)[-2]
            try:
                return name, file, read_image(self.root / file, size)
            except ImageError as error:
                return name, file, error

        # Threads: reading, unpacking and scaling all let go of Python's lock.
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            for at in range(0, len(self.files), _AT_ONCE):
                yield from pool.map(read, self.files[at : at + _AT_ONCE])


@dataclass(frozen=True, eq=False)
class IdxPair:
    """MNIST's two files; label 7 is called `7`."""

    images: Path
    labels: Path
    side: str

    def __len__(self) -> int:
        return len(idx_files.read_labels(self.labels))

    def stamps(self) -> Iterator[str]:
        for file in (self.images, self.labels):
            yield f"{file.resolve()} {self.side} {_stamp(file.stat())}"

    def pictures(self, size: int) -> Iterator[Read]:
        labels = idx_files.read_labels(self.labels)
        number = -1
        for number, picture in enumerate(idx_files.read_images(self.images)):
            if number >= len(labels):
                break
            file = f"{self.images.name}#{number}"
            try:
                yield str(labels[number]), file, normal_form(picture, size)
            except ImageError as error:
                yield str(labels[number]), file, error
        if number + 1 != len(labels):
            raise DataNotFound(f"does not hold the {len(labels)} pictures that {self.labels.name} names", self.images)


def _stamp(status: os.stat_result) -> str:
    """What changes if the content of a file does, without reading what may be gigabytes.

    Its time of change besides that of modification: `cp -p` and `os.utime` set the latter, nothing the former.
    """
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def _is_side(folder: Path) -> bool:
    return folder.is_dir() and folder.name.lower() in SIDES


def _sources(root: Path, folder: Path, side: str) -> list[LabelFolders | IdxPair]:
    pairs: list[LabelFolders | IdxPair] = [
        IdxPair(images, labels, side or _IDX_SIDES.get(images.name.partition("-")[0], ""))
        for images, labels in idx_files.find_pairs(folder)
    ]
    files: list[tuple[str, str]] = []
    others: Counter[str] = Counter()
    for label in sorted(entry.path for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] != "."):
        with os.scandir(label) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                suffix = os.path.splitext(entry.name)[1].lower()
                if suffix in SUFFIXES and entry.is_file():
                    status = entry.stat()
                    below = Path(entry.path).relative_to(root).as_posix()
                    files.append((below, _stamp(status)))
                elif entry.name[0] != ".":
                    others[suffix or "no suffix"] += 1
    if others:
        log.warning("%s: passed over what is no picture: %s", folder, dict(others))
    return [*pairs, LabelFolders(root, folder, side, files)] if files else pairs


def _sided(sources: list[LabelFolders | IdxPair]) -> list[Source]:
    """The sources of one set: a training half alone is no split, and one with a test half has still to be validated."""
    sides = {source.side for source in sources}
    side = TRAIN if VALIDATION in sides else NOT_TEST if TEST in sides else ""
    return [replace(source, side=side) if source.side == TRAIN else source for source in sources]
