"""The page of a report in a real browser, opened from the disk with the network off: Debian's Chromium."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.color import Color  # noqa: E402

from crohme.evaluation.outcomes import KINDS, Outcome  # noqa: E402
from crohme.evaluation.report import PAGE, About, write_report  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no browser: apt-get install chromium chromium-driver"
)
DESKTOP, PHONE = (1280, 860), (390, 844)


@pytest.fixture(scope="module")
def address(outcomes: list[Outcome], tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    write_report(outcomes, folder, About("expressions", "data/sample/test", 5))
    return (folder / PAGE).as_uri()


@pytest.fixture(scope="module")
def browser(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """The page, open; it may ask for nothing but itself."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--force-prefers-reduced-motion",
    ):  # fmt: skip
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.get("about:blank")
    for log in ("performance", "browser"):
        driver.get_log(log)  # of the browser's own first page
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["http://*", "https://*"]})
    _resize(driver, *DESKTOP)
    driver.get(address)
    yield driver
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    complaints = [entry["message"] for entry in driver.get_log("browser")]
    driver.quit()
    assert {url for url in asked if not url.startswith("data:")} == {address}
    assert not complaints  # nor does the page break its own policy


def _resize(browser: webdriver.Chrome, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def _all(browser: webdriver.Chrome, selector: str) -> list[Any]:
    return browser.find_elements(By.CSS_SELECTOR, selector)


def _colours(browser: webdriver.Chrome, selector: str, prop: str) -> set[str]:
    return {Color.from_string(element.value_of_css_property(prop)).hex for element in _all(browser, selector)}


def test_figures_are_shown(browser: webdriver.Chrome) -> None:
    text = browser.find_element(By.TAG_NAME, "main").text
    assert "88.9%" in text and "of 45 files read without any error" in text
    for section in _all(browser, "main > section"):
        assert section.accessible_name and section.aria_role == "region"
    assert len(_all(browser, "h1")) == 1 and len(_all(browser, "[role=img]:not([aria-label])")) == 0
    assert [e.accessible_name for e in _all(browser, "svg.chart")][0].startswith("Reliability diagram")
    widths = browser.execute_script(
        "return [...document.querySelectorAll('#headline .bar span')].map(e => e.getBoundingClientRect().width)"
    )
    assert len(widths) == 5 and min(widths) > 100


def test_formulas_are_typeset_not_written_out(browser: webdriver.Chrome) -> None:
    """A fraction is higher than it would be as one line of text, and its numerator above its denominator."""
    fractions = browser.execute_script(
        "return [...document.querySelectorAll('article mfrac')]"
        ".map(f => [...f.children].map(part => part.getBoundingClientRect().y))"
    )
    assert fractions and all(above + 5 < below for above, below in fractions)
    scripts = browser.execute_script(
        "const [base, script] = document.querySelector('article msup:has(> mi)').children;"
        "return [base.getBoundingClientRect().height, script.getBoundingClientRect().height]"
    )
    assert scripts[1] < scripts[0]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_wrong_strokes_have_the_colour_of_their_kind(browser: webdriver.Chrome, colours: str) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": colours}]}
    )
    seen = [_colours(browser, "article .ink path:not(.wrong)", "stroke")]
    for kind in KINDS:
        seen.append(_colours(browser, f"article .ink path.{kind}", "stroke"))
        assert _colours(browser, f"article math .{kind}", "color") == seen[-1], kind
    assert all(len(one) == 1 for one in seen) and len(set.union(*seen)) == 4
    # A wrong fraction bar does not lend its colour to what lies over and under it.
    under = _colours(browser, "article mfrac.wrong [data-strokes]", "color")
    assert under == _colours(browser, "body", "color")


def test_failures_can_be_chosen_and_writers_sorted(browser: webdriver.Chrome) -> None:
    _all(browser, ".filter [data-kind=relation]")[0].click()
    shown = [card.find_element(By.TAG_NAME, "h3").text for card in _all(browser, "article") if card.is_displayed()]
    assert shown == ["sample8_08.inkml", "sample8_09.inkml"]
    _all(browser, ".filter [data-kind='']")[0].click()
    assert all(card.is_displayed() for card in _all(browser, "article"))
    head = _all(browser, "#writers thead th")[0]
    for order, expected in (("ascending", ["-", "sample7", "sample8"]), ("descending", ["sample8", "sample7", "-"])):
        head.find_element(By.TAG_NAME, "button").click()
        assert [e.text for e in _all(browser, "#writers tbody th")] == expected
        assert head.get_attribute("aria-sort") == order


def test_pointing_at_a_symbol_shows_its_strokes(browser: webdriver.Chrome) -> None:
    card = next(c for c in _all(browser, "article") if "sample7_04" in c.text)
    merged = card.find_element(By.CSS_SELECTOR, ".both > div:last-child .segmentation")
    webdriver.ActionChains(browser).move_to_element(merged).perform()
    lit = card.find_elements(By.CSS_SELECTOR, ".ink path.lit")
    assert len(lit) == len(merged.get_attribute("data-strokes").split()) > 1


def test_it_fits_two_widths_in_both_colours(browser: webdriver.Chrome, tmp_path: Path) -> None:
    grounds = set()
    for width, height in (DESKTOP, PHONE):
        for colours in ("light", "dark"):
            _resize(browser, width, height)
            feature = {"name": "prefers-color-scheme", "value": colours}
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
            picture = tmp_path / f"{width}-{colours}.png"
            assert browser.save_screenshot(str(picture))
            image = cv2.imread(str(picture))
            assert image.shape[1] == width and image.std() > 10
            grounds.add((colours, image[1, 1].tolist() == image[-1, 1].tolist(), int(image[1, 1].mean()) > 128))
    assert grounds == {("light", True, True), ("dark", True, False)}
