"""Random symbol layout trees for property tests."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from crohme.notation import CLASSES, Node, Relation, SymbolTree

LABELS = st.sampled_from(CLASSES)


def _rows_of(hanging: st.SearchStrategy[tuple[Node, ...]]) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(_nodes(hanging), min_size=1, max_size=3).map(tuple)


@st.composite
def _nodes(draw: st.DrawFn, hanging: st.SearchStrategy[tuple[Node, ...]]) -> Node:
    label, relations = draw(
        st.one_of(
            st.tuples(st.just("-"), st.just({Relation.ABOVE, Relation.BELOW})),
            st.tuples(st.just("\\sqrt"), st.sampled_from([{Relation.INSIDE}, {Relation.INSIDE, Relation.ABOVE}])),
            st.tuples(LABELS, st.just(set())),
        )
    )
    lower = draw(st.sampled_from([set(), {Relation.SUB}, {Relation.BELOW} - relations]))
    upper = draw(st.sampled_from([set(), {Relation.SUP}, {Relation.ABOVE} - relations]))
    present = relations | lower | upper
    return Node(label, rows={relation: draw(hanging) for relation in Relation if relation in present})


def trees() -> st.SearchStrategy[SymbolTree]:
    """Trees of all symbol classes that LaTeX can write; without strokes."""
    leaf_rows = st.lists(LABELS.map(Node), min_size=1, max_size=4).map(tuple)
    return st.recursive(leaf_rows, _rows_of, max_leaves=10).map(SymbolTree)


def written(tree: SymbolTree) -> SymbolTree:
    """The tree with strokes: one or two for each symbol, numbered from 0."""
    numbers = itertools.count()

    def ink(row: tuple[Node, ...]) -> tuple[Node, ...]:
        nodes = []
        for node in row:
            strokes = tuple(itertools.islice(numbers, 1 + len(node.label) % 2))
            nodes.append(Node(node.label, strokes, {relation: ink(hanging) for relation, hanging in node.rows.items()}))
        return tuple(nodes)

    return SymbolTree(ink(tree.row))


def stroke_count(tree: SymbolTree) -> int:
    """How many strokes the symbols of a tree have."""
    return sum(len(node.strokes) for node in tree.nodes())
