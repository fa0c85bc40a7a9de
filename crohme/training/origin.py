"""What a run began with, kept in its folder: its bundle says where it comes from, however often it was resumed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crohme.bundle import Provenance
from crohme.bundle.provenance import hash_of
from crohme.json_text import parsed
from inkml_parser.files import read_regular, write_whole

_FILE = "origin.json"
_KEPT = ("data", "data_sha256", "recipe", "started_from")


def record(
    folder: Path,
    paths: Iterable[Path],
    data: str,
    *,
    recipe: str | Path | None = None,
    started_from: str | Path | None = None,
) -> None:
    """Write down what a new run begins with.

    Args:
        folder: Path. Of the run.
        paths: paths. The files that it is trained on, and folders of them.
        data: str. What they are, in words.
        recipe: path or None. The file of its settings.
        started_from: name or path of a bundle or of weights, or None.
    """
    known = {
        "data": data,
        "data_sha256": hash_of(paths),
        "recipe": None if recipe is None else Path(recipe).name,  # no path of this machine
        "started_from": None if started_from is None else Path(started_from).name,
    }
    write_whole(folder / _FILE, json.dumps(known, indent=2) + "\n")


def provenance(folder: Path, *, seconds: float | None = None, samples: int | None = None) -> Provenance:
    """That of the network which a run has trained; what it began with is unknown if its folder does not tell.

    Args:
        folder: Path. Of the run.
        seconds: float or None. Of training.
        samples: int or None. Examples seen.
    """
    try:
        stored = parsed(read_regular(folder / _FILE))
    except (OSError, ValueError):  # of an earlier version, or damaged: no reason to lose a trained network
        stored = {}
    known: dict[str, Any] = {}
    if isinstance(stored, dict):
        known = {name: stored[name] for name in _KEPT if isinstance(stored.get(name), str)}
    return Provenance.here(seconds=seconds, samples=samples, **known)
