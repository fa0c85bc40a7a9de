"""The log of a training run, `log.jsonl`, read back."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from crohme.json_text import parsed
from inkml_parser.files import read_regular

log = logging.getLogger(__name__)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a log, without any that is damaged: the log is to look at, and no reason to stop a run."""
    if not path.exists():
        return []
    rows = [_row(line) for line in read_regular(path).decode("utf-8", "replace").split("\n") if line]
    if None in rows:
        log.warning("%s: damaged lines left out: %d", path, rows.count(None))
    return [row for row in rows if row is not None]


def _row(line: str) -> dict[str, Any] | None:
    """A line of the log, or None if it is damaged."""
    try:
        row = parsed(line)
    except ValueError:
        return None
    is_whole = isinstance(row, dict) and isinstance(row.get("step"), int) and "samples" in row and "kind" in row
    return row if is_whole else None
