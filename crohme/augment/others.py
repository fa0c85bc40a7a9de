"""What a recogniser must not read as a symbol of its alphabet: signs outside it, and scribbles."""

from __future__ import annotations

from importlib import resources

import numpy as np

from crohme.types import Strokes


def _read() -> frozenset[str]:
    text = resources.files(__package__).joinpath("other_signs.txt").read_text(encoding="utf-8")
    return frozenset(sign for line in text.splitlines() if not line.startswith("#") for sign in line.split())


OTHER_SIGNS = _read()
"""LaTeX commands whose drawings are samples of `notation.alphabet.OTHER`."""


def scribble(rng: np.random.Generator, *, points: int) -> Strokes:
    """Ink that means nothing: one to three wandering strokes.

    Args:
        rng: Generator.
        points: int. Of each stroke.

    Returns:
        `(k, points, 2)` float32, about one unit wide and high.
    """
    strokes = []
    for _ in range(int(rng.integers(1, 4))):
        # A smooth closed curve of high frequency that drifts: loops, zigzags and tangles.
        time = np.linspace(0, 1, points)
        path = rng.normal(0, 0.25, 2) + np.outer(time, rng.normal(0, 0.6, 2))
        for frequency in rng.uniform(1.5, 7, size=int(rng.integers(2, 5))):
            phase, size = rng.uniform(0, 2 * np.pi, 2), rng.normal(0, 0.3, 2)
            path = path + size * np.sin(2 * np.pi * frequency * time[:, None] + phase)
        strokes.append(path)
    return np.stack(strokes).astype(np.float32)
