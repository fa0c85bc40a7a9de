"""Where the data sets lie on this machine."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from crohme.errors import CrohmeError

REPOSITORY = Path(__file__).resolve().parents[2]


class DataNotFound(CrohmeError):
    """A data set that is not where it was looked for. `str(error)` says where that was."""


def data_folder(name: str) -> Path | None:
    """The folder `data/NAME` of the checkout that this code is in, or of the current folder; None if neither has it.

    Code that was installed from a checkout, and is called there, finds the data by the current folder.
    """
    folders = (root / "data" / name for root in (REPOSITORY, Path.cwd()))
    return next((folder for folder in folders if folder.is_dir()), None)


def sample_folder() -> Path:
    """The small set of InkML that the project embeds.

    Raises:
        DataNotFound: Neither this code nor the current folder is a checkout of the repository.
    """
    folder = data_folder("sample")
    if folder is None:
        raise DataNotFound(
            "no data set is given (--data), and neither CROHME ($CROHME_DATA or data/crohme) nor the embedded sample "
            "(data/sample) is in place"
        )
    return folder


def cache_folder() -> Path:
    """Where what is slow to compute is kept: `$CROHME_CACHE`, or `~/.cache/crohme`. Made if missing.

    Raises:
        OSError: It cannot be made, or there is no home folder to make it in.
    """
    try:
        folder = Path(os.environ.get("CROHME_CACHE") or Path.home() / ".cache" / "crohme")
    except RuntimeError:  # as in a container whose user has no name
        raise FileNotFoundError(errno.ENOENT, "no home folder; CROHME_CACHE can name another") from None
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def real_path(path: Path) -> Path:
    """What a path is without links; one of links in a circle stays as it is, and whoever opens it says so."""
    return Path(os.path.realpath(path))


def files_under(folder: Path) -> list[Path]:
    """All files under a folder, at any depth, sorted.

    Raises:
        OSError: A folder among them cannot be read: what lies in it would be missed without a word.
    """

    def tell(error: OSError) -> None:
        raise error

    return sorted(Path(at, name) for at, _, names in os.walk(folder, onerror=tell) for name in names)


def inkml_files(folder: Path) -> list[Path]:
    """All InkML files under a folder, sorted by path.

    Raises:
        DataNotFound: No such folder, or no `*.inkml` under it.
    """
    if not folder.is_dir():
        raise DataNotFound(f"no such folder: {folder}")
    found = (path for path in files_under(folder) if path.suffix == ".inkml")
    files = sorted(found, key=lambda path: path.relative_to(folder).as_posix())
    if not files:
        raise DataNotFound(f"no InkML files under {folder}")
    return files
