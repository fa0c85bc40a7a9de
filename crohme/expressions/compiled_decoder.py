"""The decoder of `crohme.expressions.forward_decoder` with one compiled function for all that it does at a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from crohme.expressions.compiled_layers import (
    COLUMNS,
    Kernel,
    add,
    are_halves,
    compiled,
    normalise,
    panels,
    product,
    shift,
    silu,
    softmax,
)
from crohme.expressions.forward_decoder import Decoder, Memory, first_positions
from crohme.expressions.layers import Table
from crohme.expressions.protocol import Read
from crohme.types import Float32Array, Int64Array

_FIRST_ROOM = 64  # tokens
_LANES = 16  # strokes: what loops over them is a whole number of vectors


class _Weights(NamedTuple):
    """The decoder's kernels in panels, and its other weights; those of all layers are one array."""

    previous: Float32Array
    relation: Float32Array
    places: Float32Array
    self_gamma: Float32Array
    self_beta: Float32Array
    reading: Kernel
    reading_bias: Float32Array
    self_out: Kernel
    self_out_bias: Float32Array
    cross_gamma: Float32Array
    cross_beta: Float32Array
    asking: Kernel
    asking_bias: Float32Array
    seeking: Kernel
    seeking_bias: Float32Array
    finding: Kernel
    finding_bias: Float32Array
    mlp_gamma: Float32Array
    mlp_beta: Float32Array
    inner: Kernel
    inner_bias: Float32Array
    outer: Kernel
    outer_bias: Float32Array
    gamma: Float32Array
    beta: Float32Array
    last: Kernel
    last_bias: Float32Array
    token: Kernel
    token_bias: Float32Array


def _weights(table: Table, places: Float32Array, layers: int) -> _Weights:
    width = places.shape[1]
    table = {**table, "hidden/kernel": table["token_in/kernel"][:width], "hidden/bias": table["token_in/bias"]}
    halves = are_halves(weight for path, weight in table.items() if path.endswith("/kernel"))

    def norms(name: str) -> Iterator[Float32Array]:
        for part in ("gamma", "beta"):
            yield np.stack([table[f"{name}_{i}/norm/{part}"] for i in range(layers)])

    def each(*names: str) -> Iterator[Any]:
        """The kernels of layers side by side, and their biases."""
        of_layers = [[name.format(i) for name in names] for i in range(layers)]
        kernels = [np.concatenate([table[f"{name}/kernel"] for name in of_layer], axis=1) for of_layer in of_layers]
        yield panels(kernels, halves)
        yield np.stack([np.concatenate([table[f"{name}/bias"] for name in of_layer]) for of_layer in of_layers])

    finding = [np.concatenate([table[f"cross_{i}/out/kernel"], table[f"cross_{i}/edge/kernel"]]) for i in range(layers)]
    last = ("hidden", "pointer_query", "pointer_look/seek")
    return _Weights._make([
        table["previous/embeddings"], table["relation/embeddings"], places,
        *norms("self"), *each("self_{}/query", "self_{}/key_value"), *each("self_{}/out"),
        *norms("cross"), *each("cross_{}/query"), *each("look_{}/seek"),
        panels(finding, halves), np.stack([table[f"cross_{i}/out/bias"] for i in range(layers)]),
        *norms("mlp"), *each("mlp_{}/inner"), *each("mlp_{}/out"),
        table["norm/gamma"], table["norm/beta"],
        panels([np.concatenate([table[f"{name}/kernel"] for name in last], axis=1)], halves)[0],
        np.concatenate([table[f"{name}/bias"] for name in last]),
        panels([table["token/kernel"]], halves)[0], table["token/bias"],
    ])  # fmt: skip


class _Strokes(NamedTuple):
    """What the compiled decoder looks at, see `Memory`; `strokes` are those of the expression, and zeros to fill up.

    Args:
        anchors: `(n, width)`.
        seen: `(n, n, geometry + 2)`.
        of_seen: `(n, geometry + 2, strokes)`.
        keys: `(layers, width, strokes)`.
        values: `(layers, n, width)`.
        pointer_keys: `(width, strokes)`.
        pointed: `(n, width)`.
    """

    anchors: Float32Array
    seen: Float32Array
    of_seen: Float32Array
    keys: Float32Array
    values: Float32Array
    pointer_keys: Float32Array
    pointed: Float32Array


