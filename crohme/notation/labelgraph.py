"""Label graphs (.lg), the form in which CROHME scores recognisers.

Objects with the primitives they are made of, and labelled relations between objects. At stroke
level a primitive is a stroke; at symbol level (symLG) it is the path that leads to the symbol from
the root of the expression. (Zanibbi, Mouchère and Viard-Gaudin, "Evaluating structural pattern
recognition for handwritten math via primitive label graphs", DRR 2013; Mahdavi and Zanibbi, the
CROHME 2019 contest, ICDAR 2019.)

CROHME has no accents and grids; their relations are this project's. The content of an accent hangs on it by
Below (`\\hat`), Above (`\\underline`) or Inside (`\\boxed`). A grid has no object: `grid_labels` says how the edges
tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crohme.errors import quoted
from crohme.notation.alphabet import ROOT, canonical_label, sign_name
from crohme.notation.edges import Edge, edges_of, tree_of
from crohme.notation.errors import LabelGraphError, UnsayableError
from crohme.notation.grid_labels import MAX_CELLS, bare_label
from crohme.notation.tree import Node, Relation, SymbolTree

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
                    raise LabelGraphError(f"relation {quoted(relation.label)} refers to unknown object {quoted(end)}")


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
        UnsayableError: A single symbol in a grid.
        LabelGraphError: A symbol has no strokes, or strokes that `trace_ids` does not name; more than `MAX_CELLS`.
    """
    primitives = [_names(node.label, node.strokes, trace_ids) for node in tree.nodes()]
    graph = _graph(tree, primitives)
    others = tuple(
        GraphObject(_identifier(label, index), sign_name(label), _names(label, strokes, trace_ids))
        for index, (label, strokes) in enumerate(unattached, start=len(graph.objects))
    )
    return LabelGraph(graph.objects + others, graph.relations)


def _names(label: str, strokes: tuple[int, ...], trace_ids: Sequence[str] | None) -> tuple[str, ...]:
    if not strokes:
        raise LabelGraphError(f"symbol {quoted(label)} has no strokes")
    if trace_ids is None:
        return tuple(str(stroke) for stroke in strokes)
    if max(strokes) >= len(trace_ids):
        raise LabelGraphError(f"symbol {quoted(label)} has stroke {max(strokes)} of {len(trace_ids)}")
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
        UnsayableError: A single symbol in a grid.
        LabelGraphError: More symbols or cells than any expression has.
    """
    return _graph(tree, [(path,) for path in symbol_paths(tree)])


def symbol_paths(tree: SymbolTree) -> list[str]:
    """The path to each symbol, as `symbol_graph` names it.

    Raises:
        LabelGraphError: More symbols than any expression has.
    """
    count = sum(1 for _ in tree.nodes())
    if count > _MOST_PATHS:
        raise LabelGraphError(f"{count} symbols, whose paths grow with their number; the limit is {_MOST_PATHS}")
    paths = ["O"]
    for parent, _, relation in edges_of(tree):
        step = bare_label(relation)  # so that the wrong shape of a grid is one error, and not one for each symbol in it
        paths.append(paths[parent] + ("R" if step == Relation.RIGHT else step))
    return paths


def _graph(tree: SymbolTree, primitives: Sequence[tuple[str, ...]]) -> LabelGraph:
    nodes, edges = list(tree.nodes()), edges_of(tree)
    if not edges and tree.row[0].is_grid:
        raise UnsayableError("a single symbol in a grid, which no label graph can represent")
    if _count_cells(tree.row) > MAX_CELLS:
        raise LabelGraphError(f"more than {MAX_CELLS} cells")
    objects = tuple(
        GraphObject(_identifier(node.label, index), node.label, names)
        for index, (node, names) in enumerate(zip(nodes, primitives, strict=True))
    )
    relations = tuple(
        GraphRelation(objects[parent].id, objects[child].id, str(relation))
        for parent, child, relation in (*edges, *_second_insides(nodes, edges))
    )
    return LabelGraph(objects, relations)


def _second_insides(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Edge]:
    """The official converters draw a root without index to its first two symbols, not one."""
    steps = [(parent, child, bare_label(relation)) for parent, child, relation in edges]
    right = {parent: child for parent, child, step in steps if step == Relation.RIGHT}
    return [
        (parent, right[child], step)
        for parent, child, step in steps
        if step == Relation.INSIDE
        and nodes[parent].label == ROOT
        and Relation.ABOVE not in nodes[parent].rows
        and child in right
    ]


def _count_cells(row: tuple[Node, ...]) -> int:
    own = sum(len(line) for node in row for line in node.cells)
    return own + sum(_count_cells(inner) for node in row for inner in node.inner_rows)


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
        LabelGraphError: It is no tree of the six relations and those of grids (`tree_of`), or has unknown primitives.
    """
    numbers = {obj.id: number for number, obj in enumerate(graph.objects)}
    order = None if trace_ids is None else {name: index for index, name in enumerate(trace_ids)}
    symbols = [Node(label(obj.label), _strokes(obj, order)) for obj in graph.objects]
    edges = [(numbers[r.parent], numbers[r.child], r.label) for r in _without_second_insides(graph)]
    return tree_of(symbols, edges, list(numbers))


def _without_second_insides(graph: LabelGraph) -> list[GraphRelation]:
    steps = {relation: bare_label(relation.label) for relation in dict.fromkeys(graph.relations)}
    left_of = {relation.child: relation.parent for relation, step in steps.items() if step == Relation.RIGHT}
    inside = {(relation.parent, relation.child) for relation, step in steps.items() if step == Relation.INSIDE}
    return [
        relation
        for relation, step in steps.items()
        if not (step == Relation.INSIDE and (relation.parent, left_of.get(relation.child)) in inside)
    ]


def _strokes(obj: GraphObject, order: dict[str, int] | None) -> tuple[int, ...]:
    if order is None:
        return ()
    try:
        return tuple(sorted(order[name] for name in obj.primitives))
    except KeyError as error:
        raise LabelGraphError(f"object {quoted(obj.id)} has unknown primitive {error}") from None


_MOST_PATHS = 4000
