"""What a reader is told of some strokes: that they are one symbol, and perhaps which one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crohme.errors import CrohmeError
from crohme.expressions.hypotheses import Hypothesis
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet
from crohme.notation.alphabet import FRACTION_BAR
from crohme.notation.grammar import END, WRITTEN, Cursor
from crohme.notation.mathml_leaves import label_of
from crohme.types import BoolArray, Float32Array

_BRACKETS = ("[", "]")  # which are no symbols about the index of a root
_IMPOSSIBLE = -np.inf


class FixedSymbolError(CrohmeError, ValueError):
    """A fixed symbol that the ink or the recogniser does not have."""


@dataclass(frozen=True)
class FixedSymbol:
    """Strokes that are one symbol.

    Args:
        strokes: tuple of int. Indices into the strokes of the ink.
        label: str or None. What it is: a label, a sign, or the name of a LaTeX command; None for any symbol.
    """

    strokes: tuple[int, ...]
    label: str | None = None


def checked(fixed: Iterable[FixedSymbol], n: int, alphabet: Alphabet) -> tuple[FixedSymbol, ...]:
    """Fixed symbols with their strokes in order and their labels in normal form.

    Args:
        fixed: iterable of FixedSymbol.
        n: int. How many strokes there are.
        alphabet: Alphabet. What the recogniser knows.

    Raises:
        FixedSymbolError: A symbol without strokes, a stroke that there is not or that is of two symbols, an unknown
            label.
    """
    found, taken = [], set[int]()
    for symbol in fixed:
        strokes = tuple(sorted(set(symbol.strokes)))
        if not strokes:
            raise FixedSymbolError("a fixed symbol has no strokes")
        for stroke in strokes:
            if not 0 <= stroke < n:
                raise FixedSymbolError(f"a fixed symbol has stroke {stroke}; there are {n}, counted from 0")
            if stroke in taken:
                raise FixedSymbolError(f"stroke {stroke} is of two fixed symbols")
        taken.update(strokes)
        found.append(FixedSymbol(strokes, None if symbol.label is None else _label(symbol.label, alphabet)))
    return tuple(found)


def _label(raw: str, alphabet: Alphabet) -> str:
    for name in (raw, label_of(raw.strip()), f"\\{raw.strip()}"):
        if (label := alphabet.canonical(name)) in alphabet.index:
            return label
    raise FixedSymbolError(f"the recogniser does not know {raw.strip()[:40]}")


class Constraints:
    """What fixed symbols say at each step of the search.

    Args:
        fixed: sequence of FixedSymbol, see `checked`.
        n: int. Strokes of the expression.
        vocabulary: Vocabulary.
    """

    def __init__(self, fixed: Iterable[FixedSymbol], n: int, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._symbol_of = np.full(n, -1)
        self._counted = np.ones(n, np.float32)  # the first stroke of each symbol
        self._strokes: list[BoolArray] = []
        self._wrong: list[BoolArray | None] = []
        for i, symbol in enumerate(fixed):
            strokes = np.zeros(n, bool)
            strokes[list(symbol.strokes)] = True
            self._strokes.append(strokes)
            self._symbol_of[strokes] = i
            self._counted[list(symbol.strokes[1:])] = 0
            self._wrong.append(None if symbol.label is None else self._others(symbol.label))

    def _others(self, label: str) -> BoolArray:
        """The tokens that write another symbol."""
        drawn = {label, *([r"\frac"] if label == FRACTION_BAR else [])}
        return np.array([Cursor().kind(t) in WRITTEN and t not in drawn for t in self._vocabulary.tokens])

    def __bool__(self) -> bool:
        """Whether there is any fixed symbol."""
        return bool(self._strokes)

    def spare(self, hypothesis: Hypothesis, cursor: Cursor) -> int:
        """How many symbols may be written that need not be written from a position on: see `Hypothesis.spare`."""
        if not self:
            return hypothesis.spare(cursor)
        return int(self._counted.sum() - (self._counted * hypothesis.written).sum()) - cursor.owed

    def mask(self, cursor: Cursor, pointer: Float32Array, written: BoolArray) -> Float32Array:
        """0 where a token may follow, -inf elsewhere.

        Args:
            cursor: Cursor.
            pointer: `(n,)`. Logits of the strokes that the next symbol may have.
            written: `(n,)` bool.
        """
        mask = np.zeros(len(self._vocabulary.tokens), np.float32)
        if ((self._symbol_of >= 0) & ~written).any():
            mask[self._vocabulary.token_index[END]] = _IMPOSSIBLE
        symbol = self._symbol_of[np.where(written, _IMPOSSIBLE, pointer).argmax()]
        if symbol >= 0 and (wrong := self._wrong[symbol]) is not None:
            mask[wrong] = _IMPOSSIBLE
            for token in _BRACKETS:
                if token in self._vocabulary.token_index and cursor.kind(token) not in WRITTEN:
                    mask[self._vocabulary.token_index[token]] = 0.0
        return mask

    def of(self, stroke: int) -> BoolArray | None:
        """The strokes of the fixed symbol that a stroke is of, None if it is free."""
        symbol = self._symbol_of[stroke]
        return None if symbol < 0 else self._strokes[symbol]

    @property
    def free(self) -> BoolArray:
        """The strokes that are of no fixed symbol."""
        free: BoolArray = self._symbol_of < 0
        return free
