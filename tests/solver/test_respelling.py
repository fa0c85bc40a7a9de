"""What is recognised, and what is typed: both are understood alike, whichever sign of the alphabet is in them."""

from __future__ import annotations

import pytest

from crohme.notation import Alphabet, Node, NotationError, SymbolTree, from_latex
from crohme.notation.alphabet import SYMBOL_CLASSES
from crohme.solver import NotUnderstood, SolverError, read_latex
from crohme.solver.curves import read_curve
from crohme.solver.problem import read_problem
from crohme.solver.readback import read_as

WHOLE = Alphabet.whole()
AROUND = ("S", "2 S 3", "x S y = 4", "S x", "S _ { 1 } + 1", "x ^ { S }", "x _ { S } = 3", "S 2 . 5 )", "x = 2 , S")


def understood(tree: SymbolTree) -> str:
    return read_as(read_problem([tree]).statements)


def typed(latex: str) -> str | None:
    try:
        return understood(read_latex(latex))
    except (NotationError, SolverError):
        return None


def recognised(latex: str) -> str | None:
    try:
        return understood(from_latex(latex, WHOLE))
    except SolverError:
        return None


@pytest.mark.parametrize("sign", SYMBOL_CLASSES)
def test_every_sign_is_understood_alike_from_ink_and_from_latex(sign: str) -> None:
    for around in AROUND:
        latex = around.replace("S", sign)
        try:
            from_latex(latex, WHOLE)
        except NotationError:
            continue
        assert recognised(latex) == typed(latex), latex


@pytest.mark.parametrize(
    ("latex", "read"),
    [
        (r"2 \cdot 3 =", r"2 \cdot 3"),
        (r"2 * x = 6", r"2 \cdot x = 6"),
        (r"\lfloor 2 . 7 \rfloor", r"\operatorname{floor} ( 2.7 )"),
        (r"\lfloor \lceil x \rceil + 1 \rfloor ^ { 2 } = 9",
         r"( \operatorname{floor} ( \operatorname{ceil} ( x ) + 1 ) )^{2} = 9"),
        (r"\frac { \lceil 3 . 2 \rceil } { 2 }", r"\frac{\operatorname{ceil} ( 3.2 )}{2}"),
        (r"x \in \mathbb{R} \backslash \{ 0 \}", r"x \in \mathbb{R} \setminus \left\{ 0 \right\}"),
        (r"x \gt 2 \wedge 5 \gt x", r"x \gt 2 , \; 5 \gt x"),
        (r"x = 1 \wedge 2 = y", r"x = 1 , \; 2 = y"),
        (r"f ( x ) = x \wedge f ( 3 )", r"f ( x ) = x , \; f ( 3 )"),
        (r"A ^ { \top }", r"A^{T}"),
        (r"\hbar \omega", r"\hbar \cdot \omega"),
        (r"0 . 7 \bar { { 3 } }", r"\frac{11}{15}"),
        (r"\begin{matrix} 2 \cdot x = 4 \\ y * 2 = 1 \end{matrix}", r"2 \cdot x = 4 , \; y \cdot 2 = 1"),
    ],
)  # fmt: skip
def test_signs_that_mean_what_others_mean(latex: str, read: str) -> None:
    assert recognised(latex) == typed(latex) == read
    assert typed(read) == read


@pytest.mark.parametrize(
    "latex",
    [
        r"\lfloor 2 . 5 \rceil", r"\lfloor 2 . 5", r"2 . 5 \rfloor", r"\langle 1 , 2 \rangle", r"2 \wedge 3",
        r"\nabla ^ { 2 } \psi = 0", r"x = 1 \wedge 2",
        r"x = \emptyset", r"2 \mathbb{N} = 4", r"\Re z = 2", r"\aleph _ { 0 } + 1", r"x \top y", r"\wedge x",
    ],
)  # fmt: skip
def test_signs_that_name_no_number_are_refused(latex: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        understood(from_latex(latex, WHOLE))
    assert typed(latex) is None
    assert "naturals" not in str(refused.value)


def test_a_refusal_points_at_the_strokes_of_a_floor() -> None:
    row = tuple(Node(label, (stroke,)) for stroke, label in enumerate(("2", r"\lfloor", "x", r"\rceil")))
    with pytest.raises(NotUnderstood) as refused:
        read_problem([SymbolTree(row)])
    assert refused.value.strokes == (1, 3)
    with pytest.raises(NotUnderstood) as refused:
        read_problem([SymbolTree(row[:3])])
    assert refused.value.strokes == (1,)


def test_a_floor_that_was_recognised_is_plotted() -> None:
    floor = r"\lfloor x \rfloor"
    assert read_curve(from_latex(floor, WHOLE), -2.0, 2.0) == read_curve(read_latex(floor), -2.0, 2.0)
