"""The decoder by the compiled kernels."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from crohme.expressions.compiled import EngineError
from crohme.expressions.compiled.build import library
from crohme.expressions.compiled.layers import Layer, Norm, Pointer, Weights, Whole, address
from crohme.expressions.decoder_views import Encoded
from crohme.expressions.forward_decoder import Decoder, first_positions
from crohme.expressions.protocol import Read
from crohme.expressions.token_pool import State
from crohme.types import Float32Array

_MOST_HEADS = 32
_NO_MEMORY = 1


class _Step(ctypes.Structure):
    _fields_ = (
        *((name, Norm) for name in ("self_norm", "cross_norm", "inner_norm")),
        *(
            (name, Layer)
            for name in ("query", "key_value", "self_out", "asking", "seeking", "finding", "inner", "outer")
        ),
    )


class _Decoder(ctypes.Structure):
    _fields_ = (
        *((name, Whole) for name in ("width", "heads", "layers", "lying", "tokens", "relations")),
        *((name, Pointer) for name in ("previous", "relation", "places", "steps")),
        ("norm", Norm),
        *((name, Layer) for name in ("hidden", "asking", "seeking", "token")),
    )


class _View(ctypes.Structure):
    _fields_ = (
        *((name, Whole) for name in ("n", "m", "before", "read", "room", "stride")),
        ("of_strokes", Pointer),
        *((name, Whole) for name in ("pointer_keys", "anchors", "pointed")),
        *(
            (name, Pointer)
            for name in (
                "keys", "turned_pointer_keys", "geometry", "turned_geometry", "previous", "relations", "rows",
                "positions", "hung", "written", "sees", "known_keys", "known_values", "pointers",
            )
        ),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class CompiledMemory(Encoded):
    """One encoded expression of n strokes, with what the kernels look at.

    Args:
        places: dict of the fields of a view that are numbers, the same for all tokens.
        arrays: dict of those that are arrays.
    """

    places: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, Float32Array] = field(default_factory=dict)

    @cached_property
    def fields(self) -> dict[str, int]:
        """All of them, arrays by their addresses."""
        return self.places | {name: address(array) for name, array in self.arrays.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy has arrays of its own, and so other addresses."""
        return type(self), (self.encoded, self.geometry, self.places, self.arrays)


