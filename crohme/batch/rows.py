"""The rows of the output and their schema, in JSON and in Parquet.

A change of these fields is a new `SCHEMA`; `docs/batch.md` describes them.
"""

from __future__ import annotations

import io
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crohme.batch.records import Record, clean, source_of
from crohme.bundle import BundleError
from crohme.errors import CrohmeError, cause_of
from crohme.expressions.recognizer import Recognizer
from crohme.extras import needed_by
from crohme.ink.sources import Source
from crohme.recognition import Recognition, Symbols

SCHEMA = 1
LOST = "the process that read it was ended from outside, or by a fault in a library"


@dataclass(frozen=True)
class Row:
    """A row of the output.

    Args:
        id: str.
        line: bytes. All of it as JSON in one line, without the end of the line.
        error: str or None. Why nothing was read.
    """

    id: str
    line: bytes
    error: str | None = None


def read_records(
    recognizer: Recognizer,
    records: Iterable[Record],
    *,
    top: int,
    beam: int | None,
    symbols: Symbols | None,
    bundle: str,
) -> Iterator[Row]:
    """Recognise records, some of them side by side. Whatever is wrong with one goes into its row.

    Args:
        recognizer: Recognizer.
        records: iterable of Record.
        top, beam, symbols: see `Recognizer.recognize`.
        bundle: str. What the bundle is known by.

    Raises:
        BundleError: The weights make no sense, whatever the record.
    """
    taken = deque[Record]()

    def sources() -> Iterator[Callable[[], Source]]:
        for record in records:
            taken.append(record)
            yield partial(source_of, record)

    for found, seconds in recognizer.outcomes(sources(), top=top, beam=beam, symbols=symbols):
        yield _row(taken.popleft(), found, {"seconds": round(seconds, 6), "bundle": bundle})


def _row(record: Record, found: Recognition | Exception, about: dict[str, Any]) -> Row:
    """The row of a record.

    Raises:
        BundleError: It was found.
    """
    if isinstance(found, BundleError):
        raise found
    error: str | None = None
    if isinstance(found, CrohmeError | OSError):
        error = cause_of(found)
    elif isinstance(found, Exception):  # a fault of ours; the other records are read all the same
        error = f"unexpected {type(found).__name__}: {found}"
    recognition = None if isinstance(found, Exception) else found
    row = row_of(record, recognition, None if error is None else clean(error)) | about
    return Row(record.id, json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace"), error)


def lost_row(record: Record) -> Row:
    """The row of a record that ends whatever process reads it: by a fault in a library, or for want of memory."""
    row = row_of(record, None, LOST) | {"seconds": None, "bundle": None}
    return Row(record.id, json.dumps(row, ensure_ascii=False).encode(), LOST)


def row_of(record: Record, found: Recognition | None, error: str | None) -> dict[str, Any]:
    """A row without how long it took and by which bundle."""
    row: dict[str, Any] = {
        "id": record.id, "source": record.origin, "latex": None, "mathml": None, "confidence": None, "candidates": [],
        "symbols": [], "warnings": [], "error": error,
    }  # fmt: skip
    if found is None:
        return row
    readings = [reading.to_row() for reading in found.readings]
    row["symbols"] = readings[0]["symbols"]
    candidates = [{key: reading[key] for key in ("latex", "confidence", "mathml")} for reading in readings]
    row["candidates"] = candidates
    row["warnings"] = [] if found.ink is None else [f"{w.part}: {w.cause}" for w in found.ink.warnings]
    return row | candidates[0]


def encoded(rows: Sequence[Row], form: str) -> bytes:
    """The content of a part.

    Args:
        rows: sequence of Row.
        form: str. One of `files.FORMATS`.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    if form == "jsonl":
        return b"".join(row.line + b"\n" for row in rows)
    with needed_by("writing Parquet"):
        import pyarrow
        import pyarrow.parquet
    out = io.BytesIO()
    table = pyarrow.Table.from_pylist([json.loads(row.line) for row in rows], schema=arrow_schema())
    pyarrow.parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def check_format(form: str) -> None:
    """Raise MissingExtra, before hours of work, if parts cannot be written in a format."""
    encoded((), form)


def arrow_schema() -> Any:
    """The schema of parts in Parquet, with `crohme_schema` among its metadata."""
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    candidate = pa.struct([("latex", text), ("confidence", number), ("mathml", text)])
    symbol = pa.struct(
        [
            ("label", text), ("strokes", pa.list_(pa.int32())), ("trace_ids", pa.list_(text)),
            ("box", pa.list_(number)), ("confidence", number), ("doubtful", pa.bool_()), ("parent", pa.int32()),
            ("relation", text),
        ]
    )  # fmt: skip
    fields = [
        pa.field("id", text, nullable=False), pa.field("source", text, nullable=False), ("latex", text),
        ("mathml", text), ("confidence", number), ("candidates", pa.list_(candidate)), ("symbols", pa.list_(symbol)),
        ("warnings", pa.list_(text)), ("error", text), ("seconds", number), ("bundle", text),
    ]  # fmt: skip
    return pa.schema(fields, metadata={"crohme_schema": str(SCHEMA)})
