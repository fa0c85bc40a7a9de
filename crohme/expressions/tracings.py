"""What is read of a picture that was traced in several ways: they err where lines touch, each elsewhere."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crohme.expressions.decoding import Candidate
from crohme.expressions.rescoring import ClassScores
from crohme.types import Float32Array, Float64Array, Points
from inkml_parser import Ink

# Scores are surer than readings are right: by about this much, as calibration has it. Without it, the surest of the
# tracings would have the only say.
_TEMPER = 0.5


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


def together(found: Sequence[Searched]) -> Searched:
    """One of some tracings of a picture, each of whose readings is as probable as it is in the mean of all.

    It is the one in which the LaTeX that is then the most probable is likeliest.

    Args:
        found: sequence of Searched. At least one; in what order does not matter but where two are as good.
    """
    if len(found) == 1:
        return found[0]
    shares = [_shares(one.candidates) for one in found]
    means: dict[str, float] = defaultdict(float)
    for own in shares:
        for latex, share in own.items():
            means[latex] += share / len(found)
    if not means:
        return found[0]
    best = max(means, key=lambda latex: means[latex])
    chosen, _ = max(zip(found, shares, strict=True), key=lambda pair: pair[1].get(best, 0.0))
    scored = [replace(c, score=math.log(means[c.latex]) / _TEMPER) for c in chosen.candidates]
    return replace(chosen, candidates=sorted(scored, key=lambda candidate: -candidate.score))


def _shares(candidates: Sequence[Candidate]) -> dict[str, float]:
    """How probable each LaTeX is; together 1 at most."""
    weights = np.exp(_TEMPER * np.array([candidate.score for candidate in candidates], dtype=np.float64))
    weights = np.maximum(weights / max(1.0, float(weights.sum())), 1e-300)
    return {candidate.latex: float(weight) for candidate, weight in zip(candidates, weights, strict=True)}
