"""Short SymPy expressions as plain text, for what is said beside an answer."""

from __future__ import annotations

import re

import sympy

_SIGNS = {sympy.Ne: "≠", sympy.Eq: "=", sympy.Lt: "<", sympy.Le: "≤", sympy.Gt: ">", sympy.Ge: "≥"}


def plain(value: sympy.Basic) -> str:
    """`x ≠ 1`, `|q| < 1`, `2 sqrt(2)`."""
    for kind, sign in _SIGNS.items():
        if isinstance(value, kind):
            return f"{plain(value.lhs)} {sign} {plain(value.rhs)}"
    text = sympy.sstr(value).replace("\\", "").replace("**", "^").replace("pi", "π").replace("oo", "∞")
    text = re.sub(r"_\{(\w+)\}", r"_\1", re.sub(r"Abs\(([^()]*)\)", r"|\1|", text))
    text = re.sub(r"\bE\b", "e", re.sub(r"\blog\(", "ln(", text))
    return text.replace("*", " ")
