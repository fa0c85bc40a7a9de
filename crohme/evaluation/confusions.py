"""Confusions of symbols, and of the relations between them, where the segmentation is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from crohme.evaluation.outcomes import Outcome
from crohme.notation import LabelGraphError, Relation, SymbolTree, without_limits
from crohme.notation.edges import edges_of
from crohme.notation.grid_labels import AFTER, CELL, parse_label
from crohme.notation.labelgraph import symbol_paths

NO_RELATION = "none"
GRID_RELATIONS = (CELL, AFTER)
"""What is between the first symbol of a grid and another one; of cells, whatever their place."""
RELATIONS = (*map(str, Relation), *GRID_RELATIONS, NO_RELATION)
StrokeIndices = tuple[int, ...]


@dataclass(frozen=True)
class SymbolConfusions:
    """How the symbols of the truth were read.

    Args:
        counts: Counter of `(truth, read)` labels, of symbols made of the same strokes.
        examples: dict of `(truth, read)`, two different labels → outcomes, each with the strokes of the symbol.
        lost: Counter of labels. Symbols of the truth whose strokes were not read as one symbol.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[tuple[Outcome, StrokeIndices]]] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def most_confused(self) -> list[tuple[str, str, int, int]]:
        """`(a, b, a read as b, b read as a)`, most confusions first."""
        pairs = {tuple(sorted(pair)) for pair in self.counts if pair[0] != pair[1]}
        rows = [(a, b, self.counts[a, b], self.counts[b, a]) for a, b in pairs]
        return sorted(rows, key=lambda row: (-row[2] - row[3], row[0], row[1]))

    @property
    def labels(self) -> list[str]:
        """Every label of the truth or of a reading."""
        return sorted({label for pair in self.counts for label in pair} | self.lost.keys())


def symbol_confusions(outcomes: Sequence[Outcome]) -> SymbolConfusions:
    """Count over all outcomes that have a reading.

    Symbols are the same that are made of the same strokes; of a reading without strokes (LaTeX) those that are in
    the same place, that is, to which the same relations lead from the first symbol.
    """
    result = SymbolConfusions()
    for outcome in outcomes:
        if outcome.expected is None or outcome.found is None:
            continue
        if any(node.strokes for node in outcome.found.nodes()):
            read = {node.strokes: node.label for node in outcome.found.nodes()}
            written = [(node, read.get(node.strokes)) for node in outcome.expected.nodes() if node.strokes]
        else:
            places = dict(zip(_places(outcome.found), outcome.found.nodes(), strict=False))
            nodes = zip(_places(outcome.expected), outcome.expected.nodes(), strict=False)
            written = [(node, places[place].label if place in places else None) for place, node in nodes]
        for node, label in written:
            if label is None:
                result.lost[node.label] += 1
                continue
            result.counts[node.label, label] += 1
            if node.label != label:
                result.examples.setdefault((node.label, label), []).append((outcome, node.strokes))
    return result


def relation_confusions(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """Count `(truth, read)` over ordered pairs of symbols that either side relates; `NO_RELATION` where one does not.

    Both symbols must be made of the right strokes. Limits over and under an operator are as the
    file has them.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        if outcome.expected is None or outcome.found is None:
            continue
        segmented = _symbols(outcome.expected) & _symbols(outcome.found)
        expected, found = (_related(tree, segmented) for tree in (outcome.expected, outcome.found))
        counts.update((expected.get(pair, NO_RELATION), found.get(pair, NO_RELATION)) for pair in expected | found)
    return counts


def _places(tree: SymbolTree) -> list[str]:
    """The path to each symbol, limits being scripts; none of an expression that is too long for paths."""
    try:
        return symbol_paths(without_limits(tree))
    except LabelGraphError:
        return []


def _symbols(tree: SymbolTree) -> set[StrokeIndices]:
    return {node.strokes for node in tree.nodes() if node.strokes}


def _related(tree: SymbolTree, segmented: set[StrokeIndices]) -> dict[tuple[StrokeIndices, StrokeIndices], str]:
    strokes = [node.strokes for node in tree.nodes()]
    pairs = {(strokes[parent], strokes[child]): _kind(relation) for parent, child, relation in edges_of(tree)}
    return {pair: relation for pair, relation in pairs.items() if segmented.issuperset(pair)}


def _kind(relation: str) -> str:
    label = parse_label(relation)
    return relation if label is None else label.relation
