"""A process that does one job after the other, and is replaced when it has to be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crohme.child_processes import WorkerLost
from crohme.expressions.decoding import Cancelled
from crohme.web.forked import OutOfTime
from crohme.web.worker import ProcessWorker
from tests.web import workers


@pytest.fixture
def worker() -> Iterator[ProcessWorker]:
    worker = ProcessWorker(workers.start, (40,), limit=lambda payload: 0.2 if payload[0] == "stubborn" else 60)
    yield worker
    worker.close()


def run_elsewhere(worker: ProcessWorker, payload: object) -> tuple[threading.Thread, list[object]]:
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(worker.run(payload))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_jobs_are_done_in_one_process_and_errors_come_back(worker: ProcessWorker) -> None:
    assert worker.run(("add", 2)) == 42
    with pytest.raises(ValueError, match="odd"):
        worker.run(("fail", "odd"))
    process, done = worker.run(("who", None))
    assert done == 3
    assert worker.run(("who", None)) == (process, 4)


def test_a_job_that_is_cancelled_ends_by_itself_and_the_process_stays(worker: ProcessWorker, tmp_path: Path) -> None:
    process, _ = worker.run(("who", None))
    payload = ("until", tmp_path / "never")
    thread, outcome = run_elsewhere(worker, payload)
    wait_until(lambda: worker._current is payload)
    worker.cancel(payload)
    thread.join(20)
    assert isinstance(outcome[0], Cancelled)
    worker.cancel(payload)  # too late: of no account
    assert worker.run(("who", None))[0] == process


def test_a_job_that_is_cancelled_before_it_begins_is_not_begun(worker: ProcessWorker) -> None:
    payload = ("stubborn", None)
    worker.cancel(payload)
    with pytest.raises(Cancelled):
        worker.run(payload)
    assert worker.run(("who", None))[1] == 1


def test_a_job_that_cannot_be_cancelled_loses_its_process(tmp_path: Path) -> None:
    worker = ProcessWorker(workers.start, (0,))
    process, _ = worker.run(("who", None))
    payload = ("stubborn", None)
    thread, outcome = run_elsewhere(worker, payload)
    wait_until(lambda: worker._current is payload)
    worker.cancel(payload)
    thread.join(20)
    assert isinstance(outcome[0], Cancelled)
    assert worker.run(("who", None))[0] != process
    worker.close()


def test_a_job_has_a_limit(worker: ProcessWorker) -> None:
    with pytest.raises(OutOfTime):
        worker.run(("stubborn", None))
    assert worker.run(("add", 1)) == 41


def test_a_process_that_dies_is_told_and_replaced(worker: ProcessWorker) -> None:
    with pytest.raises(WorkerLost):
        worker.run(("die", 1))
    assert worker.run(("add", 1)) == 41


def test_what_the_start_raises_is_raised() -> None:
    worker = ProcessWorker(workers.start_badly)
    with pytest.raises(ValueError, match="no such thing"):
        worker.start()
    worker.close()
