"""Trained networks to recognise with: functions from inputs to probabilities, whichever engine is behind them.

A module here computes in numpy what the module of the same name in `crohme.symbols.networks` computes in Keras; a test
holds the two equal. The other networks run in Keras, which is loaded when such a one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crohme.bundle import Bundle, BundleError, restore
from crohme.bundle.architectures import ArgumentError, shapes
from crohme.deep_learning import load_keras
from crohme.symbols.forward.layers import ACTIVATIONS
from crohme.symbols.forward.symbol_cnn import SymbolCnn
from crohme.symbols.forward.symbol_lstm import SymbolLstm

Forward = Callable[[np.ndarray], np.ndarray]
"""From `(n, …)` inputs to `(n, classes)` float32 probabilities."""
IN_NUMPY: dict[str, type[SymbolLstm] | type[SymbolCnn]] = {"symbol_lstm": SymbolLstm, "symbol_cnn": SymbolCnn}
"""The networks of isolated symbols that need no Keras, by their names in a bundle."""


def forward_pass(trained: Bundle) -> Forward:
    """The function that a trained network of isolated symbols is.

    Raises:
        BundleError: Arguments or weights that are not those of the network.
        MissingExtra: A network that runs in Keras, which is not installed.
        KerasError: Keras cannot be loaded.
    """
    if trained.network in IN_NUMPY and trained.arguments.get("activation", "relu") in ACTIVATIONS:
        return _in_numpy(trained)
    load_keras(trained.network)
    return restore(trained).predict_on_batch


def _in_numpy(trained: Bundle) -> Forward:
    try:
        expected = shapes(trained.network, trained.arguments)
    except ArgumentError as error:
        raise BundleError(f"{trained.network} cannot be built with {dict(trained.arguments)}: {error}") from None
    if expected != {name: array.shape for name, array in trained.weights.items()}:  # of a bundle made by hand
        raise BundleError(f"{trained.path}: weights.npz does not fit {trained.network}")
    return IN_NUMPY[trained.network](**trained.arguments).with_weights(trained.weights)
