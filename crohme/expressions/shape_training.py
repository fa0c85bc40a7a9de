"""Training of the network of shapes: it learns classes, and which symbols of one writer are of one class."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import KerasTensor, layers, ops

from crohme.expressions.shape_batches import CLASSES, MEMBERS, PAIRS, Sampler, batch, chunks
from crohme.expressions.shape_inks import ShapeInks
from crohme.expressions.shapes import FILE, Layer, ShapeNetwork
from crohme.ink.sequences import FEATURES
from crohme.notation import Alphabet
from crohme.training import loop
from crohme.training.curves import Curves
from crohme.training.run import TrainingRun
from crohme.training.run_folder import held
from crohme.training.settings import TrainingSettings, adamw
from inkml_parser.files import write_whole

log = logging.getLogger(__name__)
SETTINGS = TrainingSettings(seed=1, learning_rate=1.5e-3, warmup_steps=200, floor=0.005, averaging=0.99)
POINTS = 48
_WIDTHS, _SIZE = (48, 128, 224), 256
_KERNEL, _LAST_KERNEL = 5, 3
_DROPOUT = 0.25
_FIRST_SCALE, _FIRST_OFFSET = 10.0, -7.0
_LEAST_LENGTH = 1e-6
_VALIDATION_BATCHES = 30
_VALIDATE_EVERY, _SAVE_EVERY = 8.0, 2.0  # minutes
_EPSILON = 1e-3  # of batch normalisation


def train(
    folders: Sequence[Path], out: Path, *, minutes: float | None = None, resume: bool = False, start: Path | None = None
) -> Path:
    """Train on the symbols of data sets, and write the network.

    Args:
        folders: sequence of Path. Data sets, see `datasets.registry`.
        out: Path. Folder of the run: settings, checkpoint, log, learning curves, and the network.
        minutes: float or None. How long; a run that goes on may do without.
        resume: bool. Go on from the checkpoint in `out`.
        start: Path or None. Folder of a run of the same classes whose weights a new run begins with.

    Returns:
        The file of the network.

    Raises:
        DataNotFound: See `ShapeInks.read`.
        CheckpointError: A run is there already, or none to go on with; one of other classes.
    """
    inks, held_out = ShapeInks.read(folders, Alphabet.whole())
    with held(out):
        run = ShapeRun(out, SETTINGS, inks.classes, held_out)
        if resume:
            run.resume()
        else:
            if start is not None:
                run.start_from(start)
            run.begin()
        sampler = Sampler(inks)
        curves = Curves(
            losses={"loss": "both", f"{CLASSES}_loss": "classes", f"{PAIRS}_loss": "pairs"},
            figures={"held-out top1": "class", "held-out pairs": "log-probability of pairs"},
            x="epoch",
            percent=1.0,
        )
        pace = loop.Pace(len(inks) // MEMBERS, _VALIDATE_EVERY, _SAVE_EVERY, curves, "groups of symbols")
        loop.start_budget(run, pace, None, minutes, resume)
        batches = chunks(sampler, POINTS, SETTINGS.seed, run.progress["chunk"])
        loop.train(run, batches, run.measure, pace)
        run.model.set_weights(run.best()[0])
        write_whole(out / FILE, network_of(run.model, run.classes).to_bytes())
    return out / FILE


class ShapeRun(TrainingRun):
    """A training run of a network of shapes.

    Args:
        folder: Path.
        settings: TrainingSettings.
        classes: tuple of str.
        held_out: ShapeInks. Of writers that it is not trained on; may be empty.
    """

    def __init__(self, folder: Path, settings: TrainingSettings, classes: tuple[str, ...], held_out: ShapeInks) -> None:
        keras.utils.set_random_seed(settings.seed)
        self.classes = classes
        super().__init__(folder, settings, built(len(classes)))
        self.validated = built(len(classes))
        try:
            sampler = Sampler(held_out)
        except ValueError:
            self.validation = []
        else:
            rng = np.random.default_rng(0)
            self.validation = [batch(sampler, POINTS, rng) for _ in range(_VALIDATION_BATCHES)]
            self.objective = "held-out pairs"
        self.model.compile(
            adamw(settings),
            {CLASSES: keras.losses.SparseCategoricalCrossentropy(from_logits=True), PAIRS: _pair_loss},
            jit_compile=False,
        )

    def start_from(self, folder: Path) -> None:
        """Begin with the averaged weights of another run.

        Raises:
            CheckpointError: There is none, or it has other classes.
        """
        other = ShapeRun(folder, self.settings, self.classes, ShapeInks.of([], Alphabet.whole()))
        other.restore()
        self.model.set_weights(other.average)
        self.average = other.average

    def described(self) -> dict[str, dict[str, Any]]:
        """See `TrainingRun`."""
        return {"settings": asdict(self.settings), "data": {"classes": list(self.classes)}}

    def measure(self, weights: list[np.ndarray]) -> dict[str, float]:
        """On held-out writers: the share of symbols whose class is likeliest, and the log-probability of pairs."""
        if not self.validation:
            return {}
        self.validated.set_weights(weights)
        right, pairs = [], []
        for one in self.validation:
            found = self.validated.predict_on_batch(one.inputs)
            right.append((found[CLASSES].argmax(axis=-1) == one.targets[CLASSES]).mean())
            losses = np.logaddexp(0, np.where(one.targets[PAIRS] > 0, -1.0, 1.0) * found[PAIRS])
            pairs.append((losses * (one.weights or {})[PAIRS]).mean())
        return {
            "held-out top1": round(float(np.mean(right)), 5),
            "held-out pairs": round(-float(np.mean(pairs)), 5),
        }


class PairLogits(keras.layers.Layer):
    """`(groups, members, size)` vectors → `(groups, members, members)` log-odds that two are of one class."""

    def build(self, input_shape: Any) -> None:
        """Make the two weights."""
        for name, value in (("scale", _FIRST_SCALE), ("offset", _FIRST_OFFSET)):
            setattr(self, name, self.add_weight(shape=(), initializer=keras.initializers.Constant(value), name=name))
        super().build(input_shape)

    def call(self, vectors: KerasTensor) -> KerasTensor:
        """Cosines, scaled and moved."""
        unit = vectors / (ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True)) + _LEAST_LENGTH)
        return self.scale * ops.matmul(unit, ops.transpose(unit, (0, 2, 1))) + self.offset

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """See Keras."""
        return (input_shape[0], input_shape[1], input_shape[1])


def built(classes: int) -> keras.Model:
    """The network as it is trained, on `(groups, MEMBERS, POINTS, features)`."""
    symbols = keras.Input((MEMBERS, POINTS, len(FEATURES)), name="symbols")
    x = ops.reshape(symbols, (-1, POINTS, len(FEATURES)))
    for number, width in enumerate(_WIDTHS):
        x = _convolved(x, width, _KERNEL, 1 if number == 0 else 2, f"first_{number}")
        kernel = _LAST_KERNEL if number == len(_WIDTHS) - 1 else _KERNEL
        x = layers.Add()([x, _convolved(x, width, kernel, 1, f"second_{number}")])
    pooled = layers.Concatenate()([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
    vectors = layers.Dense(_SIZE, activation="relu", name="vector")(layers.Dropout(_DROPOUT)(pooled))
    logits = layers.Dense(classes, name="logits")(layers.Dropout(_DROPOUT)(vectors))
    pairs = PairLogits(name="pair_logits")(ops.reshape(vectors, (-1, MEMBERS, _SIZE)))
    return keras.Model({"symbols": symbols}, {CLASSES: ops.reshape(logits, (-1, MEMBERS, classes)), PAIRS: pairs})


def network_of(model: keras.Model, classes: tuple[str, ...]) -> ShapeNetwork:
    """What a network is that is not trained any more: with the normalisation of batches within the kernels."""
    found = []
    for number in range(len(_WIDTHS)):
        for name, stride in ((f"first_{number}", 1 if number == 0 else 2), (f"second_{number}", 1)):
            [kernel] = model.get_layer(name).get_weights()
            gamma, beta, mean, variance = model.get_layer(f"{name}_norm").get_weights()
            factor = gamma / np.sqrt(variance + _EPSILON)
            found.append(Layer(kernel * factor, beta - mean * factor, stride))
    for name in ("vector", "logits"):
        kernel, bias = model.get_layer(name).get_weights()
        found.append(Layer(kernel[None], bias))
    scale, offset = model.get_layer("pair_logits").get_weights()
    return ShapeNetwork(POINTS, found, classes, float(scale), float(offset))


def _convolved(x: KerasTensor, width: int, kernel: int, stride: int, name: str) -> KerasTensor:
    x = layers.Conv1D(width, kernel, strides=stride, padding="same", use_bias=False, name=name)(x)
    return layers.Activation("relu")(layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x))


def _pair_loss(is_same: KerasTensor, logits: KerasTensor) -> KerasTensor:
    return ops.maximum(logits, 0) - logits * is_same + ops.log1p(ops.exp(-ops.abs(logits)))
