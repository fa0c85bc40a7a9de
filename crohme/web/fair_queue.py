"""In which order jobs are done: fair between clients, short ones first, none waiting for ever."""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from math import inf
from typing import Any


@dataclass(eq=False)
class Job:
    """Something to do for a client.

    Args:
        payload: what the worker is given.
        cost: float. Seconds that it is expected to take.
        client: hashable. Who asked.
        future: Future. Gets the answer.
        tag: float. Its place in the queue, which the queue sets.
        is_abandoned: bool. Whether nobody waits for the answer any more.
    """

    payload: Any
    cost: float
    client: Hashable
    future: Future[Any] = field(default_factory=Future)
    tag: float = 0.0
    is_abandoned: bool = False


class FairQueue:
    """Self-clocked fair queueing (Golestani, INFOCOM 1994), with expected seconds for the lengths of packets.

    A job's tag is the time at which it would be done if the clients shared one worker evenly; the smallest tag is
    next. So what a client asks for delays others by no more than its share, and a short job overtakes a long one.
    What is taken back or turned away counts for nothing: a page asks anew with every stroke. Not safe for threads.
    """

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._clock = 0.0
        self._last: dict[Hashable, float] = {}  # client → tag of its latest job, where that lies ahead of the clock

    def __len__(self) -> int:
        return len(self._jobs)

    def cost(self, most_cost: float = inf) -> float:
        """Expected seconds of all that waits and costs no more than `most_cost`."""
        return sum(job.cost for job in self._jobs if job.cost <= most_cost)

    def put(self, job: Job) -> None:
        """Add a job."""
        job.tag = max(self._clock, self._last.get(job.client, 0.0)) + job.cost
        self._last[job.client] = job.tag
        self._jobs.append(job)

    def take(self, most_cost: float) -> Job | None:
        """Remove and return the next job that costs no more than `most_cost`, if there is one."""
        job = min((job for job in self._jobs if job.cost <= most_cost), key=lambda job: job.tag, default=None)
        if job is not None:
            self._jobs.remove(job)
            self._clock = max(self._clock, job.tag)
            self._last = {client: tag for client, tag in self._last.items() if tag > self._clock}
        return job

    def remove(self, job: Job) -> bool:
        """Remove a job; returns whether it was still waiting."""
        if job not in self._jobs:
            return False
        self._forget(job)
        return True

    def drop_last(self) -> Job:
        """Remove and return the job with the largest tag: one of the client that asked for the most."""
        job = max(self._jobs, key=lambda job: job.tag)
        self._forget(job)
        return job

    def _forget(self, job: Job) -> None:
        """Remove a job, and move up what its client asked for after it."""
        self._jobs.remove(job)
        own = [other for other in self._jobs if other.client == job.client]
        for later in own:
            if later.tag > job.tag:
                later.tag = min(later.tag, max(later.tag - job.cost, self._clock + later.cost))
        self._last[job.client] = max((other.tag for other in own), default=self._clock)
