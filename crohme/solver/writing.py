"""SymPy → LaTeX that the solver reads, exact and as a decimal."""

from __future__ import annotations

import math

import mpmath
import sympy

from crohme.solver.errors import NoAnswer
from crohme.solver.forms import is_presentable
from crohme.solver.numeric import number
from crohme.solver.quadrature import Estimate
from crohme.solver.regions import Piece, Region
from crohme.solver.zeros import Point

DIGITS = 12
"""Significant digits of a decimal."""
MAX_LENGTH = 2000
"""Characters of the longest answer that is written out."""
_MANY_OPERATIONS = 100
_LONG_INTEGER = 10**15
_LARGE_FRACTION = 10**7


def is_too_long(value: sympy.Expr) -> bool:
    """Whether this is a number that takes more than `MAX_LENGTH` characters: one with many digits, or a long sum."""
    if value.is_Rational:
        return bool(abs(value.p) * value.q >= 10**MAX_LENGTH)
    is_long = value.is_number and value.is_finite and value.count_ops() > _MANY_OPERATIONS
    return bool(is_long) and len(sympy.latex(value)) > MAX_LENGTH


def is_better_as_decimal(value: sympy.Expr) -> bool:
    """Whether a decimal says more: of a fraction such as 1.6e-19; of a complex root, whose LaTeX means the real one."""
    if not value.free_symbols and any(map(_is_complex_root, value.atoms(sympy.Pow))):
        return True
    if not value.is_Rational or value.is_Integer or max(abs(value.p), value.q) < _LARGE_FRACTION:
        return False
    return bool(sympy.Rational(_plain(value)) == value)


def _is_complex_root(power: sympy.Pow) -> bool:
    """Whether this is the principal value of a power of a negative number that has a real one, too."""
    return bool(power.base.is_negative and power.exp.is_Rational and power.exp.q > 1 and power.exp.q % 2)


def latex(value: sympy.Basic) -> str:
    """A value as LaTeX.

    Raises:
        NoAnswer: It would be longer than `MAX_LENGTH`, or has functions that people do not write.
    """
    if not is_presentable(value):
        raise NoAnswer("no closed form was found")
    names = {symbol: symbol.name for symbol in value.free_symbols}
    text: str = sympy.latex(value, ln_notation=True, inv_trig_style="full", symbol_names=names)
    if len(text) > MAX_LENGTH:
        raise NoAnswer(f"the answer is longer than {MAX_LENGTH} characters")
    return text


def matrix_latex(value: sympy.MatrixBase) -> str:
    """A matrix as LaTeX, in round brackets."""
    lines = r" \\ ".join(" & ".join(map(latex, value.row(line))) for line in range(value.rows))
    text = rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"
    if len(text) > MAX_LENGTH:
        raise NoAnswer(f"the answer is longer than {MAX_LENGTH} characters")
    return text


def decimal(value: sympy.Expr, prefix: str = "") -> str | None:
    """A number as a decimal in LaTeX.

    Args:
        value: Expr.
        prefix: str. `x = `, to stand before it; `=` becomes `\\approx` if the decimal is rounded.

    Returns:
        The decimal, or None if the value is infinite, has names in it, or is whole and not long.
    """
    if value.free_symbols or value.is_finite is False or (_is_whole(value) and not _is_long(value)):
        return None
    real, imaginary = _parts(value)
    if imaginary == 0:
        text = _digits(real)
    else:
        sign = "-" if imaginary < 0 else "+" if real != 0 else ""
        text = f"{_digits(real) if real != 0 else ''} {sign} {_digits(abs(imaginary))} i".strip()
    is_exact = value.is_Rational and sympy.Rational(_plain(real)) == value
    return (prefix if is_exact else prefix.replace("=", r"\approx")) + text


