"""A beam search over the grammar: hypotheses of each direction, and how they grow."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from crohme.expressions.allowed_tokens import mask
from crohme.expressions.fixed import Constraints
from crohme.expressions.hypotheses import Drawn, Hypothesis, extend
from crohme.expressions.layers import log_softmax
from crohme.expressions.pointing import Pointing
from crohme.expressions.settings import Decoding
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation.grammar import CELL_ENDS, WRITTEN, Cursor
from crohme.types import Float32Array

_IMPOSSIBLE = -np.inf


@dataclass(eq=False)
class Searches:
    """The directions, and what they have in common."""

    ways: Sequence[Search]
    beam: int
    same: Float32Array
    vocabulary: Vocabulary
    constants: Decoding
    known: Constraints

    @property
    def live(self) -> list[Hypothesis]:
        """The hypotheses that grow."""
        return [hypothesis for way in self.ways for hypothesis in way.live]

    def step(self, tokens: Float32Array, pointers: Float32Array) -> list[int]:
        """Write one more token of each hypothesis that grows; which one each new one continues.

        Args:
            tokens, pointers: see `expand`.
        """
        expansions = self.expand(self.live, tokens, pointers)
        parents: list[int] = []
        start = 0
        for way in self.ways:
            count = len(way.live)
            parents += [start + parent for parent in self.grow(way, expansions[start : start + count])]
            start += count
        return parents

    def expand(self, read: Sequence[Hypothesis], tokens: Float32Array, pointers: Float32Array) -> list[Expansion]:
        """How each of k hypotheses may go on.

        Args:
            read: sequence of Hypothesis.
            tokens: `(k, tokens)` float32. Logits.
            pointers: `(k, n)` float32. Logits.
        """
        scores = _scores(read, tokens, self.vocabulary, self.constants, self.known)
        written = np.concatenate([h.written for h in read]).reshape(pointers.shape)
        if self.known:
            each = zip(read, pointers, written > 0, strict=True)
            scores += np.stack([self.known.mask(h.cursor, pointer, done) for h, pointer, done in each])
        pointing = Pointing(pointers, written, self.same, self.constants.same_symbol, self.known)
        most = min(2 * self.beam, scores.shape[1])
        likely = np.argpartition(scores, -most, axis=1)[:, -most:]
        order = np.argsort(-np.take_along_axis(scores, likely, axis=1), axis=1)
        best = np.take_along_axis(likely, order, axis=1)
        gains = np.take_along_axis(scores, best, axis=1)
        each_row = enumerate(zip(gains.tolist(), best.tolist(), strict=True))
        return [Expansion(of_row, numbers, pointing, row) for row, (of_row, numbers) in each_row]

    def grow(self, way: Search, expansions: Sequence[Expansion]) -> list[int]:
        """Write one more token of a direction; which of its hypotheses each new one continues."""
        return way.step(expansions, self.beam, self.vocabulary, self.known)


@dataclass(eq=False)
class Search:
    """One direction: the hypotheses that grow, and the best of those that are finished."""

    backward: bool
    live: list[Hypothesis]
    done: list[Hypothesis] = field(default_factory=list)

    def step(self, expansions: Sequence[Expansion], beam: int, vocabulary: Vocabulary, known: Constraints) -> list[int]:
        """Write one more token of each hypothesis that grows; which one each new one continues.

        Args:
            expansions: of each hypothesis, how it may go on.
            beam: int.
            vocabulary: Vocabulary.
            known: Constraints.
        """
        if not self.live:
            return []
        choices = _choices(self.live, expansions, beam, vocabulary, known)
        finished = [h for _, h in choices if h.cursor.ended]
        self.done = sorted([*self.done, *finished], key=lambda h: -h.score)[:beam]
        growing = [(parent, h) for parent, h in choices if not h.cursor.ended]
        # Scores only fall: what is behind the worst of enough finished ones can never overtake it.
        if len(self.done) == beam:
            growing = [(parent, h) for parent, h in growing if h.score > self.done[-1].score]
        self.live = [h for _, h in growing]
        return [parent for parent, _ in growing]


class Pointed(Protocol):
    """The next symbols of hypotheses, see `Pointing`."""

    counts: list[int]

    def symbol(self, hypothesis: int, most: int) -> tuple[Drawn, float]:
        """See `Pointing.symbol`."""


class Expansion(NamedTuple):
    """How a hypothesis may go on.

    Args:
        gains: list of float. Log-probabilities of its likeliest tokens, best first, without their strokes.
        tokens: list of int. These tokens.
        pointing, row: The strokes of its next symbol: those of this row.
    """

    gains: list[float]
    tokens: list[int]
    pointing: Pointed
    row: int


def _scores(
    live: Sequence[Hypothesis],
    tokens: Float32Array,
    vocabulary: Vocabulary,
    constants: Decoding,
    known: Constraints,
) -> Float32Array:
    """Log-probabilities `(k, tokens)` of the next token of hypotheses, without its strokes."""
    scores = log_softmax(tokens + vocabulary.token_bias)
    scores += np.concatenate([mask(h.cursor, known.spare(h, h.cursor), vocabulary) for h in live]).reshape(scores.shape)
    for i, hypothesis in enumerate(live):
        if (grid := hypothesis.cursor.rows[-1].grid) is not None:
            for token, kind in CELL_ENDS.items():
                scores[i, vocabulary.token_index[token]] -= constants.uneven_line * grid.is_uneven(kind)
    return scores


def _choices(
    live: Sequence[Hypothesis],
    expansions: Sequence[Expansion],
    beam: int,
    vocabulary: Vocabulary,
    known: Constraints,
) -> list[tuple[int, Hypothesis]]:
    """The best continuations, each with the number of the hypothesis that it continues."""
    # The next best of each, the best of all first: most are never looked at.
    next_best = [(expansions[i].gains[0] + hypothesis.score, -i, 0) for i, hypothesis in enumerate(live)]
    found: list[tuple[float, int, str, Cursor, Drawn | None]] = []
    kept: list[float] = []  # the best scores, ascending
    for _ in range(2 * beam):
        at = max(next_best)
        score, i, rank = at[0], -at[1], at[2]
        # Strokes only lower a score: once there are enough that none of those left can overtake, they are the best.
        if not score > _IMPOSSIBLE or (len(kept) == beam and kept[0] >= score):
            break
        gains, numbers, pointing, row = expansions[i]
        hypothesis, token = live[i], vocabulary.tokens[numbers[rank]]
        following = rank + 1
        more = gains[following] + hypothesis.score if following < len(gains) else _IMPOSSIBLE
        next_best[i] = more, -i, following
        if (allowed := hypothesis.cursor.following(token)) is None:
            continue  # this is foreseen, not found
        kind, after = allowed
        symbol = None
        if kind in WRITTEN:
            # There are strokes enough for a symbol of one, or it might not follow.
            most = 1 if pointing.counts[row] <= 1 else known.spare(hypothesis, after)
            symbol, score_of_strokes = pointing.symbol(row, most)
            score += score_of_strokes
        found.append((score, i, token, after, symbol))
        insort(kept, score)
        del kept[:-beam]
    found.sort(key=lambda one: -one[0])
    return [
        (i, extend(live[i], token, after, score, symbol, vocabulary)) for score, i, token, after, symbol in found[:beam]
    ]
