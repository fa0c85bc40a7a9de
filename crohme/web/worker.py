"""A process that does some jobs after the others, and is replaced when these cannot be broken off in any other way."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from crohme.child_processes import WorkerLost, end_with_parent, one_thread_each, spawning
from crohme.expressions.decoding import Cancelled
from crohme.web.forked import OutOfTime

log = logging.getLogger(__name__)
Work = Callable[[Sequence[Any], Callable[[int], bool]], Sequence[Any]]
"""Does some jobs, given their payloads and a function that tells whether the one with a number is cancelled. Returns a
result for each, or an exception."""
GRACE = 2.0
"""Seconds in which jobs that are all cancelled end by themselves, on a busy machine, too; then their process is killed,
and another takes as long to start."""
_START_SECONDS = 120.0
_STOP_SECONDS = 5  # for what is being done when the process is told to end
_TICK = 0.1
_READY = "ready"


class ProcessWorker:
    """A `pool.Worker` in a process of its own, of one thread.

    Args:
        start: function of `arguments`, which the process calls first. Returns the `Work` that it does from then on.
            Importable by its name.
        arguments: tuple.
        limit: function of a payload, or None. Seconds that the job may take.
    """

    def __init__(
        self,
        start: Callable[..., Work],
        arguments: tuple[Any, ...] = (),
        *,
        limit: Callable[[Any], float] | None = None,
    ) -> None:
        self._start, self._arguments = start, arguments
        self._limit = limit
        self._process: Any = None
        self._is_broken_off = False
        self._connection: Connection
        self._sending = threading.Lock()
        self._current: Sequence[Any] = ()
        self._cancelled: list[Any] = []

    def start(self) -> None:
        """Start the process and wait until it is ready; a process that is alive is kept.

        Raises:
            WorkerLost: The process ended.
            Exception: What `start` raised in it.
        """
        if self._process is not None and self._process.is_alive():
            return
        self.close()
        context = spawning()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(theirs, self._start, self._arguments), daemon=True)
        with one_thread_each():
            self._process.start()
        theirs.close()  # so that the end of the child is the end of the pipe
        began = time.monotonic()
        while not self._connection.poll(_TICK):
            if self._is_broken_off or time.monotonic() - began > _START_SECONDS:
                self._kill()
                raise WorkerLost("a worker process does not start")
        if (reply := self._receive()) != _READY:
            self._kill()
            raise reply

    def break_off(self) -> None:
        """Make `start` give up, in whichever thread it waits for the process. What is started later is not awaited."""
        self._is_broken_off = True

    def run(self, payloads: Sequence[Any]) -> Sequence[Any]:
        """Do some jobs at once. Returns the result of each, or the exception that ended it.

        Raises:
            Cancelled: All of them are, see `cancel`.
            OutOfTime: The sum of their limits has passed; the process was killed.
            WorkerLost: The process ended, most often for lack of memory.
            Exception: What the work raised.
        """
        self.start()
        began, cancelled_at = time.monotonic(), None
        limit = sum(map(self._limit, payloads)) if self._limit is not None else None
        try:
            with self._sending:
                cancelled = [number for number, payload in enumerate(payloads) if self._is_cancelled(payload)]
                if len(cancelled) == len(payloads):
                    raise Cancelled
                self._current = payloads
                for message in (list(payloads), *cancelled):
                    self._send(message)
            while not self._connection.poll(_TICK):
                now = time.monotonic()
                if all(map(self._is_cancelled, payloads)):
                    cancelled_at = cancelled_at or now
                    if now - cancelled_at > GRACE:
                        self._kill()
                        raise Cancelled
                elif limit is not None and now - began > limit:
                    self._kill()
                    raise OutOfTime(f"no result in {limit:g} s")
            reply = self._receive()
        except WorkerLost:
            self._kill()  # so that it is known to have ended, and the next job starts another
            raise
        finally:
            with self._sending:
                self._current, self._cancelled = (), []
        if isinstance(reply, Exception):
            raise reply
        results: Sequence[Any] = reply
        return results

    def cancel(self, payload: Any) -> None:
        """Break off a job that is running, or about to. Called from another thread."""
        with self._sending:
            self._cancelled.append(payload)
            for number, running in enumerate(self._current):
                if running is payload:
                    try:
                        self._connection.send(number)
                    except OSError:
                        return  # it has ended

    def close(self) -> None:
        """End the process, when nothing is running."""
        if self._process is not None:
            self._kill()
            self._process.close()
            self._process = None

    def _is_cancelled(self, payload: Any) -> bool:
        return any(payload is cancelled for cancelled in self._cancelled)

    def _kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _send(self, message: Any) -> None:
        try:
            self._connection.send(message)
        except OSError:
            raise WorkerLost("a worker process has ended") from None

    def _receive(self) -> Any:
        try:
            return self._connection.recv()
        except (EOFError, OSError):
            raise WorkerLost("a worker process has ended; is there enough memory?") from None


def _main(connection: Connection, start: Callable[..., Work], arguments: tuple[Any, ...]) -> None:
    """What the process does, until the pipe is closed."""
    stopping = _Stopping()
    end_with_parent()
    try:
        work = start(*arguments)
    except Exception as error:
        connection.send(_to_send(error))
        return
    connection.send(_READY)
    try:
        while True:
            stopping.may_exit(True)
            message = connection.recv()
            stopping.may_exit(False)
            if isinstance(message, list):  # else a job that had ended was cancelled
                connection.send(_do(work, message, _Cancellations(connection)))
    except (EOFError, OSError):
        return


class _Stopping:
    """SIGTERM, which a service manager sends to all its processes at once, and SIGHUP, which a terminal sends when it
    is closed: what is being done gets its answer."""

    def __init__(self) -> None:
        self._may_exit = True
        self._is_stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._stop)

    def may_exit(self, may: bool) -> None:
        """Say whether nothing is being done."""
        self._may_exit = may
        if may and self._is_stopping:
            os._exit(0)

    def _stop(self, *_: Any) -> None:
        self._is_stopping = True
        if self._may_exit:
            os._exit(0)
        if hasattr(signal, "alarm"):
            signal.alarm(_STOP_SECONDS)


class _Cancellations:
    """Which of the jobs that are being done are cancelled: their numbers come through the pipe."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: set[int] = set()

    def __call__(self, number: int) -> bool:
        while self._connection.poll():
            self._numbers.add(self._connection.recv())
        return number in self._numbers


def _do(work: Work, payloads: Sequence[Any], cancelled: Callable[[int], bool]) -> Sequence[Any] | Exception:
    try:
        return [_to_send(one) if isinstance(one, Exception) else one for one in work(payloads, cancelled)]
    except Exception as error:
        return _to_send(error)


def _to_send(error: Exception) -> Exception:
    """An error that survives the way through a pipe, with its traceback for the log."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        log.error("in a worker", exc_info=error)
        return RuntimeError(f"{type(error).__name__} in a worker; see the log above")
    return error
