"""A function in a forked process, which can be ended at any time and leaves nothing behind."""

from __future__ import annotations

import ctypes
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from crohme.child_processes import WorkerLost, clock_limit, limit_processor_time
from crohme.errors import CrohmeError
from crohme.expressions.decoding import Cancelled

_TICK = 0.05
_PR_SET_PDEATHSIG = 1
CAN_FORK = hasattr(os, "fork")


class OutOfTime(CrohmeError):
    """A job ran longer than it may."""


def in_fork(function: Callable[[Any], Any], argument: Any, seconds: float, cancelled: Callable[[], bool]) -> Any:
    """What a function returns, computed in a fork of this process.

    Args:
        function: of one argument; what it returns can be pickled. It must not raise.
        argument: its argument.
        seconds: float. Processor time for it; it has `clock_limit` of it by the clock.
        cancelled: function. Asked twenty times a second.

    Raises:
        OutOfTime: One of these times is up.
        Cancelled: `cancelled` said so.
        WorkerLost: The fork ended without a result.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _compute(function, argument, seconds, writing, parent)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            _wait_for(pipe, seconds, cancelled)
            reply = pipe.read()
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
        raise OutOfTime(f"no result in {seconds:g} s")
    if not reply:
        raise WorkerLost("a forked process has ended; is there enough memory?")
    return pickle.loads(reply)


def _wait_for(pipe: Any, seconds: float, cancelled: Callable[[], bool]) -> None:
    until = time.monotonic() + clock_limit(seconds)
    while not select.select([pipe], [], [], _TICK)[0]:
        if cancelled():
            raise Cancelled
        if time.monotonic() > until:
            raise OutOfTime(f"no result in {seconds:g} s")


def _compute(function: Callable[[Any], Any], argument: Any, seconds: float, writing: int, parent: int) -> None:
    """What the fork does; never returns."""
    try:
        _end_with(parent, seconds)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(function(argument)))
    finally:
        os._exit(0)


def _end_with(parent: int, seconds: float) -> None:
    """End when the parent does: at once on Linux, elsewhere when the time that the parent allows is used up."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # the parent, which is told to end as well, waits for the result
        signal.signal(number, signal.SIG_IGN)
    limit_processor_time(seconds)
    if sys.platform == "linux":
        # Fires when the thread ends that forked, which in a worker process is its main thread.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)
