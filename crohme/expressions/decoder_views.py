"""What the tokens that the decoder reads look at: the strokes, and the tokens before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from crohme.expressions.token_pool import TokenPool
from crohme.types import BoolArray, Float32Array, Int64Array

_MOST_TOGETHER = 48  # tokens


@dataclass(frozen=True, eq=False)
class Encoded:
    """One encoded expression of n strokes.

    Args:
        encoded: `(n, width)`. One vector per stroke.
        geometry: `(n, n, geometry)`. How strokes lie to each other.
    """

    encoded: Float32Array
    geometry: Float32Array

    def __len__(self) -> int:
        return len(self.encoded)


@dataclass(frozen=True, eq=False)
class Memory(Encoded):
    """An encoded expression with what the decoder looks at.

    Args:
        seen: `(n, n * (geometry + 2))`. The geometry with room for two more numbers.
        anchors: `(n, width)`. What each stroke adds to a token that hangs on it.
        keys: per decoder layer `(heads, width / heads, n)`.
        values: per decoder layer `(heads, n, width / heads)`.
        pointer_keys: `(width, n)`.
        pointed: `(n, width)`. What a stroke that is pointed at adds to the hidden layer of the tokens.
    """

    seen: Float32Array
    anchors: Float32Array
    keys: tuple[Float32Array, ...]
    values: tuple[Float32Array, ...]
    pointer_keys: Float32Array
    pointed: Float32Array


class Part(NamedTuple):
    """Some of the tokens of an expression, and what they see of those that were read.

    Args:
        own: slice. Their rows among those of all expressions.
        seen: the numbers of the tokens in the pool that any of them sees.
        mask: `(own, seen)`. 0 for those that each sees, -inf for others.
    """

    own: slice
    seen: slice | Int64Array
    mask: Float32Array


@dataclass(eq=False)
class View:
    """Where m tokens of one expression stand, and what they see.

    Args:
        memory: Memory.
        own: slice. Their rows among those of all expressions.
        seen: `(m, n, geometry + 2)`. How the strokes lie to the anchor, whether they are it, and written.
        of_seen: the same as `(m, geometry + 2, n)`.
        pool: TokenPool. What was read, and room for them.
        before, after: int. How many tokens of the pool are older; and with these.
        parts: see `parts_of`.
    """

    memory: Memory
    own: slice
    seen: Float32Array
    of_seen: Float32Array
    pool: TokenPool
    before: int
    after: int
    parts: Sequence[Part]


def parts_of(own: slice, sees: BoolArray) -> list[Part]:
    """Tokens in parts, where they are many: each part sees few of those that were read, as they branch.

    Args:
        own: slice. The rows of m tokens.
        sees: `(m, read)`. What each sees of all that was read.
    """
    count, read = sees.shape
    if count <= _MOST_TOGETHER:
        return [Part(own, slice(0, read), _mask(sees))]
    parts = []
    for start in range(0, count, _MOST_TOGETHER):
        of_part = sees[start : start + _MOST_TOGETHER]
        seen: Int64Array = np.flatnonzero(np.logical_or.reduce(of_part, axis=0))
        first = own.start + start
        parts.append(Part(slice(first, first + len(of_part)), seen, _mask(of_part[:, seen])))
    return parts


def _mask(sees: BoolArray) -> Float32Array:
    return np.where(sees, np.float32(0), np.float32(-np.inf))
