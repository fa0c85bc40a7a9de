"""Products of powers of numbers that equal one another: `2^{x} 3^{y} = 12` is linear in x and y."""

from __future__ import annotations

from collections.abc import Collection

import sympy

from crohme.solver.numeric import complete


def without_powers(equation: sympy.Expr, unknowns: Collection[sympy.Symbol]) -> sympy.Expr:
    """What is 0 where an equation is, without powers of numbers; the equation itself if it is none of this kind.

    Args:
        equation: Expr. It must be 0.
        unknowns: collection of Symbol. Real ones.
    """
    terms = sympy.Add.make_args(equation)
    if len(terms) > 2 or not any(part.base.is_number for part in equation.atoms(sympy.Pow, sympy.exp)):
        return equation
    sides = [_logarithm(term, unknowns) for term in terms]
    if len(sides) == 1:  # it is never 0
        return equation if sides[0] is None else sympy.Integer(1)
    if sides[0] is None or sides[1] is None or sides[0][0] != -sides[1][0]:
        return equation
    return sympy.expand(sides[0][1] - sides[1][1])


def _logarithm(term: sympy.Expr, unknowns: Collection[sympy.Symbol]) -> tuple[int, sympy.Expr] | None:
    """The sign of a product of powers of positive numbers, and the logarithm of its size; None for anything else."""
    number, rest = term.as_independent(*unknowns, as_Add=False)
    if not (number.is_Rational and number != 0):
        return None
    logarithms = complete(_of_power(factor) for factor in sympy.Mul.make_args(rest) if factor != 1)
    if logarithms is None:
        return None
    return int(sympy.sign(number)), sympy.Add(_of_number(abs(number)), *logarithms)


def _of_power(factor: sympy.Expr) -> sympy.Expr | None:
    base, exponent = factor.as_base_exp()
    if base == sympy.E:
        return exponent
    return exponent * _of_number(base) if base.is_Rational and base > 0 and exponent.is_polynomial() else None


def _of_number(value: sympy.Rational) -> sympy.Expr:
    """The logarithm by those of primes, so that those of 12 and of 3 are seen to belong together."""
    primes = sympy.factorrat(value)
    return sympy.Add(*(count * sympy.log(prime) for prime, count in primes.items()))
