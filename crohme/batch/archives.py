"""Records in zip and tar archives, in the order in which they lie there."""

from __future__ import annotations

import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from crohme.batch.errors import RecordError
from crohme.batch.records import INK_SUFFIXES, Broken, Content, Record, clean
from crohme.batch.remote import Location, opened, seekable
from crohme.ink.image_files import MAX_FILE_BYTES

ZIP = re.compile(r"\.zip$", re.IGNORECASE)
TAR = re.compile(r"\.(tar(\.(gz|bz2|xz))?|tgz|tbz2|txz)$", re.IGNORECASE)
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, NotImplementedError, RuntimeError)


def zip_records(archive: Location, with_content: bool) -> Iterator[Record]:
    """The ink and the pictures in a zip archive; its list of files is held in memory.

    Raises:
        RecordError: It is damaged, or no archive.
        OSError: It cannot be read.
    """
    with seekable(archive) as file:
        try:
            entries = zipfile.ZipFile(file)
        except _DAMAGE as error:
            raise RecordError(f"not a zip archive, or a damaged one: {error}", str(archive)) from None
        for entry in entries.infolist():
            if not entry.is_dir() and _is_wanted(entry.filename):
                content = _unzipped(entries, entry) if with_content else None
                yield _record(archive, entry.filename, content)


def _unzipped(entries: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Content:
    try:
        with entries.open(entry) as member:
            return member.read(MAX_FILE_BYTES + 1)
    except (*_DAMAGE, OSError) as error:
        return Broken(f"cannot be unpacked: {error}")


def tar_records(archive: Location, with_content: bool) -> Iterator[Record]:
    """The ink and the pictures in a tar archive, compressed or not, which is read once from its beginning to its end.

    Raises:
        RecordError: It is no archive, or damaged; those before the damage have come.
        OSError: It cannot be read.
    """
    with opened(archive) as file:
        try:
            yield from _members(archive, file, with_content)
        except (*_DAMAGE, OSError) as error:
            raise RecordError(f"not a tar archive, or a damaged one: {error}", str(archive)) from None


def _members(archive: Location, file: BinaryIO, with_content: bool) -> Iterator[Record]:
    with tarfile.open(fileobj=file, mode="r|*") as entries:
        for entry in entries:
            entries.members = []  # type: ignore[attr-defined]  # else it keeps all that it has met
            if entry.isfile() and _is_wanted(entry.name):
                yield _record(archive, entry.name, _extracted(entries, entry) if with_content else None)


def _extracted(entries: tarfile.TarFile, entry: tarfile.TarInfo) -> Content:
    try:
        member = entries.extractfile(entry)
        return b"" if member is None else member.read(MAX_FILE_BYTES + 1)
    except (*_DAMAGE, OSError) as error:
        return Broken(f"cannot be unpacked: {error}")


def _is_wanted(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in INK_SUFFIXES


def _record(archive: Location, name: str, content: Content) -> Record:
    name = clean(f"{archive}/{name.removeprefix('./')}")
    return Record(name, name, content)
