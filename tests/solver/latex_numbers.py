"""LaTeX of answers → Python, without the solver's own reader: so that answers can be checked by other means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

_NAMES = {
    "ln": np.log, "log": lambda x: np.log10(x), "sqrt": np.sqrt, "exp": np.exp, "absolute": np.abs, "sign": np.sign,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "cot": lambda x: 1 / np.tan(x), "sec": lambda x: 1 / np.cos(x),
    "csc": lambda x: 1 / np.sin(x), "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "arsinh": np.arcsinh, "arcosh": np.arccosh,
    "root": lambda n, x: np.sign(x) * np.abs(x) ** (1 / n) if n % 2 else x ** (1 / n),
    "factorial": math.factorial, "pi": math.pi, "e": math.e, "i": 1j, "oo": math.inf, "binom": math.comb,
    "erf": scipy.special.erf, "erfi": scipy.special.erfi, "Si": lambda x: scipy.special.sici(x)[0],
}  # fmt: skip
_ENDS = (")", "]", "}", ",", "\u27e7", r"\}")
_TOKEN = re.compile(r"\\[A-Za-z]+|\d+(?:\.\d+)?|[A-Za-z]|\S")


def compiled(latex: str) -> Callable[..., Any]:
    """A function of the letters in it, by name."""
    text = latex.replace(r"\left|", " [[ ").replace(r"\right|", " ]] ").replace("[[", "\u27e6").replace("]]", "\u27e7")
    text = re.sub(r"\\left|\\right|\\[,;]|\\displaystyle", " ", text)
    text = re.sub(r"\\operatorname\{(\w+)\}", r"\\\1 ", text)
    tokens = _TOKEN.findall(text)
    source, end = _sum(tokens, 0)
    if end != len(tokens):
        raise ValueError(f"{latex}: {tokens[end:]} is left")
    code = compile(source, latex, "eval")
    return lambda **names: eval(code, {"__builtins__": {}}, {**_NAMES, **names})  # noqa: S307


def _sum(tokens: list[str], at: int) -> tuple[str, int]:
    parts = []
    while at < len(tokens) and tokens[at] not in _ENDS:
        sign = ""
        if tokens[at] in "+-":
            sign, at = tokens[at], at + 1
        term, at = _product(tokens, at)
        parts.append(sign + term if sign or not parts else "+" + term)
    return "(" + "".join(parts) + ")", at


def _product(tokens: list[str], at: int) -> tuple[str, int]:
    factors = []
    while at < len(tokens) and tokens[at] not in (*_ENDS, "+", "-"):
        if tokens[at] == r"\cdot":
            at += 1
        factor, at = _factor(tokens, at)
        factors.append(factor)
    return "*".join(factors), at


def _factor(tokens: list[str], at: int) -> tuple[str, int]:
    token = tokens[at]
    if token in ("(", "{", "["):
        inside, at = _sum(tokens, at + 1)
        source, at = inside, at + 1
    elif token == "\u27e6":
        inside, at = _sum(tokens, at + 1)
        source, at = f"absolute({inside})", at + 1
    elif token == r"\frac":
        above, at = _factor(tokens, at + 1)
        below, at = _factor(tokens, at)
        source = f"({above}/{below})"
    elif token == r"\sqrt":
        if tokens[at + 1] == "[":
            index, at = _factor(tokens, at + 1)
            inside, at = _factor(tokens, at)
            source = f"root({index},{inside})"
        else:
            inside, at = _factor(tokens, at + 1)
            source = (
                f"sqrt({inside}+0j)"
                if inside.startswith("(-") and not re.search("[a-z]", inside)
                else f"sqrt({inside})"
            )
    elif token == r"\infty":
        source, at = "oo", at + 1
    elif token == r"\pi":
        source, at = "pi", at + 1
    elif token.startswith("\\"):
        name, at = token[1:], at + 1
        power = None
        if tokens[at] == "^":
            power, at = _factor(tokens, at + 1)
        if tokens[at] == "{" and tokens[at + 1] == "(":  # a power behind it is one of the function
            inside, at = _sum(tokens, at + 1)
            at += 1
        else:
            inside, at = _factor(tokens, at)
        source = f"{name}({inside})" + (f"**{power}" if power else "")
    else:
        source, at = token, at + 1
        if token.isalpha() and at < len(tokens) and tokens[at] == "_":
            at += 2 if tokens[at + 1] != "{" else tokens.index("}", at) - at + 1
    while at < len(tokens) and tokens[at] in ("^", "!"):
        if tokens[at] == "!":
            source, at = f"factorial({source})", at + 1
        else:
            exponent, at = _factor(tokens, at + 1)
            source = f"({source})**({exponent})"
    return source, at
