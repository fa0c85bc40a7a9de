"""A process that does one job after the other, and is replaced when it has to be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crohme.child_processes import WorkerLost
from crohme.expressions.decoding import Cancelled
from crohme.web.forked import OutOfTime
from crohme.web.worker import ProcessWorker
from tests.web import workers


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crohme.web.worker.GRACE", 0.3)


@pytest.fixture
def worker() -> Iterator[ProcessWorker]:
    worker = ProcessWorker(workers.start, (40,), limit=lambda payload: 0.2 if payload[0] == "stubborn" else 60)
    yield worker
    worker.close()


def run(worker: ProcessWorker, payload: object) -> Any:
    """The result of one job, or raise what it ended with."""
    (outcome,) = worker.run([payload])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def run_elsewhere(worker: ProcessWorker, payload: object) -> tuple[threading.Thread, list[object]]:
    outcome: list[object] = []

    def run_there() -> None:
        try:
            outcome.append(run(worker, payload))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run_there)
    thread.start()
    return thread, outcome


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_jobs_are_done_in_one_process_and_errors_come_back(worker: ProcessWorker) -> None:
    assert run(worker, ("add", 2)) == 42
    with pytest.raises(ValueError, match="odd"):
        run(worker, ("fail", "odd"))
    process, done = run(worker, ("who", None))
    assert done == 3
    assert run(worker, ("who", None)) == (process, 4)


def test_a_job_that_is_cancelled_ends_by_itself_and_the_process_stays(worker: ProcessWorker, tmp_path: Path) -> None:
    process, _ = run(worker, ("who", None))
    payload = ("until", tmp_path / "never")
    thread, outcome = run_elsewhere(worker, payload)
    wait_until(lambda: worker._current)
    worker.cancel(payload)
    thread.join(20)
    assert isinstance(outcome[0], Cancelled)
    worker.cancel(payload)  # too late: of no account
    assert run(worker, ("who", None))[0] == process


def test_some_jobs_are_done_at_once_and_what_ends_one_leaves_the_others(worker: ProcessWorker) -> None:
    process, _ = run(worker, ("who", None))
    two, failed, (other, _) = worker.run([("add", -38), ("fail", "odd"), ("who", None)])
    assert two == 2 and other == process
    assert isinstance(failed, ValueError) and "odd" in str(failed)
    with pytest.raises(ValueError, match="all"):
        worker.run([("add", 1), ("break", "all")])


def test_of_some_jobs_at_once_one_is_cancelled_and_the_others_are_done(worker: ProcessWorker, tmp_path: Path) -> None:
    process, _ = run(worker, ("who", None))
    first, second = ("until", tmp_path / "never"), ("until", tmp_path / "soon")
    early = ("until", tmp_path / "never, either")
    worker.cancel(early)
    outcomes: list[object] = []
    thread = threading.Thread(target=lambda: outcomes.extend(worker.run([first, early, second])))
    thread.start()
    wait_until(lambda: worker._current)
    worker.cancel(first)
    time.sleep(0.6)  # longer than the grace
    assert thread.is_alive(), "the second still waits"
    (tmp_path / "soon").touch()
    thread.join(20)
    assert [type(outcome) for outcome in outcomes] == [Cancelled, Cancelled, str]
    assert run(worker, ("who", None))[0] == process


def test_a_job_that_is_cancelled_before_it_begins_is_not_begun(worker: ProcessWorker) -> None:
    payload = ("stubborn", None)
    worker.cancel(payload)
    with pytest.raises(Cancelled):
        run(worker, payload)
    assert run(worker, ("who", None))[1] == 1


def test_a_job_that_cannot_be_cancelled_loses_its_process(tmp_path: Path) -> None:
    worker = ProcessWorker(workers.start, (0,))
    process, _ = run(worker, ("who", None))
    payload = ("stubborn", None)
    thread, outcome = run_elsewhere(worker, payload)
    wait_until(lambda: worker._current)
    worker.cancel(payload)
    thread.join(20)
    assert isinstance(outcome[0], Cancelled)
    assert run(worker, ("who", None))[0] != process
    worker.close()


def test_a_job_has_a_limit(worker: ProcessWorker) -> None:
    with pytest.raises(OutOfTime):
        run(worker, ("stubborn", None))
    assert run(worker, ("add", 1)) == 41


def test_a_process_that_dies_is_told_and_replaced(worker: ProcessWorker) -> None:
    with pytest.raises(WorkerLost):
        run(worker, ("die", 1))
    assert run(worker, ("add", 1)) == 41


def test_what_the_start_raises_is_raised() -> None:
    worker = ProcessWorker(workers.start_badly)
    with pytest.raises(ValueError, match="no such thing"):
        worker.start()
    worker.close()


def test_a_start_that_is_broken_off_is_not_waited_for() -> None:
    worker = ProcessWorker(workers.start_never)
    worker.break_off()
    with pytest.raises(WorkerLost, match="does not start"):
        worker.start()
    worker.close()
