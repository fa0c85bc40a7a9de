"""Random symbol layout trees for property tests."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import strategies as st

from crohme.notation import CLASSES, Node, Relation, SymbolTree
from crohme.notation.alphabet import GRID
from crohme.notation.tree import ARGUMENTS

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


ACCENTS = [label for label, arguments in ARGUMENTS.items() if label not in ("\\frac", "\\sqrt")]


@st.composite
def _constructs(draw: st.DrawFn, hanging: st.SearchStrategy[tuple[Node, ...]]) -> Node:
    """An accent, a frame, a binomial, perhaps with scripts, or a grid without empty cells at its edges."""
    if draw(st.booleans()):
        label = draw(st.sampled_from(ACCENTS))
        relations = [*ARGUMENTS[label], *draw(st.sampled_from([(), (Relation.SUB,), (Relation.SUB, Relation.SUP)]))]
        return Node(label, rows={relation: draw(hanging) for relation in relations})
    cell = hanging.filter(lambda row: not row[0].is_grid)
    lines = draw(st.integers(2, 3))
    return Node(GRID, cells=tuple(tuple(draw(cell) for _ in range(draw(st.integers(1, 3)))) for _ in range(lines)))


def trees_with_grids() -> st.SearchStrategy[SymbolTree]:
    """Trees that have accents, frames, binomials and grids, too, as a label graph can tell them."""

    def rows_of(hanging: st.SearchStrategy[tuple[Node, ...]]) -> st.SearchStrategy[tuple[Node, ...]]:
        return st.lists(st.one_of(_nodes(hanging), _constructs(hanging)), min_size=1, max_size=3).map(tuple)

    leaf_rows = st.lists(LABELS.map(Node), min_size=1, max_size=4).map(tuple)
    return st.recursive(leaf_rows, rows_of, max_leaves=10).map(SymbolTree)


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
            strokes = () if node.is_grid else tuple(itertools.islice(numbers, 1 + len(node.label) % 2))
            nodes.append(replace(node, strokes=strokes).with_rows(ink))
        return tuple(nodes)

    return SymbolTree(ink(tree.row))


def stroke_count(tree: SymbolTree) -> int:
    """How many strokes the symbols of a tree have."""
    return sum(len(node.strokes) for node in tree.nodes())
