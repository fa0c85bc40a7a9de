"""The page in a real browser: LaTeX that is typed in place of a reading."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.keys import Keys  # noqa: E402

from tests.web.chromium import CROSS, Page, count_strokes, needs_chromium  # noqa: E402
from tests.web.letters import A, B, C, choose, kept, poles, retype, settled  # noqa: E402
from tests.web.shown_readings import CLIPBOARD  # noqa: E402

pytestmark = needs_chromium


def typed(page: Page) -> list[Any]:
    return [line["typed"] for line in kept(page)[0]["lines"]]


def test_latex_is_edited_by_hand(page: Page) -> None:
    page.write(CROSS)
    page.wait_for_reading()
    retype(page, "\\frac12+x^2")
    page.wait(lambda: page.text("#status") == "Edited by hand")
    assert page.spoken() == "1 over 2 plus x squared"
    assert page.all("#shown mfrac")
    page.one("#latex").send_keys("^")
    page.wait(lambda: page.all("#status.wrong"))
    assert page.text("#latex").endswith("^")
    assert count_strokes(page) == 2, "keys that are typed are not for the paper"


def test_it_stays_with_its_line_until_the_ink_of_the_line_is_another(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    settled(notebook, "ab")
    retype(notebook, "a+7")
    settled(notebook, "a+7")
    notebook.write_at_once(poles(C, C, top=20))
    settled(notebook, "a+7", "cc")
    notebook.browser.refresh()
    settled(notebook, "a+7", "cc")
    notebook.all(".line-reading")[0].click()
    notebook.wait(lambda: notebook.text("#latex") == "a+7" and notebook.text("#status") == "Edited by hand")
    notebook.write_at_once(poles(B, left=-50))
    settled(notebook, "abb", "cc")
    notebook.click("#undo")
    settled(notebook, "a+7", "cc")
    notebook.wait(lambda: typed(notebook) == ["a+7", None])


def test_it_gives_way_to_another_reading_to_a_correction_and_to_undo(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    settled(notebook, "ab")
    for give_way, reading in (
        (lambda: notebook.all(".reading")[1].click(), "bc"),
        (lambda: notebook.click("#undo"), "bc"),
    ):
        retype(notebook, "a+7")
        settled(notebook, "a+7")
        assert not notebook.all(".reading input:checked")
        give_way()
        settled(notebook, reading)
    retype(notebook, "a+7")
    settled(notebook, "a+7")
    notebook.click("#select")
    notebook.write([[(-170, -120), (20, -120), (20, -40), (-170, -40)]])
    notebook.wait(lambda: notebook.one("#selection").is_displayed())
    notebook.click("#selection [data-act=join]")
    notebook.wait(lambda: typed(notebook) == [None])


def test_what_is_not_understood_is_kept_and_copied_as_it_is(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    settled(notebook, "ab")
    retype(notebook, "\\nosuchthing")
    notebook.wait(lambda: notebook.all("#status.wrong"))
    notebook.browser.refresh()
    notebook.wait(lambda: notebook.text("#latex") == "\\nosuchthing" and notebook.all("#status.wrong"))
    assert notebook.save("tex").decode() == "\\nosuchthing\n"


def test_whoever_leaves_nothing_gets_the_reading_back(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    settled(notebook, "ab")
    retype(notebook, Keys.BACKSPACE)
    notebook.one("#pad").send_keys("")
    notebook.browser.execute_script("document.getElementById('latex').blur()")
    notebook.wait(lambda: notebook.text("#latex") == "a b")


@pytest.mark.parametrize("kind", ["json", "inkml"])
def test_it_is_exported_and_imported(notebook: Page, kind: str) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.write_at_once(poles(C, C, top=20))
    settled(notebook, "ab", "cc")
    retype(notebook, "c<d")
    settled(notebook, "ab", "c<d")
    file = notebook.browser.downloads / f"notebook.{kind}"
    file.unlink(missing_ok=True)
    choose(notebook, kind)
    notebook.wait(file.exists)
    choose(notebook, "add")
    notebook.one("#import").send_keys(str(file))
    settled(notebook, "ab", "c<d")
    assert [[line["typed"] for line in one["lines"]] for one in kept(notebook)] == [[None, "c<d"]] * 2


def test_it_is_in_the_link(notebook: Page) -> None:
    notebook.browser.execute_script(CLIPBOARD)
    notebook.write_at_once(poles(A, B))
    settled(notebook, "ab")
    retype(notebook, "a+7")
    settled(notebook, "a+7")
    notebook.click("#copy-as")
    notebook.click("#copies [data-copy=link]")
    (link,) = notebook.wait(lambda: notebook.browser.execute_script("return copied"))
    notebook.click("#clear")
    notebook.browser.get("about:blank")
    notebook.browser.get(link)
    settled(notebook, "a+7")
