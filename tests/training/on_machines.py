"""One of several machines that train a small network; prints its losses and the sums of its weights, as JSON.

python on_machines.py I N PORT EPOCHS STEP FOLDER new|resume ...       (STEP is where the process ends, -1 for never)
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import keras  # noqa: E402
import numpy as np  # noqa: E402

from crohme.training import loop  # noqa: E402
from crohme.training.batch import Batch  # noqa: E402
from crohme.training.curves import Curves  # noqa: E402
from crohme.training.machines import Machines, MachinesError  # noqa: E402
from crohme.training.run import TrainingRun  # noqa: E402
from crohme.training.settings import TrainingSettings, adamw  # noqa: E402

SIZE, BATCHES = 12, 10
PACE = loop.Pace(SIZE * BATCHES, 60.0, 0.0, Curves({"loss": "loss"}, {"top1": "top-1"}, "epoch", 100.0), "examples")
"""Saved after every step."""


class Toy(TrainingRun):
    """Three classes of points, by a network with all that sets a batch apart: dropout, weights of samples."""

    objective = "top1"

    def __init__(self, folder: Path, machines: Machines) -> None:
        settings = TrainingSettings(learning_rate=0.02, warmup_steps=3)
        keras.utils.set_random_seed(settings.seed)
        layers = [keras.layers.Dense(16, "gelu"), keras.layers.Dropout(0.2), keras.layers.LayerNormalization()]
        model = keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(3)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")
        model.compile(adamw(settings), loss, jit_compile=True)
        super().__init__(folder, settings, model, machines)
        self.seen: list[float] = []

    def described(self) -> dict[str, dict[str, Any]]:
        return {"settings": asdict(self.settings)}

    def step(self, batch: Batch[Any]) -> dict[str, float]:
        if self.progress["step"] == DIES:
            os.kill(os.getpid(), signal.SIGKILL)
        losses = super().step(batch)
        self.seen.append(losses["loss"])
        return losses


def chunks(first: int) -> Iterator[tuple[int, list[Batch[Any]]]]:
    for number in itertools.count(first):
        rng = np.random.default_rng(number)
        inputs = rng.normal(size=(BATCHES, SIZE, 6)).astype(np.float32)
        weights = rng.random((BATCHES, SIZE)).astype(np.float32)
        yield number, [Batch(x, x[:, :3].argmax(axis=1), w) for x, w in zip(inputs, weights, strict=True)]


def trained(machines: Machines, shared: Path, how: str, epochs: int) -> dict[str, list[float]]:
    with machines.folder(shared, how == "resume") as folder:
        with machines.joined() as joined:
            run = Toy(folder, joined)
            run.resume() if how == "resume" else run.begin()
            loop.start_budget(run, PACE, epochs, None, how == "resume")
            loop.train(run, chunks(run.progress["chunk"]), lambda weights: {"top1": 0.5}, PACE)
        return {"losses": run.seen, "weights": [float(np.abs(weight).sum()) for weight in run.model.get_weights()]}


def main() -> None:
    number, count, port, epochs = map(int, sys.argv[1:5])
    machines = Machines(number, count, f"127.0.0.1:{port}")
    for folder, how in zip(sys.argv[6::2], sys.argv[7::2], strict=True):
        print(json.dumps(trained(machines, Path(folder), how, epochs)))


DIES = int(sys.argv[5])
if __name__ == "__main__":
    try:
        main()
    except MachinesError as error:
        print(f"MachinesError: {error}", file=sys.stderr)
        sys.exit(1)
