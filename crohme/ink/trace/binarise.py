"""Which pixels of a picture are ink: whatever its colours, polarity and light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from crohme.ink.image_files import ImageError
from crohme.ink.trace.contrast import Contrast, contrast, pen_on_lines, pen_width
from crohme.ink.trace.foreign import has_foreign
from crohme.ink.trace.hats import noise, weakest
from crohme.ink.trace.paper_lines import Sheet, check_texture, paper_lines, sheet_of
from crohme.ink.trace.rims import Ground, along_edges, rims
from crohme.ink.trace.solid import check_broad, edge_marks
from crohme.ink.transparency import opaque
from crohme.types import BoolArray, Image, Int32Array

PEN_WIDTH = 3.5
"""Pixels that a pen line is wide after scaling: thin enough to thin quickly, wide enough to lie still."""
_FINE, _BROAD = 2.5, 4.5  # a pen between these is left as it is
_MOST_ENLARGED = 3.0
_MOST_PIXELS = 8_000_000  # after scaling
_HALF = 0.45  # of the ink next to it: there ink ends and paper begins
_NEARLY = 0.7  # of a pale stroke: so strong it goes on beside a strong one, whose soft edges are as strong
_FAINT = 0.17  # of the strong ink: fainter is what shines through, or the ringing of a JPEG
_PALE, _IN_PART = 2.0, 0.3  # times as strong as that: ink that is found whole; of a pale stroke: it is ink
_STRONGEST, _CROSSED = 0.98, 0.48  # of the ink, the strongest is not counted; of that strength: has gaps at crossings
_AROUND, _FAINT_LENGTH = 2.0, 4.0  # pen widths: from the ink, of a stroke
_MOST_FAINT, _FAINT_SHARE, _SAME_PEN = 60, 0.015, 0.6  # strokes, of the area of the ink, of the width of the pen
_SPECK = 0.45  # of the area of a dot of the pen: less is no mark


MAX_MARKS = 1000
"""More separate marks than any expression has: a picture of something else, or of mere noise."""


@dataclass(frozen=True, eq=False)
class Binary:
    """Ink and paper.

    Args:
        ink: `(h, w)` uint8, 1 where there is ink, at a scale at which the pen is about `PEN_WIDTH` wide.
        strength: `(h, w)` uint8. How strong it is, see `contrast.Contrast`.
        scale: float. Pixels here for one pixel of the picture.
        pen: float. Width of the pen here, pixels.
        is_half: bool. Whether as much was written in a colour on the other side of the paper's, and is not here. On a
            picture of one symbol a frame or a marker is enough for that.
        is_doubtful: bool. Whether there is something beside the writing that may be none, see `has_foreign`.
    """

    ink: Image
    strength: Image
    scale: float
    pen: float
    is_half: bool
    is_doubtful: bool

    def scaled(self, factor: float) -> Binary:
        """The same at so many times the scale, or less where that would be too many pixels."""
        factor = min(factor, max(1.0, (_MOST_PIXELS / self.ink.size) ** 0.5))
        if factor == 1:
            return self
        size = [max(1, round(side * factor)) for side in self.ink.shape[::-1]]
        share = np.asarray(cv2.resize(255 * self.ink, size, interpolation=cv2.INTER_AREA), np.uint8)
        strength = np.asarray(cv2.resize(self.strength, size, interpolation=cv2.INTER_AREA), np.uint8)
        ink = (share >= _HALF * 255).astype(np.uint8)
        return replace(self, ink=ink, strength=strength, scale=factor * self.scale, pen=factor * self.pen)


def binarise(pixels: Image) -> Binary:
    """Tell ink from paper.

    Specks smaller than the pen are removed.

    Args:
        pixels: See `image_files.read_pixels`.

    Raises:
        ImageError: Nothing is drawn, or more than `MAX_MARKS`; lines of the paper, or fainter marks, that cannot be
            told from the ink.
    """
    found, ink, sheet = _contrast(opaque(pixels))
    strength = found.strength
    printed = paper_lines(sheet, strength, ink, pen_width(ink))
    if printed is not None:
        strokes = ink & ~printed.astype(np.uint8)
        lines, near = printed.astype(np.uint8), np.ones((3, 3), np.uint8)
        rim = np.asarray(cv2.dilate(lines, near), np.uint8) & ~strokes
        # The soft edges of lines that were enlarged are pale lines of their own, once these are taken out.
        usual = float(np.median(strength[printed]))
        soft = np.asarray(cv2.dilate(lines, _around(found.pen)), np.uint8) & ~np.asarray(
            cv2.dilate(strokes, near), np.uint8
        )
        strength = np.where((rim > 0) | ((soft > 0) & (strength < usual)), 0, strength).astype(np.uint8)
        ink = _threshold(strength, found.pen)
    pen = pen_width(ink)
    scale = 1.0 if _FINE <= pen <= _BROAD else min(PEN_WIDTH / pen, _MOST_ENLARGED)
    scale = min(scale, max(1.0, (_MOST_PIXELS / strength.size) ** 0.5))
    flat = found.flat
    if scale != 1.0:
        size = [max(1, round(side * scale)) for side in strength.shape[::-1]]
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        strength = np.asarray(cv2.resize(strength, size, interpolation=how), np.uint8)
        flat = np.asarray(cv2.resize(flat, size), np.uint8)
        ink = _threshold(strength, pen * scale)
        pen = pen_width(ink)
    ink, is_doubtful = _marks(ink, flat, strength, pen, found.is_dark)
    check_texture(ink, pen)
    check_broad(ink)
    _check_faint(strength, ink, pen)
    return Binary(ink, strength, found.scale * scale, pen, found.is_half, is_doubtful)


def _contrast(flat: Image) -> tuple[Contrast, Image, Sheet]:
    """How strong the ink is, where that is enough, and the lines of the paper, which are not the pen's measure."""
    found = contrast(flat, _BROAD, PEN_WIDTH)
    ink = _threshold(found.strength, found.pen)
    sheet = sheet_of(found.strength, ink, pen_width(ink))
    if sheet.is_lined and (pen := pen_on_lines(found, (ink > 0) & ~sheet.pixels)):
        found = contrast(flat, _BROAD, PEN_WIDTH, pen)
        ink = _threshold(found.strength, found.pen)
        sheet = sheet_of(found.strength, ink, pen_width(ink))
    return found, ink, sheet


