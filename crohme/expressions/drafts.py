"""What a greedy search will write next, so that it is read at once: what must come, and what the reading before has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, Self, runtime_checkable

import numpy as np

from crohme.expressions.hypotheses import Hypothesis, extend
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation.grammar import WRITTEN
from crohme.notation.linear import linearize
from crohme.notation.tree import SymbolTree

_OPEN, _CLOSE = "{", "}"
_Step = tuple[str, tuple[int, ...] | None]
"""A token, and the strokes of its symbol."""


@runtime_checkable
class RevisableState(Protocol):
    """A state of hypotheses that can forget: a network of such states reads drafts."""

    def cut(self, tokens: int) -> Self:
        """The state as it was before the last tokens that each hypothesis has read."""


class Draft:
    """What a reading has, where a search has written as much of it.

    Args:
        tree: SymbolTree or None. The reading, of fewer strokes perhaps.
        start: Hypothesis. The first of the search.
        vocabulary: Vocabulary.
        backward: bool. Whether the search goes from right to left.
    """

    def __init__(self, tree: SymbolTree | None, start: Hypothesis, vocabulary: Vocabulary, backward: bool) -> None:
        self._vocabulary = vocabulary
        of_tree = [] if tree is None else linearize(tree, backward=backward)
        self._steps = [(token, None if node is None else node.strokes) for token, node in of_tree]
        prefixes = self._written(start, self._steps)
        self._prefixes = np.stack([prefix.written for prefix in prefixes])
        self._depths = np.array([prefix.cursor.depth for prefix in prefixes])
        self._known = self._prefixes[-1]

    def after(self, live: Hypothesis) -> list[Hypothesis]:
        """A hypothesis, and those that it becomes where it goes on as the reading does.

        Strokes that the reading has not are passed over, and the groups that stand for them are closed.
        """
        cursor = live.cursor
        if cursor.pending is not None:
            return self._written(live, () if cursor.pending.or_index else [(_OPEN, None)])
        if not self._steps:
            return [live]
        is_alike = (self._prefixes == live.written * self._known).all(axis=1) & (self._depths <= cursor.depth)
        if not is_alike.any():
            return [live]
        at = int(np.where(is_alike, self._depths, -1).argmax())
        closing: list[_Step] = [(_CLOSE, None)] * (cursor.depth - int(self._depths[at]))
        return self._written(live, [*closing, *self._steps[at:]])

    def _written(self, live: Hypothesis, steps: Iterable[_Step]) -> list[Hypothesis]:
        """A hypothesis, and those that it becomes where it writes some tokens, as far as it can."""
        found, n, vocabulary = [live], len(live.written), self._vocabulary
        for token, drawn in steps:
            following = found[-1].cursor.following(token)
            if token not in vocabulary.token_index or following is None:
                break
            kind, after = following
            symbol = None
            if kind in WRITTEN:
                if not drawn or max(drawn) >= n or found[-1].written[list(drawn)].any():
                    break
                symbol = found[-1].drawing(drawn)
            found.append(extend(found[-1], token, after, 0.0, symbol, vocabulary))
        return found
