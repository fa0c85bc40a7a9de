"""What is paler than the strokes, and of another width: scratches, specks, what is left of a marker."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from crohme.types import BoolArray, Float64Array, Image, Points

_PALE = 0.45  # of the usual strength
_THIN, _BROAD = 0.7, 1.4  # of the usual width
# Of the length of all strokes: more than that is writing of another pen. Two pens of one width are never told apart
# here, however pale the one.
_SHARE = 0.25
_SPECK, _FAINT = 2.0, 0.3  # pen widths, of the usual strength: noise or dust, for the dots of a pen are darker
_PALER = 0.6  # times as strong as the palest stroke of the usual width: such a dot may be of its pen
_NEAR = np.ones((3, 3), np.uint8)


def pale_lines(lines: Sequence[Points], strength: Image, ink: Image, pen: float) -> tuple[BoolArray, bool]:
    """Which lines are specks, and whether others differ in strength and in width, too, as those of no second pen do.

    Args:
        lines: sequence of `(n, 2)` float64. Middle lines of strokes, in pixels.
        strength: `(h, w)` uint8. See `contrast.Contrast`.
        ink: `(h, w)` uint8, 1 where there is ink.
        pen: float. Width of the pen, pixels.

    Returns:
        `(n,)` bool, and a bool.
    """
    depth = np.asarray(cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 5), np.float32)[1:-1, 1:-1]
    planes = [np.asarray(cv2.dilate(plane, _NEAR)) for plane in (strength, depth)]
    lengths, strengths, widths = np.zeros((3, len(lines)))
    for number, line in enumerate(lines):
        x, y = np.rint(line).astype(int).T
        lengths[number] = 1 + np.hypot(*np.diff(line, axis=0).T).sum()
        strengths[number], deepest = (np.median(plane[y, x]) for plane in planes)
        widths[number] = 2 * deepest - 1
    breadths = widths / _usual(widths, lengths)
    shares, total = strengths / _usual(strengths, lengths), lengths.sum()
    is_thin, is_broad, is_short = breadths < _THIN, breadths > _BROAD, lengths <= 1 + _SPECK * pen
    palest = shares[~(is_thin | is_broad | is_short)].min(initial=1.0)
    is_odd = (shares < min(_PALE, _PALER * palest)) & (is_thin | is_broad)
    is_speck = is_odd & is_short & is_thin & (shares < _FAINT)
    is_pale = is_odd & ~is_speck
    if lengths[is_speck].sum() > _SHARE * total:
        is_speck &= False
    return is_speck, bool(is_pale.any() and lengths[is_pale].sum() < _SHARE * total)


def _usual(values: Float64Array, weights: Float64Array) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
