"""Where the output of a batch lies, and what of it is done.

    manifest.json       what was asked for; other settings are refused
    part-00000.jsonl    rows of records that were read; it is there whole, or not at all
    done.jsonl          a line for each part: its name, how many rows it has, and the hashes of their ids
    failed.jsonl        the dead letters: rows of records that could not be read, with the cause
    retry.jsonl         dead letters that `--only-failed` has not yet come to

With shards, all but the manifest lie in a folder for each. A part counts when its line is in `done.jsonl`: whatever is
killed and when, each id is in one part, or among the dead letters, or still to be read.
"""

from __future__ import annotations

import base64
import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from crohme.batch.errors import BatchError
from crohme.batch.files import DONE, FAILED, MANIFEST, RETRY, part_name
from crohme.batch.ids import Ids, Shard
from crohme.batch.records import hash_of
from crohme.batch.rows import Row, encoded
from crohme.json_text import parsed
from inkml_parser.files import append_line, open_regular, read_regular, write_whole
from inkml_parser.partial_files import remove_partial

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class Place:
    """The folder of a run, which no other process writes to at the same time. Use it in `opened`.

    `done`, `failed` and `retried` are the ids of rows in parts, of dead letters, and of those to try once more.

    Args:
        folder: Path. That of the shard.
        form: str. The format of parts, see `files.FORMATS`.
    """

    def __init__(self, folder: Path, form: str) -> None:
        self.folder = folder
        self.form = form
        parts = [entry for entry in _entries(folder / DONE) if {"part", "ids"} <= entry.keys()]
        self._parts = len(parts)
        _remove_unlisted(folder, {part["part"] for part in parts})
        hashes = [np.frombuffer(base64.b64decode(part["ids"]), "<u8") for part in parts]
        self.done = Ids(np.concatenate(hashes)) if hashes else Ids()
        self.failed = _ids_in(folder / FAILED) - self.done
        self.retried = _ids_in(folder / RETRY) - self.done - self.failed

    def retry_failed(self) -> None:
        """Make the dead letters what is to be tried once more, unless an earlier such run was stopped midway.

        Raises:
            OSError: It cannot be written.
        """
        if not len(self.retried):
            with suppress(FileNotFoundError):
                os.replace(self.folder / FAILED, self.folder / RETRY)
            self.failed, self.retried = Ids(), self.failed

    def end_retry(self) -> None:
        """Forget which dead letters were to be tried once more: all of them were, or are in the sources no longer."""
        (self.folder / RETRY).unlink(missing_ok=True)

    def add(self, rows: Sequence[Row]) -> None:
        """Write rows: those that were read as a part, the others as dead letters.

        Raises:
            OSError: They cannot be written. What was there stays, and they count as not read.
            MissingExtra: pyarrow is not installed.
        """
        read = [row for row in rows if row.error is None]
        failed = [row for row in rows if row.error is not None]
        name = part_name(self._parts, self.form)
        if read:
            write_whole(self.folder / name, encoded(read, self.form))
        if failed:
            append_line(self.folder / FAILED, "\n".join(row.line.decode() for row in failed))
        if read:
            hashes = np.array([hash_of(row.id) for row in read], "<u8")
            ids = base64.b64encode(hashes.tobytes()).decode()
            append_line(self.folder / DONE, json.dumps({"part": name, "records": len(read), "ids": ids}))
            self._parts += 1


@contextmanager
def opened(output: Path, settings: Mapping[str, Any], shard: Shard, form: str) -> Iterator[Place]:
    """The place of a run, made if it is missing.

    Args:
        output: Path. The folder that the user named.
        settings: mapping. What makes the output what it is; the same each time.
        shard: Shard.
        form: str. See `files.FORMATS`.

    Raises:
        BatchError: The folder holds something else, or the output of other settings; another process writes to it.
        OSError: It cannot be written to.
    """
    output.mkdir(parents=True, exist_ok=True)
    with _locked(output, waits=True):
        check_settings(output, settings)
        if not (output / MANIFEST).exists():
            write_whole(output / MANIFEST, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    folder = output if shard.count == 1 else output / f"shard-{shard.number}-of-{shard.count}"
    folder.mkdir(exist_ok=True)
    with _locked(folder / DONE, waits=False):
        remove_partial(folder)
        yield Place(folder, form)


def check_settings(output: Path, settings: Mapping[str, Any]) -> None:
    """Raise BatchError if a folder is none, or holds something else than the output of these settings."""
    path = output / MANIFEST
    if not path.exists():
        if output.exists() and not output.is_dir():
            raise BatchError("not a folder", output)
        if output.exists() and any(not name.startswith(".") for name in os.listdir(output)):
            raise BatchError(f"the folder holds other files, and no {MANIFEST} of a batch", output)
        return
    try:
        before = parsed(read_regular(path))
    except ValueError:
        before = None
    if not isinstance(before, dict):
        raise BatchError("is not the manifest of a batch", path)
    for name in {**before, **settings}:
        was, now = before.get(name), json.loads(json.dumps(settings.get(name)))
        if was != now:
            raise BatchError(f"{name} was {_shown(was)} here, and is now {_shown(now)}: choose another folder", output)


def _shown(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) and value else json.dumps(value, ensure_ascii=False)


@contextmanager
def _locked(path: Path, *, waits: bool) -> Iterator[None]:
    """Keep a file or a folder to this process; where there are no locks, nothing is kept.

    Raises:
        BatchError: Another process has it.
    """
    if fcntl is None:
        path.touch()
        yield
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            raise BatchError("another process is writing here", path.parent) from None
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):
                raise
        yield
    finally:
        os.close(descriptor)


def _remove_unlisted(folder: Path, listed: set[str]) -> None:
    """Remove a part that a killed process had written and not yet entered; its records are read once more."""
    for path in folder.glob("part-*"):
        if path.name not in listed:
            path.unlink()


def _ids_in(path: Path) -> Ids:
    """The ids of rows."""
    return Ids(hash_of(entry["id"]) for entry in _entries(path) if isinstance(entry.get("id"), str))


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file that lines are added to; a last line that a killed process had begun is removed."""
    try:
        file = open_regular(path)
    except FileNotFoundError:
        return
    with file:
        whole = 0
        for line in file:
            if not line.endswith(b"\n"):
                os.truncate(path, whole)
                return
            whole += len(line)
            try:
                entry = parsed(line)
            except ValueError:
                raise BatchError(f"damaged at byte {whole - len(line)}", path) from None
            if isinstance(entry, dict):
                yield entry
