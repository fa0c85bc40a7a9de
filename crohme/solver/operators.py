"""Symbols that take what follows them: sums, limits, integrals, derivatives.

Sums and products take one term, up to the next + or -; limits and `\\frac{d}{dx}` take all terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from crohme.notation import Node, Relation
from crohme.notation.alphabet import Kind
from crohme.solver.calls import list_in_brackets
from crohme.solver.row_reader import RowReader
from crohme.solver.signs import (
    CLOSING,
    RELATIONS,
    SIGNS,
    is_differential,
    is_letter,
    refusal,
    show,
)
from crohme.solver.syntax import (
    Derivative,
    Expression,
    Integral,
    Limit,
    Name,
    Negative,
    Number,
    ProductOver,
    Statement,
    Summation,
    free_names,
    walk,
)

_LOWER = (Relation.SUB, Relation.BELOW)
_UPPER = (Relation.SUP, Relation.ABOVE)
_HIGHEST_ORDER = 99
_FROM = {r"\downarrow": "+", r"\uparrow": "-"}
"""In the place of the arrow: from which side."""
_ARGUMENT_KINDS = frozenset({Kind.DIGIT, Kind.IDENTIFIER, Kind.ROOT})


# === Sums and limits ===


def summation(parser: RowReader) -> Expression:
    """`\\sum_{i = a}^{b}` and the term after it."""
    node = parser.take(*_LOWER, *_UPPER)
    lower, upper = _limits(node)
    if lower is None or upper is None:
        raise refusal(f"{show([node])} does not say from where to where", [node])
    start = parser.over(lower)
    variable = start.variable()
    if not start.follows("="):
        raise refusal(f"{show(lower)} under {node.label} does not say where {variable.latex} starts", [node])
    start.take()
    first = start.rest()
    kind = Summation if node.label == r"\sum" else ProductOver
    return kind(_body(parser, node, variable), variable, first, parser.inner(upper))


def limit(parser: RowReader) -> Expression:
    """`\\lim_{x \\rightarrow a}` and the term after it. `a^{+}`, `a +` and `a + 0` say from which side."""
    node = parser.take(*_LOWER)
    lower, _ = _limits(node)
    if lower is None:
        raise refusal(f"{show([node])} does not say of which variable", [node])
    target, side = _side(lower)
    approach = parser.over(target)
    variable = approach.variable()
    if approach.follows(*_FROM):
        side = _FROM[approach.row[approach.position].label]
    elif not approach.follows(r"\rightarrow"):
        raise refusal(f"{show(lower)} under the limit does not say where {variable.latex} goes", [node])
    approach.take()
    goal = approach.rest()
    body, spans = _body_and_span(parser, node, variable)
    return Limit(body, variable, goal, side, spans)


def _side(lower: tuple[Node, ...]) -> tuple[tuple[Node, ...], str]:
    """What stands under a limit without the sign that says from which side, and this sign; `+-` for both."""
    last = lower[-1]
    if (signs := last.rows.get(Relation.SUP)) and show(signs) in ("+", "-"):
        kept: dict[Relation, tuple[Node, ...]] = {r: row for r, row in last.rows.items() if r is not Relation.SUP}
        return (*lower[:-1], replace(last, rows=kept)), signs[0].label
    length = 1 if last.label in ("+", "-") else 2
    sign = lower[-length] if len(lower) > length + 2 else None  # x, an arrow and where x goes come before it
    if sign is None or sign.rows or sign.label not in ("+", "-") or (length == 2 and (last.label != "0" or last.rows)):
        return lower, "+-"
    return lower[:-length], sign.label


def _limits(node: Node) -> tuple[tuple[Node, ...] | None, tuple[Node, ...] | None]:
    """The rows below and above a sign; beside it means the same."""
    found = []
    for relations in (_LOWER, _UPPER):
        present = [node.rows[relation] for relation in relations if relation in node.rows]
        if len(present) > 1:
            raise refusal(f"{node.label} has two rows at one end", [node])
        found.append(present[0] if present else None)
    return found[0], found[1]


def _body(parser: RowReader, operator: Node, variable: Name) -> Expression:
    """The one term that an operator is of, in which the letter of `variable` is a name."""
    return _body_and_span(parser, operator, variable, takes_sum=False)[0]


def _body_and_span(
    parser: RowReader, operator: Node, variable: Name, takes_sum: bool = True
) -> tuple[Expression, bool]:
    """What a limit or a derivative is of: all terms, up to another such operator, and whether they are many."""
    outer, parser.bound = parser.bound, parser.bound | {variable.label}
    minus = parser.take() if parser.follows("-") else None
    start = parser.position
    first = parser.product(after=minus or operator)
    terms = [first if minus is None else Negative(first)]
    if takes_sum and not (operator.is_fraction and _is_bracket(parser.row[start : parser.position])):
        while parser.more_terms() and not _next_term_has_operator(parser):
            terms.append(parser.signed_term())
    parser.bound = outer
    body = parser.added(terms)
    _check_subscripts(body, variable, operator)
    return body, len(terms) > 1


def _is_bracket(row: Sequence[Node]) -> bool:
    """Whether these nodes are one pair of brackets: what is differentiated is clear then."""
    return row[0].label in ("(", "[") and list_in_brackets(row, 1, CLOSING[row[0].label])[0] == len(row) - 1


def _next_term_has_operator(parser: RowReader) -> bool:
    for node in parser.row[parser.position + 1 :]:
        if node.label in SIGNS | RELATIONS and not node.is_fraction:
            return False
        if node.label == r"\lim" or (node.is_fraction and _is_derivative(node)):
            return True
    return False


def _check_subscripts(body: Statement, variable: Name, operator: Node) -> None:
    """Refuse `\\sum_{i = 1}^{n} x_{i}`: each index would want its own value."""
    for part in walk(body):
        if isinstance(part, Name) and variable.label in part.subscript:
            raise refusal(f"what {part.latex} is for each {variable.latex} is not said", [operator])


# === Integrals and derivatives ===


def integral(parser: RowReader) -> Expression:
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


def derivative(parser: RowReader) -> Expression | None:
    """`\\frac{d}{d x}` and what comes after it, or `\\frac{d x^{2}}{d x}`; None for any other fraction."""
    node = parser.peek()
    assert node is not None
    if not _is_derivative(node):
        return None
    above, below = node.rows[Relation.ABOVE], node.rows[Relation.BELOW]
    parser.take(Relation.ABOVE, Relation.BELOW)
    by = [_differentiated_by(parser, pair, node) for pair in zip(below[::2], below[1::2], strict=True)]
    if _order(above[0], node) != sum(order for _, order in by):
        raise refusal(f"{show([node])} is not understood: the orders above and below differ", [node])
    for variable, _ in by:
        _check_no_constant(variable, node)
    spans = False
    if len(above) > 1:
        operand = parser.over(above[1:])
        body = operand.product()
        if operand.peek() is not None:
            raise refusal(f"how much of {show(above)} is differentiated is not clear: write brackets", [node])
    else:
        body, spans = _body_and_span(parser, node, by[0][0])
    names = free_names(body)
    is_partial = above[0].label == r"\partial"
    is_open = isinstance(body, Name)  # \partial f / \partial x: a letter alone stands for a function
    for variable, order in reversed(by):
        if names and variable not in names and (is_open or not is_partial):
            unknown = " , ".join(sorted(name.latex for name in names))
            raise refusal(f"how {unknown} depends on {variable.latex} is not said", [node])
        body = Derivative(body, variable, order, is_partial, spans)
        spans = False
    return body


def _is_derivative(node: Node) -> bool:
    above, below = node.rows[Relation.ABOVE], node.rows[Relation.BELOW]
    return (
        above[0].label in ("d", r"\partial")
        and len(below) % 2 == 0
        and all(
            sign.label == above[0].label and is_letter(letter)
            for sign, letter in zip(below[::2], below[1::2], strict=False)
        )
    )


def _differentiated_by(parser: RowReader, pair: tuple[Node, Node], fraction: Node) -> tuple[Name, int]:
    sign, letter = pair
    bare = replace(letter, rows={r: row for r, row in letter.rows.items() if r is not Relation.SUP})
    if sign.rows:
        raise refusal(f"{show([fraction])} is not understood: the orders above and below differ", [fraction])
    return parser.over((bare,)).variable(), _order(letter, fraction)


def _order(node: Node, fraction: Node) -> int:
    exponent = node.rows.get(Relation.SUP, ())
    if not exponent:
        return 1
    digits = "".join(n.label for n in exponent)
    if any(n.rows for n in exponent) or not digits.isdigit() or not 1 <= int(digits) <= _HIGHEST_ORDER:
        cause = f"its order is no whole number from 1 to {_HIGHEST_ORDER}"
        raise refusal(f"{show([fraction])} is not understood: {cause}", [fraction])
    return int(digits)


def _check_no_constant(variable: Name, operator: Node) -> None:
    if variable.latex in ("e", "i", r"\pi"):
        raise refusal(f"d {variable.latex}: {variable.latex} is taken for the constant", [operator])


READERS: dict[str, Callable[[RowReader], Expression]] = {
    r"\sum": summation,
    r"\prod": summation,
    r"\lim": limit,
    r"\int": integral,
}
