"""The text of a leaf of MathML as symbols: programs write one symbol in many ways, and several in one leaf."""

from __future__ import annotations

import unicodedata

from crohme.errors import quoted
from crohme.notation.alphabet import SYMBOL_CLASSES, Kind, canonical_label
from crohme.notation.errors import MathmlError
from crohme.notation.latex_commands import ALL_FUNCTIONS
from crohme.notation.unicode_signs import UNICODE

_LABELS = {
    symbol.text: symbol.label
    for symbol in reversed(SYMBOL_CLASSES.values())
    if symbol.kind not in (Kind.ACCENT, Kind.ACCENT_UNDER)
} | {"\N{DOUBLE PRIME}": "\N{DOUBLE PRIME}"}
"""Sign or word, as typeset → label. A double prime is two, see `_PRIMES`; the class of that look is a straight `"`."""
_OTHERS = {
    "∆": "\\Delta", "〈": "\\langle", "〉": "\\rangle", "⟮": "(", "⟯": ")", "❘": "|", "‒": "-", "—": "-",
    "ⅅ": "D", "ⅆ": "d", "ⅇ": "e", "ⅈ": "i", "ⅉ": "j", "ϵ": "\\epsilon", "ϕ": "\\phi", "⁎": "*",
}  # fmt: skip
_PRIMES = {"′": 1, "'": 1, "’": 1, "″": 2, "‴": 3, "⁗": 4}
INVISIBLE = "\N{FUNCTION APPLICATION}\N{INVISIBLE TIMES}\N{INVISIBLE SEPARATOR}\N{INVISIBLE PLUS}"
INVISIBLE += "\N{ZERO WIDTH SPACE}\N{WORD JOINER}\ufeff\ufe0e\ufe0f"
_STYLES = ("double-struck", "script", "fraktur")
"""Values of `mathvariant` that make another sign of a letter. The other fonts do not matter, as in LaTeX."""


def signs_of(name: str, text: str, variant: str | None = None) -> list[str]:
    """The symbols of a leaf that no symbol of the ink names, each as its sign or its name.

    Args:
        name: str. Local name of the element.
        text: str. Its content.
        variant: str or None. Its `mathvariant`.

    Returns:
        list of str. Empty where nothing is seen: space, or the sign between a function and its argument. One
        symbol for each digit of a number, each letter of a function that the alphabet has no sign for, each sign
        of an operator such as `:=`, each prime.

    Raises:
        MathmlError: A letter in a style that no symbol class has.
    """
    signs = unicodedata.normalize("NFC", text).strip().strip(INVISIBLE)  # `=` and a stroke are one sign
    if not signs:
        is_space = text.isspace() and name in ("mtext", "mo", "ms")
        return [] if is_space or (text and not text.isspace()) else [signs]
    style = next((style for style in _STYLES if style in (variant or "")), None)
    if style is not None:
        return [_styled(sign, style, signs) for sign in signs]
    if is_known(signs):
        return [signs]
    if all(sign in _PRIMES for sign in signs):
        return ["\\prime"] * sum(_PRIMES[sign] for sign in signs)
    if len(signs) == 1:
        return [signs]
    bare = "".join(signs.split())
    if all(sign in "0123456789.," or (name == "mn" and sign in "+-−") for sign in bare):
        return list(bare)
    if f"\\{bare}" in ALL_FUNCTIONS:
        return list(bare)
    if name == "mo" and all(is_known(sign) and not sign.isalnum() for sign in bare):
        return list(bare)
    return [signs]


def is_known(sign: str) -> bool:
    """Whether it is a symbol class, or how one is typeset."""
    return canonical_label(label_of(sign)) in SYMBOL_CLASSES


def label_of(sign: str) -> str:
    """A label as `alphabet.csv` has it, or one of its other names; the sign itself where there is none.

    Raises:
        MathmlError: A letter in a style that no symbol class has.
    """
    if canonical_label(sign) in SYMBOL_CLASSES:
        return sign
    for table in (_LABELS, UNICODE, _OTHERS):
        if sign in table:
            return table[sign]
    name = unicodedata.name(sign, "") if len(sign) == 1 else ""
    if not name:
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    style = next((style for style in _STYLES if style in name.lower()), None)
    if style is not None:
        return _styled(plain, style, sign)
    return label_of(plain) if plain != sign and len(plain) == 1 else sign


def _styled(letter: str, style: str, text: str) -> str:
    label = f"\\mathbb{{{letter}}}" if style == "double-struck" else ""
    if label not in SYMBOL_CLASSES:
        raise MathmlError(f"leaf {quoted(text)} has letters in {style}, which no symbol class is")
    return label
