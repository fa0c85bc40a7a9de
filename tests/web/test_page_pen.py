"""The page in a real browser: ink is scratched out, struck through, selected, zoomed."""

from __future__ import annotations

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402

from tests.web.chromium import CROSS, Page, count_strokes, each_look, needs_chromium  # noqa: E402
from tests.web.letters import A, B, C, poles, settled  # noqa: E402
from tests.web.shown_readings import answer, bodies, extents, reading, show  # noqa: E402

pytestmark = needs_chromium


def zigzag(left: int, right: int, top: int, bottom: int, legs: int = 6) -> list[tuple[int, int]]:
    points = []
    for i in range(legs + 1):
        y = top + (bottom - top) * i // legs
        points.append((left if i % 2 == 0 else right, y))
    return points


PINCH = """
const pad = document.getElementById("pad"), { x, y } = pad.getBoundingClientRect();
pad.setPointerCapture = () => {};
for (const [type, pointerId, right, down] of arguments[0]) {
  const place = { clientX: x + right, clientY: y + down, pointerType: "touch", pointerId, isPrimary: pointerId === 8 };
  pad.dispatchEvent(new PointerEvent(`pointer${type}`, { ...place, bubbles: true, cancelable: true }));
}
"""


@pytest.mark.parametrize("pointer", ["mouse", "pen", "touch"])
def test_ink_is_scratched_out(page: Page, pointer: str) -> None:
    page.intercept()
    page.write([*CROSS, [(90, -40), (90, 40)]], pointer)
    page.write([zigzag(-50, 50, -45, 45)], pointer)
    assert count_strokes(page) == 1
    page.wait(lambda: page.spoken() == "2 strokes crossed out. Undo brings back what was there.")
    page.click("#undo")
    assert count_strokes(page) == 3


def test_a_zigzag_beside_the_ink_is_written(page: Page) -> None:
    page.intercept()
    page.write([*CROSS, zigzag(60, 130, -30, 30)])
    assert count_strokes(page) == 3


def test_a_line_through_a_row_strikes_it_out_and_one_through_a_symbol_is_written(page: Page) -> None:
    page.intercept()
    poles = [[(x, -40), (x + 3, 0), (x, 40)] for x in (-60, 0, 60)]
    page.write([*poles, [(-80, 60), (80, 61)], [(30, 0), (90, 1)]])  # a bar below, and one across a single pole
    assert count_strokes(page) == 5
    page.write([[(-90, 0), (0, 2), (95, 3)]])
    assert count_strokes(page) == 1
    page.click("#undo")
    assert count_strokes(page) == 5


@each_look
def test_what_the_lasso_chooses_is_moved_scaled_copied_and_erased(
    page: Page,
    pointer: str,
    size: tuple[int, int],
    colours: str,
) -> None:
    page.resize(*size)
    page.colour(colours)
    page.intercept()
    page.write([*CROSS, [(110, -40), (110, 40)]], pointer)
    before = extents(page)
    page.click("#select")
    hand = PointerInput(pointer, pointer)
    page.point(hand, (-60, -60), "down", (60, -60), (60, 60), (-60, 60), "up")
    bar = page.wait(lambda: page.one("#selection").is_displayed() and page.one("#selection").rect)
    sheet = page.one(".sheet").rect
    assert bar["x"] >= sheet["x"] and bar["x"] + bar["width"] <= sheet["x"] + sheet["width"]
    page.point(hand, (0, 0), "down", (10, 5), (-20, 12), "up")
    page.wait(lambda: extents(page) != before)
    moved = extents(page)
    assert moved[2] == before[2]
    for (x, y, width, height), (x0, y0, width0, height0) in zip(moved[:2], before[:2], strict=True):
        assert (x - x0, y - y0, width, height) == pytest.approx((-20, 12, width0, height0), abs=0.5)
    page.point(hand, (30, 62), "down", (10, 42), (-20, 12), "up")  # the handle, to the middle
    page.wait(lambda: extents(page) != moved)
    assert extents(page)[0][2] == pytest.approx(moved[0][2] / 2, rel=0.1)
    page.click("#selection [data-act=copy]")
    page.wait(lambda: count_strokes(page) == 5)
    page.click("#selection [data-act=erase]")
    page.wait(lambda: count_strokes(page) == 3)
    assert not page.one("#selection").is_displayed()
    for _ in range(4):
        page.click("#undo")
    assert extents(page) == before


def test_a_copy_for_which_there_is_no_room_beside_it_is_a_line_below(notebook: Page) -> None:
    notebook.write_at_once(poles(*[A, B, C] * 4, left=-300))
    settled(notebook, "abc" * 4)
    before = extents(notebook)
    notebook.click("#select")
    notebook.write([[(-340, -140), (330, -140), (330, -40), (-340, -40)]])
    notebook.wait(lambda: notebook.one("#selection").is_displayed())
    notebook.click("#selection [data-act=copy]")
    settled(notebook, "abc" * 4, "abc" * 4)
    copies = extents(notebook)[12:]
    assert [(x, width) for x, _, width, _ in copies] == [(x, width) for x, _, width, _ in before]
    notebook.click("#selection [data-act=erase]")
    settled(notebook, "abc" * 4)
    assert extents(notebook) == before


def test_strokes_are_regrouped_with_the_lasso(page: Page) -> None:
    show(page, reading("- 1", [0], [1]))
    for act, expected in (
        ("join", [{"strokes": [0, 1], "label": None}]),
        ("separate", [{"strokes": [0], "label": None}, {"strokes": [1], "label": None}]),
    ):
        asked = len(page.asked())
        page.click("#select")
        page.write([[(-60, -60), (60, -60), (60, 60), (-60, 60)]])
        page.wait(lambda: page.one("#selection").is_displayed())
        page.click(f"#selection [data-act={act}]")
        page.answer(asked, answer(reading("x", [0, 1])))
        assert bodies(page)[asked]["fixed"] == expected
        page.click("#select")


def test_two_fingers_zoom_and_pan_and_write_nothing(page: Page) -> None:
    page.intercept()
    page.write(CROSS)
    before = extents(page)
    two = [("down", 8, 100, 100), ("move", 8, 102, 100), ("down", 9, 200, 100)]
    apart = [("move", 9, 300, 100), ("up", 9, 300, 100), ("move", 8, 150, 150), ("up", 8, 150, 150)]
    page.browser.execute_script(PINCH, [*two, *apart])
    assert extents(page) == before
    assert page.one("#unzoom").is_displayed()
    line = [("down", 8, 100, 200), ("move", 8, 200, 200), ("move", 8, 300, 200), ("up", 8, 300, 200)]
    page.browser.execute_script(PINCH, line)
    page.wait(lambda: len(extents(page)) == 3)
    assert extents(page)[2][2] == pytest.approx(100, rel=0.03), "twice as large, so half as long"
    page.click("#unzoom")
    page.browser.execute_script(PINCH, line)
    page.wait(lambda: len(extents(page)) == 4)
    assert extents(page)[3] == pytest.approx((100, 200, 200, 0))
