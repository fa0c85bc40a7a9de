"""What lies beside an expression and may be no part of it is doubted; what is written with two pens is not."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import photos as p  # noqa: E402

import crohme  # noqa: E402
from crohme.expressions.recognizer import Recognizer  # noqa: E402
from crohme.ink.image_files import TRACED, WITH_MARKS  # noqa: E402
from crohme.ink.raster import render_ink  # noqa: E402
from inkml_parser import Ink, read  # noqa: E402

NAMES = ("sample8_09", "sample7_00", "sample8_04")
SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample" / "test"
ROOM = 50


def page(name: str, ink: p.Colour = p.BLACK, paper: p.Colour = p.WHITE) -> np.ndarray:
    written = p.write(read(SAMPLE / f"{name}.inkml").strokes, [ink], paper)
    return cv2.copyMakeBorder(written, *[ROOM] * 4, cv2.BORDER_CONSTANT, value=paper)


def is_doubted(picture: np.ndarray) -> bool:
    return WITH_MARKS.items() <= p.shown(picture).annotations.items()


def tick(picture: np.ndarray, colour: p.Colour, x: int, y: int, width: int = 3) -> np.ndarray:
    way = np.array([[x, y], [x + 10, y + 14], [x + 32, y - 22]], np.int32)
    return cv2.polylines(picture, [way], False, colour, width, cv2.LINE_AA)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("colour", [p.RED, p.GREEN, (30, 140, 250)])
def test_a_tick_of_another_colour_beside_the_expression_is_doubted(name: str, colour: p.Colour) -> None:
    for ink, paper in ((p.BLACK, p.WHITE), ((120, 50, 20), p.PAPER)):
        picture = page(name, ink, paper)
        height, width = picture.shape[:2]
        for x, y in ((20, height // 2), (width - 60, height // 2), (width // 2, height - 30)):
            assert is_doubted(tick(picture.copy(), colour, x, y))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [3, 6])
def test_a_staple_in_a_corner_is_doubted(name: str, width: int) -> None:
    picture = page(name, paper=p.PAPER)
    far = picture.shape[1] - 50
    for x, y in ((25, 20), (far, 20), (25, picture.shape[0] - 25), (far, picture.shape[0] - 25)):
        assert is_doubted(cv2.line(picture.copy(), (x, y), (x + 24, y - 8), (110, 110, 110), width, cv2.LINE_AA))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("radius", [8, 14])
def test_punched_holes_are_doubted_or_no_ink(name: str, radius: int) -> None:
    bare = page(name, (120, 50, 20), p.PAPER)
    holed = bare.copy()
    for y in (bare.shape[0] // 4, 3 * bare.shape[0] // 4):
        cv2.circle(holed, (radius + 4, y), radius, (60, 80, 110), -1, cv2.LINE_AA)
    assert is_doubted(holed) or len(p.shown(holed).strokes) == len(p.shown(bare).strokes)


@pytest.mark.parametrize("name", NAMES)
def test_the_bar_of_a_window_is_doubted(name: str) -> None:
    picture = page(name)
    height, width = picture.shape[:2]
    bars = [((width - 16, height // 4), (width - 10, height // 2)), ((60, 8), (width - 60, 14))]
    for begin, end in bars:
        for colour in (p.BLACK, (180, 90, 20), (120, 120, 120)):
            assert is_doubted(cv2.rectangle(picture.copy(), begin, end, colour, -1))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("colour", "wanted"), [(p.RED, True), (p.BLACK, False)])
def test_a_ring_or_a_line_of_another_colour_is_doubted(name: str, colour: p.Colour, wanted: bool) -> None:
    picture = page(name)
    height, width = picture.shape[:2]
    line = cv2.line(picture.copy(), (60, height - 40), (width - 60, height - 42), colour, 3)
    ring = cv2.ellipse(picture, (width // 2, height // 2), (width // 2 - 12, height // 2 - 12), 0, 0, 360, colour, 3)
    assert is_doubted(line) == is_doubted(ring) == wanted


def test_a_doubted_picture_has_less_than_half_of_the_confidence(recognizer: Recognizer) -> None:
    strokes = p.shown(page("sample8_09")).strokes
    plain, doubted = (recognizer.recognize(Ink(strokes, annotations=notes)) for notes in (TRACED, TRACED | WITH_MARKS))
    assert plain.latex == doubted.latex and 0 < doubted.confidence < 0.5 * plain.confidence


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return crohme.load()


@pytest.mark.parametrize("path", sorted(SAMPLE.glob("*.inkml")), ids=lambda path: path.stem)
def test_expressions_by_themselves_are_not_doubted(path: Path) -> None:
    strokes = read(path).strokes
    assert not is_doubted(render_ink(strokes))
    for inks in ([(120, 50, 20)], [p.RED, p.BLUE], [p.BLACK, (150, 150, 150)]):
        assert not is_doubted(p.write(strokes, inks, p.PAPER))


@pytest.mark.parametrize("colour", [p.RED, (150, 150, 150)])
def test_one_stroke_of_another_pen_within_an_expression_is_not_doubted(colour: p.Colour) -> None:
    strokes = read(SAMPLE / "sample8_09.inkml").strokes  # j^2 = -1
    for number in range(2, 4):
        assert not is_doubted(p.alternating(strokes, [colour if i == number else p.BLACK for i in range(len(strokes))]))


@pytest.mark.parametrize("inks", [(p.RED, p.BLACK), (p.BLACK, p.RED), (p.BLUE, (150, 150, 150))])
def test_a_sign_between_two_of_another_colour_is_not_doubted(inks: tuple[p.Colour, ...]) -> None:
    bars = [np.array([[x, 0.0], [x, 60]]) for x in (0, 120)]
    assert not is_doubted(p.alternating([bars[0], np.array([[40.0, 30], [80, 30]]), bars[1]], inks))
    fraction = [np.array([[40.0, y], [50, y + 30]]) for y in (0, 80)]
    assert not is_doubted(p.alternating([fraction[0], np.array([[0.0, 55], [90, 55]]), fraction[1]], inks))
