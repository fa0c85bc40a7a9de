r"""The grammar of normal-form LaTeX as an automaton that reads one token at a time.

After every token it knows which tokens may follow, and where in the symbol layout tree the
next symbol will hang: on which symbol (the anchor) and by which relation. Training walks it
over the truth, beam search over hypotheses, so both see the same positions.

    row      = element { element }
    element  = symbol scripts | "\frac" group group scripts | "\sqrt" [ "[" row "]" ] group scripts
    scripts  = [ "_" group ] [ "^" group ]
    group    = "{" row "}"
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from crohme.errors import CrohmeError
from crohme.notation.tree import Node, Relation, SymbolTree

END = "<end>"


class Kind(Enum):
    """What a token is to the grammar."""

    SYMBOL = auto()
    FRACTION = auto()
    ROOT = auto()
    SUB = auto()
    SUP = auto()
    OPEN = auto()
    CLOSE = auto()
    OPEN_INDEX = auto()
    CLOSE_INDEX = auto()
    END = auto()


_KINDS = {
    r"\frac": Kind.FRACTION,
    r"\sqrt": Kind.ROOT,
    "_": Kind.SUB,
    "^": Kind.SUP,
    "{": Kind.OPEN,
    "}": Kind.CLOSE,
    END: Kind.END,
}
WRITTEN = frozenset({Kind.SYMBOL, Kind.FRACTION, Kind.ROOT})
"""The kinds of token that stand for ink: a symbol, a fraction bar, a root sign."""


class GrammarError(CrohmeError):
    """A token that may not stand where it stands."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group that must open next: the symbol it hangs on, and how.

    Args:
        base: int. Number of that symbol.
        relation: Relation. How the group hangs on it.
        then: Relation or None. The group that must follow this one (a denominator).
        or_index: bool. Whether `[` may open the index of the root here instead.
    """

    base: int
    relation: Relation
    then: Relation | None = None
    or_index: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An open row.

    Args:
        group: Group or None. What it hangs on; None for the base line.
        closing: Kind. The kind of token that closes it.
        last: int or None. Number of its rightmost symbol so far.
        scripts: frozenset of `Kind`. The scripts that `last` may still get.
    """

    group: Group | None = None
    closing: Kind = Kind.END
    last: int | None = None
    scripts: frozenset[Kind] = frozenset()


