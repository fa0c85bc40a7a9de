"""What worker processes do in the tests of engines."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

from crohme import bundle
from crohme.batch.engines.base import Job, Work
from crohme.batch.ids import Shard, ids_of
from crohme.batch.records import Record
from crohme.batch.rows import Row
from crohme.batch.sources import Sources
from crohme.expressions.recognizer import Recognizer


def read_or_die(recognizer: Recognizer, records: Iterable[Record]) -> Iterator[Row]:
    """A row each, but for records that end the process."""
    assert recognizer.bundle is not None
    for record in records:
        if record.id.startswith("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
        yield Row(record.id, b"")


def die(recognizer: Recognizer, records: Iterable[Record]) -> Iterator[Row]:
    """No row, ever."""
    os.kill(os.getpid(), signal.SIGKILL)
    return read_or_die(recognizer, records)


def job_of(ids: list[str], work: Work, folder: Path) -> Job:
    """Records of one stroke each, in a table."""
    (folder / "in.jsonl").write_text("".join(f'{{"id": "{name}", "strokes": [[[0, 0]]]}}\n' for name in ids))
    sources = Sources([str(folder / "in.jsonl")])
    todo = ids_of(sources.records(with_content=False), sources, Shard(), None)
    return Job(sources, todo, work, "expressions", bundle.load("expressions").sha256, at_once=2)
