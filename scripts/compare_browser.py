"""How well the recogniser in JavaScript agrees with the one in Python, and how long each takes for a file.

    python scripts/compare_browser.py --data DIR --number 300

Both read the same InkML files with the same beam; node runs the JavaScript, as a browser would.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from crohme import bundle
from crohme.browser.export import export
from crohme.datasets.spread import spread_inks
from crohme.expressions.recognizer import Recognizer
from inkml_parser import Ink, InkError

READER = Path(__file__).with_name("read_in_node.mjs")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of InkML files")
    parser.add_argument("--number", type=int, default=300, help="files to read, evenly spread over all (300)")
    parser.add_argument("--bundle", default="math", metavar="NAME|DIR")
    parser.add_argument("--beam", type=int, help="hypotheses kept (those of the bundle)")
    parser.add_argument("--plain", action="store_true", help="without WebAssembly")
    args = parser.parse_args(argv)
    trained = bundle.load(args.bundle)
    inks = list(spread_inks(args.data, args.number))
    there = _in_javascript(trained, [ink for _, ink in inks], args.beam, ["--plain"] if args.plain else [])
    recognizer = Recognizer(trained)
    times: list[float] = []
    used: list[float] = []
    agreeing = 0
    for (name, ink), answer in zip(tqdm(inks, desc="Python", unit="file"), there, strict=True):
        start, before = time.perf_counter(), time.process_time()
        here = _in_python(recognizer, ink, args.beam)
        times.append(1000 * (time.perf_counter() - start))
        used.append(1000 * (time.process_time() - before))
        latex = answer["readings"][0]["latex"] if "readings" in answer else None
        agreeing += latex == here
        if latex != here:
            tqdm.write(f"{name}\n  Python      {here}\n  JavaScript  {latex}")
    taken = [answer["milliseconds"] for answer in there if "milliseconds" in answer]
    busy = [answer["cpu"] for answer in there if "cpu" in answer]
    print(f"{agreeing} of {len(inks)} files read alike: {100 * agreeing / len(inks):.1f} %")
    print(f"median of a file in JavaScript: {median(taken):.0f} ms, of which {median(busy):.0f} on the processor")
    print(f"median of a file in Python: {median(times):.0f} ms, of which {median(used):.0f} on the processor")
    return 0


def _in_javascript(trained: bundle.Bundle, inks: Sequence[Ink], beam: int | None, flags: list[str]) -> list[Any]:
    asked = [{"strokes": [stroke.tolist() for stroke in ink.strokes], "beam": beam} for ink in inks]
    asked = [{name: value for name, value in one.items() if value is not None} for one in asked]
    with TemporaryDirectory() as folder:
        export(trained, Path(folder))
        lines = "".join(f"{json.dumps(one)}\n" for one in asked)
        command = ["node", str(READER), folder, *flags]
        answers = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in answers.splitlines()]


def _in_python(recognizer: Recognizer, ink: Ink, beam: int | None) -> str | None:
    try:
        return recognizer.recognize(ink, beam=beam).latex
    except InkError:
        return None


if __name__ == "__main__":
    sys.exit(main())
