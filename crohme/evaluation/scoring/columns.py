"""Which columns of a table name an expression and hold its LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from pathlib import Path

from crohme.evaluation.scoring.errors import Refused, ScoringError

NAMES = (
    "file", "filename", "file_name", "name", "image", "image_name", "img", "path", "id", "key", "sample",
    "file_path", "filepath", "file_id", "image_file", "image_filename", "image_path", "image_id", "img_name",
    "img_path", "inkml", "ink", "sample_id", "uid",
)  # fmt: skip
"""Columns that name an expression; the first that is there is taken."""


class Side(StrEnum):
    """Which of the two things that are compared: in a table that holds both, each has its own column."""

    TRUTH = "truth"
    OUTPUT = "output"


OWN = {
    Side.TRUTH: ("truth", "ground_truth", "groundtruth", "gt", "label", "target", "reference"),
    Side.OUTPUT: (
        "read", "reading", "prediction", "predicted", "pred", "output", "recognized", "recognised", "recognition",
        "hypothesis", "hyp", "result", "answer",
    ),
}  # fmt: skip
"""Columns of LaTeX that are of one side only."""
EITHER = ("latex", "formula", "caption", "tex", "expression")
"""Columns of LaTeX that are of either side, where there is none of its own."""
_CAUSES = ("error", "problem")
_NO_NUMBER = ("nan", "none", "null")
"""What programs write where they have no confidence."""
_WORD = re.compile(r"[A-Za-z][A-Za-z_ -]{3,}")


def word_of(header: str) -> str:
    """A header as it is compared: in lower case, with `_` for what is between words."""
    return re.sub(r"[\s_-]+", "_", header.strip().lower())


@dataclass(frozen=True)
class Columns:
    """Where in a row what is.

    Args:
        count: int. Fields of a row.
        file, latex: int. Those of the name and of the LaTeX.
        causes: tuple of int. Those that say why there is no LaTeX.
        confidence, symbol: int or None. Those of the confidence, and of the number of a symbol.
    """

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
            hint = ": LaTeX with the separator in it needs quotes, further columns a header"
            cause = f"line {line}: {len(row)} fields instead of {self.count}{hint if len(row) > self.count else ''}"
            return file, Refused(cause), ""
        latex, confidence = row[self.latex], "" if self.confidence is None else row[self.confidence].strip()
        if self.symbol is not None and row[self.symbol].strip():
            return file, Refused(f"line {line}: a reading of one symbol, not of an expression"), ""
        if confidence.lower() in _NO_NUMBER:
            confidence = ""
        if not _is_number(confidence):
            hint = "LaTeX with the separator in it needs quotes"
            return file, Refused(f"line {line}: the confidence {confidence!r} is no number: {hint}"), ""
        if not latex.strip():
            causes = [row[index] for index in self.causes if row[index].strip()]
            return file, Refused(causes[0] if causes else f"line {line}: no LaTeX"), ""
        return file, latex, confidence


def columns_of(path: Path, row: Sequence[str], side: Side, wanted: str | None) -> tuple[Columns, bool]:
    """What the columns are, and whether the row is a header that says so.

    Args:
        path: Path. Of the table, for errors.
        row: sequence of str. The first row.
        side: Side.
        wanted: str or None. The column that holds the LaTeX, if the user names one.

    Raises:
        ScoringError: A header from which it does not follow.
    """
    words = [word_of(cell) for cell in row]
    name = next((words.index(word) for word in NAMES if word in words), None)
    if wanted is None and name is None and not (len(row) > 1 and all(_WORD.fullmatch(cell.strip()) for cell in row)):
        if len(row) > 1:
            return Columns(2, 0, 1), False
        cause = f"a table of LaTeX needs the columns file and latex, and its first line is {row}"
        raise ScoringError(f"{cause}; lists of LaTeX alone are compared with --lines", path)
    latex = words.index(latex_column(path, words, side, wanted))
    if name is None:
        known = ", ".join(NAMES)
        raise ScoringError(f"no column names the file of a row ({known}); there are {_listed(words)}", path)
    if name == latex:
        raise ScoringError(f"the column {row[name]!r} names the file, and so cannot be the {side}", path)
    causes = tuple(words.index(word) for word in _CAUSES if word in words)
    confidence, symbol = (words.index(word) if word in words else None for word in ("confidence", "symbol"))
    return Columns(len(row), name, latex, causes, confidence, symbol), True


def latex_column(path: Path, words: Sequence[str], side: Side, wanted: str | None) -> str:
    """The column that holds the LaTeX of a side: the one that the user names, else one of `OWN`, else of `EITHER`.

    Raises:
        ScoringError: There is none, or there are several. The cause lists the columns, and says how to name one.
    """
    if wanted is not None:
        if words.count(word_of(wanted)) != 1:
            raise ScoringError(f"{words.count(word_of(wanted))} columns {wanted!r}; there are {_listed(words)}", path)
        return word_of(wanted)
    for known in (OWN[side], EITHER):
        found = [word for word in words if word in known]
        if len(found) > 1:
            cause = f"{_listed(found)} may each be the {side}: name one with --{side}-column"
            raise ScoringError(f"which column holds the LaTeX? {cause}", path)
        if found:
            return found[0]
    known_names = ", ".join((*OWN[side], *EITHER))
    raise ScoringError(
        f"a table of LaTeX needs the columns file and latex, and has {_listed(words)}: "
        f"name that of the {side} with --{side}-column (known are {known_names})",
        path,
    )


def _listed(words: Sequence[str]) -> str:
    return ", ".join(map(repr, words))


def _is_number(text: str) -> bool:
    try:
        return not text or isfinite(float(text))
    except ValueError:
        return False
