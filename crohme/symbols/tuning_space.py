"""What is searched, and the settings of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras_tuner

from crohme.symbols.description import described, networks
from crohme.symbols.settings import DEFAULTS, Settings

LEARNING_RATES = (1e-4, 1e-2)
ACTIVATIONS = ("relu", "elu", "silu", "gelu")
WIDTHS = (0.5, 0.75, 1.0, 1.5)
"""The space that is searched. A width is times the network's usual one, in all its layers."""
_SCALED = ("filters", "units", "dense", "width")
"""Arguments of the networks' functions that say how wide they are."""


@dataclass(frozen=True)
class Search:
    """What decides the outcome of a search, besides the data.

    Args:
        network: str. Key of `symbols.description.networks()`.
        arguments: dict. What the network's function is called with besides the number of classes and what is
            searched for: the size of pictures.
        epochs: int. Passes over the training set that the best configurations get; the others are given up after
            a third of them, or a ninth …
        patience: int. A trial also ends when validation has not got better for so many epochs.
        batch_size: int.
        seed: int. Of the configurations, the first weights and the distortions.
    """

    network: str
    arguments: dict[str, Any]
    epochs: int = 9
    patience: int = 3
    batch_size: int = 128
    seed: int = 1


def scaled(network: str, width: float) -> dict[str, Any]:
    """The arguments that make a network so many times as wide as usual.

    Args:
        network: str. As a bundle has it.
        width: float.

    Returns:
        dict of argument → its default times the width; whole numbers are rounded to a multiple of 8.
    """
    arguments = described(network).arguments
    return {name: _times(arguments[name][1], width) for name in _SCALED if name in arguments}


def _times(value: Any, width: float) -> Any:
    if isinstance(value, tuple):
        return [_times(item, width) for item in value]
    return max(8, 8 * round(value * width / 8)) if isinstance(value, int) else value * width


class Space(keras_tuner.HyperModel):
    """The configurations that are searched."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search

    def build(self, hp: keras_tuner.HyperParameters) -> None:
        """Name what is searched for; the networks are built by their runs."""
        hp.Float("learning_rate", *LEARNING_RATES, sampling="log")
        hp.Choice("activation", ACTIVATIONS)
        hp.Choice("width", WIDTHS)

    def settings(self, values: Mapping[str, Any]) -> Settings:
        """The settings of a run, for some values of what is searched for.

        The learning rate stays as it is after the warm-up: a trial is compared with others, and gone on with, at any
        time of its training.
        """
        search = self.search
        return replace(
            DEFAULTS[search.network],
            learning_rate=values["learning_rate"],
            floor=1.0,
            arguments={
                **search.arguments,
                "activation": values["activation"],
                **scaled(networks()[search.network].name, values["width"]),
            },
            batch_size=search.batch_size,
            patience=search.patience,
            seed=search.seed,
        )
