"""What goes to the machines of a cluster, and is put together there: the bundle, chunks of records, their rows.

Chunks are pickled: they come from the process that asked for the work, by way of an engine that pickles its functions.
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from crohme import bundle
from crohme.batch.engines.base import Job, Work
from crohme.batch.errors import BatchError
from crohme.batch.ids import Ids
from crohme.batch.records import Record, hash_of
from crohme.batch.rows import Row
from crohme.batch.sources import STANDARD_INPUT
from crohme.bundle import BundleError
from crohme.child_processes import one_thread
from crohme.expressions.recognizer import Recognizer

Files = dict[str, bytes]
"""The files of a bundle, by name."""


def files_of(name_or_folder: str | Path) -> Files:
    """The files of a bundle of this machine."""
    folder = bundle.load(name_or_folder).path
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


def unpacked(files: Files, identity: str) -> Path:
    """A folder of this machine with the files of a bundle, which all its processes share.

    Args:
        files: Files.
        identity: str. The sha256 of the bundle; the folder is named after it.
    """
    owner = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"crohme-{owner}" / identity
    if folder.is_dir():
        return folder
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent))
    for name, content in files.items():
        (partial / name).write_bytes(content)
    with suppress(OSError):  # another process was faster
        os.rename(partial, folder)
    shutil.rmtree(partial, ignore_errors=True)
    return folder


class Reader:
    """Reads chunks of records in a process of a cluster.

    Args:
        files: function that gives the Files of the bundle.
        identity: str. The sha256 of the bundle.
        work: Work.

    Raises:
        BundleError: What lies on this machine under the name of the bundle is another one.
    """

    def __init__(self, files: Callable[[], Files], identity: str, work: Work) -> None:
        one_thread()
        folder = unpacked(files(), identity)
        self._recognizer, self._work = Recognizer.load(folder), work
        if self._recognizer.bundle is None or self._recognizer.bundle.sha256 != identity:
            raise BundleError("another bundle is in its place", folder)

    def read(self, chunk: bytes) -> bytes:
        """The rows of a chunk, or what ends it all."""
        try:
            return pickle.dumps(list(self._work(self._recognizer, records_in(chunk))))
        except BundleError as error:
            return pickle.dumps(error)


def rows_in(answer: bytes) -> list[Row]:
    """The rows of a chunk.

    Raises:
        BundleError: See `Reader.read`.
    """
    rows: list[Row] | BundleError = pickle.loads(answer)
    if isinstance(rows, BundleError):
        raise rows
    return rows


def chunks_of(records: Iterator[Record], size: int, home: Path) -> Iterator[bytes]:
    """Records in chunks; their paths are those of another working directory."""
    while some := list(islice(records, size)):
        yield pickle.dumps([_placed(record, home) for record in some])


def records_in(chunk: bytes) -> list[Record]:
    """The records of a chunk."""
    records: list[Record] = pickle.loads(chunk)
    return records


def _placed(record: Record, home: Path) -> Record:
    return replace(record, content=home / record.content) if isinstance(record.content, Path) else record


def check_sources(job: Job, engine: str) -> None:
    """Raise BatchError for sources that are of this process alone."""
    if STANDARD_INPUT in job.sources.named:
        raise BatchError(f"{engine} cannot read standard input: write the list to a file, and name it @FILE")


class Remaining:
    """Which of the records of a job have no row yet.

    Args:
        todo: Ids.
    """

    def __init__(self, todo: Ids) -> None:
        self._todo = todo
        self._is_done = np.zeros(len(todo), bool)

    def first_time(self, row: Row) -> bool:
        """Whether a row is the first of a record of the job: what was read again after a failure may come twice."""
        hashed = hash_of(row.id)
        if hashed not in self._todo:
            return False
        at = int(self._todo.hashes.searchsorted(np.uint64(hashed)))
        if self._is_done[at]:
            return False
        self._is_done[at] = True
        return True

    @property
    def ids(self) -> Ids:
        """Those that have none."""
        return Ids(self._todo.hashes[~self._is_done])
