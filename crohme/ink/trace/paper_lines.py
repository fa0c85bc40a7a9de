"""Printed lines on the paper: those of squared and ruled paper, and boxes around everything."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from crohme.ink.image_files import ImageError
from crohme.ink.trace.hats import weakest
from crohme.types import BoolArray, Image

_BLOCK = 6  # pixels: a line is looked for in stretches of that
_STEEPEST, _SLOPES = 0.28, 113  # the tangent of 15 degrees and some; directions tried
_FINER = 8  # directions on each side of the best, until its neighbours: at the ends of a line, one is a pixel
_SPAN = 0.88  # of the width of the picture: printed lines are longer, and the bars of |x| on a page are not
_NET, _SHEET = 0.6, 8  # of both sides: a net is larger; lines that are shorter than `_SPAN` and yet of a sheet
_WHOLE = 0.97  # of it: from edge to edge
_LEAST, _LEAST_CLOSE, _MOST = 3, 5, 400  # fewer long lines may be the bars of fractions, more has no sheet
_STRONGER, _PLAIN = 1.8, 40  # times as strong as a line, and grey levels at least: ink
_NO_STRONGER, _ALONG, _BESIDE = 1.4, 0.8, 5  # times as strong as a line, share of a mark, pixels: left of the line
_AS_STRONG = 0.6  # of the ink: `_STRONGER` tells no strokes on such lines
_OBLIQUE = 0.015  # just under one degree: what is left of squares at the crossings then looks like dots and strokes
_BOX, _BOX_RIM, _BOX_SHARE = 0.6, 0.05, 0.9  # of the picture's sides, of the box's sides, of the way around
_MANY_HOLES = 25  # in one mark that fills the picture: a net


@dataclass(frozen=True, eq=False)
class Lines:
    """Parallel lines: their pixels, the thickness of the thickest, their number, and the tangent of their angle."""

    pixels: BoolArray
    thickest: int
    count: int
    slope: float


@dataclass(frozen=True, eq=False)
class Sheet:
    """The lines of a sheet of paper: those from left to right, and on the transposed picture those that run down."""

    across: Lines
    down: Lines

    @property
    def is_lined(self) -> bool:
        """Whether there are as many as a sheet has."""
        return max(self.across.count, self.down.count) >= _LEAST

    @property
    def pixels(self) -> BoolArray:
        """All that lies on a line."""
        return self.across.pixels | self.down.pixels.T


def sheet_of(strength: Image, ink: Image, pen: float) -> Sheet:
    """The printed lines of a picture.

    Args:
        strength: `(h, w)` uint8. See `contrast.Contrast`.
        ink: `(h, w)` uint8, 1 where that is enough to be ink.
        pen: float. Width of lines, pixels.

    Raises:
        ImageError: More lines than a sheet has.
    """
    return Sheet(*_both_ways((strength > weakest(strength)).astype(np.uint8), ink, pen))


def paper_lines(sheet: Sheet, strength: Image, ink: Image, pen: float) -> BoolArray | None:
    """Which pixels are printed lines or a box around the rest, or None if there are none.

    Where strokes cross a line they are kept: there, ink is stronger than the line, or goes on above it and below.

    Args:
        sheet: Sheet. Of that picture.
        strength, ink, pen: See `sheet_of`.

    Raises:
        ImageError: Lines so dark that a stroke on one of them would be lost with it; or squares that do not lie
            straight.
    """
    across, down = sheet.across, sheet.down
    rows, columns, reach, aside = across.pixels, down.pixels.T, across.thickest, down.thickest
    strokes = ink & ~(rows | columns).astype(np.uint8)
    if sheet.is_lined and strokes.any():
        _check_strength(strength, rows | columns, strokes > 0)
    if min(across.count, down.count) >= _LEAST and max(abs(across.slope), abs(down.slope)) > _OBLIQUE:
        raise ImageError("is of squared paper that does not lie straight, whose lines cannot be told from the ink")
    removed = rows & ~_crossed(rows, strokes, strength, ink, (reach, 1))
    removed |= columns & ~_crossed(columns, strokes, strength, ink, (1, aside))
    removed |= _left_of(rows | columns, ink & ~removed.astype(np.uint8), strength)
    removed |= boxes(ink & ~removed.astype(np.uint8), pen)
    if not sheet.is_lined:
        removed |= boxes(ink, pen)  # two sides of one may have been taken for lines
    return removed if removed.any() else None


def _check_strength(strength: Image, lines: BoolArray, strokes: BoolArray) -> None:
    on_lines = strength[lines]
    if np.median(on_lines[on_lines > 0]) > _AS_STRONG * np.median(strength[strokes]):
        raise ImageError("has lines on the paper as dark as the ink, which cannot be told from it")


def check_texture(ink: Image, pen: float) -> None:
    """Refuse pictures on which printed lines are left, since they run too obliquely to be told from ink.

    Raises:
        ImageError: A net, or several straight lines across most of the picture.
    """
    height, width = ink.shape
    contours, hierarchy = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parents = hierarchy[0][:, 3] if len(contours) else np.zeros(0, np.int32)
    holes = np.bincount(parents[parents >= 0], minlength=len(contours))
    outer = np.flatnonzero(parents < 0)
    # Noise has 300,000 contours: nothing slow is done with each.
    wide, high = np.array([cv2.boundingRect(contours[i])[2:] for i in outer.tolist()]).reshape(-1, 2).T
    is_net = (holes[outer] > _MANY_HOLES) & (wide > _NET * width) & (high > _NET * height)
    spanning = outer[np.maximum(wide / width, high / height) > _SPAN]
    straight = sum(min(cv2.minAreaRect(contours[i])[1]) < 3 * pen for i in spanning)
    if is_net.any() or straight >= _LEAST + 1:
        raise ImageError("has lines all over the paper that cannot be told from the ink")


def _both_ways(faint: Image, ink: Image, pen: float) -> tuple[Lines, Lines]:
    """Printed lines that run from left to right, and those that run down, found on the transposed picture."""
    turned = np.ascontiguousarray(faint.T)
    across = _lines(faint, pen, _is_page(faint, pen))
    down = _lines(turned, pen, _is_page(turned, pen))
    # The lines of a sheet reach its sides; beside them there is paper all the same, and a margin line may be there.
    if across.count >= _LEAST > down.count:
        down = _lines(turned, pen, _is_page(ink.T & ~across.pixels.T.astype(np.uint8), pen))
    elif down.count >= _LEAST > across.count:
        across = _lines(faint, pen, _is_page(ink & ~down.pixels.T.astype(np.uint8), pen))
    return across, down


def _lines(faint: Image, pen: float, is_page: bool) -> Lines:
    """Printed lines that run from left to right, all in one direction; on a page, one or two are enough."""
    height, width = faint.shape
    blocks = max(1, width // _BLOCK)
    covered = cv2.resize(255 * faint, (blocks, height), interpolation=cv2.INTER_AREA)
    covered = (cv2.dilate(covered, np.ones((3, 1), np.uint8)) > 127).astype(np.uint8)
    middles = (np.arange(blocks) + 0.5) * width / blocks - width / 2
    room = int(_STEEPEST * width / 2) + 1
    shifted = np.lib.stride_tricks.sliding_window_view(np.pad(covered.T, ((0, 0), (room, room))), height, axis=1)
    best, share, slope = 0.0, np.zeros(height), 0.0
    step = 2 * _STEEPEST / (_SLOPES - 1)
    for reach, count in ((_STEEPEST, _SLOPES), (step, 2 * _FINER + 1)):
        for one in np.clip(slope + np.linspace(-reach, reach, count), -_STEEPEST, _STEEPEST):
            found = shifted[np.arange(blocks), room + np.rint(one * middles).astype(int)].mean(axis=0)
            if (score := float((found**4).sum())) > best:
                best, share, slope = score, found, float(one)
    lines = _runs(share > _NET, 2 * pen + 4)
    if len(lines) < _SHEET:  # so many are the lines of a sheet, even where they leave the picture at its sides
        lines = _runs(share > _SPAN, 2 * pen + 4)
    if len(lines) < (_LEAST if is_page else _LEAST_CLOSE):  # one or two lines from edge to edge
        lines = [(a, b) for a, b in lines if share[a:b].max() >= _WHOLE and is_page]
    if len(lines) > _MOST:
        raise ImageError("has lines all over the paper that cannot be told from the ink")
    strips = np.zeros(faint.shape, dtype=bool)
    rise, across = slope * (np.arange(width) - (width - 1) / 2), np.arange(width)
    for a, b in lines:
        middle, half = (a + b - 1) / 2 + rise, max(1.0, (b - a - 2) / 2) + 0.8
        for step in range(-int(half) - 1, int(half) + 2):
            row = np.rint(middle).astype(int) + step
            inside = (np.abs(row - middle) <= half) & (row >= 0) & (row < height)
            strips[row[inside], across[inside]] = True
    return Lines(strips, max((b - a for a, b in lines), default=0), len(lines), slope)


def _runs(chosen: BoolArray, longest: float) -> list[tuple[int, int]]:
    """Begin and end of each run of chosen rows that is not too long for a line."""
    ends = np.flatnonzero(np.diff(np.pad(chosen.astype(np.int8), 1))).tolist()
    return [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if b - a < longest]


def _crossed(lines: BoolArray, strokes: Image, strength: Image, ink: Image, reach: tuple[int, int]) -> BoolArray:
    """Where on lines there is ink as well: it is stronger, or goes on within `reach` (down, across) at both sides."""
    if not lines.any():
        return lines
    typical = _core(strength, lines, reach)
    others = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
    down, across = reach
    before = np.asarray(cv2.dilate(others, np.ones(reach, np.uint8), anchor=(across - 1, down - 1)), np.uint8)
    after = np.asarray(cv2.dilate(others, np.ones(reach, np.uint8), anchor=(0, 0)), np.uint8)
    crossed: BoolArray = ((ink > 0) & ((before & after) > 0)) | (strength > np.maximum(_STRONGER * typical, _PLAIN))
    return crossed


def _core(strength: Image, lines: BoolArray, reach: tuple[int, int]) -> Image:
    """How strong each line usually is where it is strongest: one that was enlarged has broad, pale edges."""
    count, labels = cv2.connectedComponents(lines.astype(np.uint8), connectivity=8)
    own = np.where(lines, strength, 0).astype(np.uint8)
    at = (own > 0) & (own == cv2.dilate(own, np.ones(reach, np.uint8)))
    of, values = labels[at], own[at]
    order = np.lexsort((values, of))
    begin, end = (np.searchsorted(of[order], np.arange(count), side) for side in ("left", "right"))
    usual = np.zeros(count, np.uint8)
    usual[end > begin] = values[order][(begin + end)[end > begin] // 2]
    return np.asarray(usual[labels], np.uint8)


def _left_of(lines: BoolArray, ink: Image, strength: Image) -> BoolArray:
    """The marks that are left of lines: they lie along one, and are no stronger than it."""
    if not lines.any():
        return lines
    on_lines = strength[lines & (strength > 0)]
    beside = cv2.dilate(lines.astype(np.uint8), np.ones((_BESIDE, _BESIDE), np.uint8)) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    inside = np.bincount(labels[beside], minlength=count)
    strongest = np.zeros(count, np.uint8)
    np.maximum.at(strongest, np.asarray(labels, np.int32).ravel(), strength.ravel())
    left = inside >= _ALONG * stats[:, cv2.CC_STAT_AREA]
    left &= strongest <= _NO_STRONGER * (float(np.median(on_lines)) if len(on_lines) else 0.0)
    left[0] = False
    is_left: BoolArray = left[labels]
    return is_left


def _is_page(ink: Image, pen: float) -> bool:
    """Whether there is paper above and below all ink: what is cut out close may begin with a bar."""
    rows = np.flatnonzero(ink.any(axis=1))
    return bool(len(rows)) and rows[0] > 2 * pen and rows[-1] < len(ink) - 2 * pen


def boxes(ink: Image, pen: float) -> BoolArray:
    """The pixels of rectangles around nearly all that is on the picture, if anything is in them.

    Args:
        ink: `(h, w)` uint8, 1 where there is ink.
        pen: float. Width of lines, pixels.
    """
    removed = np.zeros(ink.shape, dtype=bool)
    height, width = ink.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    is_wide, is_high = stats[1:, cv2.CC_STAT_WIDTH] >= _BOX * width, stats[1:, cv2.CC_STAT_HEIGHT] >= _BOX * height
    for number in 1 + np.flatnonzero(is_wide & is_high):
        x, y, wide, high, _ = stats[number]
        own = labels[y : y + high, x : x + wide] == number
        dx, dy = (max(round(_BOX_RIM * side), round(3 * pen)) for side in (wide, high))
        sides = (own[:dy].any(axis=0), own[-dy:].any(axis=0), own[:, :dx].any(axis=1), own[:, -dx:].any(axis=1))
        inside = ink[y + dy : y + high - dy, x + dx : x + wide - dx]
        if min(side.mean() for side in sides) < _BOX_SHARE or not inside.any():
            continue
        own[dy : high - dy, dx : wide - dx] = False
        removed[y : y + high, x : x + wide] |= own
    return removed
