"""Records whose reading ends the process that reads them: a fault in a library, or more memory than there is."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from crohme.batch.records import Broken, Record
from crohme.batch.rows import Row, row_of
from crohme.child_processes import WorkerLost
from crohme.expressions.recognizer import Recognizer
from crohme.parallel import each

CAUSE = "the process that read it was ended from outside, or by a fault in a library"
_HARMLESS = Record("", "", Broken(""))

Work = Callable[[Recognizer, Record], Row]


def rows_of(
    records: Iterable[Record], work: Work, bundle: str | Path, *, workers: int | None, at_once: int
) -> Generator[Row, None, None]:
    """The rows of records, in their order, as `each` gives them; a record that ends its process has a row that says so.

    Args:
        records: iterable of Record.
        work, bundle, workers: see `each`.
        at_once: int. Records that a process gets at once.

    Raises:
        WorkerLost: Processes end whatever they read.
        BundleError: See `each`.
    """
    given: deque[Record] = deque()
    remaining = _noted(records, given)
    is_through = False
    while not is_through:
        try:
            with closing(each(remaining, work, bundle, workers=workers, chunk=at_once)) as rows:
                for row in rows:
                    given.popleft()
                    yield row
            is_through = True
        except WorkerLost:
            suspects = list(given)
            given.clear()
            yield from _one_by_one(suspects, work, bundle)


def _noted(records: Iterable[Record], given: deque[Record]) -> Iterator[Record]:
    for record in records:
        given.append(record)
        yield record


def _one_by_one(suspects: list[Record], work: Work, bundle: str | Path) -> Iterator[Row]:
    """Rows of records that one process reads one after the other: when it ends, it is clear of which."""
    while suspects:
        read = -1
        try:
            with closing(each([_HARMLESS, *suspects], work, bundle, workers=1, chunk=1, is_apart=True)) as rows:
                for row in rows:
                    if read >= 0:
                        yield row
                    read += 1
            return
        except WorkerLost:
            if read < 0:
                raise
            guilty = suspects[read]
            line = json.dumps(row_of(guilty, None, CAUSE) | {"seconds": None, "bundle": None}, ensure_ascii=False)
            yield Row(guilty.id, line.encode(), CAUSE)
            suspects = suspects[read + 1 :]
