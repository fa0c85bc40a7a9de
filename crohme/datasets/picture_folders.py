"""Pictures of symbols in `<label>/` folders, as most public sets of handwritten signs come."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from crohme.datasets.pictures.image_sources import SIDES, PictureSet, Read, Source, side_folders, stamp
from crohme.ink.image_files import SUFFIXES, ImageError

log = logging.getLogger(__name__)
_AT_ONCE = 1024  # files that may wait to be read


class PictureFolders(PictureSet):
    """Files of PNG, JPEG, BMP and the like; the name of their folder is the name of their class."""

    title = "pictures of symbols"
    licence = "that of whoever made them"
    layout = "<label>/*.png, or train/, validation/ (valid/, val/) and test/ with such folders in them"
    is_generic = True

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        if not folder.is_dir():
            return False
        return any(map(_has_pictures, [path for at in (folder, *side_folders(folder)) for path in _folders(at)]))

    def sources(self) -> Sequence[Source]:
        sides = side_folders(self.folder)
        if not sides:
            found: list[Source] = [self._source(self.folder, "")]
        else:
            over = [path.name for path in sorted(self.folder.iterdir()) if path.is_dir() and path not in sides]
            if over:
                told = ", ".join(over)
                log.warning("%s is split into folders already; passed over: %s", self.folder, told)
            found = [self._source(folder, side) for folder, side in sides.items()]
        return [source for source in found if len(source)]

    def _source(self, folder: Path, side: str) -> LabelFolders:
        files: list[tuple[str, str]] = []
        others: Counter[str] = Counter()
        for label in _folders(folder):
            with os.scandir(label) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    suffix = os.path.splitext(entry.name)[1].lower()
                    if suffix in SUFFIXES and entry.is_file():
                        below = Path(entry.path).relative_to(self.folder).as_posix()
                        files.append((below, stamp(entry.stat())))
                    elif entry.name[0] != ".":
                        others[suffix or "no suffix"] += 1
        if others and files:
            log.warning("%s: passed over what is no picture: %s", folder, dict(others))
        return LabelFolders(self.folder, folder, side, files)


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
        yield f"{self.root.resolve()} {self.side}"
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
                return name, file, error

        # Threads: reading, unpacking and scaling all let go of Python's lock.
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            for at in range(0, len(self.files), _AT_ONCE):
                yield from pool.map(read, self.files[at : at + _AT_ONCE])


def _folders(folder: Path) -> list[str]:
    """The folders in a folder that may be of labels."""
    return sorted(entry.path for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] != ".")


def _has_pictures(folder: str) -> bool:
    if os.path.basename(folder).lower() in SIDES:
        return False
    with os.scandir(folder) as entries:
        return any(os.path.splitext(entry.name)[1].lower() in SUFFIXES for entry in entries)
