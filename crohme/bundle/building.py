"""Networks of bundles in Keras: untrained, and with their weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from crohme.bundle.configuration import naming
from crohme.bundle.network import find
from crohme.bundle.store import Bundle
from crohme.bundle.texts import BundleError
from crohme.extras import needed_by

if TYPE_CHECKING:
    import keras


def build(network: str, arguments: Mapping[str, Any]) -> keras.Model:
    """An untrained network of this project.

    Raises:
        BundleError: Not one of them, or arguments that it does not take.
        MissingExtra: Keras is not installed.
    """
    with naming(None):
        described = find(network)
    try:
        with needed_by(network):
            return described.build(**arguments)
    except (TypeError, ValueError) as error:
        cause = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).partition("\n")[0]  # Keras writes pages, in colour
        raise BundleError(f"{network} cannot be built with {dict(arguments)}: {cause}") from None


def restore(bundle: Bundle) -> keras.Model:
    """The trained network of a bundle, in single precision.

    Raises:
        BundleError: The weights are not those of the network.
    """
    model = build(bundle.network, bundle.arguments)
    expected = {weight.path: tuple(weight.shape) for weight in model.weights}
    if expected != {name: array.shape for name, array in bundle.weights.items()}:  # of a bundle made by hand
        raise BundleError(f"weights.npz does not fit {bundle.network}", bundle.path)
    model.set_weights([bundle.weights[weight.path] for weight in model.weights])
    return model


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    """The weights of a network by path, as `save` takes them."""
    return dict(zip((weight.path for weight in model.weights), model.get_weights(), strict=True))
