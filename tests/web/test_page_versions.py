"""The page in a real browser: earlier versions of a page."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from tests.web.chromium import DESKTOP, ON_ITS_SIDE, PHONE, Page, needs_axe, needs_chromium  # noqa: E402
from tests.web.letters import A, B, C, choose, kept, poles, settled  # noqa: E402

VERSIONS = Path(__file__).resolve().parents[2] / "crohme/web/static/versions.js"
LATER = "const now = Date.now; Date.now = () => now() + 61_000;"


def versions(page: Page) -> list[str]:
    """How many strokes each version has, and what they were read as, the last one first."""
    choose(page, "timeline")
    page.wait(lambda: page.one("#timeline").is_displayed())
    return [" ".join(one.text.split("\n")[1:]) for one in page.all("#versions button")]


def close(page: Page) -> None:
    page.browser.execute_script("document.getElementById('timeline').hidePopover()")


@needs_chromium
def test_what_was_taken_away_long_ago_is_brought_back(notebook: Page) -> None:
    assert versions(notebook) == [] and notebook.one("#no-versions").is_displayed()
    close(notebook)
    notebook.write_at_once(poles(A, B))
    settled(notebook, "ab")
    notebook.wait(lambda: kept(notebook)[0]["readings"])
    notebook.click("#clear")
    notebook.browser.refresh()
    notebook.wait(lambda: notebook.text("#status") == "Nothing to recognise yet.")
    assert not notebook.one("#undo").is_enabled()
    assert versions(notebook) == ["2 strokes a b"]
    notebook.click("#versions button")
    settled(notebook, "ab")
    assert notebook.text("#notice span").startswith("The page is as it was on ")
    notebook.click("#notice button:not(.close)")
    notebook.wait(lambda: not notebook.all("#shown math"))


@needs_chromium
def test_a_version_is_kept_each_minute_for_each_page(notebook: Page) -> None:
    for index, width in enumerate((A, B, C)):
        notebook.write_at_once(poles(width, left=-150 + 50 * index))
        settled(notebook, "abc"[: index + 1])
        read = [" ".join("abc"[: index + 1])]
        notebook.wait(lambda: [one["latex"] for one in kept(notebook)[0]["readings"]] == read)  # noqa: B023
        notebook.browser.execute_script(LATER if index == 1 else "")
    assert versions(notebook) == ["2 strokes a b"]
    close(notebook)
    choose(notebook, "add")
    assert versions(notebook) == []
    close(notebook)
    notebook.click("#pages")
    notebook.click("#page-list li:first-child [data-act=remove]")
    notebook.browser.refresh()
    notebook.wait(lambda: notebook.text("#status") == "Nothing to recognise yet.")
    script = """
      const done = arguments[0];
      import("/static/store.js").then(({ Store }) => new Store("crohme versions", "versions", ["id", "at"])
        .ask((store) => store.count())).then(done);
    """
    notebook.wait(lambda: notebook.browser.execute_async_script(script) == 0), "those of a deleted page are forgotten"


@needs_axe
@needs_chromium
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, ON_ITS_SIDE], ids=["desktop", "phone", "phone on its side"])
def test_the_list_is_in_sight_and_stands_in_nobodys_way(notebook: Page, size: tuple[int, int], colours: str) -> None:
    notebook.resize(*size)
    notebook.colour(colours)
    notebook.write_at_once(poles(A, B, left=-90, top=-50))
    settled(notebook, "ab")
    notebook.wait(lambda: kept(notebook)[0]["readings"])
    notebook.click("#clear")
    assert versions(notebook) == ["2 strokes a b"]
    box, (width, height) = notebook.one("#timeline").rect, size
    assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
    assert not notebook.barriers()


def test_versions_lie_apart_by_a_share_of_their_age() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node")
    script = f"""
      globalThis.indexedDB = {{ open: () => ({{}}) }};
      const {{ tooMany }} = await import({json.dumps(VERSIONS.as_uri())});
      let times = [];
      const day = 24 * 3_600_000, now = 30 * day;
      for (let at = 0; at <= now; at += 60_000) {{
        times.push(at);
        const gone = new Set(tooMany(times, at));
        times = times.filter((one) => !gone.has(one));
      }}
      console.log(JSON.stringify(times.map((at) => now - at)));
    """
    done = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    ages = json.loads(done.stdout)
    assert len(ages) < 100 and ages[-1] == 0 and ages[0] == 30 * 24 * 3_600_000
    for older, newer in zip(ages, ages[1:], strict=False):
        assert 60_000 <= older - newer <= max(60_000, newer / 4)
