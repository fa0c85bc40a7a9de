"""The settings that a training run of any network has, and what follows from them step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

WARMUP_SHARE = 0.1
"""Most of a budget that the warm-up takes, however many steps it asks for."""


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """What decides the outcome of a run besides the network, its data and the time it gets.

    Args:
        seed: int. Of the first weights, and of everything random in the making of batches.
        learning_rate: float. Its peak, after the warm-up.
        warmup_steps: int. Steps from 0 to the peak, in each cycle anew; at most a tenth of the cycle.
        floor: float. Learning rate at the end of the cycle as a share of the peak; 1 keeps it constant.
        weight_decay: float. AdamW's, decoupled.
        clip_norm: float. Largest norm of the whole gradient.
        averaging: float. Decay of the moving average of the weights per ten steps; the average is what is validated
            and written as a bundle.
        interpolation: float, above 0, at most 1. How far from the weights it started with to the averaged ones those
            lie that are validated and written: below 1, what the data do not show is forgotten less.
        patience: int. Training ends after so many validations without improvement; 0 never ends it early.
        precision: str. Keras dtype policy while training, see `training.precision`. bfloat16 is for GPUs, and makes the
            CNN 1.4 times as fast on processors that have it; the LSTM gains nothing.
    """

    seed: int = 0
    learning_rate: float = 1e-3
    warmup_steps: int = 500
    floor: float = 0.0
    weight_decay: float = 1e-2
    clip_norm: float = 1.0
    averaging: float = 0.99
    interpolation: float = 1.0
    patience: int = 0
    precision: str = "float32"


def learning_rate(settings: TrainingSettings, steps: int, done: float) -> float:
    """The rate of the next step: linear warm-up times a cosine over the budget.

    Args:
        settings: TrainingSettings.
        steps: int. Steps made in this cycle.
        done: float. Share of the cycle's budget that is spent.
    """
    cosine = (1 + math.cos(math.pi * min(1.0, done))) / 2
    by_steps = (steps + 1) / max(1, settings.warmup_steps)
    warmed = min(1.0, max(by_steps, done / WARMUP_SHARE))
    return settings.learning_rate * (settings.floor + (1 - settings.floor) * cosine) * warmed


def update_average(
    average: Sequence[np.ndarray], weights: Sequence[np.ndarray], step: int, settings: TrainingSettings
) -> None:
    """Move an average of the weights towards those of now, in place.

    Its memory grows with the number of steps, to about a ninth of them: it must not remember the random start.
    """
    decay = min(settings.averaging**0.1, (1 + step) / (10 + step))
    for mean, now in zip(average, weights, strict=True):
        mean += (1 - decay) * (now - mean)


def interpolated(
    start: Sequence[np.ndarray], average: Sequence[np.ndarray], settings: TrainingSettings
) -> list[np.ndarray]:
    """Weights on the line from those of the start to their average.

    Reference: Wortsman et al.: Robust fine-tuning of zero-shot models, CVPR 2022.
    """
    pairs = zip(start, average, strict=True)
    return [(old + settings.interpolation * (new - old)).astype(new.dtype) for old, new in pairs]


def adamw(settings: TrainingSettings, **options: float) -> keras.optimizers.AdamW:
    """The optimiser; `options` are further ones of Keras'."""
    import keras

    return keras.optimizers.AdamW(
        settings.learning_rate,
        weight_decay=settings.weight_decay,
        global_clipnorm=settings.clip_norm,
        **options,
    )
