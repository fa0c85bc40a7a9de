"""Which training ink is held out for validation: whole writers, never part of one.

Validation is the CROHME 2013 test set plus these writers of the training set; CROHME 2014 is a
test set, on which nothing is chosen.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from crohme.datasets.location import inkml_files
from inkml_parser import InkError, read

# About 5 % of each collection's files. `extension` is left in train whole: its 25 files may share writers
# with other collections.
HELD_OUT_WRITERS: frozenset[str] = frozenset(
    {
        "HAMEX/depart014",
        "HAMEX/depart030",
        "KAIST/tuwi4Vkl0hLXCLAVJhlKXLKsI6g=",
        "KAIST/tPx6rw/kMMSX5BE1nr5y6beP4sw=",
        "MathBrush/200922-1017",
        "MfrDB/User120",
        "MfrDB/User134",
        "expressmatch/leo",
    }
)


def writer_of(collection: str, name: str, annotations: Mapping[str, str]) -> str:
    """Who wrote a file, as `collection/writer`.

    Args:
        collection: str. Folder of the file inside the training set (`HAMEX`, `MathBrush` …).
        name: str. File name, with or without suffix.
        annotations: mapping. `Ink.annotations`.

    Returns:
        The annotated writer where there is one. Else what the collection's file names tell: the
        session in MathBrush (`200926-1617` of `200926-1617-9`), the form elsewhere (`form005` of
        `form005-equation018`), and the file itself where the name tells nothing.
    """
    writer = annotations.get("writer", "").strip()
    if not writer:
        stem = name.removesuffix(".inkml")
        writer = stem.rpartition("-")[0] or stem
    return f"{collection}/{writer}"


def is_held_out(writer: str) -> bool:
    """Whether a writer of the training set, as `writer_of` names them, is kept for validation."""
    return writer in HELD_OUT_WRITERS


def divide(
    names: Sequence[str],
    writers: Sequence[str],
    labels: Sequence[Mapping[str, int]],
    *,
    share: float = 0.1,
    most: float = 0.2,
    fewest: int = 3,
) -> list[bool]:
    """Which files of a set without a split are held out: those of whole writers, chosen by hash.

    Where that is not possible, because one person wrote nearly all of it, single files are. None are held out
    that would leave fewer than `fewest` samples of a class to train on; where all would, those that leave one.

    Args:
        names, writers: sequences of str, one a file.
        labels: sequence of mappings. How often each class occurs in a file.
        share: float. Of the files that are to be held out; at least one is.
        most: float. Share that is not exceeded, unless by that one.
        fewest: int.

    Returns:
        list of bool, one a file; all False where nothing can be held out.
    """
    for left in (fewest, 1):
        for keys in (writers, names):
            mask = _divide(keys, labels, share, most, left)
            if any(mask):
                return mask
    return [False] * len(names)


def _divide(
    keys: Sequence[str], labels: Sequence[Mapping[str, int]], share: float, most: float, fewest: int
) -> list[bool]:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        groups[key].append(number)
    left: Counter[str] = Counter()
    for own in labels:
        left.update(own)
    taken: set[int] = set()
    for key in sorted(groups, key=lambda key: hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()):
        own = sum((Counter(labels[number]) for number in groups[key]), Counter[str]())
        fits = len(taken) + len(groups[key]) <= max(1, most * len(keys))
        if fits and all(left[label] - count >= fewest for label, count in own.items()):
            taken.update(groups[key])
            left -= own
        if len(taken) >= share * len(keys):
            break
    return [number in taken for number in range(len(keys))]


def held_out_files(train: Path) -> Iterator[tuple[str, str, str]]:
    """`(file, writer, sha256)` of every training file of a held-out writer, in the order of paths.

    Args:
        train: Path. The training set's folder. Files that cannot be read have no writer and are not held out.
    """
    for path in inkml_files(train):
        try:
            writer = writer_of(path.parent.name, path.name, read(path).annotations)
        except InkError:
            continue
        if is_held_out(writer):
            yield path.relative_to(train).as_posix(), writer, hashlib.sha256(path.read_bytes()).hexdigest()
