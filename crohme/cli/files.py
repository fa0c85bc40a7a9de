"""The files that a command works through, and the list of those that failed."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from crohme.cli.errors import CommandError, one_line
from crohme.cli.layout import counted
from crohme.datasets.location import files_under, real_path
from crohme.errors import cause_of
from inkml_parser.files import check_writable, is_special, write_whole

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
            for file in files_under(path):
                if file.suffix.lower() in suffixes:
                    found.setdefault(real_path(file), (file, file.relative_to(path)))
        else:
            found.setdefault(real_path(path), (path, Path(path.name)))
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
        inputs: paths of all sources; none of them is written over.
        output: Path or None. Another file that the run writes.

    Raises:
        CommandError: It is no folder, or is to be `output`.
    """

    def __init__(self, folder: Path, inputs: Iterable[Path], output: Path | None = None) -> None:
        if os.path.lexists(folder) and not folder.is_dir():
            raise CommandError("not a folder", folder)
        if output is not None and real_path(output) in (real_path(folder), *real_path(folder).parents):
            raise CommandError("is named as a file and as a folder", output)
        self.folder = folder
        self.inputs = {real_path(path) for path in inputs}
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
        if real_path(target) == real_path(source):
            return f"would be overwritten by the {target.suffix} made from it"
        if real_path(target) in self.inputs:
            return f"the {target.suffix} made from it would overwrite the input {target}"
        self.sources[target] = source
        write_bytes(target, content)
        return None


def check_file(path: Path) -> None:
    """Make sure, before hours of work, that a file can be written; its folder is made.

    Raises:
        CommandError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_writable(path)
    except OSError as error:
        raise CommandError(cause_of(error), error.filename or path) from None


def check_apart(files: Mapping[str, Path | None], inputs: Iterable[Path] = ()) -> None:
    """Make sure that no two outputs, nor an output and an input, are one file.

    Args:
        files: mapping of option → path, or None if it was not given.
        inputs: paths that are read.

    Raises:
        CommandError: Two are one.
    """
    taken = {real_path(path): "is an input" for path in inputs if not path.is_dir()}
    for option, path in files.items():
        if path is None or is_special(path):
            continue
        if real_path(path) in taken:
            raise CommandError(f"{option} would be written over what {taken[real_path(path)]}", path)
        taken[real_path(path)] = f"{option} writes"


def write_text(path: Path, text: str) -> None:
    """Write a file that the user asked for; its folder is made.

    Raises:
        CommandError: It cannot be written.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_json(figures: Mapping[str, Any], path: Path | None) -> None:
    """Write figures to the file of `--json`, if there is one."""
    if path is not None:
        write_text(path, json.dumps(figures, indent=2) + "\n")


def write_bytes(path: Path, content: bytes) -> None:
    """As `write_text`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise CommandError(cause_of(error), error.filename or path) from None


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
        raise CommandError("not a folder", path) from None
    except OSError as error:
        raise CommandError(cause_of(error), path) from None


def list_warnings(warnings: Iterable[tuple[Path, str]]) -> None:
    """List the files that are damaged but could be used."""
    listed = list(warnings)
    if listed:
        print("crohme: damaged files whose ink was read all the same:", file=sys.stderr)
    for file, cause in listed:
        print(f"  {one_line(f'{file}: {cause}')}", file=sys.stderr)


def list_failures(failures: Iterable[tuple[Path, str]], total: int) -> int:
    """List the files that failed, each with the cause.

    Returns:
        Exit code: 0 if none failed, else 1.
    """
    listed = list(failures)
    if not listed:
        return 0
    print(f"crohme: {len(listed)} of {counted(total, 'file')} failed:", file=sys.stderr)
    for file, cause in listed:
        print(f"  {one_line(f'{file}: {cause}')}", file=sys.stderr)
    return 1