_BOTH = frozenset({Kind.SUB, Kind.SUP})


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position between two tokens. `Cursor()` is the start; `advance` gives the next one.

    Args:
        rows: tuple of Row. The open rows, the base line first.
        pending: Group or None. The group that must open now.
        symbols: int. How many symbols were written; they are numbered in this order.
        ended: bool. Whether the end was read.
    """

    rows: tuple[Row, ...] = (Row(),)
    pending: Group | None = None
    symbols: int = 0
    ended: bool = False

    @property
    def anchor(self) -> int | None:
        """Number of the symbol to which the next symbol will be related; None at the start."""
        if self.pending is None and self.rows[-1].last is not None:
            return self.rows[-1].last
        group = self.pending or self.rows[-1].group
        return None if group is None else group.base

    @property
    def relation(self) -> Relation | None:
        """Relation of the next symbol to its anchor; None at the start."""
        if self.pending is None and self.rows[-1].last is not None:
            return Relation.RIGHT
        return self.row_relation

    @property
    def row_relation(self) -> Relation | None:
        """How the innermost row, or the one that must open now, hangs; None on the base line."""
        group = self.pending or self.rows[-1].group
        return None if group is None else group.relation

    @property
    def depth(self) -> int:
        """How many rows are open inside each other, the base line not counted."""
        return len(self.rows) - 1 + (self.pending is not None)

    @property
    def owed(self) -> int:
        """How many symbols must still be written before the end may come."""
        not_begun = sum(row.last is None for row in self.rows)
        to_follow = sum(row.group is not None and row.group.then is not None for row in self.rows)
        to_open = 0 if self.pending is None else 1 + (self.pending.then is not None)
        return not_begun + to_follow + to_open

    def kind(self, token: str) -> Kind:
        """What `token` is here: `[` and `]` are symbols, but for the index of a root."""
        if token == "[" and self.pending is not None and self.pending.or_index:
            return Kind.OPEN_INDEX
        if token == "]" and self.rows[-1].closing is Kind.CLOSE_INDEX:
            return Kind.CLOSE_INDEX
        return _KINDS.get(token, Kind.SYMBOL)

    def allows(self, token: str) -> bool:
        """Whether `token` may come next."""
        if self.ended:
            return False
        kind, row = self.kind(token), self.rows[-1]
        if self.pending is not None:
            return kind in (Kind.OPEN, Kind.OPEN_INDEX)
        if kind in (Kind.CLOSE, Kind.CLOSE_INDEX, Kind.END):
            return kind is row.closing and row.last is not None
        return kind in WRITTEN or kind in row.scripts

    def advance(self, token: str) -> Cursor:
        """The position after `token`.

        Raises:
            GrammarError: `token` may not come next.
        """
        if not self.allows(token):
            raise GrammarError(f"{token!r} may not stand here")
        kind, row = self.kind(token), self.rows[-1]
        if kind in WRITTEN:
            return self._write(kind)
        match kind:
            case Kind.SUB | Kind.SUP:
                assert row.last is not None
                relation = Relation.SUB if kind is Kind.SUB else Relation.SUP
                left = row.scripts - _BOTH if kind is Kind.SUP else row.scripts - {Kind.SUB}
                rows = (*self.rows[:-1], replace(row, scripts=left))
                return replace(self, rows=rows, pending=Group(row.last, relation))
            case Kind.OPEN:
                return replace(self, rows=(*self.rows, Row(self.pending, Kind.CLOSE)), pending=None)
            case Kind.OPEN_INDEX:
                assert self.pending is not None
                index = Group(self.pending.base, Relation.ABOVE, then=Relation.INSIDE)
                return replace(self, rows=(*self.rows, Row(index, Kind.CLOSE_INDEX)), pending=None)
            case Kind.END:
                return replace(self, ended=True)
        group = row.group
        assert group is not None
        following = None if group.then is None else Group(group.base, group.then)
        return replace(self, rows=self.rows[:-1], pending=following)

    def _write(self, kind: Kind) -> Cursor:
        number = self.symbols
        pending = None
        if kind is Kind.FRACTION:
            pending = Group(number, Relation.ABOVE, then=Relation.BELOW)
        elif kind is Kind.ROOT:
            pending = Group(number, Relation.INSIDE, or_index=True)
        rows = (*self.rows[:-1], replace(self.rows[-1], last=number, scripts=_BOTH))
        return Cursor(rows, pending, number + 1)


def linearize(tree: SymbolTree, *, backward: bool = False) -> list[tuple[str, Node | None]]:
    r"""The tree as tokens, each with the node that it writes (None for `{`, `_` …), without END.

    Args:
        tree: SymbolTree.
        backward: bool. Whether each row is told from right to left. What hangs on a symbol
            still follows it, so that the grammar is the same in both directions.
    """
    return list(_row(tree.row, backward))


def _row(row: tuple[Node, ...], backward: bool) -> Iterator[tuple[str, Node | None]]:
    for node in reversed(row) if backward else row:
        rows = node.rows
        is_root = node.label == r"\sqrt" and Relation.INSIDE in rows
        if node.label == "-" and Relation.ABOVE in rows and Relation.BELOW in rows:
            yield r"\frac", node
            yield from _group(rows[Relation.ABOVE], backward)
            yield from _group(rows[Relation.BELOW], backward)
            below, above = None, None
        elif is_root:
            yield node.label, node
            if Relation.ABOVE in rows:
                yield from _group(rows[Relation.ABOVE], backward, "[]")
            yield from _group(rows[Relation.INSIDE], backward)
            below, above = None, None
        else:
            yield node.label, node
            below, above = rows.get(Relation.BELOW), rows.get(Relation.ABOVE)
        # A sum's limits are Below and Above, or Sub and Sup, by how they were written: one LaTeX.
        for token, script in (("_", rows.get(Relation.SUB, below)), ("^", rows.get(Relation.SUP, above))):
            if script is not None:
                yield token, None
                yield from _group(script, backward)


def _group(row: tuple[Node, ...], backward: bool, braces: str = "{}") -> Iterator[tuple[str, Node | None]]:
    yield braces[0], None
    yield from _row(row, backward)
    yield braces[1], None
