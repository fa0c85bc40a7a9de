"""Where the data sets lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from crohme.errors import CrohmeError

REPOSITORY = Path(__file__).resolve().parents[2]
TRAIN, VALIDATION, TEST = "train", "test2013", "test2014"
_OTHER_VALIDATION = "test"  # of the embedded sample, and of any set laid out like it


class DataNotFound(CrohmeError):
    """A data set that is not where it was looked for. `str(error)` says where that was."""


def crohme_folder() -> Path | None:
    """The CROHME folder, with `train/`, `test2013/` and `test2014/` in it, or None.

    Looked for at `$CROHME_DATA`, then at `data/crohme` in the repository. A `$CROHME_DATA` that is set
    but wrong is an error, not a reason to take other data instead.

    Raises:
        DataNotFound: `$CROHME_DATA` is set and has no folder `train`.
    """
    named = os.environ.get("CROHME_DATA")
    if named:
        if not (Path(named) / TRAIN).is_dir():
            raise DataNotFound(f"CROHME_DATA is {named}, which has no folder {TRAIN!r}")
        return Path(named)
    folder = REPOSITORY / "data" / "crohme"
    return folder if (folder / TRAIN).is_dir() else None


def train_and_validation(folder: Path) -> tuple[Path, Path | None]:
    """Which part of a data set is trained on, and on which choices are made.

    Args:
        folder: Path. A data set: CROHME with `train/` and `test2013/`; a smaller set with `train/` and
            perhaps `test/`, such as the embedded sample; or any folder, all of which is trained on.

    Returns:
        The folder to train on, and the one to validate on or None.

    Raises:
        DataNotFound: No such folder.
    """
    if not folder.is_dir():
        raise DataNotFound(f"no such folder: {folder}")
    train = folder / TRAIN
    if not train.is_dir():
        return folder, None
    return train, next((folder / n for n in (VALIDATION, _OTHER_VALIDATION) if (folder / n).is_dir()), None)


def sample_folder() -> Path:
    """The small set of InkML that the project embeds.

    Raises:
        DataNotFound: This is not a checkout of the repository.
    """
    folder = REPOSITORY / "data" / "sample"
    if not folder.is_dir():
        raise DataNotFound(f"the embedded sample is missing: {folder}")
    return folder


def cache_folder() -> Path:
    """Where what is slow to compute is kept: `$CROHME_CACHE`, or `~/.cache/crohme`. Made if missing."""
    folder = Path(os.environ.get("CROHME_CACHE") or Path.home() / ".cache" / "crohme")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
