"""A process that does one job after the other, and is replaced when a job cannot be broken off in any other way."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from crohme.child_processes import WorkerLost, end_with_parent, one_thread_each
from crohme.expressions.decoding import Cancelled
from crohme.web.forked import OutOfTime

log = logging.getLogger(__name__)
Work = Callable[[Any, Callable[[], bool]], Any]
"""Does a job, given its payload and a function that tells whether it is cancelled."""
GRACE = 0.5
"""Seconds in which a job that is cancelled ends by itself; then its process is killed."""
_START_SECONDS = 120.0
_STOP_SECONDS = 5  # for the job that is being done when the process is told to end
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
        self._connection: Connection
        self._sending = threading.Lock()
        self._number = 0  # of the job, in this process
        self._current: Any = None
        self._cancelled: Any = None

    def start(self) -> None:
        """Start the process and wait until it is ready; a process that is alive is kept.

        Raises:
            WorkerLost: The process ended.
            Exception: What `start` raised in it.
        """
        if self._process is not None and self._process.is_alive():
            return
        self.close()
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(theirs, self._start, self._arguments), daemon=True)
        with one_thread_each():
            self._process.start()
        theirs.close()  # so that the end of the child is the end of the pipe
        self._number = 0
        if not self._connection.poll(_START_SECONDS):
            self._kill()
            raise WorkerLost("a worker process does not start")
        if (reply := self._receive()) != _READY:
            self._kill()
            raise reply

    def run(self, payload: Any) -> Any:
        """Do a job.

        Raises:
            Cancelled: See `cancel`.
            OutOfTime: The limit has passed; the process was killed.
            WorkerLost: The process ended, most often for lack of memory.
            Exception: What the work raised.
        """
        self.start()
        began, cancelled_at = time.monotonic(), None
        try:
            with self._sending:
                if self._cancelled is payload:
                    raise Cancelled
                self._number += 1
                self._current = payload
                self._send((self._number, payload))
            while not self._connection.poll(_TICK):
                now = time.monotonic()
                if self._cancelled is payload:
                    cancelled_at = cancelled_at or now
                    if now - cancelled_at > GRACE:
                        self._kill()
                        raise Cancelled
                elif self._limit is not None and now - began > self._limit(payload):
                    self._kill()
                    raise OutOfTime(f"no result in {self._limit(payload):g} s")
            reply = self._receive()
        except WorkerLost:
            self._kill()  # so that it is known to have ended, and the next job starts another
            raise
        finally:
            with self._sending:
                self._current = None
        if isinstance(reply, Exception):
            raise reply
        return reply

    def cancel(self, payload: Any) -> None:
        """Break off a job that is running, or about to. Called from another thread."""
        with self._sending:
            self._cancelled = payload
            if self._current is payload:
                try:
                    self._connection.send((self._number, None))
                except OSError:
                    return  # it has ended

    def close(self) -> None:
        """End the process, when nothing is running."""
        if self._process is not None:
            self._kill()
            self._process.close()
            self._process = None

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
    end_with_parent()
    stopping = _Stopping()
    try:
        work = start(*arguments)
    except Exception as error:
        connection.send(_to_send(error))
        return
    connection.send(_READY)
    try:
        while True:
            stopping.may_exit(True)
            _, payload = connection.recv()
            stopping.may_exit(False)
            if payload is not None:  # else a job that had ended was cancelled
                connection.send(_do(work, payload, lambda: connection.poll() and connection.recv()[1] is None))
    except (EOFError, OSError):
        return


class _Stopping:
    """SIGTERM, which a service manager sends to all its processes at once: what is being done gets its answer."""

    def __init__(self) -> None:
        self._may_exit = True
        self._is_stopping = False
        signal.signal(signal.SIGTERM, self._stop)

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


def _do(work: Work, payload: Any, cancelled: Callable[[], bool]) -> Any:
    try:
        return work(payload, cancelled)
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
