"""A writer: how one person draws each sign, alike every time and never twice the same."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from crohme.types import Float64Array
from sample_generator.glyphs import Glyph, curve, load_glyphs

GLYPHS = load_glyphs()
FUNCTIONS = {r"\sin": "sin", r"\cos": "cos", r"\tan": "tan", r"\log": "log", r"\lim": "lim"}
ROOT_TICK = 6.0  # width of the hook at the left of a root sign
_STEP = 2.3  # distance of neighbouring points on paper; x is 10 high


def random_state(*key: object) -> np.random.RandomState:
    """Random numbers that depend on `key` alone.

    RandomState, not Generator: NumPy has promised that its stream will never change.
    """
    return np.random.RandomState(zlib.crc32(repr(key).encode()))


@dataclass(frozen=True)
class Writer:
    """What makes a hand.

    Args:
        name: str. Seeds the writer's own shape and choice of each sign.
        slant: float. Shear to the right, per unit of height.
        width: float. Width of signs, 1 is as drawn.
        looseness: float. How far control points stray, in the units of the glyphs.
        spacing: float. Factor on the gaps between signs.
        script: float. Size of scripts, relative to their base.
        slope: float. Rise of the base line, per unit of width.
        unit: float. Device units per glyph unit.
    """

    name: str
    slant: float
    width: float
    looseness: float
    spacing: float
    script: float
    slope: float
    unit: float


class Pen:
    """Draws signs in one writer's hand.

    Args:
        writer: Writer.
        rng: np.random.RandomState. What differs from one time to the next.
    """

    def __init__(self, writer: Writer, rng: np.random.RandomState) -> None:
        self.writer = writer
        self._rng = rng

    def sign(self, label: str, scale: float, extent: tuple[float, float] | None = None) -> list[Float64Array]:
        """The strokes of one sign on the base line, left edge at 0.

        Args:
            label: str. A label of glyphs.txt, or a function.
            scale: float. Size on paper.
            extent: (bottom, top) that the sign is stretched to, in units of the paper.
        """
        if label in FUNCTIONS:
            return self._word(FUNCTIONS[label], scale)
        glyph = self._own_way(label)
        if extent is not None:
            glyph = _stretched(glyph, extent[0] / scale, extent[1] / scale)
        return self._freely(glyph, scale)

    def bar(self, width: float) -> list[Float64Array]:
        """A fraction bar at height 0."""
        return [self._line([(0, 0), (width / 2, 0.3), (width, 0)])]

    def root(self, width: float, bottom: float, top: float, scale: float) -> list[Float64Array]:
        """A root sign over `width`, reaching from bottom to top."""
        middle, tick = bottom + 0.45 * (top - bottom), ROOT_TICK * scale
        points = [(0, middle - scale), (0.3 * tick, middle), (0.55 * tick, bottom), (tick, top), (tick + width, top)]
        return [self._line(points, corners=(1, 2, 3))]

    def stray(self, size: float) -> float:
        """A small offset of about `size`, as loose as the writer."""
        return float(self._rng.normal(0, size * self.writer.looseness))

    def _own_way(self, label: str) -> Glyph:
        # The writer's own way and shape of the sign: the same at each call.
        own = random_state(self.writer.name, label)
        glyph = GLYPHS[label][own.randint(len(GLYPHS[label]))]
        return tuple((points + own.normal(0, 0.3, points.shape), corners) for points, corners in glyph)

    def _word(self, letters: str, scale: float) -> list[Float64Array]:
        strokes, x = [], 0.0
        for letter in letters:
            drawn = self.sign(letter, scale)
            strokes += [points + (x, 0) for points in drawn]
            x += max(points[:, 0].max() for points in drawn) + 0.8 * scale
        return strokes

    def _freely(self, glyph: Glyph, scale: float) -> list[Float64Array]:
        """Ink of the glyph, which varies in size, turn and shape."""
        writer = self.writer
        turn = self.stray(0.03)
        to_paper = np.array([[writer.width, turn], [writer.slant - turn, 1]])
        to_paper *= scale * (1 + np.array([self.stray(0.04), self.stray(0.04)]))
        strokes = [curve(self._loose(points) @ to_paper, corners, _STEP) for points, corners in glyph]
        left = min(points[:, 0].min() for points in strokes)
        return [points - (left, 0) for points in strokes]

    def _line(self, points: list[tuple[float, float]], corners: tuple[int, ...] = ()) -> Float64Array:
        """Ink of a line that must end where it is told to."""
        return curve(self._loose(np.array(points)), np.isin(np.arange(len(points)), corners), _STEP)

    def _loose(self, points: Float64Array) -> Float64Array:
        return points + self._rng.normal(0, 0.25 * self.writer.looseness, points.shape)


def _stretched(glyph: Glyph, bottom: float, top: float) -> Glyph:
    low = min(points[:, 1].min() for points, _ in glyph)
    high = max(points[:, 1].max() for points, _ in glyph)
    factor = (top - bottom) / (high - low)
    return tuple(
        (np.column_stack([points[:, 0], bottom + factor * (points[:, 1] - low)]), corners) for points, corners in glyph
    )
