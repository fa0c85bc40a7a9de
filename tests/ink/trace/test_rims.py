"""What lies along edges of pages, shadows, markers and boxes is no stroke; strokes of two pens cross without gaps."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import photos as p  # noqa: E402

from crohme.ink.image_files import ImageError  # noqa: E402
from inkml_parser import read  # noqa: E402

NAME = "sample8_09"  # j^2 = -1
SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample" / "test"
INK = (70, 40, 35)
PLUS = [np.array([[0.0, 50], [100, 50]]), np.array([[50.0, 0], [50, 100]])]


def strokes(name: str = NAME) -> tuple[np.ndarray, ...]:
    return read(SAMPLE / f"{name}.inkml").strokes


def count(page: np.ndarray) -> int:
    return len(p.shown(page).strokes)


@pytest.mark.parametrize("sides", ["l", "tr", "b", "lrtb"])
def test_the_shadow_along_the_edge_of_a_page_is_no_stroke(sides: str) -> None:
    page = p.write(strokes(), [INK], p.PAPER)
    on_desk = p.on_paper_like_desk(page, sides, np.random.default_rng(3))
    assert count(on_desk) == count(page)


def test_a_strong_line_along_the_edge_of_something_is_a_refusal() -> None:
    page = p.write(strokes(), [INK], p.PAPER)
    page[:, -45:] = (150, 150, 150)
    page[40:-40, -46:-42] = INK
    with pytest.raises(ImageError, match="along the edge of something"):
        p.shown(page)


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("marker", [(60, 255, 255), (200, 150, 255), (255, 210, 130), (60, 170, 255)])
def test_the_round_end_of_a_marker_is_no_dot(marker: p.Colour, width: int) -> None:
    page = p.write(strokes(), [(120, 50, 20)])
    assert count(p.marked_across(page, marker, width)) == count(page)


@pytest.mark.parametrize("dark", [0.3, 0.5])
@pytest.mark.parametrize("across", [120, 160, 200, 240])
def test_a_stroke_across_the_edge_of_a_shadow_is_kept_and_its_end_at_the_border_is_no_dot(
    across: int, dark: float
) -> None:
    page = p.write(strokes(), [INK], p.PAPER)
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    light = cv2.GaussianBlur(np.where(y - 0.4 * x > across, dark, 1.0).astype(np.float32), (0, 0), 2)
    shaded = p.noisy((page * light[..., None]).astype(np.uint8), 2, np.random.default_rng(1))
    try:
        found = count(shaded)
    except ImageError:
        return
    assert found == count(page)


@pytest.mark.parametrize("gap", [5, 15, 25])
def test_a_thin_box_on_a_wide_picture_is_no_bars(gap: int) -> None:
    page = p.write([np.array([[120.0 * i + 10, 0], [120 * i, 100]]) for i in range(9)])
    bare = count(page)
    cv2.rectangle(page, (gap, gap), (page.shape[1] - 1 - gap, page.shape[0] - 1 - gap), p.BLACK, 1)
    assert count(page) == bare


@pytest.mark.parametrize("grey", [130, 145, 155, 165, 170, 185])
def test_strokes_of_two_pens_cross_without_gaps(grey: int) -> None:
    for inks in ([p.BLACK, (grey,) * 3], [(grey,) * 3, p.BLACK]):
        page = p.alternating(PLUS, inks)
        assert count(page) == 2
        assert count(p.noisy(page, 3, np.random.default_rng(2), quality=75)) == 2


@pytest.mark.parametrize("grey", [200, 212])
def test_one_dark_stroke_among_pale_ones_leaves_no_gaps_in_them(grey: int) -> None:
    ladder = [*PLUS, *(np.array([[x, 20.0], [x, 80]]) for x in (120, 150, 180, 210, 240))]
    page = p.alternating(ladder, [p.BLACK if i == 0 else (grey,) * 3 for i in range(len(ladder))])
    assert count(page) == len(ladder)


def test_ink_that_differs_from_its_ground_both_ways_is_kept() -> None:
    board, green, cyan = (55, 75, 45), (40, 130, 30), (240, 230, 60)
    page = p.alternating(strokes(), [cyan, cyan, green], board)
    assert count(page) == count(p.write(strokes()))
