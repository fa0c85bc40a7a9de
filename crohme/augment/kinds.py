"""Kinds and shapes of symbols, by which layout is measured."""

from __future__ import annotations

from crohme.notation.alphabet import SYMBOL_CLASSES, Kind
from crohme.notation.tree import SCRIPTS, Node

_BY_LABEL = {"\\ldots": "dots", "/": "slash"}
_BY_KIND = {
    Kind.DIGIT: "digit",
    Kind.IDENTIFIER: "letter",
    Kind.FUNCTION: "function",
    Kind.OPERATOR: "operator",
    Kind.RELATION: "relation",
    Kind.ARROW: "relation",
    Kind.BIG_OPERATOR: "big",
    Kind.OPENING: "opening",
    Kind.CLOSING: "closing",
    Kind.BAR: "bar",
    Kind.ROOT: "root",
    Kind.PUNCTUATION: "mark",
    Kind.ORDINARY: "letter",
    Kind.ACCENT: "letter",
    Kind.ACCENT_UNDER: "letter",
    Kind.ENCLOSURE: "letter",
    Kind.STACK: "letter",
}
_DEEP = frozenset("g p q y j f \\gamma \\mu \\beta \\phi".split())
_SMALL = frozenset("a c e m n o r s u v w x z \\alpha \\pi \\sigma \\infty".split())


def kind_of(node: Node) -> str:
    """The kind of a symbol for its neighbours in a row.

    A label outside the table counts as a letter, and so do accents and frames; a grid stands as a fraction does.
    """
    if node.is_fraction or node.is_grid:
        return "fraction"
    if (kind := _BY_LABEL.get(node.label)) is not None:
        return kind
    symbol = SYMBOL_CLASSES.get(node.label)
    return "letter" if symbol is None else _BY_KIND.get(symbol.kind, "letter")


def end_of(node: Node) -> str:
    """The kind of what a symbol shows to its right neighbour: its scripts where it has some."""
    return "scripted" if any(relation in node.rows for relation in SCRIPTS) else kind_of(node)


def shape_of(node: Node) -> str:
    """What a symbol is to its scripts: how high its ink stands on the line, where it is a letter or digit."""
    kind = kind_of(node)
    if kind != "letter":
        return "tall" if kind == "digit" else "integral" if node.label == "\\int" else kind
    if node.label in _DEEP:
        return "deep"
    return "small" if node.label in _SMALL else "tall"
