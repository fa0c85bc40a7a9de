"""The fair queue and the workers behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from crohme.child_processes import WorkerLost
from crohme.expressions.decoding import Cancelled
from crohme.web.errors import ApiError
from crohme.web.fair_queue import FairQueue, Job
from crohme.web.pool import LONG, Pool


def taken(queue: FairQueue, most_cost: float = 100.0) -> list[object]:
    order = []
    while (job := queue.take(most_cost)) is not None:
        order.append(job.payload)
    return order


def test_clients_take_turns() -> None:
    queue = FairQueue()
    for number in range(4):
        queue.put(Job(f"a{number}", 1.0, "a"))
    queue.put(Job("b0", 1.0, "b"))
    queue.put(Job("b1", 1.0, "b"))
    order = taken(queue)
    assert order[:2] in (["a0", "b0"], ["b0", "a0"])
    assert sorted(order[:4]) == ["a0", "a1", "b0", "b1"] and order[4:] == ["a2", "a3"]


def test_a_short_job_overtakes_a_long_one_but_not_for_ever() -> None:
    queue = FairQueue()
    queue.put(Job("long", 5.0, "a"))
    order = []
    for number in range(10):
        queue.put(Job(number, 1.0, f"client {number}"))
        order.append(queue.take(100.0).payload)
    assert order[0] == 0
    assert "long" in order


def test_a_client_that_was_idle_saved_nothing_up() -> None:
    queue = FairQueue()
    for number in range(50):
        queue.put(Job(number, 1.0, "busy"))
    assert [queue.take(100.0).payload for _ in range(20)] == list(range(20))
    for number in range(5):
        queue.put(Job(f"new {number}", 1.0, "new"))
    order = [queue.take(100.0).payload for _ in range(6)]
    assert sum(isinstance(payload, int) for payload in order) == 3


def test_what_costs_too_much_stays() -> None:
    queue = FairQueue()
    queue.put(Job("long", 5.0, "a"))
    queue.put(Job("short", 1.0, "b"))
    assert taken(queue, 2.0) == ["short"]
    assert len(queue) == 1 and queue.cost() == 5.0 and queue.cost(2.0) == 0.0


def test_the_client_that_asks_for_most_is_dropped_first() -> None:
    queue = FairQueue()
    for number in range(5):
        queue.put(Job(f"greedy {number}", 1.0, "greedy"))
    queue.put(Job("modest", 1.0, "modest"))
    assert queue.drop_last().payload == "greedy 4"


class Gates:
    """Workers whose jobs end when they are let go or cancelled; a job is its own name."""

    def __init__(self, count: int) -> None:
        self.begun: list[str] = []
        self.together: list[list[str]] = []
        self.cancelled: list[str] = []
        self._events: dict[str, threading.Event] = {}
        self.workers = [_Gate(self) for _ in range(count)]

    def event(self, name: str) -> threading.Event:
        return self._events.setdefault(name, threading.Event())


class _Gate:
    def __init__(self, gates: Gates) -> None:
        self._gates = gates

    def start(self) -> None:
        pass

    def run(self, payloads: Sequence[str]) -> list[object]:
        self._gates.begun.extend(payloads)
        self._gates.together.append(list(payloads))
        return [self._run(payload) for payload in payloads]

    def _run(self, payload: str) -> object:
        assert self._gates.event(payload).wait(20)
        if payload in self._gates.cancelled:
            return Cancelled()
        if payload == "fatal":
            raise WorkerLost("it has ended")
        return payload.upper()

    def cancel(self, payload: str) -> None:
        self._gates.cancelled.append(payload)
        self._gates.event(payload).set()

    def break_off(self) -> None:
        pass

    def close(self) -> None:
        pass


class _Slow(_Gate):
    """A worker that is never ready."""

    def __init__(self, gates: Gates) -> None:
        super().__init__(gates)
        self.is_starting, self.is_broken_off, self.is_closed = threading.Event(), threading.Event(), False

    def start(self) -> None:
        self.is_starting.set()
        assert self.is_broken_off.wait(20)
        raise WorkerLost("it does not start")

    def break_off(self) -> None:
        self.is_broken_off.set()

    def close(self) -> None:
        self.is_closed = True


def test_what_is_taken_back_costs_its_client_nothing() -> None:
    """A page takes back what it asked for with every stroke; it is not behind others for that."""
    queue = FairQueue()
    for number in range(20):
        job = Job(number, 1.0, "writes")
        queue.put(job)
        assert queue.remove(job) and not queue.remove(job)
    queue.put(Job("other", 2.0, "other"))
    queue.put(Job("newest", 1.0, "writes"))
    assert taken(queue) == ["newest", "other"]


def test_who_is_turned_away_is_not_behind_others_for_that() -> None:
    queue = FairQueue()
    for number in range(20):
        queue.put(Job(number, 3.0, "refused"))
        assert queue.drop_last().payload == number
    queue.put(Job("long", 4.0, "other"))
    queue.put(Job("again", 3.0, "refused"))
    assert taken(queue) == ["again", "long"]


def test_what_follows_a_job_that_is_taken_back_moves_up_and_no_further() -> None:
    queue = FairQueue()
    first, *rest = (Job(name, 2.0, "one") for name in ("first", "second", "third"))
    for job in (first, *rest):
        queue.put(job)
    queue.put(Job("other", 3.0, "other"))
    queue.remove(first)
    assert [job.tag for job in rest] == [2.0, 4.0]
    assert taken(queue) == ["second", "other", "third"]
    queue.put(Job("late", 2.0, "one"))
    queue.put(late := Job("later", 2.0, "one"))
    queue.remove(late)
    queue.put(Job("last", 1.0, "other"))
    assert taken(queue) == ["last", "late"]


@pytest.fixture
def gates() -> Gates:
    return Gates(2)


@pytest.fixture
def joining(gates: Gates) -> Iterator[Pool]:
    """A pool whose workers do up to three jobs at once."""
    pool = Pool(gates.workers, capacity=100, seconds=100.0, name="test", at_once=3)
    yield pool
    pool.close()


@pytest.fixture
def pool(gates: Gates) -> Iterator[Pool]:
    pool = Pool(gates.workers, capacity=3, seconds=100.0, name="test")
    yield pool
    pool.close()


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def ask(pool: Pool, name: str, cost: float = 1.0, client: str | None = None, seconds: float = 30.0) -> asyncio.Task:
    return asyncio.create_task(pool.submit(name, cost=cost, client=client or name, seconds=seconds))


def test_long_jobs_leave_a_worker_for_short_ones(pool: Pool, gates: Gates) -> None:
    async def run():
        long_ones = [ask(pool, name, LONG + 1) for name in ("long", "longer")]
        await until(lambda: gates.begun)
        short = ask(pool, "short")
        await until(lambda: "short" in gates.begun)
        gates.event("short").set()
        assert await short == "SHORT"
        assert len(gates.begun) == 2 and pool.waiting == 1
        for name in ("long", "longer"):
            gates.event(name).set()
        return await asyncio.gather(*long_ones)

    assert asyncio.run(run()) == ["LONG", "LONGER"]


def test_who_goes_away_frees_the_worker_and_the_queue(pool: Pool, gates: Gates) -> None:
    async def run():
        running = [ask(pool, name) for name in ("one", "two")]
        await until(lambda: len(gates.begun) == 2)
        waiting, other = ask(pool, "waiting"), ask(pool, "other")
        await until(lambda: pool.waiting == 2)
        waiting.cancel()
        running[0].cancel()
        await until(lambda: "other" in gates.begun)
        for name in ("two", "other"):
            gates.event(name).set()
        return await asyncio.gather(running[1], other)

    assert asyncio.run(run()) == ["TWO", "OTHER"]
    assert gates.cancelled == ["one"] and "waiting" not in gates.begun


def test_time_out_is_503_and_ends_the_job(pool: Pool, gates: Gates) -> None:
    with pytest.raises(ApiError) as error:
        asyncio.run(pool.submit("slow", cost=1.0, client="a", seconds=0.05))
    assert (error.value.status, error.value.code) == (503, "timed_out")
    assert gates.cancelled == ["slow"]


def test_the_greedy_are_refused_when_too_many_wait(pool: Pool, gates: Gates) -> None:
    async def run():
        greedy = [ask(pool, f"g{i}", client="greedy") for i in range(2)]
        await until(lambda: len(gates.begun) == 2)
        greedy += [ask(pool, f"g{i}", client="greedy") for i in range(2, 5)]
        await until(lambda: pool.waiting == 3)
        modest = ask(pool, "modest")
        await until(lambda: any(task.done() for task in greedy))
        refused = [task.exception() for task in greedy if task.done()]
        for name in ("g0", "g1", "g2", "g3", "g4", "modest"):
            gates.event(name).set()
        return refused, await asyncio.gather(modest, *greedy, return_exceptions=True)

    (refused,), answers = asyncio.run(run())
    assert (refused.status, refused.code) == (503, "busy") and refused.retry_after is not None
    assert answers[0] == "MODEST" and answers[:6].count(refused) == 1 and answers[5] is refused


def test_who_would_wait_too_long_is_refused_at_once(gates: Gates) -> None:
    pool = Pool(gates.workers, capacity=100, seconds=10.0, name="test")

    async def run():
        tasks = [ask(pool, str(i), 1.5, client=str(i)) for i in range(30)]
        await until(lambda: any(task.done() for task in tasks))
        await asyncio.sleep(0.02)
        refused = sum(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return refused

    refused = asyncio.run(run())
    pool.close()
    assert 10 < refused < 20


def test_stop_turns_away_what_waits_and_lets_the_rest_finish(pool: Pool, gates: Gates) -> None:
    async def run():
        running = [ask(pool, name) for name in ("one", "two")]
        await until(lambda: len(gates.begun) == 2)
        waiting = ask(pool, "waiting")
        await until(lambda: pool.waiting == 1)
        pool.stop()
        with pytest.raises(ApiError) as turned_away:
            await waiting
        with pytest.raises(ApiError) as after:
            await pool.submit("late", cost=1.0, client="late", seconds=1.0)
        for name in ("one", "two"):
            gates.event(name).set()
        return await asyncio.gather(*running), turned_away.value.code, after.value.code

    assert asyncio.run(run()) == (["ONE", "TWO"], "stopping", "stopping")


async def while_both_are_busy(pool: Pool, gates: Gates) -> list[asyncio.Task]:
    """Two jobs, one for each worker; what is asked for next waits."""
    first = [ask(pool, "one", 0.1)]
    await until(lambda: len(gates.begun) == 1)
    first.append(ask(pool, "two", 0.1))
    await until(lambda: len(gates.begun) == 2)
    return first


async def while_three_wait(pool: Pool, gates: Gates, *names: str) -> tuple[list[asyncio.Task], list[asyncio.Task]]:
    """Two jobs, one for each worker, and three that wait."""
    first = await while_both_are_busy(pool, gates)
    waiting = [ask(pool, name, 0.1) for name in names]
    await until(lambda: pool.waiting == 3)
    return first, waiting


def test_what_waits_is_done_together_and_long_jobs_alone(joining: Pool, gates: Gates) -> None:
    async def run():
        first = await while_both_are_busy(joining, gates)
        names = ["a", "b", "c", "d"]
        waiting = [ask(joining, name, 0.1 + i / 100) for i, name in enumerate(names)]
        waiting.append(ask(joining, "long", LONG + 1))
        await until(lambda: joining.waiting == 5)
        for name in names:
            gates.event(name).set()
        gates.event("one").set()
        await until(lambda: "long" in gates.begun)
        assert joining.running == 2
        gates.event("long").set()
        gates.event("two").set()
        return await asyncio.gather(*first, *waiting)

    assert asyncio.run(run()) == ["ONE", "TWO", "A", "B", "C", "D", "LONG"]
    assert gates.together == [["one"], ["two"], ["a", "b", "c"], ["d"], ["long"]]


def test_each_idle_worker_has_its_share(gates: Gates) -> None:
    async def run():
        with pool._changed:  # no worker looks before all three are there
            jobs = [ask(pool, name, 0.1) for name in ("a", "b", "c")]
            for name in ("a", "b", "c"):
                gates.event(name).set()
            await asyncio.sleep(0.02)
        return await asyncio.gather(*jobs)

    pool = Pool(gates.workers, capacity=100, seconds=100.0, name="test", at_once=3)
    assert asyncio.run(run()) == ["A", "B", "C"]
    pool.close()
    assert sorted(map(len, gates.together)) == [1, 2]


def test_who_goes_away_does_not_end_what_is_done_with_it(joining: Pool, gates: Gates) -> None:
    async def run():
        first, waiting = await while_three_wait(joining, gates, "a", "b", "c")
        gates.event("one").set()
        await until(lambda: "a" in gates.begun)
        waiting[1].cancel()
        await until(lambda: gates.cancelled == ["b"])
        for name in ("a", "c", "two"):
            gates.event(name).set()
        return await asyncio.gather(first[0], first[1], waiting[0], waiting[2])

    assert asyncio.run(run()) == ["ONE", "TWO", "A", "C"]


def test_what_ends_a_worker_does_not_end_what_is_done_with_it(joining: Pool, gates: Gates) -> None:
    async def run():
        first, waiting = await while_three_wait(joining, gates, "a", "fatal", "c")
        for name in ("a", "fatal", "c", "one", "two"):
            gates.event(name).set()
        return await asyncio.gather(*first, *waiting, return_exceptions=True)

    *others, a, fatal, c = asyncio.run(run())
    assert (others, a, c) == (["ONE", "TWO"], "A", "C")
    assert isinstance(fatal, WorkerLost)


def test_who_has_gone_is_not_tried_again_after_what_ended_the_worker(joining: Pool, gates: Gates) -> None:
    async def run():
        first, waiting = await while_three_wait(joining, gates, "a", "fatal", "c")
        gates.event("one").set()
        await until(lambda: "a" in gates.begun)
        waiting[0].cancel()
        await until(lambda: "a" in gates.cancelled)
        for name in ("fatal", "c", "two"):
            gates.event(name).set()
        return await asyncio.gather(*first, *waiting[1:], return_exceptions=True)

    *others, fatal, c = asyncio.run(run())
    assert (others, c) == (["ONE", "TWO"], "C") and isinstance(fatal, WorkerLost)
    assert gates.begun.count("a") == 1 and gates.begun.count("c") == 2


def test_long_jobs_do_not_turn_away_short_ones(gates: Gates) -> None:
    async def run():
        asked = [ask(pool, "long", 2 * LONG, "one")]
        await until(lambda: gates.begun == ["long"])
        asked += [ask(pool, name, 2 * LONG, "one") for name in ("longer", "one too many")]
        await until(asked[-1].done)
        asked.append(ask(pool, "short", LONG, "one"))
        gates.event("short").set()
        await until(asked[-1].done)
        gates.event("long").set()
        gates.event("longer").set()
        return await asyncio.gather(*asked, return_exceptions=True)

    pool = Pool(gates.workers, capacity=100, seconds=LONG / 4, name="test")
    long, longer, too_many, short = asyncio.run(run())
    pool.close()
    assert (long, longer, short) == ("LONG", "LONGER", "SHORT")
    assert isinstance(too_many, ApiError) and too_many.status == 503


def test_workers_that_still_start_are_not_waited_for_and_not_complained_of(
    gates: Gates, caplog: pytest.LogCaptureFixture
) -> None:
    worker = _Slow(gates)
    pool = Pool([worker], capacity=3, seconds=100.0, name="test")
    assert worker.is_starting.wait(20)
    pool.close()
    assert worker.is_closed
    assert not caplog.records
