"""A picture is traced in several ways, which differ where lines touch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from crohme.ink import trace as traces
from crohme.ink.image_files import TRACED, ImageError
from crohme.ink.raster import draw
from crohme.ink.trace import WAYS, Way, read_traced, trace, tracings
from crohme.ink.tracings import InkAndTracings
from inkml_parser import Ink

SHAPE = (160, 360)
# Where a branch hangs on it the line turns by 18 degrees.
KNEE = [
    np.array([[60.0, 40.0], [180, 80]]),
    np.array([[180.0, 80.0], [320, 80]]),
    np.array([[180.0, 80.0], [150, 140]]),
]


def test_every_way_gives_the_whole_picture() -> None:
    picture = draw([np.array([[40.0, 40.0], [120, 120]]), np.array([[200.0, 80.0], [320, 80]])], SHAPE)
    ink = trace(picture)
    assert len(ink.tracings) == len(WAYS) - 1 and all(other.annotations == TRACED for other in ink.tracings)
    for one in (ink, *ink.tracings):
        assert len(one.strokes) == 2
        ends = [point for stroke in one.strokes for point in (stroke[0], stroke[-1])]
        np.testing.assert_allclose(ends, [[40, 40], [120, 120], [200, 80], [320, 80]], atol=2)
    first, *others = tracings(picture, WAYS)
    assert first == Ink(ink.strokes, annotations=ink.annotations) and tuple(others) == ink.tracings


def test_how_much_a_line_may_turn_where_others_meet_it_tells_the_ways_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "WAYS", (Way(1.0, 5), Way(1.0, 60)))
    ink = trace(draw(KNEE, SHAPE))
    assert (len(ink.strokes), len(ink.tracings[0].strokes)) == (3, 2)


def test_a_way_that_makes_too_much_of_a_picture_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = draw(KNEE, SHAPE)
    monkeypatch.setattr(traces, "WAYS", (Way(1.0, 60), Way(1.0, 5), Way(1.4, 60)))
    monkeypatch.setattr(traces, "MAX_STROKES", 2)
    assert [len(other.strokes) for other in trace(picture).tracings] == [2]
    monkeypatch.setattr(traces, "WAYS", (Way(1.0, 5), Way(1.0, 60)))
    with pytest.raises(ImageError, match="has 3 strokes, more than any expression"):
        trace(picture)


def test_a_large_picture_is_traced_in_its_own_pixels_in_every_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crohme.ink.image_files.WORKING_PIXELS", SHAPE[0] * SHAPE[1] / 4)
    cv2.imwrite(str(tmp_path / "a.png"), draw([np.array([[40.0, 80.0], [320, 80]])], SHAPE, 4))
    ink = read_traced(tmp_path / "a.png")
    for one in (ink, *ink.tracings):
        np.testing.assert_allclose(one.strokes[0][[0, -1]], [[40, 80], [320, 80]], atol=4)


def test_what_is_changed_of_traced_ink_is_no_longer_what_the_others_are() -> None:
    ink = InkAndTracings.of(Ink((np.zeros((1, 2)), np.ones((2, 2)))), [Ink((np.ones((1, 2)),)), Ink(())])
    assert len(ink.tracings) == 1  # the one with strokes
    assert not replace(ink, strokes=ink.strokes[:1], channels=(), trace_ids=()).tracings
    assert not isinstance(ink.select([0]), InkAndTracings)
