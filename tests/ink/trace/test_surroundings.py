"""What is around the writing, or strewn into it: frames, tables, scratches, specks, markers, squared paper."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import photos as p  # noqa: E402

from crohme.ink.image_files import WITH_MARKS, ImageError  # noqa: E402
from crohme.ink.trace.solid import check_broad  # noqa: E402
from inkml_parser import Ink, read  # noqa: E402

NAMES = ("sample8_09", "sample7_00", "sample8_04")
SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample" / "test"


def close(name: str, height: int, pen: int, paper: p.Colour = p.WHITE, room: int = 14) -> np.ndarray:
    """An expression with little paper around it."""
    page = p.write(read(SAMPLE / f"{name}.inkml").strokes, paper=paper, height=height, pen=pen)
    rows, columns = (np.flatnonzero((page != paper).any(axis=(axis, 2))) for axis in (1, 0))
    inside = page[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cv2.copyMakeBorder(inside, *[room] * 4, cv2.BORDER_CONSTANT, value=paper)


def is_doubted(ink: Ink) -> bool:
    return WITH_MARKS.items() <= ink.annotations.items()


def bars() -> np.ndarray:
    """Three bars one above the other."""
    page = np.full((160, 300, 3), 255, np.uint8)
    for y in (50, 80, 110):
        cv2.line(page, (60, y), (240, y), p.BLACK, 3, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1, 2, 3, 5, 12, 30])
def test_a_frame_close_to_the_writing_is_neither_ink_nor_makes_the_paper_ink(name: str, width: int) -> None:
    for height, pen in ((120, 2), (200, 2), (200, 4)):
        page = close(name, height, pen, room=width + 14)
        found = p.shown(p.frame(page, width))
        assert len(found.strokes) == len(p.shown(page).strokes) and not is_doubted(found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("table", [(20, 20, 20), p.WOOD, (130, 130, 130)])
@pytest.mark.parametrize("degrees", [-10, 4, 13])
def test_a_page_on_a_table_that_shows_in_its_corners_has_ink_of_one_polarity(
    name: str, table: p.Colour, degrees: int
) -> None:
    page = close(name, 256, 2, p.PAPER, room=28)
    picture = p.noisy(p.tilted_on(page, degrees, table), 3, np.random.default_rng(3))
    assert len(p.shown(picture).strokes) == len(p.shown(p.tilted(page, degrees)).strokes)


@pytest.mark.parametrize("grey", [150, 170, 190])
@pytest.mark.parametrize(("begin", "end"), [((150, 15), (158, 145)), ((255, 90), (275, 125)), ((20, 20), (30, 60))])
def test_a_thin_pale_scratch_is_doubted(grey: int, begin: tuple[int, int], end: tuple[int, int]) -> None:
    assert not is_doubted(p.shown(bars()))
    found = p.shown(cv2.line(bars(), begin, end, (grey,) * 3, 1, cv2.LINE_AA))
    assert is_doubted(found) or len(found.strokes) == 3
    assert is_doubted(found) or grey == 190


@pytest.mark.parametrize("grey", [150, 170, 190])
def test_a_pale_stroke_as_wide_as_the_others_is_not_doubted(grey: int) -> None:
    assert not is_doubted(p.shown(cv2.line(bars(), (150, 60), (150, 100), (grey,) * 3, 3, cv2.LINE_AA)))


@pytest.mark.parametrize("grey", [150, 170, 190])
@pytest.mark.parametrize("pen", [3, 5])
def test_a_speck_is_no_dot_and_a_dot_of_a_pale_pen_is_one(grey: int, pen: int) -> None:
    page = bars()
    speck = cv2.resize(cv2.circle(np.full((48, 48), 255, np.uint8), (24, 24), 11, 190, -1), (8, 8), cv2.INTER_AREA)
    dusty = page.copy()
    dusty[61:69, 146:154] = np.minimum(dusty[61:69, 146:154], speck[..., None])
    found = p.shown(dusty)
    assert len(found.strokes) == 3 and not is_doubted(found)
    cv2.line(page, (100, 130), (200, 130), (grey,) * 3, 3, cv2.LINE_AA)
    cv2.line(page, (150, 66), (151, 66), (grey,) * 3, pen, cv2.LINE_AA)
    found = p.shown(page)
    assert len(found.strokes) == 5 and not is_doubted(found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rise", [0, 4, 8])
def test_a_pen_on_the_table_below_the_page_is_doubted(name: str, rise: int) -> None:
    page = cv2.copyMakeBorder(close(name, 256, 4), *[40] * 4, cv2.BORDER_CONSTANT, value=p.WHITE)
    height, width = page.shape[:2]
    wide = cv2.copyMakeBorder(page, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=p.BEIGE)
    cv2.line(wide, (30, height + 104), (30 + width // 2, height + 104 + rise), (120, 60, 30), 7, cv2.LINE_AA)
    assert is_doubted(p.shown(wide))


@pytest.mark.parametrize("pen", [3, 4])
def test_a_marker_that_is_most_of_the_ink_is_broad_all_the_same(pen: int) -> None:
    ink = np.zeros((200, 420), np.uint8)
    for x in (60, 160, 260):
        cv2.rectangle(ink, (x, 40), (x + 60, 120), 1, pen)
    check_broad(ink)
    with pytest.raises(ImageError, match="broad"):
        check_broad(cv2.line(ink, (30, 160), (390, 160), 1, 5 * pen))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("radius", [7, 11])
def test_punched_holes_of_any_colour_are_doubted(name: str, radius: int) -> None:
    page = cv2.copyMakeBorder(close(name, 256, 4), 40, 40, 60, 40, cv2.BORDER_CONSTANT, value=p.WHITE)
    for colour in (p.BLACK, (60, 80, 110)):
        holed = page.copy()
        for y in (page.shape[0] // 3, 2 * page.shape[0] // 3):
            cv2.circle(holed, (radius + 6, y), radius, colour, -1, cv2.LINE_AA)
        assert is_doubted(p.shown(holed)) or len(p.shown(holed).strokes) == len(p.shown(page).strokes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("grey", [150, 200])
def test_a_fold_across_the_whole_picture_is_no_stroke_or_doubted(name: str, grey: int) -> None:
    page = cv2.copyMakeBorder(close(name, 200, 3), *[30] * 4, cv2.BORDER_CONSTANT, value=p.WHITE)
    height, width = page.shape[:2]
    for x in (width // 3, 2 * width // 3):
        way = np.array([[x, 0], [x + 3, height // 2], [x, height]], np.int32)
        fold = cv2.polylines(np.full_like(page, 255), [way], False, (grey,) * 3, 5, cv2.LINE_AA)
        found = p.shown(np.minimum(page, fold))
        assert is_doubted(found) or len(found.strokes) == len(p.shown(page).strokes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("strip", [240, 225, 200])
@pytest.mark.parametrize("side", ["top", "bottom", "left"])
def test_signs_on_the_bar_of_a_window_are_doubted(name: str, strip: int, side: str) -> None:
    page = cv2.copyMakeBorder(close(name, 200, 3), *[30] * 4, cv2.BORDER_CONSTANT, value=p.WHITE)
    assert not is_doubted(p.shown(page))
    long = page.shape[1] if side != "left" else page.shape[0]
    bar = np.full((44, long, 3), strip, np.uint8)
    for x in (20, 60, 120):
        for y in (14, 22, 30):
            cv2.line(bar, (x, y), (x + 22, y), p.BLACK, 2)
    whole = {"top": lambda: np.vstack([bar, page]), "bottom": lambda: np.vstack([page, bar])}
    picture = whole[side]() if side in whole else np.hstack([bar.transpose(1, 0, 2), page])
    try:
        found = p.shown(picture)
    except ImageError:
        return
    assert is_doubted(found) or len(found.strokes) == len(p.shown(page).strokes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pen", [4, 6])
def test_lines_of_the_paper_are_not_the_measure_of_a_broad_pen(name: str, pen: int) -> None:
    bare = p.write(read(SAMPLE / f"{name}.inkml").strokes, [(40, 30, 30)], height=340, pen=pen)
    page = bare.copy()
    for start in range(9, max(page.shape[:2]), 24):
        for line in (np.s_[start : start + 2], np.s_[:, start : start + 2]):
            page[line] = np.minimum(page[line], np.array((225, 200, 180), np.uint8))
    assert len(p.shown(page).strokes) == len(p.shown(bare).strokes)
