"""Pictures that people have, made of the sample's ink: each is read like the clean drawing, or refused."""

from __future__ import annotations

import sys
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import photos as p  # noqa: E402

import crohme  # noqa: E402
from crohme.expressions.confidence import Calibration  # noqa: E402
from crohme.expressions.recognizer import NoReading, Recognizer  # noqa: E402
from crohme.ink.image_files import ImageError  # noqa: E402
from crohme.ink.trace import trace  # noqa: E402
from inkml_parser import InkError, read  # noqa: E402

NAME = "sample8_09"  # j^2 = -1
SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample" / "test"
MARKERS = {"yellow": (60, 255, 255), "green": (120, 255, 150), "pink": (200, 150, 255), "blue": (255, 210, 130)}
GREYS = (60, 120, 170, 200, 225)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return crohme.load()


@cache
def strokes(name: str) -> tuple[np.ndarray, ...]:
    return read(SAMPLE / f"{name}.inkml").strokes


@cache
def clean(name: str) -> str:
    """What is read of the clean drawing."""
    return crohme.load().recognize(trace(p.write(strokes(name)))).latex


def boxed(strokes: p.Strokes, _: np.random.Generator) -> np.ndarray:
    page = p.write(strokes)
    return cv2.rectangle(page, (10, 10), (page.shape[1] - 11, page.shape[0] - 11), p.BLACK, 3)


def kinds() -> dict[str, p.Photo]:
    found: dict[str, p.Photo] = {"box": boxed}
    for width in (1, 2, 4, 8, 15, 30):
        found[f"frame of {width}"] = lambda s, r, w=width: p.frame(p.write(s), w)
    found["grey frame"] = lambda s, r: p.frame(p.write(s), 4, (128, 128, 128))
    for name, table in {"dark table": p.DARK_TABLE, "wood": p.WOOD, "beige": p.BEIGE}.items():
        for sides in ("l", "tb", "ltr", "lrtb"):
            found[f"{name} at {sides}"] = lambda s, r, t=table, x=sides: p.on_table(p.write(s), t, x, r)
        found[f"photograph on {name}"] = partial(p.photograph, table=table, scale=2)
    for name, marker in {**MARKERS, "grey": (190, 190, 190), "orange": (60, 170, 255)}.items():
        found[f"{name} marker"] = lambda s, r, m=marker: p.highlighted(p.write(s), m, r)
    found["marker, compressed"] = lambda s, r: p.noisy(p.highlighted(p.write(s, [p.BLUE]), MARKERS["yellow"], r), 3, r)
    for grey in (150, 175, 200):
        found[f"black and grey {grey}"] = lambda s, r, g=grey: p.write(s, [p.BLACK, (g, g, g)])
    found["black and light blue"] = lambda s, r: p.write(s, [p.BLACK, p.LIGHT_BLUE])
    found["white and red on dark"] = lambda s, r: p.write(s, [p.WHITE, (40, 40, 220)], (40, 40, 40))
    found["blue and yellow"] = lambda s, r: p.write(s, [(200, 40, 20), p.YELLOW])
    found["three pens"] = lambda s, r: p.write(s, [p.RED, p.GREEN, p.BLUE])
    others = {"red": p.RED, "blue": p.BLUE, "black": p.BLACK, "yellow": p.YELLOW}
    for name, inks in {f"white and {other}": (p.WHITE, ink) for other, ink in others.items()}.items():
        found[f"{name} on nothing"] = lambda s, r, i=inks: p.on_nothing(s, i)
    for soft in (1, 4, 20):
        found[f"shadow, edge of {soft}"] = lambda s, r, e=soft: p.shaded(p.write(s), r, e)
    found["shadow, compressed"] = lambda s, r: p.noisy(p.shaded(p.write(s, [p.BLUE]), r, 4), 3, r)
    for grey in (170, 200, 225):
        found[f"ruled, grey {grey}"] = lambda s, r, g=grey: p.ruled(s, g, 2, 41, False)
    found["notebook"] = lambda s, r: p.notebook(s)
    found["notebook, compressed"] = lambda s, r: p.noisy(p.notebook(s), 4, r)
    found["notebook, tilted"] = lambda s, r: p.tilted(p.notebook(s), 3)
    found["yellow note on wood"] = lambda s, r: p.on_table(p.write(s, [p.BLUE], (120, 235, 250)), p.WOOD, "lrtb", r)
    for degrees in (-5, 5):
        found[f"tilted by {degrees}"] = lambda s, r, d=degrees: p.tilted(p.write(s), d)
    return found


