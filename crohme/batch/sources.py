"""What a user names as sources, as records, one after the other: nothing is held that is not being read."""

from __future__ import annotations

import fnmatch
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from crohme.batch import archives, tables
from crohme.batch.errors import BatchError, RecordError
from crohme.batch.records import INK_SUFFIXES, Broken, Record, clean
from crohme.batch.remote import Location, Url, files_at, is_url, opened
from crohme.batch.tables import Columns
from crohme.errors import cause_of

STANDARD_INPUT = "-"
_INK = re.compile(rf"\.({'|'.join(suffix[1:] for suffix in sorted(INK_SUFFIXES))})$", re.IGNORECASE)
_MAGIC = re.compile(r"[*?[]")
_NOTHING_IN = "no InkML file, picture or row of a table"
_NOTHING_UNDER = "no InkML file or picture under it; archives and tables are named, as in 'folder/*.parquet'"
_MOST_PATH = 65536  # bytes of a line that is a path


class Sources:
    """The sources of a run, which can be gone through again and again.

    Args:
        named: sequence of str. Each a file of ink or a picture; a folder of them; a zip or tar archive of them; a
            table (`.jsonl`, `.parquet`); a glob of any of these; the URL of any of these; `@FILE`, a list of paths
            and URLs, one a line; or `-`, such a list on standard input.
        columns: Columns. Of tables.
    """

    def __init__(self, named: Sequence[str], columns: Columns | None = None) -> None:
        self.named = tuple(named)
        self.columns = columns or Columns()
        self._standard_input: BinaryIO | None = None

    def records(self, *, with_content: bool = True) -> Iterator[Record]:
        """All records. What cannot be read is a broken one, be it a line, a file in an archive, or a whole table.

        Args:
            with_content: bool. Without, only ids are looked at, which is faster.

        Raises:
            BatchError: A source holds none, or a list of paths cannot be read.
            MissingExtra: A source is of a kind that needs one.
        """
        for named in self.named:
            is_empty = True
            for record in self._of(named, with_content):
                is_empty = False
                yield record
            if is_empty:
                raise BatchError(_NOTHING_UNDER if os.path.isdir(named) else _NOTHING_IN, named)

    def _of(self, named: str, with_content: bool) -> Iterator[Record]:
        if named == STANDARD_INPUT:
            yield from self._listed(self._rewound(), with_content)
        elif named.startswith("@") and not os.path.lexists(named):
            try:
                with opened(Url(named[1:]) if is_url(named[1:]) else Path(named[1:])) as file:
                    yield from self._listed(file, with_content)
            except (RecordError, OSError) as error:
                raise BatchError(cause_of(error), named[1:]) from None
        elif is_url(named):
            yield from self._elsewhere(Url(named), with_content)
        elif _MAGIC.search(named) and not os.path.lexists(named):
            names_files_only = "**" in named  # the files of a folder are named themselves
            for path in globbed(named):
                if not (names_files_only and path.is_dir()):
                    yield from self._at(path, with_content)
        else:
            yield from self._at(Path(named), with_content)

    def _rewound(self) -> BinaryIO:
        if self._standard_input is None:  # gone through twice, and too long to be held
            self._standard_input = tempfile.TemporaryFile()
            for line in sys.stdin.buffer:
                self._standard_input.write(line)
        self._standard_input.seek(0)
        return self._standard_input

    def _listed(self, file: BinaryIO, with_content: bool) -> Iterator[Record]:
        while line := file.readline(_MOST_PATH):
            name = os.fsdecode(line.rstrip(b"\r\n"))
            if is_url(name):
                yield from self._elsewhere(Url(name), with_content)
            elif name:
                yield from self._at(Path(name), with_content)

    def _elsewhere(self, url: Url, with_content: bool) -> Iterator[Record]:
        try:
            found = files_at(url, _INK)
            if found is None:
                yield from self._file(url, with_content)
                return
            for file in found:
                yield from self._file(file, with_content)
        except RecordError as error:
            yield _broken(url, error)

    def _at(self, path: Path, with_content: bool) -> Iterator[Record]:
        if not path.is_dir():
            yield from self._file(path, with_content)
            return
        try:
            for file in walked(path):
                if file.suffix.lower() in INK_SUFFIXES:
                    yield from self._file(file, with_content)
        except OSError as error:  # a folder that cannot be listed: what lies in it would be missed without a word
            yield _broken(Path(error.filename or path), error)

    def _file(self, file: Location, with_content: bool) -> Iterator[Record]:
        name = str(file).partition("?")[0] if isinstance(file, Url) else str(file)
        records = next((read for pattern, read in self._kinds() if pattern.search(name)), None)
        if records is None:
            identifier = clean(file.as_posix() if isinstance(file, Path) else str(file))
            yield Record(identifier, identifier, file)
            return
        try:
            yield from records(file, with_content)
        except (RecordError, OSError) as error:
            yield _broken(file, error)

    def _kinds(self) -> Iterable[tuple[re.Pattern[str], Callable[[Location, bool], Iterator[Record]]]]:
        columns = self.columns
        return (
            (archives.ZIP, archives.zip_records),
            (archives.TAR, archives.tar_records),
            (tables.JSONL, lambda file, with_content: tables.json_records(file, columns, with_content)),
            (tables.PARQUET, lambda file, with_content: tables.parquet_records(file, columns, with_content)),
        )


def _broken(file: Location, error: Exception) -> Record:
    name = clean(str(file))
    return Record(name, name, Broken(cause_of(error)))


def walked(folder: Path) -> Iterator[Path]:
    """All files under a folder, those of each folder sorted, without holding more than the names of one folder.

    Raises:
        OSError: A folder cannot be listed.
    """
    with os.scandir(folder) as entries:
        listed = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in listed:
        if is_folder:
            yield from walked(folder / name)
        else:
            yield folder / name


def globbed(pattern: str) -> Iterator[Path]:
    """The paths that a glob names, sorted in each folder. `**` stands for any folders; hidden files need a dot.

    Raises:
        OSError: A folder cannot be listed.
    """
    path = Path(pattern)
    yield from _matching(Path(path.anchor), [part for part in path.parts if part != path.anchor])


def _matching(folder: Path, parts: Sequence[str]) -> Iterator[Path]:
    if not parts:
        yield folder
        return
    first, rest = parts[0], parts[1:]
    if first == "**":
        if rest[:1] != ["**"]:
            yield from _matching(folder, rest or ["*"])
        for name in _names(folder):
            if not name.startswith(".") and (folder / name).is_dir() and not (folder / name).is_symlink():
                yield from _matching(folder / name, parts)
    elif not _MAGIC.search(first):
        if os.path.lexists(folder / first):
            yield from _matching(folder / first, rest)
    elif folder.is_dir():
        for name in _names(folder):
            is_shown = not name.startswith(".") or first.startswith(".")
            if is_shown and fnmatch.fnmatchcase(name, first) and (not rest or (folder / name).is_dir()):
                yield from _matching(folder / name, rest)


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []
