"""Whether the site reads in Chromium, without a network, what Python reads, how fast, and in how much memory.

    python scripts/read_in_chromium.py --data DIR --number 300

Writes the site to a temporary folder, opens it in Debian's Chromium (selenium, chromium and chromedriver are needed),
waits until its service worker has kept all files, stops the host of the files and cuts the network off, opens the
page again, and asks the page's own worker for a reading of each InkML file. Memory is measured after a collection of
garbage: that of the process that runs page and worker, and what the JavaScript of each has.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.request import urlopen

from selenium import webdriver
from tqdm import tqdm
from websocket import WebSocket, create_connection

from crohme import bundle
from crohme.browser.site import write_site
from crohme.datasets.spread import spread_inks
from crohme.expressions.recognizer import Recognizer
from inkml_parser import Ink, InkError

KEPT = """
const done = arguments[0];
navigator.serviceWorker.ready.then(({ active }) => {
  if (active.state === "activated") done(active.state);
  else active.addEventListener("statechange", () => done(active.state));
});
"""
START = 'window.engine = new Worker("static/worker.js", { type: "module" });'
_PATIENCE = 600  # s: on a machine with much else to do
ASK = """
const [strokes, done] = arguments, start = performance.now();
engine.addEventListener("error", ({ message }) => done({ code: "error", message }), { once: true });
engine.addEventListener("message", ({ data: { readings, code, message } }) => {
  done({ latex: readings?.[0].latex, code, message, milliseconds: performance.now() - start });
}, { once: true });
engine.postMessage(JSON.stringify({ strokes }));
"""


class Memory(NamedTuple):
    """Memory in use, all in MB: of the process, and of the JavaScript of the page and of the worker in it."""

    process: float
    page: float
    worker: float


class Chromium:
    """The site in Chromium, with the network cut off."""

    def __init__(self, driver: webdriver.Chrome, page: WebSocket) -> None:
        self._driver, self._page = driver, page
        self._commands = 0
        self._worker: str | None = None
        self._command("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def read(self, ink: Ink) -> dict[str, Any]:
        """`latex` and `milliseconds`, or `code` and `message`; and `cpu`, milliseconds on the processor."""
        strokes = [stroke.tolist() for stroke in ink.strokes]
        before = self._processor_time()
        answer: dict[str, Any] = self._driver.execute_async_script(ASK, strokes)
        return answer | {"cpu": self._processor_time() - before}

    def memory(self) -> Memory:
        """What is in use, after a collection of garbage."""
        page = self._heap()  # which also tells of the worker
        return Memory(_resident(self._renderer), page, self._heap(self._worker))

    def _heap(self, session: str | None = None) -> float:
        self._command("HeapProfiler.collectGarbage", session)
        used: dict[str, float] = self._command("Runtime.getHeapUsage", session)
        return sum(used[part] for part in ("usedSize", "embedderHeapUsedSize", "backingStorageSize")) / 1e6

    def _command(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """What the page answers to a command of Chrome's DevTools protocol, or its worker if `session` is given."""
        self._commands += 1
        command = {"id": self._commands, "method": method, "params": parameters}
        self._page.send(json.dumps(command | ({"sessionId": session} if session else {})))
        while True:
            message = json.loads(self._page.recv())
            is_new = message.get("method") == "Target.attachedToTarget"
            if is_new and message["params"]["targetInfo"]["type"] == "worker":  # the last is that of `START`
                self._worker = message["params"]["sessionId"]
            if message.get("id") == self._commands:
                answer: dict[str, Any] = message["result"]
                return answer

    @cached_property
    def _renderer(self) -> int:
        """The process that runs the page and its worker."""
        own = self._driver.service.process.pid
        return max((pid for pid in _descendants(own) if "--type=renderer" in _command(pid)), key=_resident)

    def _processor_time(self) -> float:
        threads = Path(f"/proc/{self._renderer}/task").glob("*/schedstat")
        return sum(int(one.read_text(encoding="utf-8").split()[0]) for one in threads) / 1e6


