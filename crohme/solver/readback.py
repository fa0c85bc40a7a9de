"""What was understood → LaTeX that leaves no doubt: every product has its dot, every argument its brackets."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from crohme.solver.syntax import (
    Absolute,
    Add,
    Call,
    Comparison,
    Constant,
    Derivative,
    Expression,
    Factorial,
    Integral,
    Limit,
    Name,
    Negative,
    Number,
    PlusMinus,
    Power,
    Product,
    Quotient,
    Root,
    Statement,
    Summation,
)

_UPRIGHT = {"e": r"\mathrm{e}", "i": r"\mathrm{i}"}


class _Level(IntEnum):
    """How tightly a form holds together; a looser one inside a tighter one gets brackets."""

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
    if not isinstance(statement, Comparison):
        return _text(statement)
    first, *others = map(_text, statement.sides)
    return " ".join([first, *(f"{sign} {side}" for sign, side in zip(statement.signs, others, strict=True))])


def _text(expression: Expression, at_least: _Level = _Level.SUM) -> str:
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
        case Absolute(operand):
            return f"| {_text(operand)} |", _Level.ATOM
        case Derivative() | Integral() | Summation() | Limit():
            return _operator(expression), _Level.PREFIX
        case _:
            return _factor(expression), _Level.FACTOR


def _sum(terms: tuple[Expression, ...]) -> str:
    first, *others = terms
    signed = [
        _text(term) if isinstance(term, Negative | PlusMinus) else f"+ {_text(term, _Level.PRODUCT)}" for term in others
    ]
    return " ".join([_text(first), *signed])


def _factor(expression: Expression) -> str:
    match expression:
        case Quotient(numerator, denominator):
            return rf"\frac{{{_text(numerator)}}}{{{_text(denominator)}}}"
        case Power(base, exponent):
            return f"{_text(base, _Level.ATOM)}^{{{_text(exponent)}}}"
        case Root(radicand, None):
            return rf"\sqrt{{{_text(radicand)}}}"
        case Root(radicand, index):
            return rf"\sqrt[{_text(index)}]{{{_text(radicand)}}}"
        case Factorial(operand):
            return f"{_text(operand, _Level.ATOM)}!"
        case Call("log", argument, None):
            return rf"\ln ( {_text(argument)} )"
        case Call(function, argument, base):
            return rf"\{function}{'' if base is None else f'_{{{_text(base)}}}'} ( {_text(argument)} )"
    raise TypeError(f"no form for {type(expression).__name__}")


def _operator(expression: Derivative | Integral | Summation | Limit) -> str:
    body, variable = _text(expression.body, _Level.PRODUCT), expression.variable.latex
    match expression:
        case Derivative(order=1):
            return rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}} {variable}}} {body}"
        case Derivative(order=order):
            return rf"\frac{{\mathrm{{d}}^{{{order}}}}}{{\mathrm{{d}} {variable}^{{{order}}}}} {body}"
        case Integral(lower=None):
            return rf"\int {body} \, \mathrm{{d}} {variable}"
        case Integral(lower=lower, upper=upper):
            return rf"\int_{{{_text(lower)}}}^{{{_text(upper)}}} {body} \, \mathrm{{d}} {variable}"
        case Summation(lower=lower, upper=upper):
            return rf"\sum_{{{variable} = {_text(lower)}}}^{{{_text(upper)}}} {body}"
        case Limit(target=target, side=side):
            one_side = "" if side == "+-" else f"^{{{side}}}"
            return rf"\lim_{{{variable} \rightarrow {_text(target)}{one_side}}} {body}"
