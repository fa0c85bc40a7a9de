"""Which ink of a set that comes without a split is held out for validation: whole writers, never part of one."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence


def is_chosen(name: str, share: float = 0.1) -> bool:
    """Whether a writer is held out of a large set, by the hash of the name."""
    return int.from_bytes(_hash(name)[:4]) < share * (1 << 32)


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
    for key in sorted(groups, key=_hash):
        own = sum((Counter(labels[number]) for number in groups[key]), Counter[str]())
        fits = len(taken) + len(groups[key]) <= max(1, most * len(keys))
        if fits and all(left[label] - count >= fewest for label, count in own.items()):
            taken.update(groups[key])
            left -= own
        if len(taken) >= share * len(keys):
            break
    return [number in taken for number in range(len(keys))]


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
