"""SymPy → LaTeX, exact and as a decimal."""

from __future__ import annotations

import sympy

from crohme.solver.errors import NoAnswer

DIGITS = 12
"""Significant digits of a decimal."""
MAX_LENGTH = 2000
"""Characters of the longest answer that is written out."""


def is_too_long(value: sympy.Expr) -> bool:
    """Whether this is a whole number with more than `MAX_LENGTH` digits."""
    return bool(value.is_Integer) and abs(value) >= 10**MAX_LENGTH


def latex(value: sympy.Basic) -> str:
    """A value or a set as LaTeX.

    Raises:
        NoAnswer: It would be longer than `MAX_LENGTH`.
    """
    names = {symbol: symbol.name for symbol in value.free_symbols}
    text = sympy.latex(value, ln_notation=True, symbol_names=names)
    if len(text) > MAX_LENGTH:
        raise NoAnswer(f"the answer is longer than {MAX_LENGTH} characters")
    return text


def decimal(value: sympy.Expr, prefix: str = "") -> str | None:
    """A number as a decimal in LaTeX.

    Args:
        value: Expr.
        prefix: str. `x = `, to stand before it; `=` becomes `\\approx` if the decimal is rounded.

    Returns:
        The decimal, or None if the value is infinite, has names in it, or is whole and not too long.
    """
    if value.free_symbols or value.is_finite is False or (_is_whole(value) and not is_too_long(value)):
        return None
    real, imaginary = sympy.N(value, DIGITS, chop=True).as_real_imag()
    if imaginary == 0:
        text = _digits(real)
    else:
        sign = "-" if imaginary < 0 else "+" if real != 0 else ""
        text = f"{_digits(real) if real != 0 else ''} {sign} {_digits(abs(imaginary))} i".strip()
    is_exact = value.is_Rational and sympy.Rational(_plain(real)) == value
    return (prefix if is_exact else prefix.replace("=", r"\approx")) + text


def _is_whole(value: sympy.Expr) -> bool:
    """Whether the value is a whole number, or a complex one of whole parts."""
    parts = value.as_coefficients_dict()
    return parts.keys() <= {sympy.S.One, sympy.I} and all(part.is_Integer for part in parts.values())


def _plain(number: sympy.Expr) -> str:
    mantissa, _, exponent = str(sympy.Float(number, DIGITS)).partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _digits(number: sympy.Expr) -> str:
    mantissa, _, exponent = _plain(number).partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa
