"""The networks of isolated symbols that are shipped as functions of arrays of any engine, see `crohme.graphs`.

They compute what `crohme.symbols.forward` computes in numpy. `xp` is `keras.ops` or
`crohme.graphs.onnx_arrays.OnnxArrays`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crohme.symbols.forward.symbol_cnn import SymbolCnn, folded_convolution
from crohme.types import Float32Array

LSTM_LAYERS = ("lstm_1/lstm_cell", "lstm_2/lstm_cell")
CELL_WEIGHTS = ("kernel", "recurrent_kernel", "bias")
Weights = Mapping[str, Float32Array]
Convolve = Callable[[Any, Float32Array, Float32Array, int], Any]


def activated(xp: Any, x: Any, name: str) -> Any:
    """An activation by Keras' name, one of `crohme.symbols.forward.layers.ACTIVATIONS`."""
    if name == "relu":
        return xp.maximum(x, 0.0)
    if name == "elu":
        return xp.maximum(x, 0.0) + xp.exp(xp.minimum(x, 0.0)) - 1.0
    if name in ("silu", "swish"):
        return x * xp.sigmoid(x)
    if name == "gelu":
        return x * (1.0 + xp.erf(x * float(np.sqrt(0.5)))) * 0.5
    return {"tanh": xp.tanh, "sigmoid": xp.sigmoid, "linear": lambda same: same}[name](x)


def cnn(
    xp: Any,
    pictures: Any,
    weights: Weights,
    arguments: Mapping[str, Any],
    convolve: Convolve,
    max_pool: Callable[[Any], Any],
) -> Any:
    """`(n, size, size)` pictures, 0 to 255, to `(n, classes)` probabilities.

    Args:
        xp: the array functions.
        pictures: array.
        weights, arguments: of the bundle.
        convolve: function of pictures `(n, height, width, channels)`, kernel, bias and stride.
        max_pool: function of pictures.
    """
    network = SymbolCnn(**arguments)
    x = (1.0 - pictures / 255.0)[..., None]
    for number, (name, _, stride) in enumerate(network.convolutions):
        x = activated(xp, convolve(x, *folded_convolution(weights, name), stride), network.activation)
        if number % 2:
            x = max_pool(x)
    n = xp.shape(x)[0]
    x = xp.reshape(x, (n, weights["dense/kernel"].shape[0]))
    return classified(xp, x, weights, network.activation)


def lstm_cell(xp: Any, x: Any, state: tuple[Any, Any], weights: Weights, layer: str) -> tuple[Any, Any]:
    """One step of an LSTM layer: `(n, width)` and hidden and cell state `(n, u)` to the new ones."""
    kernel, recurrent, bias = (weights[f"{layer}/{name}"] for name in CELL_WEIGHTS)
    hidden, cell = state
    gates = xp.matmul(x, kernel) + xp.matmul(hidden, recurrent) + bias
    u = recurrent.shape[0]
    opened, forgotten, new, told = (gates[:, gate * u : (gate + 1) * u] for gate in range(4))
    cell = xp.sigmoid(forgotten) * cell + xp.sigmoid(opened) * xp.tanh(new)
    return xp.sigmoid(told) * xp.tanh(cell), cell


def classified(xp: Any, x: Any, weights: Weights, activation: str) -> Any:
    """The last two layers of both networks: `(n, classes)` probabilities."""
    x = activated(xp, xp.matmul(x, weights["dense/kernel"]) + weights["dense/bias"], activation)
    return xp.softmax(xp.matmul(x, weights["probabilities/kernel"]) + weights["probabilities/bias"])
