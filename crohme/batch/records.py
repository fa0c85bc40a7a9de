"""One expression to read: what it is called, where it comes from, and its ink as it lies there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from crohme.batch.errors import RecordError
from crohme.batch.remote import Url, read
from crohme.ink.image_files import MAX_FILE_BYTES, SUFFIXES
from crohme.ink.sources import Source

INK_SUFFIXES = SUFFIXES | {".inkml"}
"""What is looked for in folders and archives, in lower case."""


@dataclass(frozen=True)
class Broken:
    """What stands in place of ink that could not even be found.

    Args:
        cause: str.
    """

    cause: str


Content = Path | Url | bytes | Sequence[Any] | Broken | None
"""A file, here or elsewhere; InkML or a picture; strokes; why there is nothing; None where only ids are looked at."""


@dataclass(frozen=True)
class Record:
    """One expression to read.

    Args:
        id: str. What it is called in the output, unique in a run. UTF-8 can encode it.
        origin: str. The file that it lies in, and where in it.
        content: Content.
    """

    id: str
    origin: str
    content: Content


def clean(text: str) -> str:
    """Text that UTF-8 can encode: of names that are none, the bytes are escaped (`\\udcff`)."""
    return text.encode("utf-8", "backslashreplace").decode()


def hash_of(identifier: str) -> int:
    """64 bits that stand for an id: in memory, in `done.jsonl`, and for the shard that it is in."""
    return int.from_bytes(blake2b(identifier.encode(), digest_size=8).digest(), "little")


def source_of(record: Record) -> Source:
    """What the recogniser takes.

    Raises:
        RecordError: There is nothing, or too much.
    """
    content = record.content
    if isinstance(content, Broken):
        raise RecordError(content.cause)
    if isinstance(content, Url):
        content = read(content, MAX_FILE_BYTES + 1)
    if isinstance(content, bytes) and len(content) > MAX_FILE_BYTES:
        raise RecordError(f"is larger than {MAX_FILE_BYTES // 1024**2} MiB")
    assert content is not None
    return content
