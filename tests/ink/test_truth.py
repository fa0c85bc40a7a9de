"""What an ink says it shows, where that is more than can be meant."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.ink.truth import truth, truth_expression
from crohme.notation import NotationError
from inkml_parser import Ink, read


def test_a_truth_longer_than_any_is_refused_before_it_is_read() -> None:
    strokes = (np.zeros((2, 2)),)
    mathml = f"<math><mi>{'x' * 400_000}</mi></math>"
    with pytest.raises(NotationError, match="400,0.. characters; the limit is 300,000"):
        truth(Ink(strokes, mathml=mathml))
    for ink in (Ink(strokes, latex="x" * 60_000), Ink(strokes, mathml=mathml, latex="x" * 60_000)):
        with pytest.raises(NotationError, match="60,000 characters; the limit is 50,000"):
            truth_expression(ink)


def test_what_is_wrong_with_an_annotation_is_said_where_it_is_the_only_truth() -> None:
    ink = read(b"<ink><annotation type='truth'>x<b/> + 1</annotation><trace>1 2</trace></ink>")
    with pytest.raises(NotationError, match="damaged annotation: <annotation> in line 1 holds <b>, and was left out"):
        truth_expression(ink)


@pytest.mark.parametrize(
    ("latex", "cause"),
    [("&lt;math>&lt;mi>x&lt;/mi>&lt;/math>", "MathML, not LaTeX"), ("a &amp;lt; b", "HTML, not LaTeX")],
)
def test_a_truth_that_is_no_latex_is_called_so(latex: str, cause: str) -> None:
    ink = read(f"<ink><annotation type='truth'>{latex}</annotation><trace>1 2</trace></ink>".encode())
    with pytest.raises(NotationError, match=cause):
        truth_expression(ink)
