"""Random symbol layout trees for property tests."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import strategies as st

from crohme.notation import CLASSES, Alphabet, Node, Relation, SymbolTree
from crohme.notation.alphabet import GRID, OTHER
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


SIGNS = [label for label in Alphabet.whole() if label not in (OTHER, *ARGUMENTS)]  # no LaTeX is read as OTHER
ACCENTS = [label for label, arguments in ARGUMENTS.items() if label not in ("\\frac", "\\sqrt")]


@st.composite
def _constructs(draw: st.DrawFn, hanging: st.SearchStrategy[tuple[Node, ...]], empty_lines: bool) -> Node:
    """An accent, a frame, a binomial, perhaps with scripts, or a grid, cells of which may be empty."""
    if draw(st.booleans()):
        label = draw(st.sampled_from(ACCENTS))
        relations = [*ARGUMENTS[label], *draw(st.sampled_from([(), (Relation.SUB,), (Relation.SUB, Relation.SUP)]))]
        return Node(label, rows={relation: draw(hanging) for relation in relations})
    widths = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    lines = [[draw(hanging) if draw(st.booleans()) else () for _ in range(width)] for width in widths]
    for line in lines if not empty_lines else lines[:1] if not any(map(any, lines)) else []:
        if not any(line):
            line[draw(st.integers(0, len(line) - 1))] = draw(hanging)
    return Node(GRID, cells=tuple(map(tuple, lines)))


def trees_with_grids(empty_lines: bool = True) -> st.SearchStrategy[SymbolTree]:
    """Trees of the whole alphabet that have accents, frames, binomials and grids of any shape, too."""

    def rows_of(hanging: st.SearchStrategy[tuple[Node, ...]]) -> st.SearchStrategy[tuple[Node, ...]]:
        return st.lists(st.one_of(_nodes(hanging), _constructs(hanging, empty_lines)), min_size=1, max_size=3).map(
            tuple
        )

    leaf_rows = st.lists(st.sampled_from(SIGNS).map(Node), min_size=1, max_size=4).map(tuple)
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
