"""Child processes that never outlive the process that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from crohme.errors import CrohmeError
from inkml_parser.files import STOPPING, uninterrupted

_LINEAR_ALGEBRA = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_lock = threading.Lock()
_blocks = 0  # of `one_thread_each`, which may overlap in several threads
_before: dict[str, str | None] = {}

STARVED = 4.0
"""How many times its limit of processor time a process may take by the clock, where others have the cores."""


class WorkerLost(CrohmeError):
    """A child process was ended from outside, most often for lack of memory."""


class _Process(SpawnProcess):
    """A process that signals to stop reach once it has called `end_with_parent`; while it imports they wait."""

    def start(self) -> None:
        if not hasattr(signal, "pthread_sigmask"):
            super().start()
            return
        resource_tracker.ensure_running()  # it would be started below, and leave them unblocked
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # children inherit it
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Context(SpawnContext):
    Process = _Process


def spawning() -> SpawnContext:
    """How child processes are started: forking a process that runs threads may hang."""
    return _Context()


def end_with_pipe(descriptor: int) -> None:
    """End this program with its parent, which alone holds the other end of the pipe that it was started with.

    Nothing may come through the pipe after the call. Ctrl-C is ignored, as in `end_with_parent`.

    Args:
        descriptor: int. Of the pipe's end that is read.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _signal_when_closed(descriptor)

    def wait() -> None:
        os.read(descriptor, 1)
        os._exit(1)

    threading.Thread(target=wait, name="end-with-pipe", daemon=True).start()


def end_with_parent() -> None:
    """End this process with its parent, however that ends. Call it first in a process of `spawning`.

    Ctrl-C is ignored here: it reaches all processes of a terminal at once, and the parent ends its children. SIGTERM
    does what it did before the call.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    _without_semaphore()
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    # The sentinel is a pipe whose other end only the parent holds: whatever ends the parent closes it.
    _signal_when_closed(parent.sentinel)
    threading.Thread(target=_watch, args=(parent,), name="end-with-parent", daemon=True).start()


def limit_processor_time(seconds: float) -> None:
    """End this process with SIGPROF when it has used so much processor time, where there are such timers (Unix)."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def clock_limit(seconds: float) -> float:
    """The seconds by the clock that are given to a process with a limit of processor time."""
    return seconds * STARVED if hasattr(signal, "setitimer") else seconds


def one_thread() -> None:
    """Limit linear algebra to one thread unless the environment says otherwise. Call it before numpy is imported."""
    for name in _LINEAR_ALGEBRA:
        os.environ.setdefault(name, "1")


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Limit processes that start in the block to one thread of linear algebra each: they share the cores."""
    global _blocks
    with _lock:
        if not _blocks:
            _before.update({name: os.environ.get(name) for name in _LINEAR_ALGEBRA})
            os.environ.update(dict.fromkeys(_LINEAR_ALGEBRA, "1"))
        _blocks += 1
    try:
        yield
    finally:
        with _lock:
            _blocks -= 1
            if not _blocks:
                for name, value in _before.items():
                    os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@contextmanager
def worker_pool(
    workers: int, start: Callable[..., None], arguments: tuple[Any, ...] = ()
) -> Iterator[ProcessPoolExecutor]:
    """Spawned processes that call `start(*arguments)` once and then do what is submitted.

    After the block they are gone; if it ends with an exception, at once, whatever they are doing.

    Raises:
        WorkerLost: One of them was killed; from the result of whatever it or any other was to do.
    """
    executor = _Pool(workers, mp_context=spawning(), initializer=_begin, initargs=(start, arguments))
    try:
        yield executor
    except BaseException as error:
        for process in list((executor._processes or {}).values()):  # `executor.kill_workers()` from Python 3.14 on
            process.kill()
        if isinstance(error, BrokenProcessPool):
            raise WorkerLost(
                "a worker process has ended: there may be too little memory, or the script that started it does so "
                'without `if __name__ == "__main__":`'
            ) from None
        raise
    finally:
        executor.shutdown(cancel_futures=True)


class _Pool(ProcessPoolExecutor):
    """Starts its processes undisturbed: of one that Ctrl-C meets half-way, Python would tell at length."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """As `ProcessPoolExecutor` has it."""
        with uninterrupted():
            return super().submit(fn, *args, **kwargs)


def _begin(start: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    end_with_parent()
    start(*arguments)


def _without_semaphore() -> None:
    """Give tqdm a lock of this process alone: of the semaphore that it makes, Python warns if the process is killed."""
    from tqdm import tqdm

    tqdm.set_lock(threading.RLock())


def _watch(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _signal_when_closed(sentinel: int) -> None:
    """Ask the kernel to end this process when a pipe is closed: a thread waits for a C call that holds Python's lock.

    `PR_SET_PDEATHSIG` would not do: it fires when the *thread* that started the process ends.
    """
    try:
        import fcntl

        fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    except (ImportError, AttributeError, OSError):  # another system: the thread has to do
        return
