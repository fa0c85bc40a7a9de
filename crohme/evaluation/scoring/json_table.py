"""Expressions in JSON: a list of objects, an object of names and LaTeX or objects, or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crohme.evaluation.scoring.columns import NAMES, Side, latex_column, word_of
from crohme.evaluation.scoring.errors import Refused, ScoringError

LINES = (".jsonl", ".ndjson")
"""What files with an object a line are called."""
_CAUSES = ("error", "problem")
_LARGEST = 1e300
"""Of a confidence: what is larger is none, nor is NaN."""
_BROKEN = "{what}, where an object with a file and its LaTeX should be"

Row = tuple[int, str, str | Refused, str]
"""Number of the entry, name, LaTeX, confidence."""


def json_rows(path: Path, text: str, side: Side, wanted: str | None) -> Iterator[Row]:
    """The expressions of a text in JSON; in one object, every name is a file and every value its LaTeX, or an object.

    Args:
        path: Path. What is named `.jsonl` or `.ndjson` has an object a line.
        text: str.
        side: Side.
        wanted: str or None. The key of the LaTeX, if the user names one.

    Raises:
        ScoringError: It is no JSON, or no key is known to be that of the LaTeX. A line of `.jsonl` is refused alone.
    """
    unit = unit_of(path)
    entries = list(_entries(path, text))
    objects = [entry for _, entry in entries if not isinstance(entry, Refused)]
    keys = list(dict.fromkeys(word for entry in objects for word in entry))
    column = latex_column(path, keys, side, wanted) if objects else ""
    for number, entry in entries:
        read = ("", entry, "") if isinstance(entry, Refused) else _read(f"{unit} {number}", entry, column)
        yield number, *read


def unit_of(path: Path) -> str:
    """What is counted in a file of JSON: lines of JSON lines, entries of all others."""
    return "line" if path.suffix.lower() in LINES else "entry"


def _read(place: str, entry: dict[str, Any], column: str) -> tuple[str, str | Refused, str]:
    key = next((word for word in NAMES if entry.get(word) is not None), None)
    name = "" if key is None else entry[key]
    confidence = entry.get("confidence")
    is_number = isinstance(confidence, int | float) and not isinstance(confidence, bool)
    has_number = is_number and abs(confidence or 0) < _LARGEST
    if isinstance(name, bool) or not isinstance(name, str | int):
        return "", Refused(f"{place}: {key!r} is {_described(name)}, and no file name"), ""
    if not str(name).strip():
        return "", Refused(f"{place}: no file name"), ""
    latex = entry.get(column)
    if entry.get("symbol") is not None:
        given: str | Refused = Refused(f"{place}: a reading of one symbol, not of an expression")
    elif isinstance(latex, str) and latex.strip():
        given = latex
    else:
        causes = (entry[word] for word in _CAUSES if isinstance(entry.get(word), str) and entry[word].strip())
        wrong = f"no LaTeX: it is {_described(latex)}" if column in entry else f"no LaTeX: no {column!r}"
        given = Refused(next(causes, f"{place}: {wrong}"))
    return str(name), given, str(confidence) if has_number else ""


def _entries(path: Path, text: str) -> Iterable[tuple[int, dict[str, Any] | Refused]]:
    """The objects of a list or of lines; of an object of `"name": "LaTeX"` or `"name": {…}`, one for each."""
    if unit_of(path) == "line":
        return [(i, _line(line, i)) for i, line in enumerate(text.split("\n"), start=1) if line.strip()]
    try:
        content = parsed(text)
    except ValueError as error:
        raise ScoringError(f"not JSON: {error}", path) from None
    if isinstance(content, _Pairs):
        if all(isinstance(value, _Pairs) for _, value in content):
            return [(i, _named(name, value, f"entry {i}")) for i, (name, value) in enumerate(content, start=1)]
        return [(i, {"file": name, "latex": latex}) for i, (name, latex) in enumerate(content, start=1)]
    if not isinstance(content, list):
        raise ScoringError("neither a list nor an object", path)
    return [(i, _object(entry, f"entry {i}")) for i, entry in enumerate(content, start=1)]


def _line(line: str, number: int) -> dict[str, Any] | Refused:
    try:
        return _object(parsed(line), f"line {number}")
    except ValueError as error:
        return Refused(f"line {number}: not JSON: {error}")


class _Pairs(list[tuple[str, Any]]):
    """An object as its pairs, and not as a dict: of two of one name that would keep the second."""


def _object(content: Any, place: str) -> dict[str, Any] | Refused:
    """An object with its keys as columns are compared."""
    if isinstance(content, _Pairs) and content:
        return {word_of(key): value for key, value in content}
    return Refused(f"{place}: {_BROKEN.format(what=_described(content))}")


def _named(name: str, content: _Pairs, place: str) -> dict[str, Any] | Refused:
    """An object that stands under the name of its file."""
    found = _object(content, place)
    return found if isinstance(found, Refused) else found | {NAMES[0]: name}


def _described(value: Any) -> str:
    """What a value of JSON is, in words."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        text = f"{value:.6g}" if isinstance(value, float) or abs(value) > 10**12 else str(value)
        return f"the number {text}"
    if isinstance(value, str):
        return "a text" if value.strip() else "empty"
    if isinstance(value, _Pairs):
        return "an object" if value else "an empty object"
    return "a list" if value else "an empty list"


def parsed(text: str) -> Any:
    """JSON, its objects as pairs.

    Raises:
        ValueError: It is none. The message is ours, and no text of Python's.
    """
    try:
        return json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno} is none") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise ValueError("a number of too many digits") from None