def _parts(value: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Real and imaginary part; one that is nothing beside the other is 0, if it is 0 with more digits too."""
    if value.is_Rational:
        return value, sympy.Integer(0)
    if value.is_extended_real:
        return sympy.N(value, DIGITS + 3), sympy.Integer(0)
    size = number(value)
    if size is None:
        raise NoAnswer("it has no value that could be computed")
    nothing = mpmath.mpf(10) ** -30 * abs(size)
    parts = [
        sympy.Integer(0) if abs(part) <= nothing else sympy.Float(str(part), 20) for part in (size.real, size.imag)
    ]
    return parts[0], parts[1]


def _is_long(value: sympy.Expr) -> bool:
    return bool(value.is_Integer) and abs(value) >= _LONG_INTEGER


def _is_whole(value: sympy.Expr) -> bool:
    """Whether the value is a whole number, or a complex one of whole parts."""
    parts = value.as_coefficients_dict()
    return parts.keys() <= {sympy.S.One, sympy.I} and all(part.is_Integer for part in parts.values())


def _plain(value: sympy.Expr, digits: int = DIGITS) -> str:
    mantissa, _, exponent = str(sympy.Float(value, digits)).partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _digits(value: sympy.Expr, digits: int = DIGITS) -> str:
    mantissa, _, exponent = _plain(value, digits).partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa


def rounded(found: Estimate, prefix: str = "") -> tuple[str, str]:
    """A number with an error, in as many digits as are right, and what is to be said about it."""
    prefix = prefix.replace("=", r"\approx")
    if abs(found.value) <= found.error:
        return f"{prefix}0", f"numerically: 0, error below {_power_of_ten(found.error)}"
    digits = min(DIGITS, math.floor(math.log10(abs(found.value) / found.error)))
    if digits < 3:
        raise NoAnswer("its value was not found with a useful bound of the error")
    error = found.error + abs(found.value) * 10.0**-digits
    return prefix + _digits(sympy.Float(found.value, 17), digits), f"numerically: error below {_power_of_ten(error)}"


def _power_of_ten(error: float) -> str:
    return f"1e{math.ceil(math.log10(error))}"


# === Sets ===


def region_latex(name: str, found: Region, n: str) -> str:
    """Intervals and numbers as a set; those that repeat themselves with a whole number `n`."""
    pieces = [_piece(piece, found.period, n) for piece in found.pieces]
    text = rf"{name} \in {_union(found, pieces)}"
    return text if found.period is None else rf"{text} , \; {n} \in \mathbb{{Z}}"


def _union(found: Region, pieces: list[str]) -> str:
    if found.pieces == (Piece(None, None, (False, False)),):
        return r"\mathbb{R}"
    holes = _holes(found)
    if holes:
        return rf"\mathbb{{R}} \setminus \left\{{ {' , '.join(holes)} \right\}}"
    return r" \cup ".join(pieces)


def _holes(found: Region) -> list[str]:
    """The numbers that are missing, if the rest of the real line is there."""
    pieces = found.pieces
    if found.period is not None or len(pieces) < 2 or pieces[0].low is not None or pieces[-1].high is not None:
        return []
    if any(a.high is not b.low or a.is_point or b.is_point for a, b in zip(pieces, pieces[1:], strict=False)):
        return []
    return [end(a.high) for a in pieces[:-1] if a.high is not None]


def _piece(piece: Piece, period: sympy.Expr | None, n: str) -> str:
    low = r"-\infty" if piece.low is None else end(piece.low, period, n)
    high = r"\infty" if piece.high is None else end(piece.high, period, n)
    if piece.is_point:
        return rf"\left\{{ {low} \right\}}"
    opening, closing = "[" if piece.closed[0] else "(", "]" if piece.closed[1] else ")"
    return rf"\left{opening} {low} , {high} \right{closing}"


def end(at: Point, period: sympy.Expr | None = None, n: str = "n") -> str:
    """An end of an interval; without a closed form, in `DIGITS` digits."""
    if at.exact is None:
        text = _digits(sympy.Float(str(at.value), 20))
    else:
        text = latex(at.exact)
    if period is None:
        return text
    counted = latex(period * sympy.Symbol(n, integer=True))
    return counted if text == "0" else f"{counted} {text}" if text.startswith("-") else f"{counted} + {text}"
