"""One training run of the expression recogniser: its network, its state, and what it keeps in its folder."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from crohme import bundle
from crohme.expressions import features, token_bias
from crohme.expressions.batches import Batch, Recipe
from crohme.expressions.network import StrokeTransformer, Tensors, stroke_transformer
from crohme.expressions.validation import Validation
from crohme.expressions.vocabulary import Vocabulary
from crohme.expressions.warm_start import warm_start
from crohme.ink.expression import Expression
from crohme.notation import Alphabet
from crohme.training import checkpoint, origin
from crohme.training.experiment import ExperimentError, take
from crohme.training.run_folder import CheckpointError
from crohme.training.tensorboard import TensorBoardLog
from inkml_parser.files import append_line, read_regular, write_whole

log = logging.getLogger(__name__)
SIZES: dict[str, dict[str, int]] = {
    "small": {"width": 192, "heads": 6, "encoder_layers": 6, "decoder_layers": 3},
    "base": {"width": 224, "heads": 7, "encoder_layers": 7, "decoder_layers": 3},
}
LOSS_WEIGHTS = {"token": 1.0, "pointer": 0.5, "symbol": 0.5, "pair": 0.5}
AVERAGE_EVERY = 10


@dataclass(frozen=True)
class Settings:
    """Everything that a run is determined by, but for the time it gets.

    Args:
        size: str. One of `SIZES`.
        seed: int. Of the weights and of the stream of training expressions.
        learning_rate: float. Its peak, after the warm-up.
        warmup_steps: int. Steps from 0 to the peak, again after each resume into a new cycle.
        floor: float. Learning rate at the end of the cycle, over the peak.
        weight_decay: float. On matrices only.
        clip_norm: float. Largest norm of the whole gradient.
        averaging: float. Decay of the moving average of the weights, per `AVERAGE_EVERY` steps.
        dropout: float. See `StrokeTransformerConfig`.
    """

    size: str = "small"
    seed: int = 0
    learning_rate: float = 1e-3
    warmup_steps: int = 500
    floor: float = 0.02
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    averaging: float = 0.99
    dropout: float = 0.15


def check_size(settings: Settings) -> None:
    """Raise ExperimentError if there is no network of that size."""
    if settings.size not in SIZES:
        raise ExperimentError(f"settings.size is {settings.size!r}, which is none of {', '.join(SIZES)}")


def stored_settings(folder: Path) -> Settings:
    """The settings of the run in a folder.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    settings: Settings = _stored_part(folder, "settings", Settings())
    try:
        check_size(settings)
    except ExperimentError as error:
        raise CheckpointError(f"not the settings of a run of this version: {error}", folder / "settings.json") from None
    return settings


def stored_recipe(folder: Path) -> Recipe:
    """How the run in a folder makes its training expressions.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    recipe: Recipe = _stored_part(folder, "recipe", Recipe())
    return recipe


def _stored_part(folder: Path, name: str, default: Any) -> Any:
    path = folder / "settings.json"
    try:
        return take({name: _stored(path).get(name, {})}, {name: default}, str(path))[name]
    except ExperimentError as error:
        raise CheckpointError(f"not the settings of a run of this version: {error}", path) from None


def stored_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary of the run in a folder.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    path = folder / "settings.json"
    labels = _stored(path).get("alphabet")
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise CheckpointError("not the settings of a run of this version: it has no alphabet", path)
    return Vocabulary(Alphabet(labels))


def _stored(path: Path) -> dict[str, Any]:
    """What `settings.json` holds: a table."""
    try:
        stored = json.loads(read_regular(path))
    except OSError as error:
        raise CheckpointError(f"nothing to resume: {path}: {error.strerror}") from None
    except ValueError as error:
        raise CheckpointError(f"not the settings of a run of this version: {error}", path) from None
    if not isinstance(stored, dict) or not isinstance(stored.get("settings"), dict):
        raise CheckpointError("not the settings of a run of this version", path)
    return stored


def _row(line: str) -> dict[str, Any] | None:
    """A line of the log, or None if it is damaged."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    is_whole = isinstance(row, dict) and isinstance(row.get("step"), int) and "samples" in row and "kind" in row
    return row if is_whole else None


class FromInk(keras.Model):
    """The network behind the computation of its features, so that both are compiled together."""

    def __init__(self, network: StrokeTransformer) -> None:
        super().__init__(name="from_ink")
        self.network = network

    def call(self, inputs: Tensors, training: bool = False) -> Tensors:
        points, strokes, pairs = features.featurize(inputs["ink"], ops)
        outputs: Tensors = self.network(
            {**inputs, "points": points, "strokes": strokes, "pairs": pairs}, training=training
        )
        return outputs


