"""Names of functions."""

from __future__ import annotations

CALLS = frozenset(
    {
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "arccot", "arcsec", "arccsc",
        "sinh", "cosh", "tanh", "coth", "sech", "csch", "arsinh", "arcosh", "artanh", "arcsinh", "arccosh", "arctanh",
        "cosec", "arccosec", "cotg", "arctg", "tg", "ctg", "arcctg",
        "ln", "log", "lg", "exp", "sgn", "sign", "erf", "erfc", "erfi", "Si", "Ci", "Ei", "floor", "ceil",
    }
)  # fmt: skip
"""Functions of one argument."""
LISTED = frozenset({"max", "min", "gcd", "lcm"})
"""Functions of what stands in brackets, separated by commas."""
OTHERS = frozenset({"lim", "mod", "det"})
NAMES = CALLS | LISTED | OTHERS
INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "cot": "arccot", "sec": "arcsec", "csc": "arccsc",
    "sinh": "arsinh", "cosh": "arcosh", "tanh": "artanh",
}  # fmt: skip
SYNONYMS = {
    "arcsinh": "arsinh", "arccosh": "arcosh", "arctanh": "artanh", "sign": "sgn",
    "cosec": "csc", "arccosec": "arccsc", "cotg": "cot", "arctg": "arctan", "tg": "tan", "ctg": "cot",
    "arcctg": "arccot",
}  # fmt: skip
