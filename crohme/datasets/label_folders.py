"""Labels as folder names, for pictures of symbols in `<label>/` folders."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from urllib.parse import unquote

from crohme.errors import CrohmeError, cause_of
from crohme.notation import CLASSES, canonical_label
from crohme.notation.alphabet import SYMBOL_CLASSES
from inkml_parser.files import open_regular

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_KNOWN = frozenset(CLASSES)


class LabelError(CrohmeError):
    """A table of labels that cannot be used, or names that it has no label for."""


def label_to_folder(label: str) -> str:
    """The folder name of a label: a-z and 0-9 stand for themselves, all else as `%XX` per UTF-8 byte.

    Such names are safe on every file system and never differ by case alone (`X` is `%58`).
    """
    return "".join(c if c in _PLAIN else "".join(f"%{byte:02X}" for byte in c.encode()) for c in label)


def folder_to_label(name: str) -> str:
    """The label of a folder name: the inverse of `label_to_folder`. A name without `%` is the label itself."""
    return unquote(name)


class LabelTable:
    """What the folders of public and private sets of symbols are called, and the LaTeX of each.

    A name is looked up in the user's own table; then it may be a label itself, plain or as
    `label_to_folder` writes it; then it is looked up among the names of `alphabet.csv` and, for symbols
    beyond it, of `labels.csv`, first as it is, then in lower case. Any other single character or LaTeX
    command is its own label.

    Args:
        own: mapping of str → str. Name → label, before all others.
    """

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = dict(own or {})
        with resources.as_file(resources.files(__package__) / "labels.csv") as path:
            self._names = {name: symbol.label for symbol in SYMBOL_CLASSES.values() for name in symbol.names}
            self._names |= _read_table(path)

    @classmethod
    def load(cls, own: Path | None) -> LabelTable:
        """With the user's own table, a CSV of the columns `name` and `label`.

        Raises:
            LabelError: The file cannot be read, or is no such table.
        """
        return cls(None if own is None else _read_table(own))

    def label(self, name: str) -> str | None:
        """The label for the name of a folder; None if there is none.

        Example:
            >>> [LabelTable().label(name) for name in ("add", "forward_slash", "X", "%5Cpi", "apple")]
            ['+', '/', 'X', '\\\\pi', None]
        """
        decoded = folder_to_label(name).strip()
        if decoded in self._own or name in self._own:
            return self._own.get(name, self._own.get(decoded))
        label = canonical_label(decoded)
        if label in _KNOWN:
            return label
        for known in (decoded, decoded.lower()):
            if known in self._names:
                return self._names[known]
        is_token = len(label) == 1 or (label[:1] == "\\" and label[1:].isalpha())
        return label if is_token else None


def _read_table(path: Path) -> dict[str, str]:
    try:
        with io.TextIOWrapper(open_regular(path), "utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"name", "label"} <= set(reader.fieldnames or ()):
                raise LabelError("its first line must name the columns name,label", path)
            table: dict[str, str] = {}
            for row in reader:
                name, label = (row["name"] or "").strip(), (row["label"] or "").strip()
                if not name or len(label.split()) != 1:
                    raise LabelError(
                        f'line {reader.line_num} must be a name and a label of one token, as in `comma,","`', path
                    )
                if table.setdefault(name, canonical_label(label)) != canonical_label(label):
                    raise LabelError(f"line {reader.line_num}: {name} stands for {table[name]} already", path)
    except OSError as error:
        raise LabelError(cause_of(error), path) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f"is not a CSV file in UTF-8: {error}", path) from None
    return table
