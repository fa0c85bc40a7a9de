"""The stroke transformer: a whole expression's strokes in, LaTeX tokens and their strokes out.

The encoder's tokens are strokes; how two strokes lie to each other enters every attention, as a
bias and beside the values. The decoder writes one LaTeX token at a time. It is given where in the tree it stands: which
strokes draw the symbol on which the next one hangs (the anchor), by which relation, and which
strokes are already written. It first points at the strokes of the next symbol, then names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import KerasTensor, ops

from crohme.expressions.attention import BiasedAttention, FeedForward
from crohme.expressions.network_config import StrokeTransformerConfig, Tensors
from crohme.expressions.token_decoder import PairHead, TokenDecoder, hide_padding


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


def stroke_transformer(**arguments: Any) -> StrokeTransformer:
    """The network with its weights made, from the fields of `StrokeTransformerConfig`.

    Raises:
        ValueError: A field that is not known.
    """
    return with_weights(StrokeTransformer(StrokeTransformerConfig.from_dict(arguments)))


def with_weights(network: StrokeTransformer) -> StrokeTransformer:
    """The network after a symbolic call, which makes its weights; of a real one JAX would compile every operation."""
    config = network.config
    token, stroke, step = KerasTensor((1, 2), "int32"), KerasTensor((1, 2)), KerasTensor((1, 2, 2))
    network(
        {
            "points": KerasTensor((1, 2, config.points, config.point_features)),
            "strokes": KerasTensor((1, 2, config.stroke_features)),
            "pairs": KerasTensor((1, 2, 2, config.pair_features)),
            "mask": stroke,
            "previous": token,
            "anchors": step,
            "written": step,
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
