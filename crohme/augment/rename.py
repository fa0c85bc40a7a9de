"""Symbols of a text exchanged for others of their kind, so that rarer combinations are seen, too."""

from __future__ import annotations

from collections.abc import Container
from functools import cache

import numpy as np

from crohme.notation.alphabet import OTHER, SYMBOL_CLASSES, Kind, symbol_class
from crohme.notation.tree import SymbolTree, relabelled, symbols

_EXCHANGED = (
    Kind.IDENTIFIER, Kind.OPERATOR, Kind.RELATION, Kind.ARROW, Kind.BIG_OPERATOR, Kind.ORDINARY, Kind.ACCENT,
)  # fmt: skip
_SHARE = 0.5  # of the classes of an expression
_UNKNOWN = 0.1  # of those that are exchanged, for a sign outside the alphabet


def rename(tree: SymbolTree, available: Container[str], rng: np.random.Generator) -> SymbolTree:
    """Exchange some classes of a tree, each everywhere, for others of their kind, all of which are as likely.

    Where `OTHER` is available, a few become that.

    Args:
        tree: SymbolTree. Without strokes.
        available: container of str. The labels that may come in; accents may always.
        rng: Generator.
    """
    labels: dict[str, str] = {}
    for node in symbols(tree.row):
        kind = symbol_class(node.label).kind
        if node.label in labels or kind not in _EXCHANGED or node.is_fraction or rng.random() > _SHARE:
            continue
        if OTHER in available and kind is not Kind.ACCENT and rng.random() < _UNKNOWN:
            labels[node.label] = OTHER
            continue
        choice = [label for label in _of_kind(kind) if kind is Kind.ACCENT or label in available]
        if choice:
            labels[node.label] = choice[rng.integers(len(choice))]

    return relabelled(tree, lambda label: labels.get(label, label))


@cache
def _of_kind(kind: Kind) -> tuple[str, ...]:
    return tuple(symbol.label for symbol in SYMBOL_CLASSES.values() if symbol.kind is kind)
