"""Tables of LaTeX, as people and programs write them: one expression a row, with the name of its file."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from crohme.errors import cause_of
from crohme.evaluation.scoring.columns import Columns, Side, columns_of
from crohme.evaluation.scoring.errors import Refused, ScoringError
from crohme.evaluation.scoring.json_table import LINES, json_rows, unit_of
from crohme.evaluation.scoring.text import EncodingError, decode, not_utf8, undecoded
from crohme.ink.image_files import SUFFIXES
from inkml_parser.files import read_regular

__all__ = ["Side", "Table", "name_of", "read_table", "text_of"]

_FILES = SUFFIXES | {".inkml", ".lg", ".tex", ".txt", ".mml", ".svg"}
_SEPARATORS = "\t;,"
_SPACED = re.compile(r"\s*((?=\S*\d)(?=\S*[A-Za-z_])[\w./-]{4,})[ ]+(\S.*)")
"""A name, which has digits and letters, and LaTeX after it."""
_OF_NAME = re.compile(r"\.[A-Za-z]{2,5}[,;]")
"""What ends a name that has a blank in it."""


@dataclass
class Table:
    """The rows of a table.

    Args:
        items: dict of name → LaTeX, or Refused. A row whose name cannot be told is called after its line.
        confidences: dict of name → float, where the table has them.
        repeated: list of str. Rows that say what another one has said: the name of each, and its line.
        unit: str. What the rows are counted in: `line` or `entry`.
    """

    items: dict[str, str | Refused] = field(default_factory=dict)
    confidences: dict[str, float] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    unit: str = "line"
    _lines: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, line: int, file: str, latex: str | Refused, confidence: str = "") -> None:
        """Enter a row.

        One that says something else of a name that is there already, or of a file of that name in another folder,
        makes both of them refused.
        """
        name, place = name_of(file), f"{self.unit} {line}"
        byte = undecoded(file) if undecoded(file) is not None else undecoded(latex) if isinstance(latex, str) else None
        if byte is not None:
            name, latex = ("" if undecoded(file) is not None else name), Refused(not_utf8(line, byte))
        if not name:
            self.items[place] = latex if isinstance(latex, Refused) else Refused(f"{place}: no file name")
            return
        if name in self.items:
            before, folder = self._lines[name]
            if (self.items[name], folder) == (latex, file.strip()):
                self.repeated.append(f"{name} ({place})")
                return
            cause = f"{place}: a second row for {name!r}, another one than {self.unit} {before}"
            self.items[name] = self.items[f"{name} ({place})"] = Refused(cause)
            self.confidences.pop(name, None)
            return
        self._lines[name] = line, file.strip()
        self.items[name] = latex
        if confidence:
            self.confidences[name] = float(confidence)


def name_of(file: str) -> str:
    """What a file is called, whatever folder it is in: its name without the suffixes of ink, picture and text.

    Accents are composed: macOS has them apart in the names of its files, and few tables do.
    """
    path = PurePosixPath(unicodedata.normalize("NFC", file.strip()).replace("\\", "/"))
    while path.suffix.lower() in _FILES:  # the reading of `a.inkml` may lie in `a.inkml.txt`
        path = PurePosixPath(path.stem)
    return path.name


def read_table(path: Path, side: Side, column: str | None = None) -> Table:
    """Read a CSV (with commas or semicolons, with a header or without), tab-separated captions, JSON or JSON lines.

    What separates the columns is the first tab, semicolon or comma of the file; in `.txt`, where every line begins
    with a name of digits and letters, another one in each, the first space. Without a header that names
    columns (see `columns`), a row is a name and its LaTeX. A row with more or fewer fields than it should
    have is refused, not cut: an unquoted comma of LaTeX is no end of a field. So is a row that is no UTF-8.

    Args:
        path: Path.
        side: Side.
        column: str or None. The column of the LaTeX; by default it follows from the header.

    Raises:
        ScoringError: No such file, not text, no rows, or a header from which the columns do not follow.
    """
    is_json = path.suffix.lower() in (".json", *LINES)
    text = text_of(path, lenient=not is_json)
    table = Table(unit=unit_of(path) if is_json else "line")
    for row in json_rows(path, text, side, column) if is_json else _separated_rows(path, text, side, column):
        table.add(*row)
    if not table.items:
        raise ScoringError("no rows", path)
    return table


def text_of(path: Path, *, lenient: bool) -> str:
    """What a file holds; see `text.decode`.

    Raises:
        ScoringError: It cannot be read, or is no text.
    """
    try:
        return decode(read_regular(path), lenient=lenient)
    except OSError as error:
        raise ScoringError(cause_of(error), path) from None
    except EncodingError as error:
        raise ScoringError(error.cause, path) from None


def _separated_rows(
    path: Path, text: str, side: Side, column: str | None
) -> Iterator[tuple[int, str, str | Refused, str]]:
    if path.suffix.lower() == ".txt" and (spaced := _spaced_rows(text)) and column is None:
        yield from spaced
        return
    first, _, rest = text.partition("\n")
    skipped = 0
    if re.fullmatch(r"sep=.\r?", first):  # Excel's own mark
        text, skipped = rest, 1
    separator = next((c for c in text.lstrip().partition("\n")[0] if c in _SEPARATORS), ",")
    columns: Columns | None = None
    for line, row in _rows(path, text, separator, skipped):
        if isinstance(row, _Broken):
            yield line, row.name, row, ""
            continue
        if columns is None:
            columns, is_header = columns_of(path, row, side, column)
            if is_header:
                continue
        while separator == "\t" and len(row) > columns.count and not row[-1].strip():
            row.pop()  # a tab at the end of a line separates nothing
        yield line, *columns.read(line, row)


def _spaced_rows(text: str) -> list[tuple[int, str, str, str]]:
    """Names and what follows them, as WAP and its successors write their readings; empty where a line is another."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    found = [(number, _SPACED.fullmatch(line.rstrip())) for number, line in lines if "\t" not in line]
    rows = [(number, match[1], match[2], "") for number, match in found if match is not None]
    is_whole = len({row[1] for row in rows}) == len(lines) and not any(_OF_NAME.search(row[2]) for row in rows)
    return rows if is_whole else []


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
    # A space before a quote would make the quote part of the field.
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
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