def _threshold(strength: Image, pen: float) -> Image:
    """Half as strong as the ink next to it, but well above the noise of the paper; 1 where ink is."""
    lowest, faint, strongest = _weak(strength)
    kernel = _around(pen)
    half = cv2.convertScaleAbs(cv2.dilate(strength, kernel), alpha=_HALF)
    found = (strength > cv2.max(half, np.full(1, faint))).astype(np.uint8)
    ink = found
    for most in sorted({_PALE * faint, _CROSSED * strongest}):
        pale = _pale(strength, found, pen, (lowest, most))[0].astype(np.uint8)
        if not pale.any():
            continue
        own = cv2.dilate(strength * pale, kernel)
        enough = cv2.convertScaleAbs(own, alpha=_HALF) * pale + cv2.convertScaleAbs(own, alpha=_NEARLY) * (1 - pale)
        # Where a pale stroke crosses a strong one, it is less than half as strong as the ink next to it.
        strong = np.asarray(cv2.dilate((strength > most).astype(np.uint8), kernel), np.uint8)
        joined = np.asarray(cv2.morphologyEx(pale, cv2.MORPH_CLOSE, _around(2 * pen)), np.uint8) & strong
        near = np.asarray(cv2.max(cv2.dilate(pale, kernel), joined), np.uint8)
        if most > _PALE * faint:  # such strokes are whole but for where they meet strong ones
            near &= strong
        ink = np.maximum(ink, near & (strength > cv2.max(enough, np.full(1, lowest))).astype(np.uint8))
    return ink


def _around(pen: float) -> Image:
    """What a stroke reaches to: a pen width on each side."""
    reach = 2 * max(1, round(pen)) + 1
    return np.ones((reach, reach), np.uint8)


