"""The page in a real browser: symbols are corrected, readings compared and picked."""

from __future__ import annotations

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

from tests.web.chromium import CROSS, Page, count_strokes, each_look, needs_chromium  # noqa: E402
from tests.web.shown_readings import CLIPBOARD, answer, bodies, reading, show  # noqa: E402

pytestmark = needs_chromium


@each_look
def test_a_symbol_is_corrected_by_a_tap_on_the_paper(
    page: Page, pointer: str, size: tuple[int, int], colours: str
) -> None:
    page.resize(*size)
    page.colour(colours)
    show(page, reading("+", [0, 1], doubtful=0))
    page.point(PointerInput(pointer, pointer), (-30, 0), "down", "up")
    page.wait(lambda: page.one("#correction").is_displayed())
    box, (width, height) = page.one("#correction").rect, size
    assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
    assert [e.text for e in page.all("#correction .candidate")] == ["+", "x", "×", "t"]
    page.look(f"corrected {pointer} {colours}")
    page.click("#correction [data-label='\\\\times']")
    page.answer(1, answer(reading("\\times", [0, 1])))
    page.wait(lambda: page.text("#latex") == "\\times")
    assert bodies(page)[1]["fixed"] == [{"strokes": [0, 1], "label": "\\times"}]
    assert page.all("#shown .fixed")
    page.click("#undo")
    page.wait(lambda: page.text("#latex") == "+" and not page.all("#shown .fixed"))


def test_a_touch_of_the_ink_soon_after_a_stroke_is_a_dot(page: Page) -> None:
    page.intercept()
    page.write([*CROSS, [(-30, 0)]])
    assert count_strokes(page) == 3


def test_a_correction_stays_while_one_writes_on_and_after_a_reload(page: Page) -> None:
    show(page, reading("+", [0, 1]))
    page.click("#shown [data-strokes]")
    page.wait(lambda: page.one("#correction").is_displayed())
    page.one("#correction input").send_keys("α", Keys.ENTER)
    page.answer(1, answer(reading("x", [0, 1])))
    page.write([[(70, 0), (100, 0)]])
    page.wait(lambda: len(page.asked()) == 3)
    assert bodies(page)[2]["fixed"] == [{"strokes": [0, 1], "label": "α"}]
    page.browser.execute_script("window.asked = []; document.getElementById('pad').focus({ preventScroll: true });")
    page.click("#erase")
    page.write([[(85, -20), (85, 20)]])  # only what was not corrected
    page.wait(lambda: count_strokes(page) == 2)
    page.browser.refresh()
    page.wait(lambda: "recognise" not in page.text("#status"))
    page.intercept()
    page.write([[(70, 0), (100, 0)]])
    page.wait(lambda: len(page.asked()) >= 1)
    assert bodies(page)[-1]["fixed"] == [{"strokes": [0, 1], "label": "α"}]


def test_a_symbol_is_separated_or_freed_again(page: Page) -> None:
    show(page, reading("+", [0, 1]))
    page.click("#shown [data-strokes]")
    page.wait(lambda: page.one("#correction").is_displayed())
    assert not page.one("#correction [data-act=release]").is_displayed()
    page.click("#correction [data-act=separate]")
    page.answer(1, answer(reading("- 1", [0], [1])))
    page.wait(lambda: page.text("#latex") == "- 1")
    assert bodies(page)[1]["fixed"] == [{"strokes": [0], "label": None}, {"strokes": [1], "label": None}]
    page.all("#shown [data-strokes]")[0].click()
    page.wait(lambda: page.one("#correction").is_displayed())
    page.click("#correction [data-act=release]")
    page.wait(lambda: len(page.asked()) == 3)
    assert bodies(page)[2]["fixed"] == [{"strokes": [1], "label": None}]


def test_a_correction_that_cannot_be_leaves_the_reading(page: Page) -> None:
    show(page, reading("+", [0, 1]))
    page.click("#shown [data-strokes]")
    page.one("#correction input").send_keys("nosuchsign", Keys.ENTER)
    refused = {"error": {"code": "invalid", "message": "The recogniser does not know nosuchsign."}}
    page.answer(1, refused, 422)
    page.wait(lambda: "does not know nosuchsign" in page.text("#status"))
    assert page.text("#latex") == "+" and page.all("#shown math")


def test_only_what_differs_is_marked_in_other_readings(page: Page) -> None:
    first, second = reading("x + y", [0], [1], [2]), reading("x + t", [0], [1], [2], confidence=0.1)
    third = reading("x + y", [0], [1], [2], confidence=0.05)
    third["mathml"] = (
        "<math xmlns='http://www.w3.org/1998/Math/MathML'><mrow><mi data-strokes='0'>x</mi><msup>"
        "<mo data-strokes='1'>+</mo><mi data-strokes='2'>y</mi></msup></mrow></math>"
    )
    show(page, first, second, third)
    marked = [[m.text for m in r.find_elements(By.CSS_SELECTOR, ".differs")] for r in page.all(".reading")]
    assert marked == [[], ["t"], ["y"]]
    names = [e.get_attribute("aria-label") for e in page.all(".reading input")]
    assert names == ["x plus y, 90 %", "x plus t, 10 %", "x plus to the power y, 5 %"]


def test_candidates_of_single_symbols_are_picked_and_copied(page: Page) -> None:
    page.browser.execute_script(CLIPBOARD)
    page.click("[value=symbol] + span")
    page.write(CROSS)
    page.wait_for_reading()
    third = page.all(".networks section:last-child tr")[2]
    third.find_element(By.CSS_SELECTOR, "button").click()
    picked = third.get_attribute("title")
    assert page.text("#latex") == picked
    page.click("#copy")
    page.wait(lambda: page.browser.execute_script("return copied") == [picked])
