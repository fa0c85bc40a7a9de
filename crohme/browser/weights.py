"""The weights of a network as one file for a browser: large matrices in eight bits, the rest in half precision.

A row or column of a matrix has one scale, so that its weights are whole numbers from -127 to 127 times that. Of CROHME
2013, 110 of 110 files were read alike with these weights and with those of the bundle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crohme.types import Float32Array, Int8Array

_ROOT = "stroke_transformer/"
_LARGE = 4096  # numbers; smaller matrices would save no more than a few kilobytes
_LARGEST = 127
_SHARES = (1.0, 0.95, 0.9, 0.85, 0.8)
"""How much of the largest weight is the largest number: a little less may be nearer for all others."""


@dataclass(frozen=True, eq=False)
class Eighths:
    """A matrix in eight bits.

    Args:
        numbers: `(n, m)` int8.
        scales: `(n, 1)` or `(1, m)` float32. What the numbers are multiplied with.
    """

    numbers: Int8Array
    scales: Float32Array

    @classmethod
    def nearest(cls, matrix: Float32Array, axis: int) -> Eighths:
        """The one nearest to a matrix, with a scale for each of its rows (axis 1) or columns (axis 0)."""
        most = np.abs(matrix).max(axis=axis, keepdims=True)
        found = [cls._with_scales(matrix, most * np.float32(share / _LARGEST)) for share in _SHARES]
        errors = np.stack(
            [np.square(one.restored - matrix, dtype=np.float64).sum(axis, keepdims=True) for one in found]
        )
        best = errors.argmin(axis=0)[None]
        numbers = np.take_along_axis(np.stack([one.numbers for one in found]), best, axis=0)[0]
        return cls(numbers, np.take_along_axis(np.stack([one.scales for one in found]), best, axis=0)[0])

    @classmethod
    def _with_scales(cls, matrix: Float32Array, scales: Float32Array) -> Eighths:
        numbers = np.divide(matrix, scales, out=np.zeros_like(matrix), where=scales > 0)
        return cls(np.clip(np.round(numbers), -_LARGEST, _LARGEST).astype(np.int8), scales)

    @property
    def restored(self) -> Float32Array:
        """The matrix, `(n, m)` float32."""
        restored: Float32Array = self.numbers.astype(np.float32) * self.scales
        return restored


def rounded(weights: Mapping[str, Float32Array]) -> dict[str, Float32Array]:
    """Weights as a browser has them.

    Args:
        weights: mapping of weight path → float array, as a bundle holds them.
    """
    stored = {path: _stored(path, array) for path, array in weights.items()}
    return {path: one.restored if isinstance(one, Eighths) else one.astype(np.float32) for path, one in stored.items()}


def packed(
    weights: Mapping[str, Float32Array], files: Mapping[str, bytes] | None = None
) -> tuple[bytes, dict[str, Any]]:
    """Weights as the bytes of a file, and their description.

    Args:
        weights: see `rounded`.
        files: mapping of str → bytes, or None. More that stands at the end, by name, as it is.

    Returns:
        The bytes, and what stands where in them: `sha256` of all; for each file its `offset` and `length` in bytes; and
        `arrays`, each with `name`, `shape`, `type` and `offset`. Numbers are little-endian. Before those of type `int8`
        stand their scales in single precision, one for each of the `rows` or `columns`, as `scales` says.
    """
    arrays: list[dict[str, Any]] = []
    content = bytearray()
    for path, array in weights.items():
        one = _stored(path, array)
        entry = {"name": path.removeprefix(_ROOT), "shape": list(array.shape), "offset": len(content)}
        if isinstance(one, Eighths):
            entry |= {"type": "int8", "scales": "rows" if one.scales.shape[1] == 1 else "columns"}
            content += one.scales.astype("<f4").tobytes() + one.numbers.tobytes()
        else:
            entry |= {"type": "float16"}
            content += one.astype("<f2").tobytes()
        content += bytes(-len(content) % 4)
        arrays.append(entry)
    described = {}
    for name, file in (files or {}).items():
        described[name] = {"offset": len(content), "length": len(file)}
        content += file
    return bytes(content), {"sha256": hashlib.sha256(content).hexdigest(), **described, "arrays": arrays}


def unpacked(content: bytes, description: Mapping[str, Any]) -> dict[str, Float32Array]:
    """Weights by the names in their description, from what `packed` gives.

    Raises:
        ValueError: The content is not the one that is described.
    """
    if hashlib.sha256(content).hexdigest() != description["sha256"]:
        raise ValueError("the weights are damaged or of another version")
    return {entry["name"]: _read(content, entry) for entry in description["arrays"]}


def _read(content: bytes, entry: Mapping[str, Any]) -> Float32Array:
    shape, offset = tuple(entry["shape"]), entry["offset"]
    count = int(np.prod(shape))
    if entry["type"] == "float16":
        return np.frombuffer(content, "<f2", count, offset).reshape(shape).astype(np.float32)
    scales = (shape[0], 1) if entry["scales"] == "rows" else (1, shape[1])
    length = int(np.prod(scales))
    factors = np.frombuffer(content, "<f4", length, offset).reshape(scales)
    numbers = np.frombuffer(content, np.int8, count, offset + 4 * length).reshape(shape)
    return Eighths(numbers, factors).restored


def _stored(path: str, array: Float32Array) -> Eighths | np.ndarray:
    if array.ndim != 2 or array.size < _LARGE:
        return array.astype(np.float16)
    return Eighths.nearest(array, axis=1 if path.endswith("/embeddings") else 0)
