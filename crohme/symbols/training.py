"""Training of the recognisers of isolated symbols."""

from __future__ import annotations

import csv
import json
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from crohme import bundle
from crohme.datasets.location import DataNotFound
from crohme.ink.raster import SIZE
from crohme.symbols import pretrained
from crohme.symbols.data import Choice, Examples, TrainingData, find
from crohme.symbols.description import networks
from crohme.symbols.inputs import picture_size
from crohme.symbols.settings import DEFAULTS, Settings, compile_for
from crohme.training import checkpoint, curves, origin
from crohme.training.run_folder import CheckpointError, held
from inkml_parser.files import replacing_text, uninterrupted, write_whole

log = logging.getLogger(__name__)
CHECKPOINT_SECONDS = 120
WARMUP_SHARE = 0.1
"""Most of a budget, epochs or minutes, that the warm-up takes."""
VALIDATION_BATCH = 256


def train(
    network: str = "lstm",
    data: Path | Sequence[Path] | None = None,
    epochs: int | None = None,
    resume: bool = False,
    out: Path | None = None,
    seed: int = 1,
    *,
    minutes: float | None = None,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    arguments: dict[str, Any] | None = None,
    weights: str = pretrained.NONE,
    choice: Choice | None = None,
) -> Path:
    """Train a recogniser of isolated symbols and write its bundle.

    Args:
        network: str. A key of `description.networks()`: `lstm` is online, all others offline.
        data: path, paths or None. See `symbols.data.find`.
        epochs: int or None. Defaults to what the shipped bundles were trained for.
        resume: bool. Go on from the checkpoint in `out`; the result is that of an uninterrupted run.
        out: Path or None. Folder of the run, `runs/symbol-<network>` by default: see `fit`.
        seed: int. Of the first weights, the order of examples, the distortions and the dropout.
        minutes: float or None. Time for training, in place of `epochs`.
        learning_rate: float or None. Peak; by default the network's own.
        batch_size: int or None. By default the network's own.
        arguments: dict or None. What the network's function is called with besides the number of classes: the
            `size` of the pictures it reads, for instance.
        weights: str. What to start from, see `pretrained.start_from`.
        choice: Choice or None. Which of the data to use, and for what.

    Returns:
        The folder of the bundle, `out/bundle`.

    Raises:
        DataNotFound: Nothing to train on.
        LabelError: See `symbols.data.find`.
        WeightsError: See `pretrained.start_from`.
        CheckpointError: `resume` without a checkpoint, or with one of another run; or a run in `out` already.
    """
    pretrained.check(networks()[network].name, weights)
    default = DEFAULTS[network]
    settings = replace(
        default,
        epochs=epochs or default.epochs,
        minutes=minutes,
        learning_rate=learning_rate or default.learning_rate,
        batch_size=batch_size or default.batch_size,
        arguments=arguments or {},
        weights=weights,
        seed=seed,
    )
    out = out or Path("runs") / f"symbol-{network}"
    _check_is_free(out, resume)
    return fit(settings, find(networks()[network].name, data, settings.arguments, choice, seed), out, resume)


def fit(settings: Settings, data: TrainingData, out: Path, resume: bool = False) -> Path:
    """Train a network on data that are at hand.

    Args:
        settings: Settings.
        data: TrainingData.
        out: Path. Folder of the run: configuration, checkpoint, log (`log.csv`, `log.jsonl`), learning curves
            (`curves.png`), of pictures which was used for what (`split.csv`), and the bundle.
        resume: bool. Go on from the checkpoint in `out`.

    Returns:
        The folder of the bundle, `out/bundle`.

    Raises:
        CheckpointError, WeightsError: See `train`.
        DataNotFound: Fewer than two classes.
    """
    if len(data.classes) < 2:
        raise DataNotFound(f"all that there is to train on is {data.classes[0]!r}: nothing to tell it from")
    with held(out):
        _check_is_free(out, resume)
        return _fit(settings, data, out, resume)


def _fit(settings: Settings, data: TrainingData, out: Path, resume: bool) -> Path:
    """As `fit`, in a folder that is held."""
    bundle.check_vocabulary(out, data.classes, len(data.classes))  # now, not when all is trained
    _tell(data)
    run = _Run(settings, data, out)
    if resume:
        run.resume()
    else:
        run.start()
        weights = settings.weights
        began = None if weights == pretrained.NONE else weights
        origin.record(out, data.folders, data.description, started_from=began)
    _write_sides(out, data.sides)
    write_whole(out / "config.json", json.dumps(asdict(settings), indent=2) + "\n")
    run.to_the_end()
    return run.write_bundle()


