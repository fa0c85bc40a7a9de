from __future__ import annotations

import pytest
from hypothesis import given

from crohme.notation import MAX_DEPTH, Node, NotationError, Relation, SymbolTree, attach, to_latex, without_limits
from crohme.notation.edges import edges_of
from tests.notation.trees import trees

A, B, C = Node("a"), Node("b"), Node("c")


def _power_tower(depth: int) -> tuple[Node, ...]:
    row = (Node("x"),)
    for _ in range(depth - 1):
        row = (Node("x", rows={Relation.SUP: row}),)
    return row


def test_nodes_and_edges_go_depth_first() -> None:
    tree = SymbolTree((Node("x", rows={Relation.SUB: (A, B), Relation.SUP: (C,)}), Node("+")))
    assert [node.label for node in tree.nodes()] == ["x", "a", "b", "c", "+"]
    assert sorted(edges_of(tree)) == [
        (0, 1, Relation.SUB),
        (0, 3, Relation.SUP),
        (0, 4, Relation.RIGHT),
        (1, 2, Relation.RIGHT),
    ]


@given(trees())
def test_every_node_but_the_first_has_one_parent(tree) -> None:
    children = [child for _, child, _ in edges_of(tree)]
    assert sorted(children) == list(range(1, len(list(tree.nodes()))))


@pytest.mark.parametrize("rows", [{Relation.RIGHT: (A,)}, {Relation.SUP: ()}])
def test_a_node_refuses_rows_that_mean_nothing(rows) -> None:
    with pytest.raises(NotationError):
        Node("x", rows=rows)


def test_depth_is_limited() -> None:
    assert len(list(SymbolTree(_power_tower(MAX_DEPTH)).nodes())) == MAX_DEPTH
    with pytest.raises(NotationError, match="nested deeper than 64"):
        SymbolTree(_power_tower(MAX_DEPTH + 1))
    with pytest.raises(NotationError, match="nested deeper than 64"):
        SymbolTree(_power_tower(5000))


def test_the_deepest_tree_can_be_written_and_compared() -> None:
    tree, same = SymbolTree(_power_tower(MAX_DEPTH)), SymbolTree(_power_tower(MAX_DEPTH))
    assert tree == same
    assert to_latex(tree).count("^") == MAX_DEPTH - 1
    assert repr(tree).count("Node") == MAX_DEPTH


def test_attach_nests_subscripts_and_continues_superscripts() -> None:
    twice_below = attach(attach(A, Relation.SUB, (B,)), Relation.SUB, (C,))
    assert twice_below == Node("a", rows={Relation.SUB: (Node("b", rows={Relation.SUB: (C,)}),)})
    twice_above = attach(attach(A, Relation.SUP, (B,)), Relation.SUP, (C,))
    assert twice_above == Node("a", rows={Relation.SUP: (B, C)})
    with pytest.raises(NotationError, match="two rows Below"):
        attach(attach(A, Relation.BELOW, (B,)), Relation.BELOW, (C,))


def test_without_limits_keeps_fractions_and_indices() -> None:
    fraction = Node("-", rows={Relation.ABOVE: (A,), Relation.BELOW: (B,)})
    root = Node("\\sqrt", rows={Relation.INSIDE: (A,), Relation.ABOVE: (B,)})
    total = Node("\\sum", rows={Relation.BELOW: (A,), Relation.ABOVE: (B,)})
    beside = Node("\\sum", rows={Relation.SUB: (A,), Relation.SUP: (B,)})
    assert without_limits(SymbolTree((fraction, root, total))).row == (fraction, root, beside)
    with pytest.raises(NotationError):
        without_limits(SymbolTree((Node("\\sum", rows={Relation.BELOW: (A,), Relation.SUB: (B,)}),)))


@given(trees())
def test_without_limits_changes_no_latex(tree) -> None:
    assert to_latex(without_limits(tree)) == to_latex(tree)
