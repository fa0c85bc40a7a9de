"""Trees as one line of text: Typst, and Unicode."""

from __future__ import annotations

import pytest

from crohme.notation import Alphabet, from_latex, to_text, to_typst

LINES = {
    r"x ^ { 2 } + 1": ("x² + 1", "x^(2) + 1"),
    r"\frac { - b \pm \sqrt { b ^ { 2 } - 4 a c } } { 2 a }": (
        "(−b ± √(b² − 4ac))/(2a)",
        "frac(− b ± sqrt(b^(2) − 4 a c), 2 a)",
    ),
    r"\sum _ { i = 1 } ^ { n } x _ { i } ^ { 2 }": ("∑ᵢ₌₁ⁿ xᵢ²", "∑_(i = 1)^(n) x_(i)^(2)"),
    r"f ^ { \prime \prime 2 } ( x )": ("f′′²(x)", "f''^(2) ( x )"),
    r"\sqrt [ 3 ] { x , y }": ("(x, y)^(1/3)", r"root(3, x \, y)"),
    r"1 2 . 5 \times 1 0 ^ { - 3 }": ("12.5 × 10⁻³", "12.5 × 10^(− 3)"),
    r"| x | - ( - 3 )": ("|x| − (−3)", "|x| − ( − 3 )"),
    r"\hat { x } \vec { A B }": ("x̂(AB)⃗", "hat(x) arrow(A B)"),
    r"\binom { n } { k }": ("(n choose k)", "binom(n, k)"),
    r"[ \begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix} ]": ("[1, 2; 3, 4]", "[ mat(delim: #none, 1, 2; 3, 4) ]"),
    r"\lim _ { x \rightarrow 0 } \sin x": ("lim_(x→0) sin x", "lim_(x → 0) sin x"),
    r"\frac { 1 } { 2 } x - \frac { a } { b }": ("(1/2)x − a/b", "frac(1, 2) x − frac(a, b)"),
    r"\frac { 1 } { 2 } ^ { 2 } \sqrt { x } ^ { 3 }": ("(1/2)²(√x)³", "frac(1, 2)^(2) sqrt(x)^(3)"),
    r"\frac { \# } { a / b }": ("#/(a / b)", r"frac(\#, a \/ b)"),
}


@pytest.mark.parametrize("latex", LINES)
def test_formulas_are_spelled_as_people_type_them(latex: str) -> None:
    tree = from_latex(latex, Alphabet.whole())
    assert (to_text(tree), to_typst(tree)) == LINES[latex]


def test_fences_without_a_partner_do_not_end_an_argument_of_typst() -> None:
    tree = from_latex(r"\frac { ) } { ( } [ 0 , 1 )", Alphabet.whole())
    assert to_typst(tree) == r"frac(\), \() [ 0 , 1 )"
