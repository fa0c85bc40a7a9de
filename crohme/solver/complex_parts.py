"""Equations with the imaginary unit, of a real unknown: both their parts are 0."""

from __future__ import annotations

from collections.abc import Sequence

import sympy


def real_parts(equations: Sequence[sympy.Expr]) -> list[sympy.Expr] | None:
    """Real equations that say the same where all but i is real; None if i stands in something that is not undone.

    An equation without i is left as it is.
    """
    found: list[sympy.Expr] = []
    for equation in equations:
        if not equation.has(sympy.I):
            found.append(equation)
            continue
        parts = _parts(equation)
        if parts is None:
            return None
        found += [part for part in parts if part != 0]
    return found


def _parts(equation: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
    natural = equation.replace(
        lambda part: part.is_Pow and part.base.is_positive and part.exp.has(sympy.I),
        lambda part: sympy.exp(part.exp * sympy.log(part.base)),
    )
    expanded = sympy.expand(sympy.numer(sympy.together(natural.replace(sympy.exp, _by_euler))))
    real, imaginary = sympy.Integer(0), sympy.Integer(0)
    for term in sympy.Add.make_args(expanded):
        if not term.has(sympy.I):
            real += term
        elif (over_i := term / sympy.I).has(sympy.I):
            return None
        else:
            imaginary += over_i
    return sympy.simplify(real), sympy.simplify(imaginary)


def _by_euler(exponent: sympy.Expr) -> sympy.Expr:
    """`e^(a + ib)` as e^a (cos b + i sin b), if that is seen."""
    turned = sympy.expand(exponent).coeff(sympy.I)
    rest = sympy.expand(exponent - turned * sympy.I)
    if turned == 0 or rest.has(sympy.I) or turned.has(sympy.I):
        return sympy.exp(exponent)
    return sympy.exp(rest) * (sympy.cos(turned) + sympy.I * sympy.sin(turned))
