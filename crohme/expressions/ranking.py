"""The best readings of an expression: both directions of the search, ranked by all that speaks for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import replace
from functools import partial

import numpy as np

from crohme.expressions.appearance import improbabilities
from crohme.expressions.decoding import Candidate, decode
from crohme.expressions.fixed import FixedSymbol
from crohme.expressions.language_model import LanguageModel
from crohme.expressions.likeness import disagreements
from crohme.expressions.protocol import ExpressionNetwork
from crohme.expressions.rescoring import ClassScores, rescore
from crohme.expressions.settings import Decoding
from crohme.expressions.shapes import ShapeNetwork
from crohme.expressions.side_by_side import Steps
from crohme.expressions.spelling import spelt_out
from crohme.expressions.trails import Trail
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import SymbolTree
from crohme.notation.linear import linearize
from crohme.types import Float32Array, Float64Array

CLOSE = 5.0
"""Nats behind the best reading within which its symbols may still decide."""


def best_readings(
    network: ExpressionNetwork,
    memory: Sized,
    points: Float32Array,
    vocabulary: Vocabulary,
    classes: ClassScores,
    decoding: Decoding,
    beam: int,
    cancelled: Callable[[], bool] | None = None,
    draft: SymbolTree | None = None,
    trail: Trail | None = None,
    fixed: Sequence[FixedSymbol] = (),
    language: LanguageModel | None = None,
    shapes: ShapeNetwork | None = None,
) -> Steps[list[Candidate]]:
    """Readings with different LaTeX, best first; empty if none was found.

    With a beam of 1 they are those of one direction. Otherwise each direction judges what the other one found, and
    both are held against the classes of the strokes, against what is drawn alike (`likeness`), what the symbols look
    like (`appearance`), what people write, and the number of their symbols.

    Args:
        network: ExpressionNetwork.
        memory: of its `encode`. The encoded expression.
        points: `(n, p, 2)` float32. The strokes.
        vocabulary: Vocabulary. The network's; what it may answer with.
        classes: ClassScores. Of the same strokes and vocabulary.
        decoding: Decoding.
        beam: int. At least 1.
        cancelled, draft, trail, fixed: see `decoding.decode`.
        language: LanguageModel or None. What people write, in the vocabulary's tokens.
        shapes: ShapeNetwork or None. What symbols look like.
    """
    search = partial(decode, network, memory, vocabulary, constants=decoding, cancelled=cancelled, fixed=fixed)
    if beam == 1 and (greedy := (yield from search(beam=1, draft=draft))[0]):
        return distinct([spelt_out(c, points, vocabulary) for c in greedy])
    forward, backward = map(distinct, (yield from search(beam=max(beam, 2), backward=(False, True), trail=trail)))
    ways = [{_steps(c.tree): c for c in one} for one in (forward, backward)]
    found = {**ways[1], **ways[0]}
    if not found:
        return []
    known = [{steps: c.score for steps, c in way.items()} for way in ways]
    missing = [(way, steps) for way in (0, 1) for steps in found if steps not in known[way]]
    scores_of_others = yield from rescore(
        network, memory, vocabulary, [found[steps].tree for _, steps in missing],
        backward=[way == 1 for way, _ in missing], constants=decoding, read=None if trail is None else trail.tokens,
    )  # fmt: skip
    for (way, steps), score in zip(missing, scores_of_others, strict=True):
        known[way][steps] = score
    trees = [c.tree for c in found.values()]
    differently = disagreements(trees, points)
    # Against the best of them: what all have in common says nothing about how sure the best reading is.
    likeness_scores = differently.min() - differently
    class_scores = [sum(map(classes.of, tree.nodes())) for tree in trees]
    by_way = [[known[way][steps] for steps in found] for way in (0, 1)]
    written = np.zeros(len(trees)) if language is None else language.scores(trees, vocabulary)
    language_scores = written - written.max()
    counts = np.array([len(list(tree.nodes())) for tree in trees])
    scores = np.array([*by_way, class_scores, likeness_scores, language_scores, counts - counts.max()])
    first = decoding.forward_weight
    others = decoding.class_weight, decoding.likeness_weight, decoding.language_weight, decoding.symbol_weight
    weights = np.array([first, 1 - first, *others])
    total = weights @ scores
    if shapes is not None:
        total -= _lost_by_shape(trees, total, points, shapes, decoding)
    ranked = [replace(c, score=float(score)) for c, score in zip(found.values(), total, strict=True)]
    return distinct([spelt_out(c, points, vocabulary) for c in ranked])


def _lost_by_shape(
    trees: Sequence[SymbolTree], scores: Float64Array, points: Float32Array, shapes: ShapeNetwork, decoding: Decoding
) -> Float64Array:
    """What readings lose by their symbols' looks beside the one that loses least; those far behind as much as any."""
    (close,) = (~(scores < scores.max() - CLOSE)).nonzero()  # so that of what is no number something is left, too
    weights = np.array([decoding.consistency_weight, decoding.shape_weight])
    of_close = weights @ improbabilities([trees[i] for i in close], points, shapes)
    found = np.full(len(trees), of_close.max())
    found[close] = of_close
    beside: Float64Array = found - of_close.min()
    return beside


def _steps(tree: SymbolTree) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """A reading as a key: its tokens, and the strokes of each."""
    return tuple((token, () if node is None else node.strokes) for token, node in linearize(tree))


def distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first, one for each LaTeX."""
    kept: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: -c.score):
        kept.setdefault(candidate.latex, candidate)
    return list(kept.values())
