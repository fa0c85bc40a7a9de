"""A Spark cluster: windows of records as data frames, read by `mapInPandas` in the Python processes of executors."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from crohme.batch.engines.base import HARMLESS, Job, Work
from crohme.batch.engines.shipped import Reader, check_sources, chunks_of, files_of, records_in, rows_in
from crohme.batch.errors import BatchError
from crohme.batch.rows import Row, lost_row
from crohme.child_processes import WorkerLost
from crohme.extras import needed_by

_CHUNKS = 8  # for each core in a window: Spark takes no stream, and a window waits for its slowest task
_COLUMN = "chunk"
_readers: dict[bytes, Reader] = {}  # one, of an executor's Python process, which Spark uses again, also for other jobs


@dataclass(frozen=True)
class Spark:
    """Reads with the executors of a Spark cluster.

    Args:
        address: str or None. Of its master; None for the session that there is, or for one on this machine.
        workers: int or None. The most tasks at once; None for as many as Spark has cores.
    """

    address: str | None = None
    workers: int | None = None

    def rows(self, job: Job) -> Generator[Row, None, None]:
        """See `Engine.rows`."""
        with needed_by("--engine spark"):
            import pyspark  # noqa: F401
        with needed_by("--engine spark"):
            import pandas  # noqa: F401
        check_sources(job, "--engine spark")
        with self._session() as session:
            files = session.sparkContext.broadcast(files_of(job.bundle))
            read = partial(_read, files=files, identity=job.identity, work=job.work)
            chunks = chunks_of(job.records(), job.at_once, Path.cwd())
            size = _CHUNKS * (self.workers or session.sparkContext.defaultParallelism)
            while window := list(islice(chunks, size)):
                yield from _window(session, read, window)
            files.unpersist()

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """The session that there is, which stays, or one that is ended."""
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
        if session is not None:
            yield session
            return
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.appName("crohme batch").config("spark.ui.showConsoleProgress", "false")
        local = f"local[{self.workers or '*'}]"
        try:
            session = builder.master(self.address or local).getOrCreate()
        except (PySparkException, RuntimeError) as error:
            raise BatchError(f"Spark: {str(error).strip().splitlines()[0]}") from None
        try:
            yield session
        finally:
            session.stop()


def _window(session: Any, read: Any, chunks: Sequence[bytes]) -> Iterator[Row]:
    """The rows of chunks; if a process ends, of halves of them, down to the record that ends it."""
    try:
        answers = _collected(session, read, chunks)
    except _failures():
        try:
            _collected(session, read, list(chunks_of(iter([HARMLESS]), 1, Path())))
        except _failures() as error:
            raise WorkerLost(f"Spark reads nothing: {str(error).strip().splitlines()[0]}") from error
        records = [record for chunk in chunks for record in records_in(chunk)]
        if len(records) == 1:
            yield lost_row(records[0])
            return
        for half in (records[: len(records) // 2], records[len(records) // 2 :]):
            yield from _window(session, read, list(chunks_of(iter(half), -(-len(half) // len(chunks)), Path())))
        return
    for answer in answers:
        yield from rows_in(answer)


def _collected(session: Any, read: Any, chunks: Sequence[bytes]) -> list[bytes]:
    given = session.sparkContext.parallelize([(chunk,) for chunk in chunks], len(chunks))
    frame = session.createDataFrame(given, f"{_COLUMN} binary").mapInPandas(read, f"{_COLUMN} binary")
    return [bytes(answer) for (answer,) in frame.collect()]


def _failures() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    return Py4JJavaError, PySparkException


def _read(frames: Iterator[Any], files: Any, identity: str, work: Work) -> Iterator[Any]:
    """What a Python process of an executor does with its share of a window."""
    import pandas

    job = pickle.dumps((identity, work))
    if job not in _readers:
        _readers.clear()
        _readers[job] = Reader(lambda: files.value, identity, work)
    for frame in frames:
        yield pandas.DataFrame({_COLUMN: [_readers[job].read(bytes(chunk)) for chunk in frame[_COLUMN]]})
