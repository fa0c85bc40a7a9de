"""The page in a real browser: copies, links, and LaTeX that is edited."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from tests.web.chromium import CROSS, Page, count_strokes, needs_chromium  # noqa: E402
from tests.web.shown_readings import CLIPBOARD, reading, show  # noqa: E402

pytestmark = needs_chromium


def test_what_was_read_is_copied_in_many_forms(page: Page) -> None:
    page.browser.execute_script(CLIPBOARD)
    show(page, reading("x + 1", [0], [1], []))
    page.click("#copy")
    page.wait(lambda: page.text("#copy") == "Copied")
    forms = ["inline", "display", "mathml", "text", "typst", "svg", "png", "link"]
    for count, form in enumerate(forms, 2):
        page.click("#copy-as")
        page.wait(lambda: page.one("#copies").is_displayed())
        page.click(f"#copies [data-copy={form}]")
        page.wait(lambda: page.browser.execute_script("return copied.length") == count)  # noqa: B023
    copied = page.browser.execute_script("return copied")
    assert copied[:3] == ["x + 1", "$x + 1$", "\\[x + 1\\]"]
    assert copied[3].startswith("<math") and "data-strokes" not in copied[3]
    assert copied[4:6] == ["x + 1", "$ x + 1 $"]
    assert copied[6].startswith("<svg") and copied[6].count("<path") == 2
    assert copied[7] == ["image/png", [0x89, 0x50, 0x4E, 0x47]]
    page.click("#copy")  # the form of before, of what was read
    page.wait(lambda: page.browser.execute_script("return copied.length") == 10)
    assert page.browser.execute_script("return copied[9]") == "$ x + 1 $"
    page.browser.execute_script("localStorage.clear()")
    page.browser.get("about:blank")
    page.browser.get(copied[8])
    page.wait_for_reading()
    assert count_strokes(page) == 2
    assert "#" not in page.browser.current_url


def test_a_damaged_link_is_said_to_be_so_beside_the_reading_of_what_was_kept(page: Page) -> None:
    page.write(CROSS)
    page.wait_for_reading()
    said = "The link is damaged: its ink cannot be read."
    for link in ("#ink=AAAA", "#ink=", "#ink=%%%"):
        page.browser.get("about:blank")
        page.browser.get(f"{page.address}/{link}")
        page.wait_for_reading()
        page.wait(lambda: page.text("#notice span") == said)
    time.sleep(0.5)  # nothing takes its place
    assert page.text("#notice span") == said and page.text("#latex")
    page.write([[(70, 0), (100, 0)]])
    assert not page.one("#notice").is_displayed(), "until the next thing is done"
