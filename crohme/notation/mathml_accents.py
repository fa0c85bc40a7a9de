"""Which `<mover>` and `<munder>` are accents, and which: programs write one accent in many ways.

`<mo>` of an accent is stretched to its content unless `stretchy` says otherwise, so MathML tells a wide accent from a
narrow one by that attribute; where it is missing, the accent of one symbol is taken for the narrow one, which looks
the same. Arrows are accents by default, too (MathML 3, operator dictionary), but not over operators.
"""

from __future__ import annotations

from collections.abc import Mapping

from crohme.notation.alphabet import SYMBOL_CLASSES, Kind

ATTRIBUTES = {Kind.ACCENT: "accent", Kind.ACCENT_UNDER: "accentunder"}
"""Part → the attribute that says whether what lies over or under is an accent."""
WIDE = {"\\hat": "\\widehat", "\\tilde": "\\widetilde", "\\bar": "\\overline", "\\vec": "\\overrightarrow"}
"""Narrow accent → the same, stretched to its content."""
_STRETCHY = {**dict.fromkeys(WIDE, "false"), **dict.fromkeys(WIDE.values(), "true")}


def _signs(labels: Mapping[str, str]) -> dict[str, str]:
    return {sign: label for signs, label in labels.items() for sign in signs}


_ALWAYS = {
    Kind.ACCENT: _signs({
        "^ˆ\u0302\u2303": "\\hat", "~˜\u0303": "\\tilde", "¯‾ˉ_\u0304\u0305": "\\bar", "\u2015": "\\overline",
        "\u20d7": "\\vec", "\u20d6": "\\overleftarrow", "\u20e1": "\\overleftrightarrow", "˙\u0307": "\\dot",
        "¨\u0308": "\\ddot", "\u20db": "\\dddot", "ˇ\u030c": "\\check", "˘\u0306": "\\breve", "´ˊ\u0301": "\\acute",
        "`ˋ\u0300": "\\grave", "˚\u030a": "\\mathring", "⏞︷": "\\overbrace", "⏜⌢︵": "\\overparen",
    }),
    Kind.ACCENT_UNDER: _signs({
        "_¯‾ˉˍ\u2015\u0331\u0332": "\\underline", "⏟︸": "\\underbrace", "\u20ef": "\\underrightarrow",
    }),
}  # fmt: skip
"""Signs that are accents wherever they lie over or under something."""
_ARROWS = {
    Kind.ACCENT: _signs({"→⟶": "\\vec", "←⟵": "\\overleftarrow", "↔⟷": "\\overleftrightarrow"}),
    Kind.ACCENT_UNDER: _signs({"→⟶": "\\underrightarrow"}),
}
_IF_MARKED = {
    Kind.ACCENT: _signs({"∼": "\\tilde", "-−–—": "\\bar", ".": "\\dot", "°∘": "\\mathring", "∨": "\\check"})
    | {"..": "\\ddot", "...": "\\dddot"},
    Kind.ACCENT_UNDER: _signs({"-−–—": "\\underline"}),
}
"""Signs that are accents where an attribute says so, and else symbols in their own right."""


def accent_of(kind: Kind, sign: str, marked: str, over_operator: bool) -> str | None:
    """The accent that a sign is over or under something; None if it is a symbol there.

    Args:
        kind: Kind. ACCENT or ACCENT_UNDER.
        sign: str. Text of the leaf; the label of an accent means itself.
        marked: str. What the attribute of `ATTRIBUTES` says; empty if it is not there.
        over_operator: bool. Whether it is over or under an operator.

    Returns:
        str or None. Of a narrow and a wide accent, the narrow one.
    """
    known = SYMBOL_CLASSES.get(sign)
    if known is not None and known.kind is kind and sign.startswith("\\"):
        return sign
    if marked == "false":
        return None
    label = _ALWAYS[kind].get(sign)
    if label is None and (marked == "true" or not over_operator):
        label = _ARROWS[kind].get(sign)
    return label or (_IF_MARKED[kind].get(sign) if marked == "true" else None)


def of_width(label: str, stretchy: str | None, symbols: int) -> str:
    """The narrow accent, or the wide one that it stands for.

    Args:
        label: str. What `accent_of` gives.
        stretchy: str or None. That attribute of the leaf.
        symbols: int. Symbols in its content.
    """
    is_wide = stretchy == "true" if stretchy in ("true", "false") else symbols > 1
    return WIDE.get(label, label) if is_wide else label


def stretchy_of(label: str) -> str | None:
    """The attribute `stretchy` of an accent's leaf, where it tells two accents apart."""
    return _STRETCHY.get(label)


def looks_like_accent(kind: Kind, sign: str) -> bool:
    """Whether a sign over or under something is taken for an accent if no attribute says that it is none."""
    return accent_of(kind, sign, "", over_operator=False) is not None
