from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crohme.notation import (
    Alphabet,
    MathmlError,
    Node,
    NotationError,
    Relation,
    SymbolTree,
    from_latex,
    from_mathml,
    to_latex,
    to_mathml,
    to_truth_mathml,
)
from tests.notation.trees import trees, written


def _latex(mathml: str, symbols=()) -> str:
    return " ".join(to_latex(from_mathml(mathml, symbols)))


def _shown(latex: str) -> str:
    return _body(to_mathml(from_latex(latex)))


def _body(mathml: str) -> str:
    start = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
    assert mathml.startswith(start)
    return mathml.removeprefix(start).removesuffix("</math>")


def test_label_and_strokes_come_from_the_symbol() -> None:
    root_of_phi = '<msqrt xml:id="8:9:"><mi xml:id="\\phi_1">p</mi></msqrt>'
    mathml = f'<math xmlns="urn:any"><mrow><mo xml:id="im_1">im</mo>{root_of_phi}</mrow></math>'
    symbols = [("\\phi", (3,), "\\phi_1"), ("\\lim", (0, 1), "im_1"), ("\\sqrt", (2,), "8:9:"), ("x", (4,), None)]
    root = Node("\\sqrt", (2,), {Relation.INSIDE: (Node("\\phi", (3,)),)})
    assert from_mathml(mathml, symbols) == SymbolTree((Node("\\lim", (0, 1)), root))


def test_raw_labels_take_their_normal_form() -> None:
    assert from_mathml('<math><mo xml:id="a">lt</mo></math>', [("<", (0,), "a")]).row == (Node("\\lt", (0,)),)


def test_one_identifier_on_two_leaves() -> None:
    mathml = '<math><mo xml:id="+_1">+</mo><mo xml:id="+_1">+</mo></math>'
    tree = from_mathml(mathml, [("+", (0, 1), "+_1"), ("+", (2,), "+_1")])
    assert [node.strokes for node in tree.nodes()] == [(0, 1), (2,)]


def test_a_leaf_that_no_symbol_names_takes_the_stray_one() -> None:
    mathml = '<math><mi xml:id="1:">x</mi><mo xml:id="48:49:">=</mo></math>'
    tree = from_mathml(mathml, [("x", (0,), "1:"), ("=", (1, 2), "48:"), ("+", (3,), "50:")])
    assert tree.row == (Node("x", (0,)), Node("=", (1, 2)))


def test_a_fraction_is_one_whatever_its_symbol_says() -> None:
    mathml = '<math><mfrac xml:id="f"><mn>1</mn><mn>2</mn></mfrac></math>'
    (fraction,) = from_mathml(mathml, [("\\sqrt", (0,), "f")]).row
    assert (fraction.label, fraction.strokes) == ("-", (0,))


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ("<math><mi>x</mi></math>", "x"),
        ("<math><mrow><mi>a</mi><mrow><mo>+</mo><mrow><mi>b</mi></mrow></mrow></mrow></math>", "a + b"),
        ("<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup></math>", "x _ { 1 } ^ { 2 }"),
        ("<math><msup><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow><mn>2</mn></msup></math>", "( x ) ^ { 2 }"),
        ("<math><msup><msub><mi>x</mi><mn>1</mn></msub><mn>2</mn></msup></math>", "x _ { 1 } ^ { 2 }"),
        ("<math><msub><msub><mi>x</mi><mi>a</mi></msub><mi>b</mi></msub></math>", "x _ { a _ { b } }"),
        ("<math><msup><msup><mi>y</mi><mo>'</mo></msup><mn>2</mn></msup></math>", r"y ^ { \prime 2 }"),
        ("<math><msub><mn>0</mn></msub><mo>,</mo></math>", "0 ,"),
        ("<math><msup><mi>x</mi><mrow/></msup></math>", "x"),
        ("<math><mroot><mrow><mi>x</mi><mi>y</mi></mrow><mn>3</mn></mroot></math>", r"\sqrt [ 3 ] { x y }"),
        ("<math><msqrt><mn>2</mn><mrow><mn>1</mn></mrow></msqrt></math>", r"\sqrt { 2 1 }"),
        ("<math><munder><mo>\\lim</mo><mi>n</mi></munder><mspace/><mi>n</mi></math>", r"\lim _ { n } n"),
        ("<math><semantics><mi>x</mi><annotation>y</annotation></semantics></math>", "x"),
        ("<math><mstyle><!-- six --><mn>6</mn><mpadded><mn>5</mn></mpadded></mstyle></math>", "6 5"),
    ],
)
def test_structure(mathml: str, latex: str) -> None:
    assert _latex(mathml) == latex


