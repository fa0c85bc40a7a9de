"""The files that a command works through, and the list of those that failed."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from crohme.cli.errors import CommandError

INK_SUFFIXES = frozenset({".inkml"})

Item = TypeVar("Item")


def find_files(paths: Sequence[Path], suffixes: frozenset[str]) -> list[tuple[Path, Path]]:
    """All files to work through, without repetition: a file stands for itself, a folder for what lies under it.

    Args:
        paths: sequence of Path. Files and folders. A file is taken whatever its suffix, and even if it
            does not exist: the one who opens it tells why it cannot be used.
        suffixes: frozenset of str. What to look for in folders, in lower case (`.inkml`).

    Returns:
        `(file, name)` each; `name` is the file's path below the folder it was found in.

    Raises:
        CommandError: Nothing was found.
    """
    found: dict[Path, tuple[Path, Path]] = {}  # by what it is, whatever ways lead to it
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.suffix.lower() in suffixes and file.is_file():
                    found.setdefault(file.resolve(), (file, file.relative_to(path)))
        else:
            found.setdefault(path.resolve(), (path, Path(path.name)))
    if not found:
        wanted = "InkML file" if suffixes == INK_SUFFIXES else "InkML file or picture"
        raise CommandError(f"no {wanted} in {', '.join(map(str, paths))}")
    return list(found.values())


def progress(items: Sequence[Item], what: str) -> Iterator[Item]:
    """The same items, with a progress bar on a terminal."""
    if len(items) == 1:
        yield from items
        return
    from tqdm import tqdm

    yield from tqdm(items, desc=what, unit="file", delay=1, disable=None, leave=False)


class OutputFolder:
    """A folder that files are written to, none over another one of the same run, and none over its source.

    Args:
        folder: Path. Made when the first file is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources: dict[Path, Path] = {}

    def write(self, name: Path, content: bytes, source: Path) -> str | None:
        """Write one file.

        Args:
            name: Path. Below the folder.
            content: bytes.
            source: Path. What it was made from.

        Returns:
            Why it was not written, or None if it was.

        Raises:
            CommandError: The folder cannot be written to.
        """
        target = self.folder / name
        if target in self.sources:
            return f"would overwrite {name}, made from {self.sources[target]}"
        if target.resolve() == source.resolve():
            return f"would be overwritten by the {target.suffix} made from it"
        self.sources[target] = source
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{target}: {error.strerror}") from None
        return None


def check_file(path: Path) -> None:
    """Make sure, before hours of work, that a file can be written; its folder is made.

    Raises:
        CommandError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        was_there = os.path.lexists(path)
        with path.open("ab"):
            pass
        if not was_there:
            path.unlink()
    except OSError as error:
        raise CommandError(f"{error.filename or path}: {error.strerror}") from None


def write_text(path: Path, text: str) -> None:
    """Write a file that the user asked for; its folder is made.

    Raises:
        CommandError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def check_folder(path: Path) -> None:
    """Make sure, before hours of work, that files can be written to a folder; it is made.

    Raises:
        CommandError: They cannot.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except FileExistsError:
        raise CommandError(f"{path}: not a folder") from None
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def list_warnings(warnings: Iterable[tuple[Path, str]]) -> None:
    """Tell which files are damaged, though what was asked for could be done with them."""
    listed = list(warnings)
    if listed:
        print("crohme: damage that did not keep ink from being read:", file=sys.stderr)
    for file, cause in listed:
        print(f"  {file}: {cause}", file=sys.stderr)


def list_failures(failures: Iterable[tuple[Path, str]], total: int) -> int:
    """Tell which files failed and why.

    Returns:
        Exit code: 0 if none failed, else 1.
    """
    listed = list(failures)
    if not listed:
        return 0
    print(f"crohme: {len(listed)} of {total} files failed:", file=sys.stderr)
    for file, cause in listed:
        print(f"  {file}: {cause}", file=sys.stderr)
    return 1
