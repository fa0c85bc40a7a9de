"""Records in tables: JSON lines and Parquet, with a column of ids and one of ink."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from crohme.batch.errors import RecordError
from crohme.batch.records import Broken, Content, Record, clean
from crohme.batch.remote import Location, opened, seekable
from crohme.extras import needed_by
from crohme.ink.image_files import SIGNATURES

JSONL = re.compile(r"\.(jsonl|ndjson)(\.gz)?$", re.IGNORECASE)
PARQUET = re.compile(r"\.parquet$", re.IGNORECASE)
INK_COLUMNS = ("strokes", "inkml", "image", "ink")
"""Columns of ink, where none is named."""
MAX_LINE = 64 * 1024 * 1024
"""Bytes: a picture of the largest size, in base64."""
_ROWS = 256  # of Parquet, at once


@dataclass(frozen=True)
class Columns:
    """Which columns are read.

    Args:
        id: str.
        ink: str or None. None for the only one of `INK_COLUMNS` that is there.
    """

    id: str = "id"
    ink: str | None = None

    def ink_of(self, names: Iterable[str]) -> str:
        """The column of the ink.

        Raises:
            RecordError: It is not there, or several may be meant.
        """
        found = [name for name in names if name in (INK_COLUMNS if self.ink is None else (self.ink,))]
        if len(found) == 1:
            return found[0]
        if self.ink is not None:
            raise RecordError(f"no column {self.ink!r}")
        several = f"{', '.join(map(repr, found))} may each hold the ink" if found else "no column of ink"
        raise RecordError(f"{several}: name one with --ink-column (known are {', '.join(INK_COLUMNS)})")


def json_records(table: Location, columns: Columns, with_content: bool) -> Iterator[Record]:
    """The objects of a file that has one a line; a line that cannot be used is a broken record, named by its number.

    Raises:
        RecordError: It is damaged; the lines before the damage have come.
        OSError: It cannot be read.
    """
    try:
        with opened(table) as file:
            yield from _of_lines(table, _unpacked(file, str(table)), columns, with_content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordError(f"damaged: {error}", str(table)) from None


def _unpacked(file: BinaryIO, name: str) -> Any:
    return gzip.GzipFile(fileobj=file) if name.lower().endswith(".gz") else file


def _of_lines(table: Location, file: BinaryIO, columns: Columns, with_content: bool) -> Iterator[Record]:
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        place = clean(f"{table}:{number}")
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield Record(place, place, Broken(f"a line of more than {MAX_LINE // 1024**2} MiB"))
        elif line.strip():
            yield _of_row(place, _parsed(line), columns, with_content)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return Broken(f"not JSON: {error}" if isinstance(error, json.JSONDecodeError) else "not JSON")


def parquet_records(table: Location, columns: Columns, with_content: bool) -> Iterator[Record]:
    """The rows of a Parquet file, a few at once.

    Raises:
        RecordError: It is damaged, or lacks a column.
        MissingExtra: pyarrow is not installed.
        OSError: It cannot be read.
    """
    with needed_by("reading Parquet"):
        import pyarrow
        import pyarrow.parquet
    try:
        with seekable(table) as file:
            rows = pyarrow.parquet.ParquetFile(file)
            names = rows.schema_arrow.names
            if columns.id not in names:
                raise RecordError(f"no column {columns.id!r}: name that of the ids with --id-column", str(table))
            wanted = [columns.id, columns.ink_of(names)]
            number = 0
            for batch in rows.iter_batches(_ROWS, columns=wanted if with_content else wanted[:1]):
                for row in batch.to_pylist():
                    number += 1
                    yield _of_row(clean(f"{table}:{number}"), row, columns, with_content)
    except pyarrow.ArrowException as error:
        raise RecordError(f"not Parquet, or damaged: {error}", str(table)) from None


def _of_row(place: str, row: Any, columns: Columns, with_content: bool) -> Record:
    if isinstance(row, Broken):
        return Record(place, place, row)
    if not isinstance(row, dict):
        return Record(place, place, Broken("not an object"))
    identifier = row.get(columns.id)
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        return Record(place, place, Broken(f"{columns.id!r} is no text and no whole number"))
    content: Content = None
    if with_content:
        try:
            content = _ink(row[columns.ink_of(row)])
        except RecordError as error:
            content = Broken(error.cause)
    return Record(clean(str(identifier)), place, content)


def _ink(value: Any) -> Content:
    """What a cell holds: strokes, InkML, or a picture, in JSON in base64."""
    if isinstance(value, dict) and isinstance(value.get("bytes"), bytes):  # as Hugging Face stores pictures
        return bytes(value["bytes"])
    if isinstance(value, bytes | list):
        return value
    if not isinstance(value, str):
        raise RecordError("the ink is neither strokes, nor InkML, nor a picture")
    if value.lstrip("\ufeff \t\r\n").startswith("<"):
        return value.encode("utf-8", "surrogatepass")
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data.startswith(SIGNATURES):
        raise RecordError("the ink is neither InkML nor a picture in base64")
    return data
