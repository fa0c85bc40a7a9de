"""MathML as MathJax, KaTeX, pandoc, Word and people write it."""

from __future__ import annotations

import pytest

from crohme.notation import (
    Alphabet,
    NotationError,
    from_latex,
    from_mathml,
    to_latex,
    to_mathml,
)
from crohme.notation.mathml_accents import WIDE
from crohme.notation.tree import ARGUMENTS

WHOLE = Alphabet.whole()
X, AB = "<mi>x</mi>", "<mrow><mi>A</mi><mi>B</mi></mrow>"


def read(mathml: str) -> str:
    return " ".join(to_latex(from_mathml(f"<math>{mathml}</math>", label=WHOLE.canonical)))


def over(sign: str, base: str = X, mark: str = "", whole: str = "") -> str:
    return f"<mover{whole}>{base}<mo{mark}>{sign}</mo></mover>"


def under(sign: str, base: str = X, whole: str = "") -> str:
    return f"<munder{whole}>{base}<mo>{sign}</mo></munder>"


@pytest.mark.parametrize("label", [label for label in ARGUMENTS if label not in (r"\frac", r"\sqrt")])
@pytest.mark.parametrize("content", ["x", "A B", r"\frac { 1 } { x }", r"\hat { x }"])
def test_every_accent_over_one_symbol_and_over_several(label: str, content: str) -> None:
    (tree,) = (from_latex(label + f"{{{content}}}" * len(ARGUMENTS[label]), WHOLE),)
    assert from_mathml(to_mathml(tree), label=WHOLE.canonical) == tree


@pytest.mark.parametrize(("narrow", "wide"), WIDE.items())
def test_width_is_what_stretchy_says_else_what_the_content_needs(narrow: str, wide: str) -> None:
    sign = {r"\hat": "^", r"\tilde": "~", r"\bar": "¯", r"\vec": "→"}[narrow]
    for base, latex in ((X, "x"), (AB, "A B")):
        assert read(over(sign, base, ' stretchy="true"')) == f"{wide} {{ {latex} }}"
        assert read(over(sign, base, ' stretchy="false"')) == f"{narrow} {{ {latex} }}"
    assert (read(over(sign)), read(over(sign, AB))) == (f"{narrow} {{ x }}", f"{wide} {{ A B }}")


@pytest.mark.parametrize(
    ("signs", "accent"),
    [
        (("^", "ˆ", "&#x302;"), r"\hat"),
        (("~", "˜", "&#x303;"), r"\tilde"),
        (("¯", "‾", "ˉ", "&#x304;", "&#x305;", "_"), r"\bar"),
        (("―",), r"\overline"),
        (("→", "&#x20D7;", "⟶"), r"\vec"),
        (("←", "&#x20D6;"), r"\overleftarrow"),
        (("↔", "&#x20E1;"), r"\overleftrightarrow"),
        (("˙", "&#x307;"), r"\dot"),
        (("¨", "&#x308;"), r"\ddot"),
        (("&#x20DB;",), r"\dddot"),
        (("ˇ", "&#x30C;"), r"\check"),
        (("˘", "&#x306;"), r"\breve"),
        (("´", "&#x301;"), r"\acute"),
        (("`", "&#x300;"), r"\grave"),
        (("˚", "&#x30A;"), r"\mathring"),
        (("⏞", "&#xFE37;"), r"\overbrace"),
        (("⏜", "⌢"), r"\overparen"),
    ],
)
def test_signs_over_a_symbol(signs: tuple[str, ...], accent: str) -> None:
    for sign in signs:
        for mathml in (
            over(sign),
            over(sign, whole=' accent="true"'),
            over(sign, mark=' accent="true"'),
            over(sign, base=f"<mrow>{X}</mrow>"),
            f"<mover>{X}<mrow><mo>{sign}</mo></mrow></mover>",
            f"<mover>{X}<mtext>{sign}</mtext></mover>",
        ):
            assert read(mathml) == f"{accent} {{ x }}", mathml
    assert read(f"<msub>{over(signs[0])}<mi>i</mi></msub>") == f"{accent} {{ x }} _ {{ i }}"