@dataclass(eq=False)
class _Pool:
    """Keys and values of tokens, `(layers, room, width)`, to which more are added in place."""

    keys: Float32Array
    values: Float32Array
    used: int = 0

    def with_room(self, known: int, more: int) -> _Pool:
        """A pool with the first tokens of this one and room for more: this one, unless others have taken the room."""
        layers, room, width = self.keys.shape
        if self.used == known and known + more <= room:
            self.used += more
            return self
        shape = layers, max(_FIRST_ROOM, 2 * (known + more)), width
        pool = _Pool(np.empty(shape, np.float32), np.empty(shape, np.float32), known + more)
        pool.keys[:, :known] = self.keys[:, :known]
        pool.values[:, :known] = self.values[:, :known]
        return pool


@dataclass(frozen=True, eq=False)
class CompiledState:
    """What k hypotheses have read.

    Args:
        pool: _Pool. Its first `used` tokens are of this state.
        used: int.
        path: `(k, length)`. The tokens of the pool that each hypothesis has read.
    """

    pool: _Pool
    used: int
    path: Int64Array

    @property
    def length(self) -> int:
        """How many tokens each has read."""
        length: int = self.path.shape[1]
        return length

    def select(self, hypotheses: Sequence[int]) -> CompiledState:
        """The state of some of the hypotheses, in the given order, repeats allowed."""
        return CompiledState(self.pool, self.used, self.path[hypotheses])

    def cut(self, tokens: int) -> CompiledState:
        """The state as it was before the last tokens that each hypothesis has read."""
        path = self.path[:, : self.length - tokens]
        return CompiledState(self.pool, int(path.max(initial=-1)) + 1, path)


