"""All pictures of one or several sets, read once and kept."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from crohme.datasets import cache
from crohme.datasets.label_folders import LabelError, LabelTable, folder_to_label
from crohme.datasets.location import DataNotFound
from crohme.datasets.pictures.image_sources import PictureSet, Source, sided
from crohme.datasets.pictures.near_duplicates import WORDS, difference_hash
from crohme.datasets.pictures.stored_pictures import StoredPictures
from crohme.datasets.registry import all_at
from crohme.ink.image_files import ImageError
from crohme.ink.raster import SIZE
from crohme.types import Arrays

log = logging.getLogger(__name__)
"""Folders around the label folders that are looked into."""
_CAUSES_TOLD = 5  # of files that cannot be read, where none can


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Labelled pictures of symbols in the normal form of `crohme.ink.raster`.

    Args:
        images: StoredPictures. N of them, on disk.
        labels: `(N,)` str.
        files: `(N,)` str. Path of each, below the data set's folder; of a picture in an IDX file, with its number.
        sides: `(N,)` str. Where the set came split, see `image_sources.SIDES`, else empty.
        hashes: `(N, 8)` uint64. See `near_duplicates`.
        unreadable: tuple of str. One line per file that could not be read.
    """

    images: StoredPictures
    labels: np.ndarray
    files: np.ndarray
    sides: np.ndarray
    hashes: np.ndarray
    unreadable: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: np.ndarray) -> ImageSet:
        """Some of the pictures: indices, or a mask of N booleans."""
        indices = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        arrays = {name: getattr(self, name)[indices] for name in ("labels", "files", "sides", "hashes")}
        return replace(self, images=self.images.take(indices), **arrays)


def load_images(
    folders: Path | Sequence[Path], size: int = SIZE, table: LabelTable | None = None, keep_names: bool = True
) -> ImageSet:
    """All pictures of one or several sets, from the cache if no file has changed since they were last read.

    Files that cannot be read are listed in `unreadable`, logged, and otherwise passed over.

    Args:
        folders: path or paths. Folders of `<label>/` folders of PNG, JPEG or BMP files; of `train/`, `validation/`
            (or `val/`) and `test/` with such folders in them; of MNIST's IDX files; or an IDX file of pictures.
        size: int. Side of the pictures, pixels.
        table: LabelTable or None. What the names of the folders mean; None for the project's own table.
        keep_names: bool. A name that means nothing is a label by itself.

    Raises:
        DataNotFound: No such folder, not one picture that can be read, or an IDX file that is damaged.
        LabelError: Names that mean nothing, unless `keep_names`.
    """
    folders = [folders] if isinstance(folders, Path) else list(folders)
    # Of several sets each file is named with its set: 1.png of one is not 1.png of another.
    prefixes = [""] if len(folders) == 1 else [f"{folder.as_posix()}/" for folder in folders]
    named = zip(prefixes, folders, strict=True)
    sources = [(prefix, source) for prefix, folder in named for source in _sources_at(folder)]
    stored = _stored(sources, size, " ".join(folder.name for folder in folders))
    if not len(stored.files):
        raise DataNotFound(
            f"no pictures of the form <label>/<name>.png (or .jpg, .bmp, .gif, .webp, .tif) in "
            f"{', '.join(map(str, folders))}"
            f"{_unreadable(stored.unreadable)}"
        )
    for line in stored.unreadable:
        log.warning("%s", line)
    labels = _labels(stored.names, table or LabelTable(), keep_names)
    return ImageSet(stored.pictures, labels, stored.files, stored.sides, stored.hashes, stored.unreadable)


def _sources_at(folder: Path) -> list[Source]:
    """What is to be read of a folder; pictures and IDX files may lie in one.

    Raises:
        DataNotFound: It is a file of another kind; or there are several sets in it, a folder each.
    """
    found = [one for one in all_at(folder) if isinstance(one, PictureSet)]
    if folder.is_file() and not found:
        raise DataNotFound("is neither a folder nor a file of pictures such as train-images-idx3-ubyte.gz", folder)
    return sided([source for one in found for source in one.sources()])


class _Stored(NamedTuple):
    pictures: StoredPictures
    names: np.ndarray
    files: np.ndarray
    sides: np.ndarray
    hashes: np.ndarray
    unreadable: tuple[str, ...]


def _stored(sources: list[tuple[str, Source]], size: int, title: str) -> _Stored:
    """The pictures in the cache, put there first if they are not: a file of them, and one of what is known of them."""
    key = cache.key(str(size), (part for prefix, source in sources for part in (prefix, *source.stamps())))
    path = cache.path_of("pictures", key, ".u8")
    index = path.with_suffix(".npz")
    if index.exists() and not path.exists():
        index.unlink()
    arrays = cache.arrays(index, lambda: _write(sources, size, path, title))
    names, files, sides, hashes, unreadable = (arrays[name] for name in _Stored._fields[1:])
    pictures = StoredPictures(path, size, np.arange(len(files)))
    return _Stored(pictures, names, files, sides, hashes, tuple(unreadable.tolist()))


def _write(sources: list[tuple[str, Source]], size: int, path: Path, title: str) -> Arrays:
    """Put the pictures in a file; returns what is known of them."""
    names, files, sides, hashes, unreadable = [], [], [], [], []

    def readable() -> Iterator[np.ndarray]:
        count = sum(len(source) for _, source in sources)
        with tqdm(total=count, desc=f"pictures of {title}", unit="image", mininterval=1) as bar:
            for prefix, source in sources:
                for name, file, picture in source.pictures(size):
                    file = prefix + file
                    bar.update()
                    if isinstance(picture, ImageError):
                        unreadable.append(f"{file}: {picture.cause}")
                        continue
                    names.append(name)
                    files.append(file)
                    sides.append(source.side)
                    hashes.append(difference_hash(picture))
                    yield picture

    StoredPictures.write(path, readable())
    return {
        "names": np.array(names, dtype=str),
        "files": np.array(files, dtype=str),
        "sides": np.array(sides, dtype=str),
        "hashes": np.array(hashes, dtype=np.uint64).reshape(-1, WORDS),
        "unreadable": np.array(unreadable, dtype=str),
    }


def _labels(names: np.ndarray, table: LabelTable, keep_names: bool) -> np.ndarray:
    different, where = np.unique(names, return_inverse=True)
    labels = [table.label(name) for name in different.tolist()]
    without = [name for name, label in zip(different.tolist(), labels, strict=True) if label is None]
    if without and not keep_names:
        counts = Counter(names.tolist())
        listed = ", ".join(f"{name} ({counts[name]} pictures)" for name in without)
        raise LabelError(
            f"no label is known for {listed}: give them one in a table of your own (--label-table), "
            "or keep the names as labels (--keep-names)"
        )
    kept = [folder_to_label(n) if label is None else label for n, label in zip(different.tolist(), labels, strict=True)]
    return np.array(kept)[where]


def _unreadable(lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    more = f"; and {len(lines) - _CAUSES_TOLD} more" if len(lines) > _CAUSES_TOLD else ""
    return f"; {len(lines)} could not be read: {'; '.join(lines[:_CAUSES_TOLD])}{more}"
