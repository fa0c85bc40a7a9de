"""How fast it is here: parsing, recognising, starting up, memory. Prints a table; nothing is asserted.

    python scripts/benchmark.py [--data DIR] [--bundle NAME|DIR] [--engine numpy|compiled] [--against COMMIT]

Parsing and recognising run on one core with the bundle loaded; commands as a user starts them. With --against the same
files are read by another version of this repository, too, turn and turn about, each with its own bundle of that name,
and by the compiled engine of this one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # so that it runs from a clone that is not installed
AS_STARTED = dict(os.environ)
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np  # noqa: E402  (it counts its threads when it is imported)

from crohme import bundle  # noqa: E402
from crohme.bundle import Bundle  # noqa: E402
from crohme.datasets.location import inkml_files, sample_folder  # noqa: E402
from crohme.expressions.engines import COMPILED, ENGINES, NUMPY, VARIABLE  # noqa: E402
from crohme.expressions.protocol import BatchedNetwork  # noqa: E402
from crohme.expressions.recognizer import Recognizer  # noqa: E402
from inkml_parser import Ink, InkError, read  # noqa: E402


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=sample_folder(), metavar="DIR", help="InkML (data/sample)")
    parser.add_argument("--bundle", action="append", metavar="NAME|DIR", help="(all that are shipped)")
    parser.add_argument("--engine", choices=ENGINES, default=NUMPY, help="what is measured (numpy)")
    parser.add_argument("--against", metavar="COMMIT", help="time the reading of another version as well")
    args = parser.parse_args()
    files = inkml_files(args.data)
    print(f"{len(files)} files of {args.data}, {len(os.sched_getaffinity(0))} cores\n")
    row("parse", f"{len(files) / seconds(lambda: [parsed(file) for file in files], runs=3):,.0f} files/s")
    for arguments in (["--help"], ["info"]):
        row(f"start, {arguments[0]}", f"{seconds(lambda: crohme(*arguments)):.2f} s")  # noqa: B023
    for name in args.bundle or bundle.names():
        loaded = bundle.load(name)
        print(f"\n{name}")
        if loaded.reads is not bundle.Reads.EXPRESSIONS:
            symbols(loaded, args.data, files)
            continue
        expressions(loaded, args.data, files, args.engine)
        if args.against:
            against(args.against, name, files)


def expressions(trained: Bundle, data: Path, files: list[Path], engine: str) -> None:
    """Latency, start-up, throughput and memory of a recogniser of whole expressions."""
    recognizer = Recognizer(trained, engine=engine)
    inks = [ink for file in files[:: max(1, len(files) // 200)] if (ink := parsed(file)) is not None]
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    for what, beam in (("greedy", 1), (f"beam {recognizer.decoding.beam}", None)):
        times = sorted(1000 * seconds(lambda: recognizer.recognize(ink, beam=beam), runs=1) for ink in inks)  # noqa: B023
        middle, slow = statistics.median(times), times[int(0.95 * len(times))]
        row(f"recognise one, {what}, one core", f"median {middle:.1f} ms, 95 % within {slow:.1f} ms")
    longest = max(inks, key=lambda ink: len(ink.strokes))
    for what, beam in (("greedy", 1), (f"beam {recognizer.decoding.beam}", None)):
        times = session_times(recognizer, longest, beam)
        last = statistics.mean(times[-10:])
        row(
            f"a session of {len(times)} strokes, {what}",
            f"mean {statistics.mean(times):.1f} ms a stroke, last ten {last:.1f}",
        )
    row("the arithmetic of one, at the speed of large products", f"mean {1000 * arithmetic(recognizer, inks):.1f} ms")
    os.sched_setaffinity(0, cores)
    one = ["predict", str(files[0]), "--bundle", str(trained.path)]
    row("start, predict one.inkml", f"{seconds(lambda: crohme(*one)):.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        all_files = ["predict", str(data), "--bundle", str(trained.path), "--output", f"{folder}/readings.csv"]
        taken, peak = time_and_memory(all_files)
    row("predict folder, start-up included", f"{taken:.1f} s, {len(files) / taken:.1f} files/s")
    row("its memory at most, all processes", f"{peak / 1e6:.0f} MB")


def session_times(recognizer: Recognizer, ink: Ink, beam: int | None) -> list[float]:
    """Milliseconds of processor time after each stroke, of at most 60, until its reading is there."""
    session, times = recognizer.session(beam=beam), list[float]()
    for stroke in ink.strokes[:60]:
        begun = time.process_time()
        session.add(stroke)
        times.append(1000 * (time.process_time() - begun))
    return times


def arithmetic(recognizer: Recognizer, inks: list[Ink]) -> float:
    """Seconds of processor time that the products of a reading would take in the mean if they were large ones.

    Counted are those with the network's kernels, for each stroke, pair of strokes and token that it reads.
    """
    assert recognizer.bundle is not None
    kernels: Counter[str] = Counter()
    for path, weight in recognizer.bundle.weights.items():
        _, part, *rest = path.split("/")
        if rest and rest[-1] == "kernel":
            of_pairs = part == "pair" and rest[0] in ("lying", "out") or rest[0].startswith(("geometry", "biases"))
            kernels["pairs" if of_pairs else "tokens" if part == "decoder" else "strokes"] += weight.size
    assert isinstance(recognizer.network, BatchedNetwork)
    read_many, counts = recognizer.network.read_many, Counter[str]()

    def counted(reads: Any) -> Any:
        counts["tokens"] += sum(read.previous.size for read in reads)
        return read_many(reads)

    with mock.patch.object(recognizer.network, "read_many", counted):
        for ink in inks:
            recognizer.recognize(ink)
            counts["strokes"] += len(ink.strokes)
            counts["pairs"] += len(ink.strokes) ** 2
    square = np.ones((1024, 1024), np.float32)
    times = []
    for _ in range(5):
        begun = time.process_time()
        square @ square
        times.append(time.process_time() - begun)
    products = sum(counts[what] * kernels[what] for what in counts) / len(inks)
    return products * min(times) / len(square) ** 3


def against(commit: str, name: str, files: list[Path]) -> None:
    """Time the reading of some files by this version and by another, in turn, so that both meet the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder, "other")
        git = ["git", "-C", str(REPOSITORY), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(other), commit], check=True)
        try:
            versions = {"this version": (REPOSITORY, NUMPY), COMPILED: (REPOSITORY, COMPILED), commit: (other, NUMPY)}
            compare(versions, name, files[:: max(1, len(files) // 40)])
        finally:
            subprocess.run([*git, "remove", "--force", str(other)], check=True)


def compare(versions: dict[str, tuple[Path, str]], name: str, files: list[Path]) -> None:
    """Print the processor time a file of each version, one by one and all together, and how many answers are alike.

    Args:
        versions: name → its checkout, and the engine. All are held against the last.
        name: str. Of the bundle.
        files: list of paths.
    """
    program = Path(__file__).with_name("benchmark_reader.py")
    readers = {
        version: subprocess.Popen(
            [sys.executable, str(program), str(root), name, *map(str, files)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, VARIABLE: engine},
        )
        for version, (root, engine) in versions.items()
    }  # fmt: skip

    def taken(version: str, number: int, beam: int) -> tuple[float, list[str]]:
        reader = readers[version]
        assert reader.stdin is not None and reader.stdout is not None
        print(number, beam, file=reader.stdin, flush=True)
        measured, latex = json.loads(reader.stdout.readline())
        return measured, latex

    one_by_one, together = [[i] for i in range(len(files))], [[-1]]
    for what, beam, parts in (
        ("greedy", 1, one_by_one), ("the usual beam", 0, one_by_one), ("a folder, the usual beam", 0, together),
    ):  # fmt: skip
        means, answers = {}, {}
        rounds = [[[taken(v, i, beam) for v in versions] for _ in range(3)] for (i,) in parts]
        for j, version in enumerate(versions):
            means[version] = sum(min(one[j][0] for one in of_part) for of_part in rounds) / len(files)
            answers[version] = [latex for of_part in rounds for latex in of_part[0][j][1]]
            each = f"{1000 * means[version]:.1f} ms of processor time, {1 / means[version]:.1f} a second and core"
            row(f"{what}, {version}", each)
        *ours, other = versions
        for version in ours:
            same = sum(a == b for a, b in zip(answers[version], answers[other], strict=True))
            faster = f"{means[other] / means[version]:.2f}, {same} of {len(files)} answers the same"
            row(f"{what}, {version} faster by", faster)
    for reader in readers.values():
        reader.communicate()


def symbols(trained: Bundle, data: Path, files: list[Path]) -> None:
    """Throughput and start-up of a recogniser of isolated symbols."""
    from crohme.ink.strokes import StrokeBatch
    from crohme.symbols.recognizer import SymbolRecognizer

    inks = [ink for file in files if (ink := parsed(file)) is not None]
    strokes = StrokeBatch.from_symbols([[ink.strokes[i] for i in s.strokes] for ink in inks for s in ink.symbols])
    recognizer = SymbolRecognizer([trained])
    recognizer.from_strokes(strokes)  # the first call compiles
    taken = seconds(lambda: recognizer.from_strokes(strokes), runs=3)
    row("recognise symbols", f"{len(strokes) / taken:,.0f} symbols/s")
    one = ["predict", "symbols", str(files[0]), "--bundle", str(trained.path)]
    row("start, predict symbols one.inkml", f"{seconds(lambda: crohme(*one), runs=3):.2f} s")


def row(what: str, measured: str) -> None:
    """Print one line of the table."""
    print(f"{what:<60}{measured}", flush=True)


def parsed(file: Path) -> Ink | None:
    """The ink of a file, or None if it has none: data sets hold broken files, and none of them stops a benchmark."""
    try:
        return read(file)
    except InkError:
        return None


def crohme(*arguments: str) -> None:
    """Run a command as a user would."""
    command = [sys.executable, str(REPOSITORY / "crohme.py"), *arguments]
    subprocess.run(command, env=AS_STARTED, capture_output=True, check=True)


def time_and_memory(arguments: list[str]) -> tuple[float, int]:
    """Wall time in seconds of a command, and the most memory in bytes that it and its children shared out (Linux)."""
    start, peak = time.perf_counter(), 0
    command = [sys.executable, str(REPOSITORY / "crohme.py"), *arguments]
    with subprocess.Popen(command, env=AS_STARTED, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            time.sleep(0.1)
    return time.perf_counter() - start, peak


def memory(process: int) -> int:
    """Proportional set size in bytes of a process and its descendants: shared pages count once."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # it has just ended
        return 0
    own = sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return own + sum(memory(int(child)) for child in children)


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
