"""How fast label graphs are scored: 1,147 pairs, as many as the largest CROHME test has files.

    python scripts/benchmark_score.py [TRUTH OUTPUT]

Without folders, the made-up pairs of tests/evaluation/lgeval are repeated. Nothing is asserted.
"""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # so that it runs from a clone that is not installed

PAIRS = 1147


def main() -> None:
    """Measure and print, reading of the files included."""
    if len(sys.argv) == 3:
        measure(Path(sys.argv[1]), Path(sys.argv[2]))
        return
    for level in ("stroke", "symbol"):
        with tempfile.TemporaryDirectory() as folder:
            truth, output = Path(folder, "truth"), Path(folder, "output")
            write_pairs(REPOSITORY / "tests" / "evaluation" / "lgeval" / f"synthetic_{level}.json", truth, output)
            measure(truth, output)


def write_pairs(packed: Path, truth: Path, output: Path) -> None:
    """Write `PAIRS` pairs, from the start again where there are not so many."""
    truth.mkdir()
    output.mkdir()
    pairs = json.loads(packed.read_text(encoding="utf-8"))["files"].values()
    for number, pair in enumerate(itertools.islice(itertools.cycle(pairs), PAIRS)):
        (truth / f"{number}.lg").write_text(pair["truth"], encoding="utf-8")
        (output / f"{number}.lg").write_text(pair["output"], encoding="utf-8")


def measure(truth: Path, output: Path) -> None:
    """Score once and print the time."""
    from crohme.evaluation.scoring import score

    start, cpu = time.perf_counter(), time.process_time()
    scores = score(truth, output)
    elapsed, used = time.perf_counter() - start, time.process_time() - cpu
    counts = [one.counts for one in scores.files.values() if one.counts is not None]
    nodes = sum(one.nodes for one in counts) / max(1, len(counts))
    size = f"{len(scores.files):,} pairs of {nodes:.1f} primitives"
    print(f"{scores.level:8}{size}: {elapsed:.2f} s ({used:.2f} s of one core)")


if __name__ == "__main__":
    main()
