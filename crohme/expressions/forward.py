"""The stroke transformer's forward pass in numpy: what recognises, without a deep-learning library.

It computes what `crohme.expressions.network` computes (a test holds the two equal), for several
expressions at once, and keeps the keys and values of the tokens before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np

from crohme.expressions.decoder_views import Encoded
from crohme.expressions.features import featurize
from crohme.expressions.forward_decoder import Decoder
from crohme.expressions.layers import (
    attended,
    by_head,
    dense,
    exponentials,
    fused,
    inverse_deviation,
    product,
    silu,
    with_neighbours,
)
from crohme.expressions.protocol import Read
from crohme.expressions.settings import Preprocessing
from crohme.expressions.token_pool import State
from crohme.types import Float32Array, IntegerArray

_OF_STROKES = ("symbol", "pair/parent", "pair/child", "pair/lying", "pair/out")
_ALIKE = 1e-3  # of the largest: what rounding makes of numbers that are added in another order


class _Block(NamedTuple):
    """A layer of the encoder, see `layers.fused`; `out` is for what the strokes tell, and for how they lie."""

    projections: tuple[Float32Array, Float32Array]
    out: Float32Array
    out_bias: Float32Array
    inner: tuple[Float32Array, Float32Array]


class _Expression(NamedTuple):
    """One of several: its strokes among those of all, `(n, n, geometry)`, and `(encoder layers * heads, n, n)`."""

    own: slice
    geometry: Float32Array
    biases: Float32Array


class AnyDecoder(Protocol):
    """What reads tokens: `forward_decoder.Decoder`, or the compiled one."""

    def remember(self, encoded: Float32Array, geometry: Sequence[Float32Array]) -> Sequence[Encoded]:
        """See `Decoder.remember`."""

    def start(self, hypotheses: int) -> State:
        """See `Decoder.start`."""

    def read(self, reads: Sequence[Read[Any, State]]) -> list[tuple[Float32Array, Float32Array, State]]:
        """See `Decoder.read`."""


Encoder = Callable[[Float32Array, Float32Array, Float32Array, Sequence[int]], tuple[Float32Array, Float32Array]]
"""See `NumpyTransformer._encode`."""


class NumpyTransformer:
    """A stroke transformer to run, not to train.

    Args:
        weights: mapping of weight path → float array, as a bundle holds them.
        arguments: mapping. The fields of `StrokeTransformerConfig`.
        preprocessing: Preprocessing.
    """

    def __init__(
        self,
        weights: Mapping[str, Float32Array],
        arguments: Mapping[str, Any],
        preprocessing: Preprocessing | None = None,
    ) -> None:
        self._weights = {path.partition("/")[2]: np.asarray(w, np.float32) for path, w in weights.items()}
        self.arguments = arguments
        self.heads = int(arguments["heads"])
        self.preprocessing = preprocessing or Preprocessing()
        of_decoder = {path: w for path, w in self._weights.items() if path.startswith("decoder/")}
        self._plain = Decoder(of_decoder, self.heads, int(arguments["decoder_layers"]))
        self._use_numpy()

    def _use_numpy(self) -> None:
        self._decoder: AnyDecoder = self._plain
        self._encoder: Encoder = self._encode
        self._heads: Callable[[Float32Array, str], Float32Array] = self._dense

    def __getstate__(self) -> dict[str, Any]:
        """Without what is compiled, which cannot be copied: a copy compiles its own."""
        state = {name: value for name, value in vars(self).items() if name not in ("_decoder", "_encoder", "_heads")}
        return {**state, "_is_compiled": self._decoder is not self._plain}

    def __setstate__(self, state: dict[str, Any]) -> None:
        is_compiled = state.pop("_is_compiled")
        vars(self).update(state)
        self._use_numpy()
        if is_compiled:
            self.compile()

    def compile(self) -> None:
        """Have what takes long computed by kernels that are compiled for this machine, when first asked for.

        Raises:
            EngineError: There is no C compiler, it fails, or what it made computes something else.
        """
        if self._decoder is not self._plain:
            return  # it is already
        try:
            self._compile()
        except BaseException:
            self._use_numpy()
            raise

    def _compile(self) -> None:
        from crohme.expressions.compiled import EngineError
        from crohme.expressions.compiled.build import library
        from crohme.expressions.compiled.decoder import CompiledDecoder
        from crohme.expressions.compiled.encoder import CompiledEncoder
        from crohme.expressions.compiled.layers import Weights

        expected = self._sample()
        self._decoder = CompiledDecoder(self._plain)
        if type(self)._encode is NumpyTransformer._encode:  # another network's encoder stays as it is
            self._encoder = CompiledEncoder(self._weights, self.arguments)
        weights = Weights(self._weights, library())
        layers = {name: weights.layer(name) for name in _OF_STROKES}
        self._heads = lambda x, name: weights.multiplied(layers[name], x)
        for one, other in zip(expected, self._sample(), strict=True):
            if not np.abs(one - other).max() <= _ALIKE * np.abs(one).max():
                raise EngineError("the compiled kernels do not compute what numpy does")

    def _sample(self) -> tuple[Float32Array, ...]:
        """What it makes of some strokes and tokens, by which two engines are compared."""
        steps = np.random.default_rng(0).normal(0, 0.1, (5, self.arguments["points"], 2)).astype(np.float32)
        memory = self.encode(np.add.accumulate(steps, axis=1))
        numbers = np.array([[1, 2], [0, 3]])
        some = (np.arange(20).reshape(2, 2, 5) % 3 == 0).astype(np.float32)
        tokens, pointers, state = self.read(memory, self.start(2), numbers, some, 1 - some, numbers, numbers)
        last = self.read(memory, state.select([1, 1]), *(one[:, :1] for one in (numbers, some, some, numbers, numbers)))
        return memory.encoded, self.classify(memory), self.relate(memory), tokens, pointers, *last[:2]

    def encode(self, ink: Float32Array) -> Encoded:
        """Encode one expression.

        Args:
            ink: `(n, POINTS, 2)`, n ≥ 1, in the unit of `features.to_unit_scale`.
        """
        return self.encode_many([ink])[0]

    def encode_many(self, inks: Sequence[Float32Array]) -> Sequence[Encoded]:
        """Encode some expressions, each as `encode` takes it."""
        features = [featurize(ink[None].astype(np.float32), preprocessing=self.preprocessing) for ink in inks]
        sizes = [len(ink) for ink in inks]
        points, strokes = (np.concatenate([one[j][0] for one in features], dtype=np.float32) for j in (0, 1))
        known = self.arguments["pair_features"]
        pairs = np.concatenate([one[2].reshape(-1, one[2].shape[-1])[:, :known] for one in features], dtype=np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            encoded, geometry = self._encoder(points, strokes, pairs, sizes)
        parts = np.split(geometry, np.cumsum(np.square(sizes))[:-1])
        lying = [part.reshape(n, n, -1) for part, n in zip(parts, sizes, strict=True)]
        return self._decoder.remember(encoded, lying)

    @cached_property
    def _blocks(self) -> list[_Block]:
        """The encoder's layers, with their weights put together."""
        table, scale = self._weights, np.float32((self._weights["symbol/kernel"].shape[0] // self.heads) ** -0.5)
        blocks = []
        for i in range(self.arguments["encoder_layers"]):
            name = f"encoder/attention_{i}"
            query = {f"query/{part}": table[f"{name}/query/{part}"] * scale for part in ("kernel", "bias")}
            blocks.append(
                _Block(
                    fused({**table, **query}, f"{name}/norm", ("query", f"{name}/key_value")),
                    np.concatenate([table[f"{name}/out/kernel"], table[f"{name}/edge/kernel"]]),
                    table[f"{name}/out/bias"],
                    fused(table, f"encoder/mlp_{i}/norm", (f"encoder/mlp_{i}/inner",)),
                )
            )
        return blocks

    def _encode(
        self, points: Float32Array, strokes: Float32Array, pairs: Float32Array, sizes: Sequence[int]
    ) -> tuple[Float32Array, Float32Array]:
        """The encoder, of another network perhaps.

        Args:
            points, strokes: `(strokes of all expressions, …)`. Features.
            pairs: `(pairs of strokes of all expressions, features)`.
            sizes: sequence of int. How many strokes each expression has.

        Returns:
            One vector per stroke, and the hidden geometry of each pair.
        """
        geometry = silu(self._dense(silu(self._dense(pairs, "encoder/geometry_1")), "encoder/geometry_2"))
        biases = self._dense(geometry, "encoder/biases")
        x = self._shape(points) + self._dense(silu(self._dense(strokes, "encoder/place_1")), "encoder/place_2")
        expressions, stroke, pair = list[_Expression](), 0, 0
        for n in sizes:
            of_pairs = slice(pair, pair := pair + n * n)
            expressions.append(
                _Expression(
                    slice(stroke, stroke := stroke + n),
                    geometry[of_pairs].reshape(n, n, -1),
                    np.ascontiguousarray(biases[of_pairs].reshape(n, n, -1).transpose(2, 0, 1)),
                )
            )
        for i, block in enumerate(self._blocks):
            x += self._attention(x, expressions, i, block)
            kernel, bias = block.inner
            inner = product(x, kernel)
            inner *= inverse_deviation(x)
            inner += bias
            x += self._dense(silu(inner), f"encoder/mlp_{i}/out")
        norm = (x - x.mean(axis=1, keepdims=True)) * inverse_deviation(x)
        return norm * self._weights["encoder/norm/gamma"] + self._weights["encoder/norm/beta"], geometry

    def _attention(
        self, x: Float32Array, expressions: Sequence[_Expression], layer: int, block: _Block
    ) -> Float32Array:
        """What the strokes `(strokes of all, width)` find in each other, and in how they lie."""
        width, heads = x.shape[1], self.heads
        kernel, offset = block.projections
        projected = product(x, kernel)
        projected *= inverse_deviation(x)
        projected += offset
        found = np.empty((len(x), len(block.out)), np.float32)

        def attend(is_shifted: bool, totals: Float32Array) -> None:
            for one in expressions:
                into = found[one.own]
                parts = (projected[one.own, j * width : (j + 1) * width] for j in range(3))
                queries, keys, values = (by_head(part, heads) for part in parts)
                weights = queries @ keys.transpose(0, 2, 1)
                weights += one.biases[layer * heads : (layer + 1) * heads]
                totals[one.own] = exponentials(weights, is_shifted=is_shifted).T
                np.matmul(weights, values, out=by_head(into[:, :width], heads))
                np.matmul(weights.transpose(1, 0, 2), one.geometry, out=into[:, width:].reshape(len(into), heads, -1))

        totals = attended(attend, (len(x), heads))
        for part in (found[:, :width], found[:, width:]):
            by_stroke = part.reshape(len(x), heads, -1)
            by_stroke /= totals[..., None]
        out = product(found, block.out)
        out += block.out_bias
        return out

    def classify(self, memory: Encoded) -> Float32Array:
        """Logits of each stroke's symbol class, `(n, symbols)`."""
        return self._heads(memory.encoded, "symbol")

    def relate(self, memory: Encoded) -> Float32Array:
        """Logits of the relation of stroke j to stroke i, `(n, n, relations + 2)`."""
        parent = self._heads(memory.encoded, "pair/parent")[:, None]
        child = self._heads(memory.encoded, "pair/child")[None]
        return self._heads(silu(parent + child + self._heads(memory.geometry, "pair/lying")), "pair/out")

    def start(self, hypotheses: int = 1) -> State:
        """The state before the first token."""
        return self._decoder.start(hypotheses)

    def read(
        self,
        memory: Encoded,
        state: State,
        previous: IntegerArray,
        anchors: Float32Array,
        written: Float32Array,
        relations: IntegerArray,
        rows: IntegerArray,
    ) -> tuple[Float32Array, Float32Array, State]:
        """Read q more tokens of each of k hypotheses.

        Args:
            memory: Encoded.
            state: State of the k hypotheses.
            previous, relations, rows: `(k, q)` int. See `StrokeTransformer`.
            anchors, written: `(k, q, n)` of 0 and 1.

        Returns:
            Logits of the next token after each `(k, q, tokens)`, of the strokes that it writes
            `(k, q, n)`, and the new state.
        """
        return self.read_many([Read(memory, state, previous, anchors, written, relations, rows)])[0]

    def read_many(self, reads: Sequence[Read[Any, State]]) -> list[tuple[Float32Array, Float32Array, State]]:
        """Read tokens of hypotheses of several expressions, those of each as `read` does."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._decoder.read(reads)

    def _dense(self, x: Float32Array, name: str) -> Float32Array:
        return dense(x, self._weights, name)

    def _shape(self, points: Float32Array) -> Float32Array:
        n, length, features = points.shape
        parts = points.reshape(n, length // 4, 4 * features)
        x = silu(self._dense(with_neighbours(parts), "encoder/shape_1"))
        x = silu(self._dense(with_neighbours(x), "encoder/shape_2"))
        return self._dense(x.reshape(n, -1), "encoder/shape_3")
