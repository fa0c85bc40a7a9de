"""Which strokes the next symbol of a hypothesis has: those that the decoder points at, as far as they look like one."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from crohme.expressions.fixed import Constraints
from crohme.expressions.hypotheses import Drawn
from crohme.expressions.layers import log_softmax, softmax
from crohme.expressions.vocabulary import SAME_SYMBOL
from crohme.types import BoolArray, Float32Array


class Pointing:
    """Where each hypothesis points: the unwritten stroke that it prefers, and those that go with that.

    A stroke goes with the first if the pointer weighs it nearly as much (a symbol's strokes share
    it evenly) and the pair of strokes looks like one symbol: the mean of both is at least `same_symbol_from`.
    The strokes of a fixed symbol go together, and no others with them; they count as one.

    `counts` are how many strokes each symbol has.

    Args:
        pointers: `(k, n)` float32. Logits.
        written: `(k, n)` float32, 1 for strokes that are not to be had.
        same: `(n, n)` float32. How probably two strokes are of one symbol.
        same_symbol_from: float.
        known: Constraints.
    """

    def __init__(
        self,
        pointers: Float32Array,
        written: Float32Array,
        same: Float32Array,
        same_symbol_from: float,
        known: Constraints,
    ) -> None:
        every = np.arange(len(pointers))
        is_written = written > 0
        unwritten = np.where(is_written, np.float32(-np.inf), pointers)
        first = unwritten.argmax(axis=1)
        largest = unwritten[every, first][:, None]
        largest[np.isinf(largest)] = 0.0  # nothing is left
        unwritten -= largest
        together: Float32Array = np.exp(unwritten, out=unwritten)
        together += same[first]
        together *= np.float32(0.5)
        together[every, first] = 1.0
        together[is_written] = 0.0
        if known:
            together[:, ~known.free] = 0.0
        self._together, self._from = together, same_symbol_from
        self._weights = softmax(pointers.copy())
        chosen = together >= same_symbol_from
        of_fixed = dict[int, BoolArray]()
        for hypothesis, stroke in enumerate(first.tolist() if known else ()):
            if (symbol := known.of(stroke)) is not None:
                of_fixed[hypothesis] = chosen[hypothesis] = symbol
        strokes = np.add.reduce(chosen, axis=1).tolist()
        self.counts = [1 if hypothesis in of_fixed else count for hypothesis, count in enumerate(strokes)]
        pointed = np.add.reduce(self._weights * chosen, axis=1)
        self._scores = np.log(np.maximum(pointed, 1e-9)).tolist()
        self._before, self._drawn = written, chosen.astype(np.float32)
        self._written = np.maximum(written, self._drawn)
        self._left = (written.shape[1] - np.count_nonzero(self._written, axis=1)).tolist()
        self._strokes, self._ends = chosen.nonzero()[1].tolist(), [0, *accumulate(strokes)]
        self._symbols: list[Drawn | None] = [None] * len(pointers)
        self._fewer: dict[tuple[int, int], tuple[Drawn, float]] = {}

    def symbol(self, hypothesis: int, most: int) -> tuple[Drawn, float]:
        """The symbol, of at most so many strokes, as the others are needed for what must follow; and its score."""
        if self.counts[hypothesis] > most:
            if (hypothesis, most) not in self._fewer:
                self._fewer[hypothesis, most] = self._of_fewer(hypothesis, most)
            return self._fewer[hypothesis, most]
        if (found := self._symbols[hypothesis]) is None:
            strokes = tuple(self._strokes[self._ends[hypothesis] : self._ends[hypothesis + 1]])
            found = Drawn(strokes, self._drawn[hypothesis], self._written[hypothesis], self._left[hypothesis])
            self._symbols[hypothesis] = found
        return found, self._scores[hypothesis]

    def _of_fewer(self, hypothesis: int, most: int) -> tuple[Drawn, float]:
        together = self._together[hypothesis].copy()
        together[np.argsort(-together)[most:]] = 0.0
        chosen = together >= self._from
        drawn = chosen.astype(np.float32)
        written = np.maximum(self._before[hypothesis], drawn)
        symbol = Drawn(
            tuple(chosen.nonzero()[0].tolist()), drawn, written, len(written) - int(np.count_nonzero(written))
        )
        return symbol, pointed_score(self._weights[hypothesis], chosen)


def pointed_score(weights: Float32Array, strokes: BoolArray) -> float:
    """Log of what the pointer's weights, `(n,)`, come to on some strokes."""
    return float(np.log(max(weights[strokes].sum(), 1e-9)))


def same_symbol(relate: Float32Array) -> Float32Array:
    """Probability that two strokes are of one symbol, `(…, n, n)`: the mean of both ways, as it has no direction.

    Args:
        relate: `(…, n, n, relations + 2)`. Logits of the relation of each stroke to each.
    """
    probability: Float32Array = np.exp(log_softmax(relate))[..., SAME_SYMBOL]
    return (probability + np.swapaxes(probability, -1, -2)) / np.float32(2)
