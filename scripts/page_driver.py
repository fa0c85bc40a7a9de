"""The page in Chromium with a pen at human pace, for scripts: `python scripts/…` finds this file beside it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from selenium import webdriver

from crohme import bundle
from crohme.browser.site import write_site
from crohme.types import Points
from inkml_parser import Ink

REPOSITORY = Path(__file__).resolve().parents[1]
STEP = 12  # milliseconds between two points of the pen
# Sees what the page's own objects tell each other, and writes on the paper.
HOOK = r"""
window.seen = { read: new Map(), lifted: [] };
const dispatch = EventTarget.prototype.dispatchEvent;
EventTarget.prototype.dispatchEvent = function (event) {
  if (event.type === "change" && this.current?.strokes) seen.history = this;
  if (event.type === "change" && this.scrolled) seen.view = this;
  const done = dispatch.call(this, event);
  if (event.type === "answer" && event.detail?.answer) requestAnimationFrame((now) => {
    for (const [[, , at]] of event.detail.ink.strokes) if (!seen.read.has(at)) seen.read.set(at, performance.now());
  });
  return done;
};
const rest = (time) => new Promise((resolve) => setTimeout(resolve, time));
/** Write strokes of points in CSS pixels of the sheet; those that lie out of sight are scrolled to. */
seen.write = async (strokes, gap, step) => {
  const pad = document.getElementById("pad");
  pad.setPointerCapture = () => {}; // it knows no pointers but real ones
  for (const [index, points] of strokes.entries()) {
    if (index) await rest(gap);
    const heights = points.map(([, y]) => y), { scale } = seen.view?.placed ?? { scale: 1 };
    const below = Math.max(...heights) * scale + (seen.view?.placed.y ?? 0) - pad.clientHeight + 30;
    const above = Math.min(...heights) * scale + (seen.view?.placed.y ?? 0) - 30;
    const deltaY = below > 0 ? below + 80 : Math.min(0, above);
    if (deltaY) pad.dispatchEvent(new WheelEvent("wheel", { deltaY, cancelable: true, bubbles: true }));
    const { x, y } = pad.getBoundingClientRect(), placed = seen.view?.placed ?? { scale: 1, x: 0, y: 0 };
    const send = (type, [right, down]) => {
      const place = { clientX: x + placed.x + right * placed.scale, clientY: y + placed.y + down * placed.scale };
      const kind = { pointerType: "pen", pointerId: 7, isPrimary: true, bubbles: true, cancelable: true };
      const event = new PointerEvent(`pointer${type}`, { ...place, ...kind });
      pad.dispatchEvent(event);
      return event.timeStamp;
    };
    const start = performance.now(), at = send("down", points[0]);
    for (const [i, point] of points.entries()) {
      const wait = start + i * step - performance.now();
      if (wait > 4) await rest(wait);
      send("move", point);
    }
    send("up", points.at(-1));
    seen.lifted.push([at, performance.now()]);
  }
};
"""
WRITE = "const [strokes, gap, step, done] = arguments; seen.write(strokes, gap, step).then(() => done(null));"


class Server:
    """`crohme serve` of this checkout, which can be killed and started again at its address."""

    def __init__(self) -> None:
        self._start("0")

    def _start(self, port: str) -> None:
        command = [sys.executable, str(REPOSITORY / "crohme.py"), "serve", "--port", port]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.search(r"http://[\w.:]+", self._process.stdout.readline())
        if found is None:
            raise SystemExit("the server did not start")
        self.address = found[0]

    def kill(self) -> list[int]:
        """End the server as a crash does; returns those of its processes that are there two seconds later."""
        children = list(descendants(self._process.pid))
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        time.sleep(2)
        left = [pid for pid in children if Path(f"/proc/{pid}").exists() and resident(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return left

    def start_again(self) -> None:
        self._start(self.address.rpartition(":")[2])

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def memory(self) -> float:
        """MB of the server and its processes."""
        own = self._process.pid
        return sum(resident(pid) for pid in (own, *descendants(own)))


@contextmanager
def static_site(trained: bundle.Bundle) -> Iterator[str]:
    """The address of the static site of a bundle, which is there meanwhile."""
    with TemporaryDirectory() as folder:
        write_site(trained, Path(folder))
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=folder)) as host:
            threading.Thread(target=host.serve_forever).start()
            yield f"http://127.0.0.1:{host.server_address[1]}/"
            host.shutdown()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class WrittenPage:
    """The page in Chromium, and a pen that writes on it."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HOOK})
        driver.get(address)
        self.wait(lambda: self.js("return document.getElementById('status').textContent"))

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def ask(self, script: str, *arguments: Any) -> Any:
        """What a script resolves to, a function of `done`."""
        return self.driver.execute_async_script(f"const done = arguments[arguments.length - 1]; {script}", *arguments)

    def click(self, selector: str) -> None:
        self.js("document.querySelector(arguments[0]).click()", selector)

    def wait(self, condition: Callable[[], Any], seconds: float = 60) -> bool:
        """Whether something came true in time."""
        until = time.monotonic() + seconds
        while not (found := condition()) and time.monotonic() < until:
            time.sleep(0.1)
        return bool(found)

    def write(self, strokes: Sequence[Points], gap: float = 350) -> None:
        """Write strokes of CSS pixels of the sheet, with `gap` milliseconds between them."""
        self.driver.execute_async_script(WRITE, [stroke.tolist() for stroke in strokes], gap, STEP)

    def count(self) -> int:
        """Strokes on the page that lies open."""
        return int(self.js("return seen.history.current.strokes.length"))

    def latencies(self) -> list[float | None]:
        """Seconds from the pen's lifting to a reading with the stroke, for each since the last call; None for none."""
        script = "return seen.lifted.map(([at, up]) => (seen.read.has(at) ? (seen.read.get(at) - up) / 1000 : null))"
        return list(self.js(script))

    @property
    def memory(self) -> tuple[float, int, float]:
        """MB of the page's heap, its nodes, and MB of the largest of Chromium's processes, after a collection."""
        self.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        self.driver.execute_cdp_cmd("Performance.enable", {})
        metrics = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        named = {one["name"]: one["value"] for one in metrics}
        own = self.driver.service.process.pid
        renderers = [pid for pid in descendants(own) if "--type=renderer" in _command(pid)]
        return named["JSHeapUsedSize"] / 1e6, int(named["Nodes"]), max(map(resident, renderers))


