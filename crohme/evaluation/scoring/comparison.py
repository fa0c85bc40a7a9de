"""One output graph against its truth, counted as LgEval's `evaluate` counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import TypeVar

from crohme.evaluation.scoring.primitives import NOTHING, PrimitiveGraph

Key = TypeVar("Key", str, tuple[str, str])

ABSENT = "ABSENT"
"""The class of a primitive that only the other graph has."""


@dataclass(frozen=True)
class Counts:
    """What was counted in one pair of graphs, or in all of them together.

    Args:
        nodes: int. Primitives of either graph.
        node_errors: int. Primitives whose classes do not agree, or that one graph lacks.
        edge_errors: int. Ordered pairs of primitives whose labels do not agree.
        true_symbols, found_symbols: int. Symbols of the truth, of the output.
        segmented: int. Symbols of the output that are made of the strokes of a true one.
        classified: int. Those of them that have its class.
        true_relations, found_relations: int. Related ordered pairs of symbols in the truth, in the output.
        located: int. Relations of the output between segmented symbols that the truth relates, too.
        related: int. Those of them that have the same label.
        structures: int. 1 if all symbols are segmented and all relations located, with none to spare.
    """

    nodes: int = 0
    node_errors: int = 0
    edge_errors: int = 0
    true_symbols: int = 0
    found_symbols: int = 0
    segmented: int = 0
    classified: int = 0
    true_relations: int = 0
    found_relations: int = 0
    located: int = 0
    related: int = 0
    structures: int = 0

    @property
    def errors(self) -> int:
        """Directed label errors, D_B: the count behind exact, ≤ 1, ≤ 2 and ≤ 3."""
        return self.node_errors + self.edge_errors


def total(counts: Iterable[Counts]) -> Counts:
    """The sums over many pairs."""
    rows = [astuple(one) for one in counts]
    return Counts(*map(sum, zip(*rows, strict=True))) if rows else Counts()


def compare(truth: PrimitiveGraph, output: PrimitiveGraph) -> Counts:
    """Compare an output with its truth.

    Two sets of labels agree if they share one; a pair that is not labelled has the label `_`. That
    is lenient where there are several labels, and so official: of two relations that an output
    draws between the same symbols it is enough that one is right.

    Args:
        truth, output: PrimitiveGraph. Of an output that does not exist, an empty one.

    Returns:
        Counts.
    """
    true_symbols, found_symbols = truth.symbols(), output.symbols()
    segmented = [strokes for strokes in found_symbols if strokes in true_symbols]
    classified = sum(not found_symbols[strokes].isdisjoint(true_symbols[strokes]) for strokes in segmented)
    true_relations, found_relations = truth.relations(true_symbols), output.relations(found_symbols)
    # Both ends of a relation of the truth are symbols of the truth: this asks for right segments, too.
    located = [pair for pair in found_relations if pair in true_relations]
    missing = sum(primitive not in output.labels for primitive in truth.labels)
    # Odd but official: primitives that the output lacks count as symbols of it here, and only here.
    is_segmented = len(segmented) == len(true_symbols) == len(found_symbols) + missing
    is_located = len(located) == len(true_relations) == len(found_relations)
    return Counts(
        nodes=len(truth.labels.keys() | output.labels.keys()),
        node_errors=_disagreements(truth.labels, output.labels, {ABSENT}),
        edge_errors=_disagreements(truth.edges, output.edges, {NOTHING}),
        true_symbols=len(true_symbols),
        found_symbols=len(found_symbols),
        segmented=len(segmented),
        classified=classified,
        true_relations=len(true_relations),
        found_relations=len(found_relations),
        located=len(located),
        # Here several labels must be the same, all of them.
        related=sum(found_relations[pair] == true_relations[pair] for pair in located),
        structures=int(is_segmented and is_located),
    )


def _disagreements(truth: dict[Key, set[str]], output: dict[Key, set[str]], default: set[str]) -> int:
    keys = truth.keys() | output.keys()
    return sum(truth.get(key, default).isdisjoint(output.get(key, default)) for key in keys)
