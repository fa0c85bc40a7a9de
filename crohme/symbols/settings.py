"""Everything that decides the outcome of a training of a symbol recogniser, besides the data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras

from crohme.symbols import pretrained
from crohme.symbols.description import networks


@dataclass(frozen=True)
class Settings:
    """Everything that decides the outcome of a run, besides the data.

    Args:
        network: str. A key of `description.networks()`.
        epochs: int. Passes over the training set.
        minutes: float or None. The time for training, instead of `epochs`.
        arguments: dict. What the network's function is called with besides the number of classes.
        batch_size: int. Small enough for many steps in an hour on one core.
        learning_rate: float. Peak; a linear warm-up to it, then half a cosine down to zero.
        warmup_steps: int. Steps of the warm-up; of a run in minutes it takes a tenth.
        weight_decay: float. AdamW's, decoupled.
        clip_norm: float. Largest norm of the gradient; keeps the LSTM's rare spikes out.
        label_smoothing: float. Some labels cannot be told from the ink alone (x X, 0 o, c C).
        averaging: float. Decay per step of the moving average of the weights, which is what is
            validated and shipped.
        weights: str. What the backbone starts from: `none`, `imagenet` or a file, see `pretrained.start_from`.
        frozen: float. Share of the budget, in whole epochs, for which weights that were given stay as they are
            and the classifier learns to use them.
        thawed_rate: float. Times the learning rate, once they learn too.
        precision: str. Keras dtype policy while training. bfloat16 makes the CNN 1.4 times as fast
            on processors that have it; the LSTM gains nothing.
        seed: int.
    """

    network: str
    epochs: int = 22
    minutes: float | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    batch_size: int = 128
    learning_rate: float = 2e-3
    warmup_steps: int = 500
    weight_decay: float = 1e-2
    clip_norm: float = 1.0
    label_smoothing: float = 0.05
    averaging: float = 0.999
    weights: str = pretrained.NONE
    frozen: float = 0.2
    thawed_rate: float = 0.1
    precision: str = "float32"
    seed: int = 1


DEFAULTS = {key: Settings(key, **network.training) for key, network in networks().items()}


def compile_for(model: keras.Model, settings: Settings) -> None:
    """Give a network the optimiser and the loss that it is trained with."""
    model.compile(
        # jit_compile off: on CPU, XLA made the two small networks 2 to 6 times slower.
        keras.optimizers.AdamW(settings.learning_rate, weight_decay=settings.weight_decay, clipnorm=settings.clip_norm),
        keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,
    )
