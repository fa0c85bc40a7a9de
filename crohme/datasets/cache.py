"""A cache on disk for what is slow to compute, keyed by everything that it depends on."""

from __future__ import annotations

import hashlib
import logging
import zipfile
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from crohme import notation
from crohme.datasets.location import cache_folder
from crohme.types import Arrays
from inkml_parser.files import open_regular, replacing

log = logging.getLogger(__name__)
_PACKAGES = Path(__file__).resolve().parents[2]
_READERS = ("inkml_parser/**/*.py", "crohme/notation/**/*", "crohme/datasets/**/*", "crohme/ink/**/*.py",
            "crohme/expressions/corpus.py", "crohme/expressions/traced.py")  # fmt: skip
"""The code that decides what a cache holds, and the tables that lie beside it."""


def key(*parts: str | bytes | Iterable[str | bytes]) -> str:
    """A name for what was made of `parts` by this version of the code and with this alphabet of labels.

    Args:
        parts: str, bytes, or iterables of them. All that the result depends on besides.
    """
    digest = hashlib.sha256(_code_version().encode())
    for part in ((notation.CLASSES, notation.VOCABULARY), *parts):
        for piece in (part,) if isinstance(part, str | bytes) else part:
            content = piece if isinstance(piece, bytes) else str(piece).encode("utf-8", "surrogateescape")
            digest.update(len(content).to_bytes(8, "big") + content)  # so that "ab", "c" is not "a", "bc"
    return digest.hexdigest()[:20]


def contents(folder: Path, files: Iterable[Path]) -> Iterable[str]:
    """Name and sha256 of each file. One that cannot be read has its error in place of it."""
    for path in files:
        try:
            with open_regular(path) as file:
                yield f"{path.relative_to(folder).as_posix()} {hashlib.file_digest(file, 'sha256').hexdigest()}"
        except OSError as error:
            yield f"{path.relative_to(folder).as_posix()} {error.strerror}"


def path_of(kind: str, name: str, suffix: str = ".npz") -> Path:
    """Where in the cache something lies that is named by `key`."""
    return cache_folder() / f"{kind}-{name}{suffix}"


def arrays(path: Path, make: Callable[[], Arrays]) -> Arrays:
    """Arrays from a file of the cache; made and put there if it is missing or damaged."""
    try:
        with open_regular(path) as file, np.load(file, allow_pickle=False) as stored:
            return dict(stored)
    except FileNotFoundError:
        pass
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        log.warning("%s is damaged (%s) and is made again", path, error)
    made = make()
    try:
        with replacing(path) as new:
            np.savez_compressed(new, **dict[str, Any](made))
    except OSError as error:
        log.warning("cannot be cached: %s: %s", path, error.strerror)
    return made


@cache
def _code_version() -> str:
    """Changes whenever a line of the code does: an old cache costs a minute, a stale one a wrong answer."""
    digest = hashlib.sha256()
    for pattern in _READERS:
        for path in sorted(_PACKAGES.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(_PACKAGES).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
