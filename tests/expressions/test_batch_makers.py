"""Machines that make batches for others: the same batches, and none is missed when one of them is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from multiprocessing.connection import Client
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from crohme.child_processes import WorkerLost
from crohme.expressions import batch_server, batches
from crohme.expressions.batch_makers import AHEAD, KEY, MakersError, Order, data_hash, ordered
from crohme.expressions.batch_server import BatchServer
from crohme.expressions.data import find, vocabulary_for
from crohme.expressions.recipe import Recipe
from crohme.training.batch import Batch
from crohme.training.batch_bytes import from_bytes, to_bytes
from crohme.types import Arrays
from tests.part_of_sample import copy_of_sample

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET = "a secret of the tests"
Start = Callable[[int], BatchServer]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_sample(tmp_path_factory.mktemp("data"), train=slice(12), test=slice(2))


@pytest.fixture(autouse=True)
def environment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROHME_CACHE", str(data.parent / "cache"))
    monkeypatch.setenv(KEY, SECRET)


@pytest.fixture
def order(data: Path) -> Order:
    recipe = Recipe()
    return Order(3, 24, recipe, vocabulary_for(find(data), None), data_hash(data, recipe))


@pytest.fixture
def start(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Servers in this process, with threads in the place of processes."""

    @contextmanager
    def threads(workers: int, prepare: Callable[..., None], arguments: tuple[object, ...]) -> Iterator[object]:
        prepare(*arguments)
        with ThreadPoolExecutor(1) as pool:
            yield pool

    monkeypatch.setattr(batch_server, "worker_pool", threads)

    def started(workers: int) -> BatchServer:
        server = BatchServer(data, ("127.0.0.1", 0), SECRET.encode(), workers)
        threading.Thread(target=server.serve, daemon=True).start()
        return server

    yield started


def zip_values(named: Arrays, other: Arrays) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    return ((named[name], other[name]) for name in named)


def same(ours: list[Batch], theirs: list[Batch]) -> bool:
    return len(ours) == len(theirs) and all(
        named.keys() == other.keys()
        and all((v.dtype, v.shape, v.tobytes()) == (w.dtype, w.shape, w.tobytes()) for v, w in zip_values(named, other))
        for a, b in zip(ours, theirs, strict=True)
        for named, other in zip(a, b, strict=True)
    )


def made_here(data: Path, order: Order, numbers: range) -> list[list[Batch]]:
    pools = batches.training_pools(data)
    return [batches.chunk(pools, order.recipe, order.vocabulary, order.seed, n, order.size) for n in numbers]


@settings(max_examples=20)
@given(st.lists(arrays(st.sampled_from([np.float32, np.int32]), array_shapes(max_dims=3, max_side=4)), max_size=3))
def test_batches_outlive_their_bytes(made: list[np.ndarray]) -> None:
    batches = [Batch({"x": array, "y": array[:0]}, {"t": array[::-1]}, {"t": array}) for array in made]
    assert same(from_bytes(to_bytes(batches)), batches)
    (bare,) = from_bytes(to_bytes([Batch({"x": np.zeros(2)}, {"t": np.zeros(2)})]))
    assert bare.weights is None


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b"\0" + b, lambda b: b"", lambda b: b[:20] + b[40:]])
def test_damaged_bytes_are_refused(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ValueError, match="not a chunk of batches"):
        from_bytes(damage(to_bytes([Batch({"x": np.arange(99.0)}, {"t": np.arange(99)})])))


def test_two_machines_make_what_one_would_and_when_one_is_lost_the_other_makes_all(
    data: Path, order: Order, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = start(1), start(1)
    asked: list[int] = []

    def breaking(order: dict[str, object], number: int, stride: int) -> bytes:
        asked.append(number)
        if number == 5:
            raise BrokenProcessPool
        return BatchServer._chunk(second, order, number, stride)

    second._chunk = breaking  # type: ignore[method-assign]
    with closing(ordered([first.address, second.address], order, 2)) as found:
        chunks = list(islice(found, 5))
    assert [number for number, _ in chunks] == list(range(2, 7))
    assert asked == [3, 5] and "is lost" in caplog.text
    for (_, theirs), ours in zip(chunks, made_here(data, order, range(2, 7)), strict=True):
        assert ours and same(ours, theirs)


def test_no_more_is_made_than_the_queue_holds(order: Order, start: Start) -> None:
    server = start(2)
    with closing(ordered([server.address], order, 0)) as found:
        next(found)
        made = set(server._made)
    assert max(made) <= 1 + AHEAD + (AHEAD + 2) and len(made) <= 2 * (AHEAD + 2)


def test_other_data_or_another_secret_are_refused(order: Order, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start(1)
    with pytest.raises(MakersError, match="it has other data"):
        next(ordered([server.address], replace(order, data_sha256="0" * 64), 0))
    monkeypatch.setenv(KEY, SECRET + "!")
    with pytest.raises(MakersError, match="has another"):
        next(ordered([server.address], order, 0))
    with closing(Client(server.address)) as silent:  # one who says nothing does not keep the others waiting
        monkeypatch.setenv(KEY, SECRET)
        assert next(ordered([server.address], order, 0))[1]
        assert not silent.closed
    monkeypatch.setenv(KEY, "short")
    with pytest.raises(MakersError, match=r"set \$CROHME_KEY"):
        next(ordered([server.address], order, 0))


def test_the_command_makes_them_until_it_is_killed(data: Path, order: Order) -> None:
    command = [sys.executable, str(REPOSITORY / "crohme.py"), "train", "batches", "--data", str(data)]
    server = subprocess.Popen([*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert server.stdout is not None
    with server:
        try:
            host, _, port = server.stdout.readline().split()[-1].rpartition(":")
            with closing(ordered([(host, int(port))], order, 0)) as found:
                assert same(next(found)[1], made_here(data, order, range(1))[0])
                server.kill()
                with pytest.raises(WorkerLost, match="no machine is left"):
                    list(found)
        finally:
            server.kill()
