"""Training of the two recognisers of isolated symbols."""

from __future__ import annotations

import csv
import json
import logging
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from crohme import bundle
from crohme.training import checkpoint, curves
from crohme.training.checkpoint import CheckpointError
from crohme.training.symbol_data import Examples, TrainingData, find

log = logging.getLogger(__name__)
NETWORKS = {"lstm": "symbol_lstm", "cnn": "symbol_cnn"}


@dataclass(frozen=True)
class Settings:
    """Everything that decides the outcome of a run, besides the data.

    Args:
        network: str. `lstm` or `cnn`.
        epochs: int. Passes over the training set.
        batch_size: int. Small enough for many steps in an hour on one core.
        learning_rate: float. Peak; a linear warm-up to it, then half a cosine down to zero.
        warmup_steps: int. Steps of the warm-up.
        weight_decay: float. AdamW's, decoupled.
        clip_norm: float. Largest norm of the gradient; keeps the LSTM's rare spikes out.
        label_smoothing: float. Some labels cannot be told from the ink alone (x X, 0 o, c C).
        averaging: float. Decay per step of the moving average of the weights, which is what is
            validated and shipped.
        precision: str. Keras dtype policy while training. bfloat16 makes the CNN 1.4 times as fast
            on processors that have it; the LSTM gains nothing.
        seed: int.
    """

    network: str
    epochs: int
    batch_size: int = 128
    learning_rate: float = 2e-3
    warmup_steps: int = 500
    weight_decay: float = 1e-2
    clip_norm: float = 1.0
    label_smoothing: float = 0.05
    averaging: float = 0.999
    precision: str = "float32"
    seed: int = 1


DEFAULTS = {
    "lstm": Settings("lstm", epochs=50, learning_rate=3e-3),
    "cnn": Settings("cnn", epochs=22, precision="mixed_bfloat16"),
}
CHECKPOINT_SECONDS = 120


def train(
    network: str = "lstm",
    data: Path | None = None,
    epochs: int | None = None,
    resume: bool = False,
    out: Path | None = None,
    seed: int = 1,
) -> Path:
    """Train a recogniser of isolated symbols and write its bundle.

    Args:
        network: str. `lstm` (online) or `cnn` (offline).
        data: Path or None. See `symbol_data.find`.
        epochs: int or None. Defaults to what the shipped bundles were trained for.
        resume: bool. Go on from the checkpoint in `out`; the result is that of an uninterrupted run.
        out: Path or None. Folder of the run, `runs/symbol-<network>` by default: configuration,
            checkpoint, log (`log.csv`, `log.jsonl`), learning curves (`curves.png`) and the bundle.
        seed: int. Of the first weights, the order of examples, the distortions and the dropout.

    Returns:
        The folder of the bundle, `out/bundle`.

    Raises:
        DataNotFound: Nothing to train on.
        CheckpointError: `resume` without a checkpoint, or with one of another run.
    """
    settings = replace(DEFAULTS[network], epochs=epochs or DEFAULTS[network].epochs, seed=seed)
    out = out or Path("runs") / f"symbol-{network}"
    out.mkdir(parents=True, exist_ok=True)
    examples = find(NETWORKS[network], data)
    log.info(
        "training on %s: %s; %d symbols, %d classes",
        examples.folder, examples.description, len(examples.train), len(examples.classes),
    )  # fmt: skip
    run = _Run(settings, examples, out)
    if resume:
        run.resume()
    (out / "config.json").write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")
    run.to_the_end()
    return run.write_bundle()


