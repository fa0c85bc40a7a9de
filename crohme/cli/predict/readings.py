"""The readings of `crohme predict` as a table, on the screen or in a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from crohme.cli.errors import CommandError, one_line
from crohme.cli.predict.resumed import Earlier, growing
from crohme.errors import CrohmeError, cause_of
from inkml_parser.files import check_writable, replacing_text

if TYPE_CHECKING:
    from crohme.recognition import Reading as ExpressionReading


@dataclass(frozen=True)
class Candidate:
    """One way to read something.

    Args:
        latex: str.
        confidence: float. Between 0 and 1.
        expression: crohme.recognition.Reading or None. Of a whole expression, each symbol with its strokes.
    """

    latex: str
    confidence: float
    expression: ExpressionReading | None = None


@dataclass(frozen=True)
class Reading:
    """One line of the result.

    Args:
        file: str. The file, as the user named it or as it was found.
        symbol: int or None. Which symbol of a segmented ink, from 0; None if the file was read as a whole.
        candidates: tuple of Candidate. The best first; empty if there is an error.
        truth: str or None. What the file itself says that it shows.
        truth_error: str or None. Why that cannot be compared, though the file says something.
        error: str or None. Why nothing was read.
        warnings: tuple of str. What is wrong with the file, though its ink was read.
    """

    file: str
    symbol: int | None = None
    candidates: tuple[Candidate, ...] = ()
    truth: str | None = None
    truth_error: str | None = None
    error: str | None = None
    warnings: tuple[str, ...] = ()


Write = Callable[[Reading], None]
_DIGITS = 4  # of a confidence, as of `crohme.recognition.Reading.to_row`


def check_suffix(path: Path) -> None:
    """Raise CommandError unless `writer` knows the format of such a file."""
    if path.suffix.lower() not in _WRITERS:
        raise CommandError(f"the suffix of --output must be one of {', '.join(_WRITERS)}", path)


@contextmanager
def writer(path: Path | None, top: int, before: Earlier | None = None) -> Iterator[Write]:
    """A function that adds readings to a file, which is there at the end of the block.

    If that is interrupted, or the recogniser fails, with those that came until then: a file that can be read, and
    none of them lost. If none came, or the file itself cannot be written, one that was there before stays as it was.

    Args:
        path: Path or None. Its suffix names the format: `.csv`, `.json` or `.jsonl`. None writes nothing.
        top: int. The most candidates that a reading will have.
        before: Earlier or None. What earlier runs have written: lines are added to it, each when it comes.

    Raises:
        CommandError: It cannot be written.
    """
    if path is None:
        yield lambda reading: None
        return
    if before is not None:
        with _adding(path, top, before) as write:
            yield write
        return
    ended: BaseException | None = None
    is_begun = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_writable(path)  # which also removes what a killed command had begun
        with replacing_text(path) as file, _WRITERS[path.suffix.lower()](file, top) as write:

            def add(reading: Reading) -> None:
                nonlocal is_begun
                is_begun = True
                write(reading)

            try:
                yield add
            except (KeyboardInterrupt, CrohmeError) as error:
                if not is_begun:
                    raise
                ended = error
    except OSError as error:
        raise CommandError(cause_of(error), error.filename or path) from None
    if ended is not None:
        raise ended


@contextmanager
def _adding(path: Path, top: int, before: Earlier) -> Iterator[Write]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_writable(path)
        with growing(path, before) as (text, move), _WRITERS[path.suffix.lower()](text, top) as write:
            if before.whole:  # the header is there
                text.seek(0)
            move()

            def add(reading: Reading) -> None:
                write(reading)
                move()

            yield add
    except OSError as error:
        raise CommandError(cause_of(error), error.filename or path) from None


def print_table(readings: Sequence[Reading], what: str) -> None:
    """A table for people on standard output, and how many agree with the truth where it is known.

    Args:
        readings: sequence of Reading.
        what: str. What each one reads, in the plural.
    """
    lines: list[tuple[str, ...]] = []
    for r in readings:
        name = one_line(r.file if r.symbol is None else f"{r.file} #{r.symbol}")
        if r.error is not None:
            lines.append((name, "-", one_line(r.error), "", _mark(r)))
            continue
        best, *others = r.candidates
        mark = _mark(r)
        beside = "  ".join(f"{c.latex} {c.confidence:.3f}" for c in others if c.expression is None)
        lines.append((name, f"{best.confidence:.3f}", best.latex, beside, mark))
        lines += [("", f"{c.confidence:.3f}", c.latex, "", "") for c in others if c.expression is not None]
    columns = [column for column in zip(*lines, strict=True) if any(column)]
    widths = [max(map(len, column)) for column in columns]
    for line in zip(*columns, strict=True):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    known = [r for r in readings if r.truth is not None or r.truth_error is not None]
    if known:
        right = sum(bool(r.candidates) and r.truth == r.candidates[0].latex for r in known)
        unread = sum(r.truth_error is not None for r in known)
        but = f"; the truth of {unread} cannot be compared" if unread else ""
        print(f"\n{right} of {len(known)} {what} with known truth read right ({right / len(known):.1%}){but}")


def _mark(reading: Reading) -> str:
    """How what was read stands to the truth: = the same, ≠ another, ? nobody can tell."""
    if reading.truth_error is not None:
        return f"? truth: {reading.truth_error}"
    if reading.truth is None:
        return ""
    is_right = bool(reading.candidates) and reading.truth == reading.candidates[0].latex
    return "=" if is_right else f"≠ {reading.truth}"


def columns(top: int) -> list[str]:
    """The columns of a CSV whose readings have so many candidates at most."""
    extra = [f"{name}_{rank}" for rank in range(2, top + 1) for name in ("latex", "confidence")]
    return ["file", "symbol", "latex", "confidence", "truth", "truth_error", "error", *extra]


@contextmanager
def _csv(file: TextIO, top: int) -> Iterator[Write]:
    out = csv.writer(file)
    out.writerow(columns(top))

    def write(r: Reading) -> None:
        cells = [cell for c in r.candidates for cell in (c.latex, f"{c.confidence:.6f}")]
        cells += [""] * (2 * top - len(cells))
        about = [_blank(value) for value in (r.truth, r.truth_error, r.error)]
        out.writerow([r.file, _blank(r.symbol), *cells[:2], *about, *cells[2:]])

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
        "confidence": None if best is None else round(best.confidence, _DIGITS),
        "candidates": [_candidate_as_dict(candidate) for candidate in reading.candidates],
        "truth": reading.truth,
        "truth_error": reading.truth_error,
        "error": reading.error,
    }


def _candidate_as_dict(candidate: Candidate) -> dict[str, Any]:
    described: dict[str, Any] = {"latex": candidate.latex, "confidence": round(candidate.confidence, _DIGITS)}
    return described if candidate.expression is None else described | candidate.expression.to_row()


def _blank(value: object | None) -> object:
    return "" if value is None else value


_WRITERS: dict[str, Callable[[TextIO, int], AbstractContextManager[Write]]] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _json_lines,
}
