"""Finds what a symbol network is trained and validated on, in ink or in pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crohme.augment.pictures import distort_images
from crohme.augment.symbols import Distortion, distort
from crohme.datasets import crohme, location
from crohme.datasets.base import TEST, TRAIN, VALIDATION, DataSet
from crohme.datasets.label_folders import LabelError, LabelTable
from crohme.datasets.location import DataNotFound
from crohme.datasets.pictures.image_folders import ImageSet, load_images
from crohme.datasets.pictures.image_split import RATIOS, split
from crohme.datasets.registry import all_at
from crohme.datasets.splits import divide
from crohme.datasets.symbols import SymbolSet, known, load_symbols, train_and_held_out
from crohme.errors import meant
from crohme.symbols.description import described, networks
from crohme.symbols.examples import Examples, TrainingData
from crohme.symbols.inputs import from_strokes, picture_size

_FEW = 20
"""Labels that a message lists."""


@dataclass(frozen=True)
class Choice:
    """Which examples of a data set are used, under which labels, and for what.

    Args:
        classes: tuple of str or None. Labels, or names that the table knows, to keep; None keeps all.
        label_table: Path or None. The user's own table of folder names, see `LabelTable`. Pictures only.
        keep_names: bool. Folder names that mean nothing are labels, not an error. Pictures only.
        ratios: three floats or None. Shares of training, validation and test set, `RATIOS` for None. Pictures only.
    """

    classes: tuple[str, ...] | None = None
    label_table: Path | None = None
    keep_names: bool = False
    ratios: tuple[float, float, float] | None = None


def find(
    network: str,
    folders: Path | Sequence[Path] | None,
    arguments: Mapping[str, Any] | None = None,
    choice: Choice | None = None,
    seed: int = 1,
) -> TrainingData:
    """The data to train a network of isolated symbols on.

    Args:
        network: str. As a bundle has it.
        folders: path, paths or None. A data set with ink (see `datasets.registry`; any folder of InkML is one, of
            which only `train/` and `validation/` are used if it has them), or, for the networks that read pictures, one
            or several sets of them, see `load_images`. None means CROHME where it is in place, else the embedded
            sample.
        arguments: mapping or None. What the network will be built with; the size of its pictures matters here.
        choice: Choice or None. None for all there is.
        seed: int. Of the division of pictures.

    Raises:
        DataNotFound: Nothing to train on is there, or ink and pictures together.
        LabelError: Folder names that mean nothing, classes that do not occur, or a bad table of labels; a table of
            labels, or a split, for ink.
    """
    choice, arguments = choice or Choice(), arguments or {}
    if folders is None:
        folders = crohme.crohme_folder() or location.sample_folder()
    folders = (folders,) if isinstance(folders, Path) else tuple(folders)
    ink = ink_at(folders, choice)
    if ink is not None:
        return _ink(network, arguments, ink, choice)
    check_pictures(network, folders)
    return _pictures(picture_size(arguments), folders, choice, seed)


def ink_at(folders: Sequence[Path], choice: Choice) -> DataSet | None:
    """The data set with ink that lies in a folder; None for folders of pictures. Nothing is read yet.

    Raises:
        DataNotFound, LabelError: See `find`.
    """
    with_ink = [data for folder in folders for data in all_at(folder)[:1] if not data.is_of_pictures]
    if with_ink and len(folders) > 1:
        raise DataNotFound(
            f"{with_ink[0].folder} holds ink, but several sets are merged as pictures: "
            "`crohme convert --to png --symbols`"
        )
    if with_ink:
        _check_ink(with_ink[0].folder, choice)
        return with_ink[0]
    LabelTable.load(choice.label_table)
    return None


def check_pictures(network: str, folders: Sequence[Path]) -> None:
    """Raise DataNotFound if a network reads ink alone."""
    if not described(network).reads_pictures:
        where = ", ".join(map(str, folders))
        names = [key for key, each in networks().items() if each.reads_pictures]
        raise DataNotFound(f"no InkML files in {where}, and pictures are for {', '.join(names)}")


def ink_examples(
    network: str, symbols: SymbolSet, classes: tuple[str, ...], arguments: Mapping[str, Any] | None = None
) -> Examples:
    """Symbols as examples for a network; labels outside `classes` are left out, with a warning."""
    symbols = known(symbols, classes)
    to_input = from_strokes(network, arguments or {})

    def inputs(indices: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        strokes = symbols.strokes.take(indices)
        return to_input(strokes if rng is None else distort(strokes, rng, Distortion()))

    return Examples(symbols.class_indices(classes), inputs)


def _check_ink(folder: Path, choice: Choice) -> None:
    """Raise LabelError if something is asked for that only pictures have."""
    asked = {
        "a table of labels (--label-table)": choice.label_table is not None,
        "names of folders as labels (--keep-names)": choice.keep_names,
        "a split (--split)": choice.ratios is not None,
    }
    for what, is_asked in asked.items():
        if is_asked:
            raise LabelError(f"holds ink, whose labels and split are in its files: {what} is for pictures", folder)


def _ink(network: str, arguments: Mapping[str, Any], data: DataSet, choice: Choice) -> TrainingData:
    """The training split, and what it is validated on: splits of their own, held-out writers, or a part of it.

    What lies beside may be there to test on, so it is not chosen on.
    """
    train, held_out = train_and_held_out(data)
    validation = {name: load_symbols(data, name) for name in data.validation}
    if len(held_out):
        validation["held-out writers"] = held_out
    classes = _chosen(choice, data.classes or sorted(set(train.labels.tolist())), LabelTable())
    without = "the held-out writers"
    if not validation:
        mask = _divided(train)
        if mask.any():
            validation["held-out files"] = train.take(mask)
        train, without = train.take(~mask), "what is held out"
    if not len(train):
        raise DataNotFound("no symbols are marked in it" + _why(train.unreadable), data.folder)
    return TrainingData(
        classes,
        ink_examples(network, train, classes, arguments),
        {name: ink_examples(network, part, classes, arguments) for name, part in validation.items() if len(part)},
        f"{data.title}, training set without {without}",
        (data.folder,),
    )


def _divided(symbols: SymbolSet) -> np.ndarray:
    """Mask of the symbols of those files that are held out, see `splits.divide`."""
    files, first, index = np.unique(symbols.files, return_index=True, return_inverse=True)
    counts: list[Counter[str]] = [Counter() for _ in files]
    for file, label in zip(index.tolist(), symbols.labels.tolist(), strict=True):
        counts[file][label] += 1
    mask = divide(files.tolist(), symbols.writers[first].tolist(), counts)
    return np.array(mask, dtype=bool)[index]


def _why(unreadable: tuple[str, ...]) -> str:
    return f"; the first that cannot be read: {unreadable[0]}" if unreadable else ""


def _pictures(size: int, folders: tuple[Path, ...], choice: Choice, seed: int) -> TrainingData:
    table = LabelTable.load(choice.label_table)
    images = load_images(folders, size, table, choice.keep_names)
    classes = _chosen(choice, sorted(set(images.labels.tolist())), table)
    images = images.take(np.isin(images.labels, classes))
    divided = split(images, choice.ratios or RATIOS, seed)
    parts = {side: _picture_examples(images.take(divided.sides == side), classes) for side in (TRAIN, VALIDATION, TEST)}
    if not len(parts[TRAIN]):
        raise DataNotFound(f"no picture in {', '.join(map(str, folders))} is left to train on")
    return TrainingData(
        classes,
        parts[TRAIN],
        {VALIDATION: parts[VALIDATION]} if len(parts[VALIDATION]) else {},
        f"pictures of symbols, {len(folders)} {'set' if len(folders) == 1 else 'sets'}",
        folders,
        parts[TEST] if len(parts[TEST]) else None,
        divided.summary() | {"unreadable_files": len(images.unreadable)},
        list(zip(images.files.tolist(), images.labels.tolist(), divided.sides.tolist(), strict=True)),
    )


def _picture_examples(images: ImageSet, classes: tuple[str, ...]) -> Examples:
    labels = np.searchsorted(np.array(classes), images.labels)

    def inputs(indices: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        pictures = images.images[indices]
        return pictures if rng is None else distort_images(pictures, rng)

    return Examples(labels, inputs)


def _chosen(choice: Choice, there: Sequence[str], table: LabelTable) -> tuple[str, ...]:
    """The classes that are wanted, sorted, of those that are there.

    Raises:
        LabelError: Some of them do not occur.
    """
    if choice.classes is None:
        return tuple(there)
    wanted = {name if name in there else table.label(name) or name for name in choice.classes}
    missing = sorted(wanted - set(there))
    if missing:
        all_or_some = " ".join(there[:_FEW]) + (f" … ({len(there)} labels)" if len(there) > _FEW else "")
        hint = meant(missing[0], there) or f"; there are: {all_or_some}"
        raise LabelError(f"no symbol has the label {', '.join(missing)}{hint}")
    return tuple(sorted(wanted))
