"""How fast it is here: parsing, recognising symbols, starting up. Prints a table; nothing is asserted.

    python scripts/benchmark.py [--data DIR] [--bundle NAME|DIR]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # so that it runs from a clone that is not installed


def main() -> None:
    """Measure and print."""
    from crohme.corpus.location import inkml_files, sample_folder
    from crohme.strokes import StrokeBatch
    from crohme.symbol_recognizer import BOTH, SymbolRecognizer
    from inkml_parser import read

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=sample_folder(), metavar="DIR", help="InkML (data/sample)")
    parser.add_argument("--bundle", action="append", metavar="NAME|DIR", help="(both that are shipped)")
    args = parser.parse_args()

    files = inkml_files(args.data)
    inks = [read(file) for file in files]
    strokes = StrokeBatch.from_symbols([[ink.strokes[i] for i in s.strokes] for ink in inks for s in ink.symbols])
    print(f"{len(files)} files, {len(strokes)} symbols of {args.data}; median of 5 runs\n")
    print(f"{'parse':<40}{len(files) / seconds(lambda: [read(file) for file in files]):>12,.0f} files/s")
    for name in args.bundle or BOTH:
        recognizer = SymbolRecognizer.load(name)
        recognizer.from_strokes(strokes)  # the first call compiles
        rate = len(strokes) / seconds(lambda: recognizer.from_strokes(strokes))  # noqa: B023
        print(f"{f'recognise, {name}':<40}{rate:>12,.0f} symbols/s")
    for arguments in (["--help"], ["info"], ["predict", str(files[0])]):
        command = [sys.executable, str(REPOSITORY / "crohme.py"), *arguments]
        time_taken = seconds(lambda: subprocess.run(command, capture_output=True, check=True))  # noqa: B023
        shown = arguments[0] if len(arguments) == 1 else f"{arguments[0]} one file"
        print(f"{f'start, crohme {shown}':<40}{time_taken:>12.2f} s")


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Median wall time of some work."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
