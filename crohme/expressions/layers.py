"""Layers of the stroke transformer in numpy, for few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crohme.types import Float32Array

_Precision = TypeVar("_Precision", np.float32, np.float64)
Table = dict[str, Float32Array]
"""Path of a weight → the weight."""
_SMALL_PRODUCT = 1_000_000  # up to this many multiplications OpenBLAS does not copy its operands first
_MOST_PARTS = 3
_LEAST_SUM, _LARGEST_SUM = 1e-30, 1e30  # of exponentials: far from where single precision ends


def product(x: Float32Array, kernel: Float32Array) -> Float32Array:
    """`x @ kernel` of `(m, k)` and `(k, n)`.

    Of ten to thirty rows it is taken in two or three parts, each small enough for OpenBLAS's kernels for small
    matrices: on AVX-512 that takes 0.6 of the time.
    """
    m, k, n = *x.shape, kernel.shape[1]
    parts = -(-m * k * n // _SMALL_PRODUCT)
    if parts == 2 and n % 2:
        parts = 3
    if parts < 2 or parts > _MOST_PARTS or n % parts:
        whole: Float32Array = x @ kernel
        return whole
    out = np.empty((m, n), np.float32)
    columns = n // parts
    np.matmul(
        x, kernel.reshape(k, parts, columns).transpose(1, 0, 2), out=out.reshape(m, parts, columns).transpose(1, 0, 2)
    )
    return out


def dense(x: Float32Array, weights: Mapping[str, Float32Array], name: str) -> Float32Array:
    """A layer of `(…, k)`."""
    # In two dimensions: numpy multiplies each `(q, d)` of a `(k, q, d)` by itself, and reads the weights k times.
    flat = product(x.reshape(-1, x.shape[-1]), weights[f"{name}/kernel"])
    flat += weights[f"{name}/bias"]
    return flat.reshape(*x.shape[:-1], -1)


def inverse_deviation(x: Float32Array) -> Float32Array:
    """One over the standard deviation of each row of `(m, d)`, `(m, 1)`."""
    share = np.float32(1 / x.shape[1])
    variance = np.vecdot(x, x)
    variance *= share
    mean = np.add.reduce(x, axis=1)
    mean *= share
    mean *= mean
    variance -= mean
    variance += np.float32(1e-5)
    np.sqrt(variance, out=variance)
    inverse: Float32Array = np.reciprocal(variance, out=variance)
    return inverse[:, None]


def fused(table: Table, norm: str, layers: Sequence[str]) -> tuple[Float32Array, Float32Array]:
    """The layers after a layer norm as one kernel and one bias: `inverse_deviation(x) * (x @ kernel) + bias`.

    The kernel takes the mean from `x`, and has the norm's own scale and offset.
    """
    kernel = np.concatenate([table[f"{layer}/kernel"] for layer in layers], axis=1).astype(np.float64)
    bias = np.concatenate([table[f"{layer}/bias"] for layer in layers]).astype(np.float64)
    bias += table[f"{norm}/beta"] @ kernel
    kernel *= table[f"{norm}/gamma"][:, None]
    kernel -= kernel.mean(axis=0)
    return np.ascontiguousarray(kernel, np.float32), bias.astype(np.float32)


def silu(x: Float32Array) -> Float32Array:
    """x · sigmoid(x)."""
    growth: Float32Array = np.exp(-x)
    growth += np.float32(1)
    return np.divide(x, growth, out=growth)


def softmax(x: Float32Array) -> Float32Array:
    """Logits as probabilities along the last axis, in their place."""
    x -= np.maximum.reduce(x, axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= np.add.reduce(x, axis=-1, keepdims=True)
    return x


def log_softmax(x: NDArray[_Precision]) -> NDArray[_Precision]:
    """Logits as log-probabilities along the last axis."""
    shifted: NDArray[_Precision] = x - np.maximum.reduce(x, axis=-1, keepdims=True)
    shifted -= np.log(np.add.reduce(np.exp(shifted), axis=-1, keepdims=True))
    return shifted


def exponentials(x: Float32Array, *, is_shifted: bool) -> Float32Array:
    """Logits, in their place, as what is proportional to probabilities along the last axis.

    Args:
        x: `(a, b, n)`.
        is_shifted: bool. Whether to subtract the largest logit, as is needed for those that `attended` cannot do
            without.

    Returns:
        Their sums, `(a, b)`.
    """
    if is_shifted:
        x -= np.maximum.reduce(x, axis=-1, keepdims=True)
    np.exp(x, out=x)
    n = x.shape[-1]
    sums: Float32Array = np.dot(x.reshape(-1, n), _ones(n))  # in a third of the time that `add.reduce` takes
    return sums.reshape(x.shape[:-1])


def attended(attend: Callable[[bool, Float32Array], None], shape: tuple[int, int]) -> Float32Array:
    """Do what needs exponentials of logits, again with shifted ones if those of plain logits are too large or small.

    Finding the largest logits takes longer than all else in a small softmax, and those of a trained network need it
    hardly ever. What overflows in between is no fault: it is to be called where numpy does not warn of that.

    Args:
        attend: function. Told whether `exponentials` is to shift, and where its sums go.
        shape: tuple. Of the sums.
    """
    sums: Float32Array = np.empty(shape, np.float32)
    attend(False, sums)
    if not (sums.min() > _LEAST_SUM and sums.max() < _LARGEST_SUM):
        attend(True, sums)
    return sums


@lru_cache(maxsize=256)
def _ones(n: int) -> Float32Array:
    return np.ones(n, np.float32)


def by_head(x: Float32Array, heads: int) -> Float32Array:
    """`(m, width)` → `(heads, m, width / heads)`."""
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def positions(first: int, count: int, width: int) -> Float32Array:
    """Sinusoids of Vaswani et al., `(count, width)`."""
    rates = np.exp(-np.log(10_000.0) * np.arange(width // 2) / (width // 2)).astype(np.float32)
    angles = np.arange(first, first + count)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1).astype(np.float32)


def with_neighbours(x: Float32Array) -> Float32Array:
    """`(n, length, d)` → `(n, length, 3 d)`: what is before, itself, what is after."""
    n, length, d = x.shape
    wide = np.zeros((n, length, 3, d), np.float32)
    wide[:, 1:, 0] = x[:, :-1]
    wide[:, :, 1] = x
    wide[:, :-1, 2] = x[:, 1:]
    return wide.reshape(n, length, 3 * d)