@pytest.mark.parametrize(
    ("signs", "accent"),
    [
        (("_", "&#x332;", "&#x331;", "&#xAF;", "&#x5F;", "&#x203E;", "&#x2015;", "ˍ"), r"\underline"),
        (("⏟", "&#xFE38;"), r"\underbrace"),
        (("→", "&#x20EF;"), r"\underrightarrow"),
    ],
)
def test_signs_under_a_symbol(signs: tuple[str, ...], accent: str) -> None:
    for sign in signs:
        for mathml in (under(sign), under(sign, whole=' accentunder="true"'), under(sign, f"<mrow>{X}</mrow>")):
            assert read(mathml) == f"{accent} {{ x }}", mathml


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        (over("→", whole=' accent="false"'), r"x ^ { \rightarrow }"),
        (over("→", mark=' accent="false"'), r"x ^ { \rightarrow }"),
        (over("→", "<mo>=</mo>"), r"= ^ { \rightarrow }"),
        (over("."), "x ^ { . }"),
        (over(".", whole=' accent="true"'), r"\dot { x }"),
        (over("−", whole=' accent="true"'), r"\bar { x }"),
        (over("−", whole=' accent="TRUE"'), r"\bar { x }"),
        (over("..", whole=' accent="true"'), r"\ddot { x }"),
        (over("...", mark=' accent="true"'), r"\dddot { x }"),
        (over("&#x302;&#xFE0F;"), r"\hat { x }"),
        (over("∼", AB, whole=' accent="true"'), r"\widetilde { A B }"),
        (over("∘"), r"x ^ { \circ }"),
        (over("°", whole=' accent="true"'), r"\mathring { x }"),
        (under("→", "<mi>lim</mi>"), r"\lim _ { \rightarrow }"),
        (under("_", whole=' accentunder="false"'), r"x _ { \_ }"),
        ("<munder><mi>lim</mi><mi>x</mi></munder>", r"\lim _ { x }"),
        ("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>", r"\sum _ { i } ^ { n }"),
        ("<munder><mi>S</mi><mover accent='true'><mi>x</mi><mo>^</mo></mover></munder>", r"S _ { \hat { x } }"),
        ("<munderover><mi>x</mi><mo>_</mo><mo>^</mo></munderover>", r"\hat { \underline { x } }"),
        ("<munderover><mi>x</mi><mi>i</mi><mo>^</mo></munderover>", r"\hat { x } _ { i }"),
        ("<mover><mover><mi>x</mi><mo>⏞</mo></mover><mi>n</mi></mover>", r"\overbrace { x } ^ { n }"),
        ("<mover><msqrt><mi>x</mi></msqrt><mn>3</mn></mover>", r"\sqrt { x } ^ { 3 }"),
        ("<munder><mfrac><mi>x</mi><mi>y</mi></mfrac><mn>3</mn></munder>", r"\frac { x } { y } _ { 3 }"),
        ("<msubsup><mo>∫</mo><mn>0</mn><mn>10</mn></msubsup>", r"\int _ { 0 } ^ { 1 0 }"),
    ],
)
def test_accents_and_scripts_are_told_apart(mathml: str, latex: str) -> None:
    assert read(mathml) == latex


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ("<mfenced><mi>x</mi></mfenced>", "( x )"),
        ("<mfenced><mi>x</mi><mi>y</mi></mfenced>", "( x , y )"),
        ('<mfenced open="[" close=")" separators=";,"><mi>x</mi><mi>y</mi><mi>z</mi><mi>t</mi></mfenced>',
         "[ x ; y , z , t )"),
        ('<mfenced open="{" close="" separators=""><mi>x</mi><mi>y</mi></mfenced>', r"\{ x y"),
        ('<mfenced open="|" close="|"><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></mfenced>', "| x + 1 |"),
        ('<mfenced open="&lt;" close="〉"><mi>x</mi></mfenced>', r"\langle x \rangle"),
        ("<mfenced/>", "( )"),
        ("<msup><mfenced><mi>x</mi></mfenced><mn>2</mn></msup>", "( x ) ^ { 2 }"),
        ('<mfenced open="[" close="]"><mtable><mtr><mtd><mn>1</mn></mtd><mtd/></mtr></mtable></mfenced>',
         r"[ \begin{matrix} 1 & \end{matrix} ]"),
        ('<mfenced><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac></mfenced>', r"\binom { n } { k }"),
    ],
)  # fmt: skip
def test_fenced_rows(mathml: str, latex: str) -> None:
    assert read(mathml) == latex


