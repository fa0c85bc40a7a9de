"""Child processes die with the process that started them, and a pool tells of a worker that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from crohme.child_processes import WorkerLost, end_with_parent, one_thread_each, spawning, worker_pool
from tests.processes import is_running, wait_until

_PARENT = """
import os, re, time
from multiprocessing import get_context
from crohme.child_processes import end_with_parent, worker_pool

def tell():
    os.write(1, b"child %d\\n" % os.getpid())  # whole, or lines of two processes mix

def sleep():
    tell()
    time.sleep(60)

def hold_the_lock():
    tell()
    re.match("(a+)+$", "a" * 60 + "b")

def alone():
    end_with_parent()
    hold_the_lock()

if __name__ == "__main__":
    if {alone}:
        process = get_context("spawn").Process(target=alone)
        process.start()
        process.join()
    with worker_pool(2, str) as pool:
        results = [pool.submit(sleep) for _ in range(2)]
        [result.result() for result in results]
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
@pytest.mark.parametrize(
    ("end", "alone"), [("KILL", False), ("TERM", False), ("INT", False), ("KILL", True), ("TERM", True)]
)
def test_children_do_not_outlive_their_parent(end: str, alone: bool, tmp_path: Path) -> None:
    children = 1 if alone else 2
    script = tmp_path / "parent.py"
    script.write_text(_PARENT.format(alone=alone), encoding="utf-8")
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert parent.stdout is not None
    found = {int(parent.stdout.readline().split()[1]) for _ in range(children)}
    assert len(found) == children
    assert all(is_running(child) for child in found)
    parent.send_signal(signal.Signals[f"SIG{end}"])
    parent.wait(timeout=20)
    parent.stdout.close()
    assert wait_until(lambda: not any(map(is_running, found)), 10)


def _nothing() -> None:
    pass


def _kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_script_without_a_guard_is_told_what_it_lacks(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from crohme.child_processes import worker_pool\n"
                      "with worker_pool(1, str) as pool:\n    print(pool.submit(abs, -1).result())\n")  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, timeout=60)
    assert "the script that started it does so without `if __name__" in done.stderr.splitlines()[-1]


_STOPPED = """
from tqdm import tqdm
from crohme.child_processes import worker_pool

def count():
    list(tqdm(range(3), disable=False))

if __name__ == "__main__":
    with worker_pool(1, count) as pool:
        print(pool.submit(abs, -1).result())
        raise SystemExit
"""


def test_workers_with_progress_bars_that_are_stopped_leave_no_semaphore(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_STOPPED, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == "1\n" and "3/3" in done.stderr  # the bar was shown
    assert "leaked" not in done.stderr


def test_a_killed_worker_is_told() -> None:
    with pytest.raises(WorkerLost, match="worker process has ended"), worker_pool(1, _nothing) as pool:
        assert isinstance(pool, ProcessPoolExecutor)
        assert pool.submit(os.getpid).result() != os.getpid()
        pool.submit(_kill_itself).result()


def test_blocks_of_one_thread_each_may_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    first, second = one_thread_each(), one_thread_each()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "1"
    second.__exit__(None, None, None)
    assert os.environ["OMP_NUM_THREADS"] == "3" and "MKL_NUM_THREADS" not in os.environ


def _calls_end_with_parent(connection: Connection) -> None:
    end_with_parent()
    connection.send("begun")
    connection.recv()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_child_that_still_imports_does_not_hear_of_the_end(number: int, capfd: pytest.CaptureFixture[str]) -> None:
    context = spawning()
    ours, theirs = context.Pipe()
    child = context.Process(target=_calls_end_with_parent, args=(theirs,))
    child.start()
    os.kill(child.pid or 0, number)  # its interpreter takes longer to start than this
    theirs.close()
    if number == signal.SIGINT:
        assert ours.recv() == "begun"
        ours.send("end")
    child.join()
    assert child.exitcode == (0 if number == signal.SIGINT else -signal.SIGTERM)
    assert "Traceback" not in capfd.readouterr().err
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()).isdisjoint((signal.SIGINT, signal.SIGTERM))
