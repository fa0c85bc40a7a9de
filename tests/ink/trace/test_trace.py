"""Pictures of simple drawings traced into the strokes that were drawn."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crohme.ink.image_files import ImageError
from crohme.ink.raster import draw
from crohme.ink.trace import MAX_MARKS, read_traced, trace
from inkml_parser.sequences import resample

SHAPE = (160, 360)


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=np.float64)


def arc(x: float, y: float, radius: float, start: float, end: float) -> np.ndarray:
    """Angles in degrees, 0 to the right and 90 down."""
    angles = np.radians(np.linspace(start, end, 40))
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def ring(x: float, y: float, radius: float) -> np.ndarray:
    return arc(x, y, radius, 0, 360)


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Hausdorff distance of two lines."""
    a, b = resample(a, spacing=1.0), resample(b, spacing=1.0)
    apart = np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))
    return float(max(apart.min(axis=0).max(), apart.min(axis=1).max()))


# An x, an o, a plus and a lone dot.
DRAWING = [
    line((30, 40), (80, 120)),
    line((80, 40), (30, 120)),
    ring(150, 80, 35),
    line((200, 80), (280, 80)),
    line((240, 40), (240, 120)),
    line((330, 120)),
]


@given(st.lists(st.floats(20, 140), min_size=2, max_size=7), st.sampled_from([2, 4, 8]))
@settings(deadline=None, max_examples=40)
@example([113.0, 24.0, 125.0], 8)  # the tip is a stem, and the first of the lines
@example([20.0, 131.0, 20.0], 8)  # a stem hardly longer than an unevenness
def test_a_line_comes_back_as_one_stroke_where_it_was(heights: list[float], thickness: int) -> None:
    drawn = line(*((20 + 45 * i, y) for i, y in enumerate(heights)))
    (stroke,) = trace(draw([drawn], SHAPE, thickness)).strokes
    assert distance(stroke, drawn) < 4 + thickness
    right, down = stroke[-1] - stroke[0]
    assert right > -2 or down > 0


@pytest.mark.parametrize(
    ("drawn", "count"),
    [
        (DRAWING[:2], 2),
        (DRAWING[3:5], 2),
        ([line((40, 60), (200, 100)), line((40, 90), (200, 60))], 2),  # they cross at a small angle
        (DRAWING[2:3], 1),
        ([line((40, 20), (40, 140)), line((120, 20), (120, 140)), line((40, 80), (120, 80))], 3),  # H
        ([line((40, 20), (40, 140)), line((62, 20), (62, 140)), line((40, 80), (62, 80))], 3),  # a narrow one
        ([line((40, 20), (40, 140)), arc(75, 75, 35, 180, 360), line((110, 75), (110, 140))], 1),  # n
        ([arc(75, 50, 30, 200, 450), arc(75, 110, 30, 270, 500)], 1),  # 3
        (
            [
                line((40, 20), (40, 140)),
                line((40, 22), (120, 22)),
                line((40, 80), (100, 80)),
                line((40, 138), (120, 138)),
            ],
            2,
        ),
    ],
)
def test_where_lines_meet(drawn: list[np.ndarray], count: int) -> None:
    assert len(trace(draw(drawn, SHAPE)).strokes) == count


def test_crossing_lines_go_straight_on() -> None:
    strokes = trace(draw(DRAWING[:2], SHAPE)).strokes
    for stroke in strokes:
        assert min(distance(stroke, drawn) for drawn in DRAWING[:2]) < 3
    assert {stroke[0, 1] < stroke[-1, 1] for stroke in strokes} == {True}


