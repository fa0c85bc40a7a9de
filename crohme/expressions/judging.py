"""From what the search has found to what is answered: how sure each reading is, and each of its symbols."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crohme.expressions.confidence import Calibration
from crohme.expressions.decoding import Candidate
from crohme.expressions.fixed import FixedSymbol
from crohme.expressions.opinion_pool import Searched
from crohme.expressions.rescoring import ClassScores
from crohme.expressions.unread import (
    FOREIGN,
    alone_factor,
    coverage_factor,
    dot_factor,
    ink_weights,
    joined_factor,
    known_factor,
    lines_factor,
    seen_shares,
    spiral_factor,
    swing_factor,
    unread_shares,
)
from crohme.ink import image_files
from crohme.ink.tracings import is_traced
from crohme.recognition import Reading, Recognition, RecognizedSymbol
from crohme.types import Float64Array
from inkml_parser import Ink

_MOSTLY = 0.5


@dataclass(frozen=True, eq=False)
class Judged:
    """A candidate, and how sure it is.

    Args:
        candidate: Candidate.
        confidence: float. Calibrated, and lowered by what makes it doubtful.
        unread: `(n,)`. The share of each stroke that it leaves unread.
    """

    candidate: Candidate
    confidence: float
    unread: Float64Array

    @property
    def strokes_unread(self) -> int:
        """Strokes that are mostly left unread."""
        return int((self.unread > _MOSTLY).sum())


def judged(found: Searched, calibration: Calibration) -> list[Judged]:
    """Candidates with their confidences, the surest first; see `Recognizer.recognize` for what lowers these.

    Args:
        found: Searched.
        calibration: Calibration. Of such ink.
    """
    candidates, ink, points = found.candidates, found.ink, found.points
    trees = [candidate.tree for candidate in candidates]
    weights = ink_weights(points, is_traced=is_traced(ink))
    of_any = swing_factor(points) * spiral_factor(points) * joined_factor(found.strokes, weights)
    if image_files.WITH_MARKS.items() <= ink.annotations.items():
        of_any *= FOREIGN
    shares = calibration.confidences([candidate.score for candidate in candidates])
    unread = unread_shares(trees, points, seen_shares(found.strokes, found.resampled))
    covered = [share * coverage_factor(weights, left) for share, left in zip(shares, unread, strict=True)]
    order = sorted(range(len(candidates)), key=lambda i: -covered[i])
    doubts = [of_any * known_factor(t) * dot_factor(t, points) * lines_factor(t) for t in trees]
    return [Judged(candidates[i], covered[i] * doubts[i], unread[i]) for i in order]


def recognition(
    ranked: Sequence[Judged], ink: Ink, classes: ClassScores, fixed: Sequence[FixedSymbol], top: int
) -> Recognition:
    """What is answered.

    Args:
        ranked: see `judged`; at least one.
        ink: Ink.
        classes: ClassScores. Of its strokes.
        fixed: sequence of FixedSymbol. What was known before; a label that was is certain.
        top: int. The most readings to give.
    """
    labelled = {symbol.strokes for symbol in fixed if symbol.label is not None}
    best = ranked[0]
    of_all = 1.0 if labelled else alone_factor(best.candidate.tree, best.confidence, classes.of)
    placed: dict[tuple[str, tuple[int, ...]], RecognizedSymbol] = {}  # most symbols are in several readings

    def reading(one: Judged) -> Reading:
        tree, confidence = one.candidate.tree, one.confidence * of_all
        read_symbols = []
        is_alone = len(list(tree.nodes())) == 1
        for node in tree.nodes():
            mean = (math.exp(one.candidate.certainty[node.strokes]) + math.exp(classes.of(node))) / 2
            certain = confidence if is_alone else min(max(mean, confidence), 1.0)
            certain = 1.0 if node.strokes in labelled else certain
            if (alike := placed.get((node.label, node.strokes))) is None:
                alike = RecognizedSymbol.of(node, ink, certain, classes.likely_labels(node))
                placed[node.label, node.strokes] = alike
            read_symbols.append(alike.with_confidence(certain))
        return Reading(one.candidate.latex, confidence, tree, tuple(read_symbols))

    return Recognition(ink, tuple(map(reading, ranked[:top])))
