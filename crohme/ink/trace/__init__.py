"""Images of handwritten expressions → ink.

A picture is binarised, scaled so that the pen is a few pixels wide, and thinned; the skeleton is
read as a graph, whose lines are followed through their junctions in the smoothest way. Each
stroke is then directed, and all are ordered, as people write.

How fine the skeleton is and how much a line may turn at a junction can be chosen in more ways than one, and where
lines touch, each errs elsewhere. So a picture is traced in several (`WAYS`), and whoever reads it may read them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from crohme.ink.image_files import TRACED, WITH_MARKS, ImageError, naming, read_picture
from crohme.ink.trace.binarise import MAX_MARKS, Binary, binarise
from crohme.ink.trace.order import directed, reading_order
from crohme.ink.trace.pale import pale_lines
from crohme.ink.trace.skeleton import graph_of, thin
from crohme.ink.trace.strokes import to_lines
from crohme.ink.tracings import InkAndTracings
from crohme.types import Image, Int32Array, Points
from inkml_parser import Ink
from inkml_parser.sequences import resample

MAX_LINES = 4000
"""More lines between crossings than any expression has: a texture."""
MAX_LENGTH = 400_000
"""Pixels of all lines together, at the scale of tracing: forty times the longest expression of CROHME."""
MAX_STROKES = 200
"""Strokes that are traced at most: CROHME's longest expression has 115, and reading takes seconds beyond this."""


@dataclass(frozen=True)
class Way:
    """A way to trace.

    Args:
        scale: float. Of the skeleton, over that at which the pen is `binarise.PEN_WIDTH` wide.
        smooth: float. Degrees; a line that turns more at a junction ends there.
    """

    scale: float
    smooth: float


WAYS = (Way(1.4, 50), Way(1.0, 40), Way(0.7, 40))
"""The first is the one to show."""
_SPACING = 0.6  # pen widths between the points of a stroke

__all__ = ["MAX_MARKS", "read_traced", "trace", "tracings"]


def read_traced(source: str | Path | bytes) -> InkAndTracings:
    """The ink of a picture file of an expression.

    Args:
        source: path or bytes of a PNG, JPEG, BMP or whatever else `read_picture` reads.

    Returns:
        Ink in pixels of the picture.

    Raises:
        ImageError: Not an image, too large, or see `trace`.
    """
    with naming(source):
        picture = read_picture(source)
        return _together(tracings(picture.pixels, WAYS), picture.shrunk)


def trace(pixels: Image) -> InkAndTracings:
    """The strokes that a picture of handwriting shows, in the order in which people would write them.

    Args:
        pixels: `(h, w)` grey, `(h, w, 3)` colour or `(h, w, 4)` colour and alpha, uint8, channels in
            OpenCV's order; of any size, dark on light or light on dark, unevenly lit or not.

    Returns:
        Ink in pixels of the picture, with the annotation `image_files.TRACED`, perhaps also `image_files.WITH_MARKS`;
        beside it the same picture traced in the other `WAYS`.

    Raises:
        ImageError: Nothing is drawn, or in ink both darker and lighter than the paper, or more than `MAX_MARKS`,
            `MAX_LINES`, `MAX_LENGTH` or `MAX_STROKES`.
    """
    return _together(tracings(pixels, WAYS))


def tracings(pixels: Image, ways: Sequence[Way]) -> Iterator[Ink]:
    """What each way makes of a picture, when asked for; with `WAYS` the first is the ink of `trace`.

    A way other than the first that makes too much of it is left out.

    Args:
        pixels: array. As `trace` takes it.
        ways: sequence of `Way`.

    Raises:
        ImageError: See `trace`.
    """
    binary = binarise(pixels)
    if binary.is_half:
        raise ImageError("has ink that is darker than the paper, and ink that is lighter")
    first, *others = ways
    yield _traced(binary, first)
    for way in others:
        with suppress(ImageError):
            yield _traced(binary, way)


def _together(inks: Iterator[Ink], shrunk: float = 1.0) -> InkAndTracings:
    first, *others = (_enlarged(ink, shrunk) for ink in inks)
    return InkAndTracings.of(first, others)


def _enlarged(ink: Ink, shrunk: float) -> Ink:
    """In pixels of the file's picture."""
    if shrunk == 1:
        return ink
    return Ink(tuple((stroke + 0.5) * shrunk - 0.5 for stroke in ink.strokes), annotations=ink.annotations)


def _traced(binary: Binary, way: Way) -> Ink:
    binary = binary.scaled(way.scale)
    marks, found = cv2.connectedComponents(binary.ink, connectivity=8)
    labels = np.asarray(found, np.int32)
    _check(marks - 1, MAX_MARKS, "separate marks")
    skeleton = thin(binary.ink)
    _check(cv2.countNonZero(skeleton), MAX_LENGTH * way.scale, "pixels of lines")
    graph = graph_of(skeleton)
    _check(len(graph.edges), MAX_LINES, "lines between crossings")
    lines = [directed(*line) for line in to_lines(graph, binary.pen, np.radians(way.smooth))]
    specks, has_pale = pale_lines(lines, binary.strength, binary.ink, binary.pen)
    lines = [line for line, is_speck in zip(lines, specks, strict=True) if not is_speck]
    _check(len(lines), MAX_STROKES, "strokes")
    strokes = [(_mark(labels, line), _smooth(line, binary)) for line in lines]
    boxes = np.array([[*stroke.min(axis=0), *stroke.max(axis=0)] for _, stroke in strokes])
    of_mark: dict[int, list[int]] = {}
    for number, (mark, _) in enumerate(strokes):
        of_mark.setdefault(mark, []).append(number)
    # The corner of its box tells of 76 % of the strokes of CROHME's training symbols which one comes first.
    groups = [sorted(own, key=lambda i: boxes[i, 0] + boxes[i, 1]) for own in of_mark.values()]
    outlines = np.array([[*boxes[own, :2].min(axis=0), *boxes[own, 2:].max(axis=0)] for own in groups])
    ordered = tuple(strokes[i][1] for group in reading_order(outlines) for i in groups[group])
    is_doubtful = binary.is_doubtful or has_pale
    return Ink(ordered, annotations={**TRACED, **(WITH_MARKS if is_doubtful else {})})


def _check(count: int, most: float, what: str) -> None:
    if count > most:
        raise ImageError(f"has {count} {what}, more than any expression ({most:.0f})")


def _mark(labels: Int32Array, line: Points) -> int:
    """Which separate mark a line runs through."""
    x, y = np.rint(line[len(line) // 2]).astype(int)
    return int(labels[y, x])


def _smooth(line: Points, binary: Binary) -> Points:
    """A line of pixels without their stairs, its ends where they were, in pixels of the picture."""
    is_closed = bool((line[0] == line[-1]).all())
    if len(line) > 2:
        reach = min(max(1, round(binary.pen / 2)), len(line) - 1)
        # Mirrored through the ends, so that these stay where they are.
        before, after = 2 * line[:1] - line[reach:0:-1], 2 * line[-1:] - line[-2 : -2 - reach : -1]
        window = np.ones(2 * reach + 1) / (2 * reach + 1)
        padded = np.concatenate([before, line, after])
        line = np.stack([np.convolve(padded[:, axis], window, "valid") for axis in (0, 1)], axis=1)
        line = resample(line, spacing=_SPACING * binary.pen)
        if is_closed:
            line[-1] = line[0]  # but for rounding they are the same
    return (line + 0.5) / binary.scale - 0.5
