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
WITH_H = {
    "sin h": "sinh", "cos h": "cosh", "tan h": "tanh", "cot h": "coth", "sec h": "sech", "csc h": "csch",
    "arcsin h": "arsinh", "arccos h": "arcosh", "arctan h": "artanh",
    "arsin h": "arsinh", "arcos h": "arcosh", "artan h": "artanh",
}  # fmt: skip
"""What `hyperbolic` makes of a name and a letter → the function."""
NAMES = CALLS | LISTED | OTHERS | WITH_H.keys()
INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "cot": "arccot", "sec": "arcsec", "csc": "arccsc",
    "sinh": "arsinh", "cosh": "arcosh", "tanh": "artanh",
}  # fmt: skip
SYNONYMS = {
    "arcsinh": "arsinh", "arccosh": "arcosh", "arctanh": "artanh", "sign": "sgn",
    "cosec": "csc", "arccosec": "arccsc", "cotg": "cot", "arctg": "arctan", "tg": "tan", "ctg": "cot",
    "arcctg": "arccot", **WITH_H,
}  # fmt: skip
