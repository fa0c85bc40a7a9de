"""A network that starts from the weights of a trained bundle."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from crohme import bundle


class WarmStartError(ValueError):
    """A bundle that a network cannot start from. `str(error)` says why."""


def warm_start(network: keras.Model, folder: Path) -> None:
    """Give a network the weights of a bundle of the same kind and size.

    Features that the bundle's network did not read yet get weights of zero: at first it computes the same as before.

    Args:
        network: keras.Model, built.
        folder: Path. Of the bundle.

    Raises:
        BundleError: The bundle cannot be read.
        WarmStartError: Its network is another one.
    """
    stored = bundle.load(folder).weights
    for weight in network.weights:
        if weight.path not in stored:
            raise WarmStartError(f"{folder}: has no weight {weight.path}")
        weight.assign(_widened(stored[weight.path], tuple(weight.shape), f"{folder}: {weight.path}"))


def _widened(stored: np.ndarray, shape: tuple[int, ...], name: str) -> np.ndarray:
    """The stored weight with rows of zeros for new inputs."""
    new = shape[0] - stored.shape[0] if stored.ndim == len(shape) else -1
    if new < 0 or stored.shape[1:] != shape[1:]:
        raise WarmStartError(f"{name} has the shape {stored.shape}, not {shape}")
    return np.concatenate([stored, np.zeros((new, *shape[1:]), stored.dtype)])
