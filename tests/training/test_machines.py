"""Two machines, which are processes on loopback, train as one; when one is lost the run ends and goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from crohme.training.batch import Batch
from crohme.training.machines import Machines, MachinesError, from_environment
from tests.processes import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
STEPS, CHUNK, LOST_AT = 200, 10, 157
PROGRAM = Path(__file__).with_name("on_machines.py")


def started(*arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TQDM_DISABLE": "1"}
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), *map(str, arguments)], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def logged(folder: Path) -> list[float]:
    """The mean loss of each chunk."""
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [row["loss"] for row in rows if row["kind"] == "training"]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_shares_are_the_batch_and_padding_without_weight(count: int) -> None:
    batch = Batch({"x": np.arange(14).reshape(7, 2)}, np.arange(7), np.ones((7, 3)))
    shares = [Machines(number, count).share(batch) for number in range(1, count + 1)]
    assert len({share.shape for share in shares}) == 1
    parts = zip(*((s.inputs["x"], s.targets, s.weights) for s in shares), strict=True)
    joined = [np.concatenate(part) for part in parts]
    for whole, together in zip((batch.inputs["x"], batch.targets, batch.weights), joined, strict=True):
        assert (together[:7] == whole).all() and not together[7:].any()
    whole = Machines(1, count, devices=4).share(batch)
    assert whole.samples % 4 == 0 and count * whole.samples >= 7
    with pytest.raises(MachinesError, match="a batch of 7 cannot be shared"):
        Machines(1, count).share(batch._replace(weights=None))


def test_what_launchers_tell_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RANK": "2", "WORLD_SIZE": "4", "MASTER_ADDR": "h", "MASTER_PORT": "99"}.items():
        monkeypatch.setenv(name, value)
    assert from_environment() == Machines(3, 4, "h:99")
    monkeypatch.delenv("RANK")
    with pytest.raises(MachinesError, match="no launcher has set RANK"):
        from_environment()


@pytest.mark.parametrize("theirs", [0, 1])
def test_machines_that_begin_with_other_weights_are_refused(theirs: int) -> None:
    sums: list[np.ndarray] = []

    def gathered(array: np.ndarray) -> np.ndarray:
        sums.append(array)
        return np.stack([array, array + np.uint32(theirs) * (np.arange(len(array)) == 1)])

    variables = [keras.Variable(np.full(2, float(number), np.float32)) for number in range(3)]
    processes = SimpleNamespace(gathered=gathered, copies=lambda array: array + 1)
    joined = Machines(1, 2, processes=processes)  # type: ignore[arg-type]
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    network.compile("sgd", "mse")
    if theirs:
        with pytest.raises(MachinesError, match="the machines have other weights"):
            joined.spread(network, variables)
        return
    joined.spread(network, variables)
    assert len(set(sums[0].tolist())) == 3  # of each variable, and they differ
    assert [variable.numpy().tolist() for variable in variables] == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]


def test_two_machines_learn_what_one_does_and_when_one_is_lost_the_run_ends_and_goes_on_alone(tmp_path: Path) -> None:
    pytest.importorskip("jax", reason="JAX is not installed")
    port, epochs, two = free_port(), STEPS // CHUNK, tmp_path / "two"
    first = started(1, 2, port, epochs, -1, two, "new")
    second = started(2, 2, port, epochs, LOST_AT, two, "new")
    _, told = first.communicate(timeout=600)
    second.communicate(timeout=600)
    assert (first.returncode, second.returncode) == (1, -signal.SIGKILL), told[-3000:]
    assert "MachinesError: a step of all 2 machines failed" in told and "--resume goes on from the last" in told
    of_two = logged(two)
    assert len(of_two) == LOST_AT // CHUNK
    third = started(1, 1, port, epochs, -1, tmp_path / "alone", "new", two, "resume")
    out, told = third.communicate(timeout=600)
    assert third.returncode == 0, told[-3000:]
    alone, rest = map(json.loads, out.splitlines()[-2:])
    losses = np.array(alone["losses"]).reshape(-1, CHUNK).mean(axis=1)
    assert len(alone["losses"]) == STEPS and losses[-2:].mean() < losses[:2].mean() / 2
    np.testing.assert_allclose(of_two, losses[: LOST_AT // CHUNK], rtol=1e-3)
    np.testing.assert_allclose(rest["losses"], alone["losses"][LOST_AT:], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(rest["weights"], alone["weights"], rtol=1e-3)
    np.testing.assert_allclose(logged(two), losses, rtol=1e-3)
