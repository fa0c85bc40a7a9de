"""Answers as JSON and back."""

from __future__ import annotations

import pytest

from crohme.notation import Alphabet, from_latex, to_latex
from crohme.recognition import Reading, RecognizedSymbol
from tests.notation.trees import written


@pytest.mark.parametrize(
    "latex",
    [
        r"x ^ { 2 } + \frac { 1 } { y }",
        r"[ \begin{matrix} a & b \\ c & d \end{matrix} ] ^ { T }",
        r"\hat { x } = \begin{matrix} & a \\ b & \end{matrix}",
        r"\begin{matrix} \begin{matrix} a \\ b \end{matrix} & c \end{matrix} d",
    ],
)
def test_a_reading_survives_json(latex: str) -> None:
    tree = written(from_latex(latex, Alphabet.whole()))
    symbols = tuple(
        RecognizedSymbol(node.label, node.strokes, tuple(map(str, node.strokes)), None, 0.5) for node in tree.nodes()
    )
    reading = Reading(" ".join(to_latex(tree)), 0.5, tree, symbols)
    assert Reading.from_dict(reading.to_dict()) == reading
