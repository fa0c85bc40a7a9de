"""The decoder of the stroke transformer in numpy. It keeps what was read, and reads no token twice.

The tokens of several expressions are read together: whatever is multiplied with weights is one product for all of
them, and each expression attends to its own tokens and strokes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from crohme.expressions.decoder_views import Memory, View, parts_of
from crohme.expressions.layers import (
    Table,
    attended,
    by_head,
    dense,
    exponentials,
    fused,
    inverse_deviation,
    positions,
    product,
    silu,
    softmax,
)
from crohme.expressions.protocol import Read
from crohme.expressions.token_pool import State, TokenPool
from crohme.types import Float32Array


class Decoder:
    """The decoder with its weights.

    Args:
        table: Table. Weights by their path below the network's name.
        heads, layers: int.
    """

    def __init__(self, table: Table, heads: int, layers: int) -> None:
        self.heads, self.layers = heads, layers
        self.table = table = {path.removeprefix("decoder/"): w for path, w in table.items()}
        self.width = table["anchor/bias"].size
        self.places = table["row/embeddings"] + table["anchor/bias"]
        scaled = dict(table)
        for i in range(layers):
            for name in (f"self_{i}/query", f"cross_{i}/query"):
                _scale(scaled, name, self.width // heads)
            _scale(scaled, f"look_{i}/seek", table["pointer_look/seek/bias"].size)
        _scale(scaled, "pointer_query", self.width)
        _scale(scaled, "pointer_look/seek", table["pointer_look/seek/bias"].size)
        self.reading = [
            fused(scaled, f"self_{i}/norm", (f"self_{i}/query", f"self_{i}/key_value")) for i in range(layers)
        ]
        self.asking = [_asking(scaled, f"cross_{i}", f"look_{i}/seek") for i in range(layers)]
        self.finding = [
            np.concatenate([table[f"cross_{i}/out/kernel"], table[f"cross_{i}/edge/kernel"]]) for i in range(layers)
        ]
        self.inner = [fused(table, f"mlp_{i}/norm", (f"mlp_{i}/inner",)) for i in range(layers)]
        token_in = table["token_in/kernel"]
        scaled |= {"hidden/kernel": token_in[: self.width], "hidden/bias": table["token_in/bias"]}
        self.last = fused(scaled, "norm", ("hidden", "pointer_query", "pointer_look/seek"))
        self.of_strokes = self._of_strokes(token_in[self.width :])

    def _of_strokes(self, of_pointed: Float32Array) -> tuple[Float32Array, Float32Array]:
        """All that each encoded stroke is multiplied with, as one kernel and one bias."""
        table, none = self.table, np.zeros(self.width, np.float32)
        names = [*(f"cross_{i}/key_value" for i in range(self.layers)), "pointer_key"]
        kernels = [*(table[f"{name}/kernel"] for name in names), table["anchor/kernel"], of_pointed]
        return np.concatenate(kernels, axis=1), np.concatenate([*(table[f"{name}/bias"] for name in names), none, none])

    def remember(self, encoded: Float32Array, geometry: Sequence[Float32Array]) -> list[Memory]:
        """What is looked at while the tokens of some expressions are read.

        Args:
            encoded: `(strokes of all, width)`.
            geometry: of each expression, `(n, n, geometry)`.
        """
        of_all = product(encoded, self.of_strokes[0])
        of_all += self.of_strokes[1]
        memories, start = [], 0
        for lying in geometry:
            own = slice(start, start := start + len(lying))
            memories.append(self._memory(encoded[own], lying, of_all[own]))
        return memories

    def _memory(self, encoded: Float32Array, geometry: Float32Array, of_strokes: Float32Array) -> Memory:
        n, heads, layers = len(encoded), self.heads, self.layers
        parts = [np.ascontiguousarray(part) for part in np.split(of_strokes, 2 * layers + 3, axis=1)]
        keys = tuple(by_head(part, heads).transpose(0, 2, 1) for part in parts[: 2 * layers : 2])
        values = tuple(by_head(part, heads) for part in parts[1 : 2 * layers : 2])
        seen = np.zeros((n, n, geometry.shape[-1] + 2), np.float32)
        seen[..., :-2] = geometry
        pointer_keys, anchors, pointed = parts[2 * layers :]
        return Memory(encoded, geometry, seen.reshape(n, -1), anchors, keys, values, pointer_keys.T, pointed)

    def start(self, hypotheses: int) -> State:
        """The state before the first token."""
        pool = TokenPool(self.layers, self.heads, self.width // self.heads)
        return State(pool, np.zeros((hypotheses, 0), bool), 0)

    def read(self, reads: Sequence[Read[Memory, State]]) -> list[tuple[Float32Array, Float32Array, State]]:
        """See `protocol.BatchedNetwork.read_many`."""
        table = self.table
        x = table["previous/embeddings"][np.concatenate([one.previous.ravel() for one in reads])]
        x += table["relation/embeddings"][np.concatenate([one.relations.ravel() for one in reads])]
        x += self.places[np.concatenate([one.rows.ravel() for one in reads])]
        states, views = [], list[View]()
        start = 0
        for one in reads:
            k, q, n = one.anchors.shape
            own = slice(start, start := start + k * q)
            here = x[own].reshape(k, q, self.width)
            here += first_positions(one.state.length + q, self.width)[one.state.places(q)]
            anchors = one.anchors.reshape(k * q, n)
            count = np.maximum(np.add.reduce(anchors, axis=1, keepdims=True), np.float32(1))
            mean: Float32Array = np.divide(anchors, count, dtype=np.float32)
            x[own] += mean @ one.memory.anchors
            seen: Float32Array = (mean @ one.memory.seen).reshape(k * q, n, -1)
            seen[..., -2] = anchors
            seen[..., -1] = one.written.reshape(k * q, n)
            before = one.state.path.shape[1]
            state, sees = one.state.extended(k, q)
            of_seen: Float32Array = np.ascontiguousarray(seen.transpose(0, 2, 1))  # as it is multiplied fastest
            parts = parts_of(own, sees)
            views.append(View(one.memory, own, seen, of_seen, state.pool, before, before + k * q, parts))
            states.append(state)
        for i in range(self.layers):
            x += self._self_attention(x, views, i)
            x += self._cross_attention(x, views, i)
            x += self._feed_forward(x, i)
        tokens, pointers = self._last(x, views)
        return [
            (tokens[view.own].reshape(*one.previous.shape, -1), pointer.reshape(one.anchors.shape), state)
            for one, view, pointer, state in zip(reads, views, pointers, states, strict=True)
        ]

    def _self_attention(self, x: Float32Array, views: Sequence[View], layer: int) -> Float32Array:
        """What tokens find in those before them."""
        width, heads = self.width, self.heads
        projected = _normed(x, self.reading[layer])
        found = np.empty((len(x), width), np.float32)
        for view in views:
            by_token = projected[view.own, width:].reshape(view.after - view.before, 2, heads, -1)
            view.pool.keys[layer, view.before : view.after] = by_token[:, 0]
            view.pool.values[layer, view.before : view.after] = by_token[:, 1]

        def attend(is_shifted: bool, totals: Float32Array) -> None:
            for view in views:
                keys, values = view.pool.keys[layer], view.pool.values[layer]
                for own, seen, mask in view.parts:
                    weights = by_head(projected[own, :width], heads) @ keys[seen].transpose(1, 2, 0)
                    weights += mask
                    totals[own] = exponentials(weights, is_shifted=is_shifted).T
                    np.matmul(weights, values[seen].transpose(1, 0, 2), out=by_head(found[own], heads))

        totals = attended(attend, (len(x), heads))
        found_by_head = found.reshape(len(x), heads, -1)
        found_by_head /= totals[..., None]
        return dense(found, self.table, f"self_{layer}/out")

    def _cross_attention(self, x: Float32Array, views: Sequence[View], layer: int) -> Float32Array:
        """What tokens find in the strokes, and in how these lie to the anchor."""
        width, heads = self.width, self.heads
        asked = product(x, self.asking[layer][0])
        asked[:, :width] *= inverse_deviation(x)
        asked += self.asking[layer][1]
        found = np.empty((len(x), len(self.finding[layer])), np.float32)

        def attend(is_shifted: bool, totals: Float32Array) -> None:
            for view in views:
                own, (m, edges, _) = view.own, view.of_seen.shape
                weights = asked[own, width:].reshape(m, heads, edges) @ view.of_seen
                weights += (by_head(asked[own, :width], heads) @ view.memory.keys[layer]).transpose(1, 0, 2)
                totals[own] = exponentials(weights, is_shifted=is_shifted)
                by_head_of_own = by_head(found[own, :width], heads)
                np.matmul(weights.transpose(1, 0, 2), view.memory.values[layer], out=by_head_of_own)
                np.matmul(weights, view.seen, out=found[own, width:].reshape(m, heads, edges))

        totals = attended(attend, (len(x), heads))
        for part in (found[:, :width], found[:, width:]):
            by_token = part.reshape(len(x), heads, -1)
            by_token /= totals[..., None]
        out = product(found, self.finding[layer])
        out += self.table[f"cross_{layer}/out/bias"]
        return out

    def _feed_forward(self, x: Float32Array, layer: int) -> Float32Array:
        return dense(silu(_normed(x, self.inner[layer])), self.table, f"mlp_{layer}/out")

    def _last(self, x: Float32Array, views: Sequence[View]) -> tuple[Float32Array, list[Float32Array]]:
        """Logits of the tokens, and of the strokes."""
        width = self.width
        last = _normed(x, self.last)
        hidden, asked, seeking = last[:, :width], last[:, width : 2 * width], last[:, 2 * width :]
        pointers = []
        for view in views:
            pointer = asked[view.own] @ view.memory.pointer_keys
            pointer += (seeking[view.own, None] @ view.of_seen)[:, 0]
            hidden[view.own] += softmax(pointer.copy()) @ view.memory.pointed
            pointers.append(pointer)
        return dense(silu(hidden), self.table, "token"), pointers


def _normed(x: Float32Array, layer: tuple[Float32Array, Float32Array]) -> Float32Array:
    """A layer after a layer norm, see `layers.fused`."""
    out = product(x, layer[0])
    out *= inverse_deviation(x)
    out += layer[1]
    return out


def _scale(table: Table, layer: str, size: int) -> None:
    """Scale the queries of a layer by the size of the keys."""
    for part in ("kernel", "bias"):
        table[f"{layer}/{part}"] = table[f"{layer}/{part}"] * np.float32(size**-0.5)


def _asking(table: Table, cross: str, seek: str) -> tuple[Float32Array, Float32Array]:
    """The queries after their norm, and beside them what is sought in the geometry, before which there is none."""
    kernel, bias = fused(table, f"{cross}/norm", (f"{cross}/query",))
    return (
        np.concatenate([kernel, table[f"{seek}/kernel"]], axis=1),
        np.concatenate([bias, table[f"{seek}/bias"]]),
    )


def first_positions(count: int, width: int) -> Float32Array:
    """`layers.positions` of at least so many tokens."""
    room = 64
    while room < count:
        room *= 2
    return _positions(room, width)


@lru_cache(maxsize=8)
def _positions(count: int, width: int) -> Float32Array:
    return positions(0, count, width)
