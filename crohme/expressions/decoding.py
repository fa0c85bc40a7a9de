"""Beam search over the grammar: from an encoded expression to symbol layout trees, best first.

Every hypothesis is a prefix of well-formed LaTeX, knows the strokes of each symbol that it wrote,
and never writes a stroke twice.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crohme.expressions.allowed_tokens import mask
from crohme.expressions.drafts import Draft, RevisableState
from crohme.expressions.fixed import Constraints, FixedSymbol
from crohme.expressions.hypotheses import Hypothesis, extend, first, inputs
from crohme.expressions.layers import softmax
from crohme.expressions.protocol import ExpressionNetwork, Read
from crohme.expressions.settings import Decoding
from crohme.expressions.side_by_side import Steps
from crohme.expressions.vocabulary import PAIR_INDEX, SAME_SYMBOL, Vocabulary
from crohme.notation import BIG_OPERATORS
from crohme.notation.grammar import CELL_ENDS, WRITTEN, Cursor
from crohme.notation.linear import delinearize
from crohme.notation.tree import LIMIT_OF, Node, SymbolTree
from crohme.notation.tree import symbols as symbols_of
from crohme.types import BoolArray, Float32Array

_Precision = TypeVar("_Precision", np.float32, np.float64)
_IMPOSSIBLE = -np.inf
USUAL = Decoding()
WITH_LIMITS = frozenset({*BIG_OPERATORS, r"\lim"})


class Cancelled(Exception):
    """A search ended because the caller's own `cancelled` said so.

    Raised to that caller only. It is control flow and no `CrohmeError`: handlers of bad input must let it through.
    """


@dataclass(frozen=True, eq=False)
class Candidate:
    """A whole reading.

    Args:
        tree: SymbolTree. Its nodes have their strokes.
        score: float. Log-probability of its tokens and strokes.
        certainty: mapping of strokes → float. Log-probability of each symbol: its token, and its strokes.
    """

    tree: SymbolTree
    score: float
    certainty: Mapping[tuple[int, ...], float] = field(default_factory=dict)


def decode(
    network: ExpressionNetwork,
    memory: Sized,
    vocabulary: Vocabulary,
    *,
    beam: int,
    backward: Sequence[bool] = (False,),
    constants: Decoding = USUAL,
    cancelled: Callable[[], bool] | None = None,
    draft: SymbolTree | None = None,
    fixed: Sequence[FixedSymbol] = (),
) -> Steps[list[list[Candidate]]]:
    """Search for the best readings in each of some directions.

    The directions are searched side by side: the network reads the hypotheses of all of them at once.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        vocabulary: Vocabulary. The network's; what it may answer with.
        beam: int. Hypotheses kept at each step of a direction; 1 is greedy decoding.
        backward: sequence of bool. For each direction, whether rows are read from right to left.
        constants: Decoding. `same_symbol` and `uneven_line` are used.
        cancelled: function or None. Asked before each step.
        draft: SymbolTree or None. What a greedy search of one direction may find, as of fewer strokes: its tokens are
            read at once, and kept as far as the search would have written them. It changes no answer, and is of no
            use to a network whose states are no `drafts.RevisableState`.
        fixed: sequence of FixedSymbol. All of them are in each reading, see `fixed.checked`.

    Returns:
        For each direction its candidates, best first; none if no hypothesis could be finished.

    Raises:
        Cancelled: `cancelled` said so.
    """
    n = len(memory)
    relate = network.relate(memory)
    search = _Searches(
        [_Search(one, [first(n, one, vocabulary)]) for one in backward],
        beam, same_symbol(relate), vocabulary, constants, Constraints(fixed, n, vocabulary),
    )  # fmt: skip
    is_greedy = beam == 1 and len(search.ways) == 1
    steps = _greedily(network, memory, search, draft) if is_greedy else _abreast(network, memory, search)
    if cancelled is None:
        yield from steps
    else:
        yield from _until(cancelled, steps)
    return [
        [Candidate(_tree(h, relate, way.backward), h.score, {s.strokes: s.score for s in h.symbols}) for h in way.done]
        for way in search.ways
    ]


def _abreast(network: ExpressionNetwork, memory: Sized, search: _Searches) -> Steps[None]:
    """Search, reading a token of every hypothesis at once."""
    n = len(memory)
    state = network.start(len(search.ways))
    for _ in range(_most_tokens(n)):
        if not (live := search.live):
            break
        tokens, pointers, state = yield Read(memory, state, *inputs([[h] for h in live], n))
        parents = search.step(tokens[:, 0], pointers[:, 0])
        if parents:
            state = state.select(parents)


def _greedily(network: ExpressionNetwork, memory: Sized, search: _Searches, tree: SymbolTree | None) -> Steps[None]:
    """Search with the one hypothesis of one direction, reading at once what it is likely to write next."""
    n, (way,) = len(memory), search.ways
    state = network.start()
    draft = Draft(tree if isinstance(state, RevisableState) else None, way.live[0], search.vocabulary, way.backward)
    while way.live and (left := _most_tokens(n) - len(way.live[0].steps)) > 0:
        expected = draft.after(way.live[0])[:left]
        tokens, pointers, state = yield Read(memory, state, *inputs([expected], n))
        scores, pointing = search.weigh(expected, tokens[0], pointers[0])
        for i, following in enumerate([*expected[1:], None]):
            search.grow(way, scores[i : i + 1], pointing, i)
            if not way.live or following is None or not way.live[0].reads_as(following):
                break
        if unused := len(expected) - 1 - i:
            state = state.cut(unused)


def _until(cancelled: Callable[[], bool], steps: Steps[None]) -> Steps[None]:
    """Some steps, with the question whether to go on before each."""
    answer = None
    while not cancelled():
        try:
            answer = yield steps.send(answer)
        except StopIteration:
            return
    raise Cancelled


def _most_tokens(n: int) -> int:
    """Of n strokes: what is longer is none of their readings."""
    return 12 + 6 * n


@dataclass(eq=False)
class _Searches:
    """The directions, and what they have in common."""

    ways: Sequence[_Search]
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
            tokens, pointers: see `weigh`.
        """
        scores, pointing = self.weigh(self.live, tokens, pointers)
        parents: list[int] = []
        start = 0
        for way in self.ways:
            count = len(way.live)
            parents += self.grow(way, scores[start : start + count], pointing, start)
            start += count
        return parents

    def weigh(
        self, live: Sequence[Hypothesis], tokens: Float32Array, pointers: Float32Array
    ) -> tuple[Float32Array, _Pointing]:
        """Log-probabilities `(k, tokens)` of what k hypotheses may write, without its strokes; and where they point.

        Args:
            live: sequence of Hypothesis.
            tokens: `(k, tokens)` float32. Logits.
            pointers: `(k, n)` float32. Logits.
        """
        scores = _scores(live, tokens, self.vocabulary, self.constants, self.known)
        written = np.concatenate([h.written for h in live]).reshape(pointers.shape) > 0
        if self.known:
            each = zip(live, pointers, written, strict=True)
            scores += np.stack([self.known.mask(h.cursor, pointer, done) for h, pointer, done in each])
        return scores, _Pointing(pointers, written, self.same, self.constants.same_symbol, self.known)

    def grow(self, way: _Search, scores: Float32Array, pointing: _Pointing, start: int) -> list[int]:
        """Write one more token of a direction, see `weigh`; the first of its hypotheses is number `start` there."""
        scores += np.array([h.score for h in way.live], np.float32)[:, None]
        return way.step(scores, pointing, start, self.beam, self.vocabulary, self.known)


