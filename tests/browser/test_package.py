"""The npm package: what `npm pack` makes of `js/`, used in node and in Debian's Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

import crohme
from tests.browser.conftest import NODE, REPOSITORY
from tests.web.chromium import CROSS, browser, needs_chromium  # noqa: F401

NPM = shutil.which("npm")
needs_npm = pytest.mark.skipif(NPM is None or NODE is None, reason="npm is not installed")
LISTEN = """
window.heard = [];
for (const type of ["reading", "readingerror", "input", "change"]) {
  addEventListener(type, ({ type, target, detail }) => {
    if (target.localName === "crohme-pad") heard.push({ type, ...(detail && { ...detail, error: null }) });
  });
}
"""
PLUS = [[[0, 5], [10, 5]], [[5, 0], [5, 10]]]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked package, as `npm install` puts it."""
    if NPM is None:
        pytest.skip("npm is not installed")
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("crohme", "crohme.py", "inkml_parser", "models", "LICENSE"):
        (checkout / name).symlink_to(REPOSITORY / name)
    shutil.copytree(REPOSITORY / "js", checkout / "js", ignore=shutil.ignore_patterns("recognizer", "*.tgz"))
    environment = os.environ | {"PYTHON": sys.executable, "npm_config_update_notifier": "false"}
    command = [NPM, "pack", "--offline", "--pack-destination", str(checkout)]
    subprocess.run(command, cwd=checkout / "js", env=environment, capture_output=True, check=True)
    assert not (checkout / "js/recognizer").exists()
    modules = tmp_path_factory.mktemp("project") / "node_modules"
    (archive,) = checkout.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(modules, filter="data")
    return (modules / "package").rename(modules / "crohme")


