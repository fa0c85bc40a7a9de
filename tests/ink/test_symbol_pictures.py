"""Pictures of single symbols as people have them: each is read like the clean drawing, or refused."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "trace"))
import photos as p  # noqa: E402

from crohme.datasets.location import sample_folder  # noqa: E402
from crohme.ink.image_files import ImageError  # noqa: E402
from crohme.ink.raster import render  # noqa: E402
from crohme.ink.strokes import StrokeBatch  # noqa: E402
from crohme.ink.symbol_pictures import normal_form, read_image  # noqa: E402
from crohme.symbols.recognizer import SymbolRecognizer  # noqa: E402
from crohme.types import Image  # noqa: E402
from inkml_parser import read  # noqa: E402

YELLOW_MARKER = (60, 255, 255)


@cache
def two() -> tuple[np.ndarray, ...]:
    """Strokes of a 2 of the sample."""
    for file in sorted((sample_folder() / "test").glob("*.inkml")):
        ink = read(file)
        for symbol in ink.symbols:
            if symbol.label == "2":
                return ink.select(symbol.strokes).strokes
    raise AssertionError("no 2 in the sample")


@cache
def network() -> SymbolRecognizer:
    return SymbolRecognizer.load("symbol-cnn")


def label_of(picture: np.ndarray) -> str:
    probabilities = network().from_pictures(normal_form(picture)[None])[0]
    return network().classes[int(probabilities.argmax())]


def underlaid(strokes: tuple[np.ndarray, ...], marker: tuple[int, int, int]) -> np.ndarray:
    """One stroke of a narrow marker, straight through the symbol."""
    page = p.write(strokes)
    h, w = page.shape[:2]
    band = page[int(0.4 * h) : int(0.6 * h), w // 10 : 9 * w // 10]
    band[:] = band * np.array(marker, np.float32) / 255
    return page


KINDS = {
    "clean": lambda s, r: p.write(s),
    "white on black": lambda s, r: p.write(s, [p.WHITE], p.BLACK),
    "yellow on white": lambda s, r: p.write(s, [p.YELLOW]),
    "red on green": lambda s, r: p.write(s, [p.RED], (60, 150, 60)),
    "two greys": lambda s, r: p.write(s, [p.BLACK, (190, 190, 190)]),
    "black on nothing": lambda s, r: p.on_nothing(s, [p.BLACK]),
    "white on nothing": lambda s, r: p.on_nothing(s, [p.WHITE]),
    "white and red on nothing": lambda s, r: p.on_nothing(s, [p.WHITE, p.RED]),
    "frame of 1": lambda s, r: p.frame(p.write(s), 1),
    "frame of 30": lambda s, r: p.frame(p.write(s), 30),
    "grey frame": lambda s, r: p.frame(p.write(s), 4, (128, 128, 128)),
    "box": lambda s, r: cv2.rectangle(p.write(s), (10, 10), (p.write(s).shape[1] - 11, 305), p.BLACK, 3),
    "table at one side": lambda s, r: p.on_table(p.write(s), p.DARK_TABLE, "l", r),
    "table around": lambda s, r: p.on_table(p.write(s), p.WOOD, "lrtb", r),
    "beige table": lambda s, r: p.on_table(p.write(s), p.BEIGE, "lrtb", r),
    "photograph": lambda s, r: p.photograph(s, r, scale=2),
    "marker": lambda s, r: p.highlighted(p.write(s), YELLOW_MARKER, r),
    "narrow marker": lambda s, r: underlaid(s, YELLOW_MARKER),
    "narrow orange marker": lambda s, r: underlaid(s, (60, 170, 255)),
    "narrow pink marker": lambda s, r: underlaid(s, (200, 110, 255)),
    "shadow": lambda s, r: p.shaded(p.write(s), r, 4),
    "squared": lambda s, r: p.ruled(s, 200, 2, 27, True),
    "ruled": lambda s, r: p.ruled(s, 170, 1, 41, False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_symbol_is_read_on_any_ground(kind: str) -> None:
    assert label_of(KINDS[kind](two(), np.random.default_rng(3))) == "2"


def test_dark_squares_are_a_refusal() -> None:
    with pytest.raises(ImageError, match="cannot be told"):
        normal_form(p.ruled(two(), 40, 2, 27, True))


def test_a_picture_of_anything_else_is_a_refusal() -> None:
    dots = np.full((300, 300), 255, np.uint8)
    dots[10::20, 10::20] = dots[11::20, 10::20] = dots[10::20, 11::20] = dots[11::20, 11::20] = 0
    with pytest.raises(ImageError):
        normal_form(p.frame(cv2.cvtColor(dots, cv2.COLOR_GRAY2BGR), 5))


@pytest.mark.parametrize("spacing", [7, 20, 40])
@pytest.mark.parametrize("is_colour", [False, True])
def test_a_page_of_dots_is_a_refusal(spacing: int, is_colour: bool) -> None:
    """So fine that nothing is left of them where the whole page is looked at."""
    page = np.full((2449, 2449), 255, np.uint8)
    page[::spacing, ::spacing] = page[1::spacing, ::spacing] = 0
    with pytest.raises(ImageError, match="separate marks"):
        normal_form(cv2.merge([page] * 3) if is_colour else page)


@pytest.mark.parametrize("side", [300, 1200, 2400])
@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("smooth", [cv2.LINE_8, cv2.LINE_AA])
def test_hair_lines_of_a_large_picture_are_not_lost(side: int, width: int, smooth: int) -> None:
    """A cross of them came out all but white, and was read as a dot."""

    def cross(size: int, thickness: int) -> Image:
        page, near, far = np.full((size, size), 255, np.uint8), size // 8, size - size // 8
        cv2.line(page, (near, near), (far, far), 0, thickness, smooth)
        cv2.line(page, (near, far), (far, near), 0, thickness, smooth)
        return page

    dark = np.count_nonzero(normal_form(cross(side, width)) < 128)
    assert dark == pytest.approx(np.count_nonzero(normal_form(cross(300, 9)) < 128), rel=0.4)


def test_what_is_in_normal_form_keeps_its_soft_edges() -> None:
    """What the shipped networks were measured on is looked at as it is: nothing is made one-bit."""
    picture = render(StrokeBatch.from_symbols([list(two())]))[0]
    again = normal_form(picture)
    assert np.abs(again.astype(int) - picture).mean() < 12
    assert len(np.unique(again)) > 16


def test_dots_and_broad_bars_stay_what_they_are() -> None:
    dot = cv2.circle(np.full((60, 60), 255, np.uint8), (30, 30), 24, 0, -1)
    bar = np.full((18, 70), 255, np.uint8)
    bar[3:15, 3:67] = 0
    assert 0 < (normal_form(dot) < 128).sum() < 40
    rows, columns = np.nonzero(normal_form(bar) < 128)
    assert np.ptp(columns) > 35 > 10 > np.ptp(rows)


def test_files_of_such_pictures_are_read(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), p.frame(p.write(two()), 8))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), normal_form(p.frame(p.write(two()), 8)))
