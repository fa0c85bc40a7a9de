"""What `crohme batch` has read of files, as the answers of a recogniser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crohme.batch.errors import BatchError, RecordError
from crohme.batch.files import parts_of
from crohme.batch.output import output_rows
from crohme.evaluation.recognizers import Answer
from crohme.evaluation.scoring.tables import name_of
from crohme.notation import Expression, NotationError, read_latex
from crohme.recognition import Reading, Recognition


class ReadBefore:
    """The output of a batch, whose rows are matched with files by name, without folder and suffix, as `score` does.

    Args:
        folder: Path. The `--output` of a batch.

    Raises:
        BatchError: It is none.
    """

    def __init__(self, folder: Path) -> None:
        if not parts_of(folder):
            raise BatchError("no output of `crohme batch`", folder)
        self.folder = folder

    def answers(self, files: Sequence[Path]) -> Iterator[tuple[Path, Answer]]:
        """What was read of each file; of one that no row is about, an error.

        Symbols with their strokes are those of the file where the row was read from an `.inkml`; of pictures and
        tables, whose strokes may be others, there is the LaTeX alone.

        Raises:
            BatchError: Two rows are about one file, or a part is damaged.
        """
        wanted = {file.stem for file in files}
        rows: dict[str, dict[str, Any]] = {}
        for row in output_rows(self.folder):
            name = name_of(row["id"])
            if name in wanted and rows.setdefault(name, row) is not row:
                raise BatchError(f"two rows are about {name}: {rows[name]['id']} and {row['id']}", self.folder)
        for file in files:
            yield file, _answer(rows[file.stem]) if file.stem in rows else RecordError("the batch has no such record")


def _answer(row: dict[str, Any]) -> Answer:
    if not isinstance(row.get("latex"), str):
        return RecordError(str(row.get("error") or "nothing was read"))
    try:
        if not str(row.get("source")).lower().endswith(".inkml"):
            return read_latex(row["latex"], equate=True)
        best = Reading.from_dict({name: row[name] for name in ("latex", "confidence", "symbols")})
        others = [(c["latex"], c["confidence"], read_latex(c["latex"])) for c in row["candidates"][1:]]
    except (NotationError, KeyError, TypeError, ValueError) as error:
        return RecordError(f"the row cannot be read: {error}")
    return Recognition(None, (best, *(_reading(*other) for other in others if other[2].tree is not None)))


def _reading(latex: str, confidence: float, expression: Expression) -> Reading:
    assert expression.tree is not None
    return Reading(latex, confidence, expression.tree)