@dataclass(eq=False)
class _Search:
    """One direction: the hypotheses that grow, and the best of those that are finished."""

    backward: bool
    live: list[Hypothesis]
    done: list[Hypothesis] = field(default_factory=list)

    def step(
        self,
        scores: Float32Array,
        pointing: _Pointing,
        start: int,
        beam: int,
        vocabulary: Vocabulary,
        known: Constraints,
    ) -> list[int]:
        """Write one more token of each hypothesis that grows; which of all hypotheses each new one continues.

        Args:
            scores: `(live, tokens)` float32. Of each hypothesis with each token.
            pointing: _Pointing. Of the hypotheses of all searches.
            start: int. Number of the first of this search among those.
            beam: int.
            vocabulary: Vocabulary.
            known: Constraints.
        """
        if not self.live:
            return []
        choices = _choices(self.live, scores, pointing, start, beam, vocabulary, known)
        finished = [h for _, h in choices if h.cursor.ended]
        self.done = sorted([*self.done, *finished], key=lambda h: -h.score)[:beam]
        growing = [(parent, h) for parent, h in choices if not h.cursor.ended]
        # Scores only fall: what is behind the worst of enough finished ones can never overtake it.
        if len(self.done) == beam:
            growing = [(parent, h) for parent, h in growing if h.score > self.done[-1].score]
        self.live = [h for _, h in growing]
        return [start + parent for parent, _ in growing]


