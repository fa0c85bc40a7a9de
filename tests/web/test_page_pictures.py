"""The page in a real browser: pictures that are dropped or pasted, and parts of them."""

from __future__ import annotations

import base64

import numpy as np
import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

from crohme.ink.export import to_png  # noqa: E402
from inkml_parser import Ink  # noqa: E402
from tests.web.chromium import AXE, DESKTOP, ON_ITS_SIDE, PHONE, Page, count_strokes, needs_chromium  # noqa: E402

pytestmark = needs_chromium

PASTE = """
const [base64, name, type] = arguments, data = new DataTransfer();
const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
data.items.add(new File([bytes], name, { type }));
document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
"""


def picture() -> bytes:
    """A cross on the left, and two bars on the right."""
    ends = [((0, 0), (60, 4)), ((30, -20), (30, 40)), ((140, 0), (190, 0)), ((140, 20), (190, 20))]
    return to_png(Ink.from_arrays([np.linspace(*pair, 9) for pair in ends]))


LOOKS = [("mouse", DESKTOP, "dark"), ("touch", PHONE, "light"), ("pen", ON_ITS_SIDE, "dark")]


@pytest.mark.parametrize(("pointer", "size", "colours"), LOOKS, ids=["mouse", "touch on a phone", "pen, on its side"])
def test_the_part_of_a_picture_to_be_read_is_chosen(
    page: Page, pointer: str, size: tuple[int, int], colours: str
) -> None:
    page.resize(*size)
    page.colour(colours)
    page.drop(picture(), "photo.png")
    page.wait_for_reading()
    assert count_strokes(page) == 4
    page.click("#notice button:not(.close)")
    page.wait(lambda: page.all(".crop[open] canvas"))
    box = page.one(".crop").rect
    assert box["x"] >= 0 and box["x"] + box["width"] <= size[0] and box["y"] + box["height"] <= size[1]
    if AXE.exists():
        assert not page.barriers()
    shown = page.one(".crop-picture").rect
    right, top, low = shown["width"] / 2 - 2, 2 - shown["height"] / 2, shown["height"] / 2 - 2
    hand = PointerInput(pointer, pointer)
    page.point(hand, (int(right), int(top)), "down", (40, 0), (10, int(low)), "up", on=".crop-picture")
    assert "from 5" in page.one(".crop-box").get_attribute("aria-label")
    page.click(".crop [value=read]")
    page.wait(lambda: not page.all(".crop") and count_strokes(page) == 2)
    page.click("#undo")
    page.wait(lambda: count_strokes(page) == 4)


def test_a_part_is_chosen_with_keys_or_not_at_all(page: Page) -> None:
    page.drop(picture(), "photo.png")
    page.wait_for_reading()
    page.click("#notice button:not(.close)")
    page.wait(lambda: page.all(".crop[open] canvas"))
    box = page.browser.switch_to.active_element
    assert box.get_attribute("class") == "crop-box"
    box.send_keys(Keys.SHIFT, *[Keys.ARROW_LEFT] * 28, Keys.SHIFT, Keys.ARROW_LEFT)
    assert "from 0 % to 44 % of the width, from 0 % to 100 % of the height" in box.get_attribute("aria-label")
    page.click(".crop [value=read]")
    page.wait(lambda: not page.all(".crop") and count_strokes(page) == 2)
    page.click("#notice button:not(.close)")
    page.wait(lambda: page.all(".crop[open] canvas"))
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.all(".crop"))
    assert count_strokes(page) == 2


def test_no_part_is_offered_of_what_is_no_picture(page: Page) -> None:
    for content, said in ((picture()[:60], "cannot be used"), (b"", "The file is empty.")):
        page.drop(content, "photo.png")
        page.wait(lambda: said in page.text("#status"))  # noqa: B023
        assert not page.one("#notice").is_displayed()


def test_a_part_of_the_picture_before_is_not_offered_of_other_files(page: Page) -> None:
    page.drop(picture(), "photo.png")
    page.wait(lambda: page.one("#notice").is_displayed())
    page.drop(b"<ink", "broken.inkml")
    page.wait(lambda: "InkML" in page.text("#status"))
    assert not page.one("#notice").is_displayed()


def test_a_picture_is_pasted(page: Page) -> None:
    page.browser.execute_script(PASTE, base64.b64encode(picture()).decode(), "image.png", "image/png")
    page.wait_for_reading()
    assert count_strokes(page) == 4
