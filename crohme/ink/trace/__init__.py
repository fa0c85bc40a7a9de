"""Images of handwritten expressions → ink.

A picture is binarised, scaled so that the pen is a few pixels wide, and thinned; the skeleton is
read as a graph, whose lines are followed through their junctions in the smoothest way. Each
stroke is then directed, and all are ordered, as people write.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from crohme.ink.image_files import TRACED, WITH_MARKS, ImageError, naming, read_picture
from crohme.ink.trace.binarise import MAX_MARKS, Binary, binarise
from crohme.ink.trace.order import directed, reading_order
from crohme.ink.trace.pale import pale_lines
from crohme.ink.trace.skeleton import graph_of, thin
from crohme.ink.trace.strokes import to_lines
from crohme.types import Image, Int32Array, Points
from inkml_parser import Ink
from inkml_parser.sequences import resample

MAX_LINES = 4000
"""More lines between crossings than any expression has: a texture."""
MAX_LENGTH = 400_000
"""Pixels of all lines together, at the scale of tracing: forty times the longest expression of CROHME."""
MAX_STROKES = 200
"""Strokes that are traced at most: CROHME's longest expression has 115, and reading takes seconds beyond this."""
_SPACING = 0.6  # pen widths between the points of a stroke

__all__ = ["MAX_MARKS", "read_traced", "trace"]


def read_traced(source: str | Path | bytes) -> Ink:
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
        ink = trace(picture.pixels)
    if picture.shrunk == 1:
        return ink
    strokes = tuple((stroke + 0.5) * picture.shrunk - 0.5 for stroke in ink.strokes)
    return Ink(strokes, annotations=ink.annotations)


def trace(pixels: Image) -> Ink:
    """The strokes that a picture of handwriting shows, in the order in which people would write them.

    Args:
        pixels: `(h, w)` grey, `(h, w, 3)` colour or `(h, w, 4)` colour and alpha, uint8, channels in
            OpenCV's order; of any size, dark on light or light on dark, unevenly lit or not.

    Returns:
        Ink in pixels of the picture, with the annotation `image_files.TRACED`, perhaps also `image_files.WITH_MARKS`.

    Raises:
        ImageError: Nothing is drawn, or in ink both darker and lighter than the paper, or more than `MAX_MARKS`,
            `MAX_LINES`, `MAX_LENGTH` or `MAX_STROKES`.
    """
    binary = binarise(pixels)
    if binary.is_half:
        raise ImageError("has ink that is darker than the paper, and ink that is lighter")
    marks, found = cv2.connectedComponents(binary.ink, connectivity=8)
    labels = np.asarray(found, np.int32)
    _check(marks - 1, MAX_MARKS, "separate marks")
    skeleton = thin(binary.ink)
    _check(cv2.countNonZero(skeleton), MAX_LENGTH, "pixels of lines")
    graph = graph_of(skeleton)
    _check(len(graph.edges), MAX_LINES, "lines between crossings")
    lines = [directed(*line) for line in to_lines(graph, binary.pen)]
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


def _check(count: int, most: int, what: str) -> None:
    if count > most:
        raise ImageError(f"has {count} {what}, more than any expression ({most})")


def _mark(labels: Int32Array, line: Points) -> int:
    """Which separate mark a line runs through."""
    x, y = np.rint(line[len(line) // 2]).astype(int)
    return int(labels[y, x])


def _smooth(line: Points, binary: Binary) -> Points:
    """A line of pixels without their stairs, its ends where they were, in pixels of the picture."""
    if len(line) > 2:
        reach = min(max(1, round(binary.pen / 2)), len(line) - 1)
        # Mirrored through the ends, so that these stay where they are.
        before, after = 2 * line[:1] - line[reach:0:-1], 2 * line[-1:] - line[-2 : -2 - reach : -1]
        window = np.ones(2 * reach + 1) / (2 * reach + 1)
        padded = np.concatenate([before, line, after])
        line = np.stack([np.convolve(padded[:, axis], window, "valid") for axis in (0, 1)], axis=1)
        line = resample(line, spacing=_SPACING * binary.pen)
    return (line + 0.5) / binary.scale - 0.5
