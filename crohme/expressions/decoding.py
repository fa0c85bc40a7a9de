"""Beam search over the grammar: from an encoded expression to symbol layout trees, best first.

Every hypothesis is a prefix of well-formed LaTeX, knows the strokes of each symbol that it wrote,
and never writes a stroke twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.settings import Decoding
from crohme.expressions.vocabulary import PAIR_INDEX, RELATION_INDEX, SAME_SYMBOL, START, START_BACKWARD, Vocabulary
from crohme.notation import BIG_OPERATORS
from crohme.notation.grammar import CELL_ENDS, WRITTEN, Cursor, Grid, Group, Kind, Row
from crohme.notation.linear import delinearize
from crohme.notation.tree import LIMIT_OF, MAX_DEPTH, Node, Relation, SymbolTree
from crohme.notation.tree import symbols as symbols_of
from crohme.types import BoolArray, Float32Array, IntegerArray

_Precision = TypeVar("_Precision", np.float32, np.float64)
_IMPOSSIBLE = -np.inf
USUAL = Decoding()
WITH_LIMITS = frozenset({*BIG_OPERATORS, r"\lim"})
# Strokes that a token of this kind takes or claims for its groups. The first symbol of a row was claimed before.
_CLOSING = frozenset({Kind.CLOSE, Kind.CLOSE_INDEX, Kind.END})  # what must follow them was owed before
_NESTING = frozenset({Kind.COMMAND, Kind.SUB, Kind.SUP, Kind.OPEN_INDEX, Kind.GRID})


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


@dataclass(frozen=True, eq=False)
class _Symbol:
    label: str
    strokes: tuple[int, ...]
    score: float


@dataclass(frozen=True, eq=False, slots=True)
class Hypothesis:
    """A prefix: where it stands, what it wrote, which strokes are left, and the token it ends with.

    `steps` are its tokens, and which of them wrote the next of `symbols`.
    """

    score: float
    cursor: Cursor
    steps: tuple[tuple[str, bool], ...]
    symbols: tuple[_Symbol, ...]
    written: Float32Array
    last: int

    def spare(self, cursor: Cursor) -> int:
        """Strokes that are not yet written, and not needed for what must be written from a position on."""
        return int(len(self.written) - self.written.sum()) - cursor.owed


def decode(
    network: ExpressionNetwork,
    memory: Sized,
    vocabulary: Vocabulary,
    *,
    beam: int,
    backward: Sequence[bool] = (False,),
    constants: Decoding = USUAL,
    cancelled: Callable[[], bool] | None = None,
) -> list[list[Candidate]]:
    """The best readings in each of some directions.

    The directions are searched side by side: the network reads the hypotheses of all of them at once.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        vocabulary: Vocabulary. The network's; what it may answer with.
        beam: int. Hypotheses kept at each step of a direction; 1 is greedy decoding.
        backward: sequence of bool. For each direction, whether rows are read from right to left.
        constants: Decoding. `same_symbol` and `uneven_line` are used.
        cancelled: function or None. Asked before each step.

    Returns:
        For each direction its candidates, best first; none if no hypothesis could be finished.

    Raises:
        Cancelled: `cancelled` said so.
    """
    n = len(memory)
    relate = network.relate(memory)
    same = same_symbol(relate)
    searches = [_Search(one, [first(n, one, vocabulary)]) for one in backward]
    state = network.start(len(searches))
    for _ in range(12 + 6 * n):
        if cancelled is not None and cancelled():
            raise Cancelled
        live = [hypothesis for search in searches for hypothesis in search.live]
        tokens, pointers, state = network.read(memory, state, *inputs([[h] for h in live], n))
        parents: list[int] = []
        start = 0
        for search in searches:
            here = slice(start, start + len(search.live))
            kept = search.step(tokens[here, 0], pointers[here, 0], same, beam, vocabulary, constants)
            parents += [start + parent for parent in kept]
            start = here.stop
        if not parents:
            break
        state = state.select(parents)
    return [
        [
            Candidate(_tree(h, relate, search.backward), h.score, {s.strokes: s.score for s in h.symbols})
            for h in search.done
        ]
        for search in searches
    ]


@dataclass(eq=False)
class _Search:
    """One direction: the hypotheses that grow, and the best of those that are finished."""

    backward: bool
    live: list[Hypothesis]
    done: list[Hypothesis] = field(default_factory=list)

    def step(
        self,
        tokens: Float32Array,
        pointers: Float32Array,
        same: Float32Array,
        beam: int,
        vocabulary: Vocabulary,
        constants: Decoding,
    ) -> list[int]:
        """Write one more token of each hypothesis that grows; which of them each new one continues."""
        if not self.live:
            return []
        choices = _choices(self.live, tokens, pointers, same, beam, vocabulary, constants)
        finished = [h for _, h in choices if h.cursor.ended]
        self.done = sorted([*self.done, *finished], key=lambda h: -h.score)[:beam]
        growing = [(parent, h) for parent, h in choices if not h.cursor.ended]
        # Scores only fall: what is behind the worst of enough finished ones can never overtake it.
        if len(self.done) == beam:
            growing = [(parent, h) for parent, h in growing if h.score > self.done[-1].score]
        self.live = [h for _, h in growing]
        return [parent for parent, _ in growing]


def first(n: int, backward: bool, vocabulary: Vocabulary) -> Hypothesis:
    """The hypothesis that has written nothing of n strokes."""
    start = vocabulary.token_index[START_BACKWARD if backward else START]
    return Hypothesis(0.0, Cursor(), (), (), np.zeros(n, np.float32), start)


def same_symbol(relate: Float32Array) -> Float32Array:
    """Probability that two strokes are of one symbol, `(…, n, n)`: the mean of both ways, as it has no direction.

    Args:
        relate: `(…, n, n, relations + 2)`. Logits of the relation of each stroke to each.
    """
    probability: Float32Array = np.exp(log_softmax(relate))[..., SAME_SYMBOL]
    return (probability + np.swapaxes(probability, -1, -2)) / np.float32(2)


def inputs(
    live: Sequence[Sequence[Hypothesis]], n: int
) -> tuple[IntegerArray, Float32Array, Float32Array, IntegerArray, IntegerArray]:
    """What the decoder reads at the same number of positions of each hypothesis, see `NumpyTransformer.read`."""
    anchors = np.zeros((len(live), len(live[0]), n), np.float32)
    for i, positions in enumerate(live):
        for j, hypothesis in enumerate(positions):
            if hypothesis.cursor.anchor is not None:
                anchors[i, j, list(hypothesis.symbols[hypothesis.cursor.anchor].strokes)] = 1
    return (
        np.array([[h.last for h in positions] for positions in live]),
        anchors,
        np.array([[h.written for h in positions] for positions in live]),
        np.array([[RELATION_INDEX[h.cursor.relation] for h in positions] for positions in live]),
        np.array([[RELATION_INDEX[h.cursor.row_relation] for h in positions] for positions in live]),
    )


def _choices(
    live: Sequence[Hypothesis],
    tokens: Float32Array,
    pointers: Float32Array,
    same: Float32Array,
    beam: int,
    vocabulary: Vocabulary,
    constants: Decoding,
) -> list[tuple[int, Hypothesis]]:
    """The best continuations, each with the number of the hypothesis that it continues."""
    scores = log_softmax(tokens + vocabulary.token_bias)
    for i, hypothesis in enumerate(live):
        scores[i] += hypothesis.score
        scores[i] += _mask(hypothesis.cursor, min(hypothesis.spare(hypothesis.cursor), 3), vocabulary)
        if (grid := hypothesis.cursor.rows[-1].grid) is not None:
            for token, kind in CELL_ENDS.items():
                scores[i, vocabulary.token_index[token]] -= constants.uneven_line * grid.is_uneven(kind)
    flat = scores.ravel()
    best = np.argpartition(-flat, min(2 * beam, len(flat) - 1))[: 2 * beam]
    weights = np.exp(log_softmax(pointers))
    pointed: dict[tuple[int, int], tuple[BoolArray, float]] = {}  # by hypothesis, and how many strokes it may take
    found: list[tuple[float, int, str, Cursor, BoolArray | None]] = []
    for index in best[np.argsort(-flat[best])]:
        if flat[index] > _IMPOSSIBLE:
            i, number = divmod(int(index), scores.shape[1])
            hypothesis, token, score = live[i], vocabulary.tokens[number], float(flat[index])
            after = hypothesis.cursor.advance(token)
            strokes = None
            if hypothesis.cursor.kind(token) in WRITTEN:
                most = hypothesis.spare(after)
                if (i, most) not in pointed:
                    strokes = _pointed(pointers[i], same, hypothesis.written > 0, most, constants.same_symbol)
                    pointed[i, most] = strokes, pointing(weights[i], strokes)
                strokes, score_of_strokes = pointed[i, most]
                score += score_of_strokes
            found.append((score, i, token, after, strokes))
    found.sort(key=lambda one: -one[0])
    return [
        (i, extend(live[i], token, after, score, strokes, vocabulary))
        for score, i, token, after, strokes in found[:beam]
    ]


def extend(
    hypothesis: Hypothesis,
    token: str,
    after: Cursor,
    score: float,
    strokes: BoolArray | None,
    vocabulary: Vocabulary,
) -> Hypothesis:
    """A hypothesis one token longer.

    Args:
        hypothesis: Hypothesis.
        token: str. May follow it.
        after: Cursor. The position after the token.
        score: float. Of the longer hypothesis.
        strokes: `(n,)` bool or None. Those of the symbol, if the token writes one.
        vocabulary: Vocabulary.
    """
    symbols, written = hypothesis.symbols, hypothesis.written
    if strokes is not None:
        label = "-" if token == r"\frac" else token
        symbols = (*symbols, _Symbol(label, tuple(np.flatnonzero(strokes).tolist()), score - hypothesis.score))
        written = np.maximum(written, strokes.astype(np.float32))
    steps = hypothesis.steps if after.ended else (*hypothesis.steps, (token, strokes is not None))
    return Hypothesis(score, after, steps, symbols, written, vocabulary.token_index[token])


def pointing(weights: Float32Array, strokes: BoolArray) -> float:
    """Log of what the pointer's weights, `(n,)`, come to on some strokes."""
    return float(np.log(max(weights[strokes].sum(), 1e-9)))


