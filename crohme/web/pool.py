"""Workers behind a fair queue: jobs are bounded in number and time, and cancelled when nobody waits for them."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Hashable, Sequence
from math import inf
from typing import Any, Protocol

from crohme.expressions.decoding import Cancelled
from crohme.web.errors import ApiError, stopping
from crohme.web.fair_queue import FairQueue, Job

log = logging.getLogger(__name__)
LONG = 2.0
"""A job that is expected to take more seconds is long. One worker is always kept for those that are not."""


class Worker(Protocol):
    """Does one job at a time."""

    def start(self) -> None:
        """Get ready, before the first job."""

    def run(self, payload: Any) -> Any:
        """Do a job. Blocks; raises what the job raised, `Cancelled` after `cancel`."""

    def cancel(self, payload: Any) -> None:
        """Make a job that is running, or about to, end soon. Called from another thread."""

    def close(self) -> None:
        """End, when nothing is running."""


class Pool:
    """Gives jobs to workers, each of which has a thread that waits for it.

    Args:
        workers: sequence of Worker; at least two, if there are to be long jobs.
        capacity: int. Most jobs waiting; then the last in order is turned away.
        seconds: float. A job that could not be begun within this time is turned away at once.
        name: str. Of the threads.
    """

    def __init__(self, workers: Sequence[Worker], *, capacity: int, seconds: float, name: str) -> None:
        self._workers = tuple(workers)
        self._capacity = capacity
        self._seconds = seconds
        self._queue = FairQueue()
        self._running: dict[Worker, Job] = {}
        self._pace = 1.0  # seconds that jobs take for each second expected, of late
        self._is_stopping = False
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._serve, args=(worker,), name=f"{name}-{i}", daemon=True)
            for i, worker in enumerate(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """How many jobs are being done."""
        return len(self._running)

    async def submit(self, payload: Any, *, cost: float, client: Hashable, seconds: float) -> Any:
        """Wait for a job to be done.

        If the caller is cancelled (its client has gone) or the time is up, the job is taken back or broken off.

        Args:
            payload: what the worker is given.
            cost: float. Seconds that it is expected to take.
            client: hashable. Who asks; the workers are shared evenly between clients.
            seconds: float. Time to wait and be answered.

        Raises:
            ApiError: 503, if too much is waiting, the time is up or the server stops.
        """
        job = Job(payload, cost, client)
        self._add(job)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            raise ApiError(503, "timed_out", f"No answer within {seconds:g} seconds; try again.") from None
        finally:
            self._abandon(job)

    def stop(self) -> None:
        """Turn away what waits and what comes; what has begun goes on."""
        with self._changed:
            self._is_stopping = True
            while len(self._queue):
                _refuse(self._queue.drop_last(), stopping())
            self._changed.notify_all()

    def close(self) -> None:
        """Break off what has begun and end the workers. Blocks until that is done."""
        self.stop()
        with self._changed:
            for worker, job in self._running.items():
                worker.cancel(job.payload)
        for thread in self._threads:
            thread.join()

    def _add(self, job: Job) -> None:
        with self._changed:
            if self._is_stopping:
                raise stopping()
            self._queue.put(job)
            wait = self._expected_wait()
            if len(self._queue) > self._capacity or wait - job.cost > self._seconds:
                _refuse(
                    self._queue.drop_last(),
                    ApiError(503, "busy", "Too many requests are waiting; try again in a moment.", round(wait / 2)),
                )
            self._changed.notify_all()

    def _expected_wait(self) -> float:
        """Seconds until all that waits has been begun."""
        return (
            (self._queue.cost + sum(job.cost / 2 for job in self._running.values())) * self._pace / len(self._workers)
        )

    def _abandon(self, job: Job) -> None:
        with self._changed:
            if self._queue.remove(job):
                return
            for worker, running in self._running.items():
                if running is job:
                    worker.cancel(job.payload)

    def _serve(self, worker: Worker) -> None:
        _start(worker)
        while (job := self._next(worker)) is not None:
            began = time.monotonic()
            try:
                answer, error = worker.run(job.payload), None
            except Exception as raised:
                answer, error = None, raised
            with self._changed:
                del self._running[worker]
                if not isinstance(error, Cancelled):
                    pace = (time.monotonic() - began) / job.cost
                    self._pace = 0.9 * self._pace + 0.1 * min(max(pace, 0.1), 10.0)
                self._changed.notify_all()  # a long job may begin now
            if error is None:
                job.future.set_result(answer)
            else:
                job.future.set_exception(error)
            if not self._is_stopping:
                _start(worker)  # it may have been killed
        worker.close()

    def _next(self, worker: Worker) -> Job | None:
        """Wait for a job that this worker may do; None when the server stops."""
        with self._changed:
            while not self._is_stopping:
                long_ones = sum(job.cost > LONG for job in self._running.values())
                job = self._queue.take(inf if long_ones < len(self._workers) - 1 else LONG)
                if job is None:
                    self._changed.wait()
                elif job.future.set_running_or_notify_cancel():
                    self._running[worker] = job
                    return job
            return None


def _start(worker: Worker) -> None:
    try:
        worker.start()
    except Exception as error:
        log.error("A worker does not start; it is tried again with the next job: %s", error)


def _refuse(job: Job, error: ApiError) -> None:
    if job.future.set_running_or_notify_cancel():
        job.future.set_exception(error)
