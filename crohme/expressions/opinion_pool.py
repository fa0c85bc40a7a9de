"""What is read of an ink and of its tracings: these err where lines touch, each elsewhere."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crohme.expressions.decoding import Candidate
from crohme.expressions.rescoring import ClassScores
from crohme.ink.tracings import InkAndTracings, is_traced
from crohme.types import Float32Array, Float64Array, Points
from inkml_parser import Ink

# Scores are surer than readings are right: by about this much, as calibration has it. Without it, the surest of the
# tracings would have the only say.
_TEMPER = 0.5
# Chosen on CROHME 2013 and held-out writers, where 0.5 to 0.8 are nearly as good.
_OF_WRITTEN = 0.6


@dataclass(frozen=True, eq=False)
class Searched:
    """An ink, and what the search found in it.

    Args:
        ink: Ink.
        strokes: its strokes, normalised.
        resampled: `(n, POINTS, 2)`. The same, resampled.
        points: `(n, POINTS, 2)`. The same in the unit of the network.
        classes: ClassScores. Of its strokes.
        candidates: list of Candidate. Best first, with different LaTeX; may be empty.
    """

    ink: Ink
    strokes: Sequence[Points]
    resampled: Float64Array
    points: Float32Array
    classes: ClassScores
    candidates: list[Candidate]


def pooled(found: Sequence[Searched]) -> Searched:
    """An ink, each of whose readings is as probable as it is in the mean of it and its tracings.

    Written ink has most of the say and is what is answered about. Where all are tracings of a picture, each has as
    much, and it is the one in which the LaTeX that is then the most probable is likeliest.

    Args:
        found: sequence of Searched. The ink, then its tracings.

    Reference: Stone, "The opinion pool", Annals of Mathematical Statistics 32 (4), 1961.
    """
    first, *others = found
    if not others:
        return first
    is_written = not is_traced(first.ink)
    of_first = _OF_WRITTEN if is_written else 1 / len(found)
    says = [of_first, *[(1 - of_first) / len(others)] * len(others)]
    shares = [_shares(one.candidates) for one in found]
    means: dict[str, float] = defaultdict(float)
    for own, say in zip(shares, says, strict=True):
        for latex, share in own.items():
            means[latex] += say * share
    chosen = first
    if means and not is_written:
        best = max(means, key=lambda latex: means[latex])
        chosen, _ = max(zip(found, shares, strict=True), key=lambda pair: pair[1].get(best, 0.0))
        if chosen is not first:  # so that it reads as this did when it is read again
            beside = [replace(one.ink) for one in found if one is not chosen]  # without tracings of their own
            chosen = replace(chosen, ink=InkAndTracings.of(chosen.ink, beside))
    tempered = {latex: mean ** (1 / _TEMPER) for latex, mean in means.items()}
    all_of_them = sum(say * _sum(one.candidates) for one, say in zip(found, says, strict=True))
    scale = math.log(all_of_them / sum(tempered.values())) if means else 0.0
    scored = [replace(c, score=math.log(tempered[c.latex]) + scale) for c in chosen.candidates]
    return replace(chosen, candidates=sorted(scored, key=lambda candidate: -candidate.score))


def _shares(candidates: Sequence[Candidate]) -> dict[str, float]:
    """How probable each LaTeX is, less sure than the scores are; together 1 at most."""
    weights = np.exp(_TEMPER * np.array([candidate.score for candidate in candidates], dtype=np.float64))
    weights = np.maximum(weights / max(1.0, float(weights.sum())), 1e-100)
    return {candidate.latex: float(weight) for candidate, weight in zip(candidates, weights, strict=True)}


def _sum(candidates: Sequence[Candidate]) -> float:
    """How probable it is, by the scores, that one of them is right; never 0."""
    return min(1.0, max(1e-100, sum(math.exp(candidate.score) for candidate in candidates)))
