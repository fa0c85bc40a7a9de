"""Strokes that are paler than the others, and of another width: scratches, specks, what is left of a marker."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from crohme.types import Float64Array, Image, Points

_PALE = 0.45  # of the usual strength
_THIN, _BROAD = 0.7, 1.4  # of the usual width
# Of the length of all strokes: more than that is writing of another pen. Two pens of one width are never told apart
# here, however pale the one.
_SHARE = 0.25
_NEAR = np.ones((3, 3), np.uint8)


def has_pale(lines: Sequence[Points], strength: Image, ink: Image) -> bool:
    """Whether some strokes differ from the others both in strength and in width, as those of no second pen do.

    Args:
        lines: sequence of `(n, 2)` float64. Middle lines of strokes, in pixels.
        strength: `(h, w)` uint8. See `contrast.Contrast`.
        ink: `(h, w)` uint8, 1 where there is ink.
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
    is_pale = (strengths < _PALE * _usual(strengths, lengths)) & ((breadths < _THIN) | (breadths > _BROAD))
    return bool(is_pale.any() and lengths[is_pale].sum() < _SHARE * lengths.sum())


def _usual(values: Float64Array, weights: Float64Array) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
