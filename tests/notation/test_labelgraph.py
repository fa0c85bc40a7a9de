from __future__ import annotations

import pytest
from hypothesis import given

from crohme.notation import (
    GraphObject,
    GraphRelation,
    LabelGraph,
    LabelGraphError,
    Node,
    SymbolTree,
    from_latex,
    read_lg,
    stroke_graph,
    symbol_graph,
    to_latex,
    to_tree,
    write_lg,
)
from tests.notation.trees import stroke_count, trees, written

POWER = """\
# x squared, the x drawn in two strokes
O, a, x, 1.0, 0, 1

O, b, 2, 0.5, 2
R, a, b, Sup, 1.0
"""


def _relations(graph: LabelGraph) -> set[tuple[str, str, str]]:
    labels = {obj.id: obj.label for obj in graph.objects}
    return {(labels[r.parent], r.label, labels[r.child]) for r in graph.relations}


def test_a_stroke_graph_in_full() -> None:
    graph = stroke_graph(written(from_latex("x , 2")), trace_ids=["t0", "t1", "t2", "t3", "t4", "t5"])
    assert write_lg(graph) == (
        "O, x_0, x, 1.0, t0, t1\n"
        "O, COMMA_1, COMMA, 1.0, t2, t3\n"
        "O, 2_2, 2, 1.0, t4, t5\n"
        "R, x_0, COMMA_1, Right, 1.0\n"
        "R, COMMA_1, 2_2, Right, 1.0\n"
    )


def test_a_root_without_index_has_two_edges_inside() -> None:
    assert _relations(symbol_graph(from_latex(r"\sqrt { a b c }"))) == {
        ("\\sqrt", "Inside", "a"), ("\\sqrt", "Inside", "b"), ("a", "Right", "b"), ("b", "Right", "c")}  # fmt: skip
    assert _relations(symbol_graph(from_latex(r"\sqrt [ n ] { a b }"))) == {
        ("\\sqrt", "Above", "n"), ("\\sqrt", "Inside", "a"), ("a", "Right", "b")}  # fmt: skip


def test_symbols_are_named_by_their_path() -> None:
    graph = symbol_graph(from_latex(r"a + \frac { x ^ { 2 } } { \sqrt { y } z }"))
    assert {obj.primitives: obj.label for obj in graph.objects} == {
        ("O",): "a",
        ("OR",): "+",
        ("ORR",): "-",
        ("ORRAbove",): "x",
        ("ORRAboveSup",): "2",
        ("ORRBelow",): "\\sqrt",
        ("ORRBelowInside",): "y",
        ("ORRBelowR",): "z",
    }


def test_symbols_outside_of_the_tree_are_objects_without_relations() -> None:
    graph = stroke_graph(SymbolTree((Node("x", (0,)),)), ["7", "9"], unattached=[("<", (1,))])
    assert graph == LabelGraph((GraphObject("x_0", "x", ("7",)), GraphObject("<_1", "\\lt", ("9",))), ())


def test_read_objects_and_relations() -> None:
    x, two = GraphObject("a", "x", ("0", "1")), GraphObject("b", "2", ("2",))
    assert read_lg(POWER) == LabelGraph((x, two), (GraphRelation("a", "b", "Sup"),))
    assert read_lg(POWER.replace("R,", "EO,") + POWER) == read_lg(POWER)
    assert read_lg(POWER.replace("Sup", "_")).relations == ()


@pytest.mark.parametrize("same", ["x", "*"])
def test_read_primitives(same: str) -> None:
    text = f"N,0,x,1\nN,1,x,1\nN,2,2,1\nE,0,1,{same},1\nE,1,0,{same},1\nE,0,2,Sup,1\nE,1,2,Sup,1\nE,2,0,_,1\n"
    graph = read_lg(text)
    assert [(obj.label, obj.primitives) for obj in graph.objects] == [("x", ("0", "1")), ("2", ("2",))]
    assert _relations(graph) == {("x", "Sup", "2")}
    partial = read_lg(text.replace("E,1,2,Sup,1\n", ""))
    assert partial.objects == graph.objects and partial.relations == ()


