"""The formats of one line of text: Typst, and Unicode for mail and chat."""

from __future__ import annotations

from crohme.notation.alphabet import OTHER, ROOT, SYMBOL_CLASSES, Kind
from crohme.notation.inline import GRID_OF, WITH_INDEX, InlineFormat
from crohme.notation.tree import SymbolTree

_COMBINING = {
    "\\hat": "\u0302", "\\bar": "\u0304", "\\overline": "\u0305", "\\tilde": "\u0303", "\\dot": "\u0307",
    "\\ddot": "\u0308", "\\dddot": "\u20db", "\\vec": "\u20d7", "\\check": "\u030c", "\\breve": "\u0306",
    "\\acute": "\u0301", "\\grave": "\u0300", "\\mathring": "\u030a", "\\underline": "\u0332",
}  # fmt: skip
_TYPST_ACCENTS = {
    "\\hat": "hat", "\\widehat": "hat", "\\bar": "macron", "\\overline": "overline", "\\tilde": "tilde",
    "\\widetilde": "tilde", "\\dot": "dot", "\\ddot": "dot.double", "\\dddot": "dot.triple", "\\vec": "arrow",
    "\\overrightarrow": "arrow", "\\overleftarrow": "arrow.l", "\\overleftrightarrow": "arrow.l.r",
    "\\check": "caron", "\\breve": "breve", "\\acute": "acute", "\\grave": "grave", "\\mathring": "circle",
    "\\overbrace": "overbrace", "\\overparen": "overparen", "\\underline": "underline",
    "\\underbrace": "underbrace",
}  # fmt: skip

TYPST = InlineFormat(
    signs={OTHER: "?", '"': "″", "\\%": "%", "\\backslash": "∖"},
    commands={
        "\\frac": "frac({0}, {1})",
        ROOT: "sqrt({0})",
        WITH_INDEX: "root({1}, {0})",
        "\\binom": "binom({0}, {1})",
        "\\boxed": "#box(stroke: 0.5pt, inset: 3pt, $ {0} $)",
        "\\textcircled": "#box(stroke: 0.5pt, inset: 2pt, radius: 50%, $ {0} $)",
        "\\underrightarrow": "attach(limits({0}), b: →)",
        GRID_OF: "mat(delim: #none, {0})",
        **{label: f"{name}({{0}})" for label, name in _TYPST_ACCENTS.items()},
    },
    cell=", ",
    line="; ",
    escaped='#$&_^/~"',
    escaped_in_arguments=",;",
    escapes_fences=True,
    prime="'",
)
"""The inside of a formula of Typst, https://typst.app/docs/reference/math/."""

TEXT = InlineFormat(
    signs={OTHER: "?"},
    commands={
        "\\frac": "[0]/[1]",
        ROOT: "√[0]",
        WITH_INDEX: "[0]^(1/[1])",
        "\\binom": "({0} choose {1})",
        "\\boxed": "({0})",
        "\\textcircled": "({0})",
        GRID_OF: "{0}",
        **{label: f"[0]{mark}" for label, mark in _COMBINING.items()},
        **{
            symbol.label: f"{symbol.label[1:]}({{0}})"
            for symbol in SYMBOL_CLASSES.values()
            if symbol.kind in (Kind.ACCENT, Kind.ACCENT_UNDER) and symbol.label not in _COMBINING
        },
    },
    cell=", ",
    line="; ",
    raised="0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺−⁻=⁼(⁽)⁾nⁿiⁱ∗*",
    lowered="0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊−₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓ",
    in_parentheses=("\\frac", ROOT, WITH_INDEX),
    is_tight=True,
)
"""Unicode, as one would type it: `x² + √(y + 1)`."""


def to_typst(tree: SymbolTree) -> str:
    """Write a tree as the inside of a formula of Typst. A sign of no known class becomes `?`."""
    return TYPST.write(tree)


def to_text(tree: SymbolTree) -> str:
    """Write a tree as Unicode text on one line. A sign of no known class becomes `?`."""
    return TEXT.write(tree)
