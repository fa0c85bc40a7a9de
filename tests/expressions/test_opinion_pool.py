"""Readings of one picture in several tracings."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import crohme
from crohme.datasets.location import sample_folder
from crohme.expressions.decoding import Candidate
from crohme.expressions.fixed import FixedSymbol, FixedSymbolError
from crohme.expressions.opinion_pool import Searched, pooled
from crohme.expressions.recognizer import Recognizer
from crohme.ink.image_files import TRACED
from crohme.ink.raster import draw
from crohme.ink.trace import WAYS, read_traced, trace
from crohme.ink.tracings import InkAndTracings
from crohme.notation.tree import Node, SymbolTree
from inkml_parser import Ink


def searched(name: str, *, traced: bool = True, **probabilities: float) -> Searched:
    """An ink in which these letters were read."""
    found = [
        Candidate(SymbolTree((Node(letter, (0,)),)), letter, math.log(probability), {(0,): 0.0})
        for letter, probability in probabilities.items()
    ]
    nothing = np.zeros((1, 2, 2))
    ink = Ink((np.zeros((1, 2)),), annotations={"name": name, **(TRACED if traced else {})})
    return Searched(ink, [nothing[0]], nothing, nothing.astype(np.float32), None, found)  # type: ignore[arg-type]


def probabilities(found: Searched) -> dict[str, float]:
    return {c.latex: math.exp(c.score) for c in found.candidates}


def test_what_two_tracings_agree_on_is_read_though_the_third_is_surer() -> None:
    found = pooled([searched("a", x=0.9, y=0.05), searched("b", y=0.6, z=0.3), searched("c", y=0.7, x=0.2)])
    assert found.candidates[0].latex == "y" and found.ink.annotations["name"] == "c"
    assert [c.score for c in found.candidates] == sorted((c.score for c in found.candidates), reverse=True)


def test_tracings_that_agree_are_as_sure_as_each_and_those_that_do_not_less() -> None:
    same = pooled([searched("a", x=0.81, y=0.01)] * 3)
    assert probabilities(same) == pytest.approx({"x": 0.81, "y": 0.01})
    one_alone = pooled([searched("a", x=0.81), searched("b", y=0.01), searched("c", z=0.01)])
    assert probabilities(one_alone)["x"] == pytest.approx(0.81 / 3, rel=0.05)
    three = pooled([searched("a", x=0.9), searched("b", y=0.9), searched("c", z=0.9)])
    assert list(probabilities(three).values()) == pytest.approx([0.3])


def test_a_tracing_in_which_nothing_is_read_counts_as_a_doubt() -> None:
    found = pooled([searched("a"), searched("b", x=0.64)])
    assert found.ink.annotations["name"] == "b" and probabilities(found) == pytest.approx({"x": 0.64 / 2})
    assert not pooled([searched("a"), searched("b")]).candidates


def test_readings_that_are_next_to_impossible_have_a_score_all_the_same() -> None:
    (none,) = searched("a", x=1.0).candidates
    hopeless = replace(searched("a"), candidates=[replace(none, score=-2000.0)])
    (found,) = pooled([hopeless, hopeless]).candidates
    assert -1000 < found.score < -100


def test_of_written_ink_the_readings_stay_and_its_picture_decides_between_close_ones() -> None:
    pictures = [searched("p", y=0.9), searched("q", y=0.8, z=0.1)]
    close, clear = searched("a", traced=False, x=0.5, y=0.4), searched("a", traced=False, x=0.98, y=0.01)
    assert [c.latex for c in pooled([close, *pictures]).candidates] == ["y", "x"]
    assert [c.latex for c in pooled([clear, *pictures]).candidates] == ["x", "y"]
    assert pooled([close, *pictures]).ink is close.ink and pooled([close]) is close
    agreed = pooled([clear, searched("p", x=0.98, y=0.01)])
    assert probabilities(agreed) == pytest.approx({"x": 0.98, "y": 0.01})


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load()


def test_a_picture_is_answered_with_the_tracing_that_it_was_read_in(recognizer: Recognizer, tmp_path: Path) -> None:
    plus = [np.array([[40.0, 60.0], [120, 60]]), np.array([[80.0, 20.0], [80, 100]])]
    picture = draw(plus, (120, 160))
    right, wrong = trace(picture), Ink((np.array([[40.0, 60.0], [120, 60]]),), annotations=trace(picture).annotations)
    answer = recognizer.recognize(
        InkAndTracings.of(wrong, [Ink(right.strokes, annotations=right.annotations), *right.tracings])
    )
    assert answer.latex == "+" and answer.ink is not None and len(answer.ink.strokes) == 2
    assert all(0 <= stroke < 2 for symbol in answer.symbols for stroke in symbol.strokes)
    again = recognizer.recognize(answer.ink)
    assert again.latex == "+" and again.confidence == pytest.approx(answer.confidence)
    agreed, alone = recognizer.recognize(right), recognizer.recognize(Ink(right.strokes, annotations=right.annotations))
    assert answer.confidence < agreed.confidence == pytest.approx(alone.confidence, abs=0.1)
    cv2.imwrite(str(tmp_path / "plus.png"), picture)
    assert recognizer.recognize(tmp_path / "plus.png").confidence == pytest.approx(agreed.confidence)


def test_an_answer_about_another_tracing_does_not_drag_along_those_of_the_first() -> None:
    first = replace(searched("a", y=0.9), ink=InkAndTracings.of(searched("a").ink, [searched("b").ink]))
    found = pooled([first, searched("b", x=0.9), searched("c", x=0.95)])
    assert isinstance(found.ink, InkAndTracings) and found.ink.annotations["name"] == "c"
    assert [one.annotations["name"] for one in found.ink.tracings] == ["a", "b"]
    assert not any(getattr(one, "tracings", ()) for one in found.ink.tracings)


def test_strokes_that_are_fixed_of_a_picture_are_those_that_it_was_answered_with(
    recognizer: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plus = [np.array([[40.0, 60.0], [120, 60]]), np.array([[80.0, 20.0], [80, 100]])]
    cv2.imwrite(str(tmp_path / "plus.png"), draw(plus, (120, 160)))
    right = read_traced(tmp_path / "plus.png")
    wrong = InkAndTracings.of(Ink(right.strokes[:1], annotations=right.annotations), [replace(right), *right.tracings])
    monkeypatch.setattr("crohme.ink.trace.read_traced", lambda source: wrong)
    answer = recognizer.recognize(tmp_path / "plus.png")
    (symbol,) = answer.symbols
    assert symbol.strokes == (0, 1)
    known = FixedSymbol(symbol.strokes, "x")
    for source in (tmp_path / "plus.png", (tmp_path / "plus.png").read_bytes(), answer.ink):
        assert source is not None
        again = recognizer.recognize(source, fixed=(one for one in [known]))
        assert again.latex == "x" and again.symbols[0].strokes == (0, 1) and again.ink == answer.ink
    with pytest.raises(FixedSymbolError, match="there are 1"):
        recognizer.recognize(wrong, fixed=[known])


def test_what_is_fixed_of_some_strokes_holds_for_this_tracing(recognizer: Recognizer) -> None:
    ink = trace(draw([np.array([[40.0, 60.0], [120, 60]])], (120, 160)))
    answer = recognizer.recognize(ink, fixed=[FixedSymbol((0,), "=")])
    assert answer.latex == "=" and answer.ink is ink


def test_ink_is_read_with_its_picture(recognizer: Recognizer) -> None:
    strokes = [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]
    both = crohme.with_picture(strokes)
    assert isinstance(both, InkAndTracings) and [len(one.strokes) for one in (both, *both.tracings)] == [2] * 4
    answer = recognizer.recognize(both)
    assert answer.latex == "+" and answer.ink is both
    file = sample_folder() / "test" / "sample7_00.inkml"
    alone, read = recognizer.recognize(file), recognizer.recognize(crohme.with_picture(file))
    assert read.latex == alone.latex and read.confidence != alone.confidence
    assert recognizer.recognize(replace(crohme.with_picture(file))).confidence == alone.confidence
    with pytest.raises(crohme.NothingToRecognize):
        crohme.with_picture([])


def test_ink_of_which_no_picture_can_be_traced_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crohme.ink.trace.MAX_STROKES", 1)
    alone = crohme.with_picture([[[0, 5], [10, 5]], [[5, 0], [5, 10]]])
    assert isinstance(alone, InkAndTracings) and not alone.tracings


def test_a_picture_has_its_tracings_anyway(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "minus.png"), draw([np.array([[40.0, 60.0], [120, 60]])], (120, 160)))
    assert crohme.with_picture(tmp_path / "minus.png") == read_traced(tmp_path / "minus.png")
    of_bytes = crohme.with_picture((tmp_path / "minus.png").read_bytes())
    assert isinstance(of_bytes, InkAndTracings) and len(of_bytes.tracings) == len(WAYS) - 1
    assert crohme.with_picture(of_bytes) is of_bytes


def test_confidence_of_both_has_a_calibration_of_its_own_where_it_was_fitted(recognizer: Recognizer) -> None:
    both = crohme.with_picture([[[0, 0], [10, 10]], [[10, 0], [0, 10]], [[14, -6], [18, -2], [14, 2], [19, 2]]])
    assert recognizer.bundle is not None
    kept = {n: line for n, line in recognizer.bundle.calibration.items() if not n.startswith("both")}
    found = {}
    for name, fitted in (("own", [0.5, -1.0]), ("none", [])):
        calibrated = replace(
            recognizer.bundle, calibration={**kept, "ink": [0.5, 1.0], "ink_margin": [], "both": fitted}
        )
        found[name] = Recognizer(calibrated).recognize(both).confidence
    odds = {name: math.log(c / (1 - c)) for name, c in found.items()}
    assert odds["own"] == pytest.approx(odds["none"] - 2)
