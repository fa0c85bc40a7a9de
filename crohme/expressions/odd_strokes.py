"""Strokes that no symbol is written with: several that were joined into one, and spirals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crohme.types import Float64Array, FloatingArray, Int64Array, Points

FEWEST_STEPS = 8  # of a stroke: in fewer, none is longer than usual
JUMP, JUMP_OF_EXTENT = 8.0, 0.15  # times as long as half of the steps, and of the stroke's longer side
ARM, SMOOTH = 0.65, 1.2  # of the turns, from the outer end on; the most that an arm turns within three steps, radians
BACK = 1.15  # times as much as it turns in all: it turns back
GAP = 0.08  # of the longer side, between one turn and the next


def jumps(strokes: Sequence[Points]) -> Int64Array:
    """`(n,)` How often the pen of each stroke went far at once, as no pen does that is down.

    Args:
        strokes: n arrays `(p, 2)`. As they were written, not resampled.
    """
    return np.array([_jumps(np.asarray(stroke, np.float64)) for stroke in strokes], np.int64)


def _jumps(stroke: Float64Array) -> int:
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    steps = steps[steps > 0]
    if len(steps) < FEWEST_STEPS:
        return 0
    least = max(JUMP * float(np.sort(steps)[len(steps) // 2]), JUMP_OF_EXTENT * float(np.ptp(stroke, axis=0).max()))
    return int(np.count_nonzero(steps > least))


def coiled(points: FloatingArray) -> float:
    """How many turns of a stroke lie beside the turn before, if it is a spiral; 0 if it is none.

    A spiral turns one way throughout, without a corner but near its inner end.

    Args:
        points: `(p, 2)`. A resampled stroke, in any unit.
    """
    steps = np.diff(points.astype(np.float64), axis=0)
    moves = np.abs(steps).max(axis=1) > 1e-9
    if np.count_nonzero(moves) < FEWEST_STEPS:
        return 0.0
    steps, middles = steps[moves], ((points[:-1] + points[1:]) / 2)[moves].astype(np.float64)
    directions = np.arctan2(steps[:, 1], steps[:, 0])
    turns = (np.diff(directions) + np.pi) % (2 * np.pi) - np.pi
    third = len(turns) // 3
    from_outside = turns[::-1] if abs(turns[:third].sum()) > abs(turns[-third:].sum()) else turns
    arm = from_outside[: int(ARM * len(turns))]
    is_smooth = np.abs(arm[:-2] + arm[1:-1] + arm[2:]).max() < SMOOTH
    if not is_smooth or np.abs(turns).sum() > BACK * abs(turns.sum()):
        return 0.0
    way = 1.0 if turns.sum() > 0 else -1.0
    turned = way * np.concatenate([[0.0], np.cumsum(turns)])
    least = GAP * float(np.ptp(points, axis=0).max())
    beside = [0.0, 0.0]  # the next turn is outside, inside
    for i in range(len(turns)):
        later = np.flatnonzero(turned[i:] >= turned[i] + 2 * np.pi)
        if not len(later):
            continue
        apart = middles[i + later[0]] - middles[i]
        outwards = way * float(apart[0] * np.sin(directions[i]) - apart[1] * np.cos(directions[i]))
        if abs(outwards) > least:
            beside[outwards < 0] += float(turned[i + 1] - turned[i])
    return max(beside) / (2 * np.pi)
