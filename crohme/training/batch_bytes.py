"""Batches as bytes, for another machine: compressed arrays, without pickles."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from crohme.training.batch import Batch

_LARGEST = 2**31
"""Bytes of a chunk once unpacked: what pretends to be more is refused before it fills the memory."""


def to_bytes(batches: Sequence[Batch[Any]]) -> bytes:
    """Batches whose parts are arrays by name; most of them is padding, which the fastest compression shrinks."""
    arrays = {
        f"{number}/{part}/{name}": array
        for number, batch in enumerate(batches)
        for part, named in batch._asdict().items()
        for name, array in (named or {}).items()
    }
    file = io.BytesIO()
    np.savez(file, count=np.array(len(batches)), **arrays)
    return zlib.compress(file.getvalue(), 1)


def from_bytes(data: bytes) -> list[Batch[Any]]:
    """What `to_bytes` was given.

    Raises:
        ValueError: They are damaged.
    """
    try:
        unpacked = zlib.decompressobj()
        content = unpacked.decompress(data, _LARGEST)
        if not unpacked.eof:
            raise ValueError("cut short, or too large")
        batches: list[dict[str, dict[str, np.ndarray]]] = []
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            for _ in range(int(arrays["count"])):
                batches.append({})
            for path in arrays.files:
                if path != "count":
                    number, part, name = path.split("/")
                    batches[int(number)].setdefault(part, {})[name] = arrays[path]
        return [Batch(**{"weights": None} | batch) for batch in batches]
    except (ValueError, KeyError, IndexError, TypeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(f"not a chunk of batches: {error}") from None
