"""The forward pass of `crohme.symbols.networks.symbol_cnn` in numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crohme.symbols.forward.layers import ACTIVATIONS, convolve, max_pool, softmax
from crohme.types import Float32Array, Images

_EPSILON = 1e-3  # Keras' of batch normalisation
_AT_ONCE = 8  # pictures of 48 x 48: the windows of more do not fit into the cache


@dataclass(frozen=True)
class SymbolCnn:
    """The architecture, with the arguments of the Keras network."""

    classes: int
    size: int = 48
    filters: tuple[int, ...] = (32, 64, 128)
    dense: int = 256
    dropout: float = 0.3
    activation: str = "relu"

    @property
    def convolutions(self) -> list[tuple[str, int, int]]:
        """Name, side of the kernel and stride of each convolution; a pooling follows every other one."""
        stages = range(1, len(self.filters) + 1)
        return [
            (f"stage_{stage}{half}", *((5, 2) if stage == 1 and half == "a" else (3, 1)))
            for stage in stages
            for half in "ab"
        ]

    def with_weights(self, weights: Mapping[str, Float32Array]) -> _Forward:
        """The function from `(n, size, size)` pictures, 0 to 255, to `(n, classes)` probabilities."""
        return _Forward(self, weights)


class _Forward:
    def __init__(self, network: SymbolCnn, weights: Mapping[str, Float32Array]) -> None:
        self._activation = ACTIVATIONS[network.activation]
        self._at_once = max(1, _AT_ONCE * 48**2 // network.size**2)
        self._convolutions = [(*folded_convolution(weights, name), stride) for name, _, stride in network.convolutions]
        self._weights = weights

    def __call__(self, pictures: Images) -> Float32Array:
        parts = [self._answer(pictures[at : at + self._at_once]) for at in range(0, len(pictures), self._at_once)]
        return np.concatenate(parts) if parts else self._answer(pictures)

    def _answer(self, pictures: Images) -> Float32Array:
        x: Float32Array = (np.float32(1) - pictures.astype(np.float32) / np.float32(255))[..., None]
        for number, (kernel, bias, stride) in enumerate(self._convolutions):
            x = self._activation(convolve(x, kernel, bias, stride))
            if number % 2:
                x = max_pool(x)
        weights = self._weights
        x = x.reshape(len(x), weights["dense/kernel"].shape[0])
        x = self._activation(x @ weights["dense/kernel"] + weights["dense/bias"])
        return softmax(x @ weights["probabilities/kernel"] + weights["probabilities/bias"])


def folded_convolution(weights: Mapping[str, Float32Array], name: str) -> tuple[Float32Array, Float32Array]:
    """Kernel and bias of a convolution with the batch normalisation that follows it."""
    gamma, beta, mean, variance = (
        weights[f"{name}_norm/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + np.float32(_EPSILON))
    return weights[f"{name}_conv/kernel"] * scale, beta - mean * scale
