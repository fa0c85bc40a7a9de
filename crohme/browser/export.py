"""A bundle as the two files from which the recogniser in JavaScript is loaded."""

from __future__ import annotations

import json
from pathlib import Path

from crohme.browser.tables import tables_of
from crohme.browser.weights import packed
from crohme.bundle import Bundle, BundleError
from crohme.expressions import language_model
from crohme.expressions.recognizer import Recognizer
from inkml_parser.files import filling, write_whole

NETWORK = "stroke_transformer"
"""The network that `js/forward.js` runs."""
TABLES, WEIGHTS = "recognizer.json", "weights.bin"


def contents_of(trained: Bundle) -> dict[str, bytes]:
    """The files by name.

    Raises:
        BundleError: A bundle of isolated symbols, or of another network, or one that makes no sense.
    """
    vocabulary = Recognizer(trained).vocabulary
    if trained.network != NETWORK:
        raise BundleError(f"there is no {trained.network} in JavaScript, only {NETWORK}", trained.path)
    weights, described = packed(trained.weights, trained.files.get(language_model.FILE, b""))
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
