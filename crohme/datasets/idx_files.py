"""MNIST's own files: pictures and labels in IDX, compressed with gzip or not.

Format: http://yann.lecun.com/exdb/mnist, "the IDX file format": two zero bytes, the type (8: unsigned byte), the
number of dimensions, each dimension as a big-endian 32-bit number, the data.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from crohme.datasets.base import TEST, TRAIN
from crohme.datasets.location import DataNotFound, real_path
from crohme.datasets.pictures.image_sources import PictureSet, Read, Source, side_folders, stamp, unwrapped
from crohme.ink.image_files import ImageError
from crohme.types import Image, UInt8Array
from inkml_parser.files import open_regular

_UNSIGNED_BYTE = 8
_SIDES = {"train": TRAIN, "t10k": TEST, "test": TEST}


class IdxFiles(PictureSet):
    """Pictures of digits, white on black; label 7 is called `7`."""

    title = "IDX files"
    licence = "that of whoever made them; MNIST: CC BY-SA 3.0"
    layout = "…images-idx3-ubyte beside …labels-idx1-ubyte, .gz or not; in train/ and test/ too; or one such file"
    is_generic = True

    @classmethod
    def is_at(cls, folder: Path) -> bool:
        if folder.is_file():
            return is_images(folder)
        try:
            return _is_set(unwrapped(folder, _is_set))
        except DataNotFound:
            return True  # of several sets, which `sources` says

    def sources(self) -> Sequence[Source]:
        if self.folder.is_file():
            return [IdxPair(self.folder, labels_of(self.folder), "")]
        root = unwrapped(self.folder, _is_set)
        places = side_folders(root) or {root: ""}
        return [
            IdxPair(images, labels, side or _SIDES.get(images.name.partition("-")[0], ""))
            for folder, side in places.items()
            for images, labels in find_pairs(folder)
        ]


@dataclass(frozen=True, eq=False)
class IdxPair:
    """MNIST's two files; label 7 is called `7`."""

    images: Path
    labels: Path
    side: str

    def on(self, side: str) -> IdxPair:
        return replace(self, side=side)

    def __len__(self) -> int:
        return len(read_labels(self.labels))

    def stamps(self) -> Iterator[str]:
        for file in (self.images, self.labels):
            yield f"{real_path(file)} {self.side} {stamp(file.stat())}"

    def pictures(self, size: int) -> Iterator[Read]:
        from crohme.ink.symbol_pictures import normal_form  # with OpenCV, which finding them does without

        labels = read_labels(self.labels)
        number = -1
        for number, picture in enumerate(read_images(self.images)):
            if number >= len(labels):
                break
            file = f"{self.images.name}#{number}"
            try:
                yield str(labels[number]), file, normal_form(picture, size)
            except ImageError as error:
                yield str(labels[number]), file, error
        if number + 1 != len(labels):
            raise DataNotFound(f"does not hold the {len(labels)} pictures that {self.labels.name} names", self.images)


def _is_set(folder: Path) -> bool:
    return any(is_images(path) for at in (folder, *side_folders(folder)) for path in at.iterdir())


def find_pairs(folder: Path) -> list[tuple[Path, Path]]:
    """The `(pictures, labels)` files in a folder, by MNIST's names: `…images-idx3-ubyte` and `…labels-idx1-ubyte`.

    Raises:
        DataNotFound: Pictures without labels.
    """
    return [(path, labels_of(path)) for path in sorted(folder.iterdir()) if is_images(path) and path.is_file()]


def is_images(path: Path) -> bool:
    """Whether a file is one of pictures, by its name."""
    return "images" in path.name and "idx3" in path.name


def labels_of(images: Path) -> Path:
    """The file of labels that belongs to one of pictures, compressed or not.

    Raises:
        DataNotFound: There is none.
    """
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    for candidate in (name, name.removesuffix(".gz"), f"{name}.gz"):
        if images.with_name(candidate).is_file():
            return images.with_name(candidate)
    raise DataNotFound(f"there is no {name} beside it", images)


def read_labels(path: Path) -> np.ndarray:
    """`(N,)` uint8.

    Raises:
        DataNotFound: No IDX file of that shape, or one that is cut short.
    """
    with _open(path) as file:
        (count,) = _header(file, path, dimensions=1)
        return _read(file, path, count)


def read_images(path: Path) -> Iterator[Image]:
    """The pictures one after the other, `(rows, columns)` uint8; MNIST's are white on black.

    Raises:
        DataNotFound: As `read_labels`, for what of the file has been asked for.
    """
    with _open(path) as file:
        count, rows, columns = _header(file, path, dimensions=3)
        for _ in range(count):
            yield _read(file, path, rows * columns).reshape(rows, columns)


def _open(path: Path) -> BufferedIOBase:
    file = open_regular(path)
    return gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file


def _header(file: BufferedIOBase, path: Path, dimensions: int) -> tuple[int, ...]:
    magic = _read(file, path, 4)
    if magic.tolist() != [0, 0, _UNSIGNED_BYTE, dimensions]:
        raise DataNotFound(f"is not an IDX file of bytes in {dimensions} dimensions", path)
    shape = tuple(int(size) for size in _read(file, path, 4 * dimensions).view(">u4"))
    if 0 in shape or np.prod(shape[1:], dtype=float) > 1 << 24:
        raise DataNotFound(f"pictures of {' x '.join(map(str, shape[1:]))} pixels", path)
    return shape


def _read(file: BufferedIOBase, path: Path, count: int) -> UInt8Array:
    try:
        data = file.read(count)
    except (OSError, EOFError, zlib.error) as error:
        raise DataNotFound(f"is damaged: {error}", path) from None
    if len(data) < count:
        raise DataNotFound("is cut short", path)
    return np.frombuffer(data, dtype=np.uint8)
