"""A Ray cluster, by Ray Data: one task lists the records, and a pool of actors reads them.

What Ray Data does by itself does not fit a slow reader of small records, so here

- a row of the data set is a chunk of a few records, and a block is one row. Blocks are what actors are given, and Ray
  Data would make them 128 MiB large: a hundred thousand records for one actor;
- the task that lists takes no core of the cluster. Actors that take all cores would never be given anything;
- a chunk whose actor ends is given up at once. To be tried again it would wait for that very actor, which restarts for
  ever if a record is what ends it, and never if the cores of its machine are gone. What has no row in the end is read
  in a second and a third pass, a record a chunk;
- each record carries its own id: the order of rows, and numbers by it, change when a node is lost.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crohme.batch.engines.base import HARMLESS, Job
from crohme.batch.engines.shipped import Reader, Remaining, check_sources, chunks_of, files_of, rows_in
from crohme.batch.errors import BatchError
from crohme.batch.rows import Row, lost_row
from crohme.child_processes import WorkerLost
from crohme.errors import CrohmeError
from crohme.extras import needed_by

_ALONE = (1, 1)
"""Sizes of the chunks of further passes."""
_COLUMN = "chunk"


@dataclass(frozen=True)
class RayData:
    """Reads with the actors of a Ray cluster.

    Args:
        address: str or None. Of the cluster; "auto" for the one that this machine is part of, None for one of this
            machine alone, which is started and ended.
        workers: int or None. The most actors, of a core each; None for as many as the cluster has room for, or can be
            scaled up to.
    """

    address: str | None = None
    workers: int | None = None

    def rows(self, job: Job) -> Generator[Row, None, None]:
        """See `Engine.rows`."""
        with needed_by("--engine ray"):
            import ray  # noqa: F401
        with needed_by("--engine ray"):
            import pyarrow  # noqa: F401
        check_sources(job, "--engine ray")
        remaining = Remaining(job.todo)
        is_whole = False
        for size in (job.at_once, *_ALONE):
            # Each pass has a connection of its own: with it end all its actors, also those that something still names.
            with _connected(self.address), _told():
                for row in self._pass(replace(job, todo=remaining.ids, at_once=size)):
                    is_whole |= row.id == HARMLESS.id
                    if remaining.first_time(row):
                        yield row
            if is_whole and not len(remaining.ids):
                return
        if not is_whole:
            raise WorkerLost("every process of the cluster has ended: there may be too little memory")
        for record in replace(job, todo=remaining.ids).records():
            yield lost_row(record)

    def _pass(self, job: Job) -> Iterator[Row]:
        """The rows of a pass over the records, and that of the harmless one, which comes after them all."""
        import ray
        from ray.data import ActorPoolStrategy, DataContext
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        files = ray.put(files_of(job.bundle))
        context = DataContext.get_current().copy()
        context.target_max_block_size = 1  # a row a block
        context.max_errored_blocks = -1
        context.enable_progress_bars = context.print_on_execution_start = False
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
        # Chunks that wait at an actor are lost with it: of suspects, none waits.
        pool = ActorPoolStrategy(
            min_size=1, max_size=self.workers, max_tasks_in_flight_per_actor=1 if job.at_once == 1 else None
        )
        with DataContext.current(context):
            chunks = ray.data.read_datasource(
                _datasource(job, os.getcwd()), override_num_blocks=1, num_cpus=0,
                ray_remote_args={"scheduling_strategy": here},
            )  # fmt: skip
            read = chunks.map_batches(
                _Actor, fn_constructor_args=(files, job.identity, job.work), batch_size=None, batch_format="pyarrow",
                compute=pool, num_cpus=1, max_restarts=-1, max_task_retries=0,
            )  # fmt: skip
            for table in read.iter_batches(batch_size=None, batch_format="pyarrow"):
                for answer in table.column(_COLUMN):
                    yield from rows_in(answer.as_py())


class _Actor:
    """What Ray Data makes one of in each process of its pool."""

    def __init__(self, files: Any, identity: str, work: Any) -> None:
        import ray

        self._reader = Reader(lambda: ray.get(files), identity, work)

    def __call__(self, table: Any) -> Any:
        import pyarrow

        answers = [self._reader.read(chunk.as_py()) for chunk in table.column(_COLUMN)]
        return pyarrow.table({_COLUMN: pyarrow.array(answers, pyarrow.large_binary())})


def _datasource(job: Job, home: str) -> Any:
    """The records of a job, listed by one task of the cluster that begins anew, and in the same order, if it fails."""
    import pyarrow
    from ray.data.block import BlockMetadata
    from ray.data.datasource import Datasource, ReadTask

    def blocks() -> Iterator[Any]:
        os.chdir(home)
        for chunk in _with_harmless(job, Path(home)):
            yield pyarrow.table({_COLUMN: pyarrow.array([chunk], pyarrow.large_binary())})

    class Records(Datasource):  # type: ignore[misc]
        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[Any]:
            return [ReadTask(blocks, BlockMetadata(None, None, None))]

    return Records()


def _with_harmless(job: Job, home: Path) -> Iterator[bytes]:
    yield from chunks_of(job.records(), job.at_once, home)
    yield from chunks_of(iter([HARMLESS]), 1, home)


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    """Whoever is connected already, such as a test, stays so."""
    import ray

    if ray.is_initialized():
        yield
        return
    own = {} if address is not None else {"include_dashboard": False}
    try:
        with _told():
            ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **own)
        yield
    finally:
        ray.shutdown()


@contextmanager
def _told() -> Iterator[None]:
    """What Ray raises is an error of the engine; it is long, and its first line says what it is."""
    import ray

    try:
        yield
    except CrohmeError:
        raise
    except (ray.exceptions.RayError, ConnectionError, RuntimeError, ValueError) as error:
        cause = str(error).strip().splitlines()
        raise BatchError(f"Ray: {cause[0] if cause else type(error).__name__}") from error
