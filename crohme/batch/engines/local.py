"""The processes of this machine."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from crohme.batch.engines.base import HARMLESS, Job
from crohme.batch.records import Record
from crohme.batch.rows import Row, lost_row
from crohme.child_processes import WorkerLost
from crohme.parallel import each


@dataclass(frozen=True)
class Local:
    """Reads with processes of this machine; rows come in the order of the records.

    Args:
        workers: int or None. How many; None for one per core. One works in this process.
    """

    workers: int | None = None

    def rows(self, job: Job) -> Generator[Row, None, None]:
        """See `Engine.rows`."""
        given: deque[Record] = deque()
        remaining = _noted(job.records(), given)
        is_through = False
        while not is_through:
            try:
                with closing(each(remaining, job.work, job.bundle, workers=self.workers, chunk=job.at_once)) as rows:
                    for row in rows:
                        given.popleft()
                        yield row
                is_through = True
            except WorkerLost:
                suspects = list(given)
                given.clear()
                yield from _one_by_one(suspects, job)


def _noted(records: Iterable[Record], given: deque[Record]) -> Iterator[Record]:
    for record in records:
        given.append(record)
        yield record


def _one_by_one(suspects: list[Record], job: Job) -> Iterator[Row]:
    """Rows of records that one process reads one after the other: when it ends, it is clear of which."""
    while suspects:
        read = -1
        try:
            with closing(each([HARMLESS, *suspects], job.work, job.bundle, workers=1, chunk=1, is_apart=True)) as rows:
                for row in rows:
                    if read >= 0:
                        yield row
                    read += 1
            return
        except WorkerLost:
            if read < 0:
                raise
            yield lost_row(suspects[read])
            suspects = suspects[read + 1 :]
