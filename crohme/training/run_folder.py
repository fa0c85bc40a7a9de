"""The folder of a training run: one process at a time works in it, and its settings stand there."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from crohme.errors import CrohmeError
from crohme.json_text import parsed
from inkml_parser.files import read_regular
from inkml_parser.partial_files import remove_partial

log = logging.getLogger(__name__)
_LOCK = ".lock"
SETTINGS, STATE = "settings.json", "state.npz"


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
    with _opened_lock(folder) as file:
        if _is_locked(file, folder):
            remove_partial(folder, recursive=True)
        yield


def check_is_idle(folder: Path) -> None:
    """Raise CheckpointError if another run holds a folder; nothing is made or changed."""
    if (folder / _LOCK).is_file():
        with _opened_lock(folder) as file:
            _is_locked(file, folder)


def _opened_lock(folder: Path) -> IO[bytes]:
    # O_NONBLOCK: a pipe in its place would be waited for.
    return open(folder / _LOCK, "ab", opener=lambda path, flags: os.open(path, flags | getattr(os, "O_NONBLOCK", 0)))


def _is_locked(file: IO[bytes], folder: Path) -> bool:
    """Lock a file until it is closed; False on a system without such locks."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return False
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise CheckpointError("another run is using this folder: choose another (--out)", folder) from None
        log.warning("%s: two runs in this folder would not be noticed: %s", folder, error.strerror)
        return False
    return True


def before(path: Path) -> Path:
    """Where the checkpoint before the one at `path` lies."""
    return path.with_stem(f"{path.stem}-before")


def exists(path: Path) -> bool:
    """Whether there is a checkpoint, or one before it."""
    return any(map(os.path.lexists, (path, before(path))))


def holds_run(folder: Path) -> bool:
    """Whether there is a run in a folder, one that can be resumed."""
    return exists(folder / STATE)


def check_is_free(folder: Path) -> None:
    """Raise CheckpointError if there is a run in the folder of a new one."""
    if holds_run(folder):
        raise CheckpointError(
            f"{folder} holds a run: continue it (--resume), choose another folder (--out), or delete this one"
        )


def check_can_resume(folder: Path) -> None:
    """Raise CheckpointError if there is no run in the folder of one that is to go on."""
    if not holds_run(folder):
        raise CheckpointError(f"nothing to resume: {folder / STATE} does not exist")


def check_can_begin(folder: Path, *, resume: bool) -> None:
    """What can be told of the folder of a run before Keras is loaded.

    Args:
        folder: Path. Not changed.
        resume: bool. Whether the run goes on.

    Raises:
        CheckpointError: Another run holds it; a new run, and there is one; one to go on with, and there is none.
    """
    check_is_idle(folder)
    (check_can_resume if resume else check_is_free)(folder)


def stored_settings(folder: Path) -> dict[str, Any]:
    """What the `settings.json` of the run in a folder holds.

    Raises:
        CheckpointError: There is no run, or one of another version.
    """
    path = folder / SETTINGS
    try:
        stored = parsed(read_regular(path))
    except OSError as error:
        raise CheckpointError(f"nothing to resume: {path}: {error.strerror}") from None
    except ValueError as error:
        raise CheckpointError(f"not the settings of a run of this version: {error}", path) from None
    if not isinstance(stored, dict) or not isinstance(stored.get("settings"), dict):
        raise CheckpointError("not the settings of a run of this version", path)
    return stored
