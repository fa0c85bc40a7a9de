"""Beam search that reads ahead: where an earlier one of fewer strokes went, this one will go for the most part.

What it will read is foreseen by searching with what the earlier one read in place of what is not yet read. All of that
is read at once, and the search goes on as far as it holds. No answer depends on what was foreseen.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import NamedTuple

from crohme.expressions.hypotheses import Drawn, Hypothesis
from crohme.expressions.search import Expansion, Search, Searches
from crohme.expressions.side_by_side import Steps
from crohme.expressions.token_tree import TokenTree

MOST_STROKES = 120
"""Of a search that reads ahead: CROHME's longest expression has 115. A tree keeps all tokens, and each looks for its
own among them, so that with far more it would take longer than reading step by step."""
_MOST_TOKENS = 3  # a stroke, and some more, of each hypothesis: what is foreseen may lead round in circles
_FARTHEST = 24  # tokens that are foreseen at once, but for the first time: looking to the end each time takes longer
_Key = tuple[object, ...]


class _Place(NamedTuple):
    """Where a hypothesis stood, and how it went on.

    Args:
        strokes: int. Those that it had written, a bit for each.
        at: its position but for its strokes, from the most exact way to say so to the least.
        expansion: Expansion.
    """

    strokes: int
    at: tuple[_Key, ...]
    expansion: Expansion


class Trail:
    """What a beam search read. `tokens` are all those that it has read of its own expression."""

    def __init__(self) -> None:
        self.tokens: TokenTree | None = None
        self._strokes = 0
        self._places: list[_Place] = []

    def keep(self, n: int, tokens: TokenTree, read: Sequence[tuple[bool, Hypothesis, Expansion]]) -> None:
        """Keep this, of n strokes, instead of what was before.

        Args:
            n: int.
            tokens: TokenTree. What was read.
            read: hypotheses with their direction, and how they went on.
        """
        self._strokes, self.tokens = n, tokens
        self._places = [_Place(h.bits, _positions(h, backward), expansion) for backward, h, expansion in read]

    def recalled(self, n: int) -> _Recalled:
        """What it tells of n strokes, of which it knows all but the last at most."""
        return _Recalled(self._places, min(self._strokes, n - 1))


class _Recalled:
    """How hypotheses went on where as much was written.

    Args:
        places: sequence of _Place.
        known: int. How many strokes are as they were.
    """

    def __init__(self, places: Sequence[_Place], known: int) -> None:
        self._known, self._mask = known, (1 << known) - 1
        self._places: dict[int, dict[_Key, _Place]] = {}  # by the strokes that were written, and by the position
        for place in places:
            of_strokes = self._places.setdefault(place.strokes & self._mask, {})
            for at in place.at:
                of_strokes.setdefault(at, place)

    def expansion(self, hypothesis: Hypothesis, backward: bool) -> Expansion | None:
        """How a hypothesis may go on; None where nothing is known of that."""
        places = self._places.get(hypothesis.bits & self._mask)
        if places is None:
            return None
        for at in _positions(hypothesis, backward):
            if (place := places.get(at)) is not None:
                break
        else:
            return None
        gains, tokens, pointing, row = place.expansion
        drawn, score = pointing.symbol(row, self._known)
        if backward and self._known - 1 in drawn.strokes and hypothesis.bits < self._mask:
            return None  # what is new is most likely written before the last of what was there
        symbol = tuple(s for s in drawn.strokes if s < self._known and not hypothesis.bits >> s & 1)
        return Expansion(gains, tokens, _Foreseen(hypothesis, symbol, score), 0)


class _Foreseen:
    """The strokes of the next symbol of a hypothesis as they were, in the manner of `Pointing`."""

    def __init__(self, hypothesis: Hypothesis, strokes: tuple[int, ...], score: float) -> None:
        self.counts = [len(strokes)]
        self._found: tuple[Drawn, float] | None = None
        self._hypothesis, self._strokes, self._score = hypothesis, strokes, score

    def symbol(self, hypothesis: int, most: int) -> tuple[Drawn, float]:
        """See `Pointing.symbol`."""
        if self._found is None:
            self._found = self._hypothesis.drawing(self._strokes[: max(most, 1)]), self._score
        return self._found


def _positions(hypothesis: Hypothesis, backward: bool) -> tuple[_Key, ...]:
    """Where a hypothesis stands, from the most exact way to say so to the least."""
    place, cursor = (backward, hypothesis.relation, hypothesis.row), hypothesis.cursor
    return (*place, hypothesis.last), place, (backward, cursor.depth, cursor.pending is None)


class _Reader:
    """A search that is read ahead.

    Args:
        search: Searches. At its beginning.
        tokens: TokenTree. Empty.
        recalled: _Recalled.
        most: int. How many tokens it may read in vain.
    """

    def __init__(self, search: Searches, tokens: TokenTree, recalled: _Recalled, most: int) -> None:
        self._search, self._tokens, self._recalled, self._most = search, tokens, recalled, most
        self._row_of: dict[Hypothesis, int] = {}
        self._coming: list[tuple[bool, Hypothesis]] = []
        self.read: list[tuple[bool, Hypothesis, Expansion]] = []

    def go_on(self, steps: int) -> bool:
        """Search as far as everything is read, to so many tokens; whether anything is still to be read."""
        unread = False
        for way in self._search.ways:
            while way.live and len(way.live[0].steps) < steps:
                rows = [self._row(hypothesis) for hypothesis in way.live]
                if None in rows:
                    unread = True
                    break
                self._search.grow(way, [self.read[row][2] for row in rows if row is not None])
        return unread

    def ahead(self, memory: Sized) -> Steps[None]:
        """Read what the search has now, and what it is likely to have."""
        self._foresee()
        first = yield from self._tokens.read(memory)
        tokens, pointers = self._tokens.logits(slice(first, None))
        hypotheses = [hypothesis for _, hypothesis in self._coming]
        found = self._search.expand(hypotheses, tokens, pointers)
        self.read += [(*coming, expansion) for coming, expansion in zip(self._coming, found, strict=True)]
        self._coming = []

    def _row(self, hypothesis: Hypothesis) -> int | None:
        row = self._row_of.get(hypothesis)
        if row is None and (row := self._tokens.row(hypothesis, self._parent(hypothesis))) is not None:
            self._row_of[hypothesis] = row
        return row

    def _parent(self, hypothesis: Hypothesis) -> int:
        return -1 if hypothesis.parent is None else self._row_of[hypothesis.parent]

    def _foresee(self) -> None:
        """Find the hypotheses that the search is likely to have, with those that it has now."""
        search, known = self._search, len(self.read)
        room = max(self._most - known, sum(len(way.live) for way in search.ways))
        ways = [Search(way.backward, list(way.live), list(way.done)) for way in search.ways]
        for _ in range(_FARTHEST if known else self._most):
            if not any(way.live for way in ways):
                break
            for way in ways:
                expansions, going_on = list[Expansion](), list[Hypothesis]()
                for hypothesis in way.live:
                    row = self._row(hypothesis)
                    if row is None:
                        if not room:
                            continue
                        room -= 1
                        row = self._row_of[hypothesis] = self._tokens.add(hypothesis, self._parent(hypothesis))
                        self._coming.append((way.backward, hypothesis))
                    if row < known:
                        expansion: Expansion | None = self.read[row][2]
                    else:
                        expansion = self._recalled.expansion(hypothesis, way.backward)
                    if expansion is not None:
                        going_on.append(hypothesis)
                        expansions.append(expansion)
                way.live = going_on
                search.grow(way, expansions)


def read_ahead(tokens: TokenTree, memory: Sized, search: Searches, trail: Trail, steps: int) -> Steps[None]:
    """Search with a beam, and keep its trail in place of the one of fewer strokes.

    Args:
        tokens: TokenTree. Empty.
        memory: The encoded expression.
        search: Searches. At its beginning.
        trail: Trail.
        steps: int. The most tokens that a reading has.
    """
    n = len(memory)
    most = _MOST_TOKENS * (n + 2) * search.beam * len(search.ways)
    reader = _Reader(search, tokens, trail.recalled(n), most)
    while reader.go_on(steps):
        yield from reader.ahead(memory)
    trail.keep(n, tokens, reader.read)
