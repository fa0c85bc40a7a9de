"""Pictures of symbols in `<label>/` folders, as most public sets of handwritten signs come."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from crohme.datasets.location import DataNotFound, real_path
from crohme.datasets.pictures.image_sources import (
    SIDES,
    PictureSet,
    Read,
    Source,
    folders_in,
    side_folders,
    stamp,
    unwrapped,
)
from crohme.errors import let_go
from crohme.ink.image_files import SUFFIXES, ImageError

log = logging.getLogger(__name__)
_AT_ONCE = 1024  # files that may wait to be read


class PictureFolders(PictureSet):
    """Files of PNG, JPEG, BMP and the like; the name of their folder is the name of their class."""

    title = "pictures of symbols"
    licence = "that of whoever made them"
    layout = "<label>/*.png, or train/, validation/ (valid/, val/) and test/ with such folders; or one folder around it"
    is_generic = True

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        if not folder.is_dir():
            return False
        try:
            root = unwrapped(folder, _is_set)
            places = [unwrapped(side, _is_set) for side in side_folders(root)] or [root]
        except DataNotFound:
            return True  # of several sets, which `sources` says
        return any(_has_pictures(label) for place in places for label in folders_in(place))

    def sources(self) -> Sequence[Source]:
        root = unwrapped(self.folder, _is_set)
        sides = side_folders(root)
        if not sides:
            found: list[Source] = [self._source(root, root, "")]
        else:
            over = [path.name for path in sorted(root.iterdir()) if path.is_dir() and path not in sides]
            if over:
                log.warning("%s is already split into folders; ignored: %s", root, ", ".join(over))
            found = [self._source(root, unwrapped(folder, _is_set), side) for folder, side in sides.items()]
        return [source for source in found if len(source)]

    def _source(self, root: Path, folder: Path, side: str) -> LabelFolders:
        files: list[tuple[str, str]] = []
        others: Counter[str] = Counter()
        for label in folders_in(folder):
            with os.scandir(label) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    suffix = os.path.splitext(entry.name)[1].lower()
                    if suffix in SUFFIXES and not entry.is_dir():  # what cannot be opened is listed when it is read
                        below = Path(entry.path).relative_to(root).as_posix()
                        files.append((below, stamp(entry.stat(follow_symlinks=entry.is_file()))))
                    elif entry.name[0] != ".":
                        others[suffix or "no suffix"] += 1
        if others and files:
            log.warning("%s: ignored, since not pictures: %s", folder, dict(others))
        return LabelFolders(root, folder, side, files)


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

    def on(self, side: str) -> LabelFolders:
        return replace(self, side=side)

    def __len__(self) -> int:
        return len(self.files)

    def stamps(self) -> Iterator[str]:
        yield f"{real_path(self.root)} {self.side}"
        for file, changed in self.files:
            yield f"{file} {changed}"

    def pictures(self, size: int) -> Iterator[Read]:
        from crohme.ink.symbol_pictures import read_image  # with OpenCV, which finding them does without

        def read(entry: tuple[str, str]) -> Read:
            file = entry[0]
            name = file.rsplit("/", 2)[-2]
            try:
                return name, file, read_image(self.root / file, size)
            except ImageError as error:
                let_go(error)
                return name, file, error

        # Threads: reading, unpacking and scaling all let go of Python's lock.
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            for at in range(0, len(self.files), _AT_ONCE):
                yield from pool.map(read, self.files[at : at + _AT_ONCE])


def _is_set(folder: Path) -> bool:
    return bool(side_folders(folder)) or any(map(_has_pictures, folders_in(folder)))


def _has_pictures(folder: Path) -> bool:
    if folder.name.lower() in SIDES:
        return False
    with os.scandir(folder) as entries:
        return any(e.name[0] != "." and os.path.splitext(e.name)[1].lower() in SUFFIXES for e in entries)
