"""What is understood, and what is refused."""

from __future__ import annotations

import pickle

import pytest

from crohme.notation import CLASSES, Node, Relation, SymbolTree, from_latex
from crohme.solver import NotUnderstood
from crohme.solver.problem import read_problem
from crohme.solver.readback import read_as


def understood(*texts: str) -> str:
    return read_as(read_problem([from_latex(text) for text in texts]).statements)


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"1 2 . 5 x", r"12.5 \cdot x"),
        (r"3 , 5 x", r"3.5 \cdot x"),
        (r"a . b", r"a \cdot b"),
        (r"2 ^ { 3 } 4", r"2^{3} \cdot 4"),
        (r"e ^ { i x }", r"\mathrm{e}^{\mathrm{i} \cdot x}"),
        (r"e _ { 1 } i _ { 2 }", r"e_{1} \cdot i_{2}"),
        (r"\sum _ { i = 1 } ^ { 3 } i + i", r"\sum_{i = 1}^{3} i + \mathrm{i}"),
        (r"v _ { m a x } ^ { 2 }", r"v_{m a x}^{2}"),
        (r"\Delta x + \Delta", r"\Delta x + \Delta"),
        (r"x ( y + 1 )", r"x \cdot ( y + 1 )"),
        (r"f - f x", r"f - f \cdot x"),
        (r"\log x", r"\ln ( x )"),
        (r"\log _ { 2 } 8 x", r"\log_{2} ( 8 \cdot x )"),
        (r"\sin 2 x \cos y", r"\sin ( 2 \cdot x ) \cdot \cos ( y )"),
        (r"\sin ( x ) y", r"\sin ( x ) \cdot y"),
        (r"\sin x ( y + 1 )", r"\sin ( x ) \cdot ( y + 1 )"),
        (r"\sin x / 2", r"\frac{\sin ( x )}{2}"),
        (r"\sin ^ { 2 } x", r"( \sin ( x ) )^{2}"),
        (r"\sin ( x ) ^ { 2 }", r"( \sin ( x ) )^{2}"),
        (r"\cos ^ { - 1 } x", r"\arccos ( x )"),
        (r"\sin - x", r"\sin ( - x )"),
        (r"\log \sin | x | y", r"\ln ( \sin ( | x | ) ) \cdot y"),
        (r"| x | y | z |", r"| x | \cdot y \cdot | z |"),
        (r"| x + | y | |", r"| x + | y | |"),
        (r"a / b / c", r"\frac{\frac{a}{b}}{c}"),
        (r"- a \times - b", r"- a \cdot ( - b )"),
        (r"\int 2 x + 1 d x + 3", r"\int ( 2 \cdot x + 1 ) \, \mathrm{d} x + 3"),
        (r"\int \frac { x d x } { 2 }", r"\int \frac{x}{2} \, \mathrm{d} x"),
        (r"\int \sin x \frac { d x } { x }", r"\int \sin ( x ) \cdot \frac{1}{x} \, \mathrm{d} x"),
        (r"\int d t", r"\int 1 \, \mathrm{d} t"),
        (r"\frac { d } { d x } x y + z", r"\frac{\mathrm{d}}{\mathrm{d} x} x \cdot y + z"),
        (r"\frac { d } { x }", r"\frac{d}{x}"),
        (r"( a ^ { 2 } ) ^ { \prime }", r"\frac{\mathrm{d}}{\mathrm{d} a} a^{2}"),
        (r"\lim _ { x \rightarrow 0 ^ { + } } - x", r"\lim_{x \rightarrow 0^{+}} ( - x )"),
        (r"x = 1 , y = 2 , 5 x = 1 0", r"x = 1 , \; y = 2 , \; 5 \cdot x = 10"),
        (r"x = 2 , 5", "x = 2.5"),
        (r"2 + 3 =", "2 + 3"),
    ],
)
def test_read_as(latex: str, read: str) -> None:
    assert understood(latex) == read


@pytest.mark.parametrize("relations", [(Relation.SUB, Relation.SUP), (Relation.BELOW, Relation.ABOVE)])
def test_limits_beside_a_sign_are_those_under_and_over_it(relations: tuple[Relation, Relation]) -> None:
    lower = (Node("i"), Node("="), Node("1"))
    tree = SymbolTree((Node(r"\sum", rows=dict(zip(relations, (lower, (Node("9"),)), strict=True))), Node("i")))
    assert read_as(read_problem([tree]).statements) == r"\sum_{i = 1}^{9} i"


