"""The page in a real browser: all that is done to ink, with each pointer, on each screen, in both colours."""

from __future__ import annotations

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402

from tests.web.chromium import Page, each_look, needs_chromium  # noqa: E402
from tests.web.letters import A, B, C, poles, settled  # noqa: E402
from tests.web.shown_readings import bodies, extents  # noqa: E402

pytestmark = needs_chromium

SCRATCH = [(-160, -30), (-20, -18), (-160, -6), (-20, 6), (-160, 18), (-20, 30), (-160, 34)]
HEAR = """
window.heard = [];
const spoken = document.getElementById("spoken");
new MutationObserver(() => heard.push(spoken.textContent)).observe(spoken, { childList: true });
"""
STRIKE = [(-170, 0), (-100, 1), (-20, 3)]


def around(left: int, right: int) -> list[tuple[int, int]]:
    return [(left, -40), (right, -40), (right, 40), (left, 40), (left, -38)]


@each_look
def test_ink_is_scratched_struck_erased_regrouped_moved_and_inserted(
    notebook: Page, pointer: str, size: tuple[int, int], colours: str
) -> None:
    page = notebook
    page.resize(*size)
    page.colour(colours)
    page.browser.execute_script(HEAR)
    page.write(poles(A, B, C, A, top=-20), pointer)
    settled(page, "abca")
    before = extents(page)

    def taken_back(gone: str, count: int, reading: str) -> None:
        page.wait(lambda: len(extents(page)) == count)
        settled(page, reading)
        page.look(f"{gone} {pointer} {colours}")
        page.click("#undo")
        page.wait(lambda: extents(page) == before)

    page.write([SCRATCH], pointer)
    told = "3 strokes crossed out. Undo brings back what was there."
    page.wait(lambda: told in page.browser.execute_script("return heard"))
    taken_back("scratched", 1, "a")
    page.write([STRIKE], pointer)
    taken_back("struck", 1, "a")
    page.click("#erase")
    page.write([[(-112, 0), (-80, 1)]], pointer)
    page.click("#erase")
    taken_back("erased", 3, "aca")

    def choose(left: int, right: int) -> None:
        page.write([around(left, right)], pointer)
        page.wait(lambda: page.one("#selection").is_displayed())

    page.click("#select")
    fixed = {
        "join": [{"strokes": [0, 1], "label": None}],
        "separate": [{"strokes": [i], "label": None} for i in (0, 1)],
    }
    for act, expected in fixed.items():
        choose(-170, -70)
        page.look(f"chosen {pointer} {colours}")
        asked = len(bodies(page))
        page.click(f"#selection [data-act={act}]")
        page.wait(lambda: len(bodies(page)) > asked)  # noqa: B023
        assert bodies(page)[asked]["fixed"] == expected
        page.click("#undo")
    choose(-65, 25)
    page.point(PointerInput(pointer, pointer), (-25, 0), "down", (0, 2), (15, 2), "up")
    page.wait(lambda: extents(page)[3][0] == pytest.approx(before[3][0] + 40, abs=1))
    page.click("#select")
    page.write([[(-50, -20), (-20, 20)]], pointer)
    page.wait(lambda: len(extents(page)) == 5)
    settled(page, "abcad")
    page.look(f"inserted {pointer} {colours}")
