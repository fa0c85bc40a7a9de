"""The network of shapes as a browser has it: in seven bits, because all its weights are to be six megabytes at most.

Before each kernel stand the scales of its columns, after it the bias, both in half precision; its numbers follow from
the lowest bit on.
"""

from __future__ import annotations

import numpy as np

from crohme.expressions.shapes import Layer, ShapeNetwork
from crohme.types import Float32Array, UInt8Array

_BITS = 7
_LARGEST = 2 ** (_BITS - 1) - 1


def packed_shapes(content: bytes) -> bytes:
    """What `js/shapes.js` reads, little-endian; nothing for nothing.

    The `head` of the network, and of each layer scales, kernel (up to a whole byte) and bias.

    Args:
        content: bytes. See `ShapeNetwork.to_bytes`.
    """
    if not content:
        return b""
    network = ShapeNetwork.from_bytes(content)
    parts = [network.head()]
    for layer in network.layers:
        scales, numbers = _numbers(layer.kernel)
        bits = np.unpackbits(numbers.reshape(-1, 1), axis=1, count=_BITS, bitorder="little")
        packed = np.packbits(bits.reshape(-1), bitorder="little")
        parts += [scales.astype("<f2").tobytes(), packed.tobytes(), layer.bias.astype("<f2").tobytes()]
    return b"".join(parts)


def rounded_shapes(content: bytes) -> bytes:
    """A network of shapes with the weights that a browser has."""
    network = ShapeNetwork.from_bytes(content)
    layers = []
    for layer in network.layers:
        scales, numbers = _numbers(layer.kernel)
        layers.append(Layer((numbers.astype(np.float32) - _LARGEST) * scales, layer.bias, layer.stride))
    return ShapeNetwork(network.points, layers, network.classes, network.scale, network.offset).to_bytes()


def _numbers(kernel: Float32Array) -> tuple[Float32Array, UInt8Array]:
    """Of a kernel `(width, inputs, outputs)` the scales `(outputs,)`, and the numbers, of which `_LARGEST` is zero.

    Scales have five binary digits, so that their products with the numbers are exact in half precision.
    """
    mantissa, exponent = np.frexp(np.abs(kernel).max(axis=(0, 1)) / _LARGEST)
    scales = np.ldexp(np.ceil(mantissa * 32) / 32, exponent).astype(np.float32)
    numbers = np.divide(kernel, scales, out=np.zeros_like(kernel), where=scales > 0)
    return scales, (np.rint(numbers) + _LARGEST).astype(np.uint8)
