"""Prefixes of well-formed LaTeX, each of which knows the strokes of every symbol that it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from crohme.expressions.vocabulary import RELATION_INDEX, START, START_BACKWARD, Vocabulary
from crohme.notation.grammar import Cursor
from crohme.types import Float32Array, IntegerArray


# None of these is changed once it is made. They are not frozen: that takes three times as long, for thousands of them.
@dataclass(eq=False, slots=True)
class Written:
    """A symbol of a prefix.

    Args:
        label: str.
        strokes: tuple of int.
        score: float. Log-probability of its token and strokes.
        drawn: `(n,)` float32, 1 for its strokes.
    """

    label: str
    strokes: tuple[int, ...]
    score: float
    drawn: Float32Array


class Drawn(NamedTuple):
    """The strokes of the next symbol of a prefix, and what is written with them.

    Args:
        strokes: tuple of int.
        drawn: `(n,)` float32, 1 for its strokes.
        written: `(n,)` float32, 1 for the strokes of all symbols.
        left: int. How many strokes are not written.
    """

    strokes: tuple[int, ...]
    drawn: Float32Array
    written: Float32Array
    left: int


@dataclass(eq=False, slots=True)
class Hypothesis:
    """A prefix: where it stands, what it wrote, which strokes are left, and the token it ends with.

    Args:
        score: float. Log-probability.
        cursor: Cursor.
        steps: its tokens, and which of them wrote the next of `symbols`.
        symbols: tuple of Written.
        written: `(n,)` float32, 1 for the strokes of all symbols.
        bits: int. The same, a bit for each.
        left: int. How many strokes are not written.
        last: int. Number of its last token.
        anchor: `(n,)` float32, 1 for the strokes of the symbol on which the next one hangs.
        relation, row: int. How the next symbol hangs, and how its row does, see `RELATION_INDEX`.
        parent: Hypothesis or None. That of one token less.
    """

    score: float
    cursor: Cursor
    steps: tuple[tuple[str, bool], ...]
    symbols: tuple[Written, ...]
    written: Float32Array
    bits: int
    left: int
    last: int
    anchor: Float32Array
    relation: int = 0
    row: int = 0
    parent: Hypothesis | None = None

    @property
    def last_strokes(self) -> tuple[int, ...] | None:
        """The strokes of its last token, None if that writes no symbol."""
        return self.symbols[-1].strokes if self.steps and self.steps[-1][1] else None

    def spare(self, cursor: Cursor) -> int:
        """Strokes that are not yet written, and not needed for what must be written from a position on."""
        return self.left - cursor.owed

    def reads_as(self, other: Hypothesis) -> bool:
        """Whether a network that has read as much before reads the same at both."""
        return (self.last, self.relation, self.row) == (other.last, other.relation, other.row) and (
            np.array_equal(self.written, other.written) and np.array_equal(self.anchor, other.anchor)
        )

    def drawing(self, strokes: tuple[int, ...]) -> Drawn:
        """Some strokes as those of its next symbol."""
        drawn = _drawn(len(self.written), strokes)
        return Drawn(strokes, drawn, np.maximum(self.written, drawn), self.left - self._new(strokes))

    def _new(self, strokes: tuple[int, ...]) -> int:
        """How many of some strokes are not written."""
        return sum(not self.bits >> stroke & 1 for stroke in strokes)


@lru_cache(maxsize=4096)
def _drawn(n: int, strokes: tuple[int, ...]) -> Float32Array:
    """`(n,)`, 1 for some strokes. Not to be changed."""
    drawn = np.zeros(n, np.float32)
    drawn[list(strokes)] = 1.0
    return drawn


def first(n: int, backward: bool, vocabulary: Vocabulary) -> Hypothesis:
    """The hypothesis that has written nothing of n strokes."""
    start = vocabulary.token_index[START_BACKWARD if backward else START]
    nothing = np.zeros(n, np.float32)
    return Hypothesis(0.0, Cursor(), (), (), nothing, 0, n, start, nothing)


def extend(
    hypothesis: Hypothesis, token: str, after: Cursor, score: float, symbol: Drawn | None, vocabulary: Vocabulary
) -> Hypothesis:
    """A hypothesis one token longer.

    Args:
        hypothesis: Hypothesis.
        token: str. May follow it.
        after: Cursor. The position after the token.
        score: float. Of the longer hypothesis.
        symbol: Drawn or None. The symbol that the token writes, if it writes one.
        vocabulary: Vocabulary.
    """
    symbols, written, bits, left = hypothesis.symbols, hypothesis.written, hypothesis.bits, hypothesis.left
    if symbol is not None:
        label = "-" if token == r"\frac" else token
        symbols = (*symbols, Written(label, symbol.strokes, score - hypothesis.score, symbol.drawn))
        written, left = symbol.written, symbol.left
        for stroke in symbol.strokes:
            bits |= 1 << stroke
    steps = hypothesis.steps if after.ended else (*hypothesis.steps, (token, symbol is not None))
    number, relation = after.place
    anchor = np.zeros_like(written) if number is None else symbols[number].drawn
    return Hypothesis(
        score, after, steps, symbols, written, bits, left, vocabulary.token_index[token], anchor,
        RELATION_INDEX[relation], RELATION_INDEX[after.row_relation], hypothesis,
    )  # fmt: skip


def inputs(
    live: Sequence[Sequence[Hypothesis]], n: int
) -> tuple[IntegerArray, Float32Array, Float32Array, IntegerArray, IntegerArray]:
    """What the decoder reads at the same number of positions of each hypothesis, see `NumpyTransformer.read`."""
    shape = len(live), len(live[0])
    every = [h for positions in live for h in positions]
    numbers = np.array([(h.last, h.relation, h.row) for h in every]).reshape(*shape, 3)
    return (
        numbers[..., 0],
        np.concatenate([h.anchor for h in every]).reshape(*shape, n),
        np.concatenate([h.written for h in every]).reshape(*shape, n),
        numbers[..., 1],
        numbers[..., 2],
    )