class CompiledDecoder:
    """What `Decoder` does.

    Args:
        decoder: Decoder.

    Raises:
        EngineError: See `build.library`; more heads than the kernels can have.
    """

    def __init__(self, decoder: Decoder) -> None:
        if decoder.heads > _MOST_HEADS:
            raise EngineError(f"the compiled engine takes {_MOST_HEADS} heads at most, not {decoder.heads}")
        self._library = kernels = library()
        self._lanes = kernels.lanes()
        self._plain, table, width, heads = decoder, decoder.table, decoder.width, decoder.heads
        self._weights = weights = Weights(table, kernels)
        edges = table["pointer_look/seek/bias"].size
        of_head, of_edges = (width // heads) ** -0.5, edges**-0.5
        steps = []
        for i in range(decoder.layers):
            found = np.concatenate([table[f"cross_{i}/out/kernel"], table[f"cross_{i}/edge/kernel"]])
            steps.append(
                _Step(
                    weights.norm(f"self_{i}/norm"), weights.norm(f"cross_{i}/norm"), weights.norm(f"mlp_{i}/norm"),
                    weights.layer(f"self_{i}/query", of_head), weights.layer(f"self_{i}/key_value"),
                    weights.layer(f"self_{i}/out"), weights.layer(f"cross_{i}/query", of_head),
                    weights.layer(f"look_{i}/seek", of_edges), weights.dense(found, table[f"cross_{i}/out/bias"]),
                    weights.layer(f"mlp_{i}/inner"), weights.layer(f"mlp_{i}/out"),
                )
            )  # fmt: skip
        self._tokens, self._of_strokes = table["token/bias"].size, weights.dense(*decoder.of_strokes)
        embeddings = [table[f"{name}/embeddings"] for name in ("previous", "relation")]
        self._decoder = _Decoder(
            width, heads, decoder.layers, edges - 2, *map(len, embeddings), *map(weights.array, embeddings),
            weights.array(decoder.places), weights.structures(steps), weights.norm("norm"),
            weights.dense(table["token_in/kernel"][:width], table["token_in/bias"]),
            weights.layer("pointer_query", width**-0.5), weights.layer("pointer_look/seek", of_edges),
            weights.layer("token"),
        )  # fmt: skip

    def remember(self, encoded: Float32Array, geometry: Sequence[Float32Array]) -> list[CompiledMemory]:
        """See `Decoder.remember`."""
        of_all = self._weights.multiplied(self._of_strokes, encoded)
        memories, start = [], 0
        for lying in geometry:
            own = slice(start, start := start + len(lying))
            memories.append(self._memory(encoded[own], np.ascontiguousarray(lying), of_all[own]))
        return memories

    def _memory(self, encoded: Float32Array, geometry: Float32Array, of_strokes: Float32Array) -> CompiledMemory:
        n, width, layers = len(encoded), self._plain.width, self._plain.layers
        parts = of_strokes.reshape(n, -1, width)
        keys = self._turned(np.concatenate([parts[:, : 2 * layers : 2], parts[:, 2 * layers, None]], axis=1))
        turned_geometry = np.zeros((n, geometry.shape[-1], keys.shape[-1]), np.float32)
        turned_geometry[..., :n] = geometry.transpose(0, 2, 1)
        pointer_keys = 2 * layers * width
        places = {"n": n, "stride": of_strokes.shape[1], "pointer_keys": pointer_keys,
                  "anchors": pointer_keys + width, "pointed": pointer_keys + 2 * width}  # fmt: skip
        arrays = {"of_strokes": of_strokes, "keys": keys, "turned_pointer_keys": keys[layers],
                  "geometry": geometry, "turned_geometry": turned_geometry}  # fmt: skip
        return CompiledMemory(encoded, geometry, places, arrays)

    def _turned(self, parts: Float32Array) -> Float32Array:
        """`(n, parts, width)` as `(parts, width, n)`, filled up with zeros."""
        n, count, width = parts.shape
        turned = np.zeros((count, width, -(-n // self._lanes) * self._lanes), np.float32)
        turned[..., :n] = parts.transpose(1, 2, 0)
        return turned

    def start(self, hypotheses: int) -> State:
        """See `Decoder.start`."""
        return self._plain.start(hypotheses)

    def read(self, reads: Sequence[Read[CompiledMemory, State]]) -> list[tuple[Float32Array, Float32Array, State]]:
        """See `protocol.BatchedNetwork.read_many`."""
        asked = [self._asked(one) for one in reads]
        views = (_View * len(asked))(*(one.view for one in asked))
        tokens = np.empty((sum(one.previous.size for one in reads), self._tokens), np.float32)
        error = self._library.read_tokens(
            ctypes.byref(self._decoder), Whole(len(views)), views, Pointer(address(tokens))
        )
        if error:
            raise (
                MemoryError("no memory to read tokens")
                if error == _NO_MEMORY
                else IndexError("no such token, relation or row")
            )
        answers, start = [], 0
        for one in asked:
            k, q, _ = one.pointers.shape
            own = slice(start, start := start + k * q)
            answers.append((tokens[own].reshape(k, q, -1), one.pointers, one.state))
        return answers

    def _asked(self, one: Read[CompiledMemory, State]) -> _Asked:
        k, q, n = one.anchors.shape
        numbers = [one.previous, one.relations, one.rows]
        if any(array.shape != (k, q) for array in numbers) or one.written.shape != (k, q, n) or n != len(one.memory):
            raise ValueError("the tokens to read have unlike shapes")
        before, pointers = one.state.path.shape[1], np.empty((k, q, n), np.float32)
        positions = np.empty((k, q, self._plain.width), np.float32)
        positions[:] = first_positions(one.state.length + q, self._plain.width)[one.state.places(q)]
        state, sees = one.state.extended(k, q)
        arrays: dict[str, np.ndarray] = {
            "previous": np.ascontiguousarray(one.previous, np.int64),
            "relations": np.ascontiguousarray(one.relations, np.int64),
            "rows": np.ascontiguousarray(one.rows, np.int64),
            "positions": positions,
            "hung": np.ascontiguousarray(one.anchors, np.float32),
            "written": np.ascontiguousarray(one.written, np.float32),
            "sees": np.ascontiguousarray(sees),
            "known_keys": state.pool.keys,
            "known_values": state.pool.values,
            "pointers": pointers,
        }
        view = _View(
            m=k * q, before=before, read=before + k * q, room=state.pool.keys.shape[1],
            **one.memory.fields, **{name: address(array) for name, array in arrays.items()},
        )  # fmt: skip
        return _Asked(view, state, pointers, arrays)


class _Asked(NamedTuple):
    """Tokens to read: how the kernels see them, the state after them, the answer's array, all arrays of the view."""

    view: _View
    state: State
    pointers: Float32Array
    arrays: dict[str, np.ndarray]
