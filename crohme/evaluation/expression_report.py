"""What an evaluation of expressions leaves behind, as files."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from crohme.evaluation.expressions import Outcome, summarize

COLUMNS = ("file", "truth", "read", "confidence", "errors", "kind", "strokes", "problem")


def write_report(outcomes: Sequence[Outcome], folder: Path) -> None:
    """Write `metrics.json`, and `outcomes.csv` with a row for every file.

    Args:
        outcomes: sequence of `Outcome`.
        folder: Path. Made if missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metrics.json").write_text(json.dumps(summarize(outcomes), indent=2) + "\n", encoding="utf-8")
    with (folder / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(asdict(outcome) for outcome in outcomes)
