"""Layers that ONNX has as one operator: convolution, pooling, LSTM. Pictures are `(n, height, width, channels)`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from onnx import TensorProto

from crohme.graphs.onnx_arrays import OnnxArrays
from crohme.graphs.onnx_graph import Array
from crohme.graphs.sizes import Shape, Size
from crohme.types import Float32Array

_CHANNELS_FIRST, _CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
_GATES = (0, 3, 1, 2)  # Keras has input, forget, cell, output; ONNX input, output, forget, cell


def convolve(xp: OnnxArrays, x: Array, kernel: Float32Array, bias: Float32Array, stride: int) -> Array:
    """A convolution that pads as TensorFlow's `same` does.

    Args:
        xp: OnnxArrays. The graph.
        x: `(n, height, width, channels)`.
        kernel: `(k, k, channels, filters)`.
        bias: `(filters,)`.
        stride: int.
    """
    parts = [xp.transpose(x, _CHANNELS_FIRST), xp.constant(kernel.transpose(3, 2, 0, 1)), xp.constant(bias)]
    shape = _smaller(parts[0].shape, Size(kernel.shape[3]), lambda side: -(-side // stride))
    found = xp.node("Conv", parts, shape, auto_pad="SAME_UPPER", strides=[stride, stride])
    return xp.transpose(found, _CHANNELS_LAST)


def max_pool(xp: OnnxArrays, x: Array) -> Array:
    """The largest of each 2 x 2 pixels; an odd row or column at the end is left out."""
    x = xp.transpose(x, _CHANNELS_FIRST)
    shape = _smaller(x.shape, x.shape[1], lambda side: side // 2)
    return xp.transpose(xp.node("MaxPool", [x], shape, kernel_shape=[2, 2], strides=[2, 2]), _CHANNELS_LAST)


def lstm(
    xp: OnnxArrays, x: Array, lengths: Array, kernel: Float32Array, recurrent: Float32Array, bias: Float32Array
) -> tuple[Array, Array]:
    """An LSTM layer, with weights as Keras has them.

    Args:
        xp: OnnxArrays. The graph.
        x: `(time, n, width)`.
        lengths: `(n,)` int32. Steps of each; what comes after them is passed over.
        kernel, recurrent, bias: `(width, 4 u)`, `(u, 4 u)`, `(4 u,)`.

    Returns:
        What it says after each step, `(time, n, u)`, and after the last one of each, `(n, u)`.
    """
    units = recurrent.shape[0]
    of_input, of_hidden, offset = (
        np.concatenate([array[..., gate * units : (gate + 1) * units] for gate in _GATES], -1)
        for array in (kernel, recurrent, bias)
    )
    weights = [xp.constant(array.T[None]) for array in (of_input, of_hidden)]
    offset = np.concatenate([offset, np.zeros_like(offset)])
    inputs = [x, *weights, xp.constant(offset[None]), lengths]
    time, n = x.shape[:2]
    shapes = [(time, Size(1), n, Size(units)), (Size(1), n, Size(units))]
    steps, last = xp.nodes("LSTM", inputs, shapes, hidden_size=units)
    return steps[:, 0], last[0]


def lengths_of(xp: OnnxArrays, sequences: Array) -> Array:
    """Rows of `(n, time, features)` sequences that are not all zeros, `(n,)` int32."""
    n = sequences.shape[0]
    some = xp.max(xp.abs(sequences), axis=2)
    is_row = xp.node("Greater", [some, xp.constant(0.0)], some.shape)
    is_row = xp.node("Cast", [is_row], some.shape, to=TensorProto.FLOAT)
    return xp.node("Cast", [xp.sum(is_row, axis=1)], (n,), to=TensorProto.INT32)


def _smaller(shape: Shape, channels: Size, of_side: Callable[[int], int]) -> Shape:
    return (shape[0], channels, *(Size(of_side(side.factor)) for side in shape[2:]))
