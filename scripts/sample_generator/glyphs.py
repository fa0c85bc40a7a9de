"""Read the stroke glyphs, and turn control points into curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crohme.types import BoolArray, Float64Array

# A control polygon (n, 2) and which of its points are corners.
ControlPolygon = tuple[Float64Array, BoolArray]
Glyph = tuple[ControlPolygon, ...]

_FILE = Path(__file__).with_name("glyphs.txt")


def load_glyphs() -> dict[str, list[Glyph]]:
    """All ways of writing each sign, by label. The head of glyphs.txt describes its form."""
    glyphs: dict[str, list[Glyph]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            label, drawing = line.split(maxsplit=1)
            glyphs.setdefault(label, []).append(tuple(_stroke(part) for part in drawing.split(" / ")))
    return glyphs


def _stroke(text: str) -> ControlPolygon:
    points = text.split()
    corners = np.array([point.endswith("'") for point in points])
    return np.array([point.rstrip("'").split(",") for point in points], dtype=float), corners


def curve(points: Float64Array, corners: BoolArray, step: float) -> Float64Array:
    """Float64Array every `step` or so along the smooth line through control points.

    Args:
        points: (n, 2) control points.
        corners: (n,) bool. Where the line turns sharply.
        step: float. Distance of the points returned, in the units of `points`.

    Returns:
        (m, 2) points; the ends and the corners are among them.
    """
    cuts = [0, *(i for i in np.flatnonzero(corners).tolist() if 0 < i < len(points) - 1), len(points) - 1]
    pieces = [_evenly(_catmull_rom(points[a : b + 1]), step) for a, b in zip(cuts, cuts[1:], strict=False)]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _catmull_rom(points: Float64Array, samples: int = 8) -> Float64Array:
    """Centripetal Catmull-Rom spline (Barry and Goldman, SIGGRAPH 1988) through all points."""
    if len(points) == 2:
        return points
    # Reflected ends: the curve needs one point before the first and one after the last.
    p = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    knots = np.concatenate([[0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(p, axis=0), axis=1)))])
    spans = []
    for i in range(1, len(p) - 2):
        t0, t1, t2, t3 = knots[i - 1 : i + 3]
        t = np.linspace(t1, t2, samples, endpoint=False)[:, None]
        a1 = ((t1 - t) * p[i - 1] + (t - t0) * p[i]) / (t1 - t0)
        a2 = ((t2 - t) * p[i] + (t - t1) * p[i + 1]) / (t2 - t1)
        a3 = ((t3 - t) * p[i + 1] + (t - t2) * p[i + 2]) / (t3 - t2)
        b1 = ((t2 - t) * a1 + (t - t0) * a2) / (t2 - t0)
        b2 = ((t3 - t) * a2 + (t - t1) * a3) / (t3 - t1)
        spans.append(((t2 - t) * b1 + (t - t1) * b2) / (t2 - t1))
    return np.concatenate([*spans, points[-1:]])


def _evenly(line: Float64Array, step: float) -> Float64Array:
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    wanted = np.linspace(0, length[-1], max(2, round(length[-1] / step) + 1))
    return np.column_stack([np.interp(wanted, length, line[:, axis]) for axis in (0, 1)])
