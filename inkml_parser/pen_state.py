"""Where the pen is down in a trace: its `type`, and the tip switch, channel S (W3C InkML, sections 3.2.1 and 3.1.2)."""

from __future__ import annotations

import numpy as np

from inkml_parser.columns import Decoded
from inkml_parser.errors import MalformedInk
from inkml_parser.types import Values

TIP_SWITCH = "S"
"""The channel that says at every point whether the pen touches the surface."""


def check_known(state: Values) -> None:
    """Refuse a tip switch that is open somewhere and not known elsewhere.

    Args:
        state: `(n,)` float64 array. NaN where not known.

    Raises:
        MalformedInk: Whether some points are ink cannot be told.
    """
    if (state == 0).any() and np.isnan(state).any():
        raise MalformedInk("channel S says of some points that the pen is up, and of others nothing")


def runs_down(decoded: Decoded) -> list[tuple[int, int]]:
    """First point and the one after the last, of every run of points where the pen is down.

    Without a tip switch the whole trace is one run. A channel S of other values than 0 and 1 is none.
    """
    points, channels = decoded
    whole = [(0, len(points))]
    if TIP_SWITCH not in channels:
        return whole
    state = channels[TIP_SWITCH]
    if state.all() or not np.isin(state, (0, 1)).all():
        return whole
    edges = np.flatnonzero(np.diff(np.concatenate(([0.0], state, [0.0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def cut(decoded: Decoded, start: int, stop: int) -> Decoded:
    """The points of one run."""
    points, channels = decoded
    return (points, channels) if stop - start == len(points) else (points[start:stop], channels.split([start, stop])[1])