REFUSED = [
    (r"\forall x", r"\\forall is not understood"),
    (r"\exists x", r"\\exists is not understood"),
    (r"x \in A", r"\\in is not understood"),
    (r"1 + \ldots + n", r"\\ldots is not understood"),
    (r"x \rightarrow 1", r"\\rightarrow is not understood"),
    (r"x +", r"missing after \+"),
    (r"= 2", "= has no meaning"),
    (r"1 = 2 =", "missing after =|= has no meaning"),
    (r"- - 3", "two signs in a row: - -"),
    (r"\times 3", r"\\times has no meaning"),
    (r"2 .", r"missing after \."),
    (r"1 . 2 . 3", "two points"),
    (r"1 , 0 0 0 + 2", "decimals or thousands"),
    (r"( 1 , 2 )", "a point or a number"),
    (r"( x , y )", ", has no meaning between"),
    (r"x + 1 , x + 2", ", has no meaning"),
    (r"2 \frac { 1 } { 2 }", "mixed number"),
    (r"1 / 2 x", "divisor"),
    (r"1 \div 2 ( x + 1 )", "divisor"),
    (r"( x + 1 ]", r"\] has no meaning between \("),
    (r"( x + 1", r"\( is never closed"),
    (r"| x", r"\| is never closed"),
    (r"x + 1 )", r"\) has no meaning"),
    (r"( x = 1 )", "= has no meaning between"),
    (r"x _ { n + 1 }", "subscript of x"),
    (r"2 _ { 3 }", "below right of 2"),
    (r"( x ) _ { 3 }", r"below right of \)"),
    (r"\pi ( x ) \infty _ { 2 }", r"\\infty"),
    (r"f ( x ) = 2", "function f is, is not said"),
    (r"f ^ { - 1 } ( x )", "function f is, is not said"),
    (r"y ^ { \prime } + y = 0", "what the prime"),
    (r"( x y ) ^ { \prime }", "what the prime"),
    (r"x ^ { + }", r"missing after \+"),
    (r"x ^ { 2 } !", "write brackets"),
    (r"x ! !", "!! is not understood"),
    (r"\sin", r"missing after \\sin"),
    (r"\sin _ { 2 } x", r"below right of \\sin"),
    (r"\sin ^ { - 2 } x", r"\\sin \^ { - 2 } is not understood"),
    (r"\log ^ { - 1 } x", "is not understood"),
    (r"\sum i", "from where to where"),
    (r"\sum _ { i } ^ { n } i", "does not say where i starts"),
    (r"\sum _ { i = 1 } ^ { n } x _ { i }", "what x_{i} is for each i"),
    (r"\sum _ { i = 1 } ^ { n }", r"missing after \\sum"),
    (r"\lim x", "of which variable"),
    (r"\lim _ { x = 1 } x", "does not say where x goes"),
    (r"\int x", "d x is missing"),
    (r"\int _ { 0 } x d x", "one limit only"),
    (r"\int x d x y", "y after a differential"),
    (r"\int e d e", "taken for the constant"),
    (r"x \int x d x", "indefinite integral inside"),
    (r"\int \int x y d x d y", "indefinite integral inside"),
    (r"\int x d x = 3", "indefinite integral in a relation"),
    (r"\frac { d y } { d x }", "how y depends on x"),
    (r"\frac { d ^ { 2 } } { d x } x", "orders"),
    (r"\frac { d x + 1 } { d x }", "how much of"),
    (r"\pm 1 \pm 2", r"two signs \\pm"),
    (r"a b = 1", "which of a , b are unknown"),
    (r"x \lt y", "one unknown"),
    (r"x \lt 1 , x = 0", "without equations"),
]


@pytest.mark.parametrize(("latex", "cause"), REFUSED)
def test_refused_with_the_part_that_is_not_understood(latex: str, cause: str) -> None:
    with pytest.raises(NotUnderstood, match=cause.replace("{", r"\{")) as error:
        understood(latex)
    assert "\n" not in str(error.value)


def test_refusal_names_the_strokes() -> None:
    tree = SymbolTree((Node("x", (0, 1)), Node(r"\in", (2, 3)), Node("A", (4,))))
    with pytest.raises(NotUnderstood) as error:
        read_problem([tree])
    assert error.value.strokes == (2, 3)
    assert error.value.part == r"\in"


def test_refusal_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(NotUnderstood("cause", "x", (1, 2))))
    assert (str(error), error.part, error.strokes) == ("cause", "x", (1, 2))


def test_expressions_cannot_be_a_system() -> None:
    with pytest.raises(NotUnderstood, match="several expressions"):
        understood("x + 1", "x = 2")


@pytest.mark.parametrize("relation", [r for r in Relation if r is not Relation.RIGHT])
@pytest.mark.parametrize("label", CLASSES)
def test_every_symbol_with_every_script_is_understood_or_refused(label: str, relation: Relation) -> None:
    """Nothing else can happen to what a recogniser may come up with."""
    for row in ((Node(label, (0,), {relation: (Node("x", (1,)),)}),), (Node(label, (0,)), Node("2", (1,)))):
        for tree in (SymbolTree(row), SymbolTree((Node("x", (2,)), *row)), SymbolTree((*row, Node("=", (3,))))):
            try:
                assert read_as(read_problem([tree]).statements)
            except NotUnderstood as error:
                assert str(error)
