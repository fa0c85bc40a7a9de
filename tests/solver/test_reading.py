"""What is understood, and what is refused."""

from __future__ import annotations

import pickle

import pytest

from crohme.notation import CLASSES, LatexError, Node, Relation, SymbolTree, from_latex
from crohme.solver import NotUnderstood, read_latex
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
        (r"\log x", r"\log_{10} ( x )"),
        (r"\log _ { 2 } 8 x", r"\log_{2} ( 8 \cdot x )"),
        (r"\sin 2 x \cos y", r"\sin ( 2 \cdot x ) \cdot \cos ( y )"),
        (r"\sin ( x ) y", r"\sin ( x ) \cdot y"),
        (r"\sin x ( y + 1 )", r"\sin ( x ) \cdot ( y + 1 )"),
        (r"\sin x / 2", r"\frac{\sin ( x )}{2}"),
        (r"\sin ^ { 2 } x", r"( \sin ( x ) )^{2}"),
        (r"\sin ( x ) ^ { 2 }", r"( \sin ( x ) )^{2}"),
        (r"\cos ^ { - 1 } x", r"\arccos ( x )"),
        (r"\sin - x", r"\sin ( - x )"),
        (r"\log \sin | x | y", r"\log_{10} ( \sin ( | x | ) ) \cdot y"),
        (r"| x | y | z |", r"| x | \cdot y \cdot | z |"),
        (r"| x + | y | |", r"| x + | y | |"),
        (r"a / b / c", r"\frac{\frac{a}{b}}{c}"),
        (r"- a \times - b", r"- a \cdot ( - b )"),
        (r"\int 2 x + 1 d x + 3", r"\int ( 2 \cdot x + 1 ) \, \mathrm{d} x + 3"),
        (r"\int \frac { x d x } { 2 }", r"\int \frac{x}{2} \, \mathrm{d} x"),
        (r"\int \sin x \frac { d x } { x }", r"\int \sin ( x ) \cdot \frac{1}{x} \, \mathrm{d} x"),
        (r"\int d t", r"\int 1 \, \mathrm{d} t"),
        (r"\frac { d } { d x } x y + z", r"\frac{\mathrm{d}}{\mathrm{d} x} ( x \cdot y + z )"),
        (r"\frac { d } { d x } ( x y ) + z", r"\frac{\mathrm{d}}{\mathrm{d} x} ( x \cdot y ) + z"),
        (
            r"\frac { d } { d x } x + \frac { d } { d x } y x",
            r"\frac{\mathrm{d}}{\mathrm{d} x} ( x ) + \frac{\mathrm{d}}{\mathrm{d} x} ( y \cdot x )",
        ),
        (r"\lim _ { x \rightarrow 1 } x ^ { 2 } + x", r"\lim_{x \rightarrow 1} ( x^{2} + x )"),
        (r"l n 2", r"\ln ( 2 )"),
        (r"s e c x", r"\sec ( x )"),
        (r"a r c s i n ( x )", r"\arcsin ( x )"),
        (r"a r c \sin x", r"\arcsin ( x )"),
        (r"3 a r c \tan ^ { 2 } x", r"3 \cdot ( \arctan ( x ) )^{2}"),
        (r"\cos e c x", r"\csc ( x )"),
        (r"c o s e c ^ { 2 } x", r"( \csc ( x ) )^{2}"),
        (r"c o t g x", r"\cot ( x )"),
        (r"a r c t g 1", r"\arctan ( 1 )"),
        (r"\sin h \cos h", r"\sin ( h ) \cdot \cos ( h )"),
        (r"s i n ^ { 2 } x", r"( \sin ( x ) )^{2}"),
        (r"l o g _ { 2 } 8", r"\log_{2} ( 8 )"),
        (r"m a x ( 2 , 3 )", r"\max ( 2 , 3 )"),
        (r"1 7 m o d 5", r"17 \bmod 5"),
        (r"- 7 m o d 5", r"( - 7 ) \bmod 5"),
        (r"5 - 7 m o d 3", r"5 - ( 7 \bmod 3 )"),
        (r"e x p ( x ) + e x p", r"\exp ( x ) + \mathrm{e} \cdot x \cdot p"),
        (r"2 l n = x", r"2 \cdot l \cdot n = x"),
        (r"\int l n x d x", r"\int \ln ( x ) \, \mathrm{d} x"),
        (r"3 0 ^ { o }", r"30^{\circ}"),
        (r"f ( x ) = x ^ { 2 } , f ( 3 )", r"f ( x ) = x^{2} , \; f ( 3 )"),
        (r"f ( x ) = x ^ { 2 } , f ^ { \prime } ( x ) = 4", r"f ( x ) = x^{2} , \; f^{\prime} ( x ) = 4"),
        (r"\frac { d } { x }", r"\frac{d}{x}"),
        (r"( a ^ { 2 } ) ^ { \prime }", r"\frac{\mathrm{d}}{\mathrm{d} a} ( a^{2} )"),
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
    (r"x \in A", r"A is no set"),
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
    (r"x + 1 , x = 2", "cannot be taken together"),
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
    (r"f ( 3 ) = 2", "function f is, is not said"),
    (r"f ^ { - 1 } ( x )", "function f is, is not said"),
    (r"y ^ { \prime } + y = 0", "what the prime"),
    (r"( x y ) ^ { \prime }", "what the prime"),
    (r"x ^ { + }", r"missing after \+"),
    (r"x ^ { 2 } !", r"^x \^ { 2 }! may be .* write brackets"),
    (r"1 0 ^ { 1 0 ^ { 1 0 } } !", r"^1 0 \^ { 1 0 \^ { 1 0 } }! may be .* write brackets"),
    (r"2 ( x + 1 ) ^ { 2 } !", r"^\( x \+ 1 \) \^ { 2 }! may be"),
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
    ("1 e 5", "power of ten or a product"),
    ("2.5 e 10 ^ { 2 }", "power of ten or a product"),
    (r"x \lt y", "one unknown"),
    (r"f ( x ) = x , f ( 1 , 2 )", "has 1 variables, not 2"),
    (r"d e t ( x )", "not understood"),
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
    assert error.value.strokes == (2, 3, 4)
    assert error.value.part == r"\in A"