@pytest.mark.parametrize(
    ("mathml", "cause"),
    [
        ("<math><mi>x</math>", "not well-formed"),
        ("", "not well-formed"),
        ("<math/>", "holds no symbol"),
        ("<math><mtable/></math>", "a table holds no symbol"),
        ("<math><mtable><mi>x</mi></mtable></math>", "element <mi> in a table"),
        ("<math><maction><mi>x</mi></maction></math>", "element <maction> is not supported"),
        ("<math><mtext>abc</mtext></math>", "leaf 'abc' belongs to no symbol"),
        ("<math><mi/></math>", "leaf '' belongs to no symbol"),
        ("<math><mi>\N{SNOWMAN}</mi></math>", "leaf '\N{SNOWMAN}' belongs to no symbol"),
        ('<math><mover accent="true"><mrow/><mo>^</mo></mover></math>', "of nothing"),
        ("<math><mfrac><mn>1</mn></mfrac></math>", "<mfrac> has 1 children"),
        ("<math><msup/></math>", "<msup> has 0 children"),
        ("<math><msup><mrow/><mn>2</mn></msup></math>", "<msup> has no base"),
    ],
)
def test_mathml_that_cannot_be_read(mathml: str, cause: str) -> None:
    with pytest.raises(MathmlError, match=cause):
        from_mathml(mathml)


def test_a_long_line_may_be_rows_in_rows() -> None:
    mathml = "<mn>1</mn>"
    for _ in range(900):
        mathml = f"<mrow><mn>1</mn>{mathml}</mrow>"
    assert len(from_mathml(f"<math>{mathml}</math>").row) == 901


@pytest.mark.parametrize("depth", [400, 1500, 100_000])
@pytest.mark.parametrize("wrapped", ["<msup><mi>x</mi>{}</msup>", "<msup>{}<mi>x</mi></msup>", "<msqrt>{}</msqrt>"])
def test_deep_nesting_is_an_error(depth: int, wrapped: str) -> None:
    before, after = wrapped.split("{}")
    with pytest.raises(MathmlError):
        from_mathml(f"<math>{before * depth}<mi>y</mi>{after * depth}</math>")


@given(trees().map(written))
def test_truth_mathml_round_trip(tree) -> None:
    mathml, symbols = to_truth_mathml(tree)
    assert from_mathml(mathml, symbols) == tree
    assert sorted(symbol[:2] for symbol in symbols) == sorted((node.label, node.strokes) for node in tree.nodes())


@given(trees())
def test_mathml_for_browsers_is_well_formed(tree) -> None:
    root = etree.fromstring(to_mathml(tree))
    names = {etree.QName(element).localname for element in root.iter()}
    assert names <= {"math", "mrow", "mi", "mn", "mo", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"} | {
        "munder", "mover", "munderover"}  # fmt: skip
    fractions = sum(node.is_fraction for node in tree.nodes())
    assert len(root.findall(".//{*}mfrac")) == fractions


