"""Readings of one picture in several tracings."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.expressions.decoding import Candidate
from crohme.expressions.fixed import FixedSymbol
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.tracings import Searched, together
from crohme.ink.raster import draw
from crohme.ink.trace import trace
from crohme.ink.traced_ink import TracedInk
from crohme.notation.tree import Node, SymbolTree
from inkml_parser import Ink


def searched(name: str, **probabilities: float) -> Searched:
    """An ink in which these letters were read."""
    found = [
        Candidate(SymbolTree((Node(letter, (0,)),)), letter, math.log(probability), {(0,): 0.0})
        for letter, probability in probabilities.items()
    ]
    nothing = np.zeros((1, 2, 2))
    ink = Ink((np.zeros((1, 2)),), annotations={"name": name})
    return Searched(ink, [nothing[0]], nothing, nothing.astype(np.float32), None, found)  # type: ignore[arg-type]


def probabilities(found: Searched) -> dict[str, float]:
    return {c.latex: math.exp(c.score) for c in found.candidates}


def test_what_two_tracings_agree_on_is_read_though_the_third_is_surer() -> None:
    found = together([searched("a", x=0.9, y=0.05), searched("b", y=0.6, z=0.3), searched("c", y=0.7, x=0.2)])
    assert found.candidates[0].latex == "y" and found.ink.annotations == {"name": "c"}
    assert [c.score for c in found.candidates] == sorted((c.score for c in found.candidates), reverse=True)


def test_tracings_that_agree_are_as_sure_as_each_and_those_that_do_not_less() -> None:
    same = together([searched("a", x=0.81, y=0.01)] * 3)
    assert probabilities(same) == pytest.approx({"x": 0.81, "y": 0.01})
    one_alone = together([searched("a", x=0.81), searched("b", y=0.01), searched("c", z=0.01)])
    assert probabilities(one_alone) == pytest.approx({"x": 0.81 / 9})


def test_a_tracing_in_which_nothing_is_read_counts_as_a_doubt() -> None:
    found = together([searched("a"), searched("b", x=0.64)])
    assert found.ink.annotations == {"name": "b"} and probabilities(found) == pytest.approx({"x": 0.64 / 4})
    assert not together([searched("a"), searched("b")]).candidates


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load()


def test_a_picture_is_answered_with_the_tracing_that_it_was_read_in(recognizer: Recognizer, tmp_path: Path) -> None:
    plus = [np.array([[40.0, 60.0], [120, 60]]), np.array([[80.0, 20.0], [80, 100]])]
    picture = draw(plus, (120, 160))
    right, wrong = trace(picture), Ink((np.array([[40.0, 60.0], [120, 60]]),), annotations=trace(picture).annotations)
    answer = recognizer.recognize(
        TracedInk.of(wrong, [Ink(right.strokes, annotations=right.annotations), *right.others])
    )
    assert answer.latex == "+" and answer.ink is not None and len(answer.ink.strokes) == 2
    assert all(0 <= stroke < 2 for symbol in answer.symbols for stroke in symbol.strokes)
    agreed, alone = recognizer.recognize(right), recognizer.recognize(Ink(right.strokes, annotations=right.annotations))
    assert answer.confidence < agreed.confidence == pytest.approx(alone.confidence, abs=0.1)
    cv2.imwrite(str(tmp_path / "plus.png"), picture)
    assert recognizer.recognize(tmp_path / "plus.png").confidence == pytest.approx(agreed.confidence)


def test_what_is_fixed_of_some_strokes_holds_for_this_tracing(recognizer: Recognizer) -> None:
    ink = trace(draw([np.array([[40.0, 60.0], [120, 60]])], (120, 160)))
    answer = recognizer.recognize(ink, fixed=[FixedSymbol((0,), "=")])
    assert answer.latex == "=" and answer.ink is ink