def test_a_primitive_that_only_edges_mention() -> None:
    graph = read_lg("N,0,x,1\nE,0,1,Right,1\n")
    assert [(obj.label, obj.primitives) for obj in graph.objects] == [("x", ("0",)), ("_", ("1",))]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("O, a, x, 1.0, 0\nQ, 1\n", "line 2: unknown entry 'Q'"),
        ("O, a, x, 1.0\n", "line 1: 4 fields, where O needs more"),
        ("O, a, x, 1.0, 0\nR, a, b, Sup\n", "line 2: 4 fields, where R needs more"),
        ("O, a, x, 1.0, 0\nR, a, b, Sup, 1.0\n", "unknown object 'b'"),
        ("O, a, x, 1.0, 0\nO, a, y, 1.0, 1\n", "not unique"),
        ("O, a, x, 1.0, 0\nN, 0, x, 1.0\n", "mixed"),
        ("N, 0, x, 1\nN, 0, y, 1\n", "primitive '0' has two labels"),
        ("N, 0, x, 1\nN, 1, y, 1\nE, 0, 1, *, 1\n", "'0' and '1' are one symbol, but differ in label"),
    ],
)
def test_label_graphs_that_cannot_be_read(text: str, cause: str) -> None:
    with pytest.raises(LabelGraphError, match=cause):
        read_lg(text)


@pytest.mark.parametrize(
    ("relations", "cause"),
    [
        ([], "3 objects without a parent"),
        ([("a", "b", "Right"), ("b", "c", "Right"), ("c", "a", "Right")], "0 objects without a parent"),
        ([("b", "c", "Right"), ("c", "b", "Sup")], "cannot be reached"),
        ([("a", "b", "Right"), ("a", "c", "Right")], "two relations Right"),
        ([("a", "b", "Right"), ("a", "c", "Sup"), ("b", "c", "Sub")], "two parents"),
        ([("a", "b", "R"), ("b", "c", "Right")], "unknown relation 'R'"),
    ],
)
def test_graphs_that_are_no_tree(relations: list[tuple[str, str, str]], cause: str) -> None:
    objects = tuple(GraphObject(name, name, (name,)) for name in "abc")
    with pytest.raises(LabelGraphError, match=cause):
        to_tree(LabelGraph(objects, tuple(GraphRelation(*r) for r in relations)))


def test_deep_graphs_are_an_error_and_long_ones_are_not() -> None:
    objects = tuple(GraphObject(str(i), "x", (str(i),)) for i in range(5000))
    pairs = list(zip(objects, objects[1:], strict=False))
    with pytest.raises(LabelGraphError, match="nested deeper"):
        to_tree(LabelGraph(objects, tuple(GraphRelation(a.id, b.id, "Sup") for a, b in pairs)))
    assert len(to_tree(LabelGraph(objects, tuple(GraphRelation(a.id, b.id, "Right") for a, b in pairs))).row) == 5000


def test_strokes_must_be_known() -> None:
    with pytest.raises(LabelGraphError, match="unknown primitive '2'"):
        to_tree(read_lg(POWER), trace_ids=["0", "1"])
    with pytest.raises(LabelGraphError, match="'x' has no strokes"):
        stroke_graph(from_latex("x"))
    with pytest.raises(LabelGraphError, match="stroke 4 of 1"):
        stroke_graph(SymbolTree((Node("x", (4,)),)), ["0"])


def test_fields_must_not_break_lines() -> None:
    with pytest.raises(LabelGraphError, match="'a,b' cannot stand"):
        write_lg(LabelGraph((GraphObject("a,b", "x", ("0",)),), ()))


@given(trees().map(written))
def test_stroke_graph_round_trip(tree) -> None:
    graph = stroke_graph(tree)
    assert read_lg(write_lg(graph)) == graph
    assert to_tree(graph, [str(i) for i in range(stroke_count(tree))]) == tree


@given(trees())
def test_symbol_graph_round_trip(tree) -> None:
    graph = read_lg(write_lg(symbol_graph(tree)))
    assert to_tree(graph) == tree
    assert len({obj.primitives for obj in graph.objects}) == len(graph.objects)
    assert to_latex(to_tree(graph)) == to_latex(tree)


@pytest.mark.parametrize("edge", ["E, 0, {i}, *, 1.0", "E, {i}, 0, x, 1.0", "E, {i}, {before}, *, 1.0"])
def test_a_symbol_of_thousands_of_primitives_joined_as_a_star_or_a_chain(edge: str) -> None:
    numbers = range(4000)
    lines = [f"N, {i}, x, 1.0" for i in numbers] + [edge.format(i=i, before=i - 1) for i in numbers[1:]]
    assert read_lg("\n".join(lines)).objects == (GraphObject("x_0", "x", tuple(map(str, numbers))),)
