"""Inequalities and memberships in one unknown, over the real numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from crohme.solver.calculus import Calculus
from crohme.solver.domains import listed
from crohme.solver.errors import NoAnswer
from crohme.solver.evaluation import check_defined, pairs
from crohme.solver.excluded import check_excluded
from crohme.solver.numeric import complete, precise
from crohme.solver.patience import attempt
from crohme.solver.powers import may_have_negative_base
from crohme.solver.regions import Region, Relation, region
from crohme.solver.symbolic import Builder
from crohme.solver.syntax import Comparison, Elements, Expression, Interval, Membership, Name, NamedSet, SetPiece
from crohme.solver.whole_numbers import limits_of_sums

_Value = Callable[[Expression], sympy.Expr]


@precise
def solve_inequalities(statements: Sequence[Comparison | Membership], unknown: Name) -> tuple[Region, list[str]]:
    """The real numbers for which all statements hold, and what is to be said beside them.

    Raises:
        NoAnswer: They were not found.
    """
    builder, calculus = Builder(), Calculus()
    sides: list[sympy.Expr] = []
    symbol = builder.symbol(unknown)

    def value(expression: Expression) -> sympy.Expr:
        built = builder.build(expression)
        if symbol in limits_of_sums([built]):
            raise NoAnswer("the limit of a sum is a whole number, and inequalities are solved in real ones")
        if may_have_negative_base([built], symbol):
            raise NoAnswer("powers of what may be negative are not solved in inequalities")
        sides.append(built)
        found = calculus.evaluate(built)
        check_defined(found)
        if found.is_real is False and found.is_finite:
            raise NoAnswer("a complex number is neither greater nor less than another")
        return found

    relations: list[Relation] = []
    for statement in statements:
        if isinstance(statement, Membership):
            relations += _of_membership(statement, value)
            continue
        for left, sign, right in pairs(statement):
            ends = value(left), value(right)
            if any(end.is_infinite for end in ends):
                relations.append(_of_infinite(*ends, sign))
            else:
                difference = ends[0] - ends[1]
                is_nothing = attempt(sympy.simplify, difference, seconds=1.0) == 0
                relations.append(Relation(sympy.Integer(0) if is_nothing else difference, sign))
    if calculus.estimates:
        raise NoAnswer("no closed form of an integral was found")
    if calculus.gapped:
        raise NoAnswer("where the integral of the inequality exists was not found")
    check_excluded(sides, calculus.stated, [symbol], lambda _: True)
    conditions = [*builder.conditions, *calculus.conditions, *calculus.convergence, *calculus.stated]
    holds = [f"for {text}" for text in listed(calculus.stated)]
    return region(relations, conditions, symbol), [*builder.notes, *calculus.notes, *holds]


def _of_infinite(left: sympy.Expr, right: sympy.Expr, sign: str) -> Relation:
    """A comparison with infinity, which is always true or never for a real number."""
    truth = {
        "=": left == right,
        r"\neq": left != right,
        r"\lt": left == -sympy.oo or right == sympy.oo,
        r"\leq": left == -sympy.oo or right == sympy.oo,
        r"\gt": left == sympy.oo or right == -sympy.oo,
        r"\geq": left == sympy.oo or right == -sympy.oo,
    }[sign]
    return Relation(sympy.Integer(0 if truth else 1), "=")


def _of_membership(membership: Membership, value: _Value) -> list[Relation]:
    """A function that is 0 on the set and positive off it: the least distance from its pieces."""
    operand = value(membership.operand)
    pieces = complete(_distance(operand, piece, value) for piece in membership.pieces)
    relations: list[Relation] = []
    if pieces is not None:
        closed = sympy.Min(*(distance for distance, _ in pieces)) if len(pieces) > 1 else pieces[0][0]
        relations = [Relation(closed, "="), *_hull(operand, membership.pieces, value)]
        ends = {end for _, open_ends in pieces for end in open_ends}
        kept = {end for end in ends if any(_contains(piece, end, value) for piece in membership.pieces)}
        relations += [Relation(operand - end, r"\neq") for end in ends - kept]
    for piece in membership.without:
        if not isinstance(piece, Elements):
            raise NoAnswer("only single numbers can be taken out of a set")
        relations += [Relation(operand - value(member), r"\neq") for member in piece.members]
    return relations


def _hull(operand: sympy.Expr, pieces: Sequence[SetPiece], value: _Value) -> list[Relation]:
    """Between which numbers all pieces lie: nothing has to be searched for beyond these."""
    lows: list[sympy.Expr] = []
    highs: list[sympy.Expr] = []
    for piece in pieces:
        if isinstance(piece, Interval | Elements):
            members = piece.members if isinstance(piece, Elements) else (piece.lower,)
            lows += map(value, members)
            highs += map(value, members if isinstance(piece, Elements) else (piece.upper,))
    found = []
    if all(low.is_finite for low in lows):
        found.append(Relation(operand - sympy.Min(*lows), r"\geq"))
    if all(high.is_finite for high in highs):
        found.append(Relation(operand - sympy.Max(*highs), r"\leq"))
    return found


def _distance(operand: sympy.Expr, piece: SetPiece, value: _Value) -> tuple[sympy.Expr, tuple[sympy.Expr, ...]] | None:
    """How far the operand is from a piece with its ends, and those ends that are not part of it; None for all of ℝ."""
    match piece:
        case NamedSet("R"):
            return None
        case NamedSet("C"):
            raise NoAnswer("sets of complex numbers are not solved")
        case NamedSet():
            raise NoAnswer("which of these numbers are whole or rational is not asked in a way that is understood")
        case Elements(members):
            distances = [sympy.Abs(operand - value(member)) for member in members]
            return (sympy.Min(*distances) if len(distances) > 1 else distances[0]), ()
        case Interval(lower, upper, closed):
            low, high = value(lower), value(upper)
            if low == -sympy.oo and high == sympy.oo:
                return None
            parts = [sympy.Integer(0)]
            parts += [low - operand] if low.is_finite else []
            parts += [operand - high] if high.is_finite else []
            ends = zip((low, high), closed, strict=True)
            return sympy.Max(*parts), tuple(end for end, is_in in ends if not is_in and end.is_finite)
    raise TypeError(type(piece).__name__)


def _contains(piece: SetPiece, number: sympy.Expr, value: _Value) -> bool:
    match piece:
        case Elements(members):
            return any(sympy.simplify(value(member) - number) == 0 for member in members)
        case Interval(lower, upper, closed):
            low, high = value(lower), value(upper)
            return bool(
                (low < number or (closed[0] and low == number)) and (number < high or (closed[1] and number == high))
            )
    return True
