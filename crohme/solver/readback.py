"""What was understood → LaTeX that leaves no doubt: every product has its dot, every argument its brackets."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from crohme.solver.syntax import (
    Absolute,
    Add,
    Apply,
    Binomial,
    Call,
    Cases,
    Comparison,
    Constant,
    Definition,
    Degrees,
    Derivative,
    Determinant,
    Elements,
    Expression,
    Factorial,
    Integral,
    Interval,
    Limit,
    Matrix,
    Membership,
    MultiCall,
    Name,
    NamedSet,
    Negative,
    Number,
    Percent,
    PlusMinus,
    Power,
    Product,
    ProductOver,
    Quotient,
    Root,
    SetPiece,
    Statement,
    Summation,
    Transpose,
    Truth,
)

_COMMANDS = frozenset("sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth ln log exp max min gcd".split())
"""Functions that LaTeX has a command for."""
_PRIME = r"\prime"
_UPRIGHT = {"e": r"\mathrm{e}", "i": r"\mathrm{i}"}


class _Level(IntEnum):
    """How tightly a form holds together; a looser one inside a tighter one gets brackets."""

    OPEN = 0
    """Takes all terms that follow."""
    SUM = 1
    PRODUCT = 2
    PREFIX = 3
    FACTOR = 4
    ATOM = 5


def read_as(statements: Sequence[Statement]) -> str:
    """The statements as LaTeX, separated by commas.

    `\\mathrm{e}` and `\\mathrm{i}` are the constants, `\\ln` is the natural logarithm, `\\mathrm{d}` a
    differential: what stands in italics is a variable.
    """
    return r" , \; ".join(map(_statement, statements))


def _statement(statement: Statement) -> str:
    match statement:
        case Truth(is_true):
            return rf"\mathrm{{{str(is_true).lower()}}}"
        case Definition(function, parameters, body):
            return f"{function.latex} ( {_listed(parameters)} ) = {_text(body)}"
        case Membership(operand, pieces, without):
            united = r" \cup ".join(map(_piece, pieces))
            left_out = "".join(rf" \setminus {_piece(piece)}" for piece in without)
            return rf"{_text(operand)} \in {united}{left_out}"
    if not isinstance(statement, Comparison):
        return _text(statement)
    first, *others = map(_text, statement.sides)
    return " ".join([first, *(f"{sign} {side}" for sign, side in zip(statement.signs, others, strict=True))])


def _piece(piece: SetPiece) -> str:
    match piece:
        case NamedSet(letter):
            return rf"\mathbb{{{letter}}}"
        case Elements(members):
            return rf"\left\{{ {_listed(members)} \right\}}"
        case Interval(lower, upper, closed):
            opening, closing = "[" if closed[0] else "(", "]" if closed[1] else ")"
            return rf"\left{opening} {_text(lower)} , {_text(upper)} \right{closing}"
    raise TypeError(f"no form for {type(piece).__name__}")


def _listed(expressions: Sequence[Expression]) -> str:
    return " , ".join(map(_text, expressions))


def _text(expression: Expression, at_least: _Level = _Level.OPEN) -> str:
    text, level = _form(expression)
    return text if level >= at_least else f"( {text} )"


def _form(expression: Expression) -> tuple[str, _Level]:
    match expression:
        case Number(text):
            return text, _Level.ATOM
        case Constant(label):
            return _UPRIGHT.get(label, label), _Level.ATOM
        case Name():
            return expression.latex, _Level.ATOM
        case Negative(operand):
            return f"- {_text(operand, _Level.PRODUCT)}", _Level.SUM
        case PlusMinus(operand):
            return rf"\pm {_text(operand, _Level.PRODUCT)}", _Level.SUM
        case Add(terms):
            return _sum(terms), _Level.SUM
        case Product(factors):
            return r" \cdot ".join(_text(factor, _Level.FACTOR) for factor in factors), _Level.PRODUCT
        case Matrix(cells, columns):
            lines = [cells[start : start + columns] for start in range(0, len(cells), columns)]
            text = r" \\ ".join(" & ".join(map(_text, line)) for line in lines)
            return rf"\begin{{pmatrix}} {text} \end{{pmatrix}}", _Level.ATOM
        case Cases(values, conditions):
            texts = [*map(_statement, conditions), *[r"\text{otherwise}"] * (len(values) - len(conditions))]
            lines_ = r" \\ ".join(f"{_text(v)} & {text}" for v, text in zip(values, texts, strict=True))
            return rf"\begin{{cases}} {lines_} \end{{cases}}", _Level.OPEN
        case Absolute(operand):
            return f"| {_text(operand)} |", _Level.ATOM
        case MultiCall("mod", (left, right)):
            return rf"{_text(left, _Level.FACTOR)} \bmod {_text(right, _Level.FACTOR)}", _Level.OPEN
        case Limit():
            return _operator(expression), _Level.OPEN
        case Derivative() | Integral() | Summation() | ProductOver():
            return _operator(expression), _Level.PREFIX
        case _:
            return _factor(expression), _Level.FACTOR


def _sum(terms: tuple[Expression, ...]) -> str:
    first, *others = terms
    signed = [
        _text(term) if isinstance(term, Negative | PlusMinus) else f"+ {_text(term, _Level.PRODUCT)}" for term in others
    ]
    return " ".join([_text(first, _Level.SUM), *signed])


def _factor(expression: Expression) -> str:
    match expression:
        case Quotient(numerator, denominator):
            return rf"\frac{{{_text(numerator)}}}{{{_text(denominator)}}}"
        case Power(base, exponent):
            return f"{_text(base, _Level.ATOM)}^{{{_text(exponent)}}}"
        case Transpose(operand):
            return f"{_text(operand, _Level.ATOM)}^{{T}}"
        case Determinant(operand):
            return rf"\det ( {_text(operand)} )"
        case Root(radicand, index):
            return rf"\sqrt{'' if index is None else f'[{_text(index)}]'}{{{_text(radicand)}}}"
        case Factorial(operand):
            return f"{_text(operand, _Level.ATOM)}!"
        case Call("log" | "lg", argument, None):
            return rf"\log_{{10}} ( {_text(argument)} )"
        case Call(function, argument, base):
            command = _command(function)
            return rf"{command}{'' if base is None else f'_{{{_text(base)}}}'} ( {_text(argument)} )"
        case MultiCall(function, arguments):
            return f"{_command(function)} ( {_listed(arguments)} )"
        case Percent(operand):
            return rf"{_text(operand, _Level.FACTOR)} \%"
        case Degrees(operand):
            return rf"{_text(operand, _Level.ATOM)}^{{\circ}}"
        case Binomial(above, below):
            return rf"\binom{{{_text(above)}}}{{{_text(below)}}}"
        case Apply(definition, arguments, order):
            primes = f"^{{{' '.join([_PRIME] * order)}}}" if order else ""
            return f"{definition.function.latex}{primes} ( {_listed(arguments)} )"
    raise TypeError(f"no form for {type(expression).__name__}")


def _command(function: str) -> str:
    return rf"\{function}" if function in _COMMANDS else rf"\operatorname{{{function}}}"


def _operator(expression: Derivative | Integral | Summation | ProductOver | Limit) -> str:
    variable = expression.variable.latex
    if isinstance(expression, Derivative):
        order, sign = expression.order, r"\partial" if expression.is_partial else r"\mathrm{d}"
        above, below = (sign, variable) if order == 1 else (f"{sign}^{{{order}}}", f"{variable}^{{{order}}}")
        # Without brackets, that would be all terms that follow.
        return rf"\frac{{{above}}}{{{sign} {below}}} ( {_text(expression.body)} )"
    body = _text(expression.body, _Level.PRODUCT)
    match expression:
        case Integral(lower=lower, upper=upper):
            limits = "" if lower is None or upper is None else f"_{{{_text(lower)}}}^{{{_text(upper)}}}"
            return rf"\int{limits} {body} \, \mathrm{{d}} {variable}"
        case Summation(lower=lower, upper=upper) | ProductOver(lower=lower, upper=upper):
            sign = r"\sum" if isinstance(expression, Summation) else r"\prod"
            return rf"{sign}_{{{variable} = {_text(lower)}}}^{{{_text(upper)}}} {body}"
        case Limit(target=target, side=side):
            one_side = "" if side == "+-" else f"^{{{side}}}"
            return rf"\lim_{{{variable} \rightarrow {_text(target)}{one_side}}} {body}"
