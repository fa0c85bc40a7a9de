"""Grids of any shape in label graphs."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from crohme.notation import (
    Alphabet,
    LabelGraphError,
    Node,
    SymbolTree,
    UnsayableError,
    from_latex,
    read_lg,
    stroke_graph,
    symbol_graph,
    to_tree,
    write_lg,
)
from crohme.notation.alphabet import GRID
from crohme.notation.edges import edges_of, tree_of
from crohme.notation.grid_labels import MAX_CELLS
from tests.notation.trees import stroke_count, trees_with_grids, written

WHOLE = Alphabet.whole()


def read(text: str) -> SymbolTree:
    return from_latex(text, WHOLE)


def grid(*lines: str) -> Node:
    """A grid of lines of cells with a bar between them, each a sign or nothing."""
    return Node(GRID, cells=tuple(tuple((Node(c),) if c else () for c in line.split("|")) for line in lines))


def is_single(tree: SymbolTree) -> bool:
    return tree.row[0].is_grid and len(list(tree.nodes())) == 1


@given(trees_with_grids().map(written))
@example(written(read(r"[ \begin{matrix} a \end{matrix} ]")))
@example(written(read(r"\begin{matrix} a & & \\ & & \\ b \end{matrix}")))
def test_label_graphs_of_every_tree_are_read_back(tree: SymbolTree) -> None:
    if is_single(tree):
        for graph_of in (stroke_graph, symbol_graph):
            with pytest.raises(UnsayableError, match="single symbol in a grid"):
                graph_of(tree)
        return
    names = [f"t{i}" for i in range(stroke_count(tree))]
    strokes = read_lg(write_lg(stroke_graph(tree, names)))
    assert to_tree(strokes, names, WHOLE.canonical) == tree
    symbols = read_lg(write_lg(symbol_graph(tree)))
    assert written(to_tree(symbols, label=WHOLE.canonical)) == tree
    assert len({obj.primitives for obj in symbols.objects}) == len(symbols.objects)


@given(trees_with_grids().map(written))
def test_symbols_and_edges_are_the_tree(tree: SymbolTree) -> None:
    nodes = [Node(node.label, node.strokes) for node in tree.nodes()]
    if not is_single(tree):
        assert tree_of(nodes, edges_of(tree)) == tree


@pytest.mark.parametrize(
    ("latex", "relations"),
    [
        (r"\begin{matrix} a & b \\ c & d \end{matrix} e", "Cell+0+1 Cell+1+0 Cell+1+1 After"),
        (r"\begin{matrix} & a \\ b & \end{matrix}", "0+1:2/2@Cell+1-1"),
        (r"\begin{matrix} a & \\ b & \end{matrix}", "0+0:2/2@Cell+1+0"),
        (r"[ \begin{matrix} a & \\ & \\ b \end{matrix} ]", "Right@0+0:2/2/1 Cell+2+0 After"),
        (r"x ^ { \begin{matrix} a \end{matrix} }", "Sup@0+0:1"),
        (r"[ \begin{matrix} a \end{matrix} ]", "Right After"),
        (r"\begin{matrix} a ^ { 2 } \end{matrix}", "0+0:1@Sup"),
        (r"\begin{matrix} \begin{matrix} a & b \end{matrix} c \\ d \end{matrix} e", "Cell+0+1 After Cell2+1+0 After2"),
        (r"( \begin{matrix} \begin{matrix} a \end{matrix} & b \end{matrix}", "Right@0+0:2@0+0:1 Cell2+0+1"),
    ],
)
def test_edges_tell_of_the_shape_of_a_grid_where_they_must(latex: str, relations: str) -> None:
    assert " ".join(relation for _, _, relation in edges_of(read(latex))) == relations


@pytest.mark.parametrize("lines", [999, 1000, 1001, 2500])
def test_grids_of_thousands_of_lines(lines: int) -> None:
    for tree in (SymbolTree((grid(*["a|b"] * lines),)), SymbolTree((grid("a|", *["|"] * lines, "b|"), Node("x")))):
        names = [str(i) for i in range(2 * len(list(tree.nodes())))]
        assert to_tree(read_lg(write_lg(stroke_graph(written(tree), names))), names) == written(tree)


def test_more_cells_than_any_expression_has_are_refused_on_either_side() -> None:
    tree = SymbolTree((Node("("), grid("a" + "|" * MAX_CELLS)))
    with pytest.raises(LabelGraphError, match="more than 100000 cells"):
        symbol_graph(tree)
    many = "".join(f"O, {name}, x, 1.0, {name}\n" for name in "abc")
    many += "R, a, b, Right@0+0:60000, 1.0\nR, b, c, After@0+0:60000, 1.0\n"
    with pytest.raises(LabelGraphError, match="more than 100000 cells"):
        to_tree(read_lg(many))


@pytest.mark.parametrize(
    ("relations", "cause"),
    [
        ("a b Cell+0+0", "unknown relation"),
        ("a b Cell+0-1", "unknown relation"),
        ("a b Cell", "unknown relation"),
        ("a b Right+1+0", "unknown relation"),
        ("a b Right2", "unknown relation"),
        ("a b After1", "unknown relation"),
        ("a b Right@", "unknown relation"),
        ("a b Right@0+0:", "unknown relation"),
        ("a b Cell+01+00, a c Cell+1+0", "two relations"),
        ("a b 0+0:1/1@Cell+1+1", "outside of the grid"),
        ("a b 0+0:1@Cell+1+0", "outside of the grid"),
        ("a b 0+0:2@Cell2+0+1", "more grids than begin with it"),
        ("a b Right@0+0:1, b c 0+0:1@Sup", "given twice"),
        ("a b 0+0:1@Sup, a c 0+0:1@Sub", "given twice"),
        ("a b 1+0:2@Sup", "outside of the grid"),
        ("a b Cell999+1+0", "more grids"),
    ],
)
def test_edges_of_grids_that_contradict_each_other(relations: str, cause: str) -> None:
    edges = [edge.split() for edge in relations.split(", ")]
    names = sorted({name for edge in edges for name in edge[:2]})
    lines = [f"O, {name}, x, 1.0, {name}" for name in names] + [f"R, {', '.join(edge)}, 1.0" for edge in edges]
    with pytest.raises(LabelGraphError, match=cause):
        to_tree(read_lg("\n".join(lines)))
