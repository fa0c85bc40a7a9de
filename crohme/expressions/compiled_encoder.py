"""The layers of the encoder of `crohme.expressions.forward`, compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from crohme.expressions.compiled_layers import (
    COLUMNS,
    Kernel,
    add,
    are_halves,
    compiled,
    normalise,
    panels,
    product,
    shift,
    silu,
    softmax,
)
from crohme.expressions.layers import Table
from crohme.types import Float32Array, Int64Array


class _Weights(NamedTuple):
    """The encoder's kernels in panels, and its other weights; those of all layers are one array."""

    gamma: Float32Array
    beta: Float32Array
    projections: Kernel
    projections_bias: Float32Array
    out: Kernel
    out_bias: Float32Array
    mlp_gamma: Float32Array
    mlp_beta: Float32Array
    inner: Kernel
    inner_bias: Float32Array
    outer: Kernel
    outer_bias: Float32Array


class CompiledLayers:
    """The encoder's layers.

    Args:
        table: Table. Weights by their path below the network's name.
        heads, layers: int.
    """

    def __init__(self, table: Table, heads: int, layers: int) -> None:
        self._heads = heads
        attention, mlp = ([f"encoder/{kind}_{i}" for i in range(layers)] for kind in ("attention", "mlp"))
        halves = are_halves(
            table[path]
            for name in (*attention, *mlp)
            for path in table
            if path.startswith(f"{name}/") and "kernel" in path
        )

        def each(names: Sequence[str], part: str) -> Float32Array:
            return np.stack([table[f"{name}/{part}"] for name in names])

        def in_panels(names: Sequence[str], parts: Sequence[str], axis: int = 1) -> Kernel:
            return panels([np.concatenate([table[f"{n}/{p}/kernel"] for p in parts], axis=axis) for n in names], halves)

        self._weights = _Weights(
            each(attention, "norm/gamma"), each(attention, "norm/beta"),
            in_panels(attention, ("query", "key_value")),
            np.concatenate([each(attention, "query/bias"), each(attention, "key_value/bias")], axis=1),
            in_panels(attention, ("out", "edge"), axis=0), each(attention, "out/bias"),
            each(mlp, "norm/gamma"), each(mlp, "norm/beta"),
            in_panels(mlp, ("inner",)), each(mlp, "inner/bias"),
            in_panels(mlp, ("out",)), each(mlp, "out/bias"),
        )  # fmt: skip

    def __call__(
        self, x: Float32Array, geometry: Float32Array, biases: Float32Array, sizes: Sequence[int]
    ) -> Float32Array:
        """What the strokes of some expressions are after all layers.

        Args:
            x: `(strokes of all, width)`.
            geometry: `(pairs of strokes of all, geometry)`.
            biases: `(pairs of strokes of all, layers * heads)`.
            sizes: sequence of int. How many strokes each expression has.
        """
        out = np.ascontiguousarray(x)
        pairs, offsets = np.ascontiguousarray(geometry), np.ascontiguousarray(biases)
        _encode(self._weights, out, pairs, offsets, np.array(sizes, np.int64), self._heads)
        return out


@compiled
def _encode(
    weights: _Weights, x: Float32Array, geometry: Float32Array, biases: Float32Array, sizes: Int64Array, heads: int
) -> None:
    """Take x through all layers, in its place."""
    m, width = x.shape
    projected = np.empty((m, weights.projections.shape[1] * COLUMNS), np.float32)
    found = np.empty((m, weights.out.shape[2]), np.float32)
    more = np.empty((m, weights.out.shape[1] * COLUMNS), np.float32)
    hidden = np.empty((m, weights.inner.shape[1] * COLUMNS), np.float32)
    inner, normed = np.empty((m, weights.outer.shape[2]), np.float32), np.empty((m, width), np.float32)
    for layer in range(weights.out.shape[0]):
        normalise(x, weights.gamma[layer], weights.beta[layer], normed)
        product(normed, weights.projections[layer], projected)
        shift(projected, weights.projections_bias[layer])
        stroke, pair = 0, 0
        for n in sizes:
            _attend(
                projected[stroke : stroke + n], geometry[pair : pair + n * n], biases[pair : pair + n * n],
                layer * heads, heads, width, found[stroke : stroke + n],
            )  # fmt: skip
            stroke, pair = stroke + n, pair + n * n
        product(found, weights.out[layer], more)
        add(x, more, weights.out_bias[layer])
        normalise(x, weights.mlp_gamma[layer], weights.mlp_beta[layer], normed)
        product(normed, weights.inner[layer], hidden)
        shift(hidden, weights.inner_bias[layer])
        for r in range(m):
            inner[r] = hidden[r, : inner.shape[1]]
            silu(inner[r])
        product(inner, weights.outer[layer], more)
        add(x, more, weights.outer_bias[layer])


@compiled
def _attend(
    projected: Float32Array,
    geometry: Float32Array,
    biases: Float32Array,
    first: int,
    heads: int,
    width: int,
    found: Float32Array,
) -> None:
    """What the strokes of an expression find in each other, and in how they lie."""
    n, size, edges = projected.shape[0], width // heads, geometry.shape[1]
    weights, scale = np.empty(n, np.float32), np.float32(size) ** np.float32(-0.5)
    found[:] = 0
    for r in range(n):
        for h in range(heads):
            start = h * size
            for j in range(n):
                total = np.float32(0)
                for i in range(start, start + size):
                    total += projected[r, i] * projected[j, width + i]
                weights[j] = total * scale + biases[r * n + j, first + h]
            softmax(weights)
            into = found[r, start : start + size]
            edge = found[r, width + h * edges : width + (h + 1) * edges]
            for j in range(n):
                weight, lies = weights[j], geometry[r * n + j]
                value = projected[j, 2 * width + start : 2 * width + start + size]
                for i in range(size):
                    into[i] += weight * value[i]
                for e in range(edges):
                    edge[e] += weight * lies[e]
