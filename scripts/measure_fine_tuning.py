"""Measure how far fine-tuning reaches: on symbols that nobody taught, and on one writer's hand.

    python scripts/measure_fine_tuning.py symbols     (300 files with three unknown symbols; ten minutes of training)
    python scripts/measure_fine_tuning.py writers     (ten expressions of each held-out writer, one after the other)

Both start from the shipped bundle and train by the command `train expressions --data FOLDER --from expressions`. For
`symbols`, `\\alpha`, `\\beta` and `\\theta` are renamed `\\nabla`, `\\angle` and `\\Omega` in training files of CROHME
and in its 2013 test set, whose other files show what was forgotten.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from crohme.datasets.crohme import Crohme, crohme_folder  # noqa: E402
from crohme.datasets.location import DataNotFound  # noqa: E402
from crohme.evaluation.expressions import evaluate  # noqa: E402
from inkml_parser.files import write_whole  # noqa: E402

RENAMED = {"alpha": "nabla", "beta": "angle", "theta": "Omega"}
FILES, LEARNT = 300, 10
START = "expressions"
_NAME = re.compile(rb"\\(alpha|beta|theta)(?![A-Za-z])")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("symbols", "writers"))
    parser.add_argument("--minutes", type=float, help="of training (10; for each writer 2)")
    parser.add_argument("--writers", type=int, metavar="N", help="only the N writers who wrote most")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="as of `train expressions`")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="folder for the data and the runs, which are kept; writers measured there before are not measured again",
    )
    args = parser.parse_args()
    folder = crohme_folder()
    if folder is None:
        raise DataNotFound("set CROHME_DATA to the CROHME folder")
    with tempfile.TemporaryDirectory() as temporary:
        data, out = Crohme(folder), args.keep or Path(temporary)
        if args.what == "symbols":
            figures = measure_symbols(data, out, args.minutes or 10.0, args.set)
        else:
            figures = measure_writers(data, out, args.minutes or 2.0, args.set, args.writers)
        print(json.dumps(figures, indent=2))


def measure_symbols(data: Crohme, out: Path, minutes: float, settings: list[str]) -> dict[str, Any]:
    """ExpRate on renamed 2013 files that have the symbols and on those that do not, before and after."""
    taught = [path for path in data.files("train") if _NAME.search(path.read_bytes())]
    taught = [taught[i] for i in np.random.default_rng(0).permutation(len(taught))[:FILES]]
    copy(taught, out / "data")
    tests: dict[str, list[Path]] = {name: [] for name in ("with", "without")}
    for path in data.files("test2013"):
        tests["with" if _NAME.search(path.read_bytes()) else "without"].append(path)
    for name, files in tests.items():
        copy(files, out / name)
    before = {name: right(out / name, START) for name in tests}
    bundle, seconds = train(out / "data", out / "run", minutes, settings)
    after = {name: right(out / name, bundle) for name in tests}
    figures: dict[str, Any] = {"files": len(taught), "seconds": seconds, "load": os.getloadavg()}
    for name in tests:
        n = len(tests[name])
        rates = {when: 100 * sum(found) / n for when, found in (("before", before[name]), ("after", after[name]))}
        figures[name] = {"n": n, **{when: round(rate, 1) for when, rate in rates.items()}}
    return figures


def measure_writers(
    data: Crohme, out: Path, minutes: float, settings: list[str], most: int | None = None
) -> dict[str, Any]:
    """ExpRate on what held-out writers wrote besides ten expressions, before and after learning those."""
    of_writer: dict[str, list[Path]] = defaultdict(list)
    for written in data.expressions("train"):
        if data.is_held_out(written.writer):
            of_writer[written.writer].append(data.folder_of("train") / written.name)
    figures: dict[str, Any] = {}
    enough = [(writer, files) for writer, files in of_writer.items() if len(files) >= 2 * LEARNT]
    enough.sort(key=lambda one: (-len(one[1]), one[0]))
    for number, (writer, files) in enumerate(enough[:most]):
        order = [files[i] for i in np.random.default_rng(number).permutation(len(files))]
        own = out / str(number)
        measured = own / "figures.json"
        if not measured.exists():
            shutil.rmtree(own, ignore_errors=True)
            copy(order[:LEARNT], own / "data", rename=False)
            copy(order[LEARNT:], own / "others", rename=False)
            before = right(own / "others", START)
            bundle, _ = train(own / "data", own / "run", minutes, settings)
            after = right(own / "others", bundle)
            write_whole(measured, json.dumps({"n": len(before), "before": sum(before), "after": sum(after)}))
        figures[writer] = json.loads(measured.read_text(encoding="utf-8"))
        print(writer, figures[writer], file=sys.stderr, flush=True)
    return {**figures, **lift(list(figures.values())), "load": os.getloadavg()}


def lift(writers: list[dict[str, int]]) -> dict[str, Any]:
    """ExpRate over all files before and after, and the mean over writers of the difference, in points."""
    n, before, after = (sum(one[key] for one in writers) for key in ("n", "before", "after"))
    lifts = [100 * (one["after"] - one["before"]) / one["n"] for one in writers]
    return {
        "all": {"n": n, "before": round(100 * before / n, 1), "after": round(100 * after / n, 1)},
        "mean lift of a writer": round(float(np.mean(lifts)), 2),
        "writers lifted, lowered": [sum(one > 0 for one in lifts), sum(one < 0 for one in lifts)],
    }


def copy(files: Iterable[Path], folder: Path, rename: bool = True) -> None:
    """Copies of files in one flat folder, with the symbols renamed."""
    folder.mkdir(parents=True)
    for path in files:
        content = path.read_bytes()
        if rename:
            content = _NAME.sub(lambda found: b"\\" + RENAMED[found[1].decode()].encode(), content)
        (folder / path.name).write_bytes(content)


def train(data: Path, run: Path, minutes: float, settings: list[str]) -> tuple[Path, float]:
    """The bundle of a training run, and the seconds that all of it took."""
    command = [sys.executable, str(REPOSITORY / "crohme.py"), "train", "expressions", "--data", str(data)]
    command += ["--from", START, "--minutes", str(minutes), "--out", str(run)]
    for assignment in settings:
        command += ["--set", assignment]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=sys.stderr)
    return run / "bundle", round(time.monotonic() - began)


def right(folder: Path, bundle: str | Path) -> list[bool]:
    """Whether each file is read right."""
    return [outcome.is_right for outcome in evaluate(folder, bundle)]


if __name__ == "__main__":
    main()
