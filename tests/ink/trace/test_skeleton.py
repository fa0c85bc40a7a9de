from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.ink.trace.order import directed, reading_order
from crohme.ink.trace.skeleton import graph_of, thin


@given(st.integers(0, 10_000), st.floats(1.0, 4.0))
@settings(deadline=None, max_examples=50)
def test_thinning_keeps_every_mark_and_every_hole(seed: int, blur: float) -> None:
    noise = np.random.default_rng(seed).normal(size=(40, 60)).astype(np.float32)
    ink = (cv2.GaussianBlur(noise, (0, 0), blur) > 0).astype(np.uint8)
    thinned = thin(ink)
    assert not (thinned & ~ink).any()
    assert cv2.connectedComponents(thinned)[0] == cv2.connectedComponents(ink)[0]
    paper, thin_paper = (np.pad(1 - image, 1, constant_values=1) for image in (ink, thinned))
    assert cv2.connectedComponents(thin_paper, connectivity=4)[0] == cv2.connectedComponents(paper, connectivity=4)[0]
    np.testing.assert_array_equal(thin(thinned), thinned)


@given(st.integers(0, 10_000), st.floats(1.0, 4.0))
@settings(deadline=None, max_examples=50)
def test_the_graph_has_every_pixel(seed: int, blur: float) -> None:
    noise = np.random.default_rng(seed).normal(size=(40, 60)).astype(np.float32)
    thinned = thin((cv2.GaussianBlur(noise, (0, 0), blur) > 0).astype(np.uint8))
    graph = graph_of(thinned)
    on_lines = {tuple(point) for edge in graph.edges for point in edge.line.astype(int).tolist()}
    pixels = {(x, y) for y, x in np.argwhere(thinned).tolist()}
    assert on_lines <= pixels
    # Pixels inside a junction may lie on no line, but never far from the junction's middle.
    for pixel in pixels - on_lines:
        assert min(np.hypot(*(place - pixel)) for place in graph.places.values()) < 4
    for edge in graph.edges:
        assert (np.abs(np.diff(edge.line, axis=0)).max(axis=1, initial=0) <= 1).all()


def test_a_cross_is_four_lines_that_meet() -> None:
    picture = np.zeros((21, 21), np.uint8)
    picture[10, 2:19] = picture[2:19, 10] = 1
    graph = graph_of(picture)
    assert len(graph.edges) == 4 and len(graph.places) == 5
    (middle,) = [node for node in graph.places if sum(node in edge.ends for edge in graph.edges) == 4]
    np.testing.assert_allclose(graph.places[middle], (10, 10))
    assert [edge.length for edge in graph.edges] == pytest.approx([8] * 4, abs=1)


def test_a_ring_has_no_ends_and_a_pixel_is_a_point() -> None:
    picture = np.zeros((30, 40), np.uint8)
    cv2.circle(picture, (15, 15), 9, 1)
    picture[15, 35] = 1
    rings = sorted(graph_of(thin(picture)).edges, key=lambda edge: len(edge.line))
    assert [edge.ends for edge in rings] == [(-1, -1), (-1, -1)]
    assert rings[0].line.tolist() == [[35, 15]]
    assert rings[1].length == pytest.approx(2 * np.pi * 9, rel=0.1)


@pytest.mark.parametrize(
    ("start", "end"),
    [((0, 0), (10, 0)), ((0, 0), (0, 10)), ((0, 0), (10, 10)), ((10, 0), (0, 10)), ((0, 2), (10, 0))],
)
def test_lines_begin_at_the_left_and_the_top(start: tuple[int, int], end: tuple[int, int]) -> None:
    line = np.linspace(start, end, 5)
    for one in (line, line[::-1]):
        np.testing.assert_array_equal(directed(one, False), line)


def test_columns_before_rows() -> None:
    numerator, bar, denominator = (20, 0, 30, 10), (0, 20, 50, 22), (20, 30, 30, 40)
    equals = [(60, 15, 70, 16), (60, 25, 70, 26)]
    root, under = (80, 0, 130, 40), (95, 10, 110, 38)
    boxes = np.array([under, root, *equals, bar, denominator, numerator], dtype=float)
    assert reading_order(boxes) == [6, 4, 5, 2, 3, 1, 0]
    assert reading_order(np.zeros((0, 4))) == []
