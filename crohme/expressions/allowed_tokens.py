"""Which tokens may follow a hypothesis."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from crohme.expressions.vocabulary import Vocabulary
from crohme.notation.grammar import WRITTEN, Cursor, Grid, Group, Kind, Row
from crohme.notation.tree import ARGUMENTS, MAX_DEPTH, Relation
from crohme.types import Float32Array

# Strokes that a token of this kind takes or claims for its groups. The first symbol of a row was claimed before.
CLOSING = frozenset({Kind.CLOSE, Kind.CLOSE_INDEX, Kind.END})  # what must follow them was owed before
NESTING = frozenset({Kind.COMMAND, Kind.SUB, Kind.SUP, Kind.OPEN_INDEX, Kind.GRID})
_ENOUGH = 3  # strokes: no token claims more


def mask(cursor: Cursor, spare: int, vocabulary: Vocabulary) -> Float32Array:
    """0 where a token may follow, -inf elsewhere, `(tokens,)`. Not to be changed.

    Args:
        cursor: Cursor.
        spare: int. Strokes that are not needed for what must follow.
        vocabulary: Vocabulary.
    """
    row = cursor.rows[-1]
    pending = None if cursor.pending is None else cursor.pending.or_index
    # The base line is a level of the tree, and so is what would open; an index may need braces around it.
    levels = cursor.depth
    for open_row in cursor.rows:
        levels += open_row.closing is Kind.CLOSE_INDEX
    may_nest = levels + 2 <= MAX_DEPTH
    line = None if row.grid is None else row.grid.line is not None
    begun = row.last is not None
    return _cached_mask(pending, row.closing, begun, row.scripts, line, min(spare, _ENOUGH), may_nest, vocabulary)


@lru_cache(maxsize=512)
def _cached_mask(
    pending: bool | None,
    closing: Kind,
    begun: bool,
    scripts: frozenset[Kind],
    line: bool | None,
    spare: int,
    may_nest: bool,
    vocabulary: Vocabulary,
) -> Float32Array:
    """Positions with equal arguments allow the same tokens."""
    grid = None if line is None else Grid(line=0 if line else None)
    written = 0 if begun else None
    row = Row(None, closing, written, scripts, grid, first=written)
    group = None if pending is None else Group(0, Relation.INSIDE, or_index=pending)
    cursor = Cursor((row,) if grid is None else (Row(last=0), row), group)

    def may_follow(token: str, kind: Kind) -> bool:
        if not cursor.allows(token) or (kind in NESTING and not may_nest):
            return False
        return kind in CLOSING or spare >= cursor.advance(token).owed + (kind in WRITTEN) - cursor.owed

    found: dict[tuple[Kind, tuple[Relation, ...]], bool] = {}  # tokens of one kind with as many groups are alike
    allowed = np.full(len(vocabulary.tokens), -np.inf, dtype=np.float32)
    for i, token in enumerate(vocabulary.tokens):
        kind = cursor.kind(token)
        # The brackets of a root's index are no symbols.
        if vocabulary.may_answer(token) or kind in (Kind.OPEN_INDEX, Kind.CLOSE_INDEX):
            alike = kind, ARGUMENTS.get(token, ())
            if alike not in found:
                found[alike] = may_follow(token, kind)
            if found[alike]:
                allowed[i] = 0.0
    return allowed
