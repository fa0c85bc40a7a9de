"""The stroke transformer: a whole expression's strokes in, LaTeX tokens and their strokes out.

The encoder's tokens are strokes; how two strokes lie to each other enters every attention, as a
bias and beside the values. The decoder writes one LaTeX token at a time. It is given where in the tree it stands: which
strokes draw the symbol on which the next one hangs (the anchor), by which relation, and which
strokes are already written. It first points at the strokes of the next symbol, then names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

import keras
import numpy as np
from keras import KerasTensor, ops

from crohme.expressions.attention import BiasedAttention, FeedForward
from crohme.expressions.vocabulary import FIRST_RELATIONS

Tensors = dict[str, KerasTensor]
"""Name of an input or output → its tensor."""

MASKED = -1e9


@dataclass(frozen=True)
class StrokeTransformerConfig:
    """Everything that the network is built from.

    Args:
        tokens: int. Size of the vocabulary that the decoder reads and writes.
        symbols: int. Number of symbol classes of the auxiliary head over strokes.
        points, point_features, stroke_features, pair_features: int. Shape of the input.
        width, heads: int. Model width and attention heads.
        encoder_layers, decoder_layers: int.
        expansion: int. Width of the feed-forward blocks over `width`.
        geometry: int. Width of the layers that read the pair features.
        relations: int. How many relations symbols have, see `expressions.vocabulary`.
        dropout: float. Rate on every residual branch, and on the shape of a stroke.
    """

    tokens: int
    symbols: int
    points: int
    point_features: int
    stroke_features: int
    pair_features: int
    width: int = 192
    heads: int = 6
    encoder_layers: int = 6
    decoder_layers: int = 3
    expansion: int = 3
    geometry: int = 32
    relations: int = FIRST_RELATIONS
    dropout: float = 0.1

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> StrokeTransformerConfig:
        """From a bundle's JSON. Raises `ValueError` on a key that is not known."""
        unknown = values.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown settings of a stroke transformer: {sorted(unknown)}")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


