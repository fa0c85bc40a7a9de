"""The tokens that hypotheses have read, which they have in common as far as they begin alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crohme.types import BoolArray, Float32Array, Int64Array

_FIRST_ROOM = 64  # tokens


class TokenPool:
    """Keys and values of tokens, to which more are added in place.

    Args:
        layers, heads, size: int. Those of the decoder; size is `width / heads`.
        room: int. How many tokens it has room for.
    """

    def __init__(self, layers: int, heads: int, size: int, room: int = 0) -> None:
        self.keys: Float32Array = np.empty((layers, room, heads, size), np.float32)
        self.values: Float32Array = np.empty_like(self.keys)
        self.used = 0

    def _empty(self, count: int) -> TokenPool:
        """A pool that holds as many tokens, and has room for more."""
        layers, _, heads, size = self.keys.shape
        pool = TokenPool(layers, heads, size, max(_FIRST_ROOM, 2 * count))
        pool.used = count
        return pool

    def with_room(self, known: int, more: int) -> TokenPool:
        """A pool with the first tokens of this one and room for more: this one, unless others have taken the room."""
        if self.used == known and known + more <= self.keys.shape[1]:
            self.used += more
            return self
        pool = self._empty(known + more)
        pool.keys[:, :known] = self.keys[:, :known]
        pool.values[:, :known] = self.values[:, :known]
        return pool

    def only(self, tokens: BoolArray) -> TokenPool:
        """A pool with some of the tokens."""
        (kept,) = tokens.nonzero()
        pool = self._empty(len(kept))
        pool.keys[:, : len(kept)] = self.keys[:, kept]
        pool.values[:, : len(kept)] = self.values[:, kept]
        return pool


@dataclass(frozen=True, eq=False)
class State:
    """What k hypotheses have read.

    Args:
        pool: TokenPool. Its first r tokens are of this state.
        path: `(k, r)` bool. Which of them each hypothesis has read.
        length: int. How many tokens each has read.
    """

    pool: TokenPool
    path: BoolArray
    length: int

    def branches(self) -> Branches:
        """The same of no tokens at all, as a tree of tokens that branches."""
        layers, _, heads, size = self.pool.keys.shape
        return Branches(TokenPool(layers, heads, size), np.zeros((0, 0), bool), np.zeros(0, np.int64))

    def places(self, q: int) -> slice:
        """The numbers of the q tokens that are read next."""
        return slice(self.length, self.length + q)

    def select(self, hypotheses: Sequence[int]) -> State:
        """The state of some of the hypotheses, in the given order, repeats allowed."""
        path = self.path[hypotheses]
        live: BoolArray = np.logical_or.reduce(path, axis=0)
        # What none of them has read is left out where it is most: taking it out copies the rest.
        if 2 * np.count_nonzero(live) >= len(live):
            return State(self.pool, path, self.length)
        return State(self.pool.only(live), path[:, live], self.length)

    def cut(self, tokens: int) -> State:
        """The state as it was before the last tokens that each hypothesis has read."""
        length = self.length - tokens
        is_kept = self.path & (np.cumsum(self.path, axis=1) <= length)
        end = int(np.logical_or.reduce(is_kept, axis=0).nonzero()[0].max(initial=-1)) + 1
        return State(self.pool, is_kept[:, :end], length)

    def extended(self, k: int, q: int) -> tuple[State, BoolArray]:
        """The state with room for q more tokens of each of k hypotheses, and what each sees.

        Returns:
            The second is `(k q, r)`.
        """
        before, m = self.path.shape[1], k * q
        sees = np.zeros((k, q, before + m), bool)
        sees[:, :, :before] = self.path[:, None]
        if q == 1:
            sees.ravel()[before :: before + m + 1] = True  # the token itself
        else:
            own = sees[:, :, before:].reshape(k, q, k, q)
            own[np.arange(k), :, np.arange(k)] = _LOWER[:q, :q] if q <= len(_LOWER) else np.tri(q, dtype=bool)
        return State(self.pool.with_room(before, m), sees[:, -1], self.length + q), sees.reshape(m, -1)


@dataclass(frozen=True, eq=False)
class Branches:
    """Tokens that were read as a tree. What is read after some of them stays beside what is read after others.

    Args:
        pool: TokenPool. Its first r tokens are those of the tree.
        path: `(r, r)` bool. Which of them each has before it, and itself.
        numbers: `(r,)` int. How many each has before it.
        parents: sequence of int. Which token each of those follows that are read next, -1 for none; these are
            numbered on, and may follow each other.
    """

    pool: TokenPool
    path: BoolArray
    numbers: Int64Array
    parents: Sequence[int] = ()

    @property
    def length(self) -> int:
        """How many tokens are before any of those that are read next, at most."""
        return int(self._next.max(initial=0))

    @cached_property
    def _next(self) -> Int64Array:
        found = self.numbers.tolist()
        for parent in self.parents:
            found.append(found[parent] + 1 if parent >= 0 else 0)
        return np.array(found[len(self.numbers) :], np.int64)

    def after(self, parents: Sequence[int]) -> Branches:
        """The tree where tokens are read next that follow these."""
        return Branches(self.pool, self.path, self.numbers, parents)

    def places(self, q: int) -> Int64Array:
        """The numbers of the tokens that are read next, one of each of k branches: `(k, 1)`."""
        return self._next[:, None]

    def extended(self, k: int, q: int) -> tuple[Branches, BoolArray]:
        """The tree with room for one more token of each of k branches, and what each sees, see `State.extended`."""
        before = len(self.path)
        path = np.zeros((before + k, before + k), bool)
        path[:before, :before] = self.path
        for row, parent in enumerate(self.parents, before):
            if parent >= 0:
                path[row] = path[parent]
            path[row, row] = True
        numbers = np.concatenate([self.numbers, self._next])
        return Branches(self.pool.with_room(before, k), path, numbers), path[before:]


_LOWER = np.tri(64, dtype=bool)
