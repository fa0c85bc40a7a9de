"""Files here and elsewhere: paths, and the URLs that fsspec knows (`s3://`, `gs://`, `https://`)."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from crohme.batch.errors import BatchError, RecordError
from crohme.errors import CrohmeError
from crohme.extras import needed_by
from inkml_parser.files import open_regular

_BUFFER = 1 << 20
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True)
class Url:
    """The address of a file elsewhere.

    Args:
        address: str.
    """

    address: str

    def __str__(self) -> str:
        return self.address


Location = Path | Url


def is_url(text: str) -> bool:
    """Whether a text is an URL and no path."""
    return _URL.match(text) is not None


@contextmanager
def opened(location: Location) -> Iterator[BinaryIO]:
    """A file to read from its beginning to its end; one that is elsewhere comes piece by piece.

    Raises:
        RecordError: It is elsewhere, and cannot be read.
        OSError: It cannot be read.
        MissingExtra: fsspec is not installed.
    """
    if isinstance(location, Path):
        with open_regular(location) as local:
            yield local
        return
    with _naming(location):
        system, path = _system(location)
        # A web server may have no parts of files, which are asked for unless the block size is 0.
        options = {"block_size": 0} if _is_web(location) else {}
        with system.open(path, "rb", **options) as file:
            yield io.BufferedReader(_Pieces(file), _BUFFER)


@contextmanager
def seekable(location: Location) -> Iterator[BinaryIO]:
    """As `opened`, to read here and there; where a web server has no parts of files, from a copy."""
    if isinstance(location, Path):
        with open_regular(location) as local:
            yield local
        return
    with _naming(location):
        system, path = _system(location)
        if not _is_web(location) or system.info(path).get("partial"):
            with system.open(path, "rb") as file:
                yield file
            return
    with tempfile.TemporaryFile() as whole:
        with opened(location) as file:
            shutil.copyfileobj(file, whole)
        whole.seek(0)
        yield whole


class _Pieces(io.RawIOBase):
    """What fsspec opens, which has no `readline` with a limit, and of the web no `readline` at all."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def read(location: Location, most: int) -> bytes:
    """The first bytes of a file; see `opened`."""
    with opened(location) as file:
        return file.read(most)


def files_at(location: Url, is_wanted: re.Pattern[str]) -> Iterator[Url] | None:
    """The files of a folder elsewhere whose names are wanted, at any depth, or those that a glob names.

    Returns:
        Iterator of Url, or None where the address is that of a file.

    Raises:
        RecordError: It cannot be listed.
    """
    with _naming(location):
        system, path = _system(location)
        if any(c in path for c in "*[") or ("?" in path and not _is_web(location)):
            return iter([Url(system.unstrip_protocol(found)) for found in sorted(system.glob(path))])
        # Web servers have no folders, only pages.
        if _is_web(location) or not system.isdir(path):
            return None
    return _walk(location, system, path, is_wanted)


def _walk(location: Url, system: Any, path: str, is_wanted: re.Pattern[str]) -> Iterator[Url]:
    with _naming(location):
        for folder, folders, names in system.walk(path):
            folders_in_order = sorted(folders)
            if isinstance(folders, list):
                folders[:] = folders_in_order
            for name in sorted(names):
                if is_wanted.search(name):
                    yield Url(system.unstrip_protocol(f"{folder.rstrip('/')}/{name}"))


def _system(location: Url) -> tuple[Any, str]:
    with needed_by(f"reading {location.address.partition(':')[0]}://"):
        import fsspec.core
    try:
        system, path = fsspec.core.url_to_fs(location.address)
    except (ImportError, ValueError) as error:  # a protocol that needs a library of its own, or is none
        raise BatchError(str(error), location.address) from None
    return system, path


@contextmanager
def _naming(location: Url) -> Iterator[None]:
    """Whatever a library of an object store raises is an error of that file."""
    try:
        yield
    except CrohmeError:
        raise
    except Exception as error:
        raise RecordError(" ".join(_cause(error).split()), location.address) from None


def _cause(error: Exception) -> str:
    cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if isinstance(error, FileNotFoundError) and " " not in cause:  # an address, and no words
        return os.strerror(errno.ENOENT)
    return cause or type(error).__name__


def _is_web(location: Url) -> bool:
    return location.address.lower().startswith(("http://", "https://"))
