"""The mistakes of one reading, each with its strokes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crohme.notation import Node, Relation, SymbolTree, without_limits
from crohme.notation.alphabet import SYMBOL_CLASSES
from crohme.notation.edges import edges_of
from crohme.notation.grid_labels import AFTER, CELL, parse_label
from crohme.notation.unicode_signs import GLYPHS

StrokeIndices = tuple[int, ...]
NOTHING = "nothing"
_PLACES: dict[str, str] = {
    Relation.RIGHT: "right of",
    Relation.SUP: "superscript of",
    Relation.SUB: "subscript of",
    Relation.ABOVE: "above",
    Relation.BELOW: "below",
    Relation.INSIDE: "inside",
    CELL: "in a cell of the grid that begins with",
    AFTER: "after the grid that begins with",
}
_FIRST = "first of all"


@dataclass(frozen=True)
class Mistake:
    """One mistake of a reading.

    Args:
        kind: str. One of `outcomes.KINDS`.
        strokes: tuple of int, ascending. Strokes of the symbol; of wrong segmentation, of all symbols concerned.
        truth, read: str. Labels of the symbols, or the place of a symbol (`superscript of “√”`).
        symbol: str. The symbol that is in the wrong place; empty for the other kinds.
    """

    kind: str
    strokes: StrokeIndices
    truth: str
    read: str
    symbol: str = ""


def mistakes(expected: SymbolTree, found: SymbolTree) -> list[Mistake]:
    """The mistakes of a reading, segmentation first, then symbols, then relations.

    Limits over and under an operator are its scripts, as in ExpRate. A relation is compared where
    the symbol is right, and those that it hangs on here and there are made of the right strokes.

    Args:
        expected, found: SymbolTree, with strokes.

    Returns:
        list of Mistake. Empty where the truth has no strokes: then nobody can tell.
    """
    expected, found = without_limits(expected), without_limits(found)
    written, seen = ({node.strokes: node.label for node in tree.nodes()} for tree in (expected, found))
    if () in written:
        return []
    same = written.keys() & seen.keys()
    wrong_symbols = [Mistake("symbol", s, written[s], seen[s]) for s in written if s in same and written[s] != seen[s]]
    right = {strokes for strokes in same if written[strokes] == seen[strokes]}
    return [*_segmentation(written, seen), *wrong_symbols, *_relations(expected, found, right, same)]


def _segmentation(written: dict[StrokeIndices, str], seen: dict[StrokeIndices, str]) -> list[Mistake]:
    """One mistake for each set of strokes that both sides share out among symbols, in different ways."""
    sets: list[set[int]] = []
    for strokes in written.keys() ^ seen.keys():
        touching = [one for one in sets if not one.isdisjoint(strokes)]
        sets = [one for one in sets if one not in touching] + [set(strokes).union(*touching)]
    return [
        Mistake("segmentation", tuple(sorted(one)), _labels(written, one), _labels(seen, one))
        for one in sorted(sets, key=min)
    ]


def _labels(symbols: dict[StrokeIndices, str], strokes: set[int]) -> str:
    return " ".join(label for own, label in symbols.items() if not strokes.isdisjoint(own)) or NOTHING


def _relations(
    expected: SymbolTree, found: SymbolTree, right: set[StrokeIndices], same: Iterable[StrokeIndices]
) -> list[Mistake]:
    known = {*same, None}
    places = _places(found)
    wrong = []
    for strokes, (symbol, parent, relation) in _places(expected).items():
        if strokes not in right:
            continue
        _, read_parent, read_relation = places[strokes]
        at, read_at = parent and parent.strokes, read_parent and read_parent.strokes
        if (at, relation) != (read_at, read_relation) and {at, read_at} <= known:
            there, here = _place(parent, relation), _place(read_parent, read_relation)
            if there == here:
                here += ", another one" if at != read_at else ", another place in a grid"
            wrong.append(Mistake("relation", strokes, there, here, symbol))
    return wrong


def _places(tree: SymbolTree) -> dict[StrokeIndices, tuple[str, Node | None, str | None]]:
    """Strokes of each symbol → its label, the symbol that it hangs on, and how."""
    nodes = list(tree.nodes())
    hangs = {child: (nodes[parent], relation) for parent, child, relation in edges_of(tree)}
    return {node.strokes: (node.label, *hangs.get(index, (None, None))) for index, node in enumerate(nodes)}


def _place(parent: Node | None, relation: str | None) -> str:
    label = None if relation is None else parse_label(relation)
    if parent is None or label is None:
        return _FIRST
    return f"{_PLACES.get(label.relation, f'{label.relation} of')} “{sign(parent.label)}”"


def sign(label: str) -> str:
    """A label as it is shown in running text: its Unicode sign if it has one."""
    known = SYMBOL_CLASSES.get(label)
    return GLYPHS.get(label, label) if known is None else known.text
