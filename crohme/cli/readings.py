"""What `crohme predict` found out, as a table on the screen or in a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from crohme.cli.errors import CommandError

if TYPE_CHECKING:
    from crohme.notation import SymbolTree


@dataclass(frozen=True)
class Candidate:
    """One way to read something.

    Args:
        latex: str.
        confidence: float. Between 0 and 1.
        tree: SymbolTree or None. Of a whole expression, each symbol with its strokes.
    """

    latex: str
    confidence: float
    tree: SymbolTree | None = None


@dataclass(frozen=True)
class Reading:
    """One line of the result.

    Args:
        file: str. The file, as the user named it or as it was found.
        symbol: int or None. Which symbol of a segmented ink, from 0; None if the file was read as a whole.
        candidates: tuple of Candidate. The best first; empty if there is an error.
        truth: str or None. What the file itself says that it shows.
        error: str or None. Why nothing was read.
        warnings: tuple of str. What is wrong with the file, though its ink was read.
    """

    file: str
    symbol: int | None = None
    candidates: tuple[Candidate, ...] = ()
    truth: str | None = None
    error: str | None = None
    warnings: tuple[str, ...] = ()


Write = Callable[[Reading], None]


def check_suffix(path: Path) -> None:
    """Raise CommandError unless `writer` knows the format of such a file."""
    if path.suffix.lower() not in _WRITERS:
        raise CommandError(f"{path}: the suffix of --output must be one of {', '.join(_WRITERS)}")


@contextmanager
def writer(path: Path | None, top: int) -> Iterator[Write]:
    """A function that adds readings to a file as they come, so that those that came are never lost.

    Args:
        path: Path or None. Its suffix names the format: `.csv`, `.json` or `.jsonl`. None writes nothing.
        top: int. The most candidates that a reading will have.

    Raises:
        CommandError: It cannot be written.
    """
    if path is None:
        yield lambda reading: None
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # newline="": the csv module ends its own lines.
        with path.open("w", encoding="utf-8", newline="") as file, _WRITERS[path.suffix.lower()](file, top) as write:
            yield write
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def print_table(readings: Sequence[Reading], what: str) -> None:
    """A table for people on standard output, and how many agree with the truth where it is known.

    Args:
        readings: sequence of Reading.
        what: str. What each one reads, in the plural.
    """
    lines: list[tuple[str, ...]] = []
    for r in readings:
        name = r.file if r.symbol is None else f"{r.file} #{r.symbol}"
        if r.error is not None:
            lines.append((name, "-", r.error, "", ""))
            continue
        best, *others = r.candidates
        mark = "" if r.truth is None else "=" if r.truth == best.latex else f"≠ {r.truth}"
        beside = "  ".join(f"{c.latex} {c.confidence:.3f}" for c in others if c.tree is None)
        lines.append((name, f"{best.confidence:.3f}", best.latex, beside, mark))
        lines += [("", f"{c.confidence:.3f}", c.latex, "", "") for c in others if c.tree is not None]
    columns = [column for column in zip(*lines, strict=True) if any(column)]
    widths = [max(map(len, column)) for column in columns]
    for line in zip(*columns, strict=True):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    known = [r for r in readings if r.truth is not None and r.candidates]
    if known:
        right = sum(r.truth == r.candidates[0].latex for r in known)
        print(f"\n{right} of {len(known)} {what} with known truth read right ({right / len(known):.1%})")


@contextmanager
def _csv(file: TextIO, top: int) -> Iterator[Write]:
    out = csv.writer(file)
    extra = [f"{name}_{rank}" for rank in range(2, top + 1) for name in ("latex", "confidence")]
    out.writerow(["file", "symbol", "latex", "confidence", "truth", "error", *extra])

    def write(r: Reading) -> None:
        cells = [cell for c in r.candidates for cell in (c.latex, f"{c.confidence:.6f}")]
        cells += [""] * (2 * top - len(cells))
        out.writerow([r.file, _blank(r.symbol), *cells[:2], _blank(r.truth), _blank(r.error), *cells[2:]])

    yield write


@contextmanager
def _json(file: TextIO, top: int) -> Iterator[Write]:
    separator = "[\n"

    def write(reading: Reading) -> None:
        nonlocal separator
        file.write(separator + json.dumps(_as_dict(reading), ensure_ascii=False))
        separator = ",\n"

    try:
        yield write
    finally:
        file.write("[]\n" if separator == "[\n" else "\n]\n")


def _json_lines(file: TextIO, top: int) -> AbstractContextManager[Write]:
    return nullcontext(lambda reading: print(json.dumps(_as_dict(reading), ensure_ascii=False), file=file))


def _as_dict(reading: Reading) -> dict[str, Any]:
    best = reading.candidates[0] if reading.candidates else None
    return {
        "file": reading.file,
        "symbol": reading.symbol,
        "latex": None if best is None else best.latex,
        "confidence": None if best is None else best.confidence,
        "candidates": [_candidate_as_dict(candidate) for candidate in reading.candidates],
        "truth": reading.truth,
        "error": reading.error,
    }


def _candidate_as_dict(candidate: Candidate) -> dict[str, Any]:
    described: dict[str, Any] = {"latex": candidate.latex, "confidence": candidate.confidence}
    if candidate.tree is not None:
        from crohme.notation import to_mathml

        described["mathml"] = to_mathml(candidate.tree)
        described["symbols"] = [{"label": n.label, "strokes": list(n.strokes)} for n in candidate.tree.nodes()]
    return described


def _blank(value: object | None) -> object:
    return "" if value is None else value


_WRITERS: dict[str, Callable[[TextIO, int], AbstractContextManager[Write]]] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _json_lines,
}
