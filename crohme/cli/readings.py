"""What `crohme predict` found out, as a table on the screen or in a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crohme.cli.errors import CommandError


@dataclass(frozen=True)
class Reading:
    """One line of the result.

    Args:
        file: str. The file, as the user named it or as it was found.
        symbol: int or None. Which symbol of a segmented ink, from 0; None if the file is one symbol.
        candidates: tuple of `(latex, confidence)`. The best first; empty if there is an error.
        truth: str or None. The label that the file itself gives to the symbol.
        error: str or None. Why nothing was read.
    """

    file: str
    symbol: int | None = None
    candidates: tuple[tuple[str, float], ...] = ()
    truth: str | None = None
    error: str | None = None


def write(readings: Sequence[Reading], path: Path) -> None:
    """Write a file in the format that its suffix names: `.csv`, `.json` or `.jsonl`.

    Raises:
        CommandError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # newline="": the csv module ends its own lines.
        with path.open("w", encoding="utf-8", newline="") as file:
            _WRITERS[path.suffix.lower()](readings, file)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def check_suffix(path: Path) -> None:
    """Raise CommandError unless `write` knows the format of such a file."""
    if path.suffix.lower() not in _WRITERS:
        raise CommandError(f"{path}: the suffix of --output must be one of {', '.join(_WRITERS)}")


def print_table(readings: Sequence[Reading]) -> None:
    """A table for people on standard output, and how many agree with the truth where it is known."""
    lines = [("file", "read as", "confidence", "other candidates", "truth")]
    for r in readings:
        name = r.file if r.symbol is None else f"{r.file} #{r.symbol}"
        if r.error is not None:
            lines.append((name, "-", "", r.error, ""))
            continue
        (latex, confidence), *others = r.candidates
        mark = "" if r.truth is None else f"{r.truth} {'=' if r.truth == latex else '≠'}"
        lines.append((name, latex, f"{confidence:.3f}", "  ".join(f"{other} {p:.3f}" for other, p in others), mark))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    known = [r for r in readings if r.truth is not None and r.candidates]
    if known:
        right = sum(r.truth == r.candidates[0][0] for r in known)
        print(f"\n{right} of {len(known)} symbols with known truth read right ({right / len(known):.1%})")


def _write_csv(readings: Sequence[Reading], file: Any) -> None:
    more = max((len(r.candidates) for r in readings), default=1)
    extra = [f"{name}_{rank}" for rank in range(2, more + 1) for name in ("latex", "confidence")]
    out = csv.writer(file)
    out.writerow(["file", "symbol", "latex", "confidence", "truth", "error", *extra])
    for r in readings:
        cells = [cell for latex, confidence in r.candidates for cell in (latex, f"{confidence:.6f}")]
        cells += [""] * (2 * more - len(cells))
        out.writerow([r.file, _blank(r.symbol), *cells[:2], _blank(r.truth), _blank(r.error), *cells[2:]])


def _write_json(readings: Sequence[Reading], file: Any) -> None:
    json.dump([_as_dict(r) for r in readings], file, ensure_ascii=False, indent=1)
    file.write("\n")


def _write_jsonl(readings: Sequence[Reading], file: Any) -> None:
    for r in readings:
        file.write(json.dumps(_as_dict(r), ensure_ascii=False) + "\n")


def _as_dict(reading: Reading) -> dict[str, Any]:
    latex, confidence = reading.candidates[0] if reading.candidates else (None, None)
    return {
        "file": reading.file,
        "symbol": reading.symbol,
        "latex": latex,
        "confidence": confidence,
        "candidates": [{"latex": latex, "confidence": p} for latex, p in reading.candidates],
        "truth": reading.truth,
        "error": reading.error,
    }


def _blank(value: object | None) -> object:
    return "" if value is None else value


_WRITERS: dict[str, Callable[[Sequence[Reading], Any], None]] = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".jsonl": _write_jsonl,
}
