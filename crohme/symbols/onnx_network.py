"""The networks of isolated symbols that are shipped, in ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from crohme.ink.sequences import FEATURES
from crohme.symbols.graph import CELL_WEIGHTS, LSTM_LAYERS, classified, cnn
from crohme.symbols.inputs import picture_size
from crohme.types import Float32Array

if TYPE_CHECKING:
    import onnx

NETWORK = "network"
_CNN_TEXT = "Grey pictures of n symbols, dark ink on 255, to the probabilities of their classes."
_LSTM_TEXT = "Sequences of n symbols, padded with rows of zeros at their ends, to the probabilities of their classes."


def graphs(
    network: str, weights: Mapping[str, Float32Array], arguments: Mapping[str, Any]
) -> dict[str, onnx.ModelProto]:
    """The network as an ONNX model; the numbers of symbols, and of points, are dynamic.

    Args:
        network: str. `symbol_cnn` or `symbol_lstm`.
        weights, arguments: of the bundle.
    """
    from crohme.graphs import onnx_layers
    from crohme.graphs.onnx_arrays import OnnxArrays

    xp = OnnxArrays()
    if network == "symbol_cnn":
        side = picture_size(arguments)
        convolve, max_pool = (partial(layer, xp) for layer in (onnx_layers.convolve, onnx_layers.max_pool))
        answer = cnn(xp, xp.input("pictures", ["n", side, side]), weights, arguments, convolve, max_pool)
        return {NETWORK: xp.model(network, {"probabilities": answer}, _CNN_TEXT)}
    sequences = xp.input("sequences", ["n", "t", int(arguments.get("features", len(FEATURES)))])
    lengths = onnx_layers.lengths_of(xp, sequences)
    x = last = xp.transpose(sequences, (1, 0, 2))
    for layer in LSTM_LAYERS:
        x, last = onnx_layers.lstm(xp, x, lengths, *(weights[f"{layer}/{name}"] for name in CELL_WEIGHTS))
    answer = classified(xp, last, weights, str(arguments.get("activation", "relu")))
    return {NETWORK: xp.model(network, {"probabilities": answer}, _LSTM_TEXT)}


class OnnxSymbols:
    """The function from inputs to `(n, classes)` probabilities that an ONNX model is.

    Args:
        model: str or bytes. A file, or its content.
    """

    def __init__(self, model: str | bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def __call__(self, inputs: np.ndarray) -> Float32Array:
        (name,) = (one.name for one in self._session.get_inputs())
        probabilities: Float32Array = self._session.run(None, {name: np.asarray(inputs, np.float32)})[0]
        return probabilities