class _Pointing:
    """Where each hypothesis points: the unwritten stroke that it prefers, and those that go with that.

    A stroke goes with the first if the pointer weighs it nearly as much (a symbol's strokes share
    it evenly) and the pair of strokes looks like one symbol: the mean of both is at least `same_symbol_from`.
    The strokes of a fixed symbol go together, and no others with them; they count as one.

    Args:
        pointers: `(k, n)` float32. Logits.
        written: `(k, n)` bool. Strokes that are not to be had.
        same: `(n, n)` float32. See `same_symbol`.
        same_symbol_from: float.
        known: Constraints.
    """

    def __init__(
        self,
        pointers: Float32Array,
        written: BoolArray,
        same: Float32Array,
        same_symbol_from: float,
        known: Constraints,
    ) -> None:
        every = np.arange(len(pointers))
        unwritten = np.where(written, np.float32(-np.inf), pointers)
        first = unwritten.argmax(axis=1)
        largest = unwritten[every, first][:, None]
        largest[np.isinf(largest)] = 0.0  # nothing is left
        unwritten -= largest
        together: Float32Array = np.exp(unwritten, out=unwritten)
        together += same[first]
        together *= np.float32(0.5)
        together[every, first] = 1.0
        together[written] = 0.0
        if known:
            together[:, ~known.free] = 0.0
        self._together, self._from = together, same_symbol_from
        self._weights = softmax(pointers.copy())
        self._chosen = together >= same_symbol_from
        self._counts = np.add.reduce(self._chosen, axis=1).tolist()
        for hypothesis, stroke in enumerate(first.tolist() if known else ()):
            if (symbol := known.of(stroke)) is not None:
                self._chosen[hypothesis], self._counts[hypothesis] = symbol, 1
        pointed = np.add.reduce(self._weights * self._chosen, axis=1)
        self._scores = np.log(np.maximum(pointed, 1e-9)).tolist()
        self._fewer: dict[tuple[int, int], tuple[BoolArray, float]] = {}

    def strokes(self, hypothesis: int, most: int) -> tuple[BoolArray, float]:
        """At most `most` strokes, as the others are needed for what must follow, `(n,)`; and their score."""
        if self._counts[hypothesis] <= most:
            return self._chosen[hypothesis], self._scores[hypothesis]
        if (hypothesis, most) not in self._fewer:
            together = self._together[hypothesis].copy()
            together[np.argsort(-together)[most:]] = 0.0
            chosen = together >= self._from
            self._fewer[hypothesis, most] = chosen, pointed_score(self._weights[hypothesis], chosen)
        return self._fewer[hypothesis, most]


def same_symbol(relate: Float32Array) -> Float32Array:
    """Probability that two strokes are of one symbol, `(…, n, n)`: the mean of both ways, as it has no direction.

    Args:
        relate: `(…, n, n, relations + 2)`. Logits of the relation of each stroke to each.
    """
    probability: Float32Array = np.exp(log_softmax(relate))[..., SAME_SYMBOL]
    return (probability + np.swapaxes(probability, -1, -2)) / np.float32(2)


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
    scores: Float32Array,
    pointing: _Pointing,
    start: int,
    beam: int,
    vocabulary: Vocabulary,
    known: Constraints,
) -> list[tuple[int, Hypothesis]]:
    """The best continuations, each with the number of the hypothesis that it continues."""
    worse = -scores.ravel()
    best = np.argpartition(worse, min(2 * beam, len(worse) - 1))[: 2 * beam]
    best = best[np.argsort(worse[best])]
    found: list[tuple[float, int, str, Cursor, BoolArray | None]] = []
    kept: list[float] = []  # the best scores, ascending
    for index, loss in zip(best.tolist(), worse[best].tolist(), strict=True):
        score = -loss
        # Strokes only lower a score: once there are enough that none of those left can overtake, they are the best.
        if not score > _IMPOSSIBLE or (len(kept) == beam and kept[0] >= score):
            break
        i, number = divmod(index, scores.shape[1])
        hypothesis, token = live[i], vocabulary.tokens[number]
        after = hypothesis.cursor.advance(token)
        strokes = None
        if hypothesis.cursor.kind(token) in WRITTEN:
            strokes, score_of_strokes = pointing.strokes(start + i, known.spare(hypothesis, after))
            score += score_of_strokes
        found.append((score, i, token, after, strokes))
        insort(kept, score)
        del kept[:-beam]
    found.sort(key=lambda one: -one[0])
    return [
        (i, extend(live[i], token, after, score, strokes, vocabulary))
        for score, i, token, after, strokes in found[:beam]
    ]


def pointed_score(weights: Float32Array, strokes: BoolArray) -> float:
    """Log of what the pointer's weights, `(n,)`, come to on some strokes."""
    return float(np.log(max(weights[strokes].sum(), 1e-9)))


def _tree(hypothesis: Hypothesis, relate: Float32Array, backward: bool) -> SymbolTree:
    symbols = iter(hypothesis.symbols)
    steps = []
    for token, writes in hypothesis.steps:
        symbol = next(symbols) if writes else None
        steps.append((token, None if symbol is None else Node(symbol.label, symbol.strokes)))

    def as_written(row: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(_with_limits(node, relate).with_rows(as_written) for node in row)

    return SymbolTree(as_written(delinearize(steps, backward=backward).row))


def _with_limits(node: Node, relate: Float32Array) -> Node:
    """Sub or Below, Sup or Above: LaTeX does not tell for a sum; the pairs of strokes do."""
    if node.label not in WITH_LIMITS:
        return node
    rows = {}
    for relation, row in node.rows.items():
        if (limit := LIMIT_OF.get(relation)) is not None:
            first = next(symbols_of(row))
            logits = relate[np.ix_(node.strokes, first.strokes)].mean(axis=(0, 1))
            relation = limit if logits[PAIR_INDEX[limit]] > logits[PAIR_INDEX[relation]] else relation
        rows[relation] = row
    return replace(node, rows=rows)


def log_softmax(x: NDArray[_Precision]) -> NDArray[_Precision]:
    """Logits as log-probabilities along the last axis."""
    shifted: NDArray[_Precision] = x - np.maximum.reduce(x, axis=-1, keepdims=True)
    shifted -= np.log(np.add.reduce(np.exp(shifted), axis=-1, keepdims=True))
    return shifted