class _Run:
    """One training run: the compiled network, how far it has come, and what it has logged."""

    def __init__(self, settings: Settings, data: TrainingData, out: Path) -> None:
        self.settings, self.data, self.out = settings, data, out
        self.steps = max(1, len(data.train) // settings.batch_size)
        self.arguments = {"classes": len(data.classes)}
        keras.utils.set_random_seed(settings.seed)
        self.model = _compiled(settings, self.arguments, self.steps)
        self.average = [np.array(weights) for weights in self.model.get_weights()]
        self.averaged = bundle.build(NETWORKS[settings.network], self.arguments)  # single precision, as shipped
        self.clock = time.monotonic()
        self.progress: dict[str, Any] = {
            "settings": asdict(settings), "epoch": 0, "step": 0, "loss": 0.0, "hits": 0.0, "seconds": 0.0, "history": []
        }

    def resume(self) -> None:
        path = self.out / "checkpoint.npz"
        self.average, self.progress = checkpoint.restore(path, self.model)
        if self.progress["settings"] != asdict(self.settings):
            raise CheckpointError(f"{path} belongs to a run with other settings: {self.progress['settings']}")

    def to_the_end(self) -> None:
        self.clock = time.monotonic()
        while self.progress["epoch"] < self.settings.epochs:
            self._epoch()
        self.averaged.set_weights(self.average)

    def write_bundle(self) -> Path:
        folder = self.out / "bundle"
        weights = bundle.weights_of(self.averaged)
        last = self.progress["history"][-1]
        training = asdict(self.settings) | {"data": self.data.description, "seconds": round(self.progress["seconds"])}
        bundle.save(folder, NETWORKS[self.settings.network], self.arguments, self.data.classes, weights, training, last)
        return folder

    def _epoch(self) -> None:
        progress, settings = self.progress, self.settings
        order = np.random.default_rng([settings.seed, progress["epoch"]]).permutation(len(self.data.train))
        name = f"epoch {progress['epoch'] + 1}/{settings.epochs}"
        with tqdm(total=self.steps, initial=progress["step"], desc=name, unit="step", mininterval=2) as bar:
            while progress["step"] < self.steps:
                self._step(order)
                bar.update()
                bar.set_postfix(loss=f"{progress['loss'] / progress['step']:.3f}", refresh=False)
                if time.monotonic() - self.clock > CHECKPOINT_SECONDS:
                    self._checkpoint()
        self._finish_epoch()

    def _step(self, order: np.ndarray) -> None:
        progress, settings = self.progress, self.settings
        at = progress["step"] * settings.batch_size
        indices = order[at : at + settings.batch_size]
        rng = np.random.default_rng([settings.seed, progress["epoch"], progress["step"]])
        targets = np.eye(len(self.data.classes), dtype=np.float32)[self.data.train.labels[indices]]
        self.model.reset_metrics()
        loss, hits = self.model.train_on_batch(self.data.train.inputs(indices, rng), targets)
        progress["loss"] += float(loss)
        progress["hits"] += float(hits)
        progress["step"] += 1
        self._update_average(progress["epoch"] * self.steps + progress["step"])

    def _update_average(self, step: int) -> None:
        decay = min(self.settings.averaging, (1 + step) / (10 + step))  # early weights are soon forgotten
        for mean, now in zip(self.average, self.model.get_weights(), strict=True):
            mean += (1 - decay) * (now - mean)

    def _checkpoint(self) -> None:
        now = time.monotonic()
        self.progress["seconds"] += now - self.clock
        self.clock = now
        checkpoint.save(self.out / "checkpoint.npz", self.model, self.average, self.progress)

    def _finish_epoch(self) -> None:
        progress = self.progress
        row = {
            "epoch": progress["epoch"] + 1,
            "loss": round(progress["loss"] / progress["step"], 5),
            "top1": round(progress["hits"] / progress["step"], 5),
        }
        self.averaged.set_weights(self.average)
        for name, examples in self.data.validation.items():
            row[f"{name} top1"] = round(_accuracy(self.averaged, examples), 5)
        row["seconds"] = round(progress["seconds"] + time.monotonic() - self.clock, 1)
        log.info("%s", row)
        progress.update(epoch=progress["epoch"] + 1, step=0, loss=0.0, hits=0.0)
        progress["history"].append(row)
        self._checkpoint()
        _write_log(self.out, progress["history"])
        curves.draw(progress["history"], self.out / "curves.png")


def _compiled(settings: Settings, arguments: dict[str, Any], steps: int) -> keras.Model:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(settings.precision)
    try:
        model = bundle.build(NETWORKS[settings.network], arguments)
    finally:
        keras.config.set_dtype_policy(policy)
    total = steps * settings.epochs
    warmup = min(settings.warmup_steps, total // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 100, total - warmup, warmup_target=settings.learning_rate, warmup_steps=warmup
    )
    model.compile(
        # jit_compile off: on CPU, XLA made these two networks 2 to 6 times slower.
        keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, clipnorm=settings.clip_norm),
        keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


def _accuracy(model: keras.Model, examples: Examples, chunk: int = 512) -> float:
    hits = 0
    for at in range(0, len(examples), chunk):
        indices = np.arange(at, min(at + chunk, len(examples)))
        predicted = model.predict_on_batch(examples.inputs(indices, None)).argmax(axis=-1)
        hits += int((predicted == examples.labels[indices]).sum())
    return hits / len(examples)


def _write_log(out: Path, history: list[dict[str, Any]]) -> None:
    with (out / "log.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(history[0]))
        writer.writeheader()
        writer.writerows(history)
    (out / "log.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in history), encoding="utf-8")
