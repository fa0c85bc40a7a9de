"""The stroke transformer's forward pass in numpy: what recognises, without a deep-learning library.

It computes what `crohme.expressions.network` computes (a test holds the two equal), one
expression at a time, and keeps the keys and values of the tokens before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crohme.expressions.features import featurize
from crohme.expressions.settings import Preprocessing
from crohme.types import Float32Array, IntegerArray


@dataclass(frozen=True, eq=False)
class Memory:
    """What the decoder looks at: one encoded expression of n strokes.

    Args:
        encoded: `(n, width)`. One vector per stroke.
        geometry: `(n, n, geometry)`. How strokes lie to each other.
        keys, values: per decoder layer `(1, heads, n, width / heads)`.
        pointer_keys: `(n, width)`.
    """

    encoded: Float32Array
    geometry: Float32Array
    keys: tuple[Float32Array, ...]
    values: tuple[Float32Array, ...]
    pointer_keys: Float32Array

    def __len__(self) -> int:
        return len(self.encoded)


@dataclass(frozen=True, eq=False)
class State:
    """Keys and values of the t tokens read so far, for k hypotheses: per layer `(k, heads, t, width / heads)`."""

    keys: tuple[Float32Array, ...]
    values: tuple[Float32Array, ...]

    @property
    def length(self) -> int:
        """Tokens read so far."""
        return int(self.keys[0].shape[2])

    def select(self, hypotheses: Any) -> State:
        """The state of some of the hypotheses, in the given order, repeats allowed."""
        return State(tuple(k[hypotheses] for k in self.keys), tuple(v[hypotheses] for v in self.values))


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
        self.decoder_layers = int(arguments["decoder_layers"])
        self.preprocessing = preprocessing or Preprocessing()
        for path in list(self._weights):
            if path.endswith("/query/kernel"):
                self._fuse_attention(path.removesuffix("/query/kernel"))
            elif path.endswith("/inner/kernel"):
                self._fuse_norm(path.removesuffix("/inner/kernel"), ("inner",))

    def encode(self, ink: Float32Array) -> Memory:
        """Encode one expression.

        Args:
            ink: `(n, POINTS, 2)`, n ≥ 1, in the unit of `features.to_unit_scale`.
        """
        features = featurize(ink[None].astype(np.float32), preprocessing=self.preprocessing)
        points, strokes, pairs = (f[0].astype(np.float32) for f in features)
        encoded, geometry = self._encode(points, strokes, pairs[..., : self.arguments["pair_features"]])
        cross = [
            self._by_head(self._dense(encoded[None], f"decoder/cross_{i}/key_value"), 2)
            for i in range(self.decoder_layers)
        ]
        return Memory(
            encoded,
            geometry,
            tuple(keys for keys, _ in cross),
            tuple(values for _, values in cross),
            self._dense(encoded, "decoder/pointer_key"),
        )

    def _encode(
        self, points: Float32Array, strokes: Float32Array, pairs: Float32Array
    ) -> tuple[Float32Array, Float32Array]:
        """The encoder, of another network perhaps: features → one vector per stroke, and the hidden pair geometry."""
        geometry = _silu(self._dense(_silu(self._dense(pairs, "encoder/geometry_1")), "encoder/geometry_2"))
        biases = self._dense(geometry, "encoder/biases").transpose(2, 0, 1)
        place = self._dense(_silu(self._dense(strokes, "encoder/place_1")), "encoder/place_2")
        x = (self._shape(points) + place)[None]
        for i in range(self.arguments["encoder_layers"]):
            name = f"encoder/attention_{i}"
            queries, keys, values = self._by_head(self._dense(_standardised(x), f"{name}/fused"), 3)
            x = x + self._attend(queries, keys, values, biases[i * self.heads : (i + 1) * self.heads], name, geometry)
            x = self._feed_forward(x, f"encoder/mlp_{i}")
        return self._norm(x, "encoder/norm")[0], geometry

    def classify(self, memory: Memory) -> Float32Array:
        """Logits of each stroke's symbol class, `(n, symbols)`."""
        return self._dense(memory.encoded, "symbol")

    def relate(self, memory: Memory) -> Float32Array:
        """Logits of the relation of stroke j to stroke i, `(n, n, relations + 2)`."""
        parent = self._dense(memory.encoded, "pair/parent")[:, None]
        child = self._dense(memory.encoded, "pair/child")[None]
        return self._dense(_silu(parent + child + self._dense(memory.geometry, "pair/lying")), "pair/out")

    def start(self, hypotheses: int = 1) -> State:
        """The state before the first token."""
        width = self._weights["decoder/anchor/bias"].shape[0]
        empty = np.zeros((hypotheses, self.heads, 0, width // self.heads), np.float32)
        return State((empty,) * self.decoder_layers, (empty,) * self.decoder_layers)

    def read(
        self,
        memory: Memory,
        state: State,
        previous: IntegerArray,
        anchors: Float32Array,
        written: Float32Array,
        relations: IntegerArray,
        rows: IntegerArray,
    ) -> tuple[Float32Array, Float32Array, State]:
        """Read q more tokens of each of k hypotheses.

        Args:
            memory: Memory.
            state: State of the k hypotheses.
            previous, relations, rows: `(k, q)` int. See `StrokeTransformer`.
            anchors, written: `(k, q, n)` of 0 and 1.

        Returns:
            Logits of the next token after each `(k, q, tokens)`, of the strokes that it writes
            `(k, q, n)`, and the new state.
        """
        k, q, n = anchors.shape
        mean = anchors / np.maximum(anchors.sum(axis=-1, keepdims=True), 1.0)
        table = self._weights
        x = table["decoder/previous/embeddings"][previous] + table["decoder/relation/embeddings"][relations]
        x = x + table["decoder/row/embeddings"][rows] + self._dense(mean @ memory.encoded, "decoder/anchor")
        x = x + _positions(state.length, q, x.shape[-1])
        seen = (mean @ memory.geometry.reshape(n, -1)).reshape(k, q, n, -1)
        seen = np.concatenate([seen, anchors[..., None], written[..., None]], axis=-1)
        causal = np.triu(np.full((q, state.length + q), -np.inf, np.float32), k=state.length + 1)
        keys, values = [], []
        for i in range(self.decoder_layers):
            name = f"decoder/self_{i}"
            query, key, value = self._by_head(self._dense(_standardised(x), f"{name}/fused"), 3)
            keys.append(np.concatenate([state.keys[i], key], axis=2))
            values.append(np.concatenate([state.values[i], value], axis=2))
            x = x + self._attend(query, keys[i], values[i], causal, name)
            name = f"decoder/cross_{i}"
            bias = self._look(x, seen, self.heads, f"decoder/look_{i}/seek")
            (query,) = self._by_head(self._dense(_standardised(x), f"{name}/fused"), 1)
            x = x + self._attend(query, memory.keys[i], memory.values[i], bias, name, seen)
            x = self._feed_forward(x, f"decoder/mlp_{i}")
        x = self._norm(x, "decoder/norm")
        pointer = self._dense(x, "decoder/pointer_query") @ memory.pointer_keys.T * x.shape[-1] ** -0.5
        pointer = pointer + self._look(x, seen, 1, "decoder/pointer_look/seek")[:, 0]
        pointed = _softmax(pointer) @ memory.encoded
        hidden = _silu(self._dense(np.concatenate([x, pointed], axis=-1), "decoder/token_in"))
        return self._dense(hidden, "decoder/token"), pointer, State(tuple(keys), tuple(values))

    def _dense(self, x: Float32Array, name: str) -> Float32Array:
        # In two dimensions: numpy multiplies each `(q, d)` of a `(k, q, d)` by itself, and reads the weights k times.
        flat = x.reshape(-1, x.shape[-1]) @ self._weights[f"{name}/kernel"]
        flat += self._weights[f"{name}/bias"]
        return flat.reshape(*x.shape[:-1], -1)

    def _norm(self, x: Float32Array, name: str) -> Float32Array:
        return _standardised(x) * self._weights[f"{name}/gamma"] + self._weights[f"{name}/beta"]

    def _feed_forward(self, x: Float32Array, name: str) -> Float32Array:
        return x + self._dense(_silu(self._dense(_standardised(x), f"{name}/fused")), f"{name}/out")

    def _fuse_attention(self, name: str) -> None:
        """One matrix product in place of several: of what projects the queries, and of what follows the heads."""
        table = self._weights
        scale = np.float32((table[f"{name}/query/bias"].size // self.heads) ** -0.5)
        for part in ("kernel", "bias"):
            table[f"{name}/query/{part}"] = table[f"{name}/query/{part}"] * scale
        self._fuse_norm(name, ("query",) if "/cross_" in name else ("query", "key_value"))
        if (edge := table.pop(f"{name}/edge/kernel", None)) is not None:
            table[f"{name}/out/kernel"] = np.concatenate([table[f"{name}/out/kernel"], edge])

    def _fuse_norm(self, name: str, layers: tuple[str, ...]) -> None:
        """The layers after a norm as one, with the norm's own scale and offset."""
        table = self._weights
        kernel = np.concatenate([table.pop(f"{name}/{layer}/kernel") for layer in layers], axis=1)
        bias = np.concatenate([table.pop(f"{name}/{layer}/bias") for layer in layers])
        gamma, beta = table.pop(f"{name}/norm/gamma"), table.pop(f"{name}/norm/beta")
        table[f"{name}/fused/kernel"], table[f"{name}/fused/bias"] = gamma[:, None] * kernel, beta @ kernel + bias

    def _shape(self, points: Float32Array) -> Float32Array:
        n, length, features = points.shape
        parts = points.reshape(n, length // 4, 4 * features)
        x = _silu(self._dense(_with_neighbours(parts), "encoder/shape_1"))
        x = _silu(self._dense(_with_neighbours(x), "encoder/shape_2"))
        return self._dense(x.reshape(n, -1), "encoder/shape_3")

    def _attend(
        self,
        queries: Float32Array,
        keys: Float32Array,
        values: Float32Array,
        bias: Float32Array,
        name: str,
        edges: Float32Array | None = None,
    ) -> Float32Array:
        """What `(k, heads, q, width / heads)` queries find; bias broadcasts to `(k, heads, q, t)`.

        Edges are `(k, q, t, e)`.
        """
        k, _, q, _ = queries.shape
        weights = _softmax(queries @ np.swapaxes(keys, -1, -2) + bias)
        found = np.swapaxes(weights @ values, 1, 2).reshape(k, q, -1)
        if edges is not None:
            found = np.concatenate([found, (np.swapaxes(weights, 1, 2) @ edges).reshape(k, q, -1)], axis=-1)
        return self._dense(found, f"{name}/out")

    def _by_head(self, x: Float32Array, parts: int) -> Float32Array:
        """`(k, t, parts * width)` → `(parts, k, heads, t, width / heads)`."""
        k, t, width = x.shape
        return x.reshape(k, t, parts, self.heads, width // (parts * self.heads)).transpose(2, 0, 3, 1, 4)

    def _look(self, x: Float32Array, seen: Float32Array, heads: int, name: str) -> Float32Array:
        """Bias `(k, heads, q, n)` of what each query seeks in the geometry seen from its anchor."""
        width = seen.shape[-1]
        sought = (self._dense(x, name) * width**-0.5).reshape(*x.shape[:2], heads, width)
        return np.swapaxes(sought @ np.swapaxes(seen, -1, -2), 1, 2)


def _standardised(x: Float32Array) -> Float32Array:
    """Mean 0 and variance 1 along the last axis."""
    width = np.float32(x.shape[-1])
    centred = x - np.add.reduce(x, axis=-1, keepdims=True) / width
    variance = np.einsum("...i,...i->...", centred, centred)[..., None] / width
    standardised: Float32Array = centred / np.sqrt(variance + np.float32(1e-5))
    return standardised


def _silu(x: Float32Array) -> Float32Array:
    growth: Float32Array = np.exp(-x)
    return x / (np.float32(1) + growth)


def _softmax(x: Float32Array) -> Float32Array:
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Float32Array = exp / exp.sum(axis=-1, keepdims=True)
    return shares


def _positions(first: int, count: int, width: int) -> Float32Array:
    rates = np.exp(-np.log(10_000.0) * np.arange(width // 2) / (width // 2)).astype(np.float32)
    angles = np.arange(first, first + count)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1).astype(np.float32)


def _with_neighbours(x: Float32Array) -> Float32Array:
    nothing = np.zeros_like(x[:, :1])
    return np.concatenate(
        [np.concatenate([nothing, x[:, :-1]], axis=1), x, np.concatenate([x[:, 1:], nothing], axis=1)], axis=-1
    )
