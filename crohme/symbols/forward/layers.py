"""Layers of networks in numpy: what Keras computes, for those who only recognise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from crohme.types import Float32Array

Forward = Callable[[np.ndarray], np.ndarray]
"""From `(n, …)` inputs to `(n, classes)` float32 probabilities."""


class Twin(Protocol):
    """A network in numpy: what the Keras network of the same arguments computes."""

    def __init__(self, **arguments: Any) -> None: ...

    def with_weights(self, weights: Mapping[str, Float32Array]) -> Forward:
        """The network with these weights, by their paths in Keras."""


def relu(x: Float32Array) -> Float32Array:
    return np.maximum(x, 0)


def elu(x: Float32Array) -> Float32Array:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def sigmoid(x: Float32Array) -> Float32Array:
    # By the hyperbolic tangent, which does not overflow.
    share: Float32Array = (np.tanh(x / np.float32(2)) + 1) / 2
    return share


def silu(x: Float32Array) -> Float32Array:
    return x * sigmoid(x)


def gelu(x: Float32Array) -> Float32Array:
    return x * (1 + _erf(x / np.float32(np.sqrt(2)))) / np.float32(2)


def linear(x: Float32Array) -> Float32Array:
    return x


ACTIVATIONS: dict[str, Callable[[Float32Array], Float32Array]] = {
    "relu": relu, "elu": elu, "silu": silu, "swish": silu, "gelu": gelu,
    "tanh": np.tanh, "sigmoid": sigmoid, "linear": linear,
}  # fmt: skip
"""Functions by Keras' names: all that tuning tries, and a few more."""


def softmax(x: Float32Array) -> Float32Array:
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Float32Array = exp / exp.sum(axis=-1, keepdims=True)
    return shares


def convolve(x: Float32Array, kernel: Float32Array, bias: Float32Array, stride: int = 1) -> Float32Array:
    """A convolution that pads as TensorFlow's `same` does: what is odd goes below and to the right.

    Args:
        x: `(n, height, width, channels)`.
        kernel: `(k, k, channels, filters)`.
        bias: `(filters,)`.
        stride: int.

    Returns:
        `(n, ceil(height / stride), ceil(width / stride), filters)`.
    """
    size, _, channels, filters = kernel.shape
    padding = [(0, 0), *(_same(side, size, stride) for side in x.shape[1:3]), (0, 0)]
    windows = sliding_window_view(np.pad(x, padding), (size, size), axis=(1, 2))[:, ::stride, ::stride]
    count, height, width = windows.shape[:3]
    rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(count * height * width, size * size * channels)
    out = rows @ kernel.reshape(-1, filters)
    out += bias
    return out.reshape(count, height, width, filters)


def max_pool(x: Float32Array) -> Float32Array:
    """The largest of each 2 x 2 pixels; an odd row or column at the end is left out."""
    height, width = x.shape[1:3]
    x = x[:, : height // 2 * 2, : width // 2 * 2]
    return np.maximum(np.maximum(x[:, ::2, ::2], x[:, 1::2, ::2]), np.maximum(x[:, ::2, 1::2], x[:, 1::2, 1::2]))


def _same(side: int, size: int, stride: int) -> tuple[int, int]:
    total = max((-(-side // stride) - 1) * stride + size - side, 0)
    return total // 2, total - total // 2


def _erf(x: Float32Array) -> Float32Array:
    """The error function to 1.5e-7: Abramowitz, Stegun: Handbook of mathematical functions, 7.1.26."""
    t: Float32Array = np.float32(1) / (1 + np.float32(0.3275911) * np.abs(x))
    series = np.zeros_like(x)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(factor)) * t
    value: Float32Array = np.sign(x) * (1 - series * np.exp(-x * x))
    return value
