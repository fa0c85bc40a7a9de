"""Accents, frames, binomials and grids are read and written in every format alike."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crohme.notation import (
    Alphabet,
    LabelGraphError,
    LatexError,
    NotationError,
    SymbolTree,
    from_latex,
    from_mathml,
    symbol_graph,
    to_latex,
    to_mathml,
    to_truth_mathml,
    vocabulary,
    without_limits,
)
from crohme.notation.grammar import END, Cursor, GrammarError, Place
from crohme.notation.linear import delinearize, linearize
from crohme.notation.tree import ARGUMENTS, Node, Relation
from tests.notation.trees import trees_with_grids, written

WHOLE = Alphabet.whole()


def read(text: str) -> SymbolTree:
    return from_latex(text, WHOLE)


@given(trees_with_grids())
def test_latex_of_a_tree_is_read_back(tree: SymbolTree) -> None:
    again = read(" ".join(to_latex(tree)))
    assert without_limits(again) == without_limits(tree)
    assert to_latex(again) == to_latex(tree)


@given(trees_with_grids())
def test_mathml_for_browsers_is_read_back(tree: SymbolTree) -> None:
    assert from_mathml(to_mathml(tree), label=WHOLE.canonical) == tree


@given(trees_with_grids().map(written))
def test_truth_mathml_of_a_tree_is_read_back(tree: SymbolTree) -> None:
    assert from_mathml(*to_truth_mathml(tree), WHOLE.canonical) == tree


@given(trees_with_grids(empty_lines=False).map(written), st.booleans())
def test_the_grammar_walks_over_every_tree_and_its_tokens_rebuild_it(tree: SymbolTree, backward: bool) -> None:
    roots = [node for node in tree.nodes() if node.label == r"\sqrt"]
    assume(all(node.arguments for node in roots))  # a root alone is no LaTeX
    # A bracket in an index of a root stands in braces in LaTeX, and the grammar knows none there.
    assume(not any(other.label == "]" for node in roots for other in node.rows.get(Relation.ABOVE, ())))
    steps = linearize(tree, backward=backward)
    tokens = set(vocabulary(WHOLE))
    cursor, nodes = Cursor(), 0
    for token, node in steps:
        assert token in tokens and cursor.symbols == nodes
        assert (cursor.anchor is None) == (cursor.relation is None)
        cursor = cursor.advance(token)
        nodes += node is not None
    assert cursor.advance(END).ended and nodes == len(list(tree.nodes()))
    bare = [(token, None if node is None else Node(node.label, node.strokes)) for token, node in steps]
    assert without_limits(delinearize(bare, backward=backward)) == without_limits(tree)


@pytest.mark.parametrize(
    ("latex", "places"),
    [
        (
            r"[ \begin{matrix} a & b + c \\ d & e \end{matrix} ] ^ { T }",
            "[:- a:[Right b:a+cell +:bRight c:+Right d:a+line e:d+cell ]:[Right T:]Sup",
        ),
        (r"\begin{matrix} & a \\ b & \\ & c \end{matrix} d", "a:- b:a+line c:b+line d:aRight"),
        (
            r"\frac { \begin{matrix} a \\ b \end{matrix} c } { d }",
            r"\frac:- a:\fracAbove b:a+line c:aRight d:\fracBelow",
        ),
        (r"\hat { x } _ { i } y", r"\hat:- x:\hatBelow i:\hatSub y:\hatRight"),
        (r"\binom { n } { k } !", r"\binom:- n:\binomAbove k:\binomBelow !:\binomRight"),
    ],
)
def test_a_symbol_knows_what_it_hangs_on(latex: str, places: str) -> None:
    cursor, drawn, seen = Cursor(), [], []
    for token, node in linearize(read(latex)):
        if node is not None:
            relation = {Place.CELL: "+cell", Place.LINE: "+line", None: "-"}.get(cursor.relation, cursor.relation)
            seen.append(f"{token}:{'' if cursor.anchor is None else drawn[cursor.anchor]}{relation}")
            drawn.append(token)
        cursor = cursor.advance(token)
    assert " ".join(seen) == places


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{matrix} \end{matrix}",
        r"\begin{matrix} a \\ \end{matrix}",
        r"\begin{matrix} & \\ a \end{matrix}",
        r"\begin{matrix} a & b",
        r"a & b",
        r"a \\ b",
        r"\begin{matrix} a \end{matrix} ^ { 2 }",
        r"\begin{matrix} { a & b } \end{matrix}",
        r"\hat x",
        r"\hat { }",
        r"\binom { n }",
    ],
)
def test_the_grammar_refuses_what_is_no_normal_form(latex: str) -> None:
    cursor = Cursor()
    with pytest.raises(GrammarError):
        for token in [*latex.split(), END]:
            cursor = cursor.advance(token)


@pytest.mark.parametrize(
    ("prefix", "owed"),
    [
        (r"\begin{matrix}", 1),
        (r"\begin{matrix} &", 1),
        (r"\begin{matrix} a &", 0),
        (r"\begin{matrix} a \\", 1),
        (r"\begin{matrix} a \\ \frac {", 2),
        (r"\frac { \begin{matrix} a", 1),
        (r"\hat", 1),
        (r"\binom {", 2),
    ],
)
def test_symbols_owed_in_grids_and_accents(prefix: str, owed: int) -> None:
    cursor = Cursor()
    for token in prefix.split():
        cursor = cursor.advance(token)
    assert cursor.owed == owed


@pytest.mark.parametrize(
    ("latex", "cause"),
    [
        (r"\begin{matrix} & \\ & \end{matrix}", "grid without symbols"),
        (r"\begin{matrix} a \end{matrix}^2", "script on a grid"),
        (r"\hat{}", "of nothing"),
        (r"a & b", "unexpected '&'"),
        (r"\not\alpha", r"unexpected '\\not'"),
    ],
)
def test_latex_that_no_tree_can_hold_says_why(latex: str, cause: str) -> None:
    with pytest.raises(LatexError, match=cause):
        read(latex)


def test_an_alphabet_without_grids_and_accents_refuses_them() -> None:
    for latex in (r"\hat { x }", r"\begin{matrix} a \\ b \end{matrix}"):
        with pytest.raises(LatexError, match="unexpected"):
            from_latex(latex)
        assert read(latex)
    assert "&" not in vocabulary(Alphabet.crohme()) and "&" in vocabulary(WHOLE)


@pytest.mark.parametrize(
    ("latex", "normal"),
    [
        (r"\max_{x} f", "m a x _ { x } f"),
        (r"\ln x", "l n x"),
        (r"a \bmod b", "a m o d b"),
        (r"x \equiv y \pmod { 5 }", r"x \equiv y ( m o d 5 )"),
        (r"\pod n", "( n )"),
        (r"\varepsilon \longrightarrow 0", r"\epsilon \rightarrow 0"),
        (r"\sin x", r"\sin x"),
    ],
)
def test_what_an_alphabet_has_no_sign_for_is_written_with_those_it_has(latex: str, normal: str) -> None:
    assert " ".join(to_latex(read(latex))) == normal


@given(trees_with_grids().map(written))
def test_browsers_get_an_element_for_every_stroke(tree: SymbolTree) -> None:
    shown = to_mathml(tree, with_strokes=True)
    assert all(f'data-strokes="{" ".join(map(str, node.strokes))}"' in shown for node in tree.nodes())


def test_what_a_grid_may_not_be() -> None:
    cell = (Node("x"),)
    for wrong in (
        lambda: Node(r"\begin{matrix}"),
        lambda: Node(r"\begin{matrix}", cells=(((),),)),
        lambda: Node(r"\begin{matrix}", (1,), cells=((cell,),)),
        lambda: Node(r"\begin{matrix}", rows={Relation.SUP: cell}, cells=((cell,),)),
        lambda: Node("x", cells=((cell,),)),
    ):
        with pytest.raises(NotationError):
            wrong()


def test_symbol_graphs_are_of_no_more_symbols_than_their_paths_can_be_kept_of() -> None:
    assert len(symbol_graph(from_latex("x" * 100)).objects) == 100
    with pytest.raises(LabelGraphError, match="5000 symbols"):
        symbol_graph(from_latex("x" * 5000))


def test_every_accent_and_frame_of_the_table_takes_its_arguments() -> None:
    for label, relations in ARGUMENTS.items():
        (node,) = read(label + " { x }" * len(relations)).row
        assert node.arguments == relations and len(node.rows) == len(relations), label
