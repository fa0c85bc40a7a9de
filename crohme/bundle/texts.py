"""The text files of a bundle, read as untrusted input."""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from crohme.errors import CrohmeError
from inkml_parser.files import open_regular

_LARGEST_TEXT, _LONGEST_LABEL = 1 << 20, 200
_DEEPEST, _LARGEST_NUMBER = 8, 1e18


class BundleError(CrohmeError):
    """A bundle that is missing, damaged or not ours. `str(error)` names the folder and the cause."""


def check_vocabulary(folder: Path, vocabulary: Sequence[str], count: int) -> None:
    """Make sure that a vocabulary can be written and read back: labels that can be seen, none twice.

    Raises:
        BundleError: It cannot, or there are not `count` labels; `folder` is named.
    """
    for number, label in enumerate(vocabulary, start=1):
        if not label.strip() or len(label) > _LONGEST_LABEL or any(unicodedata.category(c)[0] == "C" for c in label):
            raise BundleError(f"vocabulary.txt: line {number} is not a label: {label!r:.60}", folder)
    if len(set(vocabulary)) < len(vocabulary):
        twice = Counter(vocabulary).most_common(1)[0][0]
        raise BundleError(f"vocabulary.txt: {twice!r:.60} occurs twice", folder)
    if len(vocabulary) != count:
        raise BundleError(f"vocabulary.txt has {len(vocabulary)} labels; the network has {count} outputs", folder)


def read_vocabulary(path: Path, count: int) -> tuple[str, ...]:
    """The lines of `vocabulary.txt`: one label each, `count` of them.

    Raises:
        BundleError: See `check_vocabulary`; or it is not UTF-8.
    """
    folder = path.parent
    content = read_limited(path, _LARGEST_TEXT)
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise BundleError(f"vocabulary.txt is not UTF-8: {error.reason}", folder) from None
    vocabulary = tuple(lines[:-1] if lines[-1] == "" else lines)
    check_vocabulary(folder, vocabulary, count)
    return vocabulary


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A file of a bundle to read: a regular one, and no link.

    Raises:
        BundleError: It is none, or cannot be read.
    """
    if path.is_symlink():
        raise BundleError(f"{path.name} is a link; a bundle holds its files itself", path.parent)
    try:
        with open_regular(path) as file:
            yield file
    except OSError as error:
        raise BundleError(f"{path.name}: {error.strerror or error}", path.parent) from None


def read_limited(path: Path, most: int) -> bytes:
    """All of a file of a bundle.

    Raises:
        BundleError: See `opened`; or it has more than `most` bytes.
    """
    with opened(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise BundleError(f"{path.name} is larger than {most:,} bytes", path.parent)
    return content


def read_table(path: Path) -> dict[str, Any]:
    """A JSON object of finite numbers, text, lists and tables.

    Raises:
        BundleError: It is anything else.
    """
    with opened(path) as file:
        data = file.read(_LARGEST_TEXT + 1)
    try:
        if len(data) > _LARGEST_TEXT:
            raise ValueError(f"larger than {_LARGEST_TEXT:,} bytes")
        content = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats)
        _check_values(content)
    except (ValueError, RecursionError) as error:
        cause = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise BundleError(f"{path.name} is not valid JSON: {cause}", path.parent) from None
    if not isinstance(content, dict):
        raise BundleError(f"{path.name} is not a JSON object", path.parent)
    return content


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError(f"{Counter(key for key, _ in pairs).most_common(1)[0][0]!r:.60} occurs twice")
    return table


def _check_values(value: Any, place: tuple[str, ...] = ()) -> None:
    """Raise ValueError for what could be shown to nobody; `place` are the keys that lead to it."""
    if len(place) > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        for key, item in value.items():
            _check_values(key, place)
            _check_values(item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _check_values(item, (*place, str(number)))
    elif isinstance(value, str):
        value.encode("utf-8")  # not half a character, which JSON can write
    elif isinstance(value, float) and math.isnan(value):
        raise ValueError(f"{_shown(place)} is not a number")
    elif isinstance(value, int | float) and not abs(value) <= _LARGEST_NUMBER:
        raise ValueError(f"{_shown(place)} is too large a number")


def _shown(place: tuple[str, ...]) -> str:
    return ".".join(place)[:100] or "it"