@needs_npm
def test_a_python_that_cannot_write_the_recogniser_is_named_in_one_line(tmp_path: Path) -> None:
    assert NODE is not None
    js = shutil.copytree(REPOSITORY / "js", tmp_path / "js", ignore=shutil.ignore_patterns("recognizer", "*.tgz"))
    causes = {str(tmp_path / "no-python"): "not found", shutil.which("false"): "cannot write the recogniser"}
    for python, cause in causes.items():
        environment = os.environ | {"PYTHON": python or ""}
        done = subprocess.run([NODE, js / "prepare.mjs"], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr == f"{python}: {cause}; set $PYTHON to a Python with numpy, lxml and tqdm\n"


@pytest.fixture
def examples(package: Path) -> Iterator[str]:
    class Files(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Files, directory=str(package))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/examples"
        running.shutdown()


def wait(browser: webdriver.Chrome, script: str) -> Any:  # noqa: F811
    return WebDriverWait(browser, 40, 0.05).until(lambda _: browser.execute_script(f"return {script}"))


def write(browser: webdriver.Chrome, target: WebElement, pointer: str) -> None:  # noqa: F811
    for stroke in CROSS:
        actions = ActionBuilder(browser, mouse=PointerInput(pointer, pointer), duration=20)
        for number, point in enumerate(stroke):
            actions.pointer_action.move_to(target, *point)
            if not number:
                actions.pointer_action.pointer_down()
        actions.pointer_action.pointer_up()
        actions.perform()


@pytest.fixture
def pad(browser: webdriver.Chrome, examples: str) -> WebElement:  # noqa: F811
    """The example of the component, open, with the events that it hears."""
    browser.get_log("browser")
    browser.get(f"{examples}/pad.html")
    browser.execute_script(LISTEN)
    return browser.find_element(By.TAG_NAME, "crohme-pad")


def part(pad: WebElement, name: str) -> WebElement:
    return pad.shadow_root.find_element(By.CSS_SELECTOR, f'[part="{name}"]')


@needs_npm
def test_the_package_has_the_weights_their_licence_and_types(package: Path) -> None:
    described = json.loads((package / "package.json").read_text())
    assert described["version"] == crohme.__version__
    assert "CC BY-NC-SA" in (package / "LICENSE").read_text()
    assert "CC BY-NC-SA" in (package / "recognizer/README.md").read_text()
    assert (package / "recognizer/weights.bin").stat().st_size < 6_000_000
    named = [target for one in described["exports"].values() if isinstance(one, dict) for target in one.values()]
    assert len(named) == 4 and all((package / target).is_file() for target in named)


@needs_npm
def test_a_module_of_node_imports_it_by_its_name(package: Path) -> None:
    program = f"""
import {{ BundleError, load }} from "crohme";
const recognizer = await load();
console.log(recognizer.recognize({PLUS}).readings[0].latex);
console.log(await load("file:///nowhere/recognizer.json").catch((error) => error instanceof BundleError));
"""
    script = package.parents[1] / "index.mjs"
    script.write_text(program)
    done = subprocess.run([str(NODE), script], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n") == ["+", "true", ""], done.stderr


@needs_npm
def test_the_plain_example_reads(browser: webdriver.Chrome, examples: str) -> None:  # noqa: F811
    browser.get_log("browser")
    browser.get(f"{examples}/plain.html")
    wait(browser, 'document.getElementById("latex").textContent === "Ready."')
    write(browser, browser.find_element(By.ID, "paper"), "mouse")
    assert wait(browser, 'document.querySelector("#formula math")') is not None
    assert browser.find_element(By.ID, "latex").text in ("+", "\\times", "x", "X")
    assert not [one for one in browser.get_log("browser") if "favicon" not in one["message"]]


@needs_npm
@pytest.mark.parametrize("pointer", ["mouse", "pen", "touch"])
def test_a_pad_reads_what_is_written_and_sends_it_with_its_form(
    browser: webdriver.Chrome,  # noqa: F811
    pad: WebElement,
    pointer: str,
) -> None:
    write(browser, part(pad, "paper"), pointer)
    wait(browser, "heard.some(({ type, strokes }) => type === 'reading' && strokes.length === 2)")
    last = browser.execute_script("return heard.at(-1)")
    assert last["latex"] == last["candidates"][0]["latex"] == part(pad, "latex").get_property("value") != ""
    assert last["mathml"].startswith("<math") and len(last["candidates"]) >= 2
    assert part(pad, "reading").text
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    assert parse_qs(browser.find_element(By.ID, "sent").text) == {"answer": [last["latex"]]}
    assert not [
        one for one in browser.get_log("browser") if one["level"] == "SEVERE" and "favicon" not in one["message"]
    ]


@needs_npm
def test_a_pad_is_used_with_the_keyboard(browser: webdriver.Chrome, pad: WebElement) -> None:  # noqa: F811
    paper = part(pad, "paper")
    assert paper.accessible_name.startswith("Your answer: write here")
    assert part(pad, "latex").accessible_name == "Your answer as LaTeX"
    assert part(pad, "reading").get_attribute("aria-live") == "polite"
    write(browser, paper, "mouse")
    wait(browser, "heard.some(({ strokes }) => strokes.length === 2)")
    ActionChains(browser).send_keys(Keys.BACKSPACE).perform()  # what is written on has the focus
    wait(browser, "heard.at(-1).strokes.length === 1")
    ActionChains(browser).send_keys(Keys.DELETE).perform()
    wait(browser, "heard.at(-1).strokes.length === 0")
    assert pad.get_property("value") == ""
    ActionChains(browser).send_keys(Keys.TAB, "x^2", Keys.TAB).perform()
    assert pad.get_property("value") == "x^2"
    heard = [one["type"] for one in browser.execute_script("return heard")]
    assert heard[-4:] == ["input", "input", "input", "change"]
    assert browser.execute_script("return new FormData(document.forms[0]).get('answer')") == "x^2"


@needs_npm
def test_another_candidate_can_be_chosen_and_all_taken_back(
    browser: webdriver.Chrome,  # noqa: F811
    pad: WebElement,
) -> None:
    write(browser, part(pad, "paper"), "mouse")
    wait(browser, "heard.some(({ strokes }) => strokes.length === 2)")
    second = browser.execute_script("return heard.at(-1).candidates[1].latex")
    part(pad, "candidates").send_keys(Keys.ARROW_DOWN)
    wait(browser, "heard.at(-1).type === 'change'")
    assert pad.get_property("value") == second
    browser.find_element(By.CSS_SELECTOR, "form [type=reset]").click()
    assert (pad.get_property("value"), pad.get_property("strokes")) == ("", [])


@needs_npm
def test_a_pad_is_a_field_that_can_be_required_and_disabled(
    browser: webdriver.Chrome,  # noqa: F811
    pad: WebElement,
) -> None:
    assert browser.execute_script("return arguments[0].form === document.forms[0]", pad)
    browser.execute_script("arguments[0].setAttribute('required', '')", pad)
    assert not browser.execute_script("return document.forms[0].checkValidity()")
    browser.execute_script("arguments[0].value = 'x'", pad)
    assert browser.execute_script("return document.forms[0].checkValidity()")
    browser.execute_script("arguments[0].setAttribute('disabled', '')", pad)
    assert browser.execute_script("return new FormData(document.forms[0]).get('answer')") is None
    write(browser, part(pad, "paper"), "mouse")
    assert pad.get_property("strokes") == []


@needs_npm
def test_a_pad_says_that_its_recogniser_is_missing(browser: webdriver.Chrome, pad: WebElement) -> None:  # noqa: F811
    browser.execute_script("arguments[0].setAttribute('recognizer', 'nowhere.json')", pad)
    write(browser, part(pad, "paper"), "mouse")
    wait(browser, "heard.some(({ type }) => type === 'readingerror')")
    assert "nowhere.json: 404" in part(pad, "reading").text
