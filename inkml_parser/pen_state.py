"""Where the pen is down in a trace: its `type`, and the tip switch, channel S (W3C InkML, sections 3.2.1 and 3.1.2)."""

from __future__ import annotations

import numpy as np
from lxml import etree

from inkml_parser.columns import Decoded
from inkml_parser.errors import MalformedInk
from inkml_parser.types import Values

TIP_SWITCH = "S"
"""The channel that says at every point whether the pen touches the surface."""

_UP = frozenset({"penup", "hover", "eraser"})
_DOWN = frozenset({"", "pendown"})


def is_pen_up(trace: etree._Element) -> bool:
    """Whether a `trace` is no ink as a whole: `penUp` in any spelling, and `hover` and `eraser` of other programs."""
    return _type(trace) in _UP


def unknown_type(trace: etree._Element, has_tip_switch: bool) -> str | None:
    """The type of a trace and what it is taken for, where that is not certain; None where it is."""
    own = _type(trace)
    if own in ("hover", "eraser"):
        return f"{own}, which InkML does not know; it is left out"
    if own == "indeterminate":
        return None if has_tip_switch else "indeterminate, without channel S; all of it is taken for writing"
    return None if own in _UP | _DOWN else f"{own[:40]!r}, which InkML does not know; it is taken for writing"


def _type(trace: etree._Element) -> str:
    return trace.get("type", "").strip().lower()


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
