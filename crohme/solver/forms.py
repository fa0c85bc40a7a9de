"""Which SymPy expressions are answers: made of functions that people write, and that the solver reads back."""

from __future__ import annotations

import sympy

from crohme.solver.odd_root import OddRoot

_FUNCTIONS = (
    sympy.exp, sympy.log, sympy.Abs, sympy.sign, OddRoot, sympy.Max, sympy.Min, sympy.floor, sympy.ceiling, sympy.Mod,
    sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc,
    sympy.asin, sympy.acos, sympy.atan, sympy.asec, sympy.acsc,
    sympy.sinh, sympy.cosh, sympy.tanh, sympy.coth, sympy.sech, sympy.csch, sympy.asinh, sympy.acosh, sympy.atanh,
    sympy.factorial, sympy.binomial, sympy.erf, sympy.erfc, sympy.erfi, sympy.Si, sympy.Ci, sympy.Ei,
)  # fmt: skip


def complexity(value: sympy.Expr) -> int:
    """How hard an expression is to read: operations, and digits of numbers beyond some."""
    digits = sum(max(0, len(str(number.p)) + len(str(number.q)) - 7) for number in value.atoms(sympy.Rational))
    return int(sympy.count_ops(value)) + digits


def is_presentable(value: sympy.Expr) -> bool:
    """Whether an expression can be written as an answer."""
    classes = tuple(kind for kind in _FUNCTIONS if isinstance(kind, type))
    for part in sympy.preorder_traversal(value):
        if part.is_Add or part.is_Mul or part.is_Pow or isinstance(part, classes):
            continue
        if part in (sympy.oo, -sympy.oo, sympy.pi, sympy.E, sympy.I) or isinstance(part, sympy.Symbol):
            continue
        if part.is_Number and part not in (sympy.nan, sympy.zoo):
            continue
        return False
    return True
