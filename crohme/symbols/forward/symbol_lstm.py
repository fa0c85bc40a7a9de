"""The forward pass of `crohme.symbols.networks.symbol_lstm` in numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crohme.symbols.forward.layers import ACTIVATIONS, softmax
from crohme.types import BoolArray, Float32Array

_LAYERS = ("lstm_1/lstm_cell", "lstm_2/lstm_cell")


@dataclass(frozen=True)
class SymbolLstm:
    """The architecture, with the arguments of the Keras network."""

    classes: int
    features: int = 10
    units: tuple[int, int] = (128, 64)
    dense: int = 64
    dropout: float = 0.2
    activation: str = "relu"

    def with_weights(self, weights: Mapping[str, Float32Array]) -> _Forward:
        """The function from `(n, time, features)` sequences to `(n, classes)` probabilities."""
        return _Forward(self, weights)


class _Forward:
    def __init__(self, network: SymbolLstm, weights: Mapping[str, Float32Array]) -> None:
        self._cells = [
            _Cell(*(weights[f"{layer}/{name}"] for name in ("kernel", "recurrent_kernel", "bias"))) for layer in _LAYERS
        ]
        self._activation = ACTIVATIONS[network.activation]
        self._weights = weights

    def __call__(self, sequences: Float32Array) -> Float32Array:
        # Rows of zeros are padding, which both layers pass over.
        is_point = (sequences != 0).any(axis=2).T
        x = np.ascontiguousarray(sequences.swapaxes(0, 1), dtype=np.float32)
        first, second = self._cells
        hidden = second.read(first.read(x, is_point), is_point)[-1]
        weights = self._weights
        hidden = self._activation(hidden @ weights["dense/kernel"] + weights["dense/bias"])
        return softmax(hidden @ weights["probabilities/kernel"] + weights["probabilities/bias"])


class _Cell:
    """One LSTM layer.

    Args:
        kernel, recurrent, bias: as Keras has them; the gates side by side: input, forget, cell, output.
    """

    def __init__(self, kernel: Float32Array, recurrent: Float32Array, bias: Float32Array) -> None:
        self.units = recurrent.shape[0]
        u = self.units
        order = np.concatenate([np.arange(2 * u), np.arange(3 * u, 4 * u), np.arange(2 * u, 3 * u)])
        # A sigmoid is a hyperbolic tangent of half its argument: with the halves in the weights, one call does all.
        half = np.repeat(np.array([0.5, 1.0], np.float32), [3 * u, u])
        self.kernel, self.recurrent, self.bias = (w[..., order] * half for w in (kernel, recurrent, bias))

    def read(self, x: Float32Array, is_point: BoolArray) -> Float32Array:
        """`(time, n, width)` → the hidden states, `(time, n, units)`."""
        time, n, width = x.shape
        u = self.units
        gates = (x.reshape(time * n, width) @ self.kernel + self.bias).reshape(time, n, 4 * u)
        hidden, cell = np.zeros((2, n, u), np.float32)
        outputs = np.zeros((max(time, 1), n, u), np.float32)
        for t in range(time):
            new = np.tanh(gates[t] + hidden @ self.recurrent)
            opened = new[:, : 3 * u] * 0.5 + 0.5
            cell_now = opened[:, u : 2 * u] * cell + opened[:, :u] * new[:, 3 * u :]
            hidden_now = opened[:, 2 * u :] * np.tanh(cell_now)
            if not is_point[t].all():
                kept = ~is_point[t]
                cell_now[kept], hidden_now[kept] = cell[kept], hidden[kept]
            cell, hidden = cell_now, hidden_now
            outputs[t] = hidden
        return outputs
