from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crohme.notation import (
    MAX_DEPTH,
    VOCABULARY,
    LatexError,
    LatexTooLong,
    Node,
    NotationError,
    Relation,
    SymbolTree,
    from_latex,
    read_latex,
    to_latex,
    tokenize,
    without_limits,
)
from tests.notation.trees import trees


def _normal(text: str) -> str:
    return " ".join(to_latex(from_latex(text)))


@pytest.mark.parametrize(
    "text",
    [
        r"x",
        r"x _ { 1 } ^ { 2 }",
        r"\frac { a } { b } ^ { 2 }",
        r"\sqrt [ n ] { x + 1 } ^ { 2 }",
        r"\sqrt [ { a ] } ] { x }",
        r"\sqrt { }",
        r"[ 0 , 1 ) \in \{ A \}",
        r"\sum _ { i = 1 } ^ { n } \int _ { 0 } ^ { \infty } \sin ^ { 2 } x d x",
        r"\lim _ { x \rightarrow 0 } f ^ { \prime } ( x ) \lt - \frac { \sqrt { a } } { 2 }",
        r"( a + b ) ^ { - \frac { 1 } { 2 } }",
    ],
)
def test_normal_form_is_kept(text: str) -> None:
    assert _normal(text) == text
    assert to_latex(from_latex(text.split())) == tokenize(text) == text.split()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (r"$x^2_1$", r"x _ { 1 } ^ { 2 }"),
        (r"\frac12", r"\frac { 1 } { 2 }"),
        (r"x^\frac12", r"x ^ { \frac { 1 } { 2 } }"),
        (r"\sqrt 2 \sqrt[3]{2}", r"\sqrt { 2 } \sqrt [ 3 ] { 2 }"),
        (r"\left( \frac{a}{b} \right)^2", r"( \frac { a } { b } ) ^ { 2 }"),
        (r"\Bigg( x \Bigg)", r"( x )"),
        (r"\left. x \right|_0", r"x | _ { 0 }"),
        (r"{v_1}^2", r"v _ { 1 } ^ { 2 }"),
        (r"{10}^{4}", r"1 0 ^ { 4 }"),
        (r"f'(x) + g''^2", r"f ^ { \prime } ( x ) + g ^ { \prime \prime 2 }"),
        (r"{y^\prime}^2", r"y ^ { \prime 2 }"),
        (r"y^{'}", r"y ^ { \prime }"),
        (r"{a_b}_c", r"a _ { b _ { c } }"),
        (r"\int f\,dx\;\!", r"\int f d x"),
        (r"\mbox { j } _ { \mathrm{dB} }", r"j _ { d B }"),
        (r"\mathrm{lim}_{n \to \infty}", r"\lim _ { n \rightarrow \infty }"),
        (r"a < b > c \le d \ne e", r"a \lt b \gt c \leq d \neq e"),
        (r"1, 000 _ {}, 0", r"1 , 0 0 0 , 0"),
        (r"x \, ^ 2", r"x ^ { 2 }"),
        ("\\sum\\limits_{i}\n ^ n", r"\sum _ { i } ^ { n }"),
        (r"\limits a", "a"),
    ],
)
def test_latex_as_people_write_it(text: str, normal: str) -> None:
    assert _normal(text) == normal


def test_a_cell_begins_as_a_row_does() -> None:
    read = read_latex(r"\begin{matrix} a &\limits b \\ \nolimits c & d \end{matrix}")
    assert (read.latex, read.tree is None) == (r"\begin{matrix} a & b \\ c & d \end{matrix}", False)
    braced = read_latex(r"a {\\}^{2} b")
    assert read_latex(braced.latex).tokens == braced.tokens


def test_limits_of_an_accent_are_its_scripts() -> None:
    read = read_latex(r"\hat{x}\limits_1^2")
    assert (read.latex, read.tree is None) == (r"\hat { x } _ { 1 } ^ { 2 }", False)


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        (r"\sum _ a ^ b", {Relation.BELOW, Relation.ABOVE}),
        (r"\lim _ a", {Relation.BELOW}),
        (r"\int _ a ^ b", {Relation.SUB, Relation.SUP}),
        (r"\log _ a", {Relation.SUB}),
        (r"x ^ a", {Relation.SUP}),
        (r"\int \limits _ a ^ b", {Relation.BELOW, Relation.ABOVE}),
        (r"\sum \nolimits _ a", {Relation.SUB}),
    ],
)
def test_where_scripts_lie(text: str, relations: set[Relation]) -> None:
    (node,) = from_latex(text).row
    assert node.rows.keys() == relations


