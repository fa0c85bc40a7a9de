"""A batch: what the sources hold and is not yet done, read on all cores, written part by part."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from crohme.batch.engines.base import Engine, Job
from crohme.batch.engines.local import Local
from crohme.batch.ids import Ids, Shard, ids_of
from crohme.batch.place import Place, check_settings, opened
from crohme.batch.records import Record
from crohme.batch.rows import SCHEMA, Row, check_format, read_records
from crohme.batch.sources import Sources
from crohme.errors import CrohmeError
from crohme.expressions.recognizer import Recognizer
from crohme.notation import Alphabet
from crohme.parallel import CHUNK
from crohme.recognition import Symbols, labels_of
from inkml_parser.files import uninterrupted

PART_SIZE = 1000
"""Records of a part: what is lost when a process is killed, a minute's work on one core."""
_MOST_CAUSES = 10


@dataclass(frozen=True)
class Settings:
    """What decides what is written; the same each time that a place is written to.

    Args:
        bundle: str or Path. Name or folder.
        top, beam, symbols: see `Recognizer.recognize`.
        format: str. See `files.FORMATS`.
    """

    bundle: str | Path
    top: int = 3
    beam: int | None = None
    symbols: Symbols | None = None
    format: str = "jsonl"


@dataclass
class Summary:
    """Counts of a run.

    Args:
        total: int. Records of the shard, as far as the limit goes.
        read_before, failed_before: int. Those of them that earlier runs have read, or failed to.
        read, failed: int. Of this run.
        gone: int. Records that were there at first and then no longer.
        seconds: float.
        causes: list of (id, cause). Of the first that failed.
    """

    total: int = 0
    read_before: int = 0
    failed_before: int = 0
    read: int = 0
    failed: int = 0
    gone: int = 0
    seconds: float = 0.0
    causes: list[tuple[str, str]] = field(default_factory=list)

    def count(self, row: Row) -> None:
        """Take a row into account."""
        if row.error is None:
            self.read += 1
            return
        self.failed += 1
        if len(self.causes) < _MOST_CAUSES:
            self.causes.append((row.id, row.error))


Looking = Callable[[Iterator[Record]], Iterable[Record]]
Watching = Callable[[Iterator[Row], int, int], Iterable[Row]]


def run_batch(
    sources: Sources,
    output: Path,
    settings: Settings,
    *,
    shard: Shard | None = None,
    limit: int | None = None,
    engine: Engine | None = None,
    at_once: int = CHUNK,
    part_size: int = PART_SIZE,
    only_failed: bool = False,
    looking: Looking = lambda records: records,
    watching: Watching = lambda rows, total, before: rows,
    summary: Summary | None = None,
) -> Summary:
    """Read what the sources hold and is not yet done.

    The sources are gone through twice: first for the ids alone. Nothing of them is held but 8 bytes for each id, the
    records that are being read, and the rows of the part that is being filled.

    Args:
        sources: Sources.
        output: Path. The folder, see `crohme.batch.place`.
        settings: Settings.
        shard: Shard or None. None for all records.
        limit: int or None. Only that many records, the first of the shard.
        engine: Engine or None. What reads them; None for one process for each core.
        at_once: int. Records that a process gets at once.
        part_size: int. Records of a part.
        only_failed: bool. Read what has failed before, and nothing else.
        looking, watching: functions that give back the records, and the rows, and show progress meanwhile; the second
            is told the number of all records, and of those done before.
        summary: Summary or None. What to count in: it is right even if the run ends with an exception.

    Raises:
        BatchError: Equal ids, a source with nothing in it, a place of other settings.
        BundleError, AlphabetError, WorkerLost: See `crohme.parallel.recognize_files`. What was read is written.
        BatchError: The engine cannot be reached, or fails; see `Engine.rows`. What was read is written.
        KeyboardInterrupt: What was read is written.
        OSError: The output cannot be written; all parts before are there.
        MissingExtra: Parquet without pyarrow, an URL without fsspec.
    """
    begun = time.perf_counter()
    shard, summary = shard or Shard(), summary if summary is not None else Summary()
    check_format(settings.format)
    identity = _identity(settings)
    described = _described(sources, settings, shard, identity)
    check_settings(output, described)
    # What a user may have mistyped is found before anything is written: the next command may be another one.
    ids = ids_of(looking(sources.records(with_content=False)), sources, shard, limit)
    with opened(output, described, shard, settings.format) as place:
        todo = _todo(place, ids, only_failed)
        if not only_failed:
            summary.read_before, summary.failed_before = len(ids & place.done), len(ids & place.failed)
        before = summary.read_before + summary.failed_before
        summary.total = len(todo) + before
        top, beam, symbols = settings.top, settings.beam, settings.symbols
        work = partial(read_records, top=top, beam=beam, symbols=symbols, bundle=identity)
        rows = (engine or Local()).rows(Job(sources, todo, work, settings.bundle, identity, at_once))
        try:
            with closing(rows):
                _write(watching(rows, summary.total, before), place, part_size, summary)
        finally:
            summary.seconds = time.perf_counter() - begun
        summary.gone = len(todo) - summary.read - summary.failed
        if only_failed and limit is None:
            place.end_retry()
    return summary


def _todo(place: Place, ids: Ids, only_failed: bool) -> Ids:
    if only_failed:
        place.retry_failed()
        return ids & place.retried
    return ids - place.done - place.failed


def _write(rows: Iterable[Row], place: Place, part_size: int, summary: Summary) -> None:
    """Write rows in parts; when there are no more because something ends it, the last ones too."""
    part: list[Row] = []

    def flush() -> None:
        with uninterrupted():
            place.add(part)
            for row in part:
                summary.count(row)
            part.clear()

    try:
        for row in rows:
            part.append(row)
            if len(part) == part_size:
                flush()
    except OSError:  # the place is full, or gone
        raise
    except (KeyboardInterrupt, CrohmeError):
        flush()
        raise
    flush()


def _identity(settings: Settings) -> str:
    """The sha256 of the bundle, which is sure to know the symbols."""
    recognizer = Recognizer.load(settings.bundle)
    if settings.symbols is not None:
        labels_of(settings.symbols, recognizer.vocabulary.alphabet)
    assert recognizer.bundle is not None
    return recognizer.bundle.sha256


def _described(sources: Sources, settings: Settings, shard: Shard, identity: str) -> dict[str, Any]:
    """What the manifest says."""
    symbols = settings.symbols.entries if isinstance(settings.symbols, Alphabet) else settings.symbols
    return {
        "schema": SCHEMA,
        "sources": list(sources.named),
        "id_column": sources.columns.id,
        "ink_column": sources.columns.ink,
        "bundle": identity,
        "top": settings.top,
        "beam": settings.beam,
        "alphabet": symbols if symbols is None or isinstance(symbols, str) else sorted(symbols),
        "shards": shard.count,
        "format": settings.format,
    }
