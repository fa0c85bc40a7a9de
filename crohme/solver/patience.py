"""A limit on the time that SymPy may try, so that what is known without it can still be answered."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class _OutOfTime(BaseException):
    """Not an `Exception`: SymPy catches those."""


def attempt(function: Callable[..., T], *arguments: Any, seconds: float, **options: Any) -> T | None:
    """What a function of SymPy returns; None if it raises an exception, or takes more processor time than this.

    So what is found does not depend on what else the machine does. The limit holds in the main thread of systems with
    timers, which the solver's own process is; elsewhere only the time limit of the whole solver holds.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return _quietly(function, *arguments, **options)
    handler = signal.signal(signal.SIGVTALRM, _ring)
    # It rings again: an exception that is raised inside of a callback from C is dropped.
    timer = signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)
    try:
        return _quietly(function, *arguments, **options)
    except _OutOfTime:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, *timer)
        signal.signal(signal.SIGVTALRM, handler)


def _quietly(function: Callable[..., T], *arguments: Any, **options: Any) -> T | None:
    try:
        return function(*arguments, **options)
    except MemoryError:
        raise
    except Exception:  # SymPy raises all kinds of exceptions at what it cannot do
        return None


def _ring(*_: Any) -> None:
    raise _OutOfTime
