"""The decoder of the stroke transformer, and its head over pairs of strokes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import KerasTensor, ops

from crohme.expressions.attention import BiasedAttention, FeedForward
from crohme.expressions.network_config import StrokeTransformerConfig, Tensors

MASKED = -1e9


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