def build(settings: Settings, vocabulary: Vocabulary) -> FromInk:
    """A fresh network, compiled for training."""
    keras.utils.set_random_seed(settings.seed)
    network = stroke_transformer(**vocabulary.dimensions(), **SIZES[settings.size], dropout=settings.dropout)
    optimizer = keras.optimizers.AdamW(
        settings.learning_rate,
        weight_decay=settings.weight_decay,
        beta_2=0.98,
        global_clipnorm=settings.clip_norm,
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
    """One training run in a folder: its state, its log, its checkpoint; `board`, where it logs for TensorBoard.

    `progress` counts what was done: steps of the optimiser, samples, the chunk of batches that it is
    in and how many of its batches are done, and how much of the cosine cycle's budget is spent, in
    seconds or in samples (`unit`).

    Args:
        folder: Path. `state.npz`, `log.jsonl` and `settings.json` lie here.
        settings: Settings.
        recipe: Recipe. How training expressions are made.
        vocabulary: Vocabulary. What the network learns to write.
    """

    def __init__(self, folder: Path, settings: Settings, recipe: Recipe, vocabulary: Vocabulary) -> None:
        self.folder = folder
        self.settings, self.recipe = settings, recipe
        self.vocabulary = vocabulary
        self.model = build(settings, vocabulary)
        self.average = self.model.get_weights()
        self.board: TensorBoardLog | None = None
        self.progress: dict[str, Any] = {
            "step": 0, "chunk": 0, "batch": 0, "samples": 0, "cycle_step": 0,
            "spent": 0.0, "budget": 0.0, "unit": "seconds",
        }  # fmt: skip

    def start_from(self, trained: str | Path, expressions: Sequence[Expression] = ()) -> None:
        """Take the weights of a bundle; new classes are imprinted from expressions.

        Raises:
            BundleError, WarmStartError: See `warm_start`.
        """
        warm_start(self.model.network, self.vocabulary, trained, expressions)
        self.average = self.model.get_weights()

    def begin(self) -> None:
        """Take the folder for a new run.

        Raises:
            CheckpointError: It holds a run already, and perhaps days of work.
        """
        if checkpoint.exists(self._state):
            raise CheckpointError(
                f"{self.folder} holds a run: go on with it (--resume), take another folder (--out), or remove this one"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log.unlink(missing_ok=True)
        self._write_settings()

    def restore(self) -> None:
        """Take up the state of the folder's checkpoint, and leave the folder as it is.

        Raises:
            CheckpointError: There is none, or it belongs to a run with other settings.
        """
        if not checkpoint.exists(self._state):
            raise CheckpointError(f"nothing to resume: {self._state} does not exist")
        self._check_settings()
        self.average, progress = checkpoint.restore(self._state, lambda _: self.model, self._expected())
        self.progress |= progress

    def resume(self) -> None:
        """As `restore`, to go on from there.

        Raises:
            CheckpointError: See `restore`.
        """
        self.restore()
        checkpoint.forget_damaged(self._state, self._expected())
        self._write_settings()
        # What came after the checkpoint is lost, and will be logged once more.
        kept = [row for row in self.history() if row["step"] <= self.progress["step"]]
        write_whole(self._log, "".join(f"{json.dumps(row)}\n" for row in kept))

    def start_cycle(self, budget: float, unit: str) -> None:
        """Begin a cosine cycle of so many seconds or samples."""
        self.progress.update(budget=budget, unit=unit, spent=0.0, cycle_step=0)

    @property
    def is_finished(self) -> bool:
        """Whether the cycle's budget is spent."""
        return bool(self.progress["spent"] >= self.progress["budget"])

    def save(self) -> None:
        """Write the checkpoint."""
        checkpoint.save(self._state, self.model, self.average, self.progress)

    def rate(self) -> float:
        """Learning rate now: linear warm-up by steps, then a cosine over the budget of the cycle."""
        settings, done = self.settings, min(1.0, self.progress["spent"] / max(self.progress["budget"], 1e-9))
        cosine = settings.floor + (1 - settings.floor) * (1 + math.cos(math.pi * done)) / 2
        warmed = min(1.0, (self.progress["cycle_step"] + 1) / settings.warmup_steps)
        return float(settings.learning_rate * cosine * warmed)

    def step(self, batch: Batch) -> dict[str, float]:
        """One step of the optimiser; returns the losses."""
        self.model.optimizer.learning_rate = self.rate()
        self.model.reset_metrics()
        losses = self.model.train_on_batch(batch.inputs, batch.targets, batch.weights, return_dict=True)
        progress = self.progress
        progress["step"] += 1
        progress["batch"] += 1
        progress["cycle_step"] += 1
        progress["samples"] += len(batch.inputs["mask"])
        if progress["step"] % AVERAGE_EVERY == 0:
            # The average is young at first: it must not remember the random start.
            decay = min(self.settings.averaging, progress["step"] / (progress["step"] + 20 * AVERAGE_EVERY))
            for mean, weight in zip(self.average, self.model.get_weights(), strict=True):
                mean += (1 - decay) * (weight - mean)
        return {name: float(value) for name, value in losses.items()}

    def spend(self, *, seconds: float, samples: int) -> None:
        """Count down the budget."""
        self.progress["spent"] += seconds if self.progress["unit"] == "seconds" else samples

    def end_chunk(self, number: int) -> None:
        """All batches of a chunk are done."""
        self.progress.update(chunk=number + 1, batch=0)

    def validate(self, validation: Validation) -> dict[str, float]:
        """Figures of the averaged weights."""
        current = self.model.get_weights()
        self.model.set_weights(self.average)
        try:
            return validation.measure(self.model)
        finally:
            self.model.set_weights(current)

    def log(self, kind: str, values: Mapping[str, float]) -> None:
        """Add a line to the log, and to that for TensorBoard if there is one."""
        append_line(self._log, json.dumps({**self.progress, "kind": kind, **values}))
        if self.board is not None:
            self.board.write(kind, self.progress["step"], values)

    def history(self) -> list[dict[str, Any]]:
        """The lines of the log, without any that is damaged: the log is to look at, and no reason to stop a run."""
        if not self._log.exists():
            return []
        rows = [_row(line) for line in read_regular(self._log).decode("utf-8", "replace").split("\n") if line]
        if None in rows:
            log.warning("%s: damaged lines left out: %d", self._log, rows.count(None))
        return [row for row in rows if row is not None]

    def write_bundle(self, folder: Path, metrics: dict[str, float], added: np.ndarray | None = None) -> None:
        """The averaged weights as a bundle.

        Args:
            folder: Path.
            metrics: dict. Validation figures.
            added: `(tokens,)` or None. What is added to the logits of the tokens, see `expressions.token_bias`.
        """
        current = self.model.get_weights()
        self.model.set_weights(self.average)
        network = self.model.network
        training = {"settings": asdict(self.settings), "recipe": asdict(self.recipe), "progress": self.progress}
        weights, arguments = bundle.weights_of(network), network.config.to_dict()
        if added is not None:
            bias = next(path for path in weights if path.endswith(token_bias.BIAS))
            weights[bias] = weights[bias] + added
        known = origin.provenance(self.folder, samples=self.progress["samples"])
        tokens = self.vocabulary.tokens
        bundle.save(folder, "stroke_transformer", arguments, tokens, weights, training, metrics, provenance=known)
        self.model.set_weights(current)

    def _expected(self) -> dict[str, Any]:
        """What a checkpoint's progress must have: all but what older runs did not count."""
        return {name: value for name, value in self.progress.items() if name not in ("batch", "unit")}

    @property
    def _state(self) -> Path:
        return self.folder / "state.npz"

    @property
    def _log(self) -> Path:
        return self.folder / "log.jsonl"

    def _described(self) -> dict[str, dict[str, Any]]:
        return {"settings": asdict(self.settings), "recipe": asdict(self.recipe), "loss_weights": LOSS_WEIGHTS}

    def _write_settings(self) -> None:
        described = json.dumps({**self._described(), "alphabet": self.vocabulary.alphabet.entries}, indent=2)
        write_whole(self.folder / "settings.json", described + "\n")

    def _check_settings(self) -> None:
        """Raise CheckpointError if the folder's run has other settings. Those that it did not know do not count."""
        path = self.folder / "settings.json"
        stored = _stored(path)
        differences = [
            f"{name} is {stored[part][name]}, not {value}"
            for part, values in self._described().items()
            for name, value in values.items()
            if stored.get(part, {}).get(name, value) != value
        ]
        if differences:
            raise CheckpointError(f"this run has other settings: {'; '.join(differences)}", path)
