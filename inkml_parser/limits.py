"""How much ink one file may hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Caps that keep a hostile or broken file from exhausting memory.

    The largest file of CROHME 2011 to 2014 has 61 kB, 115 strokes and 4,400 points, a page of
    MathWriting not more: the defaults leave two orders of magnitude above them, and still keep
    the memory of one read below about a gigabyte.

    Args:
        max_bytes: int. Size of the file. Defaults to 16 MiB.
        max_strokes: int. Traces in the file. Defaults to 20,000.
        max_points: int. Points of all traces together. Defaults to 1,000,000.
    """

    max_bytes: int = 16 * 1024 * 1024
    max_strokes: int = 20_000
    max_points: int = 1_000_000
