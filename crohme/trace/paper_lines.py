"""What was on the paper before anyone wrote: the lines of squared and ruled paper, and boxes around all of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crohme.image_files import ImageError
from crohme.raster import Image
from crohme.trace.contrast import weakest

_BLOCK = 6  # pixels: a line is looked for in stretches of that
_STEEPEST, _SLOPES = 0.28, 113  # the tangent of 15 degrees and some; directions tried
_SPAN = 0.6  # of the width of the picture: printed lines are longer
_WHOLE = 0.97  # of it: from edge to edge
_LEAST, _MOST = 3, 400  # fewer long lines may be the bars of fractions, more has no sheet
_STRONGER = 1.8  # than a line: ink
_BOX, _BOX_RIM, _BOX_SHARE = 0.6, 0.05, 0.9  # of the picture's sides, of the box's sides, of the way around
_MANY_HOLES = 25  # in one mark that fills the picture: a net


def paper_lines(strength: Image, ink: Image, pen: float) -> NDArray[np.bool_] | None:
    """Which pixels are printed lines or a box around the rest, or None if there are none.

    Where strokes cross a line they are kept: there, ink is stronger than the line, or goes on above it and below.

    Args:
        strength: `(h, w)` uint8. See `contrast.Contrast`.
        ink: `(h, w)` uint8, 1 where that is enough to be ink.
        pen: float. Width of lines, pixels.
    """
    faint = (strength > weakest(strength)).astype(np.uint8)
    rows = _lines(faint, pen)
    columns = [strip.T for strip in _lines(np.ascontiguousarray(faint.T), pen)]
    removed = np.zeros(ink.shape, dtype=bool)
    every = np.zeros(ink.shape, dtype=bool)
    for strip in (*rows, *columns):
        every |= strip
    others = cv2.dilate(ink & ~every.astype(np.uint8), np.ones((3, 3), np.uint8))
    for strip, turned in [*((s, False) for s in rows), *((s, True) for s in columns)]:
        removed |= strip & ~_crossed(strip, others, strength, ink, turned)
    removed |= _boxes(ink & ~removed.astype(np.uint8), pen)
    return removed if removed.any() else None


def check_texture(ink: Image, pen: float) -> None:
    """Refuse pictures on which printed lines are left, since they run too obliquely to be told from ink.

    Raises:
        ImageError: A net, or several straight lines across most of the picture.
    """
    height, width = ink.shape
    contours, hierarchy = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parents = hierarchy[0][:, 3] if len(contours) else np.zeros(0, np.int32)
    holes = np.bincount(parents[parents >= 0], minlength=len(contours))
    straight = 0
    for number, contour in enumerate(contours):
        if parents[number] >= 0:
            continue
        _, _, wide, high = cv2.boundingRect(contour)
        if holes[number] > _MANY_HOLES and wide > _SPAN * width and high > _SPAN * height:
            raise ImageError("has lines all over the paper that cannot be told from the ink")
        if max(wide / width, high / height) > _SPAN:
            thin, long = sorted(cv2.minAreaRect(contour)[1])
            straight += thin < 3 * pen and long > _SPAN * min(width, height)
    if straight >= _LEAST + 1:
        raise ImageError("has lines all over the paper that cannot be told from the ink")


def _lines(faint: Image, pen: float) -> list[NDArray[np.bool_]]:
    """Printed lines that run from left to right, all in one direction, each as the strip of pixels that it takes."""
    height, width = faint.shape
    blocks = max(1, width // _BLOCK)
    covered = cv2.resize(255 * faint, (blocks, height), interpolation=cv2.INTER_AREA)
    covered = (cv2.dilate(covered, np.ones((3, 1), np.uint8)) > 127).astype(np.uint8)
    middles = (np.arange(blocks) + 0.5) * width / blocks - width / 2
    room = int(_STEEPEST * width / 2) + 1
    tall = np.pad(covered, ((room, room), (0, 0)))
    best, share, slope = 0.0, np.zeros(height), 0.0
    rows, columns = np.arange(height)[:, None], np.arange(blocks)[None]
    for one in np.linspace(-_STEEPEST, _STEEPEST, _SLOPES):
        found = tall[rows + room + np.rint(one * middles).astype(int)[None], columns].mean(axis=1)
        if (score := float((found**4).sum())) > best:
            best, share, slope = score, found, float(one)
    ends = np.flatnonzero(np.diff(np.pad((share > _SPAN).astype(np.int8), 1)))
    lines = [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if b - a < 2 * pen + 4]
    if len(lines) < _LEAST:  # one or two lines from edge to edge, with room above and below
        lines = [(a, b) for a, b in lines if share[a:b].max() >= _WHOLE and _is_page(faint, pen)]
    if len(lines) > _MOST:
        raise ImageError("has lines all over the paper that cannot be told from the ink")
    rise = slope * (np.arange(width) - (width - 1) / 2)
    away = [np.abs(rows - (a + b - 1) / 2 - rise[None]) <= max(1.0, (b - a - 2) / 2) + 0.8 for a, b in lines]
    return away


def _crossed(strip: NDArray[np.bool_], others: Image, strength: Image, ink: Image, turned: bool) -> NDArray[np.bool_]:
    """Where on a line there is ink as well."""
    of_line = strength[strip]
    typical = float(np.median(of_line[of_line > 0])) if (of_line > 0).any() else 0.0
    reach = round(float(np.median(strip.sum(axis=1 if turned else 0)))) + 1
    tall = np.ones((1, reach) if turned else (reach, 1), np.uint8)
    before = cv2.dilate(others, tall, anchor=(reach - 1, 0) if turned else (0, reach - 1))
    after = cv2.dilate(others, tall, anchor=(0, 0))
    return strip & (ink > 0) & ((before & after) > 0) | strip & (strength > max(_STRONGER * typical, 40))


def _is_page(ink: Image, pen: float) -> bool:
    """Whether there is paper above and below all ink: what is cut out close may begin with a bar."""
    rows = np.flatnonzero(ink.any(axis=1))
    return bool(len(rows)) and rows[0] > 2 * pen and rows[-1] < len(ink) - 2 * pen


def _boxes(ink: Image, pen: float) -> NDArray[np.bool_]:
    """The pixels of rectangles around nearly all that is on the picture, if anything is in them."""
    removed = np.zeros(ink.shape, dtype=bool)
    height, width = ink.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    for number in range(1, count):
        x, y, wide, high, area = stats[number]
        if wide < _BOX * width or high < _BOX * height:
            continue
        own = labels[y : y + high, x : x + wide] == number
        dx, dy = (max(round(_BOX_RIM * side), round(3 * pen)) for side in (wide, high))
        sides = (own[:dy].any(axis=0), own[-dy:].any(axis=0), own[:, :dx].any(axis=1), own[:, -dx:].any(axis=1))
        inside = ink[y + dy : y + high - dy, x + dx : x + wide - dx]
        if min(side.mean() for side in sides) < _BOX_SHARE or not inside.any():
            continue
        own[dy : high - dy, dx : wide - dx] = False
        removed[y : y + high, x : x + wide] |= own
    return removed