def _weak(strength: Image) -> tuple[float, float, float]:
    """What is weaker is noise of the paper; what is weaker is no ink beside the usual ink; how strong ink may be."""
    lowest = weakest(strength)
    levels = np.bincount(strength.ravel(), minlength=256)
    strong = np.cumsum(levels * (np.arange(256) > lowest))
    if strong[-1] == 0:
        raise ImageError("nothing is drawn on it")
    usual = float(np.searchsorted(strong, 0.75 * strong[-1]))
    # Ink so pale that half of it would be taken for noise, on paper that has none.
    lowest = min(lowest, max(noise(strength), _HALF * usual))
    faint = max(lowest, _FAINT * usual)
    return lowest, faint, float(np.searchsorted(strong, _STRONGEST * strong[-1]))


def _pale(strength: Image, ink: Image, pen: float, within: tuple[float, float]) -> tuple[BoolArray, BoolArray]:
    """Strokes as strong as that, off the strong ones that they cross: of which enough is found, and not."""
    lowest, most = within
    pale = (strength > lowest) & (cv2.dilate(strength, _around(pen)) <= most)
    count, labels = cv2.connectedComponents(pale.astype(np.uint8), connectivity=8)
    area, found = (np.bincount(labels[at], minlength=count) for at in (pale, pale & (ink > 0)))
    whole = found > _IN_PART * area
    whole[0] = False
    return whole[labels], pale & ~whole[labels]


def _check_faint(strength: Image, ink: Image, pen: float) -> None:
    """Refuse what was written with two pens, one so much fainter that it may as well be the back of the page."""
    reach = 2 * round(_AROUND * pen) + 1
    lowest, weak, _ = _weak(strength)
    certain = ink & ~_pale(strength, ink, pen, (lowest, _PALE * weak))[1].astype(np.uint8)
    faint = (strength > weakest(strength)) & (cv2.dilate(certain, np.ones((reach, reach), np.uint8)) == 0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(faint.astype(np.uint8), connectivity=8)
    longer = stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1) > _FAINT_LENGTH * pen
    longer[0] = False
    longer &= _beside_ink(stats, ink, reach)
    # What is as broad as the pen, even along its way, and neither noise nor texture.
    if not 0 < np.count_nonzero(longer) <= _MOST_FAINT or 2 * np.count_nonzero(longer) < count - 1:
        return
    written = longer[labels].astype(np.uint8)
    is_pen = _SAME_PEN < pen_width(written) / pen < 1 / _SAME_PEN
    if is_pen and np.count_nonzero(written) > _FAINT_SHARE * np.count_nonzero(ink):
        raise ImageError("has strokes so much fainter than the others that they may be none")


def _beside_ink(stats: Int32Array, ink: Image, reach: int) -> BoolArray:
    """Of each mark, whether it lies where the writing is: the page may end anywhere else."""
    left, top, width, height = cv2.boundingRect(ink)
    low, high = stats[:, :2], stats[:, :2] + stats[:, 2:4]
    before, after = np.array([left, top]) - reach, np.array([left + width, top + height]) + reach
    return np.asarray(((high > before) & (low < after)).all(axis=1), np.bool_)


def _marks(ink: Image, flat: Image, strength: Image, pen: float, is_dark: bool) -> tuple[Image, bool]:
    """The separate marks of ink without specks and the rims of something solid; and whether some may be no writing."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] >= _SPECK * pen * pen * np.pi / 4
    kept[0] = False
    marks = np.count_nonzero(kept)
    if marks > MAX_MARKS:  # now, for what is done with each takes memory
        raise ImageError(f"has {marks} separate marks, more than any expression ({MAX_MARKS})")
    found = np.asarray(labels, np.int32)
    ground = Ground(flat, strength, pen, is_dark)
    kept &= ~rims(found, kept, ground)
    kept &= ~along_edges(found, kept, ground)
    kept &= ~edge_marks(found, np.asarray(stats, np.int32), kept, pen)
    if not kept.any():
        raise ImageError("nothing is drawn on it")
    is_doubtful = has_foreign(found, np.asarray(stats, np.int32), kept, ground)
    return ink if kept[1:].all() else kept[labels].astype(np.uint8), is_doubtful
