"""The page in a real browser: a notebook of lines and pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

from inkml_parser import read  # noqa: E402
from tests.web.chromium import DESKTOP, ON_ITS_SIDE, PHONE, Page, needs_axe, needs_chromium, readings_of  # noqa: E402
from tests.web.letters import A, B, C, choose, kept, poles, settled  # noqa: E402
from tests.web.shown_readings import bodies, extents  # noqa: E402

pytestmark = needs_chromium


def test_lines_are_found_and_each_is_read_on_its_own(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.write_at_once(poles(B, C, A, top=20))
    settled(notebook, "ab", "bca")
    assert notebook.text("#latex") == "b c a", "the line that was written last"
    asked = len(bodies(notebook))
    notebook.write_at_once(poles(C, left=-50))
    settled(notebook, "abc", "bca")
    assert [len(body["strokes"]) for body in bodies(notebook)[asked:]] == [3], "only what changed is read again"
    assert notebook.text("#latex") == "a b c"
    notebook.all(".line-reading")[1].click()
    notebook.wait(lambda: notebook.text("#latex") == "b c a")
    names = [name.get_attribute("textContent") for name in notebook.all(".line-reading .unseen")]
    assert names == ["Line 1: a b c", "Line 2: b c a"]


def test_lines_are_asked_in_turn_until_each_is_read(page: Page) -> None:
    page.intercept()
    page.write_at_once([*poles(A, B), *poles(B, C, A, top=20)])
    lost = {"error": {"code": "worker_lost", "message": "The reader ended."}}
    for index in range(6):
        page.wait(lambda: len(page.asked()) == index + 1)  # noqa: B023
        assert page.asked()[index] == ((2 if index % 2 else 3), False)
        page.answer(index, lost, 500)
        page.wait(lambda: page.text("#status") == "The reader ended. Trying again…")
        page.browser.execute_script("dispatchEvent(new Event('focus'))")
    page.answer(6, readings_of("x"))
    page.answer(7, readings_of("y"))
    settled(page, "y", "x")


ANOTHER_TAB = """
const done = arguments[0], others = new BroadcastChannel("crohme notebook");
import("/static/kept.js").then(async ({ load, keep }) => {
  const [sheet] = await load();
  const kept = { strokes: sheet.strokes.slice(0, 1), lines: [{ ...sheet.lines[0], strokes: [0] }], readings: [] };
  await keep({ ...sheet, ...kept });
  others.postMessage({ id: sheet.id });
  others.close();
}).then(done);
"""


def test_what_one_is_about_to_do_to_ink_is_off_when_another_tab_takes_the_ink_away(notebook: Page) -> None:
    hand = PointerInput("mouse", "mouse")

    def taken_away(act: Callable[[], Any]) -> None:
        notebook.wait(lambda: len(kept(notebook)[0]["strokes"]) == len(kept(notebook)[0]["lines"][0]["strokes"]) == 4)
        notebook.browser.execute_async_script(ANOTHER_TAB)
        settled(notebook, "a")
        assert not notebook.one("#correction").is_displayed() and not notebook.one("#selection").is_displayed()
        act()
        assert len(extents(notebook)) == 1 and not kept(notebook)[0]["fixed"]
        notebook.click("#undo")
        settled(notebook, "abca")

    notebook.write_at_once(poles(A, B, C, A))
    settled(notebook, "abca")
    notebook.all("#shown [data-strokes]")[3].click()
    notebook.wait(lambda: notebook.one("#correction").is_displayed())
    taken_away(lambda: notebook.browser.execute_script("document.querySelector('#correction [data-label=y]').click()"))
    notebook.click("#erase")
    notebook.point(hand, (-60, -80), "down", (20, -80))
    taken_away(lambda: notebook.point(hand, (20, -70), "up"))
    notebook.click("#select")
    notebook.write([[(-70, -120), (50, -120), (50, -40), (-70, -40)]])
    notebook.wait(lambda: notebook.one("#selection").is_displayed())
    taken_away(lambda: notebook.browser.execute_script("document.querySelector('#selection [data-act=erase]').click()"))


def test_a_symbol_of_another_line_is_corrected_by_a_tap_on_it(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.write_at_once(poles(C, C, top=20))
    settled(notebook, "ab", "cc")
    notebook.point(PointerInput("mouse", "mouse"), (-150, -80), "down", "up")
    notebook.wait(lambda: notebook.one("#correction").is_displayed())
    asked = len(bodies(notebook))
    notebook.click("#correction [data-label=y]")
    notebook.wait(lambda: len(bodies(notebook)) > asked)
    assert bodies(notebook)[asked]["fixed"] == [{"strokes": [0], "label": "y"}]
    assert len(bodies(notebook)[asked]["strokes"]) == 2


@pytest.mark.parametrize("pointer", ["mouse", "pen", "touch"])
def test_a_tag_is_tapped_and_written_through(notebook: Page, pointer: str) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.write_at_once(poles(C, C, top=20))
    settled(notebook, "ab", "cc")
    hand = PointerInput(pointer, pointer)
    notebook.point(hand, (0, 0), "down", "up", on=".line-reading")
    notebook.wait(lambda: notebook.text("#latex") == "a b")
    assert len(extents(notebook)) == 4
    for count, on in ((5, 1), (6, 0)):
        tag = notebook.all(".line-reading")[on]
        notebook.browser.execute_script("arguments[0].id = 'written-on'", tag)
        notebook.point(hand, (0, 0), "down", (10, 10), (30, 15), "up", on="#written-on")
        notebook.browser.execute_script("arguments[0].id = ''", tag)
        notebook.wait(lambda: len(extents(notebook)) == count)  # noqa: B023


def test_lines_readings_and_picks_come_back_after_a_reload(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.write_at_once(poles(C, top=20))
    settled(notebook, "ab", "c")
    notebook.all(".line-reading")[0].click()
    notebook.wait(lambda: notebook.text("#latex") == "a b")
    notebook.all(".reading")[1].click()
    settled(notebook, "bc", "c")
    notebook.browser.refresh()
    settled(notebook, "bc", "c")
    (sheet,) = kept(notebook)
    assert [line["strokes"] for line in sheet["lines"]] == [[0, 1], [2]]
    notebook.wait(lambda: [one["latex"] for one in kept(notebook)[0]["readings"]] == ["b c", "c"])


def test_text_beside_formulas_stays_ink(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.write_at_once(poles(C, C, top=20))
    settled(notebook, "ab", "cc")
    notebook.click("#select")
    notebook.write([[(-170, 0), (-60, 0), (-60, 80), (-170, 80)]])
    notebook.wait(lambda: notebook.one("#selection").is_displayed())
    notebook.click("#selection [data-act=text]")
    notebook.wait(lambda: len(notebook.all(".line-tag")) == 1)
    assert len(extents(notebook)) == 4
    notebook.browser.refresh()
    notebook.wait(lambda: notebook.text("#latex") == "a b")
    assert len(notebook.all(".line-tag")) == 1 and kept(notebook)[0]["text"] == [2, 3]
    notebook.click("#select")
    notebook.write([[(-170, 0), (-60, 0), (-60, 80), (-170, 80)]])
    notebook.wait(lambda: notebook.one("#selection").is_displayed())
    assert notebook.one("#selection [data-act=text]").get_attribute("aria-pressed") == "true"
    notebook.click("#selection [data-act=text]")
    settled(notebook, "ab", "cc")


def test_a_line_is_set_by_the_lasso(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B, C, A))
    notebook.wait_for_reading()
    assert len(notebook.all(".line-tag")) == 1
    notebook.click("#select")
    notebook.write([[(-70, -120), (50, -120), (50, -40), (-70, -40)]])
    notebook.wait(lambda: notebook.one("#selection").is_displayed())
    notebook.click("#selection [data-act=line]")
    settled(notebook, "ab", "ca")


def test_pages_are_added_named_opened_deleted_and_brought_back(notebook: Page) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.wait(lambda: notebook.text("#latex") == "a b")
    choose(notebook, "add")
    notebook.wait(lambda: notebook.text("#page-name") == "Page 2" and not notebook.all("#shown math"))
    notebook.write_at_once(poles(C))
    notebook.wait(lambda: notebook.text("#latex") == "c")
    notebook.click("#pages")
    notebook.click("#page-list li:first-child [data-act=rename]")
    notebook.one("#page-list input").send_keys("Algebra", Keys.ENTER)
    names = lambda: [one.text for one in notebook.all("#page-list .page-name")]  # noqa: E731
    notebook.wait(lambda: names() == ["Algebra", "Page 2"])
    notebook.click("#page-list li:first-child .page-name")
    notebook.wait(lambda: notebook.text("#latex") == "a b" and notebook.text("#page-name") == "Algebra")
    notebook.write_at_once(poles(B, left=-50))
    notebook.wait(lambda: notebook.text("#latex") == "a b b")
    notebook.browser.refresh()
    notebook.wait(lambda: notebook.text("#latex") == "a b b")
    notebook.click("#pages")
    notebook.click("#page-list li:first-child [data-act=remove]")
    notebook.wait(lambda: names() == ["Page 2"] and notebook.text("#latex") == "c")
    notebook.wait(lambda: [one["name"] for one in kept(notebook)] == ["Page 2"])
    notebook.click("#notice button:not(.close)")
    notebook.wait(lambda: notebook.text("#latex") == "a b b")
    notebook.wait(lambda: [one["name"] for one in kept(notebook)] == ["Algebra", "Page 2"])


@pytest.mark.parametrize("kind", ["json", "inkml"])
def test_the_whole_notebook_is_exported_and_imported(notebook: Page, kind: str) -> None:
    notebook.write_at_once(poles(A, B))
    notebook.write_at_once(poles(C, C, top=20))
    settled(notebook, "ab", "cc")
    choose(notebook, "add")
    notebook.write_at_once(poles(B))
    notebook.wait(lambda: notebook.text("#latex") == "b" and len(kept(notebook)) == 2)
    file = notebook.browser.downloads / f"notebook.{kind}"
    file.unlink(missing_ok=True)
    choose(notebook, kind)
    notebook.wait(file.exists)
    written = file.read_bytes()
    if kind == "inkml":
        assert len(read(file).strokes) == 5 and written.count(b'type="reading"') == 3
    else:
        pages = json.loads(written)["pages"]
        assert [[line["latex"] for line in one["lines"]] for one in pages] == [["a b", "c c"], ["b"]]
    before = [(one["name"], one["strokes"], one["lines"]) for one in kept(notebook)]
    notebook.one("#import").send_keys(str(file))
    notebook.wait(lambda: notebook.text("#notice span") == f"2 pages came with notebook.{kind}.")
    notebook.wait(lambda: len(kept(notebook)) == 4)
    after = [(one["name"], one["strokes"], one["lines"]) for one in kept(notebook)]
    assert after[:2] == before
    for (name, strokes, found), (name0, strokes0, found0) in zip(after[2:], before, strict=True):
        assert (name, [line["strokes"] for line in found]) == (name0, [line["strokes"] for line in found0])
        points, points0 = (sum(each, []) for each in (sum(strokes, []), sum(strokes0, [])))
        assert points == pytest.approx(points0, abs=0.6)


def test_blank_pages_of_a_notebook_are_imported_with_their_names(notebook: Page) -> None:
    pages = [{"name": name, "strokes": strokes} for name, strokes in (("a", []), ("b", [[[9, 9], [9, 49]]]), ("c", []))]
    content = json.dumps({"format": "crohme notebook", "version": 1, "pages": pages})
    notebook.drop(content.encode(), "n.json")
    notebook.wait(lambda: notebook.text("#notice span") == "3 pages came with n.json.")
    notebook.wait(lambda: [one["name"] for one in kept(notebook)] == ["a", "b", "c"])


def test_what_inkml_cannot_hold_is_left_out_of_a_name(notebook: Page) -> None:
    pages = [{"name": "a\x01\ud800b", "strokes": [[[9, 9], [9, 49]]]}]
    content = json.dumps({"format": "crohme notebook", "version": 1, "pages": pages})
    notebook.drop(content.encode(), "n.json")
    file = notebook.browser.downloads / "notebook.inkml"
    file.unlink(missing_ok=True)
    notebook.wait(lambda: notebook.text("#notice span") == "1 page came with n.json.")
    choose(notebook, "inkml")
    notebook.wait(file.exists)
    assert len(read(file).strokes) == 1
    notebook.one("#import").send_keys(str(file))
    notebook.wait(lambda: notebook.text("#notice span") == "1 page came with notebook.inkml.")
    assert notebook.text("#page-name") == "a\ufffdb"


def test_the_only_page_is_deleted_and_brought_back_alone(notebook: Page) -> None:
    notebook.write_at_once(poles(A))
    notebook.wait(lambda: len(kept(notebook)) == 1)
    notebook.click("#pages")
    notebook.click("#page-list [data-act=remove]")
    notebook.browser.execute_script("document.getElementById('contents').hidePopover()")
    notebook.click("#notice button:not(.close)")
    notebook.wait(lambda: len(extents(notebook)) == 1)
    notebook.click("#pages")
    notebook.wait(lambda: len(notebook.all("#page-list li")) == 1)


BROKEN = {
    "none.json": ("{", "it is no JSON"),
    "other.json": ('{"pages": []}', "it is no crohme notebook"),
    "later.json": ('{"format": "crohme notebook", "version": 2, "pages": []}', "its version is 2, and only 1 is known"),
    "empty.json": ('{"format": "crohme notebook", "version": 1, "pages": []}', "it has no page"),
    "stroke.json": (
        '{"format": "crohme notebook", "version": 1, "pages": [{"name": "a", "strokes": [[[0, null]]]}]}',
        "page 1: stroke 1 cannot be read",
    ),
    "line.json": (
        '{"format": "crohme notebook", "version": 1, "pages": [{"name": "a", "strokes": [[[0, 1]]], '
        '"lines": [{"strokes": [1], "latex": null}]}]}',
        "page 1: a line cannot be read",
    ),
    "null.json": (
        '{"format": "crohme notebook", "version": 1, "pages": [null]}',
        "page 1: it has no name, or one that is too long",
    ),
    "twice.json": (
        '{"format": "crohme notebook", "version": 1, "pages": [{"name": "a", "strokes": [[[0, 1]], [[2, 3]]], '
        '"fixed": [{"strokes": [0, 1], "label": null}, {"strokes": [1], "label": "x"}]}]}',
        "page 1: a stroke is in two corrected symbols",
    ),
    "nameless.json": (
        '{"format": "crohme notebook", "version": 1, "pages": [{"name": "a", "strokes": [[[0, 1]]], '
        '"fixed": [{"strokes": [0], "label": ""}]}]}',
        "page 1: a corrected symbol cannot be read",
    ),
    "broken.inkml": ("<ink><!-- crohme notebook -->", "it is no XML"),
}


def test_files_that_are_no_notebook_are_refused_and_leave_all_as_it_was(notebook: Page) -> None:
    notebook.write_at_once(poles(A))
    notebook.wait(lambda: len(kept(notebook)) == 1)
    for name, (content, cause) in BROKEN.items():
        notebook.drop(content.encode(), name)
        notebook.wait(lambda: notebook.text("#notice span") == f"{name} cannot be imported: {cause}.")  # noqa: B023
        assert len(kept(notebook)) == 1 and len(extents(notebook)) == 1
    complaints = [entry["message"] for entry in notebook.browser.get_log("browser")]
    assert all("inline style" in one for one in complaints), complaints  # with which Chromium describes broken XML


@pytest.mark.parametrize(("count", "apart", "is_cut"), [(11, 15, False), (24, 6, True)], ids=["fits", "is cut"])
def test_a_reading_beside_its_line_is_whole_or_fades_out(notebook: Page, count: int, apart: int, is_cut: bool) -> None:
    notebook.resize(*PHONE)
    notebook.write_at_once([[(-150 + apart * i, -100), (-140 + apart * i, -60)] for i in range(count)])
    notebook.write_at_once(poles(C, top=40))
    settled(notebook, "b" * count, "c")
    notebook.browser.execute_async_script("setTimeout(arguments[0], 200)")  # nothing else happens
    script = (
        "const [one] = document.querySelectorAll('.line-reading .drawn'); return [one.scrollWidth, one.clientWidth]"
    )
    needed, room = notebook.browser.execute_script(script)
    assert (needed > room + 1) == is_cut == bool(notebook.all(".line-reading .cut"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE, ON_ITS_SIDE], ids=["desktop", "phone", "phone on its side"])
def test_long_pages_scroll(notebook: Page, size: tuple[int, int]) -> None:
    notebook.resize(*size)
    assert not notebook.one("#scrollbar").is_displayed()
    sheet = notebook.one(".sheet").rect
    low = int(sheet["height"] / 2) - 50
    notebook.write_at_once(poles(A, B, top=low))
    notebook.wait(lambda: notebook.one("#scrollbar").is_displayed())
    origin = ScrollOrigin.from_element(notebook.one("#pad"))
    ActionChains(notebook.browser).scroll_from_origin(origin, 0, 3000).perform()
    notebook.wait(lambda: notebook.one("#scrollbar").get_attribute("aria-valuenow") == "100")
    notebook.write_at_once(poles(C, top=low))
    notebook.wait(lambda: len(extents(notebook)) == 3)
    first, _, third = extents(notebook)
    assert third[1] > first[1] + 40, "below what was in sight"
    notebook.one("#scrollbar").send_keys(Keys.HOME)
    notebook.wait(lambda: notebook.one("#scrollbar").get_attribute("aria-valuenow") == "0")
    notebook.browser.refresh()
    notebook.wait(lambda: notebook.one("#scrollbar").is_displayed())
    tags = lambda: [one.rect for one in notebook.all(".line-tag") if one.is_displayed()]  # noqa: E731
    notebook.wait(lambda: any(sheet["y"] < tag["y"] < sheet["y"] + sheet["height"] for tag in tags()))


@needs_axe
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, ON_ITS_SIDE], ids=["desktop", "phone", "phone on its side"])
def test_lines_and_pages_stand_in_nobodys_way(notebook: Page, size: tuple[int, int], colours: str) -> None:
    notebook.resize(*size)
    notebook.colour(colours)
    notebook.write_at_once(poles(A, B, left=-90, top=-70))
    notebook.write_at_once(poles(C, C, left=-90, top=60))
    settled(notebook, "ab", "cc")
    wide, high = notebook.browser.execute_script(
        "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight]"
    )
    assert (wide, high) == size, "all of it is in sight"
    top = notebook.one(".top").rect
    for part in notebook.all(".top > *"):
        box = part.rect
        assert not part.is_displayed() or box["x"] + box["width"] <= top["x"] + top["width"] + 1
    for opened in (".line-reading", "#pages"):
        notebook.click(opened)
        assert not notebook.barriers(), opened
