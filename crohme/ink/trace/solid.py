"""Marks that no pen has made: what is left of a table at the side of a picture, bands, blots."""

from __future__ import annotations

import cv2
import numpy as np

from crohme.ink.image_files import ImageError
from crohme.ink.trace.contrast import ridge
from crohme.types import BoolArray, Float64Array, Image, Int32Array

_ALONG_EDGE, _CLEAR = 4.0, 2.0  # pen widths: along an edge of the picture no stroke runs, where others keep off it
_MARGIN = 5.0  # pen widths: within that of an edge, what crosses the whole picture beside it is a printed line
_BROAD, _LARGE = 2.2, 0.3  # of the usual width of marks; of the longest mark: less is a dot
_NARROW_SHARE, _BROADER = 0.25, 2.8  # of the extent of all marks; times as broad as those: where a marker is most of it


def edge_marks(labels: Int32Array, stats: Int32Array, kept: BoolArray, pen: float) -> BoolArray:
    """Of each mark, whether it lies at an edge of the picture along which a solid mark runs, most often a table.

    So does the one line that crosses the whole picture close to an edge: two may be the bars of an absolute value.
    Only where there is paper around all other marks: of a symbol that was cut out close, a bar may be at the edge.

    Args:
        labels: `(h, w)` int32. The number of the mark at each pixel.
        stats: `(n, 5)` int32. As `cv2.connectedComponentsWithStats` gives them.
        kept: `(n,)` bool. Marks that are looked at.
        pen: float. Width of the pen, pixels.
    """
    count = len(kept)
    at_edge = np.zeros(count, dtype=bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        along = np.bincount(edge, minlength=count)
        if (kept & (along > _ALONG_EDGE * pen)).any():
            at_edge |= kept & (along > 0)
    for axis in (0, 1):
        at_edge |= _margin_line(stats, kept, labels.shape[::-1], axis, _MARGIN * pen)
    others = stats[kept & ~at_edge]
    if not at_edge.any() or not len(others):
        return np.zeros(count, dtype=bool)
    low, high = others[:, :2].min(axis=0), (others[:, :2] + others[:, 2:4]).max(axis=0)
    is_clear = (low > _CLEAR * pen).all() and (high < np.array(labels.shape[::-1]) - _CLEAR * pen).all()
    return at_edge if is_clear else np.zeros(count, dtype=bool)


def _margin_line(stats: Int32Array, kept: BoolArray, size: tuple[int, ...], axis: int, reach: float) -> BoolArray:
    """Of each mark, whether it alone goes from edge to edge, across `axis`, and lies within `reach` of a third edge."""
    other = 1 - axis
    low, high = stats[:, axis], stats[:, axis] + stats[:, axis + 2]
    crosses: BoolArray = kept & (stats[:, other] == 0) & (stats[:, other + 2] == size[other])
    crosses &= (high <= reach) | (low >= size[axis] - reach)
    return crosses if np.count_nonzero(crosses) == 1 else np.zeros(len(kept), dtype=bool)


def check_broad(ink: Image) -> None:
    """Refuse a picture with a mark many times as broad as the others: the band of a marker, a hole, a blot.

    Args:
        ink: `(h, w)` uint8, 1 where there is ink.

    Raises:
        ImageError: There is such a mark, and it is larger than a dot.
    """
    count, found, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 3:
        return
    broad = _widths(np.asarray(found, np.int32), ink, count)
    sides = stats[1:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1)
    order = np.argsort(broad)
    reached = np.cumsum(sides[order])  # a hundred specks must not outvote the writing
    usual, narrow = (broad[order][np.searchsorted(reached, share * reached[-1])] for share in (0.5, _NARROW_SHARE))
    if ((broad > min(_BROAD * usual, _BROADER * narrow)) & (sides > _LARGE * sides.max())).any():
        raise ImageError("has a mark many times as broad as the others, which may not be writing")


def _widths(labels: Int32Array, ink: Image, count: int) -> Float64Array:
    """`(count - 1,)` How broad each mark is: twice the depth of half of its middle line, see `contrast.pen_width`."""
    depth, is_ridge = ridge(ink)
    of, depths = labels[is_ridge], depth[is_ridge]
    order = np.lexsort((depths, of))
    of, depths = of[order], depths[order].astype(np.float64)
    weights = np.cumsum(depths)
    ends = np.searchsorted(of, np.arange(1, count + 1))
    before = np.concatenate([[0.0], weights])[ends]
    middle = np.searchsorted(weights, (before[:-1] + before[1:]) / 2)
    found: Float64Array = np.maximum(1.0, 2 * depths[np.clip(middle, 0, len(depths) - 1)] - 0.5)
    return found
