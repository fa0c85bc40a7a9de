"""The page in a real browser: copies, links, and LaTeX that is edited."""

from __future__ import annotations

import base64
import json
import time
import zlib
from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from tests.web.chromium import CROSS, PHONE, Page, count_strokes, needs_chromium  # noqa: E402
from tests.web.letters import A, B, C, poles, settled  # noqa: E402
from tests.web.shown_readings import CLIPBOARD, extents, reading, show  # noqa: E402

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


def packed(content: Any) -> str:
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(json.dumps(content).encode()) + packer.flush()
    return "#ink=" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def test_a_page_of_a_wide_screen_keeps_its_proportions_on_a_phone(notebook: Page) -> None:
    notebook.browser.execute_script(CLIPBOARD)
    notebook.write_at_once(poles(A, B, C, left=-350))
    notebook.write_at_once(poles(C, C, left=150, top=120))
    settled(notebook, "abc", "cc")
    before = extents(notebook)
    notebook.click("#copy-as")
    notebook.click("#copies [data-copy=link]")
    (link,) = notebook.wait(lambda: notebook.browser.execute_script("return copied"))
    notebook.clear_data()
    notebook.browser.get("about:blank")
    notebook.resize(*PHONE)
    notebook.browser.get(link)
    settled(notebook, "abc", "cc")
    for one, other in zip(extents(notebook), before, strict=True):
        assert one == pytest.approx(other, abs=0.5), "what is written on will be as large as it"


def test_a_damaged_link_is_said_to_be_so_beside_the_reading_of_what_was_kept(page: Page) -> None:
    page.write(CROSS)
    page.wait_for_reading()
    said = "The link is damaged: its ink cannot be read."
    pole = [9, 9, 0, 160]
    damaged = [
        {"strokes": [["9", "9", "0", "160"]]},
        {"strokes": [pole], "fixed": [{"strokes": [0], "label": ""}]},
        {"strokes": [pole], "fixed": [{"strokes": [0, 0], "label": None}]},
        {"strokes": [pole], "fixed": [{"strokes": [0], "label": "x"}, {"strokes": [0], "label": None}]},
    ]
    for link in ("#ink=AAAA", "#ink=", "#ink=%%%", *map(packed, damaged)):
        page.browser.get("about:blank")
        page.browser.get(f"{page.address}/{link}")
        page.wait_for_reading()
        page.wait(lambda: page.text("#notice span") == said)
    time.sleep(0.5)  # nothing takes its place
    assert page.text("#notice span") == said and page.text("#latex")
    page.write([[(70, 0), (100, 0)]])
    assert not page.one("#notice").is_displayed(), "until the next thing is done"
