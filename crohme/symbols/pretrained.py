"""Weights that a network starts from: those of ImageNet, fetched or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crohme.errors import CrohmeError
from crohme.symbols.description import described, networks
from crohme.types import FloatingArray

if TYPE_CHECKING:
    import keras

NONE, IMAGENET = "none", "imagenet"
BACKBONE = "backbone"
"""Name of the layer that weights of ImageNet exist for."""
_FILES = "https://keras.io/api/applications"


class WeightsError(CrohmeError):
    """Weights that are unavailable or do not fit."""


def check(network: str, weights: str) -> None:
    """Make sure, before hours of reading data, that there may be such weights.

    Args:
        network, weights: str. See `start_from`.

    Raises:
        WeightsError: There are none for this network, or no such file.
    """
    if weights == NONE:
        return
    asked = described(network)
    if asked.pretrained is None:
        having = [key for key, each in networks().items() if each.pretrained is not None]
        raise WeightsError(f"{asked.key} has no weights of ImageNet; {' and '.join(having)} have")
    if weights != IMAGENET and not Path(weights).is_file():
        raise WeightsError(f"no such file; --weights takes {IMAGENET}, {NONE} or a file of weights", weights)


def start_from(model: keras.Model, network: str, weights: str) -> None:
    """Fill the backbone of a network.

    Args:
        model: keras.Model. Of `network`, just built.
        network: str. As a bundle has it.
        weights: str. `none` leaves it as it is; `imagenet` fetches them, or finds them where Keras keeps what it has
            fetched (`~/.keras/models`); else the path of Keras' own file of weights without the top (`.h5`).

    Raises:
        WeightsError: There are none for this network, they cannot be fetched or read, or they do not fit.
    """
    check(network, weights)
    if weights == NONE:
        return
    backbone = model.get_layer(BACKBONE)
    if weights == IMAGENET:
        backbone.set_weights(_imagenet(network, backbone))
        return
    try:
        backbone.load_weights(weights)
    except Exception as error:  # h5py and Keras raise all kinds on files that are none of theirs
        raise WeightsError(f"does not hold the weights of {network}'s backbone: {_line(error)}", weights) from None


def freeze(model: keras.Model, is_frozen: bool) -> None:
    """Whether training leaves the backbone as it is. Takes effect when the model is compiled."""
    model.get_layer(BACKBONE).trainable = not is_frozen


def _imagenet(network: str, backbone: keras.Model) -> list[FloatingArray]:
    pretrained = described(network).pretrained
    assert pretrained is not None
    try:
        source = pretrained(backbone)
    except Exception as error:  # what get_file raises without a network is a bare Exception
        raise WeightsError(
            f"the weights of ImageNet for {network} could not be fetched ({_line(error)}). Where there is a network, "
            f"fetch Keras' file without the top ({_FILES}) and name it: --weights FILE; or train with --weights {NONE}"
        ) from None
    arrays: list[FloatingArray] = source.get_weights()
    return arrays


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
