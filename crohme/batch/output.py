"""What a batch has written, read again: the rows of its parts, in JSON lines or in Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crohme.batch.errors import BatchError
from crohme.batch.files import failures_of, parts_of
from crohme.extras import needed_by
from crohme.json_text import parsed
from inkml_parser.files import open_regular

_ROWS = 256  # of Parquet, at once


def output_rows(folder: Path, *, with_failures: bool = True) -> Iterator[dict[str, Any]]:
    """The rows of a batch, of all its shards, one after the other.

    Args:
        folder: Path. See `files.parts_of`.
        with_failures: bool. Whether the dead letters come, too, after all parts.

    Raises:
        BatchError: A part is damaged.
        MissingExtra: Parts in Parquet, and pyarrow is not installed.
        OSError: One cannot be read.
    """
    for part in parts_of(folder):
        yield from _parquet_rows(part) if part.suffix == ".parquet" else _json_rows(part)
    for letters in failures_of(folder) if with_failures else ():
        yield from _json_rows(letters)


def _json_rows(path: Path) -> Iterator[dict[str, Any]]:
    with open_regular(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                row = parsed(line)
            except ValueError:
                row = None
            yield _checked(row, path, number)


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    with needed_by("reading Parquet"):
        import pyarrow
        import pyarrow.parquet
    number = 0
    try:
        with open_regular(path) as file:
            for batch in pyarrow.parquet.ParquetFile(file).iter_batches(_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield _checked(row, path, number)
    except pyarrow.ArrowException as error:
        raise BatchError(f"not Parquet, or damaged: {error}", path) from None


def _checked(row: Any, path: Path, number: int) -> dict[str, Any]:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise BatchError(f"row {number} is not one that a batch writes", path)
    return row
