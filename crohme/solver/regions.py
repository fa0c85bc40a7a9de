"""Where relations in one unknown hold on the real line: a sign chart.

Zeros, poles, kinks and the ends of domains cut the line into cells. Inside of a cell nothing changes, so one point
of it tells; each cut is tried itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mpmath
import sympy

from crohme.solver.conditions import Condition, Must
from crohme.solver.errors import NoAnswer
from crohme.solver.numeric import NOTHING, is_zero, number, precise, real_part
from crohme.solver.periods import period
from crohme.solver.signed import SignedFunction
from crohme.solver.zeros import Point, breakpoints, point, united, zeros

_SIGNS: dict[str, Callable[[int], bool]] = {
    "=": lambda sign: sign == 0,
    r"\approx": lambda sign: sign == 0,
    r"\neq": lambda sign: sign != 0,
    r"\lt": lambda sign: sign < 0,
    r"\gt": lambda sign: sign > 0,
    r"\leq": lambda sign: sign <= 0,
    r"\geq": lambda sign: sign >= 0,
}
_TURN_PARTS = (12, 8, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Relation:
    """`difference sign 0`."""

    difference: sympy.Expr
    sign: str


@dataclass(frozen=True)
class Piece:
    """Numbers from one point to another; one number if they are the same. None is infinitely far."""

    low: Point | None
    high: Point | None
    closed: tuple[bool, bool]

    @property
    def ends(self) -> tuple[Point, Point]:
        """Both ends of a piece that has two."""
        assert self.low is not None and self.high is not None
        return self.low, self.high

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low is self.high


@dataclass(frozen=True)
class Region:
    """What a sign chart shows.

    Args:
        pieces: tuple of Piece. In order, none touching the next.
        period: Expr or None. If given, the pieces repeat themselves by this.
        reach: float. How far from 0 this is known.
    """

    pieces: tuple[Piece, ...]
    period: sympy.Expr | None = None
    reach: float = mpmath.inf


@precise
def region(relations: Sequence[Relation], conditions: Sequence[Condition], symbol: sympy.Symbol) -> Region:
    """Where all relations hold.

    Args:
        relations: sequence of Relation. Real functions of one symbol.
        conditions: sequence of Condition. Where they have a value.
        symbol: Symbol. Real.

    Raises:
        NoAnswer: The cuts do not explain what is found between them.
    """
    everything = [relation.difference for relation in relations] + [c.expression for c in conditions]
    repeats = period(everything, symbol)
    chart = _Chart(relations, conditions, symbol)
    if repeats is not None:
        return chart.of_one_period(repeats)
    span = chart.span()
    return chart.of_line(span)


class _Chart:
    def __init__(self, relations: Sequence[Relation], conditions: Sequence[Condition], symbol: sympy.Symbol) -> None:
        self.relations, self.conditions, self.symbol = relations, tuple(conditions), symbol
        self._values = [SignedFunction(relation.difference, symbol) for relation in relations]
        self._domain = [SignedFunction(condition.expression, symbol) for condition in conditions]

    # === Cuts ===

    def cuts(self, span: tuple[float, float] | None) -> tuple[tuple[Point, ...], float]:
        groups, reach = [], mpmath.inf
        for expression in dict.fromkeys(
            [r.difference for r in self.relations] + [c.expression for c in self.conditions]
        ):
            found = zeros(expression, self.symbol, (), span)
            breaks, other = breakpoints(expression, self.symbol, span)
            groups += [found.points, breaks]
            reach = min(reach, found.reach, other)
        points = united(groups)
        if span is not None:
            points = tuple(p for p in points if span[0] <= p.value <= span[1])
        return points, reach

    def span(self) -> tuple[float, float] | None:
        """A bounded range that holds all solutions, if the polynomial relations alone say so."""
        simple = [r for r in self.relations if r.difference.is_polynomial(self.symbol) and r.sign != r"\neq"]
        if not simple or len(simple) == len(self.relations):
            return None
        pieces = _Chart(simple, (), self.symbol).of_line(None).pieces
        if not pieces or pieces[0].low is None or pieces[-1].high is None:
            return None
        return float(pieces[0].low.value) - 0.01, float(pieces[-1].high.value) + 0.01

    # === Charts ===

    def of_line(self, span: tuple[float, float] | None) -> Region:
        cuts, reach = self.cuts(span)
        if span is not None:
            # Beyond the span nothing holds, as the relations that gave it say.
            ends: list[Point | None] = [Point(mpmath.mpf(end)) for end in span]
        elif reach != mpmath.inf:
            cuts = tuple(p for p in cuts if abs(p.value) < reach)
            ends = [Point(mpmath.mpf(-reach)), Point(mpmath.mpf(reach))]
        else:
            ends = [None, None]
        pieces = self._pieces([ends[0], *cuts, ends[1]])
        return Region(tuple(pieces), None, mpmath.inf if span is not None else reach)

    def of_one_period(self, length: sympy.Expr) -> Region:
        size = real_part(length)
        start = -size / 7 - mpmath.mpf("0.0123")
        cuts, reach = self.cuts((float(start), float(start + size)))
        if reach != mpmath.inf:
            raise NoAnswer("where it changes its sign was not found")
        if not cuts:
            whole = self._pieces([None, None])
            return Region(tuple(whole))
        first = Point(cuts[0].value + size, _shifted(cuts[0].exact, length))
        pieces = self._pieces([*cuts, first])
        if not pieces:
            return Region(())
        pieces = _without_seam(pieces, cuts[0], first, length)
        if len(pieces) == 1 and pieces[0].low is cuts[0] and pieces[0].high is first and pieces[0].closed[0]:
            return Region((Piece(None, None, (False, False)),))
        return _shortest(pieces, length, size)

    def _pieces(self, cuts: Sequence[Point | None]) -> list[Piece]:
        """Cells and cuts that hold, joined where they touch. The first and the last cut are ends, not tried."""
        pieces: list[Piece] = []
        for index, (low, high) in enumerate(zip(cuts, cuts[1:], strict=False)):
            if index > 0 or low is not None:
                assert low is not None
                if self.holds_at(low):
                    pieces.append(Piece(low, low, (True, True)))
            if self._holds_between(low, high):
                pieces.append(Piece(low, high, (False, False)))
        return _joined(pieces)

    # === Tests ===

    def holds_at(self, at: Point) -> bool:
        """Whether all relations hold at one point."""
        if not all(condition.holds_at(self.symbol, at.expression) for condition in self.conditions):
            return False
        for relation, value in zip(self.relations, self._values, strict=True):
            if at.exact is not None:
                sign = _sign_of(relation.difference.subs(self.symbol, at.exact))
            else:
                # A cut without a closed form is one of its function's zeros, or of another's.
                sign = value.sign_at_cut(at.value)
            if sign is None or not _SIGNS[relation.sign](sign):
                return False
        return True

    def _holds_between(self, low: Point | None, high: Point | None) -> bool:
        samples = {self._holds_inside(at) for at in _samples(low, high)}
        if len(samples) > 1:
            raise NoAnswer("where it changes its sign was not found")
        return samples.pop()

    def _holds_inside(self, at: mpmath.mpf) -> bool:
        for condition, value in zip(self.conditions, self._domain, strict=True):
            sign = value.sign(at)
            if not sign or (sign < 0 and condition.demand is not Must.NOT_BE_ZERO):
                return False
        for relation, value in zip(self.relations, self._values, strict=True):
            sign = value.sign(at)
            if sign is None or not _SIGNS[relation.sign](sign):
                return False
        return True


def _samples(low: Point | None, high: Point | None) -> list[mpmath.mpf]:
    """Some points inside of a cell."""
    if low is None:
        if high is None:
            return [mpmath.mpf(n) / 7 for n in (-400, -15, -2, 1, 4, 23, 401)]
        return [high.value - max(1, abs(high.value)) * mpmath.mpf(step) / 7 for step in (1, 9, 50)]
    if high is None:
        return [low.value + max(1, abs(low.value)) * mpmath.mpf(step) / 7 for step in (1, 9, 50)]
    return [low.value + (high.value - low.value) * mpmath.mpf(part) / 97 for part in (11, 47, 83)]


def _sign_of(value: sympy.Expr) -> int | None:
    if value.has(sympy.nan, sympy.zoo, sympy.oo, sympy.AccumBounds):
        return None
    if is_zero(value):
        return 0
    size = number(value)
    if size is None or abs(size.imag) > NOTHING:
        return None
    return int(mpmath.sign(size.real))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last is not None and last.high is piece.low and (last.closed[1] or piece.closed[0]):
            found[-1] = Piece(last.low, piece.high, (last.closed[0], piece.closed[1]))
        else:
            found.append(piece)
    return found


# === Periods ===


def _shifted(value: sympy.Expr | None, by: sympy.Expr) -> sympy.Expr | None:
    return None if value is None else sympy.expand(value + by)


def _moved(at: Point, by: sympy.Expr) -> Point:
    return Point(at.value + real_part(by), _shifted(at.exact, by))


def _without_seam(pieces: list[Piece], start: Point, end: Point, length: sympy.Expr) -> list[Piece]:
    """Pieces of one period, in which what goes on beyond its end is one piece."""
    if len(pieces) < 2 or pieces[0].low is not start or pieces[-1].high is not end:
        return pieces
    first, last = pieces[0], pieces[-1]
    if not (first.closed[0] or last.closed[1]):
        return pieces
    high = _moved(first.ends[1], length)
    return [*pieces[1:-1], Piece(last.low, high, (last.closed[0], first.closed[1]))]


def _shortest(pieces: list[Piece], length: sympy.Expr, size: mpmath.mpf) -> Region:
    """The pieces of the shortest period."""
    for parts in _TURN_PARTS:
        if len(pieces) % parts == 0 and _repeats(pieces, size / parts, size):
            shorter = sympy.nsimplify(length / parts) if (length / parts).is_Rational else length / parts
            kept = _first_ones(pieces, len(pieces) // parts)
            return Region(tuple(sorted((_near_zero(piece, shorter) for piece in kept), key=_start)), shorter)
    return Region(tuple(sorted((_near_zero(piece, length) for piece in pieces), key=_start)), length)


def _first_ones(pieces: list[Piece], count: int) -> list[Piece]:
    nearest = min(range(len(pieces)), key=lambda k: (abs(_start(pieces[k])), k))
    return [pieces[(nearest + k) % len(pieces)] for k in range(count)]


def _start(piece: Piece) -> mpmath.mpf:
    return piece.ends[0].value


def _near_zero(piece: Piece, length: sympy.Expr) -> Piece:
    """A point in [0, period), an interval with its middle next to 0."""
    size = real_part(length)
    slack = mpmath.mpf(10) ** -20
    low, high = piece.ends
    if piece.is_point:
        turns = -int(mpmath.floor(low.value / size + slack))
        moved = _moved(low, turns * length)
        return Piece(moved, moved, piece.closed)
    turns = -int(mpmath.ceil((low.value + high.value) / 2 / size - mpmath.mpf(1) / 2 - slack))
    return Piece(_moved(low, turns * length), _moved(high, turns * length), piece.closed)


def _repeats(pieces: Sequence[Piece], by: mpmath.mpf, size: mpmath.mpf) -> bool:
    """Whether the pieces moved by some length are the same pieces, whole periods aside."""

    def same(a: mpmath.mpf, b: mpmath.mpf) -> bool:
        turns = (a - b) / size
        return bool(abs(turns - mpmath.nint(turns)) < mpmath.mpf(10) ** -20)

    return all(
        any(
            all(same(end.value + by, its_end.value) for end, its_end in zip(piece.ends, other.ends, strict=True))
            and piece.closed == other.closed
            for other in pieces
        )
        for piece in pieces
    )


__all__ = ["Piece", "Region", "Relation", "point", "region"]
