"""Many symbols' strokes in flat arrays, so that a whole batch is distorted and resampled at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from crohme.types import Float32Array, Int64Array, Points


@dataclass(frozen=True, eq=False)
class StrokeBatch:
    """The strokes of N symbols, S strokes and P points in all, one after the other.

    Args:
        points: `(P, 2)` float32. X to the right, Y down.
        stroke_lengths: `(S,)` int64. Points of each stroke, ≥ 1.
        symbol_lengths: `(N,)` int64. Strokes of each symbol, ≥ 1.
    """

    points: Float32Array
    stroke_lengths: Int64Array
    symbol_lengths: Int64Array

    @classmethod
    def from_symbols(cls, symbols: Iterable[Sequence[ArrayLike]]) -> StrokeBatch:
        """A batch of symbols, each given as its strokes, `(n, 2)` arrays in any unit.

        Every symbol is moved to its own centre and size in float64 (see `normalise`), because the
        coordinates of some devices are too large for the differences to survive in float32.
        """
        points, stroke_lengths, symbol_lengths = [], [], []
        for strokes in symbols:
            arrays = [np.asarray(stroke, dtype=np.float64).reshape(-1, 2) for stroke in strokes]
            if not arrays or any(len(a) == 0 for a in arrays):
                raise ValueError("a symbol needs at least one stroke, and a stroke at least one point")
            points.append(_unit_box(np.concatenate(arrays)))
            stroke_lengths += [len(a) for a in arrays]
            symbol_lengths.append(len(arrays))
        flat = np.concatenate(points) if points else np.zeros((0, 2))
        return cls(
            flat.astype(np.float32), np.array(stroke_lengths, dtype=np.int64), np.array(symbol_lengths, dtype=np.int64)
        )

    def __len__(self) -> int:
        return len(self.symbol_lengths)

    def __iter__(self) -> Iterator[list[Float32Array]]:
        """Each symbol as a list of its strokes, `(n, 2)` arrays."""
        strokes = np.split(self.points, np.cumsum(self.stroke_lengths)[:-1])
        at = 0
        for count in self.symbol_lengths:
            yield strokes[at : at + count]
            at += count

    @property
    def symbol_of_stroke(self) -> Int64Array:
        """`(S,)` index of the symbol of each stroke."""
        return np.repeat(np.arange(len(self)), self.symbol_lengths)

    @property
    def stroke_of_point(self) -> Int64Array:
        """`(P,)` index of the stroke of each point."""
        return np.repeat(np.arange(len(self.stroke_lengths)), self.stroke_lengths)

    @property
    def points_of_symbol(self) -> Int64Array:
        """`(N,)` number of points of each symbol."""
        return np.add.reduceat(self.stroke_lengths, starts(self.symbol_lengths))

    def take(self, symbols: ArrayLike) -> StrokeBatch:
        """Some of the symbols, in the given order, repeats allowed."""
        symbols = np.asarray(symbols, dtype=np.int64)
        return replace(self, symbol_lengths=self.symbol_lengths[symbols])._with_strokes(
            self, ranges(starts(self.symbol_lengths)[symbols], self.symbol_lengths[symbols])
        )

    def reorder_strokes(self, order: ArrayLike) -> StrokeBatch:
        """The same symbols with their strokes in another order; `order` is `(S,)` stroke indices."""
        return self._with_strokes(self, np.asarray(order, dtype=np.int64))

    def _with_strokes(self, source: StrokeBatch, strokes: Int64Array) -> StrokeBatch:
        lengths = source.stroke_lengths[strokes]
        points = source.points[ranges(starts(source.stroke_lengths)[strokes], lengths)]
        return replace(self, points=points, stroke_lengths=lengths)


def starts(lengths: Int64Array) -> Int64Array:
    """Where each of some consecutive runs begins: `(n,)` lengths → `(n,)` offsets."""
    return np.cumsum(lengths) - lengths


def ranges(first: Int64Array, lengths: Int64Array) -> Int64Array:
    """`[first[0], first[0] + 1, …, first[1], …]`: many `np.arange` in one array, without a loop."""
    return np.repeat(first - starts(lengths), lengths) + np.arange(int(lengths.sum()))


def normalise(batch: StrokeBatch) -> StrokeBatch:
    """Each symbol with the centre of its box at 0 and the longer side of its box 1, aspect kept.

    A symbol of a single place (a dot) keeps size 0.
    """
    if len(batch) == 0:
        return batch
    per_symbol = batch.points_of_symbol
    first = starts(per_symbol)
    low = np.minimum.reduceat(batch.points, first, axis=0)
    high = np.maximum.reduceat(batch.points, first, axis=0)
    size = (high - low).max(axis=1)
    scale = np.where(size > 0, 1 / np.where(size > 0, size, 1), 1)
    centred = batch.points - np.repeat((low + high) / 2, per_symbol, axis=0)
    return replace(batch, points=(centred * np.repeat(scale, per_symbol)[:, None]).astype(np.float32))


def _unit_box(points: Points) -> Points:
    low, high = points.min(axis=0), points.max(axis=0)
    # Halves before sums and differences: coordinates near the largest float must not overflow.
    half_size = (high / 2 - low / 2).max()
    centred = points - (low / 2 + high / 2)
    unit: Points = centred / half_size / 2 if half_size > 0 else centred * 0
    return unit
