r"""The grammar of normal-form LaTeX as an automaton that reads one token at a time.

After every token it knows which tokens may follow, and where in the symbol layout tree the
next symbol will hang: on which symbol (the anchor) and by which relation. Training walks it
over the truth, beam search over hypotheses, so both see the same positions.

    row      = element { element }
    element  = symbol scripts | command group [ group ] scripts | "\sqrt" "[" row "]" group scripts | grid
    command  = "\frac" | "\sqrt" | "\hat" | "\binom" | …, see `tree.ARGUMENTS`
    scripts  = [ "_" group ] [ "^" group ]
    group    = "{" row "}"
    grid     = "\begin{matrix}" line { "\\" line } "\end{matrix}"
    line     = [ row ] { "&" [ row ] }, with at least one row

A grid is no symbol. The first symbol of its first cell is related to what the grid itself is related to, that of
another cell to the first symbol of the cell to its left, or else of the line above, and what follows the grid
to what stands before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum, auto
from functools import cached_property

from crohme.errors import CrohmeError, quoted
from crohme.notation.alphabet import GRID, ROOT
from crohme.notation.tree import ARGUMENTS, Relation

END = "<end>"
NEXT_CELL, NEXT_LINE, END_GRID = "&", "\\\\", "\\end{matrix}"
GRID_TOKENS = (GRID, NEXT_CELL, NEXT_LINE, END_GRID)


class Place(StrEnum):
    """How a cell of a grid lies to an earlier one; other places are those of `Relation`."""

    CELL = "next cell"
    LINE = "next line"


class Kind(Enum):
    """What a token is to the grammar."""

    SYMBOL = auto()
    COMMAND = auto()
    SUB = auto()
    SUP = auto()
    OPEN = auto()
    CLOSE = auto()
    OPEN_INDEX = auto()
    CLOSE_INDEX = auto()
    GRID = auto()
    NEXT_CELL = auto()
    NEXT_LINE = auto()
    END_GRID = auto()
    END = auto()

    __hash__ = object.__hash__  # members are compared by identity; Enum's own hash is a function in Python


_KINDS = {
    **dict.fromkeys(ARGUMENTS, Kind.COMMAND),
    "_": Kind.SUB,
    "^": Kind.SUP,
    "{": Kind.OPEN,
    "}": Kind.CLOSE,
    GRID: Kind.GRID,
    NEXT_CELL: Kind.NEXT_CELL,
    NEXT_LINE: Kind.NEXT_LINE,
    END_GRID: Kind.END_GRID,
    END: Kind.END,
}
WRITTEN = frozenset({Kind.SYMBOL, Kind.COMMAND})
"""The kinds of token that stand for ink: a symbol, a fraction bar, a root sign, an accent."""
CELL_ENDS = {NEXT_CELL: Kind.NEXT_CELL, NEXT_LINE: Kind.NEXT_LINE, END_GRID: Kind.END_GRID}
"""The tokens that end a cell of a grid."""
_CELL_END_KINDS = frozenset(CELL_ENDS.values())
LINE_ENDS = frozenset({Kind.NEXT_LINE, Kind.END_GRID})


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
class Grid:
    """An open grid, as its innermost cell sees it; all are numbers of symbols, None where there is none yet.

    Args:
        first: int or None. The first of the grid in the cells before.
        above: int or None. The first of the line above.
        line: int or None. The first of this line in the cells before.
        left: int or None. The first of the nearest cell before in this line that is not empty.
        columns: int. How many cells the first line has; 0 while it is open.
        column: int. How many cells of this line are before.
    """

    first: int | None = None
    above: int | None = None
    line: int | None = None
    left: int | None = None
    columns: int = 0
    column: int = 0

    def is_uneven(self, kind: Kind) -> bool:
        """Whether ending the cell by a token of this kind makes its line longer or shorter than the first one."""
        if kind is Kind.NEXT_CELL:
            return self.columns == self.column + 1
        return kind in LINE_ENDS and self.column + 1 < self.columns


@dataclass(frozen=True, slots=True)
class Row:
    """An open row.

    Args:
        group: Group or None. What it hangs on; None for the base line.
        closing: Kind. The kind of token that closes it; of a cell, `Kind.END_GRID`.
        last: int or None. Number of its rightmost symbol so far.
        scripts: frozenset of `Kind`. The scripts that `last` may still get.
        grid: Grid or None. That of a cell.
        first: int or None. Number of its first symbol.
    """

    group: Group | None = None
    closing: Kind = Kind.END
    last: int | None = None
    scripts: frozenset[Kind] = frozenset()
    grid: Grid | None = None
    first: int | None = None


_BOTH = frozenset({Kind.SUB, Kind.SUP})


@dataclass(frozen=True)
class Cursor:
    """A position between two tokens. `Cursor()` is the start; `advance` gives the next one, the same one each time.

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
    # What followed tokens that were asked for, and the positions that tokens of a kind lead to: a search asks
    # thousands of times for a few.
    _known: dict[str, tuple[Kind, Cursor] | None] = field(default_factory=dict, init=False, compare=False, repr=False)
    _after: dict[str | Kind, Cursor] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def anchor(self) -> int | None:
        """Number of the symbol to which the next symbol will be related; None at the start."""
        return self.place[0]

    @property
    def relation(self) -> Relation | Place | None:
        """Relation of the next symbol to its anchor; None at the start."""
        return self.place[1]

    @cached_property
    def place(self) -> tuple[int | None, Relation | Place | None]:
        """`anchor` and `relation`."""
        if self.pending is not None:
            return self.pending.base, self.pending.relation
        for row in reversed(self.rows):
            if row.last is not None:
                return row.last, Relation.RIGHT
            if row.grid is None:
                break
            if row.grid.left is not None:
                return row.grid.left, Place.CELL
            if row.grid.above is not None:
                return row.grid.above, Place.LINE
        return (None, None) if row.group is None else (row.group.base, row.group.relation)

    @cached_property
    def row_relation(self) -> Relation | Place | None:
        """How the innermost row, or the one that must open now, hangs; None on the base line."""
        if self.pending is None and self.rows[-1].grid is not None:
            return Place.CELL
        group = self.pending or self.rows[-1].group
        return None if group is None else group.relation

    @cached_property
    def depth(self) -> int:
        """How many rows are open inside each other, the base line not counted."""
        return len(self.rows) - 1 + (self.pending is not None)

    @cached_property
    def owed(self) -> int:
        """How many symbols must still be written before the end may come."""
        owed = 0 if self.pending is None else 1 + (self.pending.then is not None)
        holds_a_grid = False
        for row in reversed(self.rows):
            # What a cell writes begins the row that its grid stands in.
            is_begun = row.last is not None or holds_a_grid or (row.grid is not None and row.grid.line is not None)
            owed += (not is_begun) + (row.group is not None and row.group.then is not None)
            holds_a_grid = row.grid is not None
        return owed

    def kind(self, token: str) -> Kind:
        """What `token` is here: `[` and `]` are symbols, but for the index of a root."""
        if token == "[" and self.pending is not None and self.pending.or_index:
            return Kind.OPEN_INDEX
        if token == "]" and self.rows[-1].closing is Kind.CLOSE_INDEX:
            return Kind.CLOSE_INDEX
        return _KINDS.get(token, Kind.SYMBOL)

    def allows(self, token: str) -> bool:
        """Whether `token` may come next."""
        return self._allows(self.kind(token))

    def _allows(self, kind: Kind) -> bool:
        if self.ended:
            return False
        row = self.rows[-1]
        if self.pending is not None:
            return kind in (Kind.OPEN, Kind.OPEN_INDEX)
        if kind in _CELL_END_KINDS:
            is_begun = row.last is not None or (row.grid is not None and row.grid.line is not None)
            return row.grid is not None and (kind is Kind.NEXT_CELL or is_begun)
        if kind in (Kind.CLOSE, Kind.CLOSE_INDEX, Kind.END):
            return kind is row.closing and row.last is not None
        return kind in WRITTEN or kind is Kind.GRID or kind in row.scripts

    def advance(self, token: str) -> Cursor:
        """The position after `token`.

        Raises:
            GrammarError: `token` may not come next.
        """
        found = self.following(token)
        if found is None:
            raise GrammarError(f"{quoted(token)} may not stand here")
        return found[1]

    def following(self, token: str) -> tuple[Kind, Cursor] | None:
        """What `token` is here, and the position after it; None where it may not come next."""
        try:
            return self._known[token]
        except KeyError:
            pass
        kind = self.kind(token)
        if not self._allows(kind):
            found = None
        else:
            way = token if kind is Kind.COMMAND else kind  # commands differ in their groups, others of a kind do not
            if (after := self._after.get(way)) is None:
                after = self._after[way] = self._advanced(token, kind)
            found = kind, after
        self._known[token] = found
        return found

    def _advanced(self, token: str, kind: Kind) -> Cursor:
        """The position after a token that may come next."""
        row, rows = self.rows[-1], self.rows
        if kind in WRITTEN:
            return self._write(token)
        # Built anew, not by `replace`, which takes three times as long: a search advances thousands of times.
        match kind:
            case Kind.GRID:
                return Cursor((*rows, Row(closing=Kind.END_GRID, grid=Grid())), self.pending, self.symbols)
            case Kind.NEXT_CELL | Kind.NEXT_LINE | Kind.END_GRID:
                return self._end_cell(kind)
            case Kind.SUB | Kind.SUP:
                assert row.last is not None
                relation = Relation.SUB if kind is Kind.SUB else Relation.SUP
                left = row.scripts - _BOTH if kind is Kind.SUP else row.scripts - {Kind.SUB}
                changed = Row(row.group, row.closing, row.last, left, row.grid, row.first)
                return Cursor((*rows[:-1], changed), Group(row.last, relation), self.symbols)
            case Kind.OPEN:
                return Cursor((*rows, Row(self.pending, Kind.CLOSE)), None, self.symbols)
            case Kind.OPEN_INDEX:
                assert self.pending is not None
                index = Group(self.pending.base, Relation.ABOVE, then=Relation.INSIDE)
                return Cursor((*rows, Row(index, Kind.CLOSE_INDEX)), None, self.symbols)
            case Kind.END:
                return Cursor(rows, self.pending, self.symbols, ended=True)
        group = row.group
        assert group is not None
        following = None if group.then is None else Group(group.base, group.then)
        return Cursor(rows[:-1], following, self.symbols)

    def _write(self, token: str) -> Cursor:
        number, row = self.symbols, self.rows[-1]
        match ARGUMENTS.get(token, ()):
            case ():
                pending = None
            case (relation,):
                pending = Group(number, relation, or_index=token == ROOT)
            case (relation, following):
                pending = Group(number, relation, then=following)
        first = number if row.first is None else row.first
        changed = Row(row.group, row.closing, number, _BOTH, row.grid, first)
        return Cursor((*self.rows[:-1], changed), pending, number + 1)

    def _end_cell(self, kind: Kind) -> Cursor:
        *outer, cell = self.rows
        grid = cell.grid
        assert grid is not None
        first = cell.first if grid.first is None else grid.first
        line = cell.first if grid.line is None else grid.line
        if kind is Kind.END_GRID:
            around = outer[-1]
            begun = first if around.first is None else around.first
            last = first if around.last is None else around.last
            return replace(self, rows=(*outer[:-1], replace(around, last=last, scripts=frozenset(), first=begun)))
        left = grid.left if cell.first is None else cell.first
        column = grid.column + 1
        if kind is Kind.NEXT_CELL:
            following = Grid(first, grid.above, line, left, grid.columns, column)
        else:
            following = Grid(first, line, columns=grid.columns or column)
        return replace(self, rows=(*outer, Row(closing=Kind.END_GRID, grid=following)))