def _check_is_free(out: Path, resume: bool) -> None:
    if not resume and checkpoint.exists(out / "checkpoint.npz"):
        raise CheckpointError(f"{out} holds a run: go on with it (--resume), take another folder (--out), or remove it")


class _Run:
    """One training run: the compiled network, how far it has come, and what it has logged."""

    def __init__(self, settings: Settings, data: TrainingData, out: Path) -> None:
        self.settings, self.data, self.out = settings, data, out
        self.steps = max(1, len(data.train) // settings.batch_size)
        self.arguments = {**settings.arguments, "classes": len(data.classes)}
        keras.utils.set_random_seed(settings.seed)
        self.model = _built(settings, self.arguments)
        self.average: list[np.ndarray] = []
        self.averaged = bundle.build(networks()[settings.network].name, self.arguments)  # single precision, as shipped
        self.clock = time.monotonic()
        self.is_compiled = False  # which the first step does, and takes its time for
        self.progress: dict[str, Any] = {
            "settings": asdict(settings),
            "epoch": 0,
            "step": 0,
            "loss": 0.0,
            "hits": 0.0,
            "seconds": 0.0,
            "is_frozen": settings.weights != pretrained.NONE,
            "timed_seconds": 0.0,
            "timed_steps": 0,
            "history": [],
        }

    def start(self) -> None:
        pretrained.start_from(self.model, networks()[self.settings.network].name, self.settings.weights)
        self.average = [np.array(weights) for weights in self.model.get_weights()]
        self._compile()

    def resume(self) -> None:
        path, expected = self.out / "checkpoint.npz", self.progress
        self.average, self.progress = checkpoint.restore(path, self._compiled_as_saved, expected)
        checkpoint.forget_damaged(path, expected)
        if self.progress["settings"] != asdict(self.settings):
            raise CheckpointError(f"{path} belongs to a run with other settings: {self.progress['settings']}")

    def _compiled_as_saved(self, progress: dict[str, Any]) -> keras.Model:
        self.progress = {**self.progress, "is_frozen": progress["is_frozen"]}
        self._compile()
        return self.model

    def to_the_end(self) -> None:
        self.clock = time.monotonic()
        try:
            while self._share_done() < 1:
                self._epoch()
        except KeyboardInterrupt:
            self._checkpoint()
            raise
        self.averaged.set_weights(self.average)

    def write_bundle(self) -> Path:
        folder = self.out / "bundle"
        weights = bundle.weights_of(self.averaged)
        figures = self.progress["history"][-1] | self.data.counts
        if self.data.test is not None:
            figures["test top1"] = round(_accuracy(self.averaged, self.data.test, self._at_once()), 5)
            log.info("test top-1 %.2f %% of %d", 100 * figures["test top1"], len(self.data.test))
        training = asdict(self.settings) | {"data": self.data.description, "seconds": round(self.progress["seconds"])}
        training["weights"] = Path(self.settings.weights).name  # no path of this machine
        network = networks()[self.settings.network].name
        known = origin.provenance(self.out, seconds=round(self.progress["seconds"], 1))
        bundle.save(folder, network, self.arguments, self.data.classes, weights, training, figures, provenance=known)
        return folder

    def _compile(self) -> None:
        settings = self.settings
        if settings.weights != pretrained.NONE:
            pretrained.freeze(self.model, self.progress["is_frozen"])
        compile_for(self.model, settings)

    def _epoch(self) -> None:
        progress, settings = self.progress, self.settings
        if progress["is_frozen"] and progress["step"] == 0 and self._share_done() >= settings.frozen:
            progress["is_frozen"] = False
            self._compile()
        order = np.random.default_rng([settings.seed, progress["epoch"]]).permutation(len(self.data.train))
        name = f"epoch {progress['epoch'] + 1}" + (f"/{settings.epochs}" if settings.minutes is None else "")
        with tqdm(total=self.steps, initial=progress["step"], desc=name, unit="step", mininterval=2) as bar:
            while progress["step"] < self.steps and (not progress["step"] or self._share_done() < 1):
                with uninterrupted():  # so that what is saved then is a whole number of steps
                    self._step(order)
                bar.update()
                bar.set_postfix(loss=f"{progress['loss'] / progress['step']:.3f}", refresh=False)
                if time.monotonic() - self.clock > CHECKPOINT_SECONDS:
                    self._checkpoint()
        self._finish_epoch()

    def _step(self, order: np.ndarray) -> None:
        progress, settings, start = self.progress, self.settings, time.monotonic()
        at = progress["step"] * settings.batch_size
        indices = order[at : at + settings.batch_size]
        rng = np.random.default_rng([settings.seed, progress["epoch"], progress["step"]])
        targets = np.eye(len(self.data.classes), dtype=np.float32)[self.data.train.labels[indices]]
        self.model.reset_metrics()
        self.model.optimizer.learning_rate = self._rate()
        loss, hits = self.model.train_on_batch(self.data.train.inputs(indices, rng), targets)
        progress["loss"] += float(loss)
        progress["hits"] += float(hits)
        progress["step"] += 1
        self._update_average(progress["epoch"] * self.steps + progress["step"])
        if self.is_compiled:
            progress["timed_seconds"] += time.monotonic() - start
            progress["timed_steps"] += 1
        self.is_compiled = True

    def _share_done(self) -> float:
        """How much of the budget is spent."""
        progress, settings = self.progress, self.settings
        if settings.minutes is not None:
            return float((progress["seconds"] + time.monotonic() - self.clock) / (60 * settings.minutes))
        return float((progress["epoch"] + progress["step"] / self.steps) / settings.epochs)

    def _rate(self) -> float:
        """The learning rate of the next step: a line up to the peak, then half a cosine over the rest of the budget."""
        settings, done = self.settings, min(1.0, self._share_done())
        peak, warmup = settings.learning_rate, WARMUP_SHARE
        if settings.weights != pretrained.NONE and not self.progress["is_frozen"]:
            peak *= settings.thawed_rate
        if settings.minutes is None:
            warmup = min(warmup, settings.warmup_steps / (self.steps * settings.epochs))
        if done < warmup:
            return peak * max(0.01, done / warmup)
        return peak * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2

    def _update_average(self, step: int) -> None:
        decay = min(self.settings.averaging, (1 + step) / (10 + step))  # early weights are soon forgotten
        for mean, now in zip(self.average, self.model.get_weights(), strict=True):
            mean += (1 - decay) * (now - mean)

    def _at_once(self) -> int:
        """Pictures that are looked at together when none is learned from: fewer of large ones."""
        return max(1, VALIDATION_BATCH * SIZE**2 // picture_size(self.arguments) ** 2)

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
            row[f"{name} top1"] = round(_accuracy(self.averaged, examples, self._at_once()), 5)
        row["passes"] = round(progress["epoch"] + progress["step"] / self.steps, 3)
        row["epoch_seconds"] = round(self.steps * progress["timed_seconds"] / max(1, progress["timed_steps"]), 1)
        row["seconds"] = round(progress["seconds"] + time.monotonic() - self.clock, 1)
        log.info("%s", row)
        with uninterrupted():
            progress.update(epoch=progress["epoch"] + 1, step=0, loss=0.0, hits=0.0, timed_seconds=0.0, timed_steps=0)
            progress["history"].append(row)
            self._checkpoint()
        _write_log(self.out, progress["history"])
        curves.draw(progress["history"], self.out / "curves.png")


def _built(settings: Settings, arguments: dict[str, Any]) -> keras.Model:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(settings.precision)
    try:
        return bundle.build(networks()[settings.network].name, arguments)
    finally:
        keras.config.set_dtype_policy(policy)


def _accuracy(model: keras.Model, examples: Examples, chunk: int) -> float:
    hits = 0
    for at in range(0, len(examples), chunk):
        indices = np.arange(at, min(at + chunk, len(examples)))
        predicted = model.predict_on_batch(examples.inputs(indices, None)).argmax(axis=-1)
        hits += int((predicted == examples.labels[indices]).sum())
    return hits / len(examples)


def _write_log(out: Path, history: list[dict[str, Any]]) -> None:
    with replacing_text(out / "log.csv") as file:
        writer = csv.DictWriter(file, fieldnames=list(history[0]))
        writer.writeheader()
        writer.writerows(history)
    write_whole(out / "log.jsonl", "".join(f"{json.dumps(row)}\n" for row in history))


def _tell(data: TrainingData) -> None:
    where = ", ".join(map(str, data.folders))
    log.info("training on %s: %s; %d symbols, %d classes", where, data.description, len(data.train), len(data.classes))
    for name, count in data.counts.items():
        log.info("  %-32s%d", name.replace("_", " "), count)


def _write_sides(out: Path, sides: list[tuple[str, str, str]]) -> None:
    if sides:
        with replacing_text(out / "split.csv") as file:
            writer = csv.writer(file)
            writer.writerow(("file", "label", "side"))
            writer.writerows(sides)
