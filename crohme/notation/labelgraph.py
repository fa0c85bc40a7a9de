"""Label graphs (.lg), the form in which CROHME scores recognisers.

Objects with the primitives they are made of, and labelled relations between objects. At stroke
level a primitive is a stroke; at symbol level (symLG) it is the path that leads to the symbol from
the root of the expression. (Zanibbi, Mouchère and Viard-Gaudin, "Evaluating structural pattern
recognition for handwritten math via primitive label graphs", DRR 2013; Mahdavi and Zanibbi, the
CROHME 2019 contest, ICDAR 2019.)

CROHME has no accents and grids; their relations are this project's. The content of an accent hangs on it by
Below (`\\hat`), Above (`\\underline`) or Inside (`\\boxed`). A grid has no object: its first symbol stands
for it, and from that lead `Cell+1-2` to the first symbol of the cell one line down and two columns to the left,
and `After` to what follows the grid in its row. Empty cells at the edges of a grid are lost, and so is a grid
of one cell with nothing after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crohme.notation.alphabet import GRID, ROOT, canonical_label
from crohme.notation.errors import LabelGraphError, NotationError
from crohme.notation.tree import AFTER, MAX_DEPTH, Node, Relation, SymbolTree, begins_with_grid

COMMA = "COMMA"
"""The comma symbol in a file, where a comma separates fields."""


@dataclass(frozen=True)
class GraphObject:
    """One symbol of a label graph.

    Args:
        id: str. Name within the graph.
        label: str. Symbol class; a comma is `,` here and `COMMA` in a file.
        primitives: tuple of str. Trace identifiers, or at symbol level one path.
    """

    id: str
    label: str
    primitives: tuple[str, ...]


@dataclass(frozen=True)
class GraphRelation:
    """A labelled edge between two objects, from base to script, from left to right."""

    parent: str
    child: str
    label: str


@dataclass(frozen=True)
class LabelGraph:
    """The symbols of an expression and their relations. Not necessarily a tree.

    Args:
        objects: tuple of GraphObject, with distinct identifiers.
        relations: tuple of GraphRelation between them.

    Raises:
        LabelGraphError: An identifier is used twice, or a relation refers to none.
    """

    objects: tuple[GraphObject, ...]
    relations: tuple[GraphRelation, ...]

    def __post_init__(self) -> None:
        known = {obj.id for obj in self.objects}
        if len(known) != len(self.objects):
            raise LabelGraphError("object identifiers are not unique")
        for relation in self.relations:
            for end in (relation.parent, relation.child):
                if end not in known:
                    raise LabelGraphError(f"relation {relation.label!r} refers to unknown object {end!r}")


def stroke_graph(
    tree: SymbolTree,
    trace_ids: Sequence[str] | None = None,
    unattached: Iterable[tuple[str, tuple[int, ...]]] = (),
) -> LabelGraph:
    """The stroke-level graph of a tree.

    Args:
        tree: SymbolTree. Each node has strokes.
        trace_ids: sequence of str. Identifier of each stroke of the ink; its number if not given.
        unattached: iterable of `(label, strokes)`. Symbols that are no part of the tree: official
            truth graphs have them as objects without relations.

    Returns:
        LabelGraph.

    Raises:
        LabelGraphError: A symbol has no strokes, or strokes that `trace_ids` does not name; a grid begins with a grid.
    """
    primitives = [_names(node.label, node.strokes, trace_ids) for node in tree.nodes()]
    graph = _graph(tree, primitives)
    others = tuple(
        GraphObject(_identifier(label, index), canonical_label(label), _names(label, strokes, trace_ids))
        for index, (label, strokes) in enumerate(unattached, start=len(graph.objects))
    )
    return LabelGraph(graph.objects + others, graph.relations)


def _names(label: str, strokes: tuple[int, ...], trace_ids: Sequence[str] | None) -> tuple[str, ...]:
    if not strokes:
        raise LabelGraphError(f"symbol {label!r} has no strokes")
    if trace_ids is None:
        return tuple(str(stroke) for stroke in strokes)
    if max(strokes) >= len(trace_ids):
        raise LabelGraphError(f"symbol {label!r} has stroke {max(strokes)} of {len(trace_ids)}")
    return tuple(trace_ids[stroke] for stroke in strokes)


def symbol_graph(tree: SymbolTree) -> LabelGraph:
    """The symbol-level graph (symLG) of a tree.

    A symbol's only primitive is its path: `O`, then the relations on the way from the root, `R`
    for Right and the others in full (`ORRAboveSup`).

    Args:
        tree: SymbolTree. Strokes do not matter.

    Returns:
        LabelGraph.

    Raises:
        LabelGraphError: A grid begins with a grid; more symbols than any expression has.
    """
    count = sum(1 for _ in tree.nodes())
    if count > _MOST_PATHS:
        raise LabelGraphError(f"{count} symbols, whose paths grow with their number; the limit is {_MOST_PATHS}")
    paths = {0: "O"}
    for parent, child, relation in tree.edges():
        paths[child] = paths[parent] + ("R" if relation == Relation.RIGHT else relation)
    return _graph(tree, [(paths[index],) for index in range(len(paths))])


def _graph(tree: SymbolTree, primitives: Sequence[tuple[str, ...]]) -> LabelGraph:
    nodes, edges = list(tree.nodes()), list(tree.edges())
    objects = tuple(
        GraphObject(_identifier(node.label, index), node.label, names)
        for index, (node, names) in enumerate(zip(nodes, primitives, strict=True))
    )
    if begins_with_grid(tree.row):
        raise LabelGraphError("a grid begins with a grid, which no label graph can say")
    right = {parent: child for parent, child, relation in edges if relation == Relation.RIGHT}
    # The official converters draw a root without index to its first two symbols, not one.
    edges += [
        (parent, right[child], relation)
        for parent, child, relation in edges
        if relation == Relation.INSIDE
        and nodes[parent].label == ROOT
        and Relation.ABOVE not in nodes[parent].rows
        and child in right
    ]
    relations = tuple(GraphRelation(objects[p].id, objects[c].id, str(relation)) for p, c, relation in edges)
    return LabelGraph(objects, relations)


def _identifier(label: str, index: int) -> str:
    return f"{label.replace(',', COMMA)}_{index}"


def to_tree(
    graph: LabelGraph, trace_ids: Sequence[str] | None = None, label: Callable[[str], str] = canonical_label
) -> SymbolTree:
    """The tree that a graph describes, if it is one.

    The second Inside relation of a root is accepted and dropped.

    Args:
        graph: LabelGraph.
        trace_ids: sequence of str. Identifiers of the strokes of the ink, in its order. If not
            given, the nodes have no strokes.
        label: function of an object's label. That of the node.

    Returns:
        SymbolTree.

    Raises:
        LabelGraphError: The graph is no tree of the six relations and those of grids, or has unknown primitives.
    """
    children, parents = _family(graph)
    roots = [obj.id for obj in graph.objects if obj.id not in parents]
    if len(roots) != 1:
        raise LabelGraphError(f"{len(roots)} objects without a parent, where a tree has one")
    builder = _TreeBuilder(graph, children, trace_ids, label)
    row = builder.row(roots[0], depth=1)
    if builder.count != len(graph.objects):
        raise LabelGraphError("some objects cannot be reached from the root")
    try:
        return SymbolTree(row)
    except NotationError as error:
        raise LabelGraphError(str(error)) from None


def _family(graph: LabelGraph) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    left_of = {r.child: r.parent for r in graph.relations if r.label == Relation.RIGHT}
    inside = {(r.parent, r.child) for r in graph.relations if r.label == Relation.INSIDE}
    children: dict[str, dict[str, str]] = {obj.id: {} for obj in graph.objects}
    parents: dict[str, str] = {}
    for edge in dict.fromkeys(graph.relations):
        if edge.label == Relation.INSIDE and (edge.parent, left_of.get(edge.child)) in inside:
            continue  # the second one of a root
        if edge.label not in _RELATIONS and _CELL.fullmatch(edge.label) is None:
            raise LabelGraphError(f"unknown relation {edge.label!r}")
        if edge.label in children[edge.parent]:
            raise LabelGraphError(f"object {edge.parent!r} has two relations {edge.label}")
        if edge.child in parents:
            raise LabelGraphError(f"object {edge.child!r} has two parents")
        children[edge.parent][edge.label] = edge.child
        parents[edge.child] = edge.parent
    return children, parents


_RELATIONS = frozenset({*map(str, Relation), AFTER})
_MOST_PATHS = 4000
_CELL = re.compile(r"Cell\+([0-9]{1,3})([+-][0-9]{1,3})")


class _TreeBuilder:
    def __init__(
        self,
        graph: LabelGraph,
        children: dict[str, dict[str, str]],
        trace_ids: Sequence[str] | None,
        label: Callable[[str], str],
    ) -> None:
        self.count = 0
        self._label = label
        self._objects = {obj.id: obj for obj in graph.objects}
        self._children = children
        self._strokes = None if trace_ids is None else {name: index for index, name in enumerate(trace_ids)}

    def row(self, first: str, depth: int, *, is_cell: bool = False) -> tuple[Node, ...]:
        """The row that begins with an object; `is_cell` says that the grid that begins with it is being built."""
        if depth > MAX_DEPTH:
            raise LabelGraphError(f"nested deeper than {MAX_DEPTH} levels")
        nodes: list[Node] = []
        current: str | None = first
        while current is not None:
            hanging = self._children[current]
            cells = [relation for relation in hanging if relation == AFTER or relation.startswith("Cell")]
            if cells and not (is_cell and current == first):
                nodes.append(self._grid(current, depth + 1))
                current = hanging.get(AFTER)
                continue
            rows: dict[Relation, tuple[Node, ...]] = {
                Relation(relation): self.row(child, depth + 1)
                for relation, child in hanging.items()
                if relation != Relation.RIGHT and relation not in cells
            }
            obj = self._objects[current]
            nodes.append(Node(self._label(obj.label), self._strokes_of(obj), rows))
            self.count += 1
            current = hanging.get(Relation.RIGHT)
        return tuple(nodes)

    def _grid(self, first: str, depth: int) -> Node:
        places = {(0, 0): self.row(first, depth, is_cell=True)}
        for relation, child in self._children[first].items():
            if (match := _CELL.fullmatch(relation)) is not None:
                places[int(match[1]), int(match[2])] = self.row(child, depth)
        left = min(column for _, column in places)
        lines = []
        for line in range(1 + max(line for line, _ in places)):
            right = max((column for at, column in places if at == line), default=left)
            lines.append(tuple(places.get((line, column), ()) for column in range(left, right + 1)))
        return Node(GRID, cells=tuple(lines))

    def _strokes_of(self, obj: GraphObject) -> tuple[int, ...]:
        if self._strokes is None:
            return ()
        try:
            return tuple(sorted(self._strokes[name] for name in obj.primitives))
        except KeyError as error:
            raise LabelGraphError(f"object {obj.id!r} has unknown primitive {error}") from None