@contextmanager
def chromium(size: tuple[int, int] = (1280, 800)) -> Iterator[webdriver.Chrome]:
    """Debian's Chromium, driven by Selenium."""
    options = webdriver.ChromeOptions()
    options.binary_location = which("chromium") or ""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = (
            "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-sync --disable-background-networking"
        )
        for flag in (*flags.split(), f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options, webdriver.ChromeService(which("chromedriver")))
        driver.set_script_timeout(180)
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        try:
            yield driver
        finally:
            driver.quit()


def placed(ink: Ink, left: float, middle: float, size: float, widest: float) -> list[Points]:
    """Strokes as large as somebody writes: the usual stroke `size` CSS pixels, the whole at most `widest` wide.

    Points are as far apart as the pen goes between two events.
    """
    strokes = [stroke[:, :2].astype(float) for stroke in ink.strokes]
    low, high = (edge(np.concatenate(strokes), axis=0) for edge in (np.min, np.max))
    usual = float(np.median([max(np.ptp(stroke, axis=0)) for stroke in strokes])) or 1
    scale = min(size / usual, widest / max(high[0] - low[0], 1e-9))
    at = np.array([left, middle - scale * (high[1] - low[1]) / 2])
    return [_paced((stroke - low) * scale + at) for stroke in strokes]


def _paced(stroke: Points, speed: float = 0.45) -> Points:
    """A stroke of points that a pen of so many CSS pixels a millisecond reaches one step after the other."""
    ways = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    count = max(2, int(ways[-1] / speed / STEP) + 1)
    at = np.linspace(0, ways[-1], count)
    return rounded(np.interp(at, ways, stroke[:, axis]) for axis in (0, 1))


def rounded(axes: Iterable[Points]) -> Points:
    """Points of their coordinates, rounded as those of a pen are."""
    return np.stack([np.round(axis, 1) for axis in axes], axis=1).astype(np.float64)


def digest(strokes: Any) -> str:
    """What is the same for the same strokes."""
    return hashlib.sha256(json.dumps(strokes).encode()).hexdigest()[:16]


def descendants(pid: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(one) for thread in threads for one in (thread / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from descendants(child)


def resident(pid: int) -> float:
    """MB of memory that a process holds; 0 of one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * 4096 / 1e6
    except OSError:
        return 0


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
