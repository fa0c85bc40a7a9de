"""How much ink one file may hold."""

from __future__ import annotations

from dataclasses import dataclass

MOST_VALUES = 64
"""Values of one point: the standard knows some twenty channels."""


@dataclass(frozen=True)
class Limits:
    """Caps that keep a hostile or broken file from exhausting memory.

    The largest files of CROHME 2011 to 2014 have 61 kB, 115 strokes and 6,581 points. The defaults are some
    twenty to forty times that, enough for a full page of notes with all channels of the pen, and keep the worst
    file that passes within a second and 300 MB.

    Args:
        max_bytes: int. Size of the file. Defaults to 2 MiB.
        max_strokes: int. Traces in the file. Defaults to 5,000.
        max_points: int. Points of all traces together. Defaults to 150,000.
    """

    max_bytes: int = 2 * 1024 * 1024
    max_strokes: int = 5_000
    max_points: int = 150_000
