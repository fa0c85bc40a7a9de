"""The page in a real browser: Debian's Chromium, driven by Selenium, and what tests ask of it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from crohme.notation import Alphabet, from_latex, to_mathml
from crohme.web import server
from crohme.web.app import create_app
from inkml_parser import read
from tests.web.limits import LIMITS

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
AXE = Path(os.environ.get("AXE_CORE", Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"))
needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is not there: npm install --no-save axe-core, or AXE_CORE=FILE"
)
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no browser: apt-get install chromium chromium-driver"
)
DESKTOP, PHONE, ON_ITS_SIDE = (1280, 800), (390, 844), (844, 390)
SIZES = {"desktop": DESKTOP, "phone": PHONE, "phone on its side": ON_ITS_SIDE}
# Each pointer at a size of its own, light and dark; with EVERY_LOOK=1 each pointer at each size in both.
_LOOKS = [
    pytest.param(pointer, size, colours, id=f"{pointer}, {name}, {colours}")
    for i, pointer in enumerate(("mouse", "pen", "touch"))
    for j, (name, size) in enumerate(SIZES.items())
    for k, colours in enumerate(("light", "dark"))
    if os.environ.get("EVERY_LOOK") or (i == j and i % 2 == k)
]
each_look = pytest.mark.parametrize(("pointer", "size", "colours"), _LOOKS)
CROSS = [[(-40, 0), (0, 2), (40, 0)], [(0, -40), (1, 0), (0, 40)]]
DROP = """
const [base64, name] = arguments;
const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const data = new DataTransfer();
data.items.add(new File([bytes], name));
for (const kind of ["dragover", "drop"])
  document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