def test_a_ring_is_closed_and_begins_at_its_top_to_the_left() -> None:
    (stroke,) = trace(draw(DRAWING[2:3], SHAPE)).strokes
    np.testing.assert_array_equal(stroke[0], stroke[-1])
    assert stroke[0, 1] == pytest.approx(45, abs=3)
    assert stroke[len(stroke) // 4, 0] < 130
    assert distance(stroke, DRAWING[2]) < 3


def test_strokes_come_as_people_write() -> None:
    tops = [line((60, 30), (80, 60)), line((20, 80), (120, 80)), line((60, 100), (80, 130))]
    fraction = trace(draw([*reversed(tops), line((150, 80), (190, 80))], SHAPE)).strokes
    for stroke, drawn in zip(fraction, [*tops, line((150, 80), (190, 80))], strict=True):
        assert distance(stroke, drawn) < 3


def test_dots_stay() -> None:
    strokes = trace(draw([line((100, 60), (100, 120)), line((100, 40)), line((140, 118))], SHAPE)).strokes
    assert len(strokes) == 3
    dots = sorted((s.mean(axis=0) for s in strokes if np.ptp(s, axis=0).max() < 4), key=lambda p: p[0])
    np.testing.assert_allclose(dots, [(100, 40), (140, 118)], atol=1.5)


@pytest.mark.parametrize("thickness", [2, 3, 6, 10, 16])
def test_the_width_of_the_pen_does_not_matter(thickness: int) -> None:
    large = [2 * drawn for drawn in DRAWING]
    strokes = trace(draw(large, (320, 720), thickness)).strokes
    assert len(strokes) == len(large)
    for drawn in large:
        assert min(distance(stroke, drawn) for stroke in strokes) < 3 + thickness / 2


def variants() -> dict[str, np.ndarray]:
    plain = draw(DRAWING, SHAPE)
    zero = np.zeros_like(plain)
    return {
        "inverted": 255 - plain,
        "colour": np.dstack([plain, plain, plain]),
        "chalk": np.dstack([255 - plain, (200 - plain * 0.7).astype(np.uint8), 60 + zero]),
        "black on nothing": np.dstack([zero, zero, zero, 255 - plain]),
        "white on nothing": np.dstack([zero + 255, zero + 255, zero + 255, 255 - plain]),
        "opaque": np.dstack([plain, plain, plain, zero + 255]),
        "faint": (180 + plain * 0.25).astype(np.uint8),
        "yellow on white": np.dstack([plain, zero + 250, zero + 255]),
    }


@pytest.mark.parametrize("kind", variants())
def test_polarity_colour_and_alpha_do_not_matter(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    cv2.imwrite(str(file), variants()[kind])
    expected, found = trace(draw(DRAWING, SHAPE)).strokes, read_traced(file).strokes
    assert len(found) == len(expected) == len(DRAWING)
    for a, b in zip(expected, found, strict=True):
        assert distance(a, b) < 1.5


def photograph(paper: float, ink: float) -> np.ndarray:
    """Lit from the left, with a shadow over a corner, noise, and a JPEG's blocks; paper and ink reflect so much."""
    rng = np.random.default_rng(3)
    drawing = draw([4 * drawn for drawn in DRAWING], (640, 1440), 10).astype(np.float64) / 255
    y, x = np.mgrid[:640, :1440]
    light = 230 - 130 * x / 1440
    light[y + 0.5 * x > 900] *= 0.7
    light = cv2.GaussianBlur(light, (0, 0), 25)  # no lamp is a point
    grey = light * (ink + (paper - ink) * drawing) + rng.normal(0, 5, drawing.shape)
    jpeg = cv2.imencode(".jpg", np.clip(grey, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    return cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)


@pytest.mark.parametrize(("paper", "ink"), [(1.0, 0.35), (0.3, 0.9)])
def test_a_photograph_in_uneven_light(paper: float, ink: float) -> None:
    strokes = trace(photograph(paper, ink)).strokes
    assert len(strokes) == len(DRAWING)
    for drawn in DRAWING:
        assert min(distance(stroke, 4 * drawn) for stroke in strokes) < 12


def test_specks_are_no_strokes() -> None:
    picture = draw(DRAWING, SHAPE)
    rng = np.random.default_rng(1)
    picture[rng.integers(SHAPE[0], size=150), rng.integers(SHAPE[1], size=150)] = 0
    strokes = trace(picture).strokes
    assert len(strokes) == len(DRAWING)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_picture_is_refused_by_name(shade: int, tmp_path: Path) -> None:
    file = tmp_path / "empty.png"
    cv2.imwrite(str(file), np.full((40, 60), shade, np.uint8))
    with pytest.raises(ImageError, match=r"empty\.png: nothing is drawn on it"):
        read_traced(file)


def test_too_large_and_too_full_pictures_are_refused() -> None:
    blank = cv2.imencode(".png", np.full((2001, 31_999), 255, np.uint8))[1].tobytes()
    with pytest.raises(ImageError, match="31999 x 2001"):
        read_traced(blank)
    dots = np.full((400, 400), 255, np.uint8)
    dots[2::8, 2::8] = dots[3::8, 2::8] = dots[2::8, 3::8] = dots[3::8, 3::8] = 0
    assert 2500 > MAX_MARKS
    with pytest.raises(ImageError, match="2500 separate marks"):
        trace(dots)
    net = np.full((600, 600), 255, np.uint8)
    net[4::12] = net[:, 4::12] = net[5::12] = net[:, 5::12] = 0
    with pytest.raises(ImageError, match="lines between crossings|nothing is drawn"):
        trace(net)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    for name in ("missing.png", "text.png"):
        (tmp_path / "text.png").write_text("no picture")
        with pytest.raises(ImageError, match=name):
            read_traced(tmp_path / name)