@given(st.text(alphabet="()[]|x2.", min_size=1, max_size=12))
def test_every_sign_is_shown_once_and_in_order(text: str) -> None:
    assert "".join(etree.fromstring(to_mathml(from_latex(text))).itertext()) == text


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\alpha", "<mi>α</mi>"),
        (r"a < b", '<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow>'),
        (r"1 2 . 5 x", "<mrow><mn>12.5</mn><mi>x</mi></mrow>"),
        (r"1 0 ^ 2", "<msup><mn>10</mn><mn>2</mn></msup>"),
        (r"x ^ 2 1", "<mrow><msup><mi>x</mi><mn>2</mn></msup><mn>1</mn></mrow>"),
        (r"1 .", "<mrow><mn>1</mn><mo>.</mo></mrow>"),
        (r"\sin x", "<mrow><mi>sin</mi><mo>\u2061</mo><mi>x</mi></mrow>"),
        (r"( x ) ^ 2", "<msup><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow><mn>2</mn></msup>"),
        (r"( x", '<mrow><mo stretchy="false">(</mo><mi>x</mi></mrow>'),
        (r"| - | x |", '<mrow><mrow><mo>|</mo><mo>−</mo><mo>|</mo></mrow><mi>x</mi><mo stretchy="false">|</mo></mrow>'),
        (r"\sum _ i", '<munder><mo movablelimits="false">∑</mo><mi>i</mi></munder>'),
        (r"\frac { 1 } { x } ^ 2", "<msup><mfrac><mn>1</mn><mi>x</mi></mfrac><mn>2</mn></msup>"),
        (r"\sqrt [ 3 ] { x }", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
    ],
)  # fmt: skip
def test_mathml_for_browsers(latex: str, shown: str) -> None:
    assert _shown(latex) == shown


@pytest.mark.parametrize(
    ("latex", "stretchy"),
    [
        (r"f ( x ) = \{ \begin{matrix} a & b \\ c & d \end{matrix}", [("(", None), (")", None), ("{", "true")]),
        (r"\begin{matrix} a \\ c \end{matrix} \}", [("}", "true")]),
        (r"\begin{matrix} a \\ c \end{matrix} | _ 0", [("|", "true")]),
        (r"[ \begin{matrix} a \\ c \end{matrix} ]", [("[", None), ("]", None)]),
        (r"\{ x \begin{matrix} a \\ c \end{matrix} (", [("{", "false"), ("(", "false")]),
    ],
)  # fmt: skip
def test_a_fence_without_a_partner_stretches_beside_a_grid(latex: str, stretchy: list[tuple[str, str | None]]) -> None:
    tree = from_latex(latex, Alphabet.whole())
    leaves = etree.fromstring(to_mathml(tree)).iter("{*}mo")
    assert [(leaf.text, leaf.get("stretchy")) for leaf in leaves if leaf.text in "()[]{}|"] == stretchy
    assert from_mathml(to_mathml(tree)) == tree


@given(trees().map(written))
def test_every_symbol_names_its_strokes(tree) -> None:
    plain, marked = (etree.fromstring(to_mathml(tree, with_strokes=w)) for w in (False, True))
    strokes = [element.get("data-strokes") for element in marked.iter() if element.get("data-strokes")]
    assert sorted(strokes) == sorted(" ".join(map(str, node.strokes)) for node in tree.nodes())
    assert "".join(plain.itertext()) == "".join(marked.itertext())
    assert not plain.xpath("//@data-strokes")


def test_digits_of_a_number_name_their_own_strokes() -> None:
    tree = written(from_latex(r"\frac { 1 2 . 5 ^ x } { \sqrt y }"))
    assert _body(to_mathml(tree, with_strokes=True)) == (
        '<mfrac data-strokes="0 1"><msup><mrow><mn data-strokes="2 3">1</mn><mn data-strokes="4 5">2</mn>'
        '<mn data-strokes="6 7">.</mn><mn data-strokes="8 9">5</mn></mrow><mi data-strokes="10 11">x</mi></msup>'
        '<msqrt data-strokes="12 13"><mi data-strokes="14 15">y</mi></msqrt></mfrac>'
    )


def test_what_mathml_cannot_say() -> None:
    for write in (to_mathml, to_truth_mathml):
        with pytest.raises(NotationError, match="Inside"):
            write(SymbolTree((Node("x", rows={Relation.INSIDE: (Node("y"),)}),)))
        with pytest.raises(NotationError, match="no XML text"):
            write(SymbolTree((Node("\x00"),)))


def test_thousands_of_fences_are_written() -> None:
    mathml = to_mathml(from_latex("(" * 3000 + "x" + ")" * 3000))
    assert mathml.count("(") == mathml.count(")") == 3000
