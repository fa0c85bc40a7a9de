"""What is scored: folders of `.lg`, `.inkml`, `.tex` or `.txt`, a zip archive of LaTeX, or a table of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from crohme.batch.files import parts_of
from crohme.batch.output import output_rows
from crohme.datasets.location import files_under
from crohme.evaluation.scoring.errors import Refused, ScoringError
from crohme.evaluation.scoring.latex_files import archived, are_texts, latex_file
from crohme.evaluation.scoring.tables import Side, Table, name_of, read_table, text_of
from crohme.evaluation.scoring.text import not_utf8, undecoded

Item = Path | str | Refused
"""A `.lg` or `.inkml` file, LaTeX, or why there is neither."""
REPORTED = "outcomes.csv"
"""The table of a folder that `--report` wrote."""


class Format(StrEnum):
    """What the expressions of a source are written in."""

    LG = "lg"
    INKML = "inkml"
    LATEX = "latex"


_SUFFIXES = {".lg": Format.LG, ".inkml": Format.INKML, ".tex": Format.LATEX, ".txt": Format.LATEX}
_KINDS = {Format.LG: "label graphs", Format.INKML: "InkML", Format.LATEX: "LaTeX"}
_NOTES = frozenset({"readme", "license", "licence", "copying", "changelog"})
"""Texts that lie beside label graphs and ink, and hold no LaTeX."""


@dataclass(frozen=True)
class Source:
    """Expressions by name.

    Args:
        path: Path. The folder or the table.
        format: Format.
        items: dict of name → Item. Names are file names without suffix.
        confidences: dict of name → float. As far as a table has them.
        repeated: list of str. Rows of a table that say what another one has said.
    """

    path: Path
    format: Format
    items: dict[str, Item]
    confidences: dict[str, float] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)


def open_source(path: Path, side: Side = Side.TRUTH, column: str | None = None) -> Source:
    """Find the expressions of a folder, or read those of a table or an archive.

    A folder is searched to any depth. Where files of several kinds have one name, the label graph is taken, then the
    ink; `.tex` and `.txt` are LaTeX alike, but where each `.txt` is the Unicode text of the `.tex` beside it,
    these are left out. The folder of a report stands for the table in it,
    that of a batch for all its rows.

    Args:
        path: Path. A folder, a table (see `tables.read_table`), a zip archive of `.tex` and `.txt`, or one `.lg` or
            `.inkml` file.
        side: Side. Which columns of a table.
        column: str or None. The column of its LaTeX; by default it follows from the header.

    Returns:
        Source.

    Raises:
        ScoringError: Nothing found, one name twice, names that only files of another kind have, no such table, or
            an archive that cannot be used.
        OSError: A folder in it cannot be read.
        BatchError, MissingExtra: A part of a batch is damaged, or in Parquet, and pyarrow is not installed.
    """
    if path.is_dir():
        # Not only what can be opened: every truth counts, and what cannot is listed.
        files = [file for file in files_under(path) if file.suffix.lower() in _SUFFIXES]
        if files:
            return _folder(path, files)
        if parts_of(path):
            return _of_table(path, _of_batch(path, side, column))
        if not (path / REPORTED).is_file():
            raise ScoringError(f"no .lg or .inkml file under {path}, and none of LaTeX (.tex, .txt)")
        path = path / REPORTED
    elif path.suffix.lower() in (".lg", ".inkml") and path.is_file():
        return _folder(path, [path])
    elif path.suffix.lower() == ".zip":
        return Source(path, Format.LATEX, dict(archived(path)))
    return _of_table(path, read_table(path, side, column))


def open_lines(path: Path, least: int = 1) -> Source:
    """The expressions of a list of LaTeX, one a line; each is named by the number of its line.

    Args:
        path: Path.
        least: int. So many lines are kept though the last of them be empty.

    Raises:
        ScoringError: No such file, not text, or nothing in it.
    """
    lines = text_of(path, lenient=True).removesuffix("\n").split("\n")
    if not any(map(str.strip, lines)):
        raise ScoringError("no lines", path)
    while len(lines) > least and not lines[-1].strip():
        lines.pop()
    items: dict[str, Item] = {}
    for number, line in enumerate(lines, start=1):
        byte = undecoded(line)
        latex = line.strip(" \r")
        cause = f"line {number}: no LaTeX" if byte is None else not_utf8(number, byte)
        items[f"line {number}"] = latex if byte is None and latex else Refused(cause)
    return Source(path, Format.LATEX, items)


def _of_batch(path: Path, side: Side, column: str | None) -> Table:
    """The rows of a batch; what could not be read is refused with its cause."""
    table = Table(unit="row")
    for number, row in enumerate(output_rows(path, with_failures=side is Side.OUTPUT), start=1):
        latex, confidence = row.get(column or "latex"), row.get("confidence")
        if not isinstance(latex, str) or not latex.strip():
            latex = Refused(str(row.get("error") or f"row {number}: no LaTeX"))
        table.add(number, row["id"], latex, "" if confidence is None else str(confidence))
    return table


def _of_table(path: Path, table: Table) -> Source:
    items: dict[str, Item] = {
        name: Refused(f"{item.cause} ({path.name})") if isinstance(item, Refused) else item
        for name, item in table.items.items()
    }
    return Source(path, Format.LATEX, items, table.confidences, table.repeated)


def _folder(path: Path, files: list[Path]) -> Source:
    found: dict[Format, dict[str, Path]] = {}
    twice: list[tuple[Path, Path]] = []
    for file in files:
        own = found.setdefault(_SUFFIXES[file.suffix.lower()], {})
        name = name_of(file.name)
        if own.setdefault(name, file) != file:
            twice.append((own[name], file))
    if twice and not are_texts(twice):
        raise ScoringError(f"two files have one name: {twice[0][0]} and {twice[0][1]}")
    chosen = min(found, key=list(Format).index)
    named = found.pop(chosen)
    for other, others in found.items():
        alone = [file for name, file in others.items() if name not in named and name.lower() not in _NOTES]
        if alone:
            kinds = f"{len(named)} files of {_KINDS[chosen]}, and {len(alone)} of {_KINDS[other]} under other names"
            raise ScoringError(
                f"{kinds} ({alone[0]} …): one kind can be scored; put them into folders of their own", path
            )
    if chosen is not Format.LATEX:
        return Source(path, chosen, dict(named))
    return Source(path, chosen, {name: latex_file(file) for name, file in named.items()})