def grids() -> dict[str, p.Photo]:
    found: dict[str, p.Photo] = {}
    for grey in GREYS:
        for width in (1, 2):
            found[f"squared, grey {grey}, {width} px"] = lambda s, r, g=grey, w=width: p.ruled(s, g, w, 27, True)
            found[f"ruled, grey {grey}, {width} px"] = lambda s, r, g=grey, w=width: p.ruled(s, g, w, 41, False)
    for degrees in (-3, 1, 3, 8, 15):
        found[f"squared, tilted by {degrees}"] = lambda s, r, d=degrees: p.tilted(p.ruled(s, 190, 2, 25, True), d)
    for degrees in (-15, -10, 10, 15):
        found[f"tilted by {degrees}"] = lambda s, r, d=degrees: p.tilted(p.write(s), d)
    return found


@pytest.mark.parametrize("kind", kinds())
def test_it_is_read_like_the_clean_drawing(kind: str, recognizer: Recognizer) -> None:
    picture = kinds()[kind](strokes(NAME), np.random.default_rng(3))
    assert recognizer.recognize(trace(picture)).latex == clean(NAME)


@pytest.mark.parametrize("kind", grids())
def test_it_is_read_right_or_without_confidence(kind: str, recognizer: Recognizer) -> None:
    try:
        found = recognizer.recognize(trace(grids()[kind](strokes(NAME), np.random.default_rng(3))))
    except (ImageError, InkError):
        return
    assert found.latex == clean(NAME) or found.confidence < 0.5


def test_pale_lines_of_paper_are_taken_out(recognizer: Recognizer) -> None:
    clean = recognizer.recognize(trace(p.write(strokes(NAME))))
    for width in (1, 2):
        for grey in (200, 225):
            squared = p.ruled(strokes(NAME), grey, width, 27, True, ink=(60, 20, 20))
            assert recognizer.recognize(trace(squared)).latex == clean.latex


@pytest.mark.parametrize(
    ("name", "degrees", "grey", "width"),
    [("sample7_00", -7, 130, 1), ("sample7_00", 3, 170, 2), ("sample7_01", -1, 200, 2), ("sample7_01", 5, 170, 1)],
)
def test_of_tilted_ruled_paper_no_specks_are_left(
    name: str, degrees: float, grey: int, width: int, recognizer: Recognizer
) -> None:
    page = p.tilted(p.ruled(strokes(name), grey, width, 37, False, offset=12), degrees)
    assert recognizer.recognize(trace(page)).latex == recognizer.recognize(trace(p.write(strokes(name)))).latex


@pytest.mark.parametrize(
    ("name", "greys", "seed"),
    [
        ("sample7_03", (0, 120, 200), 0),
        ("sample7_03", (0, 150, 210), 0),
        ("sample7_02", (0, 60, 215), 1),  # the pale bar of a pi crosses its dark legs
        ("sample8_04", (215, 0, 60), 0),  # and that of a 4 its dark stem
    ],
)
def test_strokes_of_a_pale_pen_are_whole_on_noisy_paper(
    name: str, greys: tuple[int, ...], seed: int, recognizer: Recognizer
) -> None:
    page = p.alternating(strokes(name), [(grey, grey, grey) for grey in greys])
    clean = recognizer.recognize(trace(p.write(strokes(name))))
    noisy = p.noisy(page, 3, np.random.default_rng(seed))
    assert recognizer.recognize(trace(noisy)).latex == clean.latex


@pytest.mark.parametrize("number", range(6))
def test_one_pale_stroke_is_read(number: int, recognizer: Recognizer) -> None:
    ink = strokes(NAME)
    page = p.alternating(ink, [(200 if i == number else 0,) * 3 for i in range(len(ink))])
    assert recognizer.recognize(trace(page)).latex == clean(NAME)


@pytest.mark.parametrize(("name", "numbers"), [(NAME, (0, 2, 3, 5)), ("sample7_02", (2, 3, 4, 11, 12))])
def test_one_stroke_so_pale_that_it_may_be_none_is_a_refusal(name: str, numbers: tuple[int, ...]) -> None:
    ink = strokes(name)
    for number in numbers:
        with pytest.raises(ImageError, match="fainter than the others"):
            p.shown(p.alternating(ink, [(225 if i == number else 0,) * 3 for i in range(len(ink))]))


@pytest.mark.parametrize("grey", [228, 235, 240])
def test_ink_of_one_pale_pen_is_whole_on_clean_paper(grey: int, recognizer: Recognizer) -> None:
    for name in (NAME, "sample8_04"):
        assert recognizer.recognize(trace(p.write(strokes(name), [(grey,) * 3]))).latex == clean(name)


@pytest.mark.parametrize("sides", ["l", "r", "lr", "lrtb"])
@pytest.mark.parametrize("degrees", [-6, -3, 4])
def test_a_table_in_the_corners_of_a_tilted_page_is_no_stroke(sides: str, degrees: int, recognizer: Recognizer) -> None:
    rng = np.random.default_rng(5)
    for table in (p.DARK_TABLE, p.WOOD):
        page = p.tilted_on(p.on_table(p.write(strokes(NAME)), table, sides, rng), degrees, p.DARK_TABLE)
        assert recognizer.recognize(trace(page)).latex == clean(NAME)


