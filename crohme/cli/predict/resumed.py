"""An output of `crohme predict` that grows line by line, and what earlier runs have written to it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from crohme.cli.errors import CommandError
from crohme.errors import cause_of
from crohme.json_text import parsed
from inkml_parser.files import append_line, is_special, open_regular

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SUFFIXES = (".csv", ".jsonl")
"""The formats that consist of lines."""


@dataclass
class Earlier:
    """What earlier runs have written.

    Args:
        files: set of int. `hash` of the names of the files that are done.
        lines, failed: int. Lines, and those of them that say why nothing was read.
        whole, size: int. Bytes of the lines that stay, and of all.
    """

    files: set[int] = field(default_factory=set)
    lines: int = 0
    failed: int = 0
    whole: int = 0
    size: int = 0

    def has(self, file: Path) -> bool:
        """Whether a file is done."""
        return hash(_written(str(file))) in self.files


def earlier(path: Path | None, header: list[str]) -> Earlier:
    """What is in an output that is to be gone on with.

    A line that a killed run had begun does not count, nor do the lines of the last file, if each of them is about a
    symbol: more of them may have been to come.

    Args:
        path: Path or None. The output, which may not exist.
        header: list of str. The columns that a CSV has.

    Raises:
        CommandError: It has no lines, holds something else, or has other columns.
    """
    if path is None or path.suffix.lower() not in SUFFIXES:
        raise CommandError(f"--resume needs an --output that has lines: {', '.join(SUFFIXES)}", path or "")
    found, last, start, of_last = Earlier(), None, Earlier(), 0
    try:
        if is_special(path):
            raise CommandError("--resume needs a regular file", path)
        with open_regular(path) as file:
            found.size = os.fstat(file.fileno()).st_size
            rows = _csv_rows(file, header) if path.suffix.lower() == ".csv" else _json_rows(file)
            for row, end in rows:
                if row is None:  # the header
                    found.whole = end
                    continue
                name, symbol, error = (row.get(key) for key in ("file", "symbol", "error"))
                if not isinstance(name, str):
                    raise ValueError(f"line {found.lines + 1} names no file")
                if name != last:
                    last, of_last = name, 0
                    start = Earlier(lines=found.lines, failed=found.failed, whole=found.whole, size=found.size)
                found.files.add(hash(name))
                found.lines, found.whole = found.lines + 1, end
                found.failed += error not in (None, "")
                of_last += symbol not in (None, "")
    except FileNotFoundError:
        return found
    except (ValueError, csv.Error) as error:
        raise CommandError(f"--resume does not know what is in it: {error}", path) from None
    except OSError as error:
        raise CommandError(cause_of(error), path) from None
    if last is not None and of_last:
        start.files = found.files - {hash(last)}
        return start
    return found


@contextmanager
def growing(path: Path, earlier: Earlier) -> Iterator[tuple[TextIO, Callable[[], None]]]:
    """What is written to the text goes to the end of a file when the function is called, all of it or nothing.

    Args:
        path: Path.
        earlier: Earlier. What is in the file, and stays; of a new file, what is written first is its header.

    Raises:
        CommandError: Another process writes to it, or has done so since `earlier`.
        OSError: It cannot be written; what was there is there.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _keep(descriptor, path)
        if os.fstat(descriptor).st_size != earlier.size:
            raise CommandError("another process has written to it meanwhile: run the same command again", path)
        os.ftruncate(descriptor, earlier.whole)
        with _moving(path) as grown:
            yield grown
    finally:
        os.close(descriptor)


def _keep(descriptor: int, path: Path) -> None:
    """Keep a file to this process as long as it is open; where there are no locks, nothing is kept."""
    if fcntl is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CommandError("another process is writing to it", path) from None
    except OSError:
        return


@contextmanager
def _moving(path: Path) -> Iterator[tuple[TextIO, Callable[[], None]]]:
    text = io.StringIO(newline="")

    def move() -> None:
        if text.tell():
            append_line(path, text.getvalue().removesuffix("\n"))
        text.seek(0)
        text.truncate()

    yield text, move


def _written(name: str) -> str:
    """A name as it is in the file: what is no UTF-8 is escaped."""
    return name.encode("utf-8", "backslashreplace").decode()


def _json_rows(file: BinaryIO) -> Iterator[tuple[dict[str, Any], int]]:
    end = 0
    for line in file:
        if not line.endswith(b"\n"):
            return
        end += len(line)
        row = parsed(line)
        if not isinstance(row, dict):
            raise ValueError("not an object a line")
        yield row, end


def _csv_rows(file: BinaryIO, header: list[str]) -> Iterator[tuple[dict[str, str] | None, int]]:
    read = 0
    size = os.fstat(file.fileno()).st_size

    def lines() -> Iterator[str]:
        nonlocal read
        for line in file:
            if line.endswith(b"\n"):  # else a killed run had begun it
                read += len(line)
                yield line.decode()

    rows = csv.reader(lines(), strict=True)
    try:
        first = next(rows, None)
        if first is None and not size:
            return
        if first is not None and first != header:
            raise ValueError(f"its columns are {', '.join(first)}, and would be {', '.join(header)}")
        if first is None:
            return
        yield None, read
        for row in rows:
            if len(row) != len(header):
                raise ValueError(f"a row of {len(row)} columns")
            yield dict(zip(header, row, strict=True)), read
    except csv.Error as error:
        if "unexpected end" not in str(error):  # the line that was begun has a line break in a name
            raise
