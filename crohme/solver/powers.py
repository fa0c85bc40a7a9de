"""Powers that have more solutions than those that are found."""

from __future__ import annotations

from collections.abc import Sequence

import sympy


def may_have_negative_base(equations: Sequence[sympy.Expr], symbol: sympy.Symbol) -> bool:
    """Whether the unknown is in the exponent of something negative, or of something that it is in itself."""
    powers = [power for equation in equations for power in equation.atoms(sympy.Pow) if power.exp.has(symbol)]
    return any(power.base.has(symbol) or power.base.is_negative for power in powers)