@pytest.mark.parametrize("thickness", ["0", "0px", "0pt", "0.0em", " 0 ", "0ex", "0%"])
def test_a_fraction_without_a_bar_is_a_binomial_only_in_parentheses(thickness: str) -> None:
    fraction = f'<mfrac linethickness="{thickness}"><mi>n</mi><mi>k</mi></mfrac>'
    opening, closing = "<mo>(</mo>", "<mo>)</mo>"
    for mathml in (
        f"<mrow>{opening}{fraction}{closing}</mrow>",
        f"<mrow><mrow>{opening}</mrow>{fraction}<mrow>{closing}</mrow></mrow>",
        f"{opening}<mstyle>{fraction}</mstyle>{closing}",
    ):
        assert read(f"<mi>a</mi>{mathml}<mi>b</mi>") == r"a \binom { n } { k } b"
        assert read(f"<msqrt>{mathml}</msqrt>") == r"\sqrt { \binom { n } { k } }"
    assert read(fraction) == r"\begin{matrix} n \\ k \end{matrix}"
    assert read(f"<mo>[</mo>{fraction}<mo>]</mo>") == r"[ \begin{matrix} n \\ k \end{matrix} ]"
    assert read(f"<msub>{opening}{fraction}</msub>") == r"( _ { \begin{matrix} n \\ k \end{matrix} }"


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ("<mtable><mlabeledtr><mtd><mtext>(1)</mtext></mtd><mtd><mi>x</mi></mtd></mlabeledtr></mtable>",
         r"\begin{matrix} x \end{matrix}"),
        ("<mtable><mlabeledtr><mtd><mi>q</mi></mtd><mtd><mi>x</mi></mtd></mlabeledtr><mtr><mtd><mi>y</mi></mtd></mtr></mtable>",
         r"\begin{matrix} x \\ y \end{matrix}"),
        ("<mtable><mtr/><mtr><mtd><mi>y</mi></mtd></mtr></mtable>", r"\begin{matrix} \\ y \end{matrix}"),
        ("<mo>{</mo><mtable><mtr><mtd><mn>1</mn></mtd></mtr><mtr><mtd/><mtd><mn>2</mn></mtd></mtr></mtable>",
         r"\{ \begin{matrix} 1 \\ & 2 \end{matrix}"),
        ('<mtable><mtr><mtd columnspan="1"><mi>x</mi></mtd></mtr></mtable>', r"\begin{matrix} x \end{matrix}"),
        ('<menclose notation="box"><mi>x</mi></menclose>', r"\boxed { x }"),
        ('<menclose notation="top bottom left right"><mi>x</mi></menclose>', r"\boxed { x }"),
        ('<menclose notation="circle"><mn>1</mn></menclose>', r"\textcircled { 1 }"),
        ('<menclose notation="top"><mi>x</mi></menclose>', r"\overline { x }"),
        ('<menclose notation="bottom"><mi>x</mi><mi>y</mi></menclose>', r"\underline { x y }"),
        ('<menclose notation="radical"><mi>x</mi></menclose>', r"\sqrt { x }"),
        ('<mfrac bevelled="true"><mi>a</mi><mi>b</mi></mfrac>', "a / b"),
        ("<mi>x</mi><mphantom><mi>y</mi></mphantom><mspace width='1em'/><mtext>&#xA0;</mtext><mi>z</mi>", "x z"),
    ],
)  # fmt: skip
def test_tables_and_frames(mathml: str, latex: str) -> None:
    assert read(mathml) == latex


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ('<mi mathvariant="double-struck">R</mi>', r"\mathbb{R}"),
        ('<mstyle mathvariant="double-struck"><mi>N</mi></mstyle><mi>N</mi>', r"\mathbb{N} N"),
        ("<mi>ℝ</mi>", r"\mathbb{R}"),
        ('<mi mathvariant="bold">x</mi>', "x"),
        ("<mi>𝑥</mi><mi>𝐱</mi><mi>𝛼</mi><mn>𝟏</mn>", r"x x \alpha 1"),
        ("<mo>ⅆ</mo><mi>x</mi>", "d x"),
        ("<mi>φ</mi><mi>ϕ</mi><mi>ε</mi><mi>ϵ</mi>", r"\phi \phi \epsilon \epsilon"),
        ("<mi>∆</mi><mi>Ω</mi><mi>µ</mi>", r"\Delta \Omega \mu"),
        ("<mi>ln</mi><mo>&#x2061;</mo><mi>x</mi>", "l n x"),
        ("<mi>lim sup</mi>", "l i m s u p"),
        ("<mi>sin</mi><mi>x</mi>", r"\sin x"),
        ("<mo>:=</mo>", ": ="),
        ("<mo>||</mo>", "| |"),
        ("<msup><mi>f</mi><mo>″</mo></msup>", r"f ^ { \prime \prime }"),
        ("<msup><mi>f</mi><mo>′′′</mo></msup>", r"f ^ { \prime \prime \prime }"),
        ("<mn>1,000.5</mn>", "1 , 0 0 0 . 5"),
        ("<mn>-3</mn>", "- 3"),
        ("<mo>=&#x338;</mo><mo>∈&#x338;</mo>", r"\neq \notin"),
        ("<mi>x</mi><mo>&#x200B;</mo><mo>∅&#xFE0E;</mo>", r"x \emptyset"),
        ("<mo>⋅</mo><mo>·</mo><mo>∣</mo><mo>−</mo>", r"\cdot \cdot | -"),
    ],
)
def test_leaves(mathml: str, latex: str) -> None:
    assert read(mathml) == latex


