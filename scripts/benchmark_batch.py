"""How fast `crohme batch` is here, against `predict`, with more processes, and when it is killed. Prints a table.

    python scripts/benchmark_batch.py --data CROHME/test2013 [--records 100000] [--compared 1000] [--bundle NAME|DIR]

The files are repeated under other ids, as hard links in a temporary folder. First `predict` and `batch` read the same
`--compared` files on one core, then `batch` on two; then `batch` reads all `--records` on all cores and is killed
twice, after each third, with all its processes. Every id must be there once in the end; nothing else is asserted.
Seconds mean something on a machine that does nothing else; processor time is that of all processes, and what core-hours
and the comparison with `predict` are taken from.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[1]
CORES = sorted(os.sched_getaffinity(0))
MILLION = 1_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="InkML")
    parser.add_argument("--records", type=int, default=100_000, metavar="N", help="of the long run (100000)")
    parser.add_argument("--compared", type=int, default=1000, metavar="N", help="of each short one (1000)")
    parser.add_argument("--bundle", default="math", metavar="NAME|DIR", help="(math)")
    parser.add_argument("--beam", metavar="B", help="(that of the bundle)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where the links and the output go (temporary)")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # nothing is left running
    how = ["--bundle", args.bundle, *(["--beam", args.beam] if args.beam else [])]
    with tempfile.TemporaryDirectory(dir=args.work) as name:
        work = Path(name)
        few, many = repeated(args.data, work / "few", args.compared), repeated(args.data, work / "many", args.records)
        print(f"{args.compared:,} and {args.records:,} records of {args.data}, {args.bundle}, {len(CORES)} cores\n")
        print(
            "| | records | cores | seconds | processor, ms a record | core-hours a million |\n|---|---|---|---|---|---|"
        )
        predicted = measured(["predict", few, "--output", work / "predict.jsonl", *how], 1)
        row("`predict`", args.compared, 1, predicted)
        one = measured(["batch", few, "--output", work / "one", "--workers", "1", *how], 1)
        row(f"`batch`, {one.processor / predicted.processor - 1:+.1%}", args.compared, 1, one)
        if len(CORES) > 1:
            two = measured(["batch", few, "--output", work / "two", "--workers", "2", *how], 2)
            row(f"`batch`, {one.seconds / two.seconds:.2f} times", args.compared, 2, two)
        taken, most = killed_twice(["batch", many, "--output", work / "all", *how], work / "all", args.records)
        row("`batch`, killed twice", args.records, len(CORES), taken)
        check(work / "all", args.records)
        hours = taken.seconds * MILLION / args.records / 3600
        print(f"\na million: {hours:.1f} hours on {len(CORES)} cores")
        print(f"memory of all processes: {most / 1e6:.0f} MB at most")


def repeated(data: Path, folder: Path, records: int) -> Path:
    """A folder of so many files, which are those of a folder again and again."""
    files = sorted(data.rglob("*.inkml"))
    originals = folder.with_name(f"{folder.name}-originals")
    originals.mkdir()
    copies = [Path(shutil.copy(file, originals / f"{number}.inkml")) for number, file in enumerate(files[:records])]
    for number in range(records):
        place = folder / f"{number // 1000:05}"
        place.mkdir(parents=True, exist_ok=True)
        os.link(copies[number % len(copies)], place / f"{number:08}.inkml")
    return folder


@contextmanager
def started(arguments: list[object], cores: int) -> Iterator[subprocess.Popen[bytes]]:
    """A command of ours, on the first cores, whose processes are a group; at the end of the block they are gone."""
    command = ["taskset", "-c", ",".join(map(str, CORES[:cores])), sys.executable, "crohme.py", *map(str, arguments)]
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=nowhere, stderr=nowhere, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Taken(NamedTuple):
    """What a command took: on the clock, and of all processors, its start among it."""

    seconds: float
    processor: float


def now() -> Taken:
    """The clock, and what all processes have taken that have been waited for."""
    times = os.times()
    return Taken(time.monotonic(), times.children_user + times.children_system)


def since(begun: Taken) -> Taken:
    """What was taken meanwhile."""
    return Taken(*(after - before for after, before in zip(now(), begun, strict=True)))


def measured(arguments: list[object], cores: int) -> Taken:
    """What a command takes."""
    begun = now()
    with started(arguments, cores) as process:
        if process.wait() not in (0, 1):
            raise SystemExit(f"failed: {' '.join(map(str, arguments))}")
    return since(begun)


def killed_twice(arguments: list[object], output: Path, records: int) -> tuple[Taken, int]:
    """What it takes in all, and the most memory, in bytes, of all its processes together.

    Processes whose parent was killed cannot be waited for: the processor time is what all cores had.
    """
    begun, most = now(), 0
    for share in (1 / 3, 2 / 3, 2.0):
        with started(arguments, len(CORES)) as process:
            while process.poll() is None and done(output) < share * records:
                most = max(most, memory(process.pid))
                time.sleep(0.5)
    taken = since(begun).seconds
    return Taken(taken, taken * len(CORES)), most


def done(output: Path) -> int:
    """How many records are in parts, or among the dead letters."""
    return sum(entry["records"] for entry in lines(output / "done.jsonl")) + sum(
        1 for _ in lines(output / "failed.jsonl")
    )


def lines(path: Path) -> Iterator[dict[str, int]]:
    """The whole lines of a file that may be written to, or not be there."""
    if path.exists():
        yield from (json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n"))


def memory(group: int) -> int:
    """Bytes of the processes of a group; what they share counts once."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            if int((process / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                shares = (process / "smaps_rollup").read_text().splitlines()
                total += sum(1024 * int(line.split()[1]) for line in shares if line.startswith("Pss:"))
    return total


def check(output: Path, records: int) -> None:
    """End with an error unless every record is in the output once."""
    files = [*output.glob("part-*.jsonl"), *output.glob("failed.jsonl")]
    ids = [entry["id"] for file in files for entry in lines(file)]
    if len(ids) != records or len(set(ids)) != records:
        raise SystemExit(f"{len(ids)} rows of {len(set(ids))} records, and there are {records}")


def row(what: str, records: int, cores: int, taken: Taken) -> None:
    """A line of the table."""
    each = taken.processor / records
    hours = each * MILLION / 3600
    print(f"| {what} | {records:,} | {cores} | {taken.seconds:,.1f} | {1000 * each:.1f} | {hours:.1f} |", flush=True)


if __name__ == "__main__":
    main()
