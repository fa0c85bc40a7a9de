"""The decoder of the stroke transformer in numpy. It keeps what was read, and reads no token twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crohme.expressions.layers import Table, by_head, dense, fused, inverse_deviation, positions, product, silu, softmax
from crohme.types import BoolArray, Float32Array, IntegerArray


@dataclass(frozen=True, eq=False)
class Memory:
    """What the decoder looks at: one encoded expression of n strokes.

    What is the same for all tokens is multiplied out once: keys into the queries' kernels, values into the kernels
    after the heads.

    Args:
        encoded: `(n, width)`. One vector per stroke.
        geometry: `(n, n, geometry)`. How strokes lie to each other.
        seen: `(n, n * (geometry + 2))`. The same with room for two more numbers.
        anchors: `(n, width)`. What each stroke adds to a token that hangs on it.
        looking: per decoder layer `(width, heads * (geometry + 2) + heads * n)`: what a query seeks in the geometry,
            and how it agrees with each stroke; and the bias of both.
        found: per decoder layer `(heads * n + heads * (geometry + 2), width)`: what the strokes that it attends to
            tell, and the geometry.
        last: `(width, width + n + geometry + 2)`: the hidden layer of the tokens, the pointer, and what
            it seeks in the geometry; and the bias of all.
        pointed: `(n, width)`. What a stroke that is pointed at adds to the hidden layer of the tokens.
    """

    encoded: Float32Array
    geometry: Float32Array
    seen: Float32Array
    anchors: Float32Array
    looking: tuple[tuple[Float32Array, Float32Array], ...]
    found: tuple[Float32Array, ...]
    last: tuple[Float32Array, Float32Array]
    pointed: Float32Array

    def __len__(self) -> int:
        return len(self.encoded)


@dataclass(frozen=True, eq=False)
class State:
    """What k hypotheses have read: a pool of tokens, as many of which they have in common.

    Args:
        pool: `(r, layers, 2, heads, width / heads)`. Keys and values of r tokens.
        path: `(k, r)` bool. Which of them each hypothesis has read.
        length: int. How many tokens each has read.
    """

    pool: Float32Array
    path: BoolArray
    length: int

    def select(self, hypotheses: Sequence[int]) -> State:
        """The state of some of the hypotheses, in the given order, repeats allowed."""
        path = self.path[hypotheses]
        live = path.any(axis=0)
        return State(self.pool, path, self.length) if live.all() else State(self.pool[live], path[:, live], self.length)


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
        scale = np.float32((self.width // heads) ** -0.5)
        for i in range(layers):
            for part in ("kernel", "bias"):
                for name in (f"self_{i}", f"cross_{i}"):
                    table[f"{name}/query/{part}"] = table[f"{name}/query/{part}"] * scale
        self.reading = [
            fused(table, f"self_{i}/norm", (f"self_{i}/query", f"self_{i}/key_value")) for i in range(layers)
        ]
        self.asking = [fused(table, f"cross_{i}/norm", (f"cross_{i}/query",)) for i in range(layers)]
        self.inner = [fused(table, f"mlp_{i}/norm", (f"mlp_{i}/inner",)) for i in range(layers)]
        token_in = table["token_in/kernel"]
        halves = {"hidden/kernel": token_in[: self.width], "hidden/bias": table["token_in/bias"]}
        scaled = {f"pointer/{part}": table[f"pointer_query/{part}"] * self.width**-0.5 for part in ("kernel", "bias")}
        seeking = {f"seek/{part}": self._seeking("pointer_look", part) for part in ("kernel", "bias")}
        last = {**table, **halves, **scaled, **seeking}
        self.hidden, self.pointer, self.seeking = (
            fused(last, "norm", (name,)) for name in ("hidden", "pointer", "seek")
        )
        self.of_pointed = np.ascontiguousarray(token_in[self.width :])

    def _seeking(self, look: str, part: str) -> Float32Array:
        seen = self.table["pointer_look/seek/bias"].size
        weight: Float32Array = self.table[f"{look}/seek/{part}"] * np.float32(seen**-0.5)
        return weight

    def remember(self, encoded: Float32Array, geometry: Float32Array) -> Memory:
        """What is looked at while the tokens of an expression are read."""
        n, heads, table = len(encoded), self.heads, self.table
        looking, found = [], []
        for i in range(self.layers):
            keys, values = np.split(dense(encoded, table, f"cross_{i}/key_value"), 2, axis=1)
            kernel, bias = self.asking[i]
            keys = by_head(keys, heads).transpose(0, 2, 1)
            agree = np.empty((self.width, heads, n), np.float32)
            np.matmul(by_head(kernel, heads), keys, out=agree.transpose(1, 0, 2))
            offset = by_head(bias[None], heads) @ keys
            seek = f"look_{i}"
            looking.append((
                np.concatenate([self._seeking(seek, "kernel"), agree.reshape(self.width, -1)], axis=1),
                np.concatenate([self._seeking(seek, "bias"), offset.ravel()]),
            ))  # fmt: skip
            told = by_head(values, heads) @ table[f"cross_{i}/out/kernel"].reshape(heads, -1, self.width)
            found.append(np.concatenate([told.reshape(heads * n, -1), table[f"cross_{i}/edge/kernel"]]))
        pointer_keys = dense(encoded, table, "pointer_key").T
        last = (
            np.concatenate([self.hidden[0], self.pointer[0] @ pointer_keys, self.seeking[0]], axis=1),
            np.concatenate([self.hidden[1], self.pointer[1] @ pointer_keys, self.seeking[1]]),
        )
        seen = np.zeros((n, n, geometry.shape[-1] + 2), np.float32)
        seen[..., :-2] = geometry
        anchors = product(encoded, table["anchor/kernel"])
        pointed = product(encoded, self.of_pointed)
        return Memory(encoded, geometry, seen.reshape(n, -1), anchors, tuple(looking), tuple(found), last, pointed)

    def start(self, hypotheses: int) -> State:
        """The state before the first token."""
        pool = np.zeros((0, self.layers, 2, self.heads, self.width // self.heads), np.float32)
        return State(pool, np.zeros((hypotheses, 0), bool), 0)

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
        """See `NumpyTransformer.read`."""
        (k, q, n), table, heads = anchors.shape, self.table, self.heads
        m = k * q
        anchors = anchors.reshape(m, n)
        mean = anchors / np.maximum(np.add.reduce(anchors, axis=1, keepdims=True), np.float32(1))
        x = table["previous/embeddings"][previous] + table["relation/embeddings"][relations]
        x += self.places[rows]
        x += positions(state.length, q, self.width)
        x = x.reshape(m, -1)
        x += mean @ memory.anchors
        seen = (mean @ memory.seen).reshape(m, n, -1)
        seen[..., -2] = anchors
        seen[..., -1] = written.reshape(m, n)
        of_seen, edges = np.swapaxes(seen, 1, 2), heads * seen.shape[2]
        state, mask = _extended(state, k, q)
        pool, before = state.pool, len(state.pool) - m
        for i in range(self.layers):
            x += self._self_attention(x, pool[:, i], mask, before, i)
            looking = product(x, memory.looking[i][0])
            looking[:, edges:] *= inverse_deviation(x)
            looking += memory.looking[i][1]
            logits = looking[:, edges:].reshape(m, heads, n)
            logits += looking[:, :edges].reshape(m, heads, -1) @ of_seen
            weights = softmax(logits)
            told = np.empty((m, heads * n + edges), np.float32)
            told[:, : heads * n] = weights.reshape(m, -1)
            np.matmul(weights, seen, out=told[:, heads * n :].reshape(m, heads, -1))
            x += product(told, memory.found[i])
            x += table[f"cross_{i}/out/bias"]
            x += self._feed_forward(x, i)
        last = product(x, memory.last[0])
        last *= inverse_deviation(x)
        last += memory.last[1]
        pointer = last[:, self.width : self.width + n].copy()
        pointer += (last[:, None, self.width + n :] @ of_seen)[:, 0]
        hidden = last[:, : self.width]
        hidden += softmax(pointer.copy()) @ memory.pointed
        tokens = dense(silu(hidden), table, "token")
        return tokens.reshape(k, q, -1), pointer.reshape(k, q, n), state

    def _self_attention(
        self, x: Float32Array, pool: Float32Array, mask: Float32Array, before: int, layer: int
    ) -> Float32Array:
        """What the m new tokens, the last of the pool `(r, 2, heads, width / heads)`, find in those before them."""
        m, width = x.shape
        kernel, bias = self.reading[layer]
        projected = product(x, kernel)
        projected *= inverse_deviation(x)
        projected += bias
        pool[before:] = projected[:, width:].reshape(m, *pool.shape[1:])
        logits = by_head(projected[:, :width], self.heads) @ pool[:, 0].transpose(1, 2, 0)
        logits += mask
        found = np.empty((m, width), np.float32)
        np.matmul(softmax(logits), pool[:, 1].transpose(1, 0, 2), out=by_head(found, self.heads))
        return dense(found, self.table, f"self_{layer}/out")

    def _feed_forward(self, x: Float32Array, layer: int) -> Float32Array:
        kernel, bias = self.inner[layer]
        inner = product(x, kernel)
        inner *= inverse_deviation(x)
        inner += bias
        return dense(silu(inner), self.table, f"mlp_{layer}/out")


def _extended(state: State, k: int, q: int) -> tuple[State, Float32Array]:
    """A state with room for q more tokens of each of k hypotheses, and what each sees, `(k q, r)` of 0 and -inf."""
    before, m = len(state.pool), k * q
    pool = np.empty((before + m, *state.pool.shape[1:]), np.float32)
    pool[:before] = state.pool
    sees = np.zeros((k, q, before + m), bool)
    sees[:, :, :before] = state.path[:, None]
    own = sees[:, :, before:].reshape(k, q, k, q)
    for i in range(k):
        own[i, :, i] = np.tri(q, dtype=bool)
    mask = np.where(sees.reshape(m, -1), np.float32(0), np.float32(-np.inf))
    return State(pool, sees[:, -1], state.length + q), mask
