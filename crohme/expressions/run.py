"""One training run of the expression recogniser: its network, compiled for training, and the bundle it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from crohme import bundle
from crohme.expressions import features, token_bias
from crohme.expressions.inheritance import Inheritance, inherited
from crohme.expressions.network_config import Tensors
from crohme.expressions.recipe import Recipe
from crohme.expressions.run_settings import Settings, arguments
from crohme.expressions.validation import Validation
from crohme.expressions.vocabulary import Vocabulary, vocabulary_of
from crohme.expressions.warm_start import warm_start
from crohme.ink.expression import Expression
from crohme.training import origin
from crohme.training.machines import ALONE, Machines
from crohme.training.precision import FULL, precision
from crohme.training.run import TrainingRun
from crohme.training.settings import adamw

LOSS_WEIGHTS = {"token": 1.0, "pointer": 0.5, "symbol": 0.5, "pair": 0.5}


class FromInk(keras.Model):
    """The network behind the computation of its features, so that both are compiled together."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(name="from_ink", dtype=FULL)  # geometry in half the digits would be coarse
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
    with precision(settings.precision):
        network = bundle.build(settings.network, arguments(settings, vocabulary))
    optimizer = adamw(settings, beta_2=0.98)
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


class Run(TrainingRun):
    """A training run of the expression recogniser.

    Args:
        folder: Path.
        settings: Settings.
        recipe: Recipe. How training expressions are made.
        vocabulary: Vocabulary. What the network learns to write.
        machines: Machines. As `joined`.
    """

    objective = "exprate"
    settings: Settings
    model: FromInk

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        recipe: Recipe,
        vocabulary: Vocabulary,
        machines: Machines = ALONE,
    ) -> None:
        super().__init__(folder, settings, build(settings, vocabulary), machines)
        self.recipe, self.vocabulary = recipe, vocabulary
        self.arguments = arguments(settings, vocabulary)
        self.inherited = Inheritance()
        """What the bundle keeps of the one that the run began with."""
        self._reader: FromInk | None = None

    def begin(self) -> None:
        """See `TrainingRun`."""
        super().begin()
        self.inherited.save(self.folder)

    def restore(self) -> None:
        """See `TrainingRun`."""
        super().restore()
        self.inherited = Inheritance.stored(self.folder, bundle.find(self.settings.network))

    def described(self) -> dict[str, Any]:
        """See `TrainingRun`. A resumed run takes its alphabet from there."""
        return {
            "settings": asdict(self.settings),
            "recipe": asdict(self.recipe),
            "loss_weights": LOSS_WEIGHTS,
            "alphabet": self.vocabulary.alphabet.entries,
        }

    def start_from(self, trained: str | Path, expressions: Sequence[Expression] = ()) -> None:
        """Take the weights of a bundle; new classes are imprinted from expressions.

        Raises:
            BundleError, WarmStartError: See `warm_start`.
        """
        began_with = bundle.load(trained)
        warm_start(self.model.network, self.arguments, self.vocabulary, began_with, expressions)
        self.average = self.model.get_weights()
        trees = (expression.tree for expression in expressions)
        self.inherited = inherited(began_with, vocabulary_of(began_with), self.vocabulary, trees)

    def validate(self, validation: Validation, weights: list[np.ndarray]) -> dict[str, float]:
        """Figures of some weights; none but on the first of several machines."""
        if not self.machines.is_first:
            return {}
        with self._reading(weights) as model:
            return validation.measure(model)

    @contextmanager
    def _reading(self, weights: list[np.ndarray]) -> Iterator[FromInk]:
        """The network with some weights, as bundles are read: by this machine alone, in single precision."""
        if self.machines.several or self.settings.precision != FULL:
            self._reader = self._reader or FromInk(bundle.build(self.settings.network, self.arguments))
            self._reader.set_weights(weights)
            yield self._reader
            return
        current = self.model.get_weights()
        self.model.set_weights(weights)
        try:
            yield self.model
        finally:
            self.model.set_weights(current)

    def write_bundle(
        self,
        folder: Path,
        metrics: Mapping[str, float] | None = None,
        added: np.ndarray | None = None,
        *,
        last: bool = False,
    ) -> dict[str, float]:
        """The best weights as a bundle.

        Args:
            folder: Path.
            metrics: mapping or None. Figures of the bundle; None for those of validation.
            added: `(tokens,)` or None. What is added to the logits of the tokens, see `expressions.token_bias`.
            last: bool. Whether to take those at the end instead.

        Returns:
            The figures.
        """
        best, figures = self.best()
        if last:
            best = self.settled()
        progress = self.counted
        training = {"settings": asdict(self.settings), "recipe": self.recipe.described(), "progress": progress}
        with self._reading(best) as model:
            weights = bundle.weights_of(model.network)
        if added is not None:
            bias = next(path for path in weights if path.endswith(token_bias.BIAS))
            weights[bias] = weights[bias] + added
        metrics = figures if metrics is None else metrics
        known = origin.provenance(self.folder, seconds=round(progress["seconds"]), samples=progress["samples"])
        tokens = self.vocabulary.tokens
        bundle.save(
            folder, self.settings.network, self.arguments, tokens, weights, training, metrics, provenance=known,
            **vars(self.inherited),
        )  # fmt: skip
        return dict(metrics)