def _pointed(
    pointer: Float32Array, same: Float32Array, written: BoolArray, most: int, same_symbol_from: float
) -> BoolArray:
    """Strokes of the symbol at which the decoder points: the unwritten stroke it prefers, and those that go with it.

    A stroke goes with the first if the pointer weighs it nearly as much (a symbol's strokes share
    it evenly) and the pair of strokes looks like one symbol: the mean of both is at least `same_symbol_from`. At most
    `most` strokes are taken: the others are needed for what must follow.
    """
    open_ = np.where(written, -np.inf, pointer)
    first = int(open_.argmax())
    together = (np.exp(open_ - open_[first]) + same[first]) / 2
    together[first] = 1.0
    together[written] = 0.0
    together[np.argsort(-together)[most:]] = 0.0
    chosen: BoolArray = together >= same_symbol_from
    return chosen


def _mask(cursor: Cursor, spare: int, vocabulary: Vocabulary) -> Float32Array:
    row = cursor.rows[-1]
    pending = None if cursor.pending is None else cursor.pending.or_index
    # The base line is a level of the tree, and so is what would open; an index may need braces around it.
    levels = cursor.depth + sum(open_row.closing is Kind.CLOSE_INDEX for open_row in cursor.rows)
    may_nest = levels + 2 <= MAX_DEPTH
    line = None if row.grid is None else row.grid.line is not None
    return _cached_mask(pending, row.closing, row.last is not None, row.scripts, line, spare, may_nest, vocabulary)


