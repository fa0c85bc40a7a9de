"""The automaton accepts exactly the normal form, and knows where in the tree it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crohme.notation import SymbolTree, from_latex, to_latex
from crohme.notation.grammar import END, Cursor, GrammarError
from crohme.notation.linear import linearize
from crohme.notation.tree import Node, Relation


def walk(latex: str) -> list[tuple[str, int | None, Relation | None]]:
    cursor, seen = Cursor(), []
    for token in [*latex.split(), END]:
        seen.append((token, cursor.anchor, cursor.relation))
        cursor = cursor.advance(token)
    assert cursor.ended
    return seen


def test_anchors_follow_the_tree():
    seen = walk(r"\frac { a ^ { 2 } } { b } + c")
    assert [(token, anchor, relation) for token, anchor, relation in seen if token in "a2b+c"] == [
        ("a", 0, Relation.ABOVE),
        ("2", 1, Relation.SUP),
        ("b", 0, Relation.BELOW),
        ("+", 0, Relation.RIGHT),
        ("c", 4, Relation.RIGHT),
    ]


def test_index_of_a_root():
    seen = walk(r"\sqrt [ n ] { x ] }")
    assert seen[2] == ("n", 0, Relation.ABOVE)
    assert seen[5] == ("x", 0, Relation.INSIDE)
    assert seen[6] == ("]", 2, Relation.RIGHT)


@pytest.mark.parametrize(
    "latex",
    [
        "",
        "{ x }",
        "x _ y",
        "x ^ { 2 } _ { 1 }",
        "x _ { 1 } _ { 2 }",
        "x ^ { 2 } ^ { 2 }",
        "_ { 1 }",
        r"\frac { a }",
        r"\frac { } { b }",
        r"\frac a { b }",
        r"\sqrt x",
        r"\sqrt [ n ]",
        r"\sqrt { x } }",
        "x ^ { 2",
    ],
)
def test_refuses_what_is_not_normal_form(latex):
    with pytest.raises(GrammarError):
        walk(latex)


labels = st.sampled_from(["x", "2", "+", r"\alpha", "[", ")", r"\sum"])


def rows(children):
    return st.lists(children, min_size=1, max_size=3).map(tuple)


def extend(children):
    scripts = st.dictionaries(st.sampled_from([Relation.SUB, Relation.SUP]), rows(children), max_size=2)
    in_order = scripts.map(lambda by: {r: by[r] for r in (Relation.SUB, Relation.SUP) if r in by})
    plain = st.builds(lambda label, by: Node(label, (), by), labels, in_order)
    parts = rows(children)
    fraction = st.builds(lambda a, b: Node("-", (), {Relation.ABOVE: a, Relation.BELOW: b}), parts, parts)
    root = st.builds(lambda a: Node(r"\sqrt", (), {Relation.INSIDE: a}), rows(children))
    return st.one_of(plain, fraction, root)


trees = rows(st.recursive(labels.map(Node), extend, max_leaves=8)).map(SymbolTree)


@given(trees)
def test_linear_form_is_the_normal_form(tree):
    assert [token for token, _ in linearize(tree)] == to_latex(tree)


@given(trees, st.booleans())
def test_walks_over_every_tree_in_both_directions(tree, backward):
    steps = linearize(tree, backward=backward)
    cursor, written = Cursor(), 0
    for token, node in steps:
        assert cursor.symbols == written
        cursor = cursor.advance(token)
        written += node is not None
    assert cursor.advance(END).ended
    assert written == len(list(tree.nodes()))


@given(trees)
def test_backward_is_the_same_expression(tree):
    def mirrored(row):
        return tuple(
            Node(node.label, (), {relation: mirrored(inner) for relation, inner in node.rows.items()})
            for node in reversed(row)
        )

    told = [token for token, _ in linearize(tree, backward=True)]
    assert told == [token for token, _ in linearize(SymbolTree(mirrored(tree.row)))]
    assert from_latex(told)


@pytest.mark.parametrize(
    ("latex", "owed"),
    [
        ("", 1),
        ("x", 0),
        ("x ^", 1),
        ("x ^ {", 1),
        ("x ^ { 2", 0),
        (r"\frac", 2),
        (r"\frac {", 2),
        (r"\frac { a", 1),
        (r"\frac { a }", 1),
        (r"\frac { a } { b", 0),
        (r"\sqrt", 1),
        (r"\sqrt [", 2),
        (r"\sqrt [ \frac {", 3),
        (r"\frac { a ^ {", 2),
    ],
)
def test_symbols_owed_until_the_end_may_come(latex, owed):
    cursor = Cursor()
    for token in latex.split():
        cursor = cursor.advance(token)
    assert cursor.owed == owed