@contextmanager
def offline_site(trained: bundle.Bundle) -> Iterator[Chromium]:
    """The site of a bundle, opened once from a host, and again when that and the network are gone."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = Path(folder) / "site"
        write_site(trained, site)
        driver = _driver(Path(folder) / "profile")
        try:
            with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(site))) as host:
                threading.Thread(target=host.serve_forever).start()
                address = f"http://127.0.0.1:{host.server_address[1]}/"
                driver.get(address)
                driver.execute_async_script(KEPT)
                host.shutdown()
            off = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
            driver.execute_cdp_cmd("Network.enable", {})
            driver.execute_cdp_cmd("Network.emulateNetworkConditions", off)
            driver.get(address)
            driver.execute_script(START)
            with closing(_page_of(driver)) as page:
                yield Chromium(driver, page)
        finally:
            driver.quit()


def _page_of(driver: webdriver.Chrome) -> WebSocket:
    """A connection to the page: selenium's own reaches no worker."""
    with urlopen(f"http://{driver.capabilities['goog:chromeOptions']['debuggerAddress']}/json") as listed:
        (page,) = (one for one in json.load(listed) if one["type"] == "page")
    return create_connection(page["webSocketDebuggerUrl"], suppress_origin=True)


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of InkML files")
    parser.add_argument("--number", type=int, default=300, help="files to read, evenly spread over all (300)")
    parser.add_argument("--readings", type=int, default=0, help="read them again until so many readings are made")
    parser.add_argument("--bundle", default="math", metavar="NAME|DIR")
    parser.add_argument("--out", type=Path, help="keep the readings of Chromium as lines of JSON")
    args = parser.parse_args(argv)
    inks = list(spread_inks(args.data, args.number))
    trained = bundle.load(args.bundle)
    with offline_site(trained) as chromium:
        chromium.read(inks[0][1])
        answers = []
        for number in tqdm(range(max(len(inks), args.readings)), desc="Chromium", unit="reading"):
            answers.append(chromium.read(inks[number % len(inks)][1]))
            if not (number + 1) % 100:
                used = chromium.memory()
                tqdm.write(
                    f"after {number + 1} readings {used.process:.0f} MB in the process, "
                    f"{used.page:.1f} of the page's JavaScript, {used.worker:.1f} of the worker's"
                )
        answers = answers[: len(inks)]
        if args.out:
            args.out.write_text("".join(f"{json.dumps(one)}\n" for one in answers), encoding="utf-8")
    recognizer, alike, times = Recognizer(trained), 0, []
    for (name, ink), answer in zip(tqdm(inks, desc="Python", unit="file"), answers, strict=True):
        start = time.process_time()
        expected = _latex(recognizer, ink)
        times.append(1000 * (time.process_time() - start))
        alike += answer.get("latex") == expected
        if answer.get("latex") != expected:
            tqdm.write(f"{name}\n  Python    {expected}\n  Chromium  {answer.get('latex') or answer['message']}")
    taken, busy = ([answer[name] for answer in answers] for name in ("milliseconds", "cpu"))
    print(f"{alike} of {len(inks)} files read alike: {100 * alike / len(inks):.1f} %")
    print(f"median of a file in Chromium {median(taken):.0f} ms, of which {median(busy):.0f} on the processor")
    print(f"median of a file in Python {median(times):.0f} ms on the processor")
    return 0


def _driver(profile: Path) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = which("chromium") or ""
    flags = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-sync --disable-background-networking"
    for flag in (*flags.split(), f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(which("chromedriver")))
    driver.set_script_timeout(_PATIENCE)
    assert not isinstance(driver.command_executor, str)
    driver.command_executor.client_config.timeout = _PATIENCE + 10
    return driver


def _latex(recognizer: Recognizer, ink: Ink) -> str | None:
    try:
        return recognizer.recognize(ink).latex
    except InkError:
        return None


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * 4096 / 1e6


def _descendants(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (thread / "children").read_text(encoding="utf-8").split()):
            yield child
            yield from _descendants(child)


if __name__ == "__main__":
    sys.exit(main())
