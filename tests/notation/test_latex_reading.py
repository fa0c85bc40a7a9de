"""LaTeX of any vocabulary: what is the same, what is not, and what is refused."""

from __future__ import annotations

import re

import pytest

from crohme.notation import LatexError, from_latex, read_latex, to_latex, tokenize
from crohme.notation.alphabet import SYMBOL_CLASSES
from crohme.notation.tree import ARGUMENTS


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (r"2 \Pi", r"2 \Pi"),
        (r"\nabla{x}", r"\nabla x"),
        (r"α×−2 ≤ x²³", r"\alpha \times - 2 \leq x ^ { 2 3 }"),
        ("（x₁₀）＝１", "( x _ { 1 0 } ) = 1"),
        (r"\[ x \]", "x"),
        (r"\( x \)", "x"),
        (r"$$x$$", "x"),
        (r"$x$ $=$ $y$", "x = y"),
        (r"\begin{equation*} x \end{equation*}", "x"),
        (r"\begin{align} x &= y \nonumber \end{align}", "x = y"),
        (r"a + {x \over y + 1}", r"a + \frac { x } { y + 1 }"),
        (r"\displaystyle \cfrac[l]{1}{2} \dfrac12 \tfrac{1}2", r"\frac { 1 } { 2 } " * 3),
        (r"{\rm d}x \bf y \hspace{1cm}\hspace*{2em} z\quad\!\kern-3pt w", "d x y z w"),
        (r"x \label{eq:1} \tag{2} \phantom{y}", "x"),
        (r"\bigl( x \Bigr) \left. y \right|", "( x ) y |"),
        (r"\left< x \right>", r"\langle x \rangle"),
        (r"\mathrm{ln} x \operatorname{max} {\rm lim}_{x}", r"\ln x \max \lim _ { x }"),
        (r"\text{if $x$} \mbox{y} \ensuremath{z}", "i f x y z"),
        (r"x_1^2 x^2_1 {x_1}^2", "x _ { 1 } ^ { 2 } " * 3),
        (r"f' f^\prime f^{\prime} f^{'} f′", r"f ^ { \prime } " * 5),
        (r"f'' f^{\prime\prime} f″", r"f ^ { \prime \prime } " * 3),
        (r"\int\limits_0^1 \sum\nolimits_i", r"\int _ { 0 } ^ { 1 } \sum _ { i }"),
        (r"\root 3 \of x", r"\sqrt [ 3 ] { x }"),
        (r"\frac{x}\sum\limits_1^2", r"\frac { x } { \sum } _ { 1 } ^ { 2 }"),
        (r"\not= \not\in \ne", r"\neq \notin \neq"),
        (r"50\% 50%", r"5 0 \% 5 0 \%"),
        (r"a \land b \ast \dots \lVert", r"a \wedge b * \ldots \|"),
        (r"x {} ^ {} \, y \ ", "x y"),
        (r"\overline x", r"\overline { x }"),
        (r"\hat{x}^2_1", r"\hat { x } _ { 1 } ^ { 2 }"),
        (r"\widecheck x", r"\check { x }"),
        (r"\textcircled4", r"\textcircled { 4 }"),
        (r"\begin{array}{c|c} a&b\\[2pt]c&d\\ \end{array}", r"\begin{matrix} a & b \\ c & d \end{matrix}"),
        (r"\begin {bmatrix}a\end{bmatrix}", r"[ \begin{matrix} a \end{matrix} ]"),
        (r"\begin{cases} a & b \end{cases}", r"\{ \begin{matrix} a & b \end{matrix}"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", r"\begin{matrix} a = b \\ = c \end{matrix}"),
        (r"n \choose k", r"\binom { n } { k }"),
        (r"\dbinom nk", r"\binom { n } { k }"),
        (r"\pmatrix{a & b \cr c & d\cr}", r"( \begin{matrix} a & b \\ c & d \end{matrix} )"),
        (r"\cases{a & b \cr c & d}", r"\{ \begin{matrix} a & b \\ c & d \end{matrix}"),
        (r"\eqalign{a &= b \cr &= c}", r"\begin{matrix} a = b \\ = c \end{matrix}"),
        (r"\begin{pmatrix*}[r] a & b \end{pmatrix*}", r"( \begin{matrix} a & b \end{matrix} )"),
        (r"\begin{rcases} a \\ b \end{rcases}", r"\begin{matrix} a \\ b \end{matrix} \}"),
        (r"\begin{subarray}{l} a \\*[2pt] b \end{subarray}", r"\begin{matrix} a \\ b \end{matrix}"),
        (r"\begin{aligned}[t] a \\ b \end{aligned}", r"\begin{matrix} a \\ b \end{matrix}"),
        (r"\begin{aligned}[x] \\ b \end{aligned}", r"\begin{matrix} [ x ] \\ b \end{matrix}"),
        (r"\begin{array} a & b \end{array}", r"\begin{matrix} a & b \end{matrix}"),
        (r"\begin{array}{c} a \\ \cline{1-1} b \end{array}", r"\begin{matrix} a \\ b \end{matrix}"),
        (r"{n \brace k}", r"\{ \begin{matrix} n \\ k \end{matrix} \}"),
        (r"{n \brack k}", r"[ \begin{matrix} n \\ k \end{matrix} ]"),
        (r"\genfrac{(}{)}{0pt}{}{n}{k} \genfrac{}{}{}{0}{n}k", r"\binom { n } { k } \frac { n } { k }"),
        (r"\genfrac{[}{]}{0pt}{1}{n}{k}", r"[ \begin{matrix} n \\ k \end{matrix} ]"),
        (r"\rm{sin}x + {\rm{ln}} y \bf{z}w", r"\sin x + \ln y z w"),
        (r"\textcolor[rgb]{1,0,0}{x} \color[HTML]{FF0000} y \colorbox{red}{z}", "x y z"),
        (r"x^{''} x^{\prime'} x^{'''}", r"x ^ { \prime \prime } " * 2 + r"x ^ { \prime \prime \prime }"),
        (r"\not\le \not< \not\subseteq", r"\nleq \nless \nsubseteq"),
        ("√2 + ∛x − 1½", r"\sqrt { 2 } + \sqrt [ 3 ] { x } - 1 \frac { 1 } { 2 }"),
        ("𝑥 + 𝛼 + ℎ ≔ 𝟐", r"x + \alpha + h : = 2"),
        (r"\lparen \textup{x} \rparen \emph{y}", "( x ) y"),
        (r"45° = 45\degree = 45^° = 45^{\degree}", "= ".join(["4 5 ^ { \\circ } "] * 4)),
        ("5℃ {a}° x_1°", r"5 ^ { \circ } C a ^ { \circ } x _ { 1 } ^ { \circ }"),
        (
            r"\begin{matrix} 1° & ° \\ \degree & 2 \end{matrix}",
            r"\begin{matrix} 1 ^ { \circ } & \circ \\ \circ & 2 \end{matrix}",
        ),
        (
            "x\u0304 + y\u0302_1 + ŷ + α\u20d7 + x\u0305\u0302",
            r"\bar { x } + \hat { y } _ { 1 } + \hat { y } + \vec { \alpha } + \hat { \overline { x } }",
        ),
        ("=\u0338 ≠ ∈\u0338 ≤\u0338", r"\neq \neq \notin \nleq"),
        ("\u200bx\ufe0e \u2062\u202ay\u202c\ufeff f\u2061(\u00adz)", "x y f ( z )"),
        (r"x + 1 \\ \\[2pt]", "x + 1"),
        (r"a \coloneqq b \eqqcolon c", "a : = b = : c"),
        (
            r"\underset{x \to 0}{\lim} f + \underset{x \rightarrow 0}{\mathop{\lim}}\,f",
            r"\lim _ { x \rightarrow 0 } f + \lim _ { x \rightarrow 0 } f",
        ),
        (
            r"\overset{n}{\underset{i=1}{\sum}} i \underset{i}{\stackrel n \sum} \overset{n}{\sum_i}",
            r"\sum _ { i = 1 } ^ { n } i \sum _ { i } ^ { n } \sum _ { i } ^ { n }",
        ),
        (r"\underset{x}{\max} \underset{D}{\iint} \underset{}{\lim}", r"\max _ { x } \iint _ { D } \lim"),
        ("ħ", r"\hbar"),
        ("aₙ₊₁ xᵏ xᵀ xᵢⱼ y²ᵝ", r"a _ { n + 1 } x ^ { k } x ^ { T } x _ { i j } y ^ { 2 \beta }"),
        ("45º — 3㎡ ㏑ x ～ y", r"4 5 ^ { \circ } - 3 m ^ { 2 } \ln x \sim y"),
        ("𝑬 𝐄 𝟚 ⅆx", "E E 2 d x"),
        (r"x &= y &\leq z", r"x = y \leq z"),
        (r"\footnotesize \sum_{\mathclap{i}} x", r"\sum _ { i } x"),
        (r"x &= y \\ &= z \\", r"\begin{matrix} x = y \\ = z \end{matrix}"),
    ],
)
def test_what_draws_the_same_is_the_same(text: str, normal: str) -> None:
    expression = read_latex(text)
    assert expression.latex == normal.strip() and expression.tree is not None
    assert expression.tokens == tokenize(normal) == read_latex(normal).tokens


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (r"{\cal L} \Bbb R \mathcal{L}", r"\mathcal { L } \mathbb{R} \mathcal { L }"),
        (r"{}^{14}C", "{ } ^ { 1 4 } C"),
        (r"x^2^3", "x ^ { 2 } ^ { 3 }"),
        (r"\frac{a}", r"\frac { a } { }"),
        (r"\unknown{a b}{c}", r"\unknown { a b } { c }"),
        (r"\xrightarrow[a]{b}", r"\xrightarrow [ a ] { b }"),
        (r"\stackrel a =", r"\overset { a } { = }"),
        (r"\underset{a}{x} \underset{a}{\sum_b}", r"\underset { a } { x } \underset { a } { \sum _ { b } }"),
        ("x'°", r"x ^ { \prime } ^ { \circ }"),
        ("x & y = z", "x & y = z"),
        ("① ℒ 𝒞 𝔤 𝔼", r"\textcircled { 1 } \mathcal { L } \mathcal { C } \mathfrak { g } \mathbb { E }"),
        (r"\genfrac{}{}{2pt}{}{n}{k}", r"\genfrac { } { } { 2 p t } { } { n } { k }"),
    ],
)
def test_what_no_tree_can_hold_has_tokens(text: str, normal: str) -> None:
    expression = read_latex(text)
    assert (expression.latex, expression.tree) == (normal, None)
    assert read_latex(normal).tokens == expression.tokens