def test_refusal_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(NotUnderstood("cause", "x", (1, 2))))
    assert (str(error), error.part, error.strokes) == ("cause", "x", (1, 2))


def test_expressions_cannot_be_a_system() -> None:
    with pytest.raises(NotUnderstood, match="cannot be taken together"):
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


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"\ln 2", r"\ln ( 2 )"),
        (r"\operatorname{arsinh} x", r"\operatorname{arsinh} ( x )"),
        (r"20\% \times 50", r"20 \% \cdot 50"),
        (r"\sin 30^\circ + 5°", r"\sin ( 30^{\circ} ) + 5^{\circ}"),
        (r"\binom{n+1}{2}", r"\binom{n + 1}{2}"),
        (r"\prod_{k=1}^{3} k", r"\prod_{k = 1}^{3} k"),
        (r"6\cdot 2", r"6 \cdot 2"),
        (r"x \in \left( -\infty , 1 \right] \cup \{2, 3\}",
         r"x \in \left( - \infty , 1 \right] \cup \left\{ 2 , 3 \right\}"),
        (r"x = 2n, n \in \mathbb{Z} \setminus \{0\}",
         r"x = 2 \cdot n , \; n \in \mathbb{Z} \setminus \left\{ 0 \right\}"),
        (r"\mathrm{true}", r"\mathrm{true}"),
        (r"\frac{\partial}{\partial y} x^2 y", r"\frac{\partial}{\partial y} ( x^{2} \cdot y )"),
        (r"\lfloor x \rfloor", r"\operatorname{floor} ( x )"),
        (r"x \approx 1.5", r"x \approx 1.5"),
        (r"\omega^2", r"\omega^{2}"),
        (r"12:4", r"\frac{12}{4}"),
        (r"2:3=x:6", r"\frac{2}{3} = \frac{x}{6}"),
        (r"1 + 5\%", r"1 + 5 \%"),
        (r"1 - x\%", r"1 - x \%"),
        (r"\lim_{x\to 0+}x", r"\lim_{x \rightarrow 0^{+}} x"),
        (r"\lim_{x\to a-0}x", r"\lim_{x \rightarrow a^{-}} x"),
        (r"\lim_{x\to -1-}x", r"\lim_{x \rightarrow - 1^{-}} x"),
        (r"\lim_{x\searrow 0}x", r"\lim_{x \rightarrow 0^{+}} x"),
        (r"\lim_{x\uparrow a}x", r"\lim_{x \rightarrow a^{-}} x"),
        (r"\lim_{x\to-1}x", r"\lim_{x \rightarrow - 1} x"),
        (r"\lim_{x\to a+b}x", r"\lim_{x \rightarrow a + b} x"),
        (r"f(x):=2x", r"f ( x ) = 2 \cdot x"),
        (r"x>1 \land x<2", r"x \gt 1 , \; x \lt 2"),
        (r"x>1 \text{ and } x<2", r"x \gt 1 , \; x \lt 2"),
        (r"0.1\overline{6}", r"\frac{1}{6}"),
        (r"x=0,\overline{3}", r"x = \frac{1}{3}"),
        (r"x_{\mathrm{max}}=v_{\min}", r"x_{\max} = v_{\min}"),
        (r"\int x\,\mathrm{dx}", r"\int x \, \mathrm{d} x"),
    ],
)  # fmt: skip
def test_latex_that_the_recogniser_does_not_write(latex: str, read: str) -> None:
    def again(text: str) -> str:
        return read_as(read_problem([read_latex(text)]).statements)

    assert again(latex) == read
    assert again(read) == read


@pytest.mark.parametrize(
    "text",
    [
        r"\binom{2}",
        r"\foo",
        r"\binom{2}{3",
        r"\matrix x",
        r"5\mathrm{cm}",
        r"x=2 \text{ or } x=3",
        r"\operatorname{foo} x",
        r"\overline{x}",
        r"0.\overline{a}",
    ],
)
def test_latex_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(LatexError):
        read_latex(text)
