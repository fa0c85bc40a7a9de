"""Lines drawn in numpy are those that OpenCV draws, to the last grey level."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.ink.pen_lines import draw_lines
from crohme.ink.raster import SIZE, render
from crohme.ink.strokes import StrokeBatch

SIDE = 64
WIDEST = 14  # of pictures of 224 pixels


def by_opencv(strokes: list[np.ndarray], side: int, thickness: int) -> np.ndarray:
    image = np.full((side, side), 255, dtype=np.uint8)
    lines = [stroke.astype(np.int32) if len(stroke) > 1 else stroke.astype(np.int32).repeat(2, 0) for stroke in strokes]
    cv2.polylines(image, lines, False, 0, thickness, cv2.LINE_AA, 4)
    return image


def in_numpy(symbols: list[list[np.ndarray]], side: int, thickness: int) -> np.ndarray:
    strokes = [stroke for symbol in symbols for stroke in symbol]
    picture = np.repeat(np.arange(len(symbols)), [len(symbol) for symbol in symbols])
    lengths = np.array([len(stroke) for stroke in strokes])
    return draw_lines(np.concatenate(strokes), lengths, picture, (len(symbols), side, side), thickness)


place = st.integers((WIDEST + 2) * 16, (SIDE - WIDEST - 2) * 16)
stroke = st.lists(st.tuples(place, place), min_size=1, max_size=8).map(lambda points: np.array(points, dtype=np.int64))


@given(st.lists(st.lists(stroke, min_size=1, max_size=3), min_size=1, max_size=3), st.integers(2, WIDEST))
@settings(deadline=None, max_examples=60)
def test_any_strokes_as_opencv_draws_them(symbols: list[list[np.ndarray]], thickness: int) -> None:
    expected = np.stack([by_opencv(symbol, SIDE, thickness) for symbol in symbols])
    np.testing.assert_array_equal(in_numpy(symbols, SIDE, thickness), expected)


def test_points_that_lie_close_darken_the_edge() -> None:
    slow = np.stack([np.arange(16 * 20, 16 * 44, 3), np.arange(16 * 20, 16 * 44, 3) // 2 + 99], axis=1)
    drawn = in_numpy([[slow], [slow[[0, -1]]]], SIDE, 2)
    np.testing.assert_array_equal(drawn[0], by_opencv([slow], SIDE, 2))
    inked = [int((255 - picture.astype(int)).sum()) for picture in drawn]
    assert inked[0] > 1.05 * inked[1]


def test_what_lies_outside_the_picture_is_left_out() -> None:
    drawn = in_numpy([[np.array([[-900, 500], [5000, 500]])]], SIDE, 2)[0]
    assert (drawn[31:32] == 0).all() and (drawn[:28] == 255).all() and (drawn[35:] == 255).all()


@pytest.mark.parametrize("size", [32, SIZE, 224])
def test_render_draws_the_same_without_opencv(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    walks = [[rng.normal(size=(rng.integers(1, 60), 2)).cumsum(axis=0) for _ in range(1 + i % 3)] for i in range(60)]
    batch = StrokeBatch.from_symbols([*walks, [np.zeros((1, 2))]])
    expected = render(batch, size)
    monkeypatch.setitem(sys.modules, "cv2", None)
    np.testing.assert_array_equal(render(batch, size), expected)
    assert render(batch.take([]), size).shape == (0, size, size)


def test_render_draws_real_symbols_the_same_without_opencv(crohme_data, monkeypatch: pytest.MonkeyPatch) -> None:
    from inkml_parser import read

    inks = [read(path) for path in sorted((crohme_data / "test2013").glob("*.inkml"))[::24]]
    batch = StrokeBatch.from_symbols([[ink.strokes[i] for i in s.strokes] for ink in inks for s in ink.symbols])
    expected = render(batch)
    monkeypatch.setitem(sys.modules, "cv2", None)
    np.testing.assert_array_equal(render(batch), expected)
