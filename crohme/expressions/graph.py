"""The stroke transformer as functions of arrays of any engine: to write it in another engine's format.

They compute what `crohme.expressions.forward` computes in numpy. `xp` is `keras.ops` or
`crohme.graphs.onnx_arrays.OnnxArrays`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from crohme.expressions.features import featurize
from crohme.expressions.settings import Preprocessing
from crohme.types import Float32Array

_FAR = -1e9
_EPSILON = 1e-5


class Encoded(NamedTuple):
    """What the encoder says of n strokes.

    Args:
        encoded: `(n, width)`. One vector per stroke.
        geometry: `(n, n, geometry)`. How strokes lie to each other.
        cross_keys, cross_values: `(decoder layers, heads, n, width / heads)`.
        pointer_keys: `(n, width)`.
        classes: `(n, symbols)`. Logits of each stroke's symbol class.
        pairs: `(n, n, relations + 2)`. Logits of how stroke j lies to stroke i.
    """

    encoded: Any
    geometry: Any
    cross_keys: Any
    cross_values: Any
    pointer_keys: Any
    classes: Any
    pairs: Any


class Step(NamedTuple):
    """What the decoder is told of q more tokens of each of k hypotheses, see `StrokeTransformer`.

    Args:
        previous, relations, rows: `(k, q)` whole numbers.
        anchors, written: `(k, q, n)` of 0 and 1.
    """

    previous: Any
    anchors: Any
    written: Any
    relations: Any
    rows: Any


class Transformer:
    """A stroke transformer's weights, and the functions that it is made of.

    Args:
        xp: the array functions.
        weights: mapping of weight path → array, as a bundle holds them.
        arguments: mapping. The fields of `StrokeTransformerConfig`.
        preprocessing: Preprocessing.
    """

    def __init__(
        self,
        xp: Any,
        weights: Mapping[str, Float32Array],
        arguments: Mapping[str, Any],
        preprocessing: Preprocessing,
    ) -> None:
        self._xp, self._preprocessing = xp, preprocessing
        self._weights = {path.partition("/")[2]: np.asarray(w, np.float32) for path, w in weights.items()}
        self._heads, self._width = int(arguments["heads"]), int(arguments["width"])
        self._encoder_layers, self._decoder_layers = arguments["encoder_layers"], arguments["decoder_layers"]
        self._pair_features = arguments["pair_features"]

    def encode(self, strokes: Any, is_stroke: Any = None) -> Encoded:
        """The encoder.

        Args:
            strokes: `(n, points, 2)`, in the unit of `features.to_unit_scale`.
            is_stroke: `(n,)` of 0 and 1, or None. Which are none, but padding at the end; None if there is none.
        """
        xp = self._xp
        points, places, pairs = (one[0] for one in featurize(strokes[None], xp, self._preprocessing))
        hidden = xp.silu(self._dense(pairs[..., : self._pair_features], "encoder/geometry_1"))
        geometry = xp.silu(self._dense(hidden, "encoder/geometry_2"))
        biases = xp.transpose(self._dense(geometry, "encoder/biases"), (2, 0, 1))
        if is_stroke is not None:
            biases = biases + (1.0 - is_stroke) * _FAR
        x = self._shape(points) + self._dense(xp.silu(self._dense(places, "encoder/place_1")), "encoder/place_2")
        x = x[None]
        for layer in range(self._encoder_layers):
            name = f"encoder/attention_{layer}"
            queries, keys, values = self._projected(x, name, ("query", "key_value"))
            own = biases[layer * self._heads : (layer + 1) * self._heads]
            x = x + self._attend(queries, keys, values, own, name, geometry)
            x = x + self._feed_forward(x, f"encoder/mlp_{layer}")
        encoded = self._norm(x, "encoder/norm")
        cross = [
            self._by_head(self._dense(encoded, f"decoder/cross_{layer}/key_value"), 2)
            for layer in range(self._decoder_layers)
        ]
        encoded = encoded[0]
        parent, child = self._dense(encoded, "pair/parent"), self._dense(encoded, "pair/child")
        lying = parent[:, None] + child[None] + self._dense(geometry, "pair/lying")
        return Encoded(
            encoded,
            geometry,
            xp.concatenate([keys for keys, _ in cross], 0),
            xp.concatenate([values for _, values in cross], 0),
            self._dense(encoded, "decoder/pointer_key"),
            self._dense(encoded, "symbol"),
            self._dense(xp.silu(lying), "pair/out"),
        )

    def read(
        self,
        memory: Encoded,
        step: Step,
        state: tuple[Any, Any],
        positions: Any,
        added: Callable[[Any, Any], tuple[Any, Any]],
        is_stroke: Any = None,
    ) -> tuple[Any, Any, Any, Any]:
        """Read q more tokens of each of k hypotheses.

        Args:
            memory: Encoded. Its last two fields are not used.
            step: Step.
            state: keys and values of the tokens read so far, `(decoder layers, k, heads, t, width / heads)` each.
            positions: `(q,)` float. How many tokens stand before each.
            added: function of old and new keys, or values, of a layer. Gives all, and the position of each, float.
            is_stroke: see `encode`.

        Returns:
            Logits of the next token after each `(k, q, tokens)`, of the strokes that it writes `(k, q, n)`, and
            the keys and values of the new state.
        """
        xp, width, geometry = self._xp, self._width, memory.geometry
        k, q, n = xp.shape(step.anchors)
        mean = step.anchors / xp.maximum(xp.sum(step.anchors, axis=-1, keepdims=True), 1.0)
        x = self._dense(xp.matmul(mean, memory.encoded), "decoder/anchor")
        for name, numbers in (("previous", step.previous), ("relation", step.relations), ("row", step.rows)):
            x = x + xp.take(self._weights[f"decoder/{name}/embeddings"], numbers, axis=0)
        x = x + self._positions(positions)
        edge = xp.shape(geometry)[-1]
        seen = xp.reshape(xp.matmul(mean, xp.reshape(geometry, (n, n * edge))), (k, q, n, edge))
        seen = xp.concatenate([seen, step.anchors[..., None], step.written[..., None]], axis=-1)
        unseen = 0.0 if is_stroke is None else (1.0 - is_stroke) * _FAR
        all_keys, all_values = [], []
        for layer in range(self._decoder_layers):
            name = f"decoder/self_{layer}"
            queries, keys, values = self._projected(x, name, ("query", "key_value"))
            keys, at = added(state[0][layer], keys)
            values, _ = added(state[1][layer], values)
            all_keys.append(keys[None])
            all_values.append(values[None])
            later = xp.clip(at[None] - positions[:, None], 0.0, 1.0) * _FAR
            x = x + self._attend(queries, keys, values, later, name)
            name = f"decoder/cross_{layer}"
            bias = self._look(x, seen, self._heads, f"decoder/look_{layer}/seek") + unseen
            (queries,) = self._projected(x, name, ("query",))
            x = x + self._attend(queries, memory.cross_keys[layer], memory.cross_values[layer], bias, name, seen)
            x = x + self._feed_forward(x, f"decoder/mlp_{layer}")
        x = self._norm(x, "decoder/norm")
        queries = self._dense(x, "decoder/pointer_query") * width**-0.5
        pointer = xp.matmul(queries, xp.transpose(memory.pointer_keys, (1, 0)))
        pointer = pointer + self._look(x, seen, 1, "decoder/pointer_look/seek")[:, 0] + unseen
        pointed = xp.matmul(xp.softmax(pointer), memory.encoded)
        hidden = xp.silu(self._dense(xp.concatenate([x, pointed], axis=-1), "decoder/token_in"))
        keys, values = xp.concatenate(all_keys, 0), xp.concatenate(all_values, 0)
        return self._dense(hidden, "decoder/token"), pointer, keys, values

    def _dense(self, x: Any, name: str) -> Any:
        return self._xp.matmul(x, self._weights[f"{name}/kernel"]) + self._weights[f"{name}/bias"]

    def _norm(self, x: Any, name: str) -> Any:
        gamma, beta = self._weights[f"{name}/gamma"], self._weights[f"{name}/beta"]
        return self._xp.layer_normalization(x, gamma, beta, epsilon=_EPSILON)

    def _feed_forward(self, x: Any, name: str) -> Any:
        hidden = self._xp.silu(self._dense(self._norm(x, f"{name}/norm"), f"{name}/inner"))
        return self._dense(hidden, f"{name}/out")

    def _shape(self, points: Any) -> Any:
        xp = self._xp
        n, length, features = xp.shape(points)
        parts = xp.reshape(points, (n, length // 4, 4 * features))
        x = xp.silu(self._dense(self._with_neighbours(parts), "encoder/shape_1"))
        x = xp.silu(self._dense(self._with_neighbours(x), "encoder/shape_2"))
        _, parts, width = xp.shape(x)
        return self._dense(xp.reshape(x, (n, parts * width)), "encoder/shape_3")

    def _with_neighbours(self, x: Any) -> Any:
        nothing = self._xp.zeros_like(x[:, :1])
        before = self._xp.concatenate([nothing, x[:, :-1]], axis=1)
        after = self._xp.concatenate([x[:, 1:], nothing], axis=1)
        return self._xp.concatenate([before, x, after], axis=-1)

    def _projected(self, x: Any, name: str, layers: tuple[str, ...]) -> Any:
        """Queries, and keys and values if asked for, by one product; queries are scaled."""
        scale = np.float32((self._width // self._heads) ** -0.5)
        factors = [scale if layer == "query" else np.float32(1) for layer in layers]
        kernel, bias = (
            np.concatenate(
                [self._weights[f"{name}/{layer}/{part}"] * by for layer, by in zip(layers, factors, strict=True)], -1
            )
            for part in ("kernel", "bias")
        )
        normed = self._norm(x, f"{name}/norm")
        return self._by_head(self._xp.matmul(normed, kernel) + bias, kernel.shape[1] // self._width)

    def _by_head(self, x: Any, parts: int) -> list[Any]:
        """`(k, t, parts * width)` → for each part `(k, heads, t, width / heads)`."""
        xp = self._xp
        k, t, _ = xp.shape(x)
        x = xp.reshape(x, (k, t, parts, self._heads, self._width // self._heads))
        x = xp.transpose(x, (2, 0, 3, 1, 4))
        return [x[part] for part in range(parts)]

    def _attend(self, queries: Any, keys: Any, values: Any, bias: Any, name: str, edges: Any = None) -> Any:
        """What `(k, heads, q, width / heads)` queries find; edges are `(k, q, t, e)`."""
        xp = self._xp
        k, _, q, _ = xp.shape(queries)
        weights = xp.softmax(xp.matmul(queries, xp.swapaxes(keys, -1, -2)) + bias)
        found = xp.reshape(xp.swapaxes(xp.matmul(weights, values), 1, 2), (k, q, self._width))
        kernel = self._weights[f"{name}/out/kernel"]
        if edges is not None:
            on_edges = xp.matmul(xp.swapaxes(weights, 1, 2), edges)
            width = self._heads * xp.shape(edges)[-1]
            found = xp.concatenate([found, xp.reshape(on_edges, (k, q, width))], axis=-1)
            kernel = np.concatenate([kernel, self._weights[f"{name}/edge/kernel"]])
        return xp.matmul(found, kernel) + self._weights[f"{name}/out/bias"]

    def _look(self, x: Any, seen: Any, heads: int, name: str) -> Any:
        """Bias `(k, heads, q, n)` of what each query seeks in the geometry seen from its anchor."""
        xp = self._xp
        k, q, _, width = xp.shape(seen)
        scale = self._weights[f"{name}/bias"].shape[0] // heads
        sought = xp.reshape(self._dense(x, name) * scale**-0.5, (k, q, heads, width))
        return xp.swapaxes(xp.matmul(sought, xp.swapaxes(seen, -1, -2)), 1, 2)

    def _positions(self, positions: Any) -> Any:
        half = self._width // 2
        rates = np.exp(-np.log(10_000.0) * np.arange(half) / half).astype(np.float32)
        angles = positions[:, None] * rates
        return self._xp.concatenate([self._xp.sin(angles), self._xp.cos(angles)], axis=-1)
