"""Trained networks to recognise with: functions from inputs to probabilities, whichever engine is behind them.

A module here computes in numpy what the module of the same name in `crohme.symbols.networks` computes in Keras; a test
holds the two equal. The other networks run in Keras, which is loaded when such a one is asked for.
"""

from __future__ import annotations

from crohme.bundle import Bundle, BundleError, restore
from crohme.bundle.kinds import TableError
from crohme.deep_learning import load_keras
from crohme.symbols.description import described
from crohme.symbols.forward.layers import ACTIVATIONS, Forward, Twin

__all__ = ["Forward", "forward_pass"]


def forward_pass(trained: Bundle) -> Forward:
    """The function that a trained network of isolated symbols is.

    Raises:
        BundleError: Arguments or weights that are not those of the network.
        MissingExtra: A network that runs in Keras, which is not installed.
        KerasError: Keras cannot be loaded.
    """
    twin = described(trained.network).twin
    if twin is not None and trained.arguments.get("activation", "relu") in ACTIVATIONS:
        return _in_numpy(trained, twin)
    load_keras(trained.network)
    predict: Forward = restore(trained).predict_on_batch
    return predict


def _in_numpy(trained: Bundle, twin: type[Twin]) -> Forward:
    try:
        expected = described(trained.network).shapes(trained.arguments)
    except TableError as error:
        raise BundleError(f"{trained.network} cannot be built with {dict(trained.arguments)}: {error}") from None
    if expected != {name: array.shape for name, array in trained.weights.items()}:  # of a bundle made by hand
        raise BundleError(f"weights.npz does not fit {trained.network}", trained.path)
    return twin(**trained.arguments).with_weights(trained.weights)
