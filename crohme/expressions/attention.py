"""Multi-head attention whose logits get a bias, and the transformer blocks made of it."""

from __future__ import annotations

from typing import Any

import keras
from keras import KerasTensor, ops


class BiasedAttention(keras.layers.Layer):
    """Residual multi-head attention, normalised before (pre-LN), with an additive bias on its logits.

    The bias also carries the mask: a large negative number hides a key. With edges, a query learns
    of the keys that it attends to not only what they are but also how they lie to it.

    Args:
        width: int. Width d of queries and context.
        heads: int. Number of heads; divides `width`.
        dropout: float. Rate on the residual branch.
        with_edges: bool. Whether calls give edges.

    Call arguments: x `(b, q, d)`, bias that broadcasts to `(b, heads, q, k)`, context `(b, k, d)` or
        None for self-attention, edges `(b, q, k, e)` or None.

    Reference: Vaswani et al., "Attention is all you need", 2017; for the bias, Ying et al., "Do
    transformers really perform badly for graph representation?", 2021; for the edges, Shaw et al.,
    "Self-attention with relative position representations", 2018.
    """

    def __init__(self, width: int, heads: int, dropout: float, with_edges: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if width % heads:
            raise ValueError(f"{heads} heads do not divide a width of {width}")
        self.heads = heads
        self.head_width = width // heads
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")
        self.query = keras.layers.Dense(width, name="query")
        self.key_value = keras.layers.Dense(2 * width, name="key_value")
        self.out = keras.layers.Dense(width, name="out")
        self.edge = keras.layers.Dense(width, use_bias=False, name="edge") if with_edges else None
        self.dropout = keras.layers.Dropout(dropout)

    def call(
        self,
        x: KerasTensor,
        bias: KerasTensor,
        context: KerasTensor | None = None,
        edges: KerasTensor | None = None,
        training: bool = False,
    ) -> KerasTensor:
        queries = self.norm(x)
        q = self._split(self.query(queries) * self.head_width**-0.5)
        key, value = ops.split(self.key_value(queries if context is None else context), 2, axis=-1)
        logits = ops.matmul(q, ops.transpose(self._split(key), (0, 1, 3, 2))) + bias
        weights = ops.softmax(logits, axis=-1)
        mixed = ops.transpose(ops.matmul(weights, self._split(value)), (0, 2, 1, 3))
        found = self.out(ops.reshape(mixed, ops.shape(x)))
        if self.edge is not None:
            lying = ops.matmul(ops.transpose(weights, (0, 2, 1, 3)), edges)
            found = found + self.edge(ops.reshape(lying, (*ops.shape(x)[:2], -1)))
        return x + self.dropout(found, training=training)

    def _split(self, x: KerasTensor) -> KerasTensor:
        b, n, _ = ops.shape(x)
        return ops.transpose(ops.reshape(x, (b, n, self.heads, self.head_width)), (0, 2, 1, 3))


class FeedForward(keras.layers.Layer):
    """Residual feed-forward block, normalised before (pre-LN). `x`: `(b, n, width)`.

    Args:
        width: int. Width of input and output.
        hidden: int. Width between.
        dropout: float. Rate on the residual branch.
    """

    def __init__(self, width: int, hidden: int, dropout: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")
        self.inner = keras.layers.Dense(hidden, activation="silu", name="inner")
        self.out = keras.layers.Dense(width, name="out")
        self.dropout = keras.layers.Dropout(dropout)

    def call(self, x: KerasTensor, training: bool = False) -> KerasTensor:
        return x + self.dropout(self.out(self.inner(self.norm(x))), training=training)
