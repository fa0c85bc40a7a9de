"""A session reads what the whole ink reads as, however its strokes came and went."""

from __future__ import annotations

import numpy as np
import pytest

import crohme
from crohme.datasets.location import inkml_files, sample_folder
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.session import Session
from crohme.ink.sources import MAX_STROKES, NothingToRecognize
from crohme.notation import SymbolTree
from crohme.notation.tree import Node
from crohme.recognition import AlphabetError, Reading, Recognition
from inkml_parser import Ink, InvalidInk, OversizedInk, read

LINE = [[0.0, 0.0], [10.0, 1.0]]


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return crohme.load()


def whole(recognizer: Recognizer, strokes: list[np.ndarray], beam: int) -> Recognition | None:
    try:
        return recognizer.recognize(strokes, beam=beam)
    except NothingToRecognize:
        return None


def assert_alike(found: Recognition | None, expected: Recognition | None) -> None:
    if found is None or expected is None:
        assert found is expected
        return
    assert [(r.latex, r.tree) for r in found.readings] == [(r.latex, r.tree) for r in expected.readings]
    np.testing.assert_allclose(
        [r.confidence for r in found.readings], [r.confidence for r in expected.readings], rtol=1e-3
    )
    assert found.ink == expected.ink


@pytest.mark.parametrize(("beam", "seed"), [(1, 0), (1, 1), (1, 2), (3, 3)])
def test_the_answer_after_any_adding_and_undoing_is_that_of_the_strokes_left(
    recognizer: Recognizer, beam: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    files = inkml_files(sample_folder())
    pool = [stroke for file in rng.choice(files, 2) for stroke in read(file).strokes]
    session, strokes = recognizer.session(beam=beam), list[np.ndarray]()
    for _ in range(18):
        if strokes and rng.random() < 0.3:
            strokes.pop()
            found = session.undo()
        else:
            strokes.append(pool[len(strokes) % len(pool)] + 0.0)
            found = session.add(strokes[-1])
        assert len(session) == len(strokes)
        assert_alike(found, whole(recognizer, strokes, beam) if strokes else None)
        assert session.recognition is found


def test_what_was_read_is_kept_and_is_the_draft_of_what_comes_next() -> None:
    calls = []

    def reading(ink: Ink, draft: SymbolTree | None) -> Recognition:
        calls.append((len(ink.strokes), draft))
        return Recognition(ink, (Reading("-", 1.0, SymbolTree((Node("-", (0,)),))),))

    session = Session(reading, [LINE])
    assert calls == []  # nothing is read that nobody asks for
    first = session.recognition
    second = session.add(LINE[::-1])
    assert first is not None and second is not None
    assert session.undo() is first and session.recognition is first
    assert calls == [(1, None), (2, first.tree)]
    session.add(LINE)
    assert calls[2:] == [(2, first.tree)]  # another second stroke: what the one before read as is forgotten


def test_a_stroke_that_cannot_be_used_is_not_added(recognizer: Recognizer) -> None:
    session = recognizer.session([LINE], beam=1)
    before = session.recognition
    for bad in ([[0.0, np.nan]], [], [["a", "b"]]):
        with pytest.raises(InvalidInk):
            session.add(bad)
    assert len(session) == 1 and session.recognition is before is not None


def test_no_more_strokes_than_are_recognised() -> None:
    session = Session(lambda ink, draft: Recognition(ink, ()), [LINE] * MAX_STROKES)
    with pytest.raises(OversizedInk):
        session.add(LINE)
    assert len(session) == MAX_STROKES


def test_without_strokes_there_is_no_reading_and_nothing_to_undo(recognizer: Recognizer) -> None:
    session = recognizer.session()
    assert session.recognition is None and len(session.ink.strokes) == 0
    with pytest.raises(IndexError):
        session.undo()


def test_what_answers_may_consist_of_is_checked_at_once(recognizer: Recognizer) -> None:
    with pytest.raises(AlphabetError, match="no such sign"):
        recognizer.session(symbols=["no such sign"])
    digits = recognizer.session([LINE], beam=1, symbols="digits").recognition
    assert digits is not None and digits.latex in set("0123456789")
