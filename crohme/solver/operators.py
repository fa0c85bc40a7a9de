"""Symbols that take what follows them: functions, sums, limits, integrals, derivatives.

Sums, limits and `\\frac{d}{dx}` take one term, up to the next + or -. A function takes the brackets
after it, or else all letters, numbers, fractions and roots up to the next sign, bracket or function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from crohme.notation import FUNCTIONS, Node, Relation
from crohme.notation.alphabet import Kind
from crohme.solver.signs import PRIME, has_differential, is_differential, is_letter, kind_of, refusal, show
from crohme.solver.syntax import (
    Call,
    Derivative,
    Expression,
    Integral,
    Limit,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Statement,
    Summation,
    free_names,
    walk,
)

if TYPE_CHECKING:
    from crohme.solver.parser import RowParser

_LOWER = (Relation.SUB, Relation.BELOW)
_UPPER = (Relation.SUP, Relation.ABOVE)
_ARGUMENT_KINDS = frozenset({Kind.DIGIT, Kind.IDENTIFIER, Kind.ROOT})


# === Functions ===


def call(parser: RowParser) -> Expression:
    """`\\sin`, `\\cos`, `\\tan`, `\\log` and what it is of. `\\sin^{-1}` is the inverse function."""
    node = parser.take(Relation.SUP, *([Relation.SUB] if parser.follows(r"\log") else []))
    function, exponent = node.label[1:], node.rows.get(Relation.SUP, ())
    if exponent and exponent[0].label in ("-", PRIME):
        if show(exponent) != "- 1" or function == "log":
            raise refusal(f"{show([node])} is not understood", [node])
        function, exponent = f"arc{function}", ()
    base = parser.inner(node.rows[Relation.SUB]) if Relation.SUB in node.rows else None
    power = parser.inner(exponent) if exponent else None
    if kind_of_next(parser) is Kind.OPENING:
        argument, closing = parser.fenced()
        result = parser.powers(closing, _raised(Call(function, argument, base), power))
    else:
        result = _raised(Call(function, _argument(parser, node), base), power)
    return result


def kind_of_next(parser: RowParser) -> Kind | None:
    """Kind of the symbol that comes next, None at the end."""
    node = parser.peek()
    return None if node is None else kind_of(node)


def _raised(called: Call, power: Expression | None) -> Expression:
    return called if power is None else Power(called, power)


def _argument(parser: RowParser, function: Node) -> Expression:
    minus = parser.take() if parser.follows("-") else None
    stops = parser.follows("|", *FUNCTIONS)
    factors = [parser.factor(minus or function)]
    while not stops and not parser.at_end_of_term() and _continues_argument(parser):
        factors.append(parser.factor())
    argument = factors[0] if len(factors) == 1 else Product(tuple(factors))
    return argument if minus is None else Negative(argument)


def _continues_argument(parser: RowParser) -> bool:
    node = parser.peek()
    assert node is not None
    if node.is_fraction:
        return not (parser.open_integrals and has_differential(node))
    return kind_of(node) in _ARGUMENT_KINDS


# === Sums and limits ===


def summation(parser: RowParser) -> Expression:
    """`\\sum_{i = a}^{b}` and the term after it."""
    node = parser.take(*_LOWER, *_UPPER)
    lower, upper = _limits(node)
    if lower is None or upper is None:
        raise refusal(f"{show([node])} does not say from where to where", [node])
    start = parser.over(lower)
    variable = start.variable()
    if not start.follows("="):
        raise refusal(f"{show(lower)} under the sum does not say where {variable.latex} starts", [node])
    start.take()
    first = start.rest()
    return Summation(_body(parser, node, variable), variable, first, parser.inner(upper))


def limit(parser: RowParser) -> Expression:
    """`\\lim_{x \\rightarrow a}` and the term after it. `a^{+}` and `a^{-}` are limits from one side."""
    node = parser.take(*_LOWER)
    lower, _ = _limits(node)
    if lower is None:
        raise refusal(f"{show([node])} does not say of which variable", [node])
    target, side = lower, "+-"
    if (signs := lower[-1].rows.get(Relation.SUP)) and show(signs) in ("+", "-"):
        kept = {relation: row for relation, row in lower[-1].rows.items() if relation is not Relation.SUP}
        target, side = (*lower[:-1], replace(lower[-1], rows=kept)), signs[0].label
    approach = parser.over(target)
    variable = approach.variable()
    if not approach.follows(r"\rightarrow"):
        raise refusal(f"{show(lower)} under the limit does not say where {variable.latex} goes", [node])
    approach.take()
    goal = approach.rest()
    return Limit(_body(parser, node, variable), variable, goal, side)


def _limits(node: Node) -> tuple[tuple[Node, ...] | None, tuple[Node, ...] | None]:
    """The rows below and above a sign; beside it means the same."""
    found = []
    for relations in (_LOWER, _UPPER):
        present = [node.rows[relation] for relation in relations if relation in node.rows]
        if len(present) > 1:
            raise refusal(f"{node.label} has two rows at one end", [node])
        found.append(present[0] if present else None)
    return found[0], found[1]


def _body(parser: RowParser, operator: Node, variable: Name) -> Expression:
    """The term after an operator, in which the letter of `variable` is a name."""
    outer, parser.bound = parser.bound, parser.bound | {variable.label}
    minus = parser.take() if parser.follows("-") else None
    body = parser.product(after=minus or operator)
    parser.bound = outer
    _check_subscripts(body, variable, operator)
    return body if minus is None else Negative(body)


def _check_subscripts(body: Statement, variable: Name, operator: Node) -> None:
    """Refuse `\\sum_{i = 1}^{n} x_{i}`: each index would want its own value."""
    for part in walk(body):
        if isinstance(part, Name) and variable.label in part.subscript:
            raise refusal(f"what {part.latex} is for each {variable.latex} is not said", [operator])


# === Integrals and derivatives ===


def integral(parser: RowParser) -> Expression:
    """`\\int` up to its differential, which may also stand in the numerator of the last fraction."""
    node = parser.take(*_LOWER, *_UPPER)
    lower, upper = _limits(node)
    if (lower is None) != (upper is None):
        raise refusal(f"{show([node])} has one limit only", [node])
    parser.open_integrals += 1
    body: Expression = Number("1") if parser.at_differential() else parser.sum()
    parser.open_integrals -= 1
    if parser.differential is not None:
        variable, parser.differential = parser.differential, None
    elif is_differential(parser.row[parser.position : parser.position + 2]):
        parser.take()
        variable = parser.variable()
    else:
        raise refusal(f"{show([node])} without its differential: d x is missing", [node])
    _check_no_constant(variable, node)
    _check_subscripts(body, variable, node)
    if lower is None or upper is None:
        return Integral(body, variable)
    return Integral(body, variable, parser.inner(lower), parser.inner(upper))


def derivative(parser: RowParser) -> Expression | None:
    """`\\frac{d}{d x}` and the term after it, or `\\frac{d x^{2}}{d x}`; None for any other fraction."""
    node = parser.peek()
    assert node is not None
    above, below = node.rows[Relation.ABOVE], node.rows[Relation.BELOW]
    if above[0].label != "d" or below[0].label != "d" or len(below) != 2 or not is_letter(below[1]):
        return None
    parser.take(Relation.ABOVE, Relation.BELOW)
    order = _order(above[0], node)
    variable_node = replace(below[1], rows={r: row for r, row in below[1].rows.items() if r is not Relation.SUP})
    if below[0].rows or _order(below[1], node) != order:
        raise refusal(f"{show([node])} is not understood: the orders above and below differ", [node])
    variable = parser.over((variable_node,)).variable()
    _check_no_constant(variable, node)
    if len(above) > 1:
        operand = parser.over(above[1:])
        body = operand.product()
        if operand.peek() is not None:
            raise refusal(f"how much of {show(above)} is differentiated is not clear: write brackets", [node])
    else:
        body = _body(parser, node, variable)
    names = free_names(body)
    if names and variable not in names:
        unknown = " , ".join(sorted(name.latex for name in names))
        raise refusal(f"how {unknown} depends on {variable.latex} is not said", [node])
    return Derivative(body, variable, order)


def _order(node: Node, fraction: Node) -> int:
    exponent = node.rows.get(Relation.SUP, ())
    if not exponent:
        return 1
    digits = "".join(n.label for n in exponent)
    if any(n.rows for n in exponent) or not digits.isdigit() or not 1 <= int(digits) <= 9:
        raise refusal(f"{show([fraction])} is not understood: its order is no digit", [fraction])
    return int(digits)


def _check_no_constant(variable: Name, operator: Node) -> None:
    if variable.latex in ("e", "i", r"\pi"):
        raise refusal(f"d {variable.latex}: {variable.latex} is taken for the constant", [operator])


READERS: dict[str, Callable[[RowParser], Expression]] = {r"\sum": summation, r"\lim": limit, r"\int": integral}