def test_a_letter_with_an_accent_and_a_degree_may_be_labels() -> None:
    assert to_latex(from_latex("5°", {"5", r"\degree"})) == ["5", r"\degree"]
    assert to_latex(from_latex("5°", {"5", r"\circ"})) == ["5", "^", "{", r"\circ", "}"]
    assert to_latex(from_latex("é", {"é"})) == ["é"]
    assert to_latex(from_latex("é", {"e", r"\acute"})) == [r"\acute", "{", "e", "}"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\overline{x y}", r"\overline{x} y"),
        (r"\hat x", r"\widehat x"),
        (r"\mathbb R", "R"),
        (r"\unknown{ab}", r"\unknown{a}b"),
        (r"\cdot", "."),
        (r"\cdots", r"\ldots"),
        (r"\varphi", r"\phi"),
        (r"\begin{matrix} a & b \end{matrix}", r"\begin{matrix} a \\ b \end{matrix}"),
        (r"\sim", "~"),
        (r"\%", ""),
        (r"a \atop b", r"\frac a b"),
        (r"{a \brace b}", r"{a \brack b}"),
        (r"\genfrac{}{}{0pt}{}{a}{b}", r"\frac a b"),
        (r"^{\prime\prime}", r"^\prime"),
        ("ᵏ", "k"),
        ("ₙ", "n"),
        ("ℒ", "L"),
        ("①", "1"),
        ("ŷ", "y"),
        ("～", ""),
    ],
)
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert read_latex(f"x {one}").tokens != read_latex(f"x {other}").tokens


