"""A bundle as the two files from which the recogniser in JavaScript is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from crohme.browser.shapes import packed_shapes
from crohme.browser.tables import tables_of
from crohme.browser.weights import packed
from crohme.bundle import Bundle, BundleError
from crohme.errors import CrohmeError
from crohme.expressions import language_model, shapes
from crohme.expressions.recognizer import Recognizer
from inkml_parser.files import filling, read_regular, write_whole

NETWORK = "stroke_transformer"
"""The network that `js/forward.js` runs."""
TABLES, WEIGHTS = "recognizer.json", "weights.bin"


class PlaceError(CrohmeError):
    """A folder in which files of others lie where an export would."""


def check_place(folder: Path, contents: Mapping[str, bytes], mark: str) -> None:
    """Make sure that no file of others is written over, such as the README of a project.

    Args:
        folder: Path. It need not exist.
        contents: mapping of str → bytes. What is to be written, by name.
        mark: str. The name of a file that only an earlier export has, which may be written over.

    Raises:
        PlaceError: One would be.
        OSError: A file that may be one cannot be read.
    """
    if (folder / mark).is_file():
        return
    for name, content in contents.items():
        if (folder / name).is_file() and read_regular(folder / name) != content:
            raise PlaceError(f"{name} is here, of something else than an earlier export: choose another folder", folder)


def contents_of(trained: Bundle) -> dict[str, bytes]:
    """The files by name.

    Raises:
        BundleError: A bundle of isolated symbols, or of another network, or one that makes no sense.
    """
    vocabulary = Recognizer(trained).vocabulary
    if trained.network != NETWORK:
        raise BundleError(f"there is no {trained.network} in JavaScript, only {NETWORK}", trained.path)
    language, looks = (trained.files.get(name, b"") for name in (language_model.FILE, shapes.FILE))
    weights, described = packed(trained.weights, {"language": language, "shapes": packed_shapes(looks)})
    tables = tables_of(trained, vocabulary) | {"weights": {"file": WEIGHTS, **described}}
    return {
        TABLES: json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode(),
        WEIGHTS: weights,
    }


def export(trained: Bundle, folder: Path) -> None:
    """Write `recognizer.json` and `weights.bin` to a folder, both or neither.

    Raises:
        BundleError: See `contents_of`.
        OSError: It cannot be written; what was there is as it was.
    """
    with filling(folder) as parts:
        for name, content in contents_of(trained).items():
            write_whole(parts / name, content)
