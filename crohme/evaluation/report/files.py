"""The files of a report: written, and read back to be compared."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crohme.errors import CrohmeError
from crohme.evaluation.confusions import RELATIONS
from crohme.evaluation.outcomes import Outcome, Unit
from crohme.evaluation.report.content import About, Content, gather
from crohme.evaluation.report.page import render
from crohme.evaluation.summary import RATES, rate_name
from crohme.json_text import parsed
from crohme.recognition import DIGITS
from inkml_parser.files import filling, read_regular, replacing_text, write_whole

METRICS, OUTCOMES, PAGE = "metrics.json", "outcomes.csv", "report.html"
SYMBOLS, RELATIONS_FILE = "symbols.csv", "relations.csv"
COLUMNS = ("file", "truth", "read", "confidence", "errors", "kind", "strokes", "writer", "problem")


class ReportError(CrohmeError):
    """A folder that holds no report. `str(error)` names the file and the cause."""


@dataclass(frozen=True)
class Row:
    """One line of `outcomes.csv`, as far as reports are compared.

    Args:
        truth, read: str. LaTeX in the normal form; empty if there is none.
        errors: int or None. Token edits; None without a truth or a reading.
    """

    truth: str
    read: str
    errors: int | None


@dataclass(frozen=True)
class StoredReport:
    """A report read back.

    Args:
        folder: Path.
        metric: str. What `errors` counts.
        about: About.
        rows: dict of file → Row.
        unit: str. What `errors` is counted in.
        is_of_symbols: bool. Whether the rows are isolated symbols; then errors are 0 or 1.
    """

    folder: Path
    metric: str
    about: About
    rows: dict[str, Row]
    unit: str = Unit.EDIT
    is_of_symbols: bool = False

    @property
    def rates(self) -> tuple[tuple[str, int, str], ...]:
        """Key of each rate, how many errors it allows, and what it is called."""
        if self.is_of_symbols:
            return (("top1", 0, "top-1"),)
        return tuple((key, most, rate_name(most, self.unit)) for key, most in RATES)


def write_report(outcomes: Sequence[Outcome], folder: Path, about: About) -> None:
    """Write a report of our own recogniser: the page, and the figures behind it (see `write_content`).

    Args:
        outcomes: sequence of `Outcome`, at least one.
        folder: Path. Made if missing.
        about: About.
    """
    write_content(gather(outcomes, about), folder)


def write_content(content: Content, folder: Path) -> None:
    """Write a report: the page, and the figures behind it.

    `metrics.json` has all figures; `outcomes.csv` a row for every file; `symbols.csv` and
    `relations.csv` the confusions; `report.html` is the page, complete in itself.

    Args:
        content: Content.
        folder: Path. Made if missing.
    """
    rows = [{name: getattr(outcome, name) for name in COLUMNS} for outcome in content.outcomes]
    for row in rows:
        row["confidence"] = None if row["confidence"] is None else round(row["confidence"], DIGITS)
    with filling(folder) as parts:
        write_whole(parts / METRICS, json.dumps(content.metrics(), indent=2) + "\n")
        _write_table(parts / OUTCOMES, COLUMNS, (row.values() for row in rows))
        _write_table(parts / SYMBOLS, ("truth", "read", "count"), _symbols(content))
        _write_table(parts / RELATIONS_FILE, ("truth", "read", "count"), _relations(content))
        write_whole(parts / PAGE, render(content))


def read_report(folder: Path) -> StoredReport:
    """Read what `write_content` wrote, or the report of an evaluation of symbols.

    Raises:
        ReportError: It is no such folder, or a file in it is damaged.
    """
    path = folder / METRICS
    try:
        metrics = parsed(read_regular(path))
        metric, about, unit = metrics["metric"], About(**metrics["about"]), str(metrics.get("unit", Unit.EDIT))
        is_of_symbols = "top1" in metrics
        path = folder / OUTCOMES
        text = io.StringIO(read_regular(path).decode("utf-8"), newline="")
        lines = list(csv.DictReader(text, strict=True))
        rows = {line["file"]: _row(line) for line in lines}
    except OSError as error:
        cause = f"{path.name}: {error.strerror}" if folder.is_dir() else "no such folder"
        raise ReportError(f"no report of `crohme evaluate` or `score --report`: {cause}", folder) from None
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise ReportError(f"not as `crohme evaluate --report` writes it: {_why(error)}", path) from None
    if len(rows) != len(lines) or not rows:
        raise ReportError("two rows for one file" if rows else "no rows", path)
    return StoredReport(folder, metric, about, rows, unit, is_of_symbols)


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error)


def _row(line: dict[str, str]) -> Row:
    return Row(line["truth"], line["read"], int(line["errors"]) if line["errors"] else None)


def _symbols(content: Content) -> Iterable[tuple[str, str, int]]:
    """Right ones too; an empty `read` stands for strokes that were not read as one symbol."""
    yield from ((truth, read, count) for (truth, read), count in sorted(content.symbols.counts.items()))
    yield from ((label, "", count) for label, count in sorted(content.symbols.lost.items()))


def _relations(content: Content) -> Iterable[tuple[str, str, int]]:
    pairs = ((truth, read) for truth in RELATIONS for read in RELATIONS)
    return ((*pair, content.relations[pair]) for pair in pairs if content.relations[pair])


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    with replacing_text(path) as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
