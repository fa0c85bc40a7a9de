"""Primitive graphs: what two label graphs are compared as.

Every primitive (a stroke, or at symbol level a path) and every ordered pair of primitives has a set
of labels. Symbols and their relations are read back from these labels. (Zanibbi, Mouchère and
Viard-Gaudin, "Evaluating structural pattern recognition for handwritten math via primitive label
graphs", DRR 2013.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crohme.notation import LabelGraph, LabelGraphError
from crohme.notation.labelgraph import COMMA

NOTHING = "_"
"""Label of a pair without relation, and of a primitive that only edges mention."""
MAX_PRIMITIVES = 1000
"""No written expression has 200 strokes."""
MAX_PAIR_LABELS = 160_000
"""Labels written on ordered pairs of primitives: of all pairs of 400 primitives, say. Bounds time and memory."""

Symbols = dict[frozenset[str], set[str]]
"""Primitives of a symbol → its classes."""
Relations = dict[tuple[frozenset[str], frozenset[str]], set[str]]
"""Primitives of parent and child → labels of their relation."""


@dataclass
class PrimitiveGraph:
    """Labels of primitives and of ordered pairs of primitives.

    Args:
        labels: dict of primitive → set of str.
        edges: dict of `(primitive, primitive)` → set of str. Pairs of two different primitives; a
            pair that is missing is without relation.
        ignored: list of str. Lines of the file that say nothing, each with its number and cause.
    """

    labels: dict[str, set[str]] = field(default_factory=dict)
    edges: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    _written: int = 0

    def renamed(self, names: Mapping[str, str]) -> PrimitiveGraph:
        """The same with other names of some labels."""
        labels = {key: {names.get(one, one) for one in own} for key, own in self.labels.items()}
        edges = {key: {names.get(one, one) for one in own} for key, own in self.edges.items()}
        return PrimitiveGraph(labels, edges, self.ignored)

    def add_symbol(self, label: str, primitives: Iterable[str]) -> None:
        """Write a class on primitives and on every ordered pair of them.

        Raises:
            LabelGraphError: More than `MAX_PRIMITIVES` or `MAX_PAIR_LABELS`.
        """
        own = dict.fromkeys(primitives)
        for primitive in own:
            self.add_label(primitive, label)
        self.add_relation(label, own, own)

    def add_label(self, primitive: str, label: str) -> None:
        """Write a class on one primitive. Raises LabelGraphError if it is one too many."""
        self.labels.setdefault(primitive, set()).add(label)
        if len(self.labels) > MAX_PRIMITIVES:
            raise LabelGraphError(f"more than {MAX_PRIMITIVES} primitives")

    def add_relation(self, label: str, parents: Iterable[str], children: Iterable[str]) -> None:
        """Write a label on every ordered pair of a primitive of the parent and one of the child.

        Raises:
            LabelGraphError: More than `MAX_PAIR_LABELS`.
        """
        parents, children = list(parents), list(children)
        self._written += len(parents) * len(children)
        if self._written > MAX_PAIR_LABELS:
            raise LabelGraphError(f"more than {MAX_PAIR_LABELS} labels on pairs of primitives")
        for parent in parents:
            for child in children:
                if parent != child:
                    self.edges.setdefault((parent, child), set()).add(label)

    def symbols(self) -> Symbols:
        """The symbols: each primitive with those that its class joins to it, in either direction."""
        joined: dict[tuple[str, str], set[str]] = {}
        for (first, second), labels in self.edges.items():
            for label in (labels & self.labels[first] & self.labels[second]) - {NOTHING}:
                joined.setdefault((first, label), set()).add(second)
                joined.setdefault((second, label), set()).add(first)
        symbols: Symbols = {}
        for primitive, labels in self.labels.items():
            for label in labels:
                strokes = frozenset({primitive, *joined.get((primitive, label), ())})
                symbols.setdefault(strokes, set()).add(label)
        return symbols

    def relations(self, symbols: Symbols) -> Relations:
        """The relations between symbols: labels, no class of either end, that stand on all pairs between them."""
        owners: dict[str, list[frozenset[str]]] = {primitive: [] for primitive in self.labels}
        for strokes in symbols:
            for primitive in strokes:
                owners[primitive].append(strokes)
        found: Counter[tuple[frozenset[str], frozenset[str], str]] = Counter()
        for (first, second), labels in self.edges.items():
            for label in labels - self.labels[first] - self.labels[second] - {NOTHING}:
                found.update((parent, child, label) for parent in owners[first] for child in owners[second])
        relations: Relations = {}
        for (parent, child, label), count in found.items():
            if count == len(parent) * len(child):
                relations.setdefault((parent, child), set()).add(label)
        return relations


def primitive_graph(graph: LabelGraph) -> PrimitiveGraph:
    """The primitive graph of a label graph that is in memory.

    Args:
        graph: LabelGraph.

    Returns:
        PrimitiveGraph.

    Raises:
        LabelGraphError: More than `MAX_PRIMITIVES` or `MAX_PAIR_LABELS`.
    """
    result = PrimitiveGraph()
    primitives = {obj.id: obj.primitives for obj in graph.objects}
    for obj in graph.objects:
        result.add_symbol(COMMA if obj.label == "," else obj.label, obj.primitives)
    for relation in graph.relations:
        result.add_relation(relation.label, primitives[relation.parent], primitives[relation.child])
    return result
