"""Training of the expression recogniser: one cosine cycle of a given time, stopped and resumed at will."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
from keras import ops
from tqdm import tqdm

from crohme import bundle, features
from crohme.codes import TOKENS
from crohme.corpus.expressions import load
from crohme.corpus.location import TRAIN, VALIDATION
from crohme.networks.stroke_transformer import StrokeTransformer, stroke_transformer
from crohme.notation import CLASSES
from crohme.training import checkpoint
from crohme.training.batches import Batch, Recipe, held_out, stream
from crohme.training.validation import Validation

SIZES: dict[str, dict[str, int]] = {
    "small": {"width": 192, "heads": 6, "encoder_layers": 6, "decoder_layers": 3},
    "base": {"width": 224, "heads": 7, "encoder_layers": 7, "decoder_layers": 3},
}
LOSS_WEIGHTS = {"token": 1.0, "pointer": 0.5, "symbol": 0.5, "pair": 0.5}


@dataclass(frozen=True)
class Settings:
    """Everything that a run is determined by, but for the time it gets.

    Args:
        size: str. One of `SIZES`.
        seed: int. Of the weights and of the stream of training expressions.
        peak: float. Learning rate after the warm-up.
        warm_up: int. Steps from 0 to the peak, again after each resume into a new cycle.
        floor: float. Learning rate at the end of the cycle, over the peak.
        weight_decay: float. On matrices only.
        clip: float. Largest norm of the whole gradient.
        average: float. Decay of the moving average of the weights, per `AVERAGE_EVERY` steps.
        dropout: float. On every residual branch.
    """

    size: str = "small"
    seed: int = 0
    peak: float = 1e-3
    warm_up: int = 500
    floor: float = 0.02
    weight_decay: float = 0.02
    clip: float = 1.0
    average: float = 0.98
    dropout: float = 0.1


AVERAGE_EVERY = 10


class FromInk(keras.Model):
    """The network behind the computation of its features, so that both are compiled together."""

    def __init__(self, network: StrokeTransformer) -> None:
        super().__init__(name="from_ink")
        self.network = network

    def call(self, inputs, training=False):
        points, strokes, pairs = features.featurize(inputs["ink"], ops)
        return self.network({**inputs, "points": points, "strokes": strokes, "pairs": pairs}, training=training)


def build(settings: Settings) -> FromInk:
    """A fresh network, compiled for training."""
    keras.utils.set_random_seed(settings.seed)
    network = stroke_transformer(
        tokens=len(TOKENS),
        symbols=len(CLASSES),
        points=features.POINTS,
        point_features=features.POINT_FEATURES,
        stroke_features=features.STROKE_FEATURES,
        pair_features=features.PAIR_FEATURES,
        dropout=settings.dropout,
        **SIZES[settings.size],
    )
    optimizer = keras.optimizers.AdamW(
        settings.peak, weight_decay=settings.weight_decay, beta_2=0.98, global_clipnorm=settings.clip
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "embeddings"])
    sparse = {"from_logits": True, "reduction": "mean_with_sample_weight"}
    model = FromInk(network)
    model.compile(
        optimizer,
        loss={
            "token": keras.losses.SparseCategoricalCrossentropy(**sparse),
            "pointer": keras.losses.CategoricalCrossentropy(**sparse),
            "symbol": keras.losses.SparseCategoricalCrossentropy(**sparse),
            "pair": keras.losses.SparseCategoricalCrossentropy(**sparse),
        },
        loss_weights=LOSS_WEIGHTS,
        jit_compile=True,
    )
    return model


class Run:
    """One training run in a folder: its state, its log, its checkpoint.

    Args:
        folder: Path. `state.npz`, `log.jsonl` and `settings.json` lie here.
        settings: Settings.
    """

    def __init__(self, folder: Path, settings: Settings, recipe: Recipe) -> None:
        self.folder = folder
        self.settings, self.recipe = settings, recipe
        self.model = build(settings)
        self.average = self.model.get_weights()
        self.progress = {"step": 0, "chunk": 0, "samples": 0, "cycle_step": 0, "spent": 0.0, "budget": 0.0}
        folder.mkdir(parents=True, exist_ok=True)
        described = {"settings": asdict(settings), "recipe": asdict(recipe), "loss_weights": LOSS_WEIGHTS}
        (folder / "settings.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")

    def resume(self) -> None:
        """Take up the state of the folder's checkpoint.

        Raises:
            CheckpointError: None there, or of another network.
        """
        self.average, self.progress = checkpoint.restore(self.folder / "state.npz", self.model)

    def save(self) -> None:
        """Write the checkpoint."""
        checkpoint.save(self.folder / "state.npz", self.model, self.average, self.progress)

    def rate(self) -> float:
        """Learning rate now: linear warm-up by steps, then a cosine over the time of the cycle."""
        settings, done = self.settings, min(1.0, self.progress["spent"] / max(self.progress["budget"], 1e-9))
        cosine = settings.floor + (1 - settings.floor) * (1 + math.cos(math.pi * done)) / 2
        return settings.peak * cosine * min(1.0, (self.progress["cycle_step"] + 1) / settings.warm_up)

    def step(self, batch: Batch) -> dict[str, float]:
        """One step of the optimiser; returns the losses."""
        self.model.optimizer.learning_rate = self.rate()
        self.model.reset_metrics()
        losses = self.model.train_on_batch(batch.inputs, batch.targets, batch.weights, return_dict=True)
        progress = self.progress
        progress["step"] += 1
        progress["cycle_step"] += 1
        progress["samples"] += len(batch.inputs["mask"])
        if progress["step"] % AVERAGE_EVERY == 0:
            # The average is young at first: it must not remember the random start.
            decay = min(self.settings.average, progress["step"] / (progress["step"] + 20 * AVERAGE_EVERY))
            for mean, weight in zip(self.average, self.model.get_weights(), strict=True):
                mean += (1 - decay) * (weight - mean)
        return {name: float(value) for name, value in losses.items()}

    def validate(self, validation: Validation) -> dict[str, float]:
        """Figures of the averaged weights."""
        current = self.model.get_weights()
        self.model.set_weights(self.average)
        try:
            return validation.measure(self.model)
        finally:
            self.model.set_weights(current)

    def log(self, **entry) -> None:
        """Add a line to the log."""
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({**self.progress, **entry}) + "\n")

    def write_bundle(self, folder: Path, metrics: dict) -> None:
        """The averaged weights as a bundle."""
        current = self.model.get_weights()
        self.model.set_weights(self.average)
        network = self.model.network
        training = {"settings": asdict(self.settings), "recipe": asdict(self.recipe), "progress": self.progress}
        bundle.save(
            folder, "stroke_transformer", network.config.to_dict(), TOKENS, bundle.weights_of(network), training, metrics
        )
        self.model.set_weights(current)


def train(
    data: Path,
    folder: Path,
    *,
    minutes: float | None,
    settings: Settings,
    recipe: Recipe | None = None,
    resume: bool = False,
    workers: int = 1,
    validate_every: float = 8.0,
    save_every: float = 3.0,
) -> dict[str, float]:
    """Train for some minutes, from the start or from where a run stopped.

    Args:
        data: Path. The CROHME folder, with `train` and `test2013`.
        folder: Path. Where the run's checkpoint, log and bundle are written.
        minutes: float or None. Time of the cosine cycle. None finishes the cycle of a resumed run;
            a number begins a new cycle.
        settings: Settings.
        recipe: Recipe or None. How training expressions are made.
        resume: bool. Go on from the folder's checkpoint.
        workers: int. Processes that make batches.
        validate_every, save_every: float. Minutes between.

    Returns:
        The last validation figures.
    """
    run = Run(folder, settings, recipe or Recipe())
    if resume:
        run.resume()
    if minutes is not None:
        run.progress.update(budget=minutes * 60, spent=0.0, cycle_step=0)
    validation = Validation(load(data / VALIDATION).expressions, held_out(load(data / TRAIN)))
    figures: dict[str, float] = {}
    budget = run.progress["budget"]
    with tqdm(total=round(budget / 60, 1), unit="min", initial=round(run.progress["spent"] / 60, 1)) as bar:
        due = {"save": _Timer(save_every), "validate": _Timer(validate_every)}
        batches = stream(data / TRAIN, run.recipe, seed=settings.seed, first=run.progress["chunk"], workers=workers)
        last = time.monotonic()
        for number, chunk in batches:
            losses = [run.step(batch) for batch in chunk]
            run.progress["chunk"] = number + 1
            mean = {name: float(np.mean([loss[name] for loss in losses])) for name in losses[0]}
            now = time.monotonic()
            run.progress["spent"] += now - last
            _show(bar, run, mean, figures, sum(len(batch.inputs["mask"]) for batch in chunk) / (now - last))
            last = now
            done = run.progress["spent"] >= budget
            if done or due["validate"].rings():
                figures = run.validate(validation)
                run.log(kind="validation", **figures)
            else:
                run.log(kind="training", **mean)
            if done or due["save"].rings():
                run.save()
            if done:
                break
        batches.close()
    run.write_bundle(folder / "bundle", figures)
    return figures


def _show(bar: tqdm, run: Run, losses: dict[str, float], figures: dict[str, float], rate: float) -> None:
    bar.n = round(run.progress["spent"] / 60, 1)
    shown = {"samples/s": f"{rate:.0f}", "loss": f"{losses['loss']:.3f}"}
    if figures:
        shown["ExpRate"] = f"{figures['exprate']:.1f}"
    bar.set_postfix(shown)


class _Timer:
    """Rings once every so many minutes."""

    def __init__(self, minutes: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.minutes, self.clock = minutes, clock
        self.last = clock()

    def rings(self) -> bool:
        if self.clock() - self.last < self.minutes * 60:
            return False
        self.last = self.clock()
        return True
