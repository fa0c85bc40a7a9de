"""The folder of a training run: one process at a time works in it, and its settings stand there."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crohme.errors import CrohmeError
from inkml_parser.files import read_regular
from inkml_parser.partial_files import remove_partial

log = logging.getLogger(__name__)
_LOCK = ".lock"
SETTINGS = "settings.json"


class CheckpointError(CrohmeError):
    """A checkpoint that is missing or damaged, or that belongs to another run."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder of a run for this process alone while the block lasts. A killed process holds nothing.

    What one had only begun to write is removed.

    Raises:
        CheckpointError: Another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("ab") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # a system without such locks
            pass
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise CheckpointError("another run is using this folder: choose another (--out)", folder) from None
            log.warning("%s: two runs in this folder would not be noticed: %s", folder, error.strerror)
        else:
            remove_partial(folder, recursive=True)
        yield


def stored_settings(folder: Path) -> dict[str, Any]:
    """What the `settings.json` of the run in a folder holds.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    path = folder / SETTINGS
    try:
        stored = json.loads(read_regular(path))
    except OSError as error:
        raise CheckpointError(f"nothing to resume: {path}: {error.strerror}") from None
    except ValueError as error:
        raise CheckpointError(f"not the settings of a run of this version: {error}", path) from None
    if not isinstance(stored, dict) or not isinstance(stored.get("settings"), dict):
        raise CheckpointError("not the settings of a run of this version", path)
    return stored
