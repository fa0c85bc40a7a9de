"""How soon the page reads what is written on it, while one writes on.

    taskset -c 0,1 python scripts/replay_on_page.py --data DIR

Opens the page of `crohme serve`, and then the static site, in Debian's Chromium (selenium, chromium and chromedriver
are needed), writes expressions of InkML files on it with a pen at human pace, and prints how long after each stroke
there was a reading of it on the page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from page_driver import Server, WrittenPage, chromium, placed, static_site
from tqdm import tqdm

from crohme import bundle
from crohme.datasets.spread import spread_inks
from inkml_parser import Ink

SIZE, WIDEST, LEFT, MIDDLE = 45, 780, 40, 280  # CSS pixels
SECONDS = 30  # after which a stroke counts as never read


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of InkML files")
    parser.add_argument("--number", type=int, default=15, help="files to write, evenly spread over all (15)")
    parser.add_argument("--gap", type=float, default=0.35, help="seconds between two strokes (0.35)")
    args = parser.parse_args(argv)
    inks = [ink for _, ink in spread_inks(args.data, args.number)]
    server = Server()
    try:
        _replay("server", server.address, inks, args.gap)
    finally:
        server.stop()
    with static_site(bundle.load("math")) as address:
        _replay("static site", address, inks, args.gap)
    return 0


def _replay(name: str, address: str, inks: Sequence[Ink], gap: float) -> None:
    with chromium() as driver:
        page = WrittenPage(driver, address)
        page.write(placed(inks[0], LEFT, MIDDLE, SIZE, WIDEST)[:1])  # so that all is loaded
        page.wait(lambda: page.latencies() != [None])
        took: list[float] = []
        last: list[float] = []
        lost = 0
        for ink in tqdm(inks, desc=name, unit="expression"):
            page.js("document.getElementById('clear').click(); seen.lifted = [];")
            page.write(placed(ink, LEFT, MIDDLE, SIZE, WIDEST), 1000 * gap)
            page.wait(lambda: None not in page.latencies(), SECONDS)
            found = page.latencies()
            took += [one for one in found if one is not None]
            last += [one for one in found[-1:] if one is not None]
            lost += found.count(None)
        print(
            f"{name}: {len(took)} strokes of {len(inks)} expressions, a reading {median(took):.2f} s after a stroke in "
            f"the median, {max(took):.2f} s at worst; after the last stroke {median(last):.2f} and {max(last):.2f} s; "
            f"{lost} strokes not read"
        )


if __name__ == "__main__":
    sys.exit(main())
