"""The real root of an odd index, which SymPy has for numbers only: its own root of -8 is complex."""

from __future__ import annotations

from typing import Any

import sympy


class OddRoot(sympy.Function):
    """`OddRoot(x, n)`: the real number whose `n`-th power is the real number `x`, for odd `n`."""

    nargs = 2

    @classmethod
    def eval(cls, radicand: sympy.Expr, index: sympy.Integer) -> sympy.Expr | None:
        if radicand.is_extended_nonnegative:
            return sympy.root(radicand, index)
        if radicand.is_extended_nonpositive:
            return -sympy.root(-radicand, index)
        if radicand.could_extract_minus_sign():
            return -cls(-radicand, index)
        if radicand.is_Pow and radicand.exp.is_Integer and radicand.base.is_extended_real:
            if radicand.exp % index == 0:
                return radicand.base ** (radicand.exp / index)
        if radicand.is_Mul:
            coefficient, rest = radicand.as_coeff_Mul()
            if coefficient != 1 and coefficient.is_positive:
                return sympy.root(coefficient, index) * cls(rest, index)
        return None

    def _eval_is_extended_real(self) -> bool | None:
        known: bool | None = self.args[0].is_extended_real
        return known

    def _eval_is_finite(self) -> bool | None:
        known: bool | None = self.args[0].is_finite
        return known

    def _eval_is_zero(self) -> bool | None:
        known: bool | None = self.args[0].is_zero
        return known

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        radicand, index = self.args
        if exponent.is_Integer and exponent % index == 0:
            return radicand ** (exponent / index)
        return None

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        radicand, index = self.args
        if argindex != 1:
            raise sympy.ArgumentIndexError(self, argindex)
        return 1 / (index * self ** (index - 1))

    def _eval_evalf(self, prec: int) -> sympy.Expr | None:
        radicand = self.args[0]._eval_evalf(prec)
        if radicand is None or not radicand.is_Float:
            return None
        root = sympy.root(abs(radicand), self.args[1])._eval_evalf(prec)
        return -root if radicand < 0 else root

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        radicand, index = self.args
        root = rf"\sqrt[{printer._print(index)}]{{{printer._print(radicand)}}}"
        return root if exp is None else rf"\left({root}\right)^{{{exp}}}"


def odd_root(radicand: sympy.Expr, index: sympy.Integer) -> sympy.Expr:
    """The real root; the radicand itself for the index 1."""
    return radicand if index == 1 else OddRoot(radicand, sympy.Integer(index))


def is_real_where_defined(expression: sympy.Expr) -> bool:
    """Whether an expression is real wherever its parts are: `1 / x` and `log(x)` are, `i x` and `log(-2)` are not."""
    if expression.is_extended_real is not None:
        return bool(expression.is_extended_real)
    if not all(symbol.is_extended_real for symbol in expression.atoms(sympy.Symbol)):
        return False
    constants = (part for part in sympy.preorder_traversal(expression) if isinstance(part, sympy.Expr))
    return not any(part.is_number and part.is_extended_real is False for part in constants)


def principal(expression: sympy.Expr) -> sympy.Expr:
    """The expression with SymPy's roots, which have the same value where the radicands are positive."""
    return expression.replace(OddRoot, lambda radicand, index: sympy.root(radicand, index))


def with_odd_roots(form: sympy.Expr) -> sympy.Expr:
    """An odd root of a real number is written, and so meant, as the real one."""

    def replaced(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        if exponent.is_Rational and exponent.q % 2 and exponent.q > 1 and base.free_symbols:
            return OddRoot(base, exponent.q) ** exponent.p
        return base**exponent

    return form.replace(sympy.Pow, replaced)