@pytest.mark.parametrize(
    ("mathml", "cause"),
    [
        (over("⇀", whole=' accent="true"'), "accent '⇀' is not supported"),
        (over("⎴"), "leaf '⎴'"),
        (under("&#x23B5;"), "leaf '⎵'"),
        (under("&#x23B5;", whole=' accentunder="true"'), "accent '⎵' is not supported"),
        (under("←", whole=' accentunder="true"'), "accent '←' is not supported"),
        ('<mover accent="true"><mi>x</mi><mrow><mi>a</mi><mi>b</mi></mrow></mover>', "accent <mrow> is not supported"),
        ("<mover><mrow/><mo>^</mo></mover>", "of nothing"),
        ('<mi mathvariant="script">L</mi>', "'L' has letters in script"),
        ("<mi>ℒ</mi>", "'ℒ' has letters in script"),
        ("<mi>𝔤</mi>", "letters in fraktur"),
        ('<mi mathvariant="double-struck">A</mi>', "letters in double-struck"),
        ("<mi>𝔸</mi>", "letters in double-struck"),
        ("<mn>1e5</mn>", "leaf '1e5'"),
        ("<mtext>if</mtext>", "leaf 'if'"),
        ("<menclose><mi>x</mi></menclose>", "notation 'longdiv' is not supported"),
        ('<menclose notation="updiagonalstrike"><mi>x</mi></menclose>', "'updiagonalstrike' is not supported"),
        ('<menclose notation="box"/>', "of nothing"),
        ("<mtable><mtr><mi>x</mi></mtr></mtable>", "<mi> in a line of a table"),
        ('<mtable><mtr><mtd columnspan="2"><mi>x</mi></mtd></mtr></mtable>', "columnspan '2' is not supported"),
        ('<mtable><mtr><mtd rowspan="2"><mi>x</mi></mtd></mtr></mtable>', "rowspan '2' is not supported"),
        ("<mrow>2<mi>x</mi></mrow>", "text '2' in <mrow>"),
        ("<mrow><mi>x</mi>2</mrow>", "text '2' in <mrow>"),
        ("<mfrac><mi>x</mi><mrow/></mfrac>", "empty part"),
        ("<mmultiscripts><mi>x</mi><mi>i</mi><none/></mmultiscripts>", "<mmultiscripts> is not supported"),
        ("<msup><mtable><mtr><mtd><mi>x</mi></mtd></mtr></mtable><mn>2</mn></msup>", "grid"),
    ],
)
def test_what_is_refused_by_name(mathml: str, cause: str) -> None:
    with pytest.raises(NotationError, match=cause):
        read(f"<mi>a</mi>{mathml}")


@pytest.mark.parametrize(
    "wrapped",
    [
        "<mtable><mtr><mtd>{}</mtd></mtr></mtable>",
        "<menclose notation='box'>{}</menclose>",
        "<mover>{}<mo>^</mo></mover>",
    ],
)
def test_deep_nesting_of_grids_and_accents_is_an_error(wrapped: str) -> None:
    before, after = wrapped.split("{}")
    with pytest.raises(NotationError):
        from_mathml(f"<math>{before * 400}<mi>y</mi>{after * 400}</math>")


def test_thousands_of_binomials_in_a_row() -> None:
    binomial = "<mo>(</mo><mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>"
    assert {node.label for node in from_mathml(f"<math>{binomial * 3500}</math>").row} == {r"\binom"}


def test_an_arrow_in_latex_is_no_accent() -> None:
    assert " ".join(to_latex(from_latex("x→0 ← ↔", WHOLE))) == r"x \rightarrow 0 \leftarrow \leftrightarrow"