class CompiledDecoder:
    """The decoder with its weights, see `Decoder`."""

    def __init__(self, table: Table, heads: int, layers: int) -> None:
        plain = Decoder(table, heads, layers)
        self._plain, self.heads, self.layers, self.width = plain, heads, layers, plain.width
        self._weights = _weights(plain.table, plain.places, layers)
        self._tokens = len(plain.table["token/bias"])

    def remember(self, encoded: Float32Array, geometry: Sequence[Float32Array]) -> list[CompiledMemory]:
        """See `Decoder.remember`."""
        return [CompiledMemory.of(memory) for memory in self._plain.remember(encoded, geometry)]

    def start(self, hypotheses: int) -> CompiledState:
        """The state before the first token."""
        nothing = np.empty((self.layers, 0, self.width), np.float32)
        return CompiledState(_Pool(nothing, nothing), 0, np.empty((hypotheses, 0), np.int64))

    def read(
        self, reads: Sequence[Read[CompiledMemory, CompiledState]]
    ) -> list[tuple[Float32Array, Float32Array, CompiledState]]:
        """See `protocol.BatchedNetwork.read_many`."""
        return [self._read(one) for one in reads]

    def _read(self, one: Read[CompiledMemory, CompiledState]) -> tuple[Float32Array, Float32Array, CompiledState]:
        k, q, n = one.anchors.shape
        state, m = one.state, k * q
        length = state.length
        pool = state.pool.with_room(state.used, m)
        tokens = np.empty((m, -(-self._tokens // COLUMNS) * COLUMNS), np.float32)
        pointers = np.empty((m, -(-n // _LANES) * _LANES), np.float32)
        _step(
            self._weights, one.memory.strokes, self.heads, first_positions(length + q, self.width)[length : length + q],
            np.ascontiguousarray(one.previous.ravel()), np.ascontiguousarray(one.relations.ravel()),
            np.ascontiguousarray(one.rows.ravel()), one.anchors.reshape(m, n), one.written.reshape(m, n),
            state.path, state.used, pool.keys, pool.values, tokens, pointers,
        )  # fmt: skip
        own = np.arange(state.used, state.used + m).reshape(k, q)
        after = CompiledState(pool, state.used + m, np.concatenate([state.path, own], axis=1))
        return tokens[:, : self._tokens].reshape(k, q, -1), pointers[:, :n].reshape(k, q, n), after


@dataclass(frozen=True, eq=False)
class CompiledMemory:
    """What is looked at while the tokens of an expression are read, for the compiled decoder and for all else."""

    encoded: Float32Array
    geometry: Float32Array
    strokes: _Strokes

    @classmethod
    def of(cls, memory: Memory) -> CompiledMemory:
        """The same as a `Memory`."""
        n, width = memory.encoded.shape
        layers, filled = len(memory.keys), -(-n // _LANES) * _LANES
        seen = memory.seen.reshape(n, n, -1)
        of_seen = np.zeros((n, seen.shape[-1], filled), np.float32)
        of_seen[..., :n] = seen.transpose(0, 2, 1)
        keys, pointer_keys = np.zeros((layers, width, filled), np.float32), np.zeros((width, filled), np.float32)
        values = np.empty((layers, n, width), np.float32)
        for i in range(layers):
            keys[i, :, :n] = memory.keys[i].reshape(width, n)
            values[i] = memory.values[i].transpose(1, 0, 2).reshape(n, width)
        pointer_keys[:, :n] = memory.pointer_keys
        anchors, pointed = (np.ascontiguousarray(part) for part in (memory.anchors, memory.pointed))
        return cls(
            memory.encoded, memory.geometry, _Strokes(anchors, seen, of_seen, keys, values, pointer_keys, pointed)
        )

    def __len__(self) -> int:
        return len(self.encoded)


@compiled
def _step(
    weights: _Weights,
    strokes: _Strokes,
    heads: int,
    positions: Float32Array,
    previous: Int64Array,
    relations: Int64Array,
    rows: Int64Array,
    anchors: Float32Array,
    written: Float32Array,
    path: Int64Array,
    used: int,
    keys: Float32Array,
    values: Float32Array,
    tokens: Float32Array,
    pointers: Float32Array,
) -> None:
    """Read q more tokens of each of k hypotheses.

    Args:
        positions: `(q, width)`.
        previous, relations, rows: `(k q,)`. See `StrokeTransformer`.
        anchors, written: `(k q, n)`.
        path: `(k, length)`. The tokens of the pool that each hypothesis has read.
        used: int. The first of its places for what is read now.
        keys, values: `(layers, room, width)`. The pool.
        tokens: `(k q, panels * COLUMNS)`. Logits.
        pointers: `(k q, strokes)`. Logits.
    """
    m, n = anchors.shape
    width, edges, filled = strokes.anchors.shape[1], strokes.of_seen.shape[1], strokes.of_seen.shape[2]
    layers = keys.shape[0]
    x = np.empty((m, width), np.float32)
    seen, of_seen = np.zeros((m, n, edges), np.float32), np.zeros((m, edges, filled), np.float32)
    for r in range(m):
        row, position = x[r], positions[r % positions.shape[0]]
        token, relation, place = weights.previous[previous[r]], weights.relation[relations[r]], weights.places[rows[r]]
        for i in range(width):
            row[i] = token[i] + relation[i] + place[i] + position[i]
        _look_from(anchors[r], written[r], strokes, row, seen[r], of_seen[r])
    projected = np.empty((m, weights.reading.shape[1] * COLUMNS), np.float32)
    asked = np.empty((m, weights.asking.shape[1] * COLUMNS), np.float32)
    sought = np.empty((m, weights.seeking.shape[1] * COLUMNS), np.float32)
    hidden = np.empty((m, weights.inner.shape[1] * COLUMNS), np.float32)
    inner = np.empty((m, weights.outer.shape[2]), np.float32)
    found, found_edges = np.empty((m, width), np.float32), np.empty((m, weights.finding.shape[2]), np.float32)
    out, normed = np.empty((m, weights.self_out.shape[1] * COLUMNS), np.float32), np.empty((m, width), np.float32)
    for layer in range(layers):
        normalise(x, weights.self_gamma[layer], weights.self_beta[layer], normed)
        product(normed, weights.reading[layer], projected)
        shift(projected, weights.reading_bias[layer])
        for r in range(m):
            for i in range(width):
                keys[layer, used + r, i] = projected[r, width + i]
                values[layer, used + r, i] = projected[r, 2 * width + i]
        _read_before(projected, path, used, keys[layer], values[layer], heads, found)
        product(found, weights.self_out[layer], out)
        add(x, out, weights.self_out_bias[layer])
        normalise(x, weights.cross_gamma[layer], weights.cross_beta[layer], normed)
        product(normed, weights.asking[layer], asked)
        shift(asked, weights.asking_bias[layer])
        product(x, weights.seeking[layer], sought)
        shift(sought, weights.seeking_bias[layer])
        for r in range(m):
            _find(
                asked[r], sought[r], strokes.keys[layer], strokes.values[layer], seen[r], of_seen[r], heads,
                found_edges[r],
            )  # fmt: skip
        product(found_edges, weights.finding[layer], out)
        add(x, out, weights.finding_bias[layer])
        normalise(x, weights.mlp_gamma[layer], weights.mlp_beta[layer], normed)
        product(normed, weights.inner[layer], hidden)
        shift(hidden, weights.inner_bias[layer])
        for r in range(m):
            inner[r] = hidden[r, : inner.shape[1]]
            silu(inner[r])
        product(inner, weights.outer[layer], out)
        add(x, out, weights.outer_bias[layer])
    last = np.empty((m, weights.last.shape[0] * COLUMNS), np.float32)
    normalise(x, weights.gamma, weights.beta, normed)
    product(normed, weights.last, last)
    shift(last, weights.last_bias)
    for r in range(m):
        _point(last[r], strokes, of_seen[r], pointers[r], x[r])
    product(x, weights.token, tokens)
    shift(tokens, weights.token_bias)


@compiled
def _look_from(
    anchors: Float32Array,
    written: Float32Array,
    strokes: _Strokes,
    row: Float32Array,
    seen: Float32Array,
    of_seen: Float32Array,
) -> None:
    """What is seen from the mean of the anchor's strokes, and what they add to a token."""
    n = anchors.size
    edges, filled = of_seen.shape
    count = np.float32(0)
    for s in range(n):
        count += anchors[s]
    share = np.float32(1) / max(count, np.float32(1))
    for s in range(n):
        if anchors[s] != 0:
            added = strokes.anchors[s]
            for i in range(row.size):
                row[i] += share * added[i]
            for j in range(n):
                for e in range(edges):
                    seen[j, e] += share * strokes.seen[s, j, e]
            for e in range(edges):
                for j in range(filled):
                    of_seen[e, j] += share * strokes.of_seen[s, e, j]
    for j in range(n):
        seen[j, edges - 2] = of_seen[edges - 2, j] = anchors[j]
        seen[j, edges - 1] = of_seen[edges - 1, j] = written[j]


@compiled
def _read_before(
    projected: Float32Array,
    path: Int64Array,
    used: int,
    keys: Float32Array,
    values: Float32Array,
    heads: int,
    found: Float32Array,
) -> None:
    """What tokens find in those before them, and in themselves."""
    m, width = found.shape
    k, length = path.shape
    q, size = m // k, width // heads
    scale = np.float32(size) ** np.float32(-0.5)
    logits, own = np.empty((heads, length + q), np.float32), np.empty(length + q, np.int64)
    for r in range(m):
        hypothesis, position = r // q, r % q
        count = length + position + 1
        for v in range(count):
            own[v] = path[hypothesis, v] if v < length else used + hypothesis * q + v - length
        into = found[r]
        into[:] = 0
        for v in range(count):
            key = keys[own[v]]
            for h in range(heads):
                total = np.float32(0)
                for i in range(h * size, (h + 1) * size):
                    total += projected[r, i] * key[i]
                logits[h, v] = total * scale
        for h in range(heads):
            softmax(logits[h, :count])
        for v in range(count):
            value = values[own[v]]
            for h in range(heads):
                weight = logits[h, v]
                for i in range(h * size, (h + 1) * size):
                    into[i] += weight * value[i]


@compiled
def _find(
    asked: Float32Array,
    sought: Float32Array,
    keys: Float32Array,
    values: Float32Array,
    seen: Float32Array,
    of_seen: Float32Array,
    heads: int,
    found: Float32Array,
) -> None:
    """What a token finds in the strokes, and in how these lie to the anchor."""
    n, width = values.shape
    edges, filled = of_seen.shape
    size = width // heads
    scale, edge_scale = np.float32(size) ** np.float32(-0.5), np.float32(edges) ** np.float32(-0.5)
    weights = np.empty(filled, np.float32)
    found[:] = 0
    for h in range(heads):
        weights[:] = 0
        for i in range(h * size, (h + 1) * size):
            value, key = asked[i] * scale, keys[i]
            for j in range(filled):
                weights[j] += value * key[j]
        for e in range(edges):
            value, lying = sought[h * edges + e] * edge_scale, of_seen[e]
            for j in range(filled):
                weights[j] += value * lying[j]
        softmax(weights[:n])
        into, edge = found[h * size : (h + 1) * size], found[width + h * edges : width + (h + 1) * edges]
        for j in range(n):
            weight, own, lies = weights[j], values[j, h * size : (h + 1) * size], seen[j]
            for i in range(size):
                into[i] += weight * own[i]
            for e in range(edges):
                edge[e] += weight * lies[e]


@compiled
def _point(
    last: Float32Array, strokes: _Strokes, of_seen: Float32Array, pointer: Float32Array, hidden: Float32Array
) -> None:
    """Where a token points, and the hidden layer of what follows it."""
    n, width = strokes.pointed.shape
    edges, filled = of_seen.shape
    scale, edge_scale = np.float32(width) ** np.float32(-0.5), np.float32(edges) ** np.float32(-0.5)
    pointer[:] = 0
    for i in range(width):
        value, key = last[width + i] * scale, strokes.pointer_keys[i]
        for j in range(filled):
            pointer[j] += value * key[j]
    for e in range(edges):
        value, lying = last[2 * width + e] * edge_scale, of_seen[e]
        for j in range(filled):
            pointer[j] += value * lying[j]
    weights = pointer[:n].copy()
    softmax(weights)
    hidden[:] = last[:width]
    for j in range(n):
        weight, pointed = weights[j], strokes.pointed[j]
        for i in range(width):
            hidden[i] += weight * pointed[i]
    silu(hidden)
