"""Writes a notebook for an hour as somebody does, with reloads and killed servers, and looks whether anything is lost.

    python scripts/write_for_an_hour.py --minutes 60

Starts `crohme serve` and opens its page in Debian's Chromium (selenium, chromium and chromedriver are needed). Lines
of the sample are written at human pace, line under line and page after page; now and then strokes are undone and done
again, scratched out, erased, moved with the lasso, or a symbol is corrected. Ten times the page is reloaded as soon as
the pen is lifted, five times the server is killed while one writes, and started again. After each step the page must
have the strokes that it ought to have, after each reload the notebook, and at the end every line a reading. Prints the
memory as time goes by.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from page_driver import REPOSITORY, Server, WrittenPage, chromium, digest, placed, rounded

from crohme.types import Points
from inkml_parser import Ink, read

SIZE, WIDEST, LEFT, APART = 34, 700, 40, 120  # CSS pixels
LINES, PAGES = 7, 10  # on a page, and in the notebook: then the oldest page is deleted
KEPT = """import("/static/kept.js").then(({ load }) => load()).then((all) =>
  done(all.map(({ id, name, strokes }) => ({ id, name, strokes }))))"""
UNREAD = "return document.querySelectorAll('.line-tag[data-waiting]').length"


class Writer:
    """Somebody who writes, and who knows what should be on each page."""

    def __init__(self, page: WrittenPage, server: Server, inks: Sequence[Ink], seed: int) -> None:
        self.page, self.server, self.inks = page, server, inks
        self.rng = np.random.default_rng(seed)
        self.done: Counter[str] = Counter()
        self.faults: list[str] = []
        self.lines = 0
        self.ledger: dict[str, str] = {}  # name of a page → what should be on it
        self.last: list[Points] = []

    def line(self) -> None:
        """Write another line, and often do something with it."""
        ink = self.inks[int(self.rng.integers(len(self.inks)))]
        strokes = placed(ink, LEFT, 70 + APART * self.lines, SIZE, WIDEST)
        self._must("write", len(strokes), lambda: self.page.write(strokes))
        self.last = strokes
        self.lines += 1
        time.sleep(self.rng.uniform(0.8, 2.5))
        acts = [self.undo, self.scratch, self.erase, self.move, self.correct, self.look_back]
        if self.rng.random() < 0.7:
            acts[self.rng.integers(len(acts))]()
        self._note()
        if self.lines >= LINES:  # a reload writes a line, too
            self.turn()

    def undo(self) -> None:
        steps = int(self.rng.integers(1, 4))
        self._must("undo", -min(steps, len(self.last)), lambda: self._click("#undo", min(steps, len(self.last))))
        self._must("redo", min(steps, len(self.last)), lambda: self._click("#redo", min(steps, len(self.last))))

    def scratch(self) -> None:
        """Scratch the whole line out, and take it back."""
        low, high = self._box()
        legs = [[(low if i % 2 else high)[0], low[1] + (high[1] - low[1]) * i / 14] for i in range(15)]
        count = self.page.count()
        self.page.write([_line(legs)])
        gone = count - self.page.count()
        self.done["scratch" if gone > 0 else "scratch that was written"] += 1
        self._click("#undo", 1)
        self._check("undo of a scratch", count)

    def erase(self) -> None:
        """Rub over the last stroke, and take it back."""
        count = self.page.count()
        self._click("#erase", 1)
        self.page.write([self.last[-1]])
        self._click("#erase", 1)
        if self.page.count() >= count:
            self.faults.append("the eraser erased nothing")
        self._click("#undo", 1)
        self.done["erase"] += 1
        self._check("undo of erasing", count)

    def move(self) -> None:
        """Choose the line with the lasso, and move it a little."""
        low, high = self._box()
        loop = [low - 12, [high[0] + 12, low[1] - 12], high + 12, [low[0] - 12, high[1] + 12], low - 12]
        self._must("move", 0, lambda: self._choose_and_drag(_line(loop), (low + high) / 2))

    def _choose_and_drag(self, loop: Points, middle: Points) -> None:
        self._click("#select", 1)
        self.page.write([loop])
        time.sleep(0.3)
        self.page.write([_line([middle, middle + [6, 2]])])
        self._click("#select", 1)

    def correct(self) -> None:
        """Set the first symbol of the line to another of its candidates."""
        ready = (
            "return !document.querySelector('.result[data-waiting]') && "
            "document.querySelector('#shown [data-strokes]') !== null"
        )
        if not self.page.wait(lambda: self.page.js(ready), 5):
            self.done["no reading to correct"] += 1
            return
        self.page.js(
            "document.querySelector('#shown [data-strokes]').dispatchEvent(new MouseEvent('click', { bubbles: true }))"
        )
        time.sleep(0.5)
        self._must("correct", 0, lambda: self.page.js(
            "document.querySelectorAll('#correction .candidate, #correction [data-label]')[1]?.click();"
            "document.getElementById('correction').hidePopover();"
        ))  # fmt: skip

    def look_back(self) -> None:
        """Open another page, and come back."""
        count = self.page.count()
        for which in (0, -1):
            self.page.click("#pages")
            self.page.js("[...document.querySelectorAll('#page-list .page-name')].at(arguments[0]).click()", which)
            time.sleep(1)
            self._note()
        self._check("look back", count)
        self.done["look back"] += 1

    def turn(self) -> None:
        """Go on on a new page; the oldest one is deleted if there are many."""
        self.page.click("#pages")
        self.page.click("[data-notebook=add]")
        self.lines = 0
        self.page.wait(lambda: self.page.count() == 0, 5)
        self._note()
        self.done["pages"] += 1
        if len(self.ledger) > PAGES:
            self.page.click("#pages")
            name = self.page.js("return document.querySelector('#page-list .page-name').textContent")
            self.page.click("#page-list [data-act=remove]")
            self.page.js("document.getElementById('contents').hidePopover()")
            self.ledger.pop(name, None)
            time.sleep(0.5)

    def reload(self) -> None:
        """Reload as soon as the pen is lifted."""
        ink = self.inks[int(self.rng.integers(len(self.inks)))]
        strokes = placed(ink, LEFT, 70 + APART * self.lines, SIZE, WIDEST)
        self.lines += 1
        self.last = strokes
        self._must("write", len(strokes), lambda: self.page.write(strokes))
        self._note()
        self.page.driver.refresh()
        self.page.wait(lambda: self.page.js("return Boolean(window.seen?.history?.current.strokes.length)"), 20)
        self.done["reload"] += 1
        kept = {one["name"]: digest(one["strokes"]) for one in self.page.ask(KEPT)}
        if kept != self.ledger:
            wrong = sorted(name for name in kept.keys() | self.ledger.keys() if kept.get(name) != self.ledger.get(name))
            self.faults.append(f"after a reload other ink is on {', '.join(wrong)}")
            self.ledger = kept
        self._note()

    def kill(self) -> None:
        """Kill the server, write on, and start it again."""
        if left := self.server.kill():
            self.faults.append(f"{len(left)} processes of a killed server went on")
        self.line()
        said = self.page.js("return document.getElementById('status').textContent")
        self.server.start_again()
        self.done[f"kill, {'said so' if 'reached' in said else 'not said'}"] += 1
        if not self.page.wait(lambda: self.page.js(UNREAD) == 0, 90):
            self.faults.append("lines were not read after the server came back")

    def all_read(self) -> None:
        """Every line of every page has a reading."""
        self.page.click("#pages")
        count = "return document.querySelectorAll('#page-list .page-name').length"
        self.page.wait(lambda: self.page.js(count), 5)
        names = self.page.js(count)
        for index in range(names):
            self.page.js("document.querySelectorAll('#page-list .page-name')[arguments[0]].click()", index)
            time.sleep(1)
            if not self.page.wait(lambda: self.page.js(UNREAD) == 0, 90):
                self.faults.append(f"page {index + 1} has lines that are not read")
            self.done["pages read at the end"] += 1
            self.page.click("#pages")

    def _must(self, name: str, more: int, act: Callable[[], object]) -> None:
        count = self.page.count()
        act()
        self.done[name] += 1
        self._check(name, count + more)

    def _check(self, name: str, count: int) -> None:
        if (found := self.page.count()) != count:
            self.faults.append(f"after {name} there are {found} strokes, not {count}")

    def _click(self, selector: str, times: int) -> None:
        for _ in range(times):
            self.page.click(selector)
            time.sleep(0.25)

    def _box(self) -> tuple[Points, Points]:
        points = np.concatenate(self.last)
        return points.min(axis=0), points.max(axis=0)

    def _note(self) -> None:
        name, strokes = self.page.js(
            "return [document.getElementById('page-name').textContent, seen.history.current.strokes]"
        )
        self.ledger[name] = digest(strokes)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--reloads", type=int, default=10)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    inks = [read(file) for file in sorted((REPOSITORY / "data" / "sample").rglob("*.inkml"))]
    server = Server()
    try:
        with chromium() as driver:
            writer = Writer(WrittenPage(driver, server.address), server, inks, args.seed)
            _write(writer, args.minutes, args.reloads, args.kills)
    finally:
        server.stop()
    print(", ".join(f"{name} {count}" for name, count in sorted(writer.done.items())))
    print(f"faults: {len(writer.faults)}", *writer.faults, sep="\n  ")
    return int(bool(writer.faults))


def _write(writer: Writer, minutes: float, reloads: int, kills: int) -> None:
    start, whole = time.monotonic(), 60 * minutes
    due = sorted(
        [((k + 0.5) / reloads, writer.reload) for k in range(reloads)]
        + [((k + 0.9) / kills, writer.kill) for k in range(kills)],
        key=lambda one: one[0],
    )  # noqa: E501
    told = 0.0
    while (share := (time.monotonic() - start) / whole) < 1:
        if share >= told:
            _tell(writer, share * minutes)
            told += 1 / 20
        if due and share >= due[0][0]:
            due.pop(0)[1]()
        else:
            writer.line()
    for _, act in due:
        act()
    writer.all_read()
    _tell(writer, minutes)


def _tell(writer: Writer, minute: float) -> None:
    heap, nodes, process = writer.page.memory
    strokes = writer.page.ask("import('/static/kept.js').then(({ load }) => load()).then((all) => "
                              "done([all.length, all.flatMap((one) => one.strokes).length]))")  # fmt: skip
    print(
        f"{minute:5.1f} min: {strokes[0]} pages with {strokes[1]} strokes, heap {heap:.1f} MB, {nodes} nodes, "
        f"Chromium {process:.0f} MB, server {writer.server.memory:.0f} MB, {len(writer.faults)} faults",
        flush=True,
    )


def _line(corners: Sequence[Any]) -> Points:
    """A stroke through corners, its points near each other."""
    at = np.array(corners, dtype=float)
    ends = np.arange(len(at))
    between = np.linspace(0, len(at) - 1, 6 * (len(at) - 1) + 1)
    return rounded(np.interp(between, ends, at[:, axis]) for axis in (0, 1))


if __name__ == "__main__":
    sys.exit(main())
