"""Files: only regular ones are read, and one that is written is there whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import shutil
import signal
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, TextIO

from inkml_parser.partial_files import being_written, partial_name, remove_partial

_Path = str | os.PathLike[str]
WAIT_FOR_READER = 10.0
"""Seconds; whoever is to read from a pipe may be started after who writes to it."""
STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals by which people and systems end a program, those that there are here."""


def open_regular(path: _Path) -> BufferedReader:
    """Open a file for reading; a pipe that nobody writes to would be waited for, and a device has no end.

    Raises:
        OSError: It cannot be opened, or is no regular file.
    """
    # O_NONBLOCK: to open a pipe without a writer would wait for one. On a regular file it changes nothing.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return open(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    raise OSError(errno.EINVAL, "Not a regular file", os.fspath(path))


def read_regular(path: _Path) -> bytes:
    """All of a file; see `open_regular`."""
    with open_regular(path) as file:
        return file.read()


def write_whole(path: _Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8; see `replacing`."""
    with replacing(path) as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace"))


def append_line(path: _Path, line: str) -> None:
    """Add a line to a file; if it cannot be written whole, nothing of it."""
    try:
        with open(path, "ab", buffering=0) as file:  # a buffer would try once more when it is closed
            size, rest = file.tell(), f"{line}\n".encode("utf-8", "backslashreplace")
            try:
                while rest:
                    rest = rest[file.write(rest) :]
            except OSError:
                file.truncate(size)
                raise
    except OSError as error:
        raise _named(error, os.fspath(path), is_ours=False) from None


@contextmanager
def replacing_text(path: _Path) -> Iterator[TextIO]:
    """As `replacing`, for text in UTF-8 whose lines end as they are written.

    File names that are no UTF-8 are written with escapes (`\\udcff`).
    """
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        try:
            yield text
            text.flush()
        finally:
            with suppress(OSError, ValueError):
                text.detach()  # the file below is closed, or thrown away, by who opened it


@contextmanager
def replacing(path: _Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` at the end of the block, if that ends without an exception.

    Until then it lies under another name in the same folder, and an old file at `path` stays as it is. Links are
    followed and permissions kept. What cannot be replaced, such as a pipe or a device, is written to as it stands.

    Raises:
        OSError: It cannot be written, or is a pipe that nobody reads from; `filename` is `path`.
    """
    try:
        if is_special(path):
            with open(path, "wb", opener=_open_to_write) as file:
                yield file
            return
        target = Path(os.path.realpath(path))
        before = target.stat() if target.exists() else None
        if before is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        partial = target.with_name(partial_name())
        # Not `tempfile`: its files are for their owner alone, and this one follows the umask.
        with open(partial, "xb") as file, being_written(partial):
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                file.close()
                if before is not None:
                    os.chmod(partial, stat.S_IMODE(before.st_mode))
                os.replace(partial, target)
            except BaseException:
                with suppress(OSError):
                    partial.unlink()
                raise
    except OSError as error:
        raise _named(error, os.fspath(path), is_ours=str(error.filename).endswith(".part")) from None


def check_writable(path: _Path) -> None:
    """Make sure that a file can be written, and leave what is there but for what killed processes left beside it.

    Raises:
        OSError: It cannot.
    """
    if is_special(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        if stat.S_ISSOCK(os.stat(path).st_mode):
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO), os.fspath(path))
        return
    target, is_new = os.path.realpath(path), not os.path.exists(path)
    try:
        with open(target if is_new else path, "xb" if is_new else "ab"):  # whether its name is allowed, and it writable
            pass
    except FileExistsError:  # by now it is another process's
        is_new = False
    except OSError as error:
        raise _named(error, os.fspath(path), is_ours=True) from None
    if is_new:
        os.unlink(target)
    with suppress(_Written), replacing(path):  # whether one can be put beside it
        raise _Written
    remove_partial(Path(os.path.realpath(path)).parent)


def _open_to_write(path: _Path, flags: int) -> int:
    """Open a file, but do not wait for ever for somebody to read from a pipe."""
    if not stat.S_ISFIFO(os.stat(path).st_mode):
        return os.open(path, flags)
    until = time.monotonic() + WAIT_FOR_READER
    while True:
        try:
            descriptor = os.open(path, flags | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > until:
                raise OSError(errno.ENXIO, "Nobody reads from this pipe", os.fspath(path)) from None
            time.sleep(0.05)
        else:
            os.set_blocking(descriptor, True)
            return descriptor


class _Written(Exception):
    """Ends `replacing` before anything is replaced."""


@contextmanager
def filling(folder: _Path) -> Iterator[Path]:
    """A folder to write to; its files move into `folder` at the end of the block, if that ends without an exception.

    `folder` is made if it is missing; files in it stay, but for those of the same name.

    Raises:
        OSError: The files cannot be written; `filename` is where they would have come to lie.
    """
    folder = Path(folder)
    is_new = not os.path.lexists(folder)
    partial = folder / partial_name()
    try:
        remove_partial(folder)
        partial.mkdir(parents=True)
        with being_written(partial):
            yield partial
            parts = sorted(partial.rglob("*"))
            for part in parts:
                target = folder / part.relative_to(partial)
                if target.is_dir() and not part.is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            with uninterrupted():
                for part in parts:
                    target = folder / part.relative_to(partial)
                    if part.is_dir():
                        target.mkdir(exist_ok=True)
                    else:
                        os.replace(part, target)
    except OSError as error:
        named = str(error.filename or folder).replace(str(partial), str(folder))
        raise _named(error, named, is_ours=str(error.filename).startswith(str(partial))) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                folder.rmdir()  # if nothing has come into it


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP wait until the block is done. Only the main thread ever hears of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = {each: signal.signal(each, lambda number, _: heard.append(number)) for each in STOPPING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
        for number in heard:
            signal.raise_signal(number)


def is_special(path: _Path) -> bool:
    """Whether there is something at `path` that must be written to as it stands.

    Raises:
        IsADirectoryError: It is a folder.
    """
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not stat.S_ISREG(status.st_mode) or os.path.realpath(os.path.dirname(os.path.abspath(path))).startswith(
        "/proc/"
    ):
        return True
    # Standard output that goes to a file: in its place another file would miss what is printed later.
    for descriptor in (1, 2):
        with suppress(OSError):
            if os.path.samestat(status, os.fstat(descriptor)):
                return True
    return False


def _named(error: OSError, name: str, *, is_ours: bool) -> OSError:
    """The error of a file that has another name for the user, or of one that had none."""
    if error.errno is None or (error.filename is not None and not is_ours):
        return error
    return OSError(error.errno, error.strerror, name)
