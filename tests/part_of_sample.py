"""Some files of the sample, laid out as all of it is: what a test need not trace or train on takes time."""

from __future__ import annotations

import shutil
from pathlib import Path

from crohme.datasets import location


def copy_of_sample(folder: Path, *, train: slice, test: slice) -> Path:
    """These of the files of each split, copied into a folder; the folder."""
    for split, which in (("train", train), ("test", test)):
        (folder / split).mkdir(parents=True)
        for file in location.inkml_files(location.sample_folder() / split)[which]:
            shutil.copy(file, folder / split)
    return folder
