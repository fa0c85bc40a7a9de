"""Signs that an answer may not have, written as several that it may: `\\|` as two bars, where CROHME has no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from crohme.expressions.decoding import Candidate
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation.tree import Node, SymbolTree
from crohme.types import Float32Array


def spelt_out(candidate: Candidate, points: Float32Array, vocabulary: Vocabulary) -> Candidate:
    """A candidate with every label of `Vocabulary.spelt` written as those that take its place.

    Args:
        candidate: Candidate.
        points: `(n, p, 2)` float32. The strokes.
        vocabulary: Vocabulary. What the answer may consist of.
    """
    if not any(node.label in vocabulary.spelt for node in candidate.tree.nodes()):
        return candidate
    centres = points.mean(axis=1)[:, 0]
    certainty = dict(candidate.certainty)

    def written(row: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(part for node in row for part in parts(node.with_rows(written)))

    def parts(node: Node) -> Iterator[Node]:
        labels = vocabulary.spelt.get(node.label, (node.label,))
        drawn = _side_by_side(node.strokes, len(labels), centres)
        for label, strokes in zip(labels, drawn, strict=False):
            certainty.setdefault(strokes, candidate.certainty[node.strokes])
            is_last = strokes == drawn[-1]
            yield replace(node, label=label, strokes=strokes, rows=node.rows if is_last else {})

    return Candidate.of(SymbolTree(written(candidate.tree.row)), candidate.score, certainty)


def _side_by_side(strokes: tuple[int, ...], count: int, centres: Float32Array) -> list[tuple[int, ...]]:
    """Strokes in groups from left to right, parted where the gaps are widest; no more groups than strokes."""
    if count == 1 or not strokes:
        return [strokes]
    in_order = sorted(strokes, key=lambda stroke: centres[stroke])
    gaps = np.diff(centres[in_order])
    ends = sorted(np.argsort(-gaps, kind="stable")[: count - 1] + 1)
    return [tuple(sorted(part.tolist())) for part in np.split(np.array(in_order), ends)]
