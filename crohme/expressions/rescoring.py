"""Scores of given readings: token by token, and by the class of each stroke."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from functools import partial

import numpy as np

from crohme.expressions.hypotheses import Hypothesis, extend, first, inputs
from crohme.expressions.layers import log_softmax
from crohme.expressions.pointing import pointed_score
from crohme.expressions.protocol import ExpressionNetwork, HypothesesState, Read
from crohme.expressions.settings import USUAL, Decoding
from crohme.expressions.side_by_side import Steps
from crohme.expressions.token_tree import BranchingState, TokenTree
from crohme.expressions.vocabulary import START, START_BACKWARD, Vocabulary
from crohme.notation.alphabet import OTHER
from crohme.notation.grammar import END, WRITTEN
from crohme.notation.linear import linearize
from crohme.notation.tree import Node, SymbolTree
from crohme.types import BoolArray, Float32Array

Strokes = tuple[int, ...] | None
Step = tuple[int, str, Strokes]
"""A position, the token that is written there, and the strokes of its symbol."""
LIKELY = 6
"""Labels that a symbol may be by its strokes, at most."""
_NOWHERE = -1
_MOST_POSITIONS = 2000  # in a tree of tokens, which takes memory by their square
_AT_ONCE = 480  # positions of all readings that are read at once: what is seen from each takes memory
_WORTH_A_CALL = 12  # positions: reading them once more takes as long as another call


def rescore(
    network: ExpressionNetwork,
    memory: Sized,
    vocabulary: Vocabulary,
    trees: Sequence[SymbolTree],
    *,
    backward: Sequence[bool],
    constants: Decoding = USUAL,
    read: TokenTree | None = None,
) -> Steps[list[float]]:
    """Scores of given readings, as `decode` gives them.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        vocabulary: Vocabulary. The network's.
        trees: sequence of SymbolTree. Readings of this expression, with strokes.
        backward: sequence of bool. Of each tree: whether its rows are read from right to left.
        constants: Decoding. `uneven_line` is used.
        read: TokenTree or None. What was read of it before.
    """
    if not trees:
        return []
    n, readings, state = len(memory), _Readings(), network.start()
    walks = [readings.add(tree, n, vocabulary, one) for tree, one in zip(trees, backward, strict=True)]
    if isinstance(state, BranchingState) and len(readings.hypotheses) <= _MOST_POSITIONS:
        tokens, pointers = yield from _at_once(memory, readings, read or TokenTree(state.branches()))
    else:
        tokens, pointers = yield from _in_stretches(memory, readings, state)
    logs, weights, scores = log_softmax(tokens + vocabulary.token_bias), np.exp(log_softmax(pointers)), {}
    for position, hypothesis in enumerate(readings.hypotheses):
        for token, strokes in readings.following[position]:
            score = float(logs[position, vocabulary.token_index[token]])
            grid = hypothesis.cursor.rows[-1].grid
            if strokes is not None:
                score += pointed_score(weights[position], _mask(strokes, n))
            elif grid is not None:
                score -= constants.uneven_line * grid.is_uneven(hypothesis.cursor.kind(token))
            scores[position, token, strokes] = score
    return [sum(scores[step] for step in walk) for walk in walks]


def _at_once(memory: Sized, readings: _Readings, read: TokenTree) -> Steps[tuple[Float32Array, Float32Array]]:
    """Logits of the tokens after each position `(positions, tokens)`, and of their strokes `(positions, n)`."""
    rows: list[int] = []
    for hypothesis, before in zip(readings.hypotheses, readings.parents, strict=True):
        parent = -1 if before == _NOWHERE else rows[before]
        row = read.row(hypothesis, parent)
        rows.append(read.add(hypothesis, parent) if row is None else row)
    yield from read.read(memory)
    return read.logits(rows)


def _in_stretches(
    memory: Sized, readings: _Readings, state: HypothesesState
) -> Steps[tuple[Float32Array, Float32Array]]:
    """What `_at_once` gives, of a network whose states cannot branch."""
    found: dict[int, tuple[Float32Array, Float32Array]] = {}
    ends = {_NOWHERE: 0}  # position → which of the hypotheses that were read last ends there
    for paths in readings.stretches():
        state = state.select([ends[readings.parents[path[0]]] for path in paths])
        longest = max(map(len, paths))
        padded = [[*path, *[path[-1]] * (longest - len(path))] for path in paths]
        here = inputs([[readings.hypotheses[position] for position in path] for path in padded], len(memory))
        tokens, pointers, state = yield Read(memory, state, *here)
        ends = {path[-1]: i for i, path in enumerate(padded)}
        for i, path in enumerate(paths):
            for j, position in enumerate(path):
                found[position] = tokens[i, j], pointers[i, j]
    each = zip(*(found[position] for position in range(len(found))), strict=True)
    tokens, pointers = map(np.stack, each)
    return tokens, pointers


class _Readings:
    """Readings as a tree of positions: where they begin alike, they are read once.

    `hypotheses`, `parents`, `depths` and `following`, the tokens after it with their strokes, are of each position.
    """

    def __init__(self) -> None:
        self.hypotheses: list[Hypothesis] = []
        self.parents: list[int] = []
        self.depths: list[int] = []
        self.following: list[list[tuple[str, Strokes]]] = []
        self._known: dict[Step, int] = {}

    def add(self, tree: SymbolTree, n: int, vocabulary: Vocabulary, backward: bool) -> list[Step]:
        """The steps of writing a tree."""
        start = START_BACKWARD if backward else START
        position = self._position((_NOWHERE, start, None), lambda: first(n, backward, vocabulary))
        walk: list[Step] = []
        for token, node in [*linearize(tree, backward=backward), (END, None)]:
            before = self.hypotheses[position]
            strokes = None
            if before.cursor.kind(token) in WRITTEN:
                assert node is not None
                strokes = node.strokes
            step = position, token, strokes
            walk.append(step)
            if (token, strokes) not in self.following[position]:
                self.following[position].append((token, strokes))
            if token != END:
                position = self._position(step, partial(_extended, before, token, strokes, vocabulary))
        return walk

    def _position(self, step: Step, hypothesis: Callable[[], Hypothesis]) -> int:
        if step not in self._known:
            self._known[step] = len(self.hypotheses)
            self.hypotheses.append(hypothesis())
            self.parents.append(step[0])
            self.depths.append(0 if step[0] == _NOWHERE else self.depths[step[0]] + 1)
            self.following.append([])
        return self._known[step]

    def stretches(self) -> Iterator[list[list[int]]]:
        """Paths of positions, in the order in which they can be read.

        Those that are read at once begin at one depth. They run to another one, or end before.
        """
        inner = set(self.parents)
        levels: list[list[int]] = [[] for _ in range(max(self.depths) + 1)]
        for position, depth in enumerate(self.depths):
            levels[depth].append(position)
        begun, ended = 0, list[int]()  # the depth at which a stretch begins, and the readings that end in it
        for depth, level in enumerate(levels):
            last = [*ended, *level]
            following = [] if depth + 1 == len(levels) else levels[depth + 1]
            ended += [position for position in level if position not in inner]
            length = depth + 1 - begun
            more = len(ended) + len(following) - len(last)
            if not following or more * length > _WORTH_A_CALL or (len(last) + more) * (length + 1) > _AT_ONCE:
                yield [self._path(position, begun) for position in last]
                begun, ended = depth + 1, []

    def _path(self, position: int, begun: int) -> list[int]:
        """The positions from a depth on that lead to one."""
        path = [position]
        while self.depths[path[-1]] > begun:
            path.append(self.parents[path[-1]])
        return path[::-1]


def _extended(before: Hypothesis, token: str, strokes: Strokes, vocabulary: Vocabulary) -> Hypothesis:
    symbol = None if strokes is None else before.drawing(strokes)
    return extend(before, token, before.cursor.advance(token), 0.0, symbol, vocabulary)


def _mask(strokes: tuple[int, ...], n: int) -> BoolArray:
    mask = np.zeros(n, dtype=bool)
    mask[list(strokes)] = True
    return mask


class ClassScores:
    """Log-probabilities of symbol classes by the class of each stroke, in the mean of a symbol's; it knows no language.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        vocabulary: Vocabulary. The network's.
    """

    def __init__(self, network: ExpressionNetwork, memory: Sized, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._of_strokes = log_softmax(network.classify(memory) + vocabulary.class_bias)
        # Most symbols are in several readings.
        self._means: dict[tuple[int, ...], Float32Array] = {}
        self._likely: dict[tuple[int, ...], tuple[str, ...]] = {}

    def _mean(self, strokes: tuple[int, ...]) -> Float32Array:
        """`(symbols,)`."""
        if strokes not in self._means:
            own = self._of_strokes[list(strokes)]
            self._means[strokes] = own[0] if len(strokes) == 1 else own.mean(axis=0)
        return self._means[strokes]

    def of(self, node: Node) -> float:
        """That of a symbol's label."""
        return float(self._mean(node.strokes)[self._vocabulary.class_index[node.label]])

    def likely_labels(self, node: Node) -> tuple[str, ...]:
        """What a symbol may be by its strokes: the most likely labels, best first."""
        if node.strokes not in self._likely:
            worse, last = -self._mean(node.strokes), min(LIKELY, len(self._vocabulary.alphabet) - 1)
            # Only the best are sorted, with those that are as likely as the last of them.
            (likely,) = (worse <= np.partition(worse, last)[last]).nonzero()
            best = likely[np.argsort(worse[likely], kind="stable")][: LIKELY + 1]
            labels = [self._vocabulary.alphabet.labels[i] for i in best]
            self._likely[node.strokes] = tuple(label for label in labels if label != OTHER)[:LIKELY]
        return self._likely[node.strokes]
