"""Functions and what they are of: the brackets after them, or else all letters, numbers, fractions and roots up to
the next sign, bracket or function."""

from __future__ import annotations

from collections.abc import Sequence

from crohme.notation import Node, Relation
from crohme.notation.alphabet import Kind
from crohme.solver.functions import CALLS, INVERSES, LISTED, SYNONYMS, WITH_H
from crohme.solver.row_reader import RowReader
from crohme.solver.signs import CLOSING, PRIME, has_differential, kind_of, refusal, show
from crohme.solver.syntax import Apply, Call, Definition, Determinant, Expression, MultiCall, Negative, Power, Product

_ARGUMENT_KINDS = frozenset({Kind.DIGIT, Kind.IDENTIFIER, Kind.ROOT})


def call(parser: RowReader) -> Expression:
    """A function and what it is of. `\\sin^{-1}` is the inverse function."""
    node = parser.take(Relation.SUP, *([Relation.SUB] if parser.follows(r"\log") else []))
    function, exponent = node.label[1:], node.rows.get(Relation.SUP, ())
    written = function if function in WITH_H else ""
    function = SYNONYMS.get(function, function)
    if function in LISTED:
        return _listed(parser, node, function)
    if function == "det" and not node.rows:
        inside, closing = (
            parser.fenced() if kind_of_next(parser) is Kind.OPENING and not _opens_grid(parser) else (None, node)
        )
        return Determinant(parser.factor(node)) if inside is None else parser.powers(closing, Determinant(inside))
    if function not in CALLS:
        raise refusal(f"{node.label} is not understood here", [node])
    if exponent and exponent[0].label in ("-", PRIME):
        if show(exponent) != "- 1" or function not in INVERSES:
            raise refusal(f"{show([node])} is not understood", [node])
        function, exponent = INVERSES[function], ()
    base = parser.inner(node.rows[Relation.SUB]) if Relation.SUB in node.rows else None
    power = parser.inner(exponent) if exponent else None
    if kind_of_next(parser) is Kind.OPENING and not _opens_grid(parser):
        argument, closing = parser.fenced()
        result = parser.powers(closing, _raised(Call(function, argument, base, written), power))
    else:
        result = _raised(Call(function, _argument(parser, node), base, written), power)
    return result


def _opens_grid(parser: RowReader) -> bool:
    following = parser.peek(1)
    return following is not None and following.is_grid


def _listed(parser: RowReader, node: Node, function: str) -> Expression:
    """`max(2, 3)`: commas separate, also between digits."""
    if node.rows:
        raise refusal(f"{show([node])} is not understood", [node])
    arguments, closing = _arguments(parser, node)
    return parser.powers(closing, MultiCall(function, arguments))


def _arguments(parser: RowReader, function: Node) -> tuple[tuple[Expression, ...], Node]:
    """What stands in the brackets that come next, separated by commas; and the closing bracket."""
    if kind_of_next(parser) is not Kind.OPENING:
        raise refusal(f"{show([function])} wants brackets", [function])
    opening = parser.take()
    end, parts = list_in_brackets(parser.row, parser.position, CLOSING[opening.label])
    if end is None:
        raise refusal(f"{show([opening])} is never closed", [opening])
    parser.position = end
    closing = parser.take(Relation.SUP)
    if not all(parts):
        raise refusal(f"something is missing between {show([opening])} and {show([closing])}", [opening, closing])
    return tuple(parser.inner(part) for part in parts), closing


def list_in_brackets(row: Sequence[Node], start: int, closing: str) -> tuple[int | None, list[tuple[Node, ...]]]:
    """Where brackets that are open before `start` close, and what stands between their commas."""
    parts: list[tuple[Node, ...]] = []
    depth, begin = 0, start
    for index in range(start, len(row)):
        label = row[index].label
        if depth == 0 and label == closing:
            return index, [*parts, tuple(row[begin:index])]
        if label != "|":
            depth += (label in CLOSING) - (label in CLOSING.values())
        if label == "," and depth == 0:
            parts.append(tuple(row[begin:index]))
            begin = index + 1
    return None, parts


def application(parser: RowReader, definition: Definition) -> Expression:
    """A defined function with its arguments; without brackets, of its own variables."""
    node = parser.take(Relation.SUP)
    exponent = node.rows.get(Relation.SUP, ())
    order = len(exponent) if exponent and all(n.label == PRIME for n in exponent) else 0
    if exponent and order == 0 and parser.follows("("):
        raise refusal(f"{show([node])} before brackets is not understood: write the power behind them", [node])
    if order and len(definition.parameters) != 1:
        raise refusal(f"by what {show([node])} is differentiated is not said", [node])
    if not parser.follows("("):
        applied = Apply(definition, definition.parameters, order)
        return applied if order else parser.powers(node, applied)
    arguments, closing = _arguments(parser, node)
    if len(arguments) != len(definition.parameters):
        raise refusal(f"{show([node])} has {len(definition.parameters)} variables, not {len(arguments)}", [node])
    return parser.powers(closing, Apply(definition, arguments, order))


def kind_of_next(parser: RowReader) -> Kind | None:
    """Kind of the symbol that comes next, None at the end."""
    node = parser.peek()
    return None if node is None else kind_of(node)


def _raised(called: Call, power: Expression | None) -> Expression:
    return called if power is None else Power(called, power)


def _argument(parser: RowReader, function: Node) -> Expression:
    minus = parser.take() if parser.follows("-") else None
    stops = parser.follows("|") or kind_of_next(parser) is Kind.FUNCTION
    factors = [parser.factor(minus or function)]
    while not stops and not parser.at_end_of_term() and _continues_argument(parser):
        factors.append(parser.factor())
    argument = factors[0] if len(factors) == 1 else Product(tuple(factors))
    return argument if minus is None else Negative(argument)


def _continues_argument(parser: RowReader) -> bool:
    node = parser.peek()
    assert node is not None
    if node.is_fraction:
        return not (parser.open_integrals and has_differential(node))
    return kind_of(node) in _ARGUMENT_KINDS
