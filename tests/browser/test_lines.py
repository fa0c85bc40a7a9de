"""The lines of a page are found by where its strokes lie, and when they were written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inkml_parser import Ink
from tests.browser.conftest import REPOSITORY, in_node, needs_node

FINDER = REPOSITORY / "tests/browser/lines.mjs"
UNIT = 40.0  # size of a usual stroke, in CSS pixels
pytestmark = needs_node

Strokes = list[list[list[float]]]


def scaled(ink: Ink) -> list[np.ndarray]:
    """Strokes as large as all others, from 0."""
    strokes = [np.asarray(stroke, float)[:, :2] for stroke in ink.strokes]
    size = np.median([np.ptp(stroke, axis=0).max() for stroke in strokes])
    corner = np.concatenate(strokes).min(axis=0)
    return [(stroke - corner) * UNIT / size for stroke in strokes]


def stacked(expressions: list[list[np.ndarray]], gap: float) -> tuple[Strokes, list[list[int]]]:
    """Expressions line under line, `gap` units from each other, and which strokes are whose."""
    strokes: Strokes = []
    lines, top = [], 0.0
    for expression in expressions:
        lines.append(list(range(len(strokes), len(strokes) + len(expression))))
        strokes += [(stroke + (0, top)).tolist() for stroke in expression]
        top += max(stroke[:, 1].max() for stroke in expression) + gap * UNIT
    return strokes, lines


def find(*pages: dict[str, Any]) -> list[list[list[int]]]:
    return in_node(FINDER, [], pages)


def box(left: float, top: float, width: float, height: float) -> list[list[float]]:
    return [[left, top], [left + width, top + height]]


def row(left: float, top: float, count: int) -> Strokes:
    """Symbols beside each other."""
    return [box(left + 50 * i, top, UNIT, UNIT) for i in range(count)]


def test_no_expression_is_torn_apart(inks: list[Ink]) -> None:
    pages = [{"strokes": [stroke.tolist() for stroke in scaled(ink)]} for ink in inks]
    assert [len(lines) for lines in find(*pages)] == [1] * len(inks)


@pytest.mark.parametrize(("gap", "share"), [(1.0, 0.93), (1.5, 0.97), (3.0, 0.99)])
def test_expressions_line_under_line_are_found(inks: list[Ink], gap: float, share: float) -> None:
    order = np.random.default_rng(5).permutation(len(inks))
    pages = [stacked([scaled(inks[i]) for i in order[k : k + 4]], gap) for k in range(0, len(inks), 4)]
    found = find(*({"strokes": strokes} for strokes, _ in pages))
    right = [line in lines for (_, truth), lines in zip(pages, found, strict=True) for line in truth]
    assert np.mean(right) >= share


def test_while_one_writes_lines_only_grow(inks: list[Ink]) -> None:
    pages = [stacked([scaled(ink) for ink in inks[k : k + 3]], 1.5)[0] for k in range(0, len(inks), 30)]
    for strokes, steps in zip(pages, in_node(FINDER, ["--grow"], [{"strokes": s} for s in pages]), strict=True):
        for number, (before, after) in enumerate(zip(steps, steps[1:], strict=False)):
            for line in before:  # all of it is in one line still
                assert any(set(line) <= set(other) for other in after), number
        assert sorted(index for line in steps[-1] for index in line) == list(range(len(strokes)))


def test_a_fraction_is_one_line_and_so_is_what_is_written_beside_it_later() -> None:
    numerator, bar, denominator = row(0, 0, 3), [box(-5, 70, 160, 2)], row(0, 110, 3)
    assert find({"strokes": [*numerator, *bar, *denominator, *row(200, 50, 2)]}) == [[list(range(9))]]


def test_the_bar_of_a_fraction_joins_what_was_taken_for_two_lines() -> None:
    numerator, denominator, bar = row(0, 0, 3), row(0, 75, 3), [box(-5, 55, 160, 3)]
    assert len(find({"strokes": [*numerator, *denominator]})[0]) == 2
    assert find({"strokes": [*numerator, *denominator, *bar]}) == [[list(range(7))]]
    base, exponent = row(0, 105, 3), row(180, 0, 2)
    assert len(find({"strokes": [*base, *exponent]})[0]) == 2
    assert find({"strokes": [*base, *exponent, box(170, 70, 110, 3)]}) == [[list(range(6))]]
    underline = box(-5, 60, 160, 3)
    assert find({"strokes": [*numerator, *row(0, 150, 3), underline]}) == [[[0, 1, 2, 6], [3, 4, 5]]]


def test_limits_belong_to_their_sum() -> None:
    signs = [box(0, 0, 60, 80), box(0, 105, 20, 20), box(25, 110, 15, 8), box(45, 105, 12, 20), box(20, -45, 25, 20)]
    assert find({"strokes": [*signs, *row(90, 20, 4)]}) == [[list(range(9))]]


def test_rows_beside_a_bracket_are_one_line_whenever_the_bracket_is_written() -> None:
    rows = [*row(0, 0, 3), *row(0, 110, 3)]
    assert find({"strokes": rows}) == [[[0, 1, 2], [3, 4, 5]]]
    assert find({"strokes": [*rows, box(-40, -10, 15, 170)]}) == [[list(range(7))]]
    assert find({"strokes": [box(-40, -10, 15, 170), *rows]}) == [[list(range(7))]]


def test_a_late_dot_joins_the_line_that_it_is_nearest_to() -> None:
    lines = [*row(0, 0, 4), *row(0, 120, 4)]
    assert find({"strokes": [*lines, box(60, -15, 3, 3)]}) == [[[0, 1, 2, 3, 8], [4, 5, 6, 7]]]
    assert find({"strokes": [*lines, box(60, 108, 3, 3)]}) == [[[0, 1, 2, 3], [4, 5, 6, 7, 8]]]


def test_lines_that_are_known_stay_as_they_are() -> None:
    close = [*row(0, 0, 4), *row(0, 55, 4)]
    known = [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert find({"strokes": close, "known": known}) == [known]
    assert find({"strokes": [*close, box(210, 60, 30, 30)], "known": known}) == [[[0, 1, 2, 3], [4, 5, 6, 7, 8]]]


def test_text_is_in_no_line_and_lines_beside_each_other_are_read_from_the_left() -> None:
    beside = [*row(900, 0, 2), *row(0, 5, 3), *row(0, 200, 2)]
    assert find({"strokes": beside, "skipped": [5]}) == [[[2, 3, 4], [0, 1], [6]]]