def test_look_alikes_are_one_on_demand() -> None:
    for one, other in ((r"a \cdot b", "a . b"), (r"\cdots", r"\dots"), (r"\varphi", r"\phi")):
        assert read_latex(one, equate=True).tokens == read_latex(other, equate=True).tokens


@pytest.mark.parametrize(
    "text", ["", "{", "x }", "{ x", "x ^", "x _ }", r"\frac{a}{b", r"\begin{matrix} a", r"\end{matrix}", r"\sqrt[3 x",
             r"\begin{matrix} a \end{array}", r"\hspace{1cm}", "{" * 100 + "x" + "}" * 100]
)  # fmt: skip
def test_only_braces_that_do_not_match_are_refused(text: str) -> None:
    with pytest.raises(LatexError):
        read_latex(text)


def test_every_name_of_the_table_is_a_sign_and_takes_no_group() -> None:
    for symbol in SYMBOL_CLASSES.values():
        for name in (symbol.label, *symbol.aliases, *symbol.variants):
            if re.fullmatch(r"\\[A-Za-z]+", name) and symbol.label not in ARGUMENTS:
                tokens = read_latex(name + " { x }").tokens
                assert len(tokens) == 2 and tokens[1] == "x", name


def test_other_names_of_a_sign_are_those_of_the_table() -> None:
    for symbol in SYMBOL_CLASSES.values():
        for alias in filter(re.compile(r"\\[A-Za-z]+").fullmatch, symbol.aliases):
            content = " { x }" if symbol.label in ARGUMENTS else ""
            assert read_latex(alias + content).tokens == read_latex(symbol.label + content).tokens, alias


@pytest.mark.parametrize("text", [r"\mathbb{N}", r"\mathbb N", r"\Bbb{N}", r"\mathds{N}", r"\N", "ℕ", r"\mathbb { N }"])
def test_a_letter_in_a_style_of_its_own_is_the_sign_of_the_table(text: str) -> None:
    read = read_latex(f"{text} _ 0")
    assert read.tokens == [r"\mathbb{N}", "_", "{", "0", "}"] and read.tree is not None
    assert read_latex(" ".join(read.tokens)) == read


def test_a_style_around_more_than_a_letter_keeps_what_is_in_it() -> None:
    assert read_latex(r"\mathbb{N_1}").latex == r"\mathbb { N _ { 1 } }"
    assert read_latex(r"\mathbb{NM}").latex == r"\mathbb { N M }"
    assert read_latex(r"\mathbb{Y}").latex == r"\mathbb { Y }"
