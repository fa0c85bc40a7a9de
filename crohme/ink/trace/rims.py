"""Marks that are left of the rims of something solid: a page on a table, the band of a marker, a shadow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from crohme.ink.image_files import ImageError
from crohme.ink.trace.hats import planes
from crohme.types import BoolArray, Image, Int32Array

_RIM = 0.5  # pen widths beyond the outline of a mark
_ALIKE = 0.35  # of the strength of a mark: nearer in colour than that is the same colour
_FAR = 3.0  # times the strength of a mark: paper is not as far from its colour
_RIM_SHARE = 0.25  # of the way around
_STROKE, _BESIDE = 2.0, 1.0  # pen widths: what is narrower is no ground, and how far the ground is looked at
_STEP, _LEAST_STEP, _STEP_SHARE = 0.2, 10.0, 0.7  # of the strength of a mark, grey levels, of the mark
_NOISE = 1.5  # times what is usual beside marks
_STRONG = 0.5  # of the usual strength of marks: then it may be a stroke all the same


@dataclass(frozen=True, eq=False)
class Ground:
    """What marks lie on.

    Args:
        flat: `(h, w)` or `(h, w, 3)` uint8. The picture.
        strength: `(h, w)` uint8. See `contrast.Contrast`.
        pen: float. Width of the pen, pixels.
        is_dark: bool. Whether the ink is darker than the paper.
    """

    flat: Image
    strength: Image
    pen: float
    is_dark: bool

    @cached_property
    def planes(self) -> list[Image]:
        """The colour channels."""
        return planes(self.flat)

    @cached_property
    def bare(self) -> list[Image]:
        """The colour channels without strokes."""
        stroke = np.ones((self._side(_STROKE),) * 2, np.uint8)
        # Ink that is darker than its ground may be lighter in one of the channels.
        both = (cv2.MORPH_CLOSE, cv2.MORPH_OPEN) if self.is_dark else (cv2.MORPH_OPEN, cv2.MORPH_CLOSE)
        found = self.planes
        for how in both:
            found = [np.asarray(cv2.morphologyEx(plane, how, stroke), np.uint8) for plane in found]
        return found

    @cached_property
    def steps(self) -> Image:
        """`(h, w)` uint8. How much the ground beside each pixel differs, the most of all channels, without strokes."""
        beside = np.ones((self._side(_BESIDE),) * 2, np.uint8)
        found: Image = np.zeros(self.flat.shape[:2], np.uint8)
        for plane in self.bare:
            found = np.maximum(found, np.asarray(cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, beside), np.uint8))
        return found

    def _side(self, reach: float) -> int:
        return 2 * max(1, round(reach * self.pen)) + 1


def rims(labels: Int32Array, kept: BoolArray, ground: Ground) -> BoolArray:
    """Of each mark, whether what is beyond its outline is as dark as it, or, of light ink, as light: it is no ink then.

    So are the faint marks that a JPEG has along the edge of something solid: beside them is what is far from their
    colour, as measured by their own strength.

    Args:
        labels: `(h, w)` int32. The number of the mark at each pixel.
        kept: `(n,)` bool. Marks that are looked at.
        ground: Ground.
    """
    numbers = np.where(kept, np.cumsum(kept), 0).astype(np.uint16)
    marks = numbers[labels]
    near = 2 * max(1, round(_RIM * ground.pen)) + 1
    reach = np.ones((near + 2, near + 2), np.uint8)
    ring = cv2.dilate(marks, reach)
    ring[cv2.dilate(marks, np.ones((near, near), np.uint8)) > 0] = 0
    at, inside = ring > 0, marks > 0
    most = int(numbers.max()) + 1
    of, own = ring[at], marks[inside]
    area = np.maximum(np.bincount(own, minlength=most), 1)
    strong = np.bincount(own, ground.strength[inside], minlength=most) / area
    apart, paler = np.zeros(len(of), np.float64), np.full(len(of), -np.inf)
    for plane in ground.planes:
        colour = np.bincount(own, plane[inside], minlength=most) / area
        apart = np.maximum(apart, np.abs(plane[at] - colour[of]))
        # Beside each place the mark itself may be in light or in shadow.
        pale = plane if ground.is_dark else np.asarray(cv2.bitwise_not(plane), np.uint8)
        darkest = cv2.erode(np.where(inside, pale, 255).astype(np.uint8), reach)
        paler = np.maximum(paler, pale[at].astype(np.int16) - darkest[at])
    beside = cv2.dilate(np.where(inside, ground.strength, 0).astype(np.uint8), reach)[at]
    alike = np.bincount(of, paler < _ALIKE * beside, minlength=most)
    far = np.bincount(of, apart > _FAR * strong[of], minlength=most)
    rim = np.maximum(alike, far) > _RIM_SHARE * np.maximum(np.bincount(of, minlength=most), 1)
    rim[0] = False
    return np.asarray(rim[numbers], np.bool_)


def along_edges(labels: Int32Array, kept: BoolArray, ground: Ground) -> BoolArray:
    """Of each mark, whether it runs along a step of the ground, as the line of shadow at the edge of a page does.

    Args:
        labels, kept, ground: See `rims`.

    Raises:
        ImageError: There is such a mark as strong as the others, which may be a stroke.
    """
    at = kept[labels]
    of, steps, most = labels[at], ground.steps[at], len(kept)
    area = np.maximum(np.bincount(of, minlength=most), 1)
    strong = np.bincount(of, ground.strength[at], minlength=most) / area
    least = np.maximum(_STEP * strong, max(_LEAST_STEP, _NOISE * float(np.median(steps)) if len(steps) else 0.0))
    on_step = kept & (np.bincount(of, steps > least[of], minlength=most) > _STEP_SHARE * area)
    others = kept & ~on_step
    if not on_step.any() or not others.any():
        return np.zeros(most, np.bool_)
    if strong[on_step].max() > _STRONG * np.average(strong[others], weights=area[others]):
        raise ImageError("has a mark along the edge of something, which may be a stroke or not")
    return on_step
