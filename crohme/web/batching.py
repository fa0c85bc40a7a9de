"""A bounded queue before a network: one thread works it off, and takes together what waits together."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from crohme.web.errors import ApiError, stopping

In = TypeVar("In")
Out = TypeVar("Out")
Work = Callable[[Sequence[In]], Sequence[Out | Exception]]


class Batcher(Generic[In, Out]):
    """Feeds requests to a function that answers several at once.

    One thread, for the numpy forward pass holds Python's lock: two were measured to be no faster.

    Args:
        work: function from items to one answer each, in order; an exception instead of an answer
            is raised to the one who waits for it.
        largest: int. Most items given to `work` at once.
        capacity: int. Most items waiting.
        name: str. Of the thread.
    """

    def __init__(self, work: Work[In, Out], *, largest: int, capacity: int, name: str) -> None:
        self._work = work
        self._largest = largest
        self._waiting: queue.Queue[tuple[In, Future[Out]] | None] = queue.Queue(capacity)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many items wait."""
        return self._waiting.qsize()

    async def submit(self, item: In, seconds: float) -> Out:
        """Wait for the answer to one item.

        Cancelled (its client has gone away) or out of time, an item that still waits is never worked on.

        Raises:
            ApiError: 503, if the queue is full, the time is up or the server stops.
        """
        if self._closing.is_set():
            raise stopping()
        future: Future[Out] = Future()
        try:
            self._waiting.put_nowait((item, future))
        except queue.Full:
            raise ApiError(503, "busy", "Too many requests are waiting; try again in a moment.") from None
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise ApiError(503, "timed_out", f"No answer within {seconds:g} seconds; try again.") from None

    def stop(self) -> None:
        """Turn away what waits and what comes; what has begun goes on."""
        self._closing.set()
        self._turn_away()

    def close(self) -> None:
        """Finish what is being worked on, and turn away what waits. Blocks until that is done."""
        self.stop()
        self._waiting.put(None)
        self._thread.join()
        self._turn_away()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < self._largest and (following := self._next()) is not None:
                batch.append(following)
            self._answer([(item, future) for item, future in batch if future.set_running_or_notify_cancel()])

    def _next(self) -> tuple[In, Future[Out]] | None:
        try:
            following = self._waiting.get_nowait()
        except queue.Empty:
            return None
        if following is None:
            self._waiting.put(None)  # for the loop that is to end
        return following

    def _answer(self, batch: Sequence[tuple[In, Future[Out]]]) -> None:
        if not batch:
            return
        try:
            answers = self._work([item for item, _ in batch])
        except Exception as error:
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _turn_away(self) -> None:
        while True:
            try:
                waiting = self._waiting.get_nowait()
            except queue.Empty:
                return
            if waiting is not None and waiting[1].set_running_or_notify_cancel():
                waiting[1].set_exception(stopping())
