"""Some of the ink of a folder, for scripts that measure."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from inkml_parser import Ink, InkError, read


def spread_inks(folder: Path, number: int) -> Iterator[tuple[str, Ink]]:
    """The ink of so many InkML files under a folder, evenly spread over all in the order of their paths, with names.

    A file that cannot be read is named on stderr and left out; it counts among the number.

    Args:
        folder: Path.
        number: int. At least 1.
    """
    files = sorted(folder.rglob("*.inkml"))
    for file in files[:: max(len(files) // number, 1)][:number]:
        try:
            yield file.name, read(file)
        except InkError as error:
            print(f"passed over: {error}", file=sys.stderr)
