"""Tables of LaTeX, as people and programs write them: one expression a row, with the name of its file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any

from crohme.errors import cause_of
from crohme.evaluation.scoring.errors import Refused, ScoringError
from crohme.ink.image_files import SUFFIXES
from inkml_parser.files import read_regular

NAMES = ("file", "filename", "file_name", "name", "image", "img", "path", "id", "key")
"""Columns that name an expression, in any case; the first that is there is taken."""


class Side(StrEnum):
    """Which of the two things that are compared: in a table that holds both, each has its own column."""

    TRUTH = "truth"
    OUTPUT = "output"


LATEX = {
    Side.TRUTH: ("truth", "ground_truth", "gt", "label", "latex", "formula", "caption", "tex"),
    Side.OUTPUT: ("read", "prediction", "pred", "output", "latex", "formula", "caption", "tex"),
}
"""Columns that hold its LaTeX, likewise."""
_CAUSES = ("error", "problem")
_FILES = SUFFIXES | {".inkml", ".lg", ".tex", ".txt", ".mml", ".svg"}
_SEPARATORS = "\t;,"
_WORD = re.compile(r"[A-Za-z][A-Za-z_ -]{3,}")


@dataclass
class Table:
    """The rows of a table.

    Args:
        items: dict of name → LaTeX, or Refused. A row whose name cannot be told is called after its line.
        confidences: dict of name → float, where the table has them.
    """

    items: dict[str, str | Refused] = field(default_factory=dict)
    confidences: dict[str, float] = field(default_factory=dict)
    _lines: dict[str, int] = field(default_factory=dict)

    def add(self, line: int, file: str, latex: str | Refused, confidence: str = "") -> None:
        """Enter a row. One that says something else of a name that is there already makes both of them refused."""
        name = name_of(file)
        if not name:
            self.items[f"line {line}"] = latex if isinstance(latex, Refused) else Refused(f"line {line}: no file name")
            return
        if name in self.items and self.items[name] != latex:
            cause = f"line {line}: a second row for {name!r}, another one than line {self._lines[name]}"
            self.items[name] = self.items[f"{name} (line {line})"] = Refused(cause)
            return
        self._lines.setdefault(name, line)
        self.items[name] = latex
        if confidence:
            self.confidences[name] = float(confidence)


def name_of(file: str) -> str:
    """What a file is called in a table, whatever folder it is in: its name without the suffix of ink or picture."""
    path = PurePosixPath(file.strip().replace("\\", "/"))
    return path.stem if path.suffix.lower() in _FILES else path.name


def read_table(path: Path, side: Side) -> Table:
    """Read a CSV (with commas or semicolons, with a header or without), tab-separated captions, JSON or JSON lines.

    What separates the columns is the first tab, semicolon or comma of the file. Without a header that names
    columns of `NAMES` and `LATEX`, a row is a name and its LaTeX. A row with more or fewer fields than it should
    have is refused, not cut: an unquoted comma of LaTeX is no end of a field.

    Args:
        path: Path.
        side: Side.

    Raises:
        ScoringError: No such file, not text, no rows, or a header without these columns.
    """
    text = _text(path)
    if path.suffix.lower() in (".json", ".jsonl"):
        table = _json_table(path, text, side)
    else:
        table = _separated_table(path, text, side)
    if not table.items:
        raise ScoringError("no rows", path)
    return table


def _text(path: Path) -> str:
    try:
        content = read_regular(path)
    except OSError as error:
        raise ScoringError(cause_of(error), path) from None
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScoringError(f"not a CSV in UTF-8: {error}", path) from None


def _separated_table(path: Path, text: str, side: Side) -> Table:
    first, _, rest = text.partition("\n")
    skipped = 0
    if re.fullmatch(r"sep=.\r?", first):  # Excel's own mark
        text, skipped = rest, 1
    separator = next((c for c in text.lstrip().partition("\n")[0] if c in _SEPARATORS), ",")
    table = Table()
    columns: _Columns | None = None
    for line, row in _rows(path, text, separator, skipped):
        if isinstance(row, _Broken):
            table.add(line, row.name, row)
            continue
        if columns is None:
            columns, is_header = _columns(path, row, side)
            if is_header:
                continue
        table.add(line, *columns.read(line, row))
    return table


@dataclass(frozen=True)
class _Broken(Refused):
    """A row that is no CSV, and its name as far as it can be told."""

    name: str = ""


def _rows(path: Path, text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str] | _Broken]]:
    """The rows that are not empty, each with the line that it begins on."""
    lines = list(io.StringIO(text, newline=""))
    if separator == "\t":
        # Captions are not quoted. A quote that opens a field and closes none is LaTeX, and takes in no further lines.
        for number, line in enumerate(lines, start=1 + skipped):
            if line.strip():
                yield number, [_unquoted(field) for field in line.rstrip("\r\n").split("\t")]
        return
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number = before + 1 + skipped
            if reader.line_num > before + 1 or "unexpected end" in str(error):
                # Which of these lines belong together nobody can tell.
                cause = f"a quote is opened on line {number} and not closed as it should be ({error})"
                raise ScoringError(f"not a CSV: {cause}", path) from None
            name = lines[before].partition(separator)[0].strip().strip('"')
            yield number, _Broken(f"line {number}: not a CSV row: {error}", name)
            continue
        if any(cell.strip() for cell in row):
            yield before + 1 + skipped, row


def _unquoted(field: str) -> str:
    is_quoted = len(field) > 1 and field[0] == field[-1] == '"'
    return field[1:-1].replace('""', '"') if is_quoted else field


@dataclass(frozen=True)
class _Columns:
    """Where in a row what is."""

    count: int
    file: int
    latex: int
    causes: tuple[int, ...] = ()
    confidence: int | None = None
    symbol: int | None = None

    def read(self, line: int, row: Sequence[str]) -> tuple[str, str | Refused, str]:
        """Name, LaTeX and confidence of a row."""
        file = row[self.file] if self.file < len(row) else ""
        if len(row) != self.count:
            hint = ": LaTeX with the separator in it needs quotes" if len(row) > self.count else ""
            return file, Refused(f"line {line}: {len(row)} fields instead of {self.count}{hint}"), ""
        latex, confidence = row[self.latex], "" if self.confidence is None else row[self.confidence].strip()
        if self.symbol is not None and row[self.symbol].strip():
            return file, Refused(f"line {line}: a reading of one symbol, not of an expression"), ""
        if not _is_number(confidence):
            hint = "LaTeX with the separator in it needs quotes"
            return file, Refused(f"line {line}: the confidence {confidence!r} is no number: {hint}"), ""
        if not latex.strip():
            causes = [row[index] for index in self.causes if row[index].strip()]
            return file, Refused(causes[0] if causes else f"line {line}: no LaTeX"), ""
        return file, latex, confidence


def _columns(path: Path, row: Sequence[str], side: Side) -> tuple[_Columns, bool]:
    """What the columns are, and whether the row is a header that says so."""
    words = [cell.strip().lower() for cell in row]
    name = next((words.index(word) for word in NAMES if word in words), None)
    latex = next((words.index(word) for word in LATEX[side] if word in words), None)
    if name is not None and latex is not None:
        causes = tuple(words.index(word) for word in _CAUSES if word in words)
        confidence, symbol = (words.index(word) if word in words else None for word in ("confidence", "symbol"))
        return _Columns(len(row), name, latex, causes, confidence, symbol), True
    is_header = name is not None or (len(row) > 1 and all(_WORD.fullmatch(cell.strip()) for cell in row))
    if is_header or len(row) < 2:
        raise ScoringError(f"a table of LaTeX needs the columns file and latex, and its first line is {row}", path)
    return _Columns(2, 0, 1), False


def _json_table(path: Path, text: str, side: Side) -> Table:
    table = Table()
    for number, entry in _json_entries(path, text):
        if isinstance(entry, Refused):
            table.add(number, "", entry)
            continue
        name = next((entry[word] for word in NAMES if entry.get(word) is not None), "")
        latex = next((entry[word] for word in LATEX[side] if entry.get(word) is not None), None)
        confidence = entry.get("confidence")
        has_number = isinstance(confidence, int | float) and not isinstance(confidence, bool)
        cause = next((str(entry[word]) for word in _CAUSES if entry.get(word)), f"entry {number}: no LaTeX")
        if entry.get("symbol") is not None:
            latex, cause = None, f"entry {number}: a reading of one symbol, not of an expression"
        given = latex if isinstance(latex, str) and latex.strip() else Refused(cause)
        table.add(number, str(name), given, str(confidence) if has_number else "")
    return table


def _json_entries(path: Path, text: str) -> Iterable[tuple[int, dict[str, Any] | Refused]]:
    """The objects of a list or of lines; of an object of `"name": "LaTeX"`, one for each."""
    if path.suffix.lower() == ".jsonl":
        numbered = [(i, line) for i, line in enumerate(text.split("\n"), start=1) if line.strip()]
        return [(i, _json_object(line, f"line {i}")) for i, line in numbered]
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScoringError(f"not JSON: {error}", path) from None
    if isinstance(content, dict):
        # Pairs, and not the dict: of two of one name it would keep the second.
        pairs = json.loads(text, object_pairs_hook=list)
        return [(i, {"file": name, "latex": latex}) for i, (name, latex) in enumerate(pairs, start=1)]
    if not isinstance(content, list):
        raise ScoringError("neither a list nor an object", path)
    broken = Refused("no object with a file and its LaTeX")
    return [(i, entry if isinstance(entry, dict) else broken) for i, entry in enumerate(content, start=1)]


def _json_object(line: str, where: str) -> dict[str, Any] | Refused:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Refused(f"{where}: not JSON: {error}")
    return entry if isinstance(entry, dict) else Refused(f"{where}: no object with a file and its LaTeX")


def _is_number(text: str) -> bool:
    try:
        return not text or isfinite(float(text))
    except ValueError:
        return False
