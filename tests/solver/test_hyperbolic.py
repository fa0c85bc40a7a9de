r"""Written sinh x comes as `\sin h x`: the hyperbolic function, unless h stands for something."""

from __future__ import annotations

import pytest

from crohme.notation import Node, SymbolTree
from crohme.solver import NotUnderstood, read_latex
from crohme.solver.context import read_definitions
from crohme.solver.curves import read_curve
from crohme.solver.hyperbolic import with_hyperbolic
from crohme.solver.problem import read_problem
from crohme.solver.readback import read_as
from crohme.solver.readings import readings


def read(text: str, *lines: str) -> str:
    context = read_definitions(map(read_latex, lines))
    return read_as(read_problem([read_latex(text)], context).asked)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        (r"\sin h x", r"\sinh ( x )"),
        (r"\cos h 2 x", r"\cosh ( 2 \cdot x )"),
        (r"\tan h \frac { x } { 2 }", r"\tanh ( \frac{x}{2} )"),
        (r"\sin h ( x + 1 )", r"\sinh ( x + 1 )"),
        (r"\cos h \sqrt { x }", r"\cosh ( \sqrt{x} )"),
        (r"\cos h ^ { 2 } x", r"( \cosh ( x ) )^{2}"),
        (r"\sin h ^ { - 1 } x", r"\operatorname{arsinh} ( x )"),
        (r"a r c \tan h x", r"\operatorname{artanh} ( x )"),
        (r"\cot h x", r"\coth ( x )"),
        (r"\int \sin h x d x", r"\int \sinh ( x ) \, \mathrm{d} x"),
        (r"\sin h x \cos h x", r"\sinh ( x ) \cdot \cosh ( x )"),
        (r"\begin{pmatrix} \cos h x & 1 \end{pmatrix}", r"\begin{pmatrix} \cosh ( x ) & 1 \end{pmatrix}"),
    ],
)  # fmt: skip
def test_a_name_and_h_before_an_argument_are_the_hyperbolic_function(text: str, understood: str) -> None:
    assert read(text) == understood


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        (r"\sin h", r"\sin ( h )"),
        (r"\sin h = 0", r"\sin ( h ) = 0"),
        (r"\sin h \cos h", r"\sin ( h ) \cdot \cos ( h )"),
        (r"\cos h \cdot x", r"\cos ( h ) \cdot x"),
        (r"\sin ( h x )", r"\sin ( h \cdot x )"),
        (r"\sin ^ { 2 } h x", r"( \sin ( h \cdot x ) )^{2}"),
        (r"\sin h _ { 1 } x", r"\sin ( h_{1} \cdot x )"),
        (r"\sin h x + h", r"\sin ( h \cdot x ) + h"),
        (r"\int \sin h d x", r"\int \sin ( h ) \, \mathrm{d} x"),
        (r"\int \sin h x d h", r"\int \sin ( h \cdot x ) \, \mathrm{d} h"),
        (r"\lim_{h\to 0} \frac{\sin h x}{h}", r"\lim_{h \rightarrow 0} \frac{\sin ( h \cdot x )}{h}"),
        (r"h = 2 , \sin h x", r"\sin ( 2 \cdot x )"),
        (r"h ( x ) = x , \sin h ( x )", r"\sin ( h ( x ) )"),
    ],
)  # fmt: skip
def test_h_that_stands_for_something_is_a_letter(text: str, understood: str) -> None:
    assert read(text) == understood


@pytest.mark.parametrize(("line", "understood"), [("h = 3", "3 \\cdot x"), ("h ( x ) = x", "h ( x )")])
def test_h_of_an_earlier_line_is_no_part_of_a_name(line: str, understood: str) -> None:
    brackets = "( x )" if "(" in line else "x"
    assert read(rf"\sin h {brackets}", line) == rf"\sin ( {understood} )"


def test_how_it_was_read_is_said() -> None:
    note = "sin h was read as sinh: for a product with h, write brackets, sin(h x)"
    assert readings(read_problem([read_latex(r"\sin h x + \sin h y")]).statements) == [note]
    assert readings(read_problem([read_latex(r"\sin h ^ { - 1 } x")]).statements) == [note]
    assert readings(read_problem([read_latex(r"a r c \sin h x")]).statements) == [
        "arcsin h was read as arsinh: for a product with h, write brackets, arcsin(h x)"
    ]
    assert read_curve(read_latex(r"\sin h x"), -1, 1).notes == (note,)
    assert not readings(read_problem([read_latex(r"s i n h x + \sinh x")]).statements)


def test_strokes_of_both_belong_to_what_is_refused() -> None:
    row = (Node(r"\sin", (0, 1)), Node("h", (2,)), Node("(", (3,)), Node("x", (4,)))
    (merged,) = with_hyperbolic([row], ())
    assert [(node.label, node.strokes) for node in merged] == [(r"\sin h", (0, 1, 2)), ("(", (3,)), ("x", (4,))]
    with pytest.raises(NotUnderstood, match="never closed"):
        read_problem([SymbolTree(row)])
