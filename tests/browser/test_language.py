"""The model of language in JavaScript scores what the one in Python does."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from crohme import bundle
from crohme.browser.tables import tables_of
from crohme.expressions.language_model import FILE, LanguageModel
from crohme.expressions.vocabulary import vocabulary_of
from crohme.notation import from_latex
from crohme.notation.linear import linearize
from tests.browser.conftest import in_node, needs_node

pytestmark = needs_node

LATEX = [
    "x",
    r"\Xi",
    r"x ^ { 2 } + y _ { i } = \frac { a } { b }",
    r"\sqrt [ 3 ] { q } \nabla \zeta \zeta \zeta",
    r"[ \begin{matrix} 1 & 2 \\ x & \Xi \end{matrix} ] + 1",
    r"[ \begin{matrix} \times & 2 x \\ - 1 & 2 \times \end{matrix} ] \times",
    r"\{ \begin{matrix} [ \begin{matrix} a & + \\ = & b \end{matrix} ] & x > 0 \\ x ^ { + } & 2 - \end{matrix}",
]


def test_texts_score_as_in_python_in_grids_and_outside() -> None:
    trained = bundle.load("math")
    vocabulary, content = vocabulary_of(trained), trained.files[FILE]
    trees = [from_latex(latex, vocabulary.alphabet) for latex in LATEX]
    texts = [[token for token, _ in linearize(tree)] for tree in trees]
    asked = {"tables": tables_of(trained, vocabulary), "model": base64.b64encode(content).decode(), "texts": texts}
    [found] = in_node(Path(__file__).with_name("language.mjs"), [], [asked])
    assert found == pytest.approx(LanguageModel.from_bytes(content).scores(trees, vocabulary), abs=1e-6)
