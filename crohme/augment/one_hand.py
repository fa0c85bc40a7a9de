"""Ink as one person writes it: what `Pool` offers, with every class from one writer.

A writer draws a symbol alike each time, and two symbols differently. Where every symbol of a
composed expression comes from another writer, a network cannot learn to use that.
"""

from __future__ import annotations

from copy import copy

import numpy as np

from crohme.augment.letters import TWINS
from crohme.augment.pool import DrawnHand, Pool
from crohme.types import Strokes


class OneHand:
    """The ink of one writer for one expression; a class that this writer never wrote comes from one other.

    It has the drawing methods and lists of `Pool`.

    Args:
        pool: Pool. Made with its writers.
        rng: Generator. Draws the writer.
    """

    def __init__(self, pool: Pool, rng: np.random.Generator) -> None:
        writers, ends = pool.frequent_writers
        home = pool.of_writer[writers[int(np.searchsorted(ends, rng.random()))]]
        self._home, self._everybody = home, pool
        self._letters: DrawnHand | None = None
        self._pool_of: dict[str, Pool | DrawnHand] = {}
        self.any, self.row, self.place = home.any, home.row, home.place
        self.bars = home.bars or pool.bars
        self.roots = home.roots or pool.roots
        self.brackets = home.brackets or pool.brackets
        self.symbols, self.label, self.usual = pool.symbols, pool.label, pool.usual

    def lettered(self, letters: DrawnHand) -> OneHand:
        """This hand with the letters and digits of another, as far as that person drew them."""
        other = copy(self)
        other._letters = letters
        other._pool_of = {label: pool for label, pool in self._pool_of.items() if not letters.symbols.get(label)}
        return other

    def symbol(self, label: str, rng: np.random.Generator) -> Strokes:
        """The strokes of a written symbol of this class, as `Pool.symbol`; always by the same writer."""
        if label not in self._pool_of:
            self._pool_of[label] = self._draw_pool(label, rng)
        return self._pool_of[label].symbol(label, rng)

    def _draw_pool(self, label: str, rng: np.random.Generator) -> Pool | DrawnHand:
        # Of one shape, they are told apart by their size, which only one writer's ink can be compared in.
        twin = self._pool_of.get(TWINS.get(label, ""))
        for pool in (self._letters, self._home, twin):
            if pool is not None and pool.symbols.get(label):
                return pool
        having = self._everybody.pools_with(label)
        if not having:
            return DrawnHand({label: [self._everybody.symbol(label, rng)]})  # one ink: whose it is, is not known
        return having[rng.integers(len(having))]