@pytest.mark.parametrize(
    ("text", "position", "cause"),
    [
        ("", 0, "no symbol"),
        ("{ }", 0, "no symbol"),
        ("x ^ {", 4, "'{' is never closed"),
        ("x }", 2, "unexpected '}'"),
        ("x ^", 3, "'^' lacks its argument"),
        ("x _ }", 4, "'_' lacks its argument"),
        ("^ 2", 0, "script '^' without a base"),
        ("x + { } _ 2", 8, "script '_' without a base"),
        ("x ^ 2 ^ 3", 6, "second '^' on 'x'"),
        ("x ^ 2 '", 6, "second '^' on 'x'"),
        (r"\frac { a }", 11, r"'\frac' lacks its argument"),
        (r"1 + \frac { } { 2 }", 4, "fraction with an empty part"),
        (r"\sqrt [ 3 { x }", 6, "'[' is never closed"),
        (r"x \limits _ 2", 2, r"\limits after 'x', which is no operator"),
        (r"a + \ltN", 4, r"unexpected '\ltN'"),
        (r"x ^ { a _ \ltN }", 10, r"unexpected '\ltN'"),
        ("a & b", 2, "unexpected '&'"),
        ("a $ b", 2, "unexpected '$'"),
        ("x \\", 2, "lone backslash"),
        ("\\begin{matrix} a \\end{matrix}", 0, r"unexpected '\begin{matrix}'"),
    ],
)
def test_malformed_latex_is_an_error_with_position(text: str, position: int, cause: str) -> None:
    with pytest.raises(LatexError) as caught:
        from_latex(text)
    assert (caught.value.position, caught.value.cause) == (position, cause)
    assert str(caught.value) == f"{cause} at position {position}"


@pytest.mark.parametrize(("opening", "closing"), [("x ^ {", "}"), ("\\sqrt {", "}"), ("\\frac { 1 } {", "}")])
def test_what_a_tree_can_hold_is_read(opening: str, closing: str) -> None:
    deepest = f"{f'{opening} ' * (MAX_DEPTH - 1)}y{f' {closing}' * (MAX_DEPTH - 1)}"
    assert " ".join(to_latex(from_latex(deepest))) == deepest
    with pytest.raises(LatexError, match="nested deeper"):
        from_latex(f"{opening} {deepest} {closing}")


@pytest.mark.parametrize("nested", ["{", "x ^ {", "\\frac {", "\\sqrt [", "\\frac", "\\mathrm", "{ x _ "])
def test_deep_nesting_is_an_error(nested: str) -> None:
    with pytest.raises(LatexError):
        from_latex(nested * 20_000)


@pytest.mark.parametrize(
    "rows",
    [
        {Relation.SUB: (Node("a"),), Relation.BELOW: (Node("b"),)},
        {Relation.SUP: (Node("a"),), Relation.ABOVE: (Node("b"),)},
        {Relation.INSIDE: (Node("a"),)},
    ],
)
def test_trees_that_latex_cannot_say(rows) -> None:
    with pytest.raises(NotationError):
        to_latex(SymbolTree((Node("\\sum", rows=rows),)))


@given(trees())
def test_tree_to_latex_and_back(tree) -> None:
    tokens = to_latex(tree)
    again = from_latex(tokens)
    assert without_limits(again) == without_limits(tree)
    assert to_latex(again) == tokens
    assert set(tokens) <= set(VOCABULARY)


@given(st.lists(st.sampled_from([*VOCABULARY, "'", "\\limits", "\\left", "$", "\\mathrm", "\\,"]), max_size=12))
def test_any_tokens_are_read_or_refused(tokens: list[str]) -> None:
    try:
        tree = from_latex(tokens)
    except LatexError as error:
        assert 0 <= error.position <= len(" ".join(tokens))
    else:
        assert to_latex(from_latex(to_latex(tree))) == to_latex(tree)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert from_latex(text).row
    except LatexError as error:
        assert 0 <= error.position <= len(text)


@pytest.mark.parametrize("latex", ["$x$", "$$x$$", "$ $ x $ $", "$" * 50_000 + "x" + "$" * 50_000])
def test_dollars_around_the_whole_are_dropped(latex: str) -> None:
    assert to_latex(from_latex(latex)) == ["x"]


def test_nothing_but_dollars_is_no_expression() -> None:
    with pytest.raises(LatexError):
        from_latex("$" * 80_001)


@pytest.mark.parametrize("read", [tokenize, read_latex, from_latex])
def test_a_text_with_too_many_tokens_is_refused_whatever_is_in_it(read: Callable[[str], object]) -> None:
    read("x " * 16_000)
    for text in ("x " * 16_001, "{" * 100_000, "²" * 2_000_000, "x" * 2_000_000, "$" * 2_000_000):
        with pytest.raises(LatexTooLong, match="longer than 16000 tokens"):
            read(text)
