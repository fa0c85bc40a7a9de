"""Readings as the server gives them, on the page in a real browser."""

from __future__ import annotations

import json
from typing import Any

from crohme.notation import Alphabet, from_latex, to_mathml, to_text, to_typst
from tests.web.chromium import CROSS, Page

CLIPBOARD = """
window.copied = [];
Object.defineProperty(navigator, "clipboard", { value: {
  writeText: async (text) => { copied.push(text); },
  write: async ([item]) => {
    const blob = await item.getType("image/png");
    copied.push([blob.type, [...new Uint8Array(await blob.slice(0, 4).arrayBuffer())]]);
  },
} });
"""


def reading(tokens: str, *strokes: list[int], doubtful: int | None = None, confidence: float = 0.9) -> dict[str, Any]:
    """A reading of symbols in a row, as the server tells of it."""
    labels = tokens.split()
    symbols = [
        {"label": label, "strokes": own, "doubtful": i == doubtful, "candidates": ["x", "\\times", "+", "t"]}
        for i, (label, own) in enumerate(zip(labels, strokes, strict=True))
    ]
    tree = from_latex(tokens, Alphabet.whole())
    mathml = to_mathml(tree)
    for label, own in zip(labels, strokes, strict=True):
        sign = {"-": "−", "\\times": "×"}.get(label, label)
        mathml = mathml.replace(f">{sign}</", f' data-strokes="{" ".join(map(str, own))}">\0{sign}</', 1)
    return {
        "latex": tokens, "confidence": confidence, "symbols": symbols, "mathml": mathml.replace("\0", ""),
        "text": to_text(tree), "typst": to_typst(tree),
    }  # fmt: skip


def answer(*readings: dict[str, Any]) -> dict[str, Any]:
    return {"readings": readings, "signs": {"x": "x", "\\times": "×", "+": "+", "t": "t", "y": "y", "1": "1"}}


def bodies(page: Page) -> list[dict[str, Any]]:
    return [json.loads(body) for body in page.browser.execute_script("return asked.map(({ body }) => body)")]


def show(page: Page, *readings: dict[str, Any]) -> None:
    """A cross and poles on the paper, as many strokes as the readings have, and what is read of them."""
    count = max(stroke for one in readings for symbol in one["symbols"] for stroke in symbol["strokes"])
    page.intercept()
    page.write_at_once([*CROSS, *([(60 + 20 * i, -20), (60 + 20 * i, 20)] for i in range(count - 1))])
    page.answer(0, answer(*readings))
    page.wait(lambda: page.text("#latex") == readings[0]["latex"] and not page.all(".result[data-waiting]"))


def extents(page: Page) -> list[tuple[float, ...]]:
    """Left, top, width and height of each stroke that is kept; none as long as nothing is."""
    script = """
      const done = arguments[0];
      import("/static/kept.js").then(({ load }) => load()).then((kept) => kept.sort((a, b) => b.at - a.at)[0])
        .then((newest) => done((newest?.strokes ?? []).map((stroke) => {
        const [x, y] = [0, 1].map((i) => stroke.map((point) => point[i]));
        const [left, top] = [Math.min(...x), Math.min(...y)];
        return [left, top, Math.max(...x) - left, Math.max(...y) - top];
      })));
    """
    return [tuple(one) for one in page.browser.execute_async_script(script)]
