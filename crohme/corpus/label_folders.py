"""Labels as folder names, for pictures of symbols in `<label>/` folders."""

from __future__ import annotations

from urllib.parse import unquote

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def label_to_folder(label: str) -> str:
    """The folder name of a label: a-z and 0-9 stand for themselves, all else as `%XX` per UTF-8 byte.

    Such names are safe on every file system and never differ by case alone (`X` is `%58`).
    """
    return "".join(c if c in _PLAIN else "".join(f"%{byte:02X}" for byte in c.encode()) for c in label)


def folder_to_label(name: str) -> str:
    """The label of a folder name: the inverse of `label_to_folder`. A name without `%` is the label itself."""
    return unquote(name)
