"""Tokens that were read of an expression as a tree, each known by those before it, so that none is read twice."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import Protocol, Self, runtime_checkable

import numpy as np

from crohme.expressions.hypotheses import Hypothesis, inputs
from crohme.expressions.protocol import Read
from crohme.expressions.side_by_side import Steps
from crohme.types import Float32Array

_MOST_CELLS = 60_000  # tokens times strokes that are read at once: what is seen of each stroke takes memory
Key = tuple[int, int, tuple[int, ...] | None]
"""The row of the token before, -1 for none; the number of the token, and the strokes of its symbol."""


@runtime_checkable
class BranchingState(Protocol):
    """A state of hypotheses that can branch: a network of such states reads several tokens after one at once."""

    def branches(self) -> BranchingTokens:
        """The state before the first token."""


class BranchingTokens(Protocol):
    """The tokens that were read, each after others of them."""

    def after(self, parents: Sequence[int]) -> Self:
        """The state where one token is read next after each of these, -1 for none; see `token_pool.Branches`."""


class TokenTree:
    """What was read of an expression. Each token has a row.

    Args:
        state: BranchingTokens. Of none yet.
    """

    def __init__(self, state: BranchingTokens) -> None:
        self._state = state
        self._rows: dict[Key, int] = {}
        self._parts: list[tuple[Float32Array, Float32Array]] = []
        self._read = 0
        self._coming: list[tuple[Hypothesis, int]] = []

    def __len__(self) -> int:
        """How many tokens were read."""
        return self._read

    def row(self, hypothesis: Hypothesis, parent: int) -> int | None:
        """The row of the last token of a hypothesis, None if it was not added; `parent`: the row of the one before."""
        return self._rows.get((parent, hypothesis.last, hypothesis.last_strokes))

    def add(self, hypothesis: Hypothesis, parent: int) -> int:
        """The row that the last token of a hypothesis will have: it is to be read next."""
        row = self._read + len(self._coming)
        self._rows[parent, hypothesis.last, hypothesis.last_strokes] = row
        self._coming.append((hypothesis, parent))
        return row

    def read(self, memory: Sized) -> Steps[int]:
        """Read what was added; the first of these rows."""
        n, first = len(memory), self._read
        at_once = max(_MOST_CELLS // n, 1)
        while self._coming:
            now, self._coming = self._coming[:at_once], self._coming[at_once:]
            here = inputs([[hypothesis] for hypothesis, _ in now], n)
            state = self._state.after([parent for _, parent in now])
            tokens, pointers, self._state = yield Read(memory, state, *here)
            self._parts.append((tokens[:, 0], pointers[:, 0]))
            self._read += len(now)
        return first

    def logits(self, rows: Sequence[int] | slice) -> tuple[Float32Array, Float32Array]:
        """Of the token after each of some rows that were read `(k, tokens)`, and of its strokes `(k, n)`."""
        tokens, pointers = zip(*self._parts, strict=True)
        return np.concatenate(tokens)[rows], np.concatenate(pointers)[rows]
