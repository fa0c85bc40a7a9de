"""Signs of Unicode → what draws them in LaTeX."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from crohme.notation.alphabet import OTHER, SYMBOL_CLASSES
from crohme.notation.tree import ARGUMENTS

UNICODE: dict[str, str] = {
    **{
        c.text: c.label
        for c in SYMBOL_CLASSES.values()
        if len(c.text) == 1 and not c.text.isascii() and c.label not in (OTHER, *ARGUMENTS)  # an arrow is no accent
    },
    # Variants, and signs that Unicode has several of.
    "ε": "\\varepsilon", "ϑ": "\\vartheta", "µ": "\\mu", "ς": "\\varsigma", "φ": "\\varphi", "·": "\\cdot",
    "•": "\\bullet", "°": "\\degree", "⩽": "\\leqslant", "⩾": "\\geqslant", "∄": "\\nexists", "∥": "\\parallel",
    "⟶": "\\longrightarrow", "⟵": "\\longleftarrow", "⟹": "\\Longrightarrow", "⟺": "\\Longleftrightarrow",
    "‐": "-", "–": "-", "∕": "/", "⁄": "/", "′": "'", "’": "'", "∣": "|", "∶": ":", "∆": "\\Delta", "●": "\\bullet",
    "◇": "\\diamond", "★": "\\star", "‡": "\\ddagger", "£": "\\pounds", "√": "\\sqrt", "ħ": "\\hbar",
    "º": "\\degree", "—": "-", "‒": "-", "〈": "\\langle", "〉": "\\rangle", "❘": "|", "～": "\\sim", "≌": "\\cong",
    "≦": "\\leqq", "≧": "\\geqq", "⌒": "\\frown",
}  # fmt: skip
"""A sign of Unicode → the LaTeX token that draws it."""
SEVERAL = {
    "″": ("'",) * 2, "‴": ("'",) * 3, "≔": (":", "="), "∛": ("\\sqrt", *"[3]"), "∜": ("\\sqrt", *"[4]"),
    "℃": ("\\degree", "C"), "℉": ("\\degree", "F"), "\\coloneqq": (":", "="), "\\eqqcolon": ("=", ":"),
    "㏑": ("\\ln",), "㏒": ("\\log",),
}  # fmt: skip
GLYPHS: dict[str, str] = {label: sign for sign, label in reversed(UNICODE.items())} | {"\\%": "%"}
"""A LaTeX token → how it looks in Unicode, for signs that are no class of CROHME, too."""

ACCENTS = {
    "\u0300": "\\grave", "\u0301": "\\acute", "\u0302": "\\hat", "\u0303": "\\tilde", "\u0304": "\\bar",
    "\u0305": "\\overline", "\u0306": "\\breve", "\u0307": "\\dot", "\u0308": "\\ddot", "\u030a": "\\mathring",
    "\u030c": "\\check", "\u0338": "\\not", "\u20d7": "\\vec",
}  # fmt: skip
"""A combining mark → the command that draws it."""


def _tag_of(sign: str) -> str:
    """How a sign differs from what it is compatible with: `<super>`, `<circle>` …; empty where it does not."""
    return unicodedata.decomposition(sign).partition(" ")[0]


def _scripts(tag: str) -> dict[str, str]:
    signs = map(chr, (0xB2, 0xB3, 0xB9, *range(0x1D2C, 0x1D6B), *range(0x2070, 0x209D), 0x2C7C, 0x2C7D))
    plain = {sign: unicodedata.normalize("NFKC", sign) for sign in signs if _tag_of(sign) == tag}
    return {sign: letter for sign, letter in plain.items() if len(letter) == 1}


RAISED = _scripts("<super>")
LOWERED = _scripts("<sub>")
"""A sign that stands higher or lower → the sign that it is."""

_STYLES = {"DOUBLE-STRUCK": "\\mathbb", "FRAKTUR": "\\mathfrak", "BLACK-LETTER": "\\mathfrak", "SCRIPT": "\\mathcal"}
"""In the name of a letter: a style that makes another sign of it. Other fonts do not matter, as in LaTeX."""


def spelled(sign: str) -> Iterator[str]:
    """What a sign that `UNICODE` lacks is in LaTeX, sign by sign.

    Nothing for signs that only direct how others are set. Letters in a font or of full width are plain ones, but for
    the styles of `_STYLES`; what is joined stands apart.
    """
    if unicodedata.category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f":
        return
    plain = unicodedata.normalize("NFKC", sign)
    above, bar, below = plain.partition("\u2044")
    tag = _tag_of(sign)
    style = _style(sign) if tag == "<font>" else "\\textcircled" if tag == "<circle>" and plain.isalnum() else None
    if bar and above and below:
        yield from ("\\frac", "{", *above, "}", "{", *below, "}")
    elif style is not None:
        yield from (style, "{", *plain, "}")
    elif tag == "<square>":
        yield from (chr(int(code, 16)) for code in unicodedata.decomposition(sign).split()[1:])
    elif plain.isalnum() or "\uff01" <= sign <= "\uff5e":
        yield from plain
    else:
        yield sign  # a spacing accent would become a blank and the accent


def _style(letter: str) -> str | None:
    """The command of a letter's style; None for fonts that do not matter."""
    words = unicodedata.name(letter, "").split()
    if not unicodedata.normalize("NFKC", letter).isalpha() or "DOUBLE-STRUCK ITALIC" in " ".join(words):
        return None
    return next((command for word, command in _STYLES.items() if word in words), None)


def decomposed(sign: str) -> list[str]:
    r"""The commands of the accents in a sign, the outermost first, and the sign below them: `\hat`, `y` of `ŷ`."""
    if sign.isascii():
        return [sign]
    base, *marks = list(unicodedata.normalize("NFD", sign))
    if not all(mark in ACCENTS for mark in marks):
        return [sign]
    return [*(ACCENTS[mark] for mark in reversed(marks)), UNICODE.get(base, base) if marks else sign]
