"""LaTeX and MathML, mutated: what is read is written, and read again as the same.

python scripts/fuzz/notation.py --seed 0 --count 100000
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
from harness import main

from crohme.notation import NotationError, from_latex, from_mathml, read_latex, to_latex, to_mathml, without_limits

ALLOWED = (NotationError,)

LATEX = (
    r"\frac { x ^ { 2 } } { \sqrt [ 3 ] { y } } + \sum _ { i = 1 } ^ { n } a _ { i }",
    r"\left( \int_0^{\infty} e^{-x^2}\,dx \right)^2 = \frac\pi4",
    r"\[ {a \over b} \quad \mathrm{sin}\,\theta \neq \hat{x}_1' \]",
    r"\begin{pmatrix} a & b \\ c & \mathbb{R} \end{pmatrix}^{-1} \cdot \binom n k",
    r"$$\overline{AB} \perp \text{if } {}^{14}C, \dfrac{1}{1+\cfrac{1}{x}} \nonumber$$",
    r"\begin{cases} x^{2} & x \geq 0 \\ {\rm d}y & \text{else} \end{cases}",
    r"\lim\limits_{x \to 0} f''(x) \le \operatorname{max}(a,b) \hspace{1em} \label{e}",
    r"α×β − γ² ≤ \nabla \Pi \root 3 \of {2} \choose 5 \not= \textcircled 4 50\%",
)
PIECES = (
    "{", "}", "^", "_", "[", "]", "'", "&", "\\", "\\\\", "$", " ", "%", "~", "x", "1", "-", "\\frac", "\\sqrt",
    "\\over", "\\left", "\\right", ".", "\\limits", "\\nolimits", "\\hat", "\\begin{matrix}", "\\end{matrix}",
    "\\begin{array}", "\\rm", "\\cal", "\\text", "\\mathbb", "\\unknown", "\\,", "\\[", "\\)", "\\sum", "\\not",
    "\\kern1pt", "\\phantom", "²", "₁", "∑", "φ", "\x00", "\ud800", "\U0001d465", "\\root", "\\of", "\\binom",
    "\\atop", "\\prime", "\\overset",
)  # fmt: skip
MATHML = (
    "<math><mrow><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mfrac><mn>1</mn><msqrt><mi>y</mi></msqrt></mfrac></mrow></math>",
    "<math xmlns='http://www.w3.org/1998/Math/MathML'><munderover><mo>\\sum</mo><mi>i</mi><mi>n</mi></munderover>"
    "<mroot><mi>x</mi><mn>3</mn></mroot><msubsup><mi>a</mi><mi>i</mi><mo>\\prime</mo></msubsup></math>",
)
TAGS = ("mrow", "mi", "mo", "mn", "msup", "msub", "msubsup", "munder", "mover", "munderover", "mfrac", "msqrt", "mroot",
        "math", "semantics", "mspace", "mtext", "annotation")  # fmt: skip


class Sample(NamedTuple):
    """A text, and the notation that it is written in."""

    kind: str
    text: str


def make(rng: np.random.Generator) -> Sample:
    """LaTeX, or more seldom MathML, with some pieces put in, taken out, doubled or moved."""
    kind = "mathml" if rng.random() < 0.25 else "latex"
    text = str(rng.choice(MATHML if kind == "mathml" else LATEX))
    for _ in range(int(rng.geometric(0.35)) - 1):
        start, end = sorted(int(n) for n in rng.integers(0, len(text) + 1, 2))
        end = min(end, start + 24)
        piece = _piece(rng, kind)
        text = (
            text[:start] + piece + text[start:],
            text[:start] + text[end:],
            text[:end] + text[start:end] * int(rng.integers(1, 9)) + text[end:],
            text[:start] + piece + text[end:],
        )[int(rng.integers(4))]
    if rng.random() < 0.02:
        text = _piece(rng, kind) * int(rng.integers(50, 5000)) + text
    return Sample(kind, text)


def _piece(rng: np.random.Generator, kind: str) -> str:
    if kind == "latex" or rng.random() < 0.2:
        return PIECES[int(rng.integers(len(PIECES)))]
    tag = TAGS[int(rng.integers(len(TAGS)))]
    return (f"<{tag}>", f"</{tag}>", f"<{tag}/>", f"<{tag}>x</{tag}>")[int(rng.integers(4))]


def attempt(sample: Sample) -> str:
    """Read, write, and read again."""
    if sample.kind == "mathml":
        tree = from_mathml(sample.text)
        tokens = to_latex(tree)
        assert to_latex(without_limits(tree)) == tokens, "limits beside the operator change the LaTeX"
        assert read_latex(" ".join(tokens)).tokens == tokens, "written LaTeX is read as something else"
        to_mathml(tree)
        return "MathML"
    for equate in (False, True):
        expression = read_latex(sample.text, equate)
        again = read_latex(expression.latex, equate)
        assert again.tokens == expression.tokens, f"{expression.latex!r} is read as {again.latex!r}"
        assert (again.tree is None) == (expression.tree is None), "a tree comes or goes"
    tokens = to_latex(from_latex(sample.text))
    assert to_latex(from_latex(tokens)) == tokens, "written LaTeX is read as something else"
    return "LaTeX of the classes"


if __name__ == "__main__":
    sys.exit(main(__doc__, make, attempt, ALLOWED))