@pytest.mark.parametrize("away", [2, 5, 8])
@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_margin_line_close_to_an_edge_is_no_stroke(side: str, away: int) -> None:
    page = p.write(strokes(NAME))
    count = len(p.shown(page).strokes)
    turned = {"left": 0, "top": 3, "right": 2, "bottom": 1}[side]
    page = np.ascontiguousarray(np.rot90(page, turned))
    page[:, away : away + 3] = 0
    assert len(p.shown(np.ascontiguousarray(np.rot90(page, -turned))).strokes) == count


def test_bars_of_an_absolute_value_that_was_cut_out_close_are_kept() -> None:
    page = np.full((100, 120), 255, np.uint8)
    for x in (5, 113):
        cv2.line(page, (x, 0), (x, 99), 0, 3)
    cv2.line(page, (40, 30), (80, 70), 0, 3)
    cv2.line(page, (40, 70), (80, 30), 0, 3)
    assert len(p.shown(page).strokes) == 4


def test_a_bar_at_the_edge_of_a_symbol_that_was_cut_out_close_is_kept() -> None:
    page = np.full((90, 80), 255, np.uint8)
    page[:6], page[:, 37:43] = 0, 0  # a T
    assert len(p.shown(page).strokes) == 2


@pytest.mark.parametrize("marker", MARKERS)
def test_a_narrow_band_is_no_stroke_and_a_blot_is_no_dot(marker: str, recognizer: Recognizer) -> None:
    page = cv2.rectangle(p.write(strokes(NAME)), (60, 295), (280, 305), MARKERS[marker], -1)
    with pytest.raises(ImageError, match="many times as broad as the others"):
        p.shown(page)
    page = cv2.rectangle(p.write(strokes(NAME)), (60, 292), (280, 312), MARKERS[marker], -1)
    assert recognizer.recognize(trace(page)).latex == clean(NAME)
    blotted = cv2.circle(p.write(strokes(NAME)), (16, 150), 13, MARKERS[marker], -1)
    assert recognizer.recognize(trace(blotted)).latex == clean(NAME)


def test_strokes_are_not_too_broad_beside_many_specks() -> None:
    page = p.write(strokes(NAME))
    for shift in (0, 1):
        page[20 + shift : 300 : 12, 20:500:60] = page[20 + shift : 300 : 12, 21:500:60] = 0
    assert len(p.shown(page).strokes) > 150


def test_a_confidence_of_nothing_is_no_reading(recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    ink = strokes(NAME)
    assert recognizer.recognize(ink).confidence > 0.5
    monkeypatch.setitem(recognizer._calibrations, "ink", Calibration((1.0, -20.0)))
    with pytest.raises(NoReading, match="no reading"):
        recognizer.recognize(ink)


def test_lines_as_dark_as_the_ink_are_a_refusal() -> None:
    for page in (
        p.ruled(strokes(NAME), 60, 1, 27, True),
        p.ruled(strokes(NAME), 60, 2, 41, False),
        p.tilted(p.ruled(strokes(NAME), 190, 2, 25, True), 3),
    ):
        with pytest.raises(ImageError, match="cannot be told from"):
            p.shown(page)


@pytest.mark.parametrize("grey", [223, 228, 232])
@pytest.mark.parametrize("ink", [p.BLACK, (60, 60, 60), p.BLUE])
def test_strokes_so_faint_that_they_may_be_none_are_a_refusal(grey: int, ink: p.Colour) -> None:
    with pytest.raises(ImageError, match="fainter than the others"):
        p.shown(p.alternating(strokes(NAME), [ink, (grey, grey, grey)]))
    assert p.shown(p.alternating(strokes(NAME), [(grey, grey, grey)])).strokes


def test_strokes_of_two_pens_in_turn_are_read(recognizer: Recognizer) -> None:
    clean = recognizer.recognize(trace(p.write(strokes(NAME))))
    for other in ((150, 150, 150), (190, 190, 190), p.YELLOW, p.LIGHT_BLUE):
        assert recognizer.recognize(trace(p.alternating(strokes(NAME), [p.BLACK, other]))).latex == clean.latex


@pytest.mark.parametrize("grey", [90, 128, 160])
@pytest.mark.parametrize("inks", [(p.WHITE, p.BLACK), (p.WHITE, p.RED, p.BLACK)])
def test_ink_both_lighter_and_darker_than_its_ground_is_a_refusal(grey: int, inks: tuple[p.Colour, ...]) -> None:
    page = p.write(strokes(NAME), inks, (grey, grey, grey))
    with pytest.raises(ImageError, match="darker than the paper, and ink that is lighter"):
        p.shown(page)
    for ink in inks:
        assert p.shown(p.write(strokes(NAME), [ink], (grey, grey, grey))).strokes
