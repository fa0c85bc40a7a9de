"""Arrays that write the nodes of an ONNX graph while a function computes with them.

`OnnxArrays` has those functions of `keras.ops`, most of them numpy's, that the networks here need, so that one function
of arrays serves all engines: `f(numpy, …)` computes, `f(OnnxArrays(), …)` writes the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crohme.graphs.onnx_graph import TYPES, Array, Graph
from crohme.graphs.sizes import Shape, Size, broadcast, product


class OnnxArrays(Graph):
    """A graph that is being written. Its methods are called as those of `keras.ops`."""

    def shape(self, x: Array) -> Shape:
        return x.shape

    def reshape(self, x: Array, shape: Sequence[int | Size]) -> Array:
        sizes = [Size.of(size) for size in shape]
        if Size(-1) in sizes:
            sizes[sizes.index(Size(-1))] = product(x.shape) // product(size for size in sizes if size != Size(-1))
        return self.node("Reshape", [x, self.vector(sizes)], tuple(sizes))

    def arange(self, start: int | Size, stop: int | Size | None = None, dtype: str = "float32") -> Array:
        first, last = (Size(0), Size.of(start)) if stop is None else (Size.of(start), Size.of(stop))
        ends = [self.node("Squeeze", [self.value_of(end), self.constant(np.array([0]))], ()) for end in (first, last)]
        count = last if first == Size(0) else Size.of(str(last).removeprefix(f"{first} + "))
        numbers = self.node("Range", [*ends, self.constant(np.int64(1))], (count,))
        return numbers if dtype == "int64" else self.node("Cast", [numbers], (count,), to=TYPES[dtype])

    def transpose(self, x: Array, axes: Sequence[int]) -> Array:
        return self.node("Transpose", [x], tuple(x.shape[axis] for axis in axes), perm=list(axes))

    def swapaxes(self, x: Array, one: int, other: int) -> Array:
        axes = list(range(x.ndim))
        axes[one], axes[other] = axes[other], axes[one]
        return self.transpose(x, axes)

    def concatenate(self, arrays: Sequence[Any], axis: int) -> Array:
        arrays = [self.array(one) for one in arrays]
        axis %= arrays[0].ndim
        size = arrays[0].shape[axis]
        for one in arrays[1:]:
            size = size + one.shape[axis]
        shape = (*arrays[0].shape[:axis], size, *arrays[0].shape[axis + 1 :])
        return self.node("Concat", arrays, shape, axis=axis)

    def stack(self, arrays: Sequence[Array], axis: int = 0) -> Array:
        axis %= arrays[0].ndim + 1
        return self.concatenate([one[(slice(None),) * axis + (None,)] for one in arrays], axis)

    def flip(self, x: Array, axis: int) -> Array:
        ends = [self.constant(np.array([bound])) for bound in (-1, np.iinfo(np.int64).min, axis, -1)]
        return self.node("Slice", [x, *ends], x.shape)

    def take(self, x: Any, indices: Array, axis: int = 0) -> Array:
        x = self.array(x)
        shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
        return self.node("Gather", [x, indices], shape, axis=axis)

    def matmul(self, one: Any, other: Any) -> Array:
        one, other = self.array(one), self.array(other)
        shape = (*broadcast(one.shape[:-2], other.shape[:-2]), one.shape[-2], other.shape[-1])
        return self.node("MatMul", [one, other], shape)

    def zeros_like(self, x: Array) -> Array:
        return x * 0.0

    def minimum(self, one: Any, other: Any) -> Array:
        return self.elementwise("Min", one, other)

    def maximum(self, one: Any, other: Any) -> Array:
        return self.elementwise("Max", one, other)

    def clip(self, x: Array, low: float, high: float) -> Array:
        return self.minimum(self.maximum(x, low), high)

    def min(self, x: Array, axis: int | tuple[int, ...]) -> Array:
        return self._reduced("ReduceMin", x, axis, False)

    def max(self, x: Array, axis: int | tuple[int, ...]) -> Array:
        return self._reduced("ReduceMax", x, axis, False)

    def sum(self, x: Array, axis: int | tuple[int, ...], keepdims: bool = False) -> Array:
        return self._reduced("ReduceSum", x, axis, keepdims)

    def _reduced(self, kind: str, x: Array, axis: int | tuple[int, ...], keepdims: bool) -> Array:
        axes = [one % x.ndim for one in (axis if isinstance(axis, tuple) else (axis,))]
        shape = [Size(1) if number in axes else size for number, size in enumerate(x.shape)]
        if not keepdims:
            shape = [size for number, size in enumerate(x.shape) if number not in axes]
        return self.node(kind, [x, self.constant(np.array(axes))], tuple(shape), keepdims=int(keepdims))

    def sqrt(self, x: Array) -> Array:
        return self.node("Sqrt", [x], x.shape)

    def exp(self, x: Array) -> Array:
        return self.node("Exp", [x], x.shape)

    def log(self, x: Array) -> Array:
        return self.node("Log", [x], x.shape)

    def sin(self, x: Array) -> Array:
        return self.node("Sin", [x], x.shape)

    def cos(self, x: Array) -> Array:
        return self.node("Cos", [x], x.shape)

    def abs(self, x: Array) -> Array:
        return self.node("Abs", [x], x.shape)

    def arcsinh(self, x: Array) -> Array:
        return self.node("Asinh", [x], x.shape)

    def silu(self, x: Array) -> Array:
        return x * self.sigmoid(x)

    def softmax(self, x: Array) -> Array:
        return self.node("Softmax", [x], x.shape, axis=-1)

    def tanh(self, x: Array) -> Array:
        return self.node("Tanh", [x], x.shape)

    def erf(self, x: Array) -> Array:
        return self.node("Erf", [x], x.shape)

    def sigmoid(self, x: Array) -> Array:
        return self.node("Sigmoid", [x], x.shape)

    def layer_normalization(self, x: Array, gamma: Any, beta: Any, epsilon: float) -> Array:
        parts = [x, self.array(gamma), self.array(beta)]
        return self.node("LayerNormalization", parts, x.shape, axis=-1, epsilon=epsilon)
