"""The encoder by the compiled kernels."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crohme.expressions.compiled.build import library
from crohme.expressions.compiled.layers import Layer, Norm, Pointer, Weights, Whole, address
from crohme.expressions.layers import Table
from crohme.types import Float32Array, Int64Array


class _Block(ctypes.Structure):
    _fields_ = (
        *((name, Norm) for name in ("norm", "inner_norm")),
        *((name, Layer) for name in ("query", "key_value", "out", "inner", "outer")),
    )


class _Encoder(ctypes.Structure):
    _fields_ = (
        *((name, Whole) for name in ("width", "heads", "layers", "lying", "points", "features")),
        ("norm", Norm),
        ("geometry", Layer * 2),
        ("biases", Layer),
        ("shape", Layer * 3),
        ("place", Layer * 2),
        ("blocks", Pointer),
    )


class CompiledEncoder:
    """What `NumpyTransformer` does with features.

    Args:
        table: Table. The network's weights, by their paths below its name.
        arguments: mapping. Those of the network.
    """

    def __init__(self, table: Table, arguments: Mapping[str, Any]) -> None:
        self._library = library()
        table = {path.removeprefix("encoder/"): w for path, w in table.items() if path.startswith("encoder/")}
        self._weights = weights = Weights(table, self._library)
        self._width, self._lying = table["norm/gamma"].size, table["geometry_2/bias"].size
        heads = arguments["heads"]
        blocks = []
        for i in range(arguments["encoder_layers"]):
            name = f"attention_{i}"
            out = np.concatenate([table[f"{name}/out/kernel"], table[f"{name}/edge/kernel"]])
            blocks.append(
                _Block(
                    weights.norm(f"{name}/norm"), weights.norm(f"mlp_{i}/norm"),
                    weights.layer(f"{name}/query", (self._width // heads) ** -0.5),
                    weights.layer(f"{name}/key_value"), weights.dense(out, table[f"{name}/out/bias"]),
                    weights.layer(f"mlp_{i}/inner"), weights.layer(f"mlp_{i}/out"),
                )
            )  # fmt: skip
        self._encoder = _Encoder(
            self._width, heads, len(blocks), self._lying, arguments["points"], arguments["point_features"],
            weights.norm("norm"), (Layer * 2)(weights.layer("geometry_1"), weights.layer("geometry_2")),
            weights.layer("biases"), (Layer * 3)(*(weights.layer(f"shape_{i}") for i in (1, 2, 3))),
            (Layer * 2)(weights.layer("place_1"), weights.layer("place_2")), weights.structures(blocks),
        )  # fmt: skip

    def __call__(
        self, points: Float32Array, strokes: Float32Array, pairs: Float32Array, sizes: Sequence[int]
    ) -> tuple[Float32Array, Float32Array]:
        """See `NumpyTransformer._encode`."""
        counts, encoded = np.array(sizes, np.int64), np.empty((len(points), self._width), np.float32)
        geometry = np.empty((len(pairs), self._lying), np.float32)
        given = [np.ascontiguousarray(one, np.float32) for one in (points, strokes, pairs)]
        if tuple(one.shape for one in given) != self._shapes(counts):
            raise ValueError("the network does not take such features")
        arrays: list[np.ndarray] = [counts, *given, encoded, geometry]
        pointers = [Pointer(address(array)) for array in arrays]
        if self._library.encode(ctypes.byref(self._encoder), Whole(len(sizes)), *pointers):
            raise MemoryError("no memory to encode the strokes")
        return encoded, geometry

    def _shapes(self, counts: Int64Array) -> tuple[tuple[int, ...], ...]:
        """Those of the features of expressions of so many strokes."""
        e, n = self._encoder, int(counts.sum())
        return (n, e.points, e.features), (n, e.place[0].inputs), (int((counts**2).sum()), e.geometry[0].inputs)
