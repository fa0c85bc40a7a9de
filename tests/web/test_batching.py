"""The queue before a network: what waits together, what is turned away, how it ends."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from crohme.web.app import create_app
from crohme.web.batching import Batcher
from crohme.web.errors import ApiError
from crohme.web.limits import RequestLimits
from crohme.web.networks import Networks, choose_bundles
from tests.web import asgi


class Gate:
    """Work that waits until it is let go, and remembers its batches."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = threading.Event()
        self.batches: list[list[int]] = []

    def __call__(self, items):
        self.batches.append(list(items))
        self.begun.set()
        assert self.open.wait(10)
        return [ValueError("odd") if item % 2 else item * 10 for item in items]


async def _begun(gate: Gate) -> None:
    await asyncio.to_thread(gate.begun.wait, 10)


def test_what_waits_together_is_worked_on_together() -> None:
    gate = Gate()
    batcher = Batcher(gate, largest=3, capacity=10, name="test")

    async def ask():
        first = asyncio.create_task(batcher.submit(0, 10))
        await _begun(gate)
        others = [asyncio.create_task(batcher.submit(item, 10)) for item in (2, 3, 4, 6)]
        await asyncio.sleep(0)
        gate.open.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    answers = asyncio.run(ask())
    batcher.close()
    assert gate.batches == [[0], [2, 3, 4], [6]]
    assert [a for a in answers if not isinstance(a, Exception)] == [0, 20, 40, 60]
    assert isinstance(answers[2], ValueError)


def test_full_queue_and_time_out_are_503_and_the_late_are_not_worked_on() -> None:
    gate = Gate()
    batcher = Batcher(gate, largest=1, capacity=1, name="test")

    async def ask():
        first = asyncio.create_task(batcher.submit(0, 10))
        await _begun(gate)
        late = asyncio.create_task(batcher.submit(2, 0.05))
        await asyncio.sleep(0)
        with pytest.raises(ApiError) as full:
            await batcher.submit(4, 10)
        with pytest.raises(ApiError) as timed_out:
            await late
        gate.open.set()
        return await first, (full.value.status, full.value.code), (timed_out.value.status, timed_out.value.code)

    assert asyncio.run(ask()) == (0, (503, "busy"), (503, "timed_out"))
    batcher.close()
    assert gate.batches == [[0]]


def test_closing_finishes_what_has_begun_and_turns_away_the_rest() -> None:
    gate = Gate()
    batcher = Batcher(gate, largest=1, capacity=5, name="test")

    async def ask():
        first, second = (asyncio.create_task(batcher.submit(item, 10)) for item in (0, 2))
        await _begun(gate)
        closing = asyncio.create_task(asyncio.to_thread(batcher.close))
        with pytest.raises(ApiError) as turned_away:
            await second
        gate.open.set()
        await closing
        with pytest.raises(ApiError) as after:
            await batcher.submit(4, 10)
        return await first, turned_away.value.code, after.value.code

    assert asyncio.run(ask()) == (0, "stopping", "stopping")
    assert gate.batches == [[0]]


def test_work_that_fails_as_a_whole_fails_for_each() -> None:
    def fail(items):
        raise RuntimeError("broken")

    batcher = Batcher(fail, largest=2, capacity=5, name="test")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            asyncio.run(batcher.submit(1, 10))
    batcher.close()


def _blocked_app(bundle_folders, monkeypatch, limits: RequestLimits):
    """An app whose recogniser waits until it is let go."""
    networks = Networks(*choose_bundles(bundle_folders.values()), limits)
    gate, recognize = threading.Event(), networks.recognizer.recognize
    calls: list[int] = []

    def wait_and_recognize(ink, **options):
        calls.append(len(ink.strokes))
        assert gate.wait(10)
        return recognize(ink, **options)

    monkeypatch.setattr(networks.recognizer, "recognize", wait_and_recognize)
    return networks, create_app(networks, limits), gate, calls


async def _wait_until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def test_a_full_server_answers_503_and_then_goes_on(bundle_folders, cross, monkeypatch) -> None:
    limits = RequestLimits(max_waiting=2)
    networks, app, gate, calls = _blocked_app(bundle_folders, monkeypatch, limits)

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            def post():
                return asyncio.create_task(client.post("/v1/recognize", json={"strokes": cross}))

            admitted = [post()]
            await _wait_until(lambda: calls)
            admitted += [post(), post()]
            await _wait_until(lambda: networks.expressions.waiting == 2)
            refused = await post()
            health = await client.get("/v1/health")
            gate.set()
            return refused, health, await asyncio.gather(*admitted)

    refused, health, answers = asyncio.run(ask())
    networks.close()
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
    assert refused.headers["Retry-After"]
    assert health.json()["waiting"]["expressions"] == 2
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[2].json()


def test_a_client_that_goes_away_is_not_worked_for(bundle_folders, cross, monkeypatch) -> None:
    networks, app, gate, calls = _blocked_app(bundle_folders, monkeypatch, RequestLimits())

    async def ask():
        leave = asyncio.Event()
        messages = iter([{"type": "http.request", "body": b'{"strokes": [[[0, 0], [9, 9]]]}', "more_body": False}])

        async def receive():
            if (message := next(messages, None)) is not None:
                return message
            await leave.wait()
            return {"type": "http.disconnect"}

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            first = asyncio.create_task(client.post("/v1/recognize", json={"strokes": cross}))
            await _wait_until(lambda: calls)
            gone = asyncio.create_task(asgi.post(app, "/v1/recognize", receive))
            await _wait_until(lambda: networks.expressions.waiting == 1)
            leave.set()
            await gone
            gate.set()
            return await first

    assert asyncio.run(ask()).status_code == 200
    networks.close()
    assert calls == [2]
