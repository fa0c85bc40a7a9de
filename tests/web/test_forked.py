"""A function in a forked process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crohme.child_processes import WorkerLost
from crohme.expressions.decoding import Cancelled
from crohme.web.forked import CAN_FORK, OutOfTime, in_fork

REPOSITORY = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.skipif(not CAN_FORK, reason="no fork on this system"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]


def test_the_result_comes_back_from_another_process() -> None:
    number, process = in_fork(lambda number: (number + 1, os.getpid()), 41, 60, lambda: False)
    assert number == 42 and process != os.getpid()


def test_a_result_larger_than_a_pipe() -> None:
    assert in_fork(lambda count: "x" * count, 1_000_000, 60, lambda: False) == "x" * 1_000_000


def test_time_and_cancelling_end_it() -> None:
    with pytest.raises(OutOfTime):
        in_fork(time.sleep, 100, 0.1, lambda: False)
    with pytest.raises(Cancelled):
        in_fork(time.sleep, 100, 60, lambda: True)


def spin(_: None) -> None:
    while True:
        pass


def test_its_limit_is_of_processor_time_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crohme.child_processes.STARVED", 1000)
    with pytest.raises(OutOfTime, match=r"no result in 0\.05 s"):
        in_fork(spin, None, 0.05, lambda: False)
    assert in_fork(lambda seconds: time.sleep(seconds) or "answer", 0.3, 0.05, lambda: False) == "answer"


def test_a_fork_that_dies_is_told() -> None:
    with pytest.raises(WorkerLost):
        in_fork(os._exit, 1, 60, lambda: False)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it takes longer")
def test_it_ends_with_the_process_that_forked() -> None:
    program = (
        "import os, time\nfrom crohme.web.forked import in_fork\n"
        "def work(_):\n print(os.getpid(), flush=True)\n time.sleep(100)\n"
        "in_fork(work, None, 100, lambda: False)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        fork = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{fork}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{fork}").exists()
