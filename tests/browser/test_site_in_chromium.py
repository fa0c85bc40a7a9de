"""The site in a real browser: Debian's Chromium, driven by Selenium, from a host of files."""

from __future__ import annotations

import json
import shutil
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra [web] is not installed")
pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

from crohme.expressions.recognizer import Recognizer  # noqa: E402
from inkml_parser import read  # noqa: E402
from tests.web.chromium import CROSS, Page, browser, needs_chromium  # noqa: E402, F401
from tests.web.shown_readings import CLIPBOARD  # noqa: E402

pytestmark = needs_chromium

CALCULATE = r"""
const done = arguments[0], lines = ["f ( x ) = \\sin x"];
import(new URL("static/api.js", location.href)).then(async ({ post }) => {
  const said = ({ message }) => message;
  const ask = (path, question) => post(path, JSON.stringify(question), "application/json").catch(said);
  const half = await ask("/v1/solve", { latex: "f ( 3 0 ) =", definitions: lines, angle: "degrees" });
  const plot = await ask("/v1/plot", { latex: "y = x ^ { 2 } - 4" });
  const refusal = await ask("/v1/solve", { latex: "x ^ { 2 } = 4" });
  done([half.answers[0].latex, plot.marks.map((mark) => mark.latex), refusal]);
});
"""
READY = """
const done = arguments[0];
navigator.serviceWorker.ready.then(async ({ active }) => {
  const kept = async () => {
    const names = await caches.keys();
    return names.length === 1 && (await (await caches.open(names[0])).keys()).length;
  };
  done([active.state, await kept()]);
});
"""


def open_site(chromium: webdriver.Chrome, host: ThreadingHTTPServer, site: Path) -> Page:
    chromium.get("about:blank")
    for log in ("performance", "browser"):
        chromium.get_log(log)
    return Page(chromium, f"http://127.0.0.1:{host.server_address[1]}/{site.name}/")


def test_what_is_written_is_read_in_the_browser_and_sent_nowhere(
    browser: webdriver.Chrome,  # noqa: F811
    host: ThreadingHTTPServer,
    site: Path,
    recognizer: Recognizer,
) -> None:
    page = open_site(browser, host, site)
    assert not [one for one in page.all(".with-server") if one.is_displayed()]
    page.write(CROSS)
    latex = page.wait_for_reading()
    page.save("inkml")
    written = read(browser.downloads / "expression.inkml")
    expected = recognizer.recognize(written)
    assert latex == expected.latex
    assert [one.get_attribute("title") for one in page.all(".reading")] == [r.latex for r in expected.readings]
    page.drop(b"<ink/>", "a.inkml")
    page.wait(lambda: page.text("#status") == "This page reads only what is written on it.")
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert asked and all(one["url"].startswith((page.address, f"blob:{page.address[:-1]}", "blob:")) for one in asked)
    assert {one["method"] for one in asked} == {"GET"}
    assert not browser.get_log("browser")


def test_numbers_are_calculated_without_a_server(
    browser: webdriver.Chrome,  # noqa: F811
    host: ThreadingHTTPServer,
    site: Path,
) -> None:
    page = open_site(browser, host, site)
    page.write(CROSS)
    page.wait_for_reading()
    page.click("#solve")
    page.wait(lambda: "missing after +" in page.text("#answer"))
    half, marks, refusal = page.browser.execute_async_script(CALCULATE)
    assert half == "\\frac{1}{2}"
    assert marks == ["x = -2", "x \\approx 0", "x = 2"]
    assert "server" in refusal


def test_a_symbol_is_corrected_and_copied_without_a_server(
    browser: webdriver.Chrome,  # noqa: F811
    host: ThreadingHTTPServer,
    site: Path,
) -> None:
    page = open_site(browser, host, site)
    page.browser.execute_script(CLIPBOARD)
    page.write(CROSS)
    page.wait_for_reading()
    page.click("#shown [data-strokes]")
    page.wait(lambda: page.one("#correction").is_displayed())
    page.one("#correction input").send_keys("alpha", Keys.ENTER)
    page.wait(lambda: page.all("#shown .fixed"))
    assert page.text("#latex") == "\\alpha" and page.spoken() == "alpha"
    assert page.one("#latex").get_attribute("contenteditable") != "plaintext-only"
    for count, form in enumerate(("text", "typst", "link"), 1):
        page.click("#copy-as")
        page.click(f"#copies [data-copy={form}]")
        page.wait(lambda: page.browser.execute_script("return copied.length") == count)  # noqa: B023
    text, typst, link = page.browser.execute_script("return copied")
    assert (text, typst) == ("α", "$ α $")
    page.browser.execute_script("localStorage.clear()")
    page.click("#clear")
    page.browser.get("about:blank")
    page.browser.get(link)
    page.wait_for_reading()
    assert page.text("#latex") == "\\alpha", "the correction is in the link"


def test_lines_are_read_one_by_one_without_a_server(
    browser: webdriver.Chrome,  # noqa: F811
    host: ThreadingHTTPServer,
    site: Path,
    recognizer: Recognizer,
) -> None:
    page = open_site(browser, host, site)
    below = [[(x, y + 200) for x, y in stroke] for stroke in CROSS]
    page.write_at_once([*CROSS, *below])
    page.wait(lambda: len(page.all(".line-reading math")) == 2 and not page.all(".line-tag[data-waiting]"))
    written = read(page.save("inkml"))
    expected = [recognizer.recognize(strokes).latex for strokes in (written.strokes[:2], written.strokes[2:])]
    assert page.save("tex").decode().splitlines() == expected
    page.browser.refresh()
    page.wait(lambda: len(page.all(".line-reading math")) == 2)


def test_damaged_weights_are_said_to_be_so(
    browser: webdriver.Chrome,  # noqa: F811
    host: ThreadingHTTPServer,
    site: Path,
) -> None:
    damaged = shutil.copytree(site, site.with_name("damaged"))
    with (damaged / "recognizer/weights.bin").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"?")
    page = open_site(browser, host, damaged)
    page.write(CROSS)
    page.wait(lambda: "cannot be loaded: the weights are damaged" in page.text("#status"))
    assert not page.all("#shown math")


def test_it_reads_without_a_network_after_the_first_visit(
    browser: webdriver.Chrome,  # noqa: F811
    host: ThreadingHTTPServer,
    site: Path,
) -> None:
    page = open_site(browser, host, site)
    browser.set_script_timeout(60)
    state, kept = browser.execute_async_script(READY)
    assert state in ("activating", "activated")
    assert kept == len([file for file in site.rglob("*") if file.is_file()])  # the worker's own script not, but "./"
    host.shutdown()
    host.socket.close()
    page = Page(browser, page.address)
    page.write(CROSS)
    assert page.wait_for_reading()
