"""Points that begin with the time although no `traceFormat` says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inkml_parser.columns import Decoded

_POINTS, _ALONE = 4, 8  # of a trace that tells anything: of several, and of the only one
_EVEN = 0.35  # of the usual step: a clock's steps differ by no more, those of a pen by several times as much


def is_time_first(traces: Sequence[Decoded]) -> bool:
    """Whether the first of three or more values never falls, from point to point and from trace to trace, as time does.

    Where the third does not fall either, it is the time. Of a single trace, the steps have to be even, too: a pen
    that draws a bar goes to the right all the way. So they have to be of a clock that is 0 where each trace begins.

    Args:
        traces: sequence of decoded points, with a third channel each, in the order of writing.
    """
    telling = [points for points, _ in traces if len(points) >= _POINTS]
    if not telling or any(len(channels) < 1 for _, channels in traces):
        return False
    third = np.diff(np.concatenate([channels.table[:, 0] for _, channels in traces]))
    if not (third < 0).any():
        return False
    steps = np.diff(np.concatenate([points[:, 0] for points, _ in traces]))
    if not (steps < 0).any() and np.count_nonzero(steps) >= len(steps) / 2 and len(telling) > 1:
        return True
    begins = {float(points[0, 0]) for points, _ in traces}
    own = np.concatenate([np.diff(points[:, 0]) for points in telling])
    if (len(traces) > 1 and begins != {0.0}) or (own < 0).any() or len(own) < _ALONE - 1:
        return False
    low, middle, high = np.percentile(own, (10, 50, 90))
    return bool(high - low < _EVEN * middle)
