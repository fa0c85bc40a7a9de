"""What an engine is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crohme.batch.ids import Ids, chosen
from crohme.batch.records import Broken, Record
from crohme.batch.rows import Row
from crohme.batch.sources import Sources
from crohme.expressions.recognizer import Recognizer
from crohme.parallel import CHUNK

Work = Callable[[Recognizer, Iterable[Record]], Iterable[Row]]
HARMLESS = Record("", "", Broken(""))
"""A record that is read wherever anything is read at all."""


@dataclass(frozen=True)
class Job:
    """The records of a run, and how they are read.

    Args:
        sources: Sources.
        todo: Ids. Those of their records that are to be read.
        work: Work. It can be pickled.
        bundle: str or Path. Name or folder, on this machine.
        identity: str. The sha256 of the bundle.
        at_once: int. Records that a process gets at once.
    """

    sources: Sources
    todo: Ids
    work: Work
    bundle: str | Path
    identity: str
    at_once: int = CHUNK

    def records(self) -> Iterator[Record]:
        """The records that are to be read."""
        return chosen(self.sources.records(), self.todo) if len(self.todo) else iter(())


class Engine(Protocol):
    """Reads the records of a job."""

    def rows(self, job: Job) -> Generator[Row, None, None]:
        """A row for each record that is in the sources, each once, in any order; closed, it ends what it has started.

        A record that ends the process that reads it has a row that says so.

        Raises:
            BatchError: The engine cannot read these sources, or cannot be reached.
            WorkerLost: Processes end whatever they read.
            BundleError: The weights make no sense.
            MissingExtra: The library of the engine is not installed.
        """
