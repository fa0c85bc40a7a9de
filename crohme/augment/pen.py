"""The pen lifted within a stroke, or not lifted between two: the same symbol in more strokes or fewer."""

from __future__ import annotations

import numpy as np

from crohme.ink.expression import Expression, regroup, symbol_of_strokes
from crohme.types import Stroke
from inkml_parser.sequences import resample


def vary_lifts(expression: Expression, rng: np.random.Generator, share: float) -> Expression:
    """Break some strokes in two, most at a corner, and run some neighbouring strokes of a symbol into one.

    Args:
        expression: Expression.
        rng: Generator.
        share: float. Probability of a stroke to be broken, and of two strokes to be joined.
    """
    count = len(expression.points)
    broken = rng.random(count) < share
    joined = rng.random(count) < share  # a stroke and the one before it
    if not (broken.any() or joined.any()):
        return expression
    symbol, _ = symbol_of_strokes(expression)
    pieces: list[Stroke] = []
    number: list[tuple[int, ...]] = []
    for stroke, points in enumerate(expression.points):
        if joined[stroke] and stroke and symbol[stroke] == symbol[stroke - 1] and _is_near(pieces[-1], points):
            pieces[-1] = _like(np.concatenate([pieces[-1], points]), points)
            number.append((len(pieces) - 1,))
        else:
            parts = _break(points, rng) if broken[stroke] else (points,)
            number.append(tuple(range(len(pieces), len(pieces) + len(parts))))
            pieces += parts
    return Expression(np.stack(pieces), regroup(expression.row, number))


def _is_near(before: Stroke, after: Stroke) -> bool:
    """Whether a hand could run on from one stroke into the next: no further than they are long."""
    way = float(np.linalg.norm(after[0] - before[-1]))
    return way <= max(float(np.ptp(before, axis=0).max()), float(np.ptp(after, axis=0).max()))


def _break(points: Stroke, rng: np.random.Generator) -> tuple[Stroke, ...]:
    """Two strokes with a small gap between them, or the stroke as it was if it has no extent."""
    steps = np.diff(points, axis=0)
    if not np.ptp(points, axis=0).max() > 0:
        return (points,)
    heading = np.arctan2(steps[:, 1], steps[:, 0])
    turn = np.abs(np.angle(np.exp(1j * np.diff(heading))))
    edge = len(points) // 6
    weight = turn[edge:-edge] ** 2 + 0.02
    at = 1 + edge + int(rng.choice(len(weight), p=weight / weight.sum()))
    gap = int(rng.integers(0, 3))
    return _like(points[: at + 1], points), _like(points[min(at + gap, len(points) - 2) :], points)


def _like(line: Stroke, points: Stroke) -> Stroke:
    """A line with as many points as another one, evenly spaced."""
    return resample(line, count=len(points)).astype(np.float32)
