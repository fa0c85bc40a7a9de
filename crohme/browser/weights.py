"""The weights of a network as one file of half-precision numbers, one array after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from crohme.types import Float32Array

_ROOT = "stroke_transformer/"


def packed(weights: Mapping[str, Float32Array]) -> tuple[bytes, dict[str, Any]]:
    """Weights as little-endian half-precision numbers, in which bundles store them too: nothing is lost.

    Args:
        weights: mapping of weight path → float array, as a bundle holds them.

    Returns:
        The bytes, and what stands where in them: `sha256` of all, and `arrays`, each with `name`, `shape` and `offset`
        in bytes.
    """
    parts, arrays, offset = [], [], 0
    for path, array in weights.items():
        part = np.asarray(array).astype("<f2").tobytes()
        arrays.append({"name": path.removeprefix(_ROOT), "shape": list(array.shape), "offset": offset})
        parts.append(part)
        offset += len(part)
    content = b"".join(parts)
    return content, {"sha256": hashlib.sha256(content).hexdigest(), "arrays": arrays}
