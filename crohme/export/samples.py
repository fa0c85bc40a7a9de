"""Ten expressions and their symbols, drawn with straight lines and ellipses: what exported networks are tried on."""

from __future__ import annotations

import numpy as np

from inkml_parser import Ink

_TURN = [(float(0.5 + 0.5 * np.cos(angle)), float(0.5 - 0.5 * np.sin(angle))) for angle in np.linspace(1.6, 7.9, 24)]
_SHAPES: dict[str, list[list[tuple[float, float]]]] = {
    "1": [[(0.2, 0.25), (0.5, 0), (0.5, 1)]],
    "0": [_TURN],
    "7": [[(0, 0), (1, 0), (0.4, 1)]],
    "+": [[(0, 0.5), (1, 0.5)], [(0.5, 0), (0.5, 1)]],
    "-": [[(0, 0.5), (1, 0.5)]],
    "=": [[(0, 0.35), (1, 0.35)], [(0, 0.65), (1, 0.65)]],
    "x": [[(0, 0), (0.4, 0.4), (1, 1)], [(1, 0), (0, 1)]],
    "r": [[(-0.3, 0.6), (-0.15, 1.2), (0, -0.2), (2, -0.2)]],
    "L": [[(0, 0), (0, 1), (0.6, 1)]],
}
_EXPRESSIONS = (
    "1,0,0,1", "x,0,0,1 +,2,0,1 1,4,0,1", "x,0,0,1 x,1.1,-0.7,0.5", "1,0,-1.4,1 -,-0.3,-0.6,1.6 x,0,0.7,1",
    "r,0,0,1 x,0.5,0,1", "1,0,0,1 0,0.8,0,1 0,2,0,1 =,4,0,1 x,6,0,1",
    "x,0,0,1 1,1,0.7,0.4 +,2,0,1 x,4,0,1 0,5,0.7,0.4",
    "7,0,0,1 -,2,0,1 1,4,0,1 =,5.5,0,1 x,7.5,0,1 +,9,0,1 7,11,0,1",
    "r,0,-2,1 7,0.5,-2,1 -,-0.5,-0.6,2.8 r,0,0.8,1 x,0.5,0.8,1",
    "L,0,0,1 0,1,0,1 +,3,0,1 L,5,0,1 1,6,0,1 =,7.5,0,1 0,9.5,0,1",
)  # fmt: skip
"""Shapes, each with left, top and size."""


def expressions() -> list[Ink]:
    """The ten expressions."""
    return [Ink.from_arrays([stroke for one in text.split() for stroke in _drawn(one)]) for text in _EXPRESSIONS]


def symbols() -> list[Ink]:
    """Their shapes one by one, in several sizes and proportions."""
    return [
        Ink.from_arrays([[(x * width, y) for x, y in stroke] for stroke in strokes])
        for strokes in _SHAPES.values()
        for width in (1.0, 0.6)
    ]


def _drawn(text: str) -> list[list[tuple[float, float]]]:
    name, left, top, size = text.split(",")
    return [[(float(left) + float(size) * x, float(top) + float(size) * y) for x, y in s] for s in _SHAPES[name]]