class StrokeTransformer(keras.Model):
    """The network with teacher forcing: strokes and the tokens before in, all heads out.

    Call arguments: a dict (b expressions, n strokes, t tokens) of
        `points` `(b, n, points, point_features)`, `strokes` `(b, n, stroke_features)`,
        `pairs` `(b, n, n, pair_features)`, `mask` `(b, n)` 1 for a stroke and 0 for padding,
        `previous` `(b, t)` int tokens, `anchors` and `written` `(b, t, n)` 1 for the strokes of the
        anchor and for those already written, `relations` and `rows` `(b, t)` int relation to the
        anchor and of the innermost row.

    Args:
        config: StrokeTransformerConfig.
        encoder: function of the configuration and a name, or None. Another encoder than `StrokeEncoder`.
        name: str. That of its description.

    Returns: a dict of logits,
        `token` `(b, t, tokens)`, `pointer` `(b, t, n)` over strokes, `symbol` `(b, n, symbols)`,
        `pair` `(b, n, n, relations + 2)`. What stands at padding has no meaning.
    """

    def __init__(
        self,
        config: StrokeTransformerConfig,
        encoder: Callable[..., keras.layers.Layer] | None = None,
        name: str = "stroke_transformer",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.config = config
        self.encoder = (encoder or StrokeEncoder)(config, name="encoder")
        self.decoder = TokenDecoder(config, name="decoder")
        self.symbol = keras.layers.Dense(config.symbols, name="symbol")
        self.pair = PairHead(config, name="pair")

    def call(self, inputs: Tensors, training: bool = False) -> Tensors:
        encoded, geometry = self.encoder(inputs, training=training)
        decoded = self.decoder(inputs, encoded, geometry, training=training)
        return {"symbol": self.symbol(encoded), "pair": self.pair(encoded, geometry), **decoded}


class StrokeEncoder(keras.layers.Layer):
    """Strokes → one vector each, `(b, n, width)`, and the hidden pair geometry `(b, n, n, geometry)`."""

    def __init__(self, config: StrokeTransformerConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        # Strided convolutions along the stroke, then one dense layer that keeps the order of the parts.
        self.shape_1 = keras.layers.Dense(64, activation="silu", name="shape_1")
        self.shape_2 = keras.layers.Dense(96, activation="silu", name="shape_2")
        self.shape_3 = keras.layers.Dense(config.width, name="shape_3")
        self.shape_dropout = keras.layers.Dropout(config.dropout)
        self.place_1 = keras.layers.Dense(config.width, activation="silu", name="place_1")
        self.place_2 = keras.layers.Dense(config.width, name="place_2")
        self.geometry_1 = keras.layers.Dense(config.geometry, activation="silu", name="geometry_1")
        self.geometry_2 = keras.layers.Dense(config.geometry, activation="silu", name="geometry_2")
        self.biases = keras.layers.Dense(config.encoder_layers * config.heads, name="biases")
        self.blocks = [
            (
                BiasedAttention(config.width, config.heads, config.dropout, True, name=f"attention_{i}"),
                FeedForward(config.width, config.expansion * config.width, config.dropout, name=f"mlp_{i}"),
            )
            for i in range(config.encoder_layers)
        ]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")

    def call(self, inputs: Tensors, training: bool = False) -> tuple[KerasTensor, KerasTensor]:
        # A network that was built before the last features existed reads the first ones.
        geometry = self.geometry_2(self.geometry_1(inputs["pairs"][..., : self.config.pair_features]))
        biases = ops.transpose(self.biases(geometry), (0, 3, 1, 2))
        biases = biases + hide_padding(inputs["mask"])
        x = self._shape(inputs["points"], training) + self.place_2(self.place_1(inputs["strokes"]))
        heads = self.config.heads
        for i, (attention, mlp) in enumerate(self.blocks):
            x = attention(x, biases[:, i * heads : (i + 1) * heads], edges=geometry, training=training)
            x = mlp(x, training=training)
        return self.norm(x), geometry

    def _shape(self, points: KerasTensor, training: bool) -> KerasTensor:
        b, n, length, features = ops.shape(points)
        parts = ops.reshape(points, (b, n, length // 4, 4 * features))
        x = self.shape_2(_with_neighbours(self.shape_1(_with_neighbours(parts))))
        x = self.shape_3(ops.reshape(x, (b, n, (length // 4) * 96)))
        return self.shape_dropout(x, training=training)


class TokenDecoder(keras.layers.Layer):
    """Tokens so far and encoded strokes → logits of the next token and of the strokes that it writes."""

    def __init__(self, config: StrokeTransformerConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        width, heads, dropout = config.width, config.heads, config.dropout
        self.previous = keras.layers.Embedding(config.tokens, width, name="previous")
        self.relation = keras.layers.Embedding(config.relations + 1, width, name="relation")
        self.row = keras.layers.Embedding(config.relations + 1, width, name="row")
        self.anchor = keras.layers.Dense(width, name="anchor")
        self.blocks = [
            (
                BiasedAttention(width, heads, dropout, name=f"self_{i}"),
                Look(heads, config.geometry, name=f"look_{i}"),
                BiasedAttention(width, heads, dropout, True, name=f"cross_{i}"),
                FeedForward(width, config.expansion * width, dropout, name=f"mlp_{i}"),
            )
            for i in range(config.decoder_layers)
        ]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")
        self.pointer_query = keras.layers.Dense(width, name="pointer_query")
        self.pointer_key = keras.layers.Dense(width, name="pointer_key")
        self.pointer_look = Look(1, config.geometry, name="pointer_look")
        self.token_in = keras.layers.Dense(width, activation="silu", name="token_in")
        self.token = keras.layers.Dense(config.tokens, name="token")

    def call(self, inputs: Tensors, encoded: KerasTensor, geometry: KerasTensor, training: bool = False) -> Tensors:
        anchors = inputs["anchors"] / ops.maximum(ops.sum(inputs["anchors"], axis=-1, keepdims=True), 1.0)
        x = self.previous(inputs["previous"]) + self.relation(inputs["relations"]) + self.row(inputs["rows"])
        x = x + self.anchor(ops.matmul(anchors, encoded))
        b, t, width = ops.shape(x)
        x = x + positions(t, width)
        n = ops.shape(encoded)[1]
        # How every stroke lies, seen from the anchor, and whether it is the anchor's or was written.
        seen = ops.reshape(ops.matmul(anchors, ops.reshape(geometry, (b, n, -1))), (b, t, n, -1))
        seen = ops.concatenate([seen, inputs["anchors"][..., None], inputs["written"][..., None]], axis=-1)
        padding = hide_padding(inputs["mask"])
        causal = hide_future(t)
        for self_attention, look, cross_attention, mlp in self.blocks:
            x = self_attention(x, causal, training=training)
            x = cross_attention(x, look(x, seen) + padding, encoded, seen, training=training)
            x = mlp(x, training=training)
        x = self.norm(x)
        keys = ops.transpose(self.pointer_key(encoded), (0, 2, 1))
        pointer = ops.matmul(self.pointer_query(x), keys) * width**-0.5
        pointer = pointer + (self.pointer_look(x, seen) + padding)[:, 0]
        pointed = ops.matmul(ops.softmax(pointer, axis=-1), encoded)
        return {"token": self.token(self.token_in(ops.concatenate([x, pointed], axis=-1))), "pointer": pointer}


class Look(keras.layers.Layer):
    """Attention bias `(b, heads, t, n)`: what each query seeks in the geometry seen from its anchor."""

    def __init__(self, heads: int, geometry: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads, self.width = heads, geometry + 2
        self.seek = keras.layers.Dense(heads * self.width, name="seek")

    def call(self, x: KerasTensor, seen: KerasTensor) -> KerasTensor:
        b, t, _ = ops.shape(x)
        sought = ops.reshape(self.seek(x) * self.width**-0.5, (b, t, self.heads, self.width))
        return ops.transpose(ops.matmul(sought, ops.transpose(seen, (0, 1, 3, 2))), (0, 2, 1, 3))


class PairHead(keras.layers.Layer):
    """Logits of the relation of stroke j to stroke i, `(b, n, n, relations + 2)`: none, same symbol, each relation."""

    def __init__(self, config: StrokeTransformerConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        width = config.geometry
        self.parent = keras.layers.Dense(width, name="parent")
        self.child = keras.layers.Dense(width, name="child")
        self.lying = keras.layers.Dense(width, name="lying")
        self.out = keras.layers.Dense(config.relations + 2, name="out")

    def call(self, encoded: KerasTensor, geometry: KerasTensor) -> KerasTensor:
        parent, child = self.parent(encoded)[:, :, None], self.child(encoded)[:, None]
        return self.out(ops.silu(parent + child + self.lying(geometry)))


def hide_padding(mask: KerasTensor) -> KerasTensor:
    """Bias `(b, 1, 1, n)` that hides strokes which are padding. `mask`: `(b, n)`."""
    return ((1.0 - mask) * MASKED)[:, None, None, :]


def hide_future(length: int | KerasTensor) -> KerasTensor:
    """Bias `(1, 1, length, length)` that hides the tokens to come."""
    step = ops.arange(length)
    return (ops.cast(step[None, :] > step[:, None], "float32") * MASKED)[None, None]


def positions(length: int | KerasTensor, width: int) -> KerasTensor:
    """Sinusoids of Vaswani et al., `(1, length, width)`."""
    rates = np.exp(-np.log(10_000.0) * np.arange(width // 2) / (width // 2)).astype(np.float32)
    angles = ops.cast(ops.arange(length), "float32")[:, None] * rates[None, :]
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)[None]


def stroke_transformer(**arguments: Any) -> StrokeTransformer:
    """The network with its weights made, from the fields of `StrokeTransformerConfig`.

    Raises:
        ValueError: A field that is not known.
    """
    return with_weights(StrokeTransformer(StrokeTransformerConfig.from_dict(arguments)))


def with_weights(network: StrokeTransformer) -> StrokeTransformer:
    """The network after a first call, which makes its weights."""
    config = network.config
    token, stroke = np.zeros((1, 2), np.int32), np.ones((1, 2), np.float32)
    network(
        {
            "points": np.zeros((1, 2, config.points, config.point_features), np.float32),
            "strokes": np.zeros((1, 2, config.stroke_features), np.float32),
            "pairs": np.zeros((1, 2, 2, config.pair_features), np.float32),
            "mask": stroke,
            "previous": token,
            "anchors": np.zeros((1, 2, 2), np.float32),
            "written": np.zeros((1, 2, 2), np.float32),
            "relations": token,
            "rows": token,
        }
    )
    return network


def _with_neighbours(x: KerasTensor) -> KerasTensor:
    """Each part beside the parts before and after it (zeros at the ends): `(b, n, k, c)` → `(b, n, k, 3c)`."""
    nothing = ops.zeros_like(x[:, :, :1])
    before = ops.concatenate([nothing, x[:, :, :-1]], axis=2)
    after = ops.concatenate([x[:, :, 1:], nothing], axis=2)
    return ops.concatenate([before, x, after], axis=-1)
