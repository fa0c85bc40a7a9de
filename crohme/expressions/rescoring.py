"""What a network says of given readings: token by token, and by the classes of single strokes."""

from __future__ import annotations

from collections.abc import Sequence, Sized

import numpy as np

from crohme.expressions.decoding import USUAL, Hypothesis, extend, first, inputs, log_softmax, pointing
from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.settings import Decoding
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation.grammar import END, WRITTEN
from crohme.notation.linear import linearize
from crohme.notation.tree import Node, SymbolTree
from crohme.types import BoolArray, Float32Array

_AT_ONCE = 480  # positions of all readings that are read at once: what is seen from each takes memory


def rescore(
    network: ExpressionNetwork,
    memory: Sized,
    vocabulary: Vocabulary,
    trees: Sequence[SymbolTree],
    *,
    backward: Sequence[bool],
    constants: Decoding = USUAL,
) -> list[float]:
    """Scores of given readings, as `decode` gives them.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        vocabulary: Vocabulary. The network's.
        trees: sequence of SymbolTree. Readings of this expression, with strokes.
        backward: sequence of bool. Of each tree: whether its rows are read from right to left.
        constants: Decoding. `uneven_line` is used.
    """
    if not trees:
        return []
    n = len(memory)
    walks = [_walk(tree, n, vocabulary, one) for tree, one in zip(trees, backward, strict=True)]
    longest = max(len(walk) for walk in walks)
    padded = [[*walk, *[walk[-1]] * (longest - len(walk))] for walk in walks]
    state, scores = network.start(len(trees)), [0.0] * len(trees)
    at_once = max(1, _AT_ONCE // len(trees))
    for start in range(0, longest, at_once):
        part = [walk[start : start + at_once] for walk in padded]
        here = inputs([[hypothesis for hypothesis, _, _ in walk] for walk in part], n)
        tokens, pointers, state = network.read(memory, state, *here)
        logs, weights = log_softmax(tokens + vocabulary.token_bias), np.exp(log_softmax(pointers))
        for j, walk in enumerate(walks):
            for i, (hypothesis, token, strokes) in enumerate(walk[start : start + at_once]):
                scores[j] += float(logs[j, i, vocabulary.token_index[token]])
                grid = hypothesis.cursor.rows[-1].grid
                if strokes is not None:
                    scores[j] += pointing(weights[j, i], strokes)
                elif grid is not None:
                    scores[j] -= constants.uneven_line * grid.is_uneven(hypothesis.cursor.kind(token))
    return scores


def _walk(
    tree: SymbolTree, n: int, vocabulary: Vocabulary, backward: bool
) -> list[tuple[Hypothesis, str, BoolArray | None]]:
    """Every step of writing a tree: where it stands, the token that follows, and the strokes that it writes."""
    hypothesis = first(n, backward, vocabulary)
    walk: list[tuple[Hypothesis, str, BoolArray | None]] = []
    for token, node in [*linearize(tree, backward=backward), (END, None)]:
        strokes = None
        if hypothesis.cursor.kind(token) in WRITTEN:
            assert node is not None
            strokes = np.zeros(n, dtype=bool)
            strokes[list(node.strokes)] = True
        walk.append((hypothesis, token, strokes))
        hypothesis = extend(hypothesis, token, hypothesis.cursor.advance(token), 0.0, strokes, vocabulary)
    return walk


def symbol_scores(
    network: ExpressionNetwork, memory: Sized, vocabulary: Vocabulary, trees: Sequence[SymbolTree]
) -> list[float]:
    """Log-probabilities of given readings' symbols by the class of each stroke, which knows no language.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        vocabulary: Vocabulary. The network's.
        trees: sequence of SymbolTree. Readings of this expression, with strokes.
    """
    classes = classes_of(network, memory, vocabulary)
    return [float(sum(class_score(classes, node, vocabulary) for node in tree.nodes())) for tree in trees]


def classes_of(network: ExpressionNetwork, memory: Sized, vocabulary: Vocabulary) -> Float32Array:
    """Log-probabilities of each stroke's symbol class, `(n, symbols)`."""
    return log_softmax(network.classify(memory) + vocabulary.class_bias)


def class_score(classes: Float32Array, node: Node, vocabulary: Vocabulary) -> float:
    """Log-probability of a symbol's label by the classes of its strokes, in the mean."""
    return float(classes[list(node.strokes), vocabulary.class_index[node.label]].mean())
