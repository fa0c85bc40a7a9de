"""What a symbol looks like by itself: like which other ones, and like which class."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crohme.bundle.kinds import Table, TableError
from crohme.ink.sequences import FEATURES, sequences
from crohme.ink.strokes import StrokeBatch
from crohme.types import Float32Array, Float64Array, FloatingArray, Strokes

FILE = "shapes.bin"
"""In a bundle."""
_MAGIC = b"shapes1\0"
_HEADER, _SIDES = "<3H2f", "<4H"
_LARGEST = 8 << 20
_MOST_LAYERS, _MOST_POINTS, _WIDEST_KERNEL, _WIDEST = 24, 256, 31, 1024
_AT_ONCE = 4 << 20  # numbers of a layer, of some symbols: more take too much memory
_LEAST_LENGTH = 1e-6
_STEEPEST = 1000.0
_FLOOR = 1e-3  # of probabilities: what is less probable is as improbable


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


@dataclass(frozen=True, eq=False)
class Looks:
    """What some symbols by one hand look like.

    Args:
        vectors: `(n, size)` float32, each of length 1 (or of zeros): the product of two is the cosine between them.
        unlike: `(n, n)` float64. How improbable it is that two are of one class: minus the logarithm.
        classes: `(n, classes)` float64. The logarithm of the probability of each class and `_FLOOR`.
        index: dict of label → index of its class.
    """

    vectors: Float32Array
    unlike: Float64Array
    classes: Float64Array
    index: Mapping[str, int]

    def class_score(self, symbol: int, label: str) -> float:
        """That of one class. A label that is none of the classes may be what looks most like another."""
        known = self.index.get(label)
        return float(self.classes[symbol].max() if known is None else self.classes[symbol, known])


class ShapeNetwork:
    """A network of convolutions over the points of single symbols.

    Its layers come in pairs, the second of which is added to what the first gives; what the last pair gives is taken
    in the mean and at its largest over all points, one more layer makes the vector of it, and the last one, without a
    rectifier, the log-odds of the classes.

    Args:
        points: int. Points of a symbol, see `crohme.ink.sequences.sequences`.
        layers: sequence of Layer. An even number.
        classes: tuple of str.
        scale, offset: float. The log-odds that two symbols by one hand are of one class are `scale` times the cosine
            between their vectors and `offset`.

    Raises:
        TableError: The layers do not follow each other so, there is not a class for each output, or the log-odds of
            pairs do not grow with the cosine.
    """

    def __init__(
        self, points: int, layers: Sequence[Layer], classes: tuple[str, ...], scale: float, offset: float
    ) -> None:
        self.points, self.layers, self.classes = points, tuple(layers), classes
        self.scale, self.offset = scale, offset
        self._check()
        self._index = {label: i for i, label in enumerate(classes)}
        widest = max(max(one.kernel[..., 0].size, one.bias.size) for one in self.layers)
        self._at_once = max(_AT_ONCE // (points * widest), 1)

    def look(self, symbols: Sequence[Strokes]) -> Looks:
        """What symbols by one hand look like.

        Args:
            symbols: sequence of `(k, p, 2)` arrays, X to the right, Y down, in any unit. The strokes of each.
        """
        step = self._at_once
        some = [self._hidden(symbols[i : i + step]) for i in range(0, len(symbols), step)]
        hidden = np.concatenate(some) if some else np.zeros((0, self.layers[-2].bias.size), np.float32)
        lengths = np.linalg.norm(hidden, axis=1, keepdims=True)
        vectors = hidden / np.maximum(lengths, _LEAST_LENGTH)
        exact = vectors.astype(np.float64)
        logits = (hidden @ self.layers[-1].kernel[0] + self.layers[-1].bias).astype(np.float64)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return Looks(
            vectors,
            np.logaddexp(0.0, -(self.scale * (exact @ exact.T) + self.offset)),
            np.log(odds / odds.sum(axis=1, keepdims=True) + _FLOOR),
            self._index,
        )

    def _hidden(self, symbols: Sequence[Strokes]) -> Float32Array:
        # Symbols of very many strokes are cut: no sign of the alphabet has half as many strokes as there are points.
        x = sequences(StrokeBatch.from_symbols(map(list, symbols)), self.points)[:, : self.points]
        *pairs, last, _ = self.layers
        for first, second in zip(pairs[::2], pairs[1::2], strict=True):
            x = first(x)
            x = x + second(x)
        pooled = np.concatenate([x.mean(axis=1), x.max(axis=1)], axis=1)
        return last(pooled[:, None])[:, 0]

    def to_bytes(self) -> bytes:
        """As the content of a file: `shapes1`, a zero byte, the `head`, and of each layer kernel and bias as halves."""
        content = _MAGIC + self.head()
        for layer in self.layers:
            content += layer.kernel.astype("<f2").tobytes() + layer.bias.astype("<f2").tobytes()
        return content

    def head(self) -> bytes:
        """All but the weights, little-endian.

        How many points, layers, and bytes of classes (two bytes each); scale and offset in single precision; the width,
        inputs, outputs and stride of each layer (two bytes each); the classes, one a line.
        """
        names = "\n".join(self.classes).encode()
        head = struct.pack(_HEADER, self.points, len(self.layers), len(names), self.scale, self.offset)
        return head + b"".join(struct.pack(_SIDES, *one.kernel.shape, one.stride) for one in self.layers) + names

    @classmethod
    @lru_cache(maxsize=1)  # of a bundle it is checked, then read with
    def from_bytes(cls, content: bytes) -> ShapeNetwork:
        """What `to_bytes` gives.

        Raises:
            TableError: It is anything else.
        """
        try:
            points, count, length, scale, offset = struct.unpack_from(_HEADER, content, len(_MAGIC))
            if not content.startswith(_MAGIC) or not 1 <= count <= _MOST_LAYERS or len(content) > _LARGEST:
                raise TableError("it is no such file, or too large")
            at = len(_MAGIC) + struct.calcsize(_HEADER)
            sides = [struct.unpack_from(_SIDES, content, at + 8 * i) for i in range(count)]
        except struct.error:
            raise TableError("it is cut short") from None
        at += 8 * count
        names, at = content[at : at + length], at + length
        sizes = [(width * inputs * outputs, outputs) for width, inputs, outputs, _ in sides]
        if len(content) != at + 2 * sum(map(sum, sizes)):
            raise TableError("it is cut short, or too long")
        layers = []
        for (*shape, stride), (of_kernel, of_bias) in zip(sides, sizes, strict=True):
            kernel = _singles(content, of_kernel, at).reshape(shape)
            layers.append(Layer(kernel, _singles(content, of_bias, at + 2 * of_kernel), stride))
            at += 2 * (of_kernel + of_bias)
        try:
            classes = tuple(names.decode().split("\n"))
        except UnicodeDecodeError:
            raise TableError("its classes are not text") from None
        return cls(points, layers, classes, scale, offset)

    def _check(self) -> None:
        if len(self.layers) % 2 or len(self.layers) < 2 or not 2 <= self.points <= _MOST_POINTS:
            raise TableError("it is not of pairs of layers and two more")
        if not (0 < self.scale < _STEEPEST and abs(self.offset) < _STEEPEST):
            raise TableError("its log-odds do not grow with the cosine")
        inputs, pairs = len(FEATURES), len(self.layers) - 2
        for number, layer in enumerate(self.layers, start=1):
            width, given, outputs = layer.kernel.shape
            is_second = number % 2 == 0 and number <= pairs
            expected = 2 * inputs if number == pairs + 1 else inputs
            fits = given == expected and 1 <= outputs <= _WIDEST and (not is_second or outputs == given)
            if not fits or not 1 <= width <= (_WIDEST_KERNEL if number <= pairs else 1):
                raise TableError(f"its layer {number} does not follow the one before it")
            if layer.stride != 1 and (is_second or number > pairs or not 1 <= layer.stride <= width):
                raise TableError(f"its layer {number} leaves out points")
            if not (np.isfinite(layer.kernel).all() and np.isfinite(layer.bias).all()):
                raise TableError(f"its layer {number} is not of numbers")
            inputs = outputs
        if not len(self.classes) == len(set(self.classes)) == inputs or "" in self.classes:
            raise TableError(f"it does not name {inputs} classes")


def check_content(content: bytes, arguments: Table) -> None:  # noqa: ARG001 - it fits any network
    """Raise TableError if a file is no network of shapes."""
    ShapeNetwork.from_bytes(content)


def _singles(content: bytes, count: int, at: int) -> Float32Array:
    numbers: FloatingArray = np.frombuffer(content, "<f2", count, at)
    return numbers.astype(np.float32)
