"""Pictures kept on disk, of which only those asked for are ever in memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from crohme.types import Image, Images, Int64Array
from inkml_parser.files import replacing


class StoredPictures:
    """N square pictures in a file of plain bytes, or some of them in any order.

    Args:
        path: Path. Written by `write`.
        size: int. Side of the pictures, pixels.
        rows: `(N,)` int. Which pictures of the file these are.

    Example:
        >>> pictures[3].shape, pictures[np.array([3, 0])].shape
        ((48, 48), (2, 48, 48))
    """

    def __init__(self, path: Path, size: int, rows: Int64Array) -> None:
        self.path, self.size, self.rows = path, size, rows

    @staticmethod
    def write(path: Path, pictures: Iterable[Image]) -> int:
        """Write pictures, all of one size, as they come; their number."""
        count = 0
        with replacing(path) as file:
            for picture in pictures:
                file.write(picture.tobytes())
                count += 1
        return count

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, indices: int | np.integer | Int64Array) -> Images:
        """One picture `(size, size)`, or several `(n, size, size)`, as a copy in memory."""
        # Mapped for this moment only: a mapping that stays counts as memory, page by page, until all are in.
        pages = np.memmap(self.path, dtype=np.uint8, mode="r").reshape(-1, self.size, self.size)
        return np.array(pages[self.rows[indices]])

    def take(self, indices: Int64Array) -> StoredPictures:
        """Some of the pictures."""
        return StoredPictures(self.path, self.size, self.rows[indices])
