"""What a reader process does, and what it is expected to cost."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crohme.expressions.decoding import Cancelled
from crohme.expressions.fixed import FixedSymbol
from crohme.ink.export import symbol_to_png, to_png
from crohme.ink.image_files import ImageError
from crohme.recognition import Recognition
from crohme.web.pool import LONG
from crohme.web.reader import Expression, Inkml, Picture, Reader, Symbol, cost_of
from inkml_parser import Ink, InkError, OversizedInk, write
from tests.web.limits import LIMITS


@pytest.fixture(scope="module")
def reader(bundle_folders: dict[str, Path]) -> Reader:
    return Reader(bundle_folders["stroke_transformer"], LIMITS, [{"size": 48}, {"size": 20}])


def strokes(count: int) -> Ink:
    return Ink.from_arrays([np.array([[9.0 * i, 0.0], [9.0 * i + 5, 8.0]]) for i in range(count)])


def inkml(ink: Ink) -> bytes:
    file = io.BytesIO()
    write(ink, file)
    return file.getvalue()


def never(number: int) -> bool:
    return False


def done(reader: Reader, task: Expression | Symbol) -> Any:
    """What comes of one task, or raise what ends it."""
    (found,) = reader([task], never)
    if isinstance(found, Exception):
        raise found
    return found


def test_every_source_of_an_expression_is_read(reader: Reader) -> None:
    ink = strokes(3)
    from_ink = done(reader, Expression(ink, 2))
    assert isinstance(from_ink, Recognition) and 1 <= len(from_ink.readings) <= 2
    assert done(reader, Expression(Inkml(inkml(ink)))).latex == from_ink.latex
    assert len(done(reader, Expression(Picture(to_png(ink)))).ink.strokes) == 3


def test_symbols_are_made_ready(reader: Reader) -> None:
    ink = strokes(2)
    assert len(done(reader, Symbol(Inkml(inkml(ink)))).strokes) == 2
    pictures = done(reader, Symbol(Picture(symbol_to_png(ink))))
    assert [picture.shape for picture in pictures] == [(48, 48), (20, 20)]
    assert all(picture.dtype == np.uint8 and picture.min() < 100 for picture in pictures)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (Inkml(b"<ink>"), InkError),
        (Inkml(inkml(strokes(LIMITS.max_strokes + 1))), OversizedInk),
        (Picture(b"%!PS-Adobe-3.0 EPSF-3.0"), ImageError),
    ],
)
def test_what_cannot_be_read_is_said(reader: Reader, source: Inkml | Picture, error: type[Exception]) -> None:
    for task in (Expression(source), Symbol(source)):
        with pytest.raises(error):
            done(reader, task)


def test_reading_is_cancelled_between_two_steps(reader: Reader) -> None:
    asked = 0

    def at_the_third_step(number: int) -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    (found,) = reader([Expression(strokes(12))], at_the_third_step)
    assert isinstance(found, Cancelled)
    assert asked == 3


def test_tasks_are_done_side_by_side_as_alone_and_what_ends_one_leaves_the_others(reader: Reader) -> None:
    tasks = [
        Expression(strokes(3), 2),
        Expression(strokes(12)),
        Expression(Inkml(b"<ink>")),
        Symbol(Picture(symbol_to_png(strokes(2)))),
        Expression(strokes(4), fixed=(FixedSymbol((0,), "x"),)),
    ]
    few, cancelled, damaged, pictures, fixed = reader(tasks, lambda number: number == 1)
    assert isinstance(cancelled, Cancelled) and isinstance(damaged, InkError)
    for found, task in ((few, tasks[0]), (fixed, tasks[4])):
        alone = done(reader, task)
        assert [reading.latex for reading in found.readings] == [reading.latex for reading in alone.readings]
        confidences = [[reading.confidence for reading in one.readings] for one in (found, alone)]
        assert confidences[0] == pytest.approx(confidences[1], abs=1e-5)
    assert len(few.readings) <= 2
    assert [symbol.label for symbol in fixed.readings[0].symbols if symbol.strokes == (0,)] == ["x"]
    assert [picture.shape for picture in pictures] == [(48, 48), (20, 20)]


def test_what_is_expected_to_take_long() -> None:
    usual, long_one = Expression(strokes(15)), Expression(strokes(400))
    assert 0.1 < cost_of(usual) < LONG / 2 < LONG < cost_of(long_one) < 30
    for ink in (strokes(15), strokes(400)):
        assert cost_of(Expression(Inkml(inkml(ink)))) == pytest.approx(cost_of(Expression(ink)), rel=0.5)
    for other in (inkml(strokes(400)).replace(b"<trace", b"<a:trace"), inkml(strokes(400)).decode().encode("utf-16")):
        assert cost_of(Expression(Inkml(other))) > LONG
    assert cost_of(Expression(Picture(b""))) > LONG, "one worker is kept for ink"
    assert cost_of(Symbol(Inkml(inkml(strokes(3))))) < cost_of(usual)
