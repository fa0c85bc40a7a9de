"""Workers behind a fair queue: jobs are bounded in number and time, and cancelled when nobody waits for them."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Hashable, Sequence
from math import ceil, inf
from typing import Any, Protocol

from crohme.expressions.decoding import Cancelled
from crohme.web.errors import ApiError, stopping
from crohme.web.fair_queue import FairQueue, Job

log = logging.getLogger(__name__)
LONG = 2.0
"""A job that is expected to take more seconds is long. One worker is always kept for those that are not."""


class Worker(Protocol):
    """Does one job at a time, or some at once."""

    def start(self) -> None:
        """Get ready, before the first job."""

    def run(self, payloads: Sequence[Any]) -> Sequence[Any]:
        """Do some jobs. Blocks; returns what each gives, or its exception, and raises what ends them all.

        A job ends with `Cancelled` after `cancel`; the others go on.
        """

    def cancel(self, payload: Any) -> None:
        """Make a job that is running, or about to, end soon. Called from another thread."""

    def break_off(self) -> None:
        """End a start that another thread waits for."""

    def close(self) -> None:
        """End, when nothing is running."""


class Pool:
    """Gives jobs to workers, each of which has a thread that waits for it.

    Args:
        workers: sequence of Worker; at least two, if there are to be long jobs.
        capacity: int. Most jobs waiting; then the last in order is turned away.
        seconds: float. A job that could not be begun within this time is turned away at once.
        name: str. Of the threads.
        at_once: int. The most jobs that a worker is given at once, together no long one. More than one, where that
            takes less time than one after the other.
    """

    def __init__(
        self, workers: Sequence[Worker], *, capacity: int, seconds: float, name: str, at_once: int = 1
    ) -> None:
        self._workers = tuple(workers)
        self._capacity = capacity
        self._seconds = seconds
        self._at_once = at_once
        self._queue = FairQueue()
        self._running: dict[Worker, list[Job]] = {}
        self._starting: set[Worker] = set()
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
        return sum(map(len, self._running.values()))

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
            for worker in self._starting:
                worker.break_off()
            self._changed.notify_all()

    def close(self) -> None:
        """Break off what has begun and end the workers. Blocks until that is done."""
        self.stop()
        with self._changed:
            for worker, jobs in self._running.items():
                for job in jobs:
                    worker.cancel(job.payload)
        for thread in self._threads:
            thread.join()

    def _add(self, job: Job) -> None:
        with self._changed:
            if self._is_stopping:
                raise stopping()
            self._queue.put(job)
            wait = self._expected_wait(job)
            if len(self._queue) > self._capacity or wait - job.cost > self._seconds:
                _refuse(
                    self._queue.drop_last(),
                    ApiError(503, "busy", "Too many requests are waiting; try again in a moment.", round(wait / 2)),
                )
            self._changed.notify_all()

    def _expected_wait(self, job: Job) -> float:
        """Seconds until all that waits has been begun; for a short job, what is short, by workers that do no long one.

        So what takes long does not turn away what does not.
        """
        most_cost = inf if job.cost > LONG else LONG
        begun = [sum(job.cost for job in jobs) for jobs in self._running.values()]
        ahead = self._queue.cost(most_cost) + sum(cost / 2 for cost in begun if cost <= most_cost)
        return ahead * self._pace / max(1, len(self._workers) - sum(cost > most_cost for cost in begun))

    def _abandon(self, job: Job) -> None:
        with self._changed:
            job.is_abandoned = True
            if self._queue.remove(job):
                return
            for worker, jobs in self._running.items():
                if job in jobs:
                    worker.cancel(job.payload)

    def _serve(self, worker: Worker) -> None:
        self._start(worker)
        while jobs := self._next(worker):
            began = time.monotonic()
            outcomes = self._outcomes(worker, jobs)
            with self._changed:
                del self._running[worker]
                if not any(isinstance(outcome, Cancelled) for outcome in outcomes):
                    pace = (time.monotonic() - began) / sum(job.cost for job in jobs)
                    self._pace = 0.9 * self._pace + 0.1 * min(max(pace, 0.1), 10.0)
                self._changed.notify_all()  # a long job may begin now
            for job, outcome in zip(jobs, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    job.future.set_exception(outcome)
                else:
                    job.future.set_result(outcome)
            self._start(worker)  # it may have been killed
        worker.close()

    def _start(self, worker: Worker) -> None:
        """Start a worker that has no job, and log it if that fails; nothing waits for it once the server stops."""
        with self._changed:
            if self._is_stopping:
                return
            self._starting.add(worker)
        try:
            worker.start()
        except Exception as error:
            with self._changed:
                # Where a signal has ended the worker with all other processes, the server hears of it about now.
                if not self._changed.wait_for(lambda: self._is_stopping, 0.5):
                    log.error("A worker does not start; it is tried again with the next job: %s", error)
        finally:
            with self._changed:
                self._starting.discard(worker)

    def _outcomes(self, worker: Worker, jobs: Sequence[Job]) -> Sequence[Any]:
        """What becomes of each of some jobs: its result, or the exception that ended it."""
        try:
            return worker.run([job.payload for job in jobs])
        except Exception as error:
            if len(jobs) == 1 or isinstance(error, Cancelled):
                return [error] * len(jobs)
            # One by one, so that what one job does to the worker is not done to the others.
            return [
                outcome
                for job in jobs
                for outcome in ([error] if self._is_stopping or job.is_abandoned else self._outcomes(worker, [job]))
            ]

    def _next(self, worker: Worker) -> list[Job]:
        """Wait for jobs that this worker may do; none when the server stops."""
        with self._changed:
            while not self._is_stopping:
                long_ones = sum(any(job.cost > LONG for job in jobs) for jobs in self._running.values())
                jobs = self._take(inf if long_ones < len(self._workers) - 1 else LONG)
                if jobs:
                    self._running[worker] = jobs
                    return jobs
                self._changed.wait()
            return []

    def _take(self, most_cost: float) -> list[Job]:
        """The next job, and those after it that are to be done with it; each idle worker has its share of them."""
        share = ceil(len(self._queue) / (len(self._workers) - len(self._running)))
        jobs: list[Job] = []
        while len(jobs) < min(share, self._at_once) and (job := self._queue.take(most_cost)) is not None:
            if job.future.set_running_or_notify_cancel():
                jobs.append(job)
                most_cost = LONG - sum(job.cost for job in jobs)
        return jobs


def _refuse(job: Job, error: ApiError) -> None:
    if job.future.set_running_or_notify_cancel():
        job.future.set_exception(error)
