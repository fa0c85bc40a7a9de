"""What a symbol looks like by itself: vectors that lie near each other where symbols are drawn alike."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crohme.bundle.kinds import Table, TableError
from crohme.ink.sequences import FEATURES, sequences
from crohme.ink.strokes import StrokeBatch
from crohme.types import Float32Array, Float64Array, FloatingArray, Strokes

FILE = "shapes.bin"
"""In a bundle."""
_MAGIC = b"shapes1\0"
_HEADER, _SIDES = "<HHff", "<4H"
_LARGEST = 8 << 20
_MOST_LAYERS, _MOST_POINTS, _WIDEST_KERNEL, _WIDEST = 24, 256, 31, 1024
_AT_ONCE = 256  # symbols: more take too much memory
_LEAST_LENGTH = 1e-6
_STEEPEST = 1000.0


@dataclass(frozen=True, eq=False)
class Layer:
    """A convolution along the points of a symbol, followed by a rectifier.

    Args:
        kernel: `(width, inputs, outputs)` float32.
        bias: `(outputs,)` float32.
        stride: int. Every which point has an output.
    """

    kernel: Float32Array
    bias: Float32Array
    stride: int = 1

    def __call__(self, x: Float32Array) -> Float32Array:
        """Of `(n, points, inputs)`; the outputs beyond the ends see zeros, an odd one at the end."""
        n, points, inputs = x.shape
        width, _, outputs = self.kernel.shape
        count = -(-points // self.stride)
        missing = max((count - 1) * self.stride + width - points, 0)
        padded = np.zeros((n, points + missing, inputs), np.float32)
        padded[:, missing // 2 : missing // 2 + points] = x
        by_symbol, by_point, by_input = padded.strides
        windows = np.lib.stride_tricks.as_strided(
            padded, (n, count, width * inputs), (by_symbol, by_point * self.stride, by_input), writeable=False
        )
        flat = windows.reshape(n * count, width * inputs) @ self.kernel.reshape(width * inputs, outputs)
        found: Float32Array = np.maximum(flat + self.bias, 0.0).reshape(n, count, outputs)
        return found


class ShapeNetwork:
    """A network of convolutions over the points of single symbols.

    Its layers come in pairs, the second of which is added to what the first gives; what the last pair gives is taken
    in the mean and at its largest over all points, and a last layer of width 1 makes the vector.

    Args:
        points: int. Points of a symbol, see `crohme.ink.sequences.sequences`.
        layers: sequence of Layer. An odd number.
        scale, offset: float. The log-odds that two symbols by one hand are of one class are `scale` times the cosine
            between their vectors and `offset`.

    Raises:
        TableError: The layers do not follow each other so, or the log-odds do not grow with the cosine.
    """

    def __init__(self, points: int, layers: Sequence[Layer], scale: float, offset: float) -> None:
        self.points, self.layers, self.scale, self.offset = points, tuple(layers), scale, offset
        self._check()

    def improbability(self, symbols: Sequence[Strokes]) -> Float64Array:
        """For each two symbols by one hand, how improbable it is that they are of one class.

        Args:
            symbols: see `vectors`.

        Returns:
            `(n, n)` float64, minus the logarithm of the probability.
        """
        vectors = self.vectors(symbols).astype(np.float64)
        found: Float64Array = np.logaddexp(0.0, -(self.scale * (vectors @ vectors.T) + self.offset))
        return found

    def vectors(self, symbols: Sequence[Strokes]) -> Float32Array:
        """What symbols look like.

        Args:
            symbols: sequence of `(k, p, 2)` arrays, X to the right, Y down, in any unit. The strokes of each.

        Returns:
            `(n, size)` float32, each of length 1 (or of zeros): the product of two is the cosine between them.
        """
        some = [self._vectors(symbols[i : i + _AT_ONCE]) for i in range(0, len(symbols), _AT_ONCE)]
        return np.concatenate(some) if some else np.zeros((0, self.layers[-1].bias.size), np.float32)

    def _vectors(self, symbols: Sequence[Strokes]) -> Float32Array:
        # Symbols of very many strokes are cut: no sign of the alphabet has half as many strokes as there are points.
        x = sequences(StrokeBatch.from_symbols(map(list, symbols)), self.points)[:, : self.points]
        *pairs, last = self.layers
        for first, second in zip(pairs[::2], pairs[1::2], strict=True):
            x = first(x)
            x = x + second(x)
        pooled = np.concatenate([x.mean(axis=1), x.max(axis=1)], axis=1)
        found = last(pooled[:, None])[:, 0]
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        vectors: Float32Array = found / np.maximum(lengths, _LEAST_LENGTH)
        return vectors

    def to_bytes(self) -> bytes:
        """As the content of a file, little-endian.

        After `shapes1` and a zero byte: how many points and layers (two bytes each); scale and offset in single
        precision; the width, inputs, outputs and stride of each layer (two bytes each); the kernel and then the bias of
        each, in half precision.
        """
        content = _MAGIC + struct.pack(_HEADER, self.points, len(self.layers), self.scale, self.offset)
        content += b"".join(struct.pack(_SIDES, *one.kernel.shape, one.stride) for one in self.layers)
        for layer in self.layers:
            content += layer.kernel.astype("<f2").tobytes() + layer.bias.astype("<f2").tobytes()
        return content

    @classmethod
    def from_bytes(cls, content: bytes) -> ShapeNetwork:
        """What `to_bytes` gives.

        Raises:
            TableError: It is anything else.
        """
        try:
            points, count, scale, offset = struct.unpack_from(_HEADER, content, len(_MAGIC))
            if not content.startswith(_MAGIC) or not 1 <= count <= _MOST_LAYERS or len(content) > _LARGEST:
                raise TableError("it is no such file, or too large")
            at = len(_MAGIC) + struct.calcsize(_HEADER)
            sides = [struct.unpack_from(_SIDES, content, at + 8 * i) for i in range(count)]
        except struct.error:
            raise TableError("it is cut short") from None
        at += 8 * count
        sizes = [(width * inputs * outputs, outputs) for width, inputs, outputs, _ in sides]
        if len(content) != at + 2 * sum(map(sum, sizes)):
            raise TableError("it is cut short, or too long")
        layers = []
        for (*shape, stride), (of_kernel, of_bias) in zip(sides, sizes, strict=True):
            kernel = _singles(content, of_kernel, at).reshape(shape)
            layers.append(Layer(kernel, _singles(content, of_bias, at + 2 * of_kernel), stride))
            at += 2 * (of_kernel + of_bias)
        return cls(points, layers, scale, offset)

    def _check(self) -> None:
        if len(self.layers) % 2 == 0 or not 2 <= self.points <= _MOST_POINTS:
            raise TableError("it is not of pairs of layers and a last one")
        if not (0 < self.scale < _STEEPEST and abs(self.offset) < _STEEPEST):
            raise TableError("its log-odds do not grow with the cosine")
        inputs = len(FEATURES)
        for number, layer in enumerate(self.layers, start=1):
            width, given, outputs = layer.kernel.shape
            is_last, is_second = number == len(self.layers), number % 2 == 0
            expected = 2 * inputs if is_last else inputs
            fits = given == expected and 1 <= outputs <= _WIDEST and (not is_second or outputs == given)
            if not fits or not 1 <= width <= (1 if is_last else _WIDEST_KERNEL):
                raise TableError(f"its layer {number} does not follow the one before it")
            if layer.stride != 1 and (is_last or is_second or not 1 <= layer.stride <= width):
                raise TableError(f"its layer {number} leaves out points")
            if not (np.isfinite(layer.kernel).all() and np.isfinite(layer.bias).all()):
                raise TableError(f"its layer {number} is not of numbers")
            inputs = outputs


def check_content(content: bytes, arguments: Table) -> None:  # noqa: ARG001 - it fits any network
    """Raise TableError if a file is no network of shapes."""
    ShapeNetwork.from_bytes(content)


def _singles(content: bytes, count: int, at: int) -> Float32Array:
    numbers: FloatingArray = np.frombuffer(content, "<f2", count, at)
    return numbers.astype(np.float32)
