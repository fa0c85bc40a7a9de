"""Files and folders that are still being written: how they are named, and what killed processes left of them."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing is ever known to be left over
    fcntl = None  # type: ignore[assignment]

_NAME = re.compile(r"\.[0-9a-f]{16}\.part")
_AGE = 1.0  # seconds: a younger one may be just about to be locked


def partial_name() -> str:
    """A name that no other file has."""
    return f".{secrets.token_hex(8)}.part"


@contextmanager
def being_written(partial: Path) -> Iterator[bool]:
    """Hold the lock by which `remove_partial` knows that a file or folder is in use; a process that dies lets go of it.

    Yields:
        bool. Whether the lock is held: some file systems have none, or another process holds it.
    """
    descriptor, is_locked = None, False
    if fcntl is not None:
        with suppress(OSError):
            descriptor = os.open(partial, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_locked = True
    try:
        yield is_locked
    finally:
        if descriptor is not None:
            os.close(descriptor)


def remove_partial(folder: str | os.PathLike[str], *, recursive: bool = False) -> None:
    """Remove what killed processes had begun to write in a folder; what is still being written stays.

    Args:
        folder: path.
        recursive: bool. Whether to look in the folders below, too.
    """
    folder = Path(folder)
    for partial in list(folder.rglob(".*.part") if recursive else folder.glob(".*.part")):
        with suppress(OSError):
            if _NAME.fullmatch(partial.name) and time.time() - partial.lstat().st_mtime > _AGE:
                with being_written(partial) as is_ours:
                    if is_ours and partial.is_dir():
                        shutil.rmtree(partial, ignore_errors=True)
                    elif is_ours:
                        partial.unlink()
