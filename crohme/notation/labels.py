"""The symbol classes of CROHME: 101 labels, what each looks like and what part it plays.

The labels are those of the symbols in the CROHME 2013, 2014 and 2016 training set, which are
also those of its test sets. A label is the LaTeX token that draws the symbol.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The part a symbol plays in a formula, as far as its class alone tells."""

    DIGIT = "digit"
    IDENTIFIER = "identifier"
    FUNCTION = "function"
    OPERATOR = "operator"
    BIG_OPERATOR = "big operator"
    OPENING = "opening fence"
    CLOSING = "closing fence"
    BAR = "vertical bar"
    ROOT = "root"


@dataclass(frozen=True)
class SymbolClass:
    """One class of written symbols.

    Args:
        label: str. The class as a LaTeX token.
        text: str. The same in Unicode.
        kind: Kind. Its part in a formula.
    """

    label: str
    text: str
    kind: Kind


_LATIN = "abcdefghijklmnopqrstuvwxyz" + "ABCEFGHILMNPRSTVXY"  # D J K O Q U W Z do not occur
_TABLE = (
    *((digit, digit, Kind.DIGIT) for digit in "0123456789"),
    *((letter, letter, Kind.IDENTIFIER) for letter in _LATIN),
    ("\\Delta", "Δ", Kind.IDENTIFIER),
    ("\\alpha", "α", Kind.IDENTIFIER),
    ("\\beta", "β", Kind.IDENTIFIER),
    ("\\gamma", "γ", Kind.IDENTIFIER),
    ("\\lambda", "λ", Kind.IDENTIFIER),
    ("\\mu", "μ", Kind.IDENTIFIER),
    ("\\phi", "ϕ", Kind.IDENTIFIER),
    ("\\pi", "π", Kind.IDENTIFIER),
    ("\\sigma", "σ", Kind.IDENTIFIER),
    ("\\theta", "θ", Kind.IDENTIFIER),
    ("\\infty", "∞", Kind.IDENTIFIER),
    ("\\cos", "cos", Kind.FUNCTION),
    ("\\lim", "lim", Kind.FUNCTION),
    ("\\log", "log", Kind.FUNCTION),
    ("\\sin", "sin", Kind.FUNCTION),
    ("\\tan", "tan", Kind.FUNCTION),
    ("\\sum", "∑", Kind.BIG_OPERATOR),
    ("\\int", "∫", Kind.BIG_OPERATOR),
    ("+", "+", Kind.OPERATOR),
    ("-", "\N{MINUS SIGN}", Kind.OPERATOR),
    ("\\pm", "±", Kind.OPERATOR),
    ("\\times", "×", Kind.OPERATOR),
    ("\\div", "÷", Kind.OPERATOR),
    ("/", "/", Kind.OPERATOR),
    ("=", "=", Kind.OPERATOR),
    ("\\neq", "≠", Kind.OPERATOR),
    ("\\lt", "<", Kind.OPERATOR),
    ("\\gt", ">", Kind.OPERATOR),
    ("\\leq", "≤", Kind.OPERATOR),
    ("\\geq", "≥", Kind.OPERATOR),
    ("\\in", "∈", Kind.OPERATOR),
    ("\\forall", "∀", Kind.OPERATOR),
    ("\\exists", "∃", Kind.OPERATOR),
    ("\\rightarrow", "→", Kind.OPERATOR),
    ("\\ldots", "…", Kind.OPERATOR),
    ("\\prime", "′", Kind.OPERATOR),
    ("!", "!", Kind.OPERATOR),
    (",", ",", Kind.OPERATOR),
    (".", ".", Kind.OPERATOR),
    ("(", "(", Kind.OPENING),
    ("[", "[", Kind.OPENING),
    ("\\{", "{", Kind.OPENING),
    (")", ")", Kind.CLOSING),
    ("]", "]", Kind.CLOSING),
    ("\\}", "}", Kind.CLOSING),
    ("|", "|", Kind.BAR),
    ("\\sqrt", "√", Kind.ROOT),
)

SYMBOL_CLASSES: dict[str, SymbolClass] = {label: SymbolClass(label, text, kind) for label, text, kind in _TABLE}
"""Label → class, in the order of the table."""

CLASSES: tuple[str, ...] = tuple(sorted(SYMBOL_CLASSES))
"""The 101 labels in the fixed order (by code point) that numbers the outputs of a classifier."""

FUNCTIONS: frozenset[str] = frozenset(c.label for c in SYMBOL_CLASSES.values() if c.kind is Kind.FUNCTION)
BIG_OPERATORS: frozenset[str] = frozenset(c.label for c in SYMBOL_CLASSES.values() if c.kind is Kind.BIG_OPERATOR)

FRACTION_BAR = "-"
ROOT = "\\sqrt"

_SPELLINGS = {
    "<": "\\lt",
    ">": "\\gt",
    "COMMA": ",",
    "'": "\\prime",
    "\\dots": "\\ldots",
    "\\ge": "\\geq",
    "\\lbrace": "\\{",
    "\\lbrack": "[",
    "\\le": "\\leq",
    "\\lvert": "|",
    "\\mid": "|",
    "\\ne": "\\neq",
    "\\rbrace": "\\}",
    "\\rbrack": "]",
    "\\rvert": "|",
    "\\to": "\\rightarrow",
    "\\vert": "|",
}
"""Other names of the same sign."""

LOOK_ALIKES = {"\\cdot": ".", "\\cdots": "\\ldots", "\\varphi": "\\phi"}
"""Signs that CROHME draws no line between, and the class that its symbols are labelled with for both.

A scorer must: the official one keeps a centred dot and a full stop apart."""

_ALIASES = _SPELLINGS | LOOK_ALIKES


def canonical_label(raw: str) -> str:
    """The project's normal form of a label as it stands in a file.

    Args:
        raw: str. Label of a trace group, of an object of a label graph, or a LaTeX token.

    Returns:
        str. One of `CLASSES` if the sign is one of theirs, else `raw` without outer white space.
    """
    label = raw.strip()
    return _ALIASES.get(label, label)


def sign_name(raw: str) -> str:
    """The same, but signs that only look alike keep their own names (`LOOK_ALIKES`)."""
    label = raw.strip()
    return _SPELLINGS.get(label, label)
