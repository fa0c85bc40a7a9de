"""A notebook whose strokes are read as letters, by their width: answers that a test knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from tests.web.chromium import Page

# In place of the server: a letter for each stroke, by its width.
LETTERS = """
{
window.asked = [];
const askServer = window.fetch;
window.fetch = async (path, options) => {
  if (path !== "/v1/recognize") return askServer(path, options);
  const { body } = options;
  asked.push({ body });
  const widths = JSON.parse(body).strokes.map((stroke) => Math.round(stroke.at(-1)[0] - stroke[0][0]));
  const reading = (shift, confidence) => {
    const labels = widths.map((width) => "abcdefgh"[(width / 10 + shift) % 8]);
    const leaves = labels.map((label, i) => `<mi data-strokes="${i}">${label}</mi>`).join("");
    const mathml = `<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow>${leaves}</mrow></math>`;
    const symbols = labels.map((label, i) => ({ label, strokes: [i], doubtful: false, candidates: ["x", "y"] }));
    return { latex: labels.join(" "), confidence, mathml, text: labels.join(""), typst: labels.join(" "), symbols };
  };
  const signs = Object.fromEntries([..."abcdefghxy"].map((letter) => [letter, letter]));
  return new Response(JSON.stringify({ readings: [reading(0, 0.9), reading(1, 0.1)], signs }));
};
}
"""
A, B, C = 0, 10, 20


@pytest.fixture
def notebook(page: Page) -> Iterator[Page]:
    """The page with answers of the test, after a reload too."""
    script = page.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LETTERS})
    page.browser.execute_script(LETTERS)
    yield page
    page.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def poles(*widths: int, left: int = -150, top: int = -100) -> list[list[tuple[int, int]]]:
    """Slanted poles in a row, each of a width that says which letter it is."""
    return [[(left + 50 * i, top), (left + 50 * i + width, top + 40)] for i, width in enumerate(widths)]


def lines(page: Page) -> list[str]:
    """What stands for each line, from the top."""
    script = "return [...document.querySelectorAll('.line-reading .drawn')].map(({ textContent }) => textContent)"
    return ["".join(line.split()) for line in page.browser.execute_script(script)]


def settled(page: Page, *expected: str) -> None:
    """Wait for the readings of all lines."""
    page.wait(lambda: lines(page) == list(expected) and not page.all(".line-tag[data-waiting]"))


def kept(page: Page) -> list[dict[str, Any]]:
    script = "const done = arguments[0]; import('/static/kept.js').then(({ load }) => load()).then(done)"
    return page.browser.execute_async_script(script)


def choose(page: Page, act: str) -> None:
    page.click("#pages")
    page.wait(lambda: page.one("#contents").is_displayed())
    page.click(f"[data-notebook={act}]")


def retype(page: Page, latex: str) -> None:
    """Put LaTeX in place of what the active line is read as."""
    page.browser.execute_script("getSelection().selectAllChildren(document.getElementById('latex'))")
    page.one("#latex").send_keys(Keys.DELETE, latex)