@lru_cache(maxsize=512)
def _cached_mask(
    pending: bool | None,
    closing: Kind,
    begun: bool,
    scripts: frozenset[Kind],
    line: bool | None,
    spare: int,
    may_nest: bool,
    vocabulary: Vocabulary,
) -> Float32Array:
    """0 where a token may follow, -inf elsewhere; positions with equal arguments allow the same tokens."""
    grid = None if line is None else Grid(line=0 if line else None)
    written = 0 if begun else None
    row = Row(None, closing, written, scripts, grid, first=written)
    group = None if pending is None else Group(0, Relation.INSIDE, or_index=pending)
    cursor = Cursor((row,) if grid is None else (Row(last=0), row), group)
    mask = np.full(len(vocabulary.tokens), _IMPOSSIBLE, dtype=np.float32)
    for i, token in enumerate(vocabulary.tokens):
        kind = cursor.kind(token)
        # The brackets of a root's index are no symbols.
        if vocabulary.may_answer(token) or kind in (Kind.OPEN_INDEX, Kind.CLOSE_INDEX):
            if cursor.allows(token) and (may_nest or kind not in _NESTING):
                if kind in _CLOSING or spare >= cursor.advance(token).owed + (kind in WRITTEN) - cursor.owed:
                    mask[i] = 0.0
    return mask


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
    shifted: NDArray[_Precision] = x - x.max(axis=-1, keepdims=True)
    normed: NDArray[_Precision] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return normed