"""

INTERCEPT = """
window.asked = [];
window.fetch = (path, { body, signal }) => new Promise((resolve, reject) => {
  asked.push({ body, signal, resolve, reject });
  signal?.addEventListener("abort", () => reject(signal.reason));
});
"""
ANSWER = """
const [index, answer, status] = arguments, body = typeof answer === "string" ? answer : JSON.stringify(answer);
if (status) asked[index].resolve(new Response(body, { status }));
else asked[index].reject(new TypeError("Failed to fetch"));
"""
MIDDLE = """
const { left, right, top, bottom } = document.querySelector(arguments[0]).getBoundingClientRect();
const middle = (low, high, most) => Math.floor((Math.max(0, low) + Math.min(most, high)) / 2);
return [middle(left, right, innerWidth), middle(top, bottom, innerHeight)];
"""
# So that a complaint tells where it comes from.
STACKS = """
addEventListener("error", ({ error }) => { if (error) console.error(error.stack); });
addEventListener("unhandledrejection", ({ reason }) => { if (reason) console.error(reason.stack); });
"""
POINTERS = """
const pad = document.getElementById("pad");
const { x, y, width, height } = pad.getBoundingClientRect();
pad.setPointerCapture = () => {}; // it knows no pointers but real ones
setTimeout(() => { delete pad.setPointerCapture; });
for (const [type, pointerType, right, down, isPrimary = true] of arguments[0]) {
  const pointerId = { pen: 7, touch: isPrimary ? 8 : 9 }[pointerType];
  const place = { clientX: x + width / 2 + right, clientY: y + height / 2 + down };
  const target = type === "click" ? document.getElementById("clear") : pad;
  const init = { ...place, pointerType, pointerId, isPrimary, bubbles: true, cancelable: true };
  const event = new PointerEvent(type === "click" ? type : `pointer${type}`, init);
  Object.defineProperty(event, "timeStamp", { value: event.timeStamp - 2000 }); // long ago: a tap now is no dot
  target.dispatchEvent(event);
}
"""


@pytest.fixture(scope="session")
def address(networks) -> Iterator[str]:
    """A running server."""
    import uvicorn

    listener = server.listen("127.0.0.1", 0)
    running = uvicorn.Server(uvicorn.Config(create_app(networks, LIMITS), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    yield server.url_of(listener)
    running.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}",
        "--disable-features=BackForwardCache",  # a page that was left is gone, and what it held of the database
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    downloads = str(tmp_path_factory.mktemp("downloads"))
    options.add_experimental_option("prefs", {"download.default_directory": downloads})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.downloads = Path(downloads)
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": STACKS})
    driver.get("about:blank")  # away from the browser's own first page, and what that loads
    yield driver
    driver.quit()


class Page:
    """The page, as somebody sees and uses it."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        self.address = address
        self.resize(*DESKTOP)
        self.colour("light")
        browser.get("about:blank")
        self.clear_data()
        browser.get(address)
        self.wait(lambda: "recognise" in self.text("#status"))

    def clear_data(self) -> None:
        """Clear what the browser keeps of the site, as its user may at any time."""
        origin = "/".join(self.address.split("/")[:3])
        self.browser.execute_cdp_cmd(
            "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "indexeddb,local_storage"}
        )

    def look(self, name: str) -> None:
        """Keep a picture of the page in the folder SCREENSHOTS, for somebody to look at."""
        if folder := os.environ.get("SCREENSHOTS"):
            size = "x".join(map(str, self.browser.execute_script("return [innerWidth, innerHeight]")))
            self.browser.save_screenshot(f"{folder}/{name} {size}.png")

    def resize(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": min(width, height) < 600}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def colour(self, scheme: str) -> None:
        """What the reader's system likes: light or dark."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def wait(self, condition: Callable[[], Any]) -> Any:
        changing = [StaleElementReferenceException]  # the page replaced what was looked at
        return WebDriverWait(self.browser, 40, 0.02, changing).until(lambda _: condition())

    def all(self, selector: str) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.one(selector).text

    def click(self, selector: str) -> None:
        self.wait(lambda: self.one(selector).click() or True)

    def write(self, strokes: list[list[tuple[int, int]]], pointer: str = "mouse") -> None:
        """Strokes around the middle of the paper, in CSS pixels."""
        steps = [step for stroke in strokes for step in (stroke[0], "down", *stroke[1:], "up")]
        self.point(PointerInput(pointer, pointer), *steps)

    def write_at_once(self, strokes: list[list[tuple[int, int]]]) -> None:
        """The same with a pen that takes no time, two seconds ago: there is one question for all of them."""
        events = [
            (kind, "pen", *point)
            for stroke in strokes
            for kind, points in (("down", stroke[:1]), ("move", stroke), ("up", stroke[-1:]))
            for point in points
        ]
        self.browser.execute_script(POINTERS, events)

    def point(self, pointer: PointerInput, *steps: tuple[int, int] | str, on: str = "#pad") -> None:
        """Move a pointer to points around the middle of an element; "down" and "up" put and lift it."""
        x, y = self.browser.execute_script(MIDDLE, on)  # once: the driver would look for it at each step
        actions = ActionBuilder(self.browser, mouse=pointer, duration=20)
        for step in steps:
            if step == "down":
                actions.pointer_action.pointer_down()
            elif step == "up":
                actions.pointer_action.pointer_up()
            else:
                actions.pointer_action.move_to_location(x + step[0], y + step[1])
        actions.perform()

    def intercept(self) -> None:
        """Ask the test instead of the server, from now on."""
        self.browser.execute_script(INTERCEPT)

    def asked(self) -> list[tuple[int, bool]]:
        """How many strokes were asked about, and whether the question was taken back."""
        script = "return asked.map(({ body, signal }) => [JSON.parse(body).strokes?.length, signal?.aborted])"
        return [tuple(question) for question in self.browser.execute_script(script)]

    def answer(self, index: int, answer: Any, status: int = 200) -> None:
        """Answer a question when it comes, a string as it is; with status 0 as a lost connection does."""
        self.wait(lambda: len(self.asked()) > index)
        self.browser.execute_script(ANSWER, index, answer, status)

    def wait_for_reading(self) -> str:
        self.wait(lambda: not self.all(".result[data-waiting]") and self.all("#shown math"))
        return self.text("#latex")

    def barriers(self) -> list[tuple[str, list[str]]]:
        """What axe-core finds in the way of those who see, hear or point otherwise: each rule, and the elements."""
        if not self.browser.execute_script("return 'axe' in window"):
            self.browser.execute_script(AXE.read_text(encoding="utf-8"))
        script = "const done = arguments[0]; axe.run().then(({ violations }) => done(violations))"
        found = self.browser.execute_async_script(script)
        return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]

    def spoken(self) -> str:
        """What the page last told those who hear it."""
        return str(self.one("#spoken").get_attribute("textContent"))

    def drop(self, content: bytes, name: str) -> None:
        self.browser.execute_script(DROP, base64.b64encode(content).decode(), name)

    def save(self, kind: str) -> bytes:
        file = self.browser.downloads / f"expression.{kind}"
        file.unlink(missing_ok=True)
        self.click("#save summary")
        self.click(f"[data-save={kind}]")
        self.wait(lambda: file.exists() and file.stat().st_size)  # at first, it is there and empty
        return file.read_bytes()


@pytest.fixture
def page(browser: webdriver.Chrome, address: str) -> Iterator[Page]:
    for log in ("performance", "browser"):
        browser.get_log(log)
    page = Page(browser, address)
    yield page
    browser.get("about:blank")  # before the logs are read: nothing of this test can come later
    _check_nothing_came_from_another_host(page)


def _check_nothing_came_from_another_host(page: Page) -> None:
    events = [json.loads(entry["message"])["message"] for entry in page.browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert asked and all(url.startswith((page.address, "blob:" + page.address)) for url in asked)
    complaints = [entry["message"] for entry in page.browser.get_log("browser")]
    assert not [c for c in complaints if "status of 4" not in c], complaints  # nor against the page's policy


def mathml_of(latex: str) -> str:
    return to_mathml(from_latex(latex, Alphabet.whole()))


def readings_of(*latex: str) -> dict[str, Any]:
    readings = [{"latex": each, "confidence": 0.9, "symbols": [], "mathml": mathml_of(each)} for each in latex]
    return {"readings": readings, "signs": {}}


def widths_of(page: Page) -> list[float]:
    return [np.ptp(stroke[:, 0]) for stroke in read(page.save("inkml")).strokes]


def count_strokes(page: Page) -> int:
    return len(read(page.save("inkml")).strokes)


def picture_of(page: Page) -> str:
    return page.browser.execute_script("return document.getElementById('pad').toDataURL()")
