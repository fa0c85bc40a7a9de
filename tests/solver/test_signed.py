"""Signs of values that are very small, and of those that rounding only leaves."""

from __future__ import annotations

from typing import Any

import pytest

sympy = pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
signed = pytest.importorskip("crohme.solver.signed")
X = sympy.Symbol("x", real=True)


@pytest.mark.parametrize(
    ("expression", "at", "sign"),
    [
        (sympy.exp(-X), 300, 1),
        (-sympy.exp(-(X**2)), 50, -1),
        (X / 10**40, 1, 1),
        (1 + sympy.exp(-X) - 1, 200, 1),
        (sympy.sqrt(X**2 + 1) - X, 10**40, 1),
        (sympy.sin(X) ** 2 + sympy.cos(X) ** 2 - 1, 2, 0),
        (sympy.sqrt(X) ** 2 - X, 3, 0),
        (sympy.log(X), -2, None),
    ],
)
def test_sign(expression: Any, at: float, sign: int | None) -> None:
    assert signed.SignedFunction(expression, X).sign(at) == sign


@pytest.mark.parametrize("scale", [1, sympy.Rational(1, 10**30)])
def test_sign_at_a_rounded_zero_does_not_depend_on_the_scale(scale: Any) -> None:
    function = signed.SignedFunction(scale * (X**2 - 2), X)
    root = sympy.sqrt(2).evalf(45)._to_mpmath(150)
    assert [function.sign_at_cut(at) for at in (root, root + 1, root - 1)] == [0, 1, -1]
    assert signed.SignedFunction(scale * (X - 1) ** 2, X).sign_at_cut(1) == 0
