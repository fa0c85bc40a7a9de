"""Ink of symbols that were drawn alone, beside that of the expressions that are composed and typeset."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from crohme.augment.drawn_alone import ON_LINE, drawn_hand, in_row, stand_of
from crohme.augment.others import OTHER_SIGNS, scribble
from crohme.augment.pool import DrawnHand, Pool
from crohme.datasets import cache
from crohme.datasets.base import DataSet
from crohme.datasets.registry import open_data_set
from crohme.expressions.features import POINTS, resampled
from crohme.ink.expression import Expression
from crohme.notation import Alphabet
from crohme.notation.alphabet import OTHER
from crohme.notation.tree import Node
from crohme.types import Arrays, Strokes

log = logging.getLogger(__name__)
_MOST = 2000  # drawings of a class, as many of each writer: every process keeps them all
_MOST_OTHER = 12  # of each sign outside the alphabet
_SCRIBBLES = 400
_DOTS = frozenset({".", r"\cdot", r"\bullet"})


class Drawing(NamedTuple):
    """A symbol that was drawn alone.

    Args:
        label: str.
        writer: str. See `datasets.base.WrittenSymbol`, after the name of the data set.
        strokes: `(k, POINTS, 2)` float32.
    """

    label: str
    writer: str
    strokes: Strokes


def drawings(folders: Sequence[Path], alphabet: Alphabet) -> list[Drawing]:
    """What the training splits of data sets hold of isolated symbols of an alphabet.

    Where `OTHER` is in it, some signs outside it are samples of that. Of each sign so many by each writer, while there
    are more than enough.

    Args:
        folders: sequence of Path. Data sets, see `datasets.registry`.
        alphabet: Alphabet.

    Raises:
        DataNotFound: No data set in a folder, or one that is not for training.
    """
    found: list[Drawing] = []
    for folder in folders:
        data = open_data_set(folder)
        split = data.training_split()
        limits = (str(_MOST), str(_MOST_OTHER), *sorted(_DOTS))
        made_of = cache.key(data.title, split, *limits, *alphabet.entries, cache.contents(folder, data.files(split)))
        packed = cache.arrays(cache.path_of("drawn", made_of), partial(_packed, data, split, alphabet))
        inks = np.split(packed["points"], np.cumsum(packed["strokes"])[:-1])
        writers = (f"{data.title} {writer}" for writer in packed["writers"].tolist())
        found += map(Drawing, packed["labels"].tolist(), writers, inks)
    return found


def _packed(data: DataSet, split: str, alphabet: Alphabet) -> Arrays:
    of_sign: dict[str, list[tuple[int, Drawing]]] = defaultdict(list)
    counts: Counter[tuple[str, str]] = Counter()
    for symbol in tqdm(data.symbols(split), desc=f"reading {data.folder.name}", unit="symbol"):
        label = sign = alphabet.canonical(symbol.label)
        if label not in alphabet and sign in OTHER_SIGNS:
            label = OTHER
        if label in alphabet:
            drawn = resampled(symbol.strokes).astype(np.float32)
            if label not in _DOTS and not np.ptp(drawn, axis=(0, 1)).any():
                continue  # a letter of one point: in UNIPEN 1 to 5 of a hundred, which teach that dots are letters
            of_sign[sign].append((counts[sign, symbol.writer], Drawing(label, symbol.writer, drawn)))
            counts[sign, symbol.writer] += 1
    kept: list[Drawing] = []
    for numbered in of_sign.values():
        numbered.sort(key=itemgetter(0))  # the first of each writer, then the second of each who has one …
        most = _MOST_OTHER if numbered[0][1].label == OTHER else _MOST
        kept += [drawing for _, drawing in numbered[:most]]
    return {
        "labels": np.array([one.label for one in kept], dtype=str),
        "writers": np.array([one.writer for one in kept], dtype=str),
        "strokes": np.array([len(one.strokes) for one in kept], dtype=np.int32),
        "points": np.concatenate([np.zeros((0, POINTS, 2), np.float32), *(one.strokes for one in kept)]),
    }


def alone(folders: Sequence[Path], alphabet: Alphabet, *, most: int = 40) -> list[Expression]:
    """The first drawings of each class, as expressions of one symbol."""
    return [
        Expression(strokes, (Node(label, tuple(range(len(strokes)))),))
        for label, drawn in _by_label(drawings(folders, alphabet)).items()
        for strokes in drawn[:most]
    ]


def add_drawn_ink(pools: Sequence[Pool], folders: Sequence[Path], alphabet: Alphabet) -> None:
    """Give pools the drawings of `drawings`, scaled as in a row, and the hands of those who drew many."""
    found = drawings(folders, alphabet)
    by_writer: dict[str, list[Drawing]] = defaultdict(list)
    for one in found:
        by_writer[one.writer].append(one)
    hands: list[DrawnHand] = []
    others: dict[str, list[Strokes]] = defaultdict(list)
    for own in by_writer.values():
        by_label = _by_label(own)
        if (hand := drawn_hand(by_label)) is not None:
            hands.append(hand)
        for label, drawn in by_label.items():
            if hand is None or stand_of(label) not in ON_LINE:
                others[label] += drawn
    if any(one.label == OTHER for one in found):
        rng = np.random.default_rng(0)
        others[OTHER] += [scribble(rng, points=POINTS) for _ in range(_SCRIBBLES)]
    standing = {label: [in_row(one, stand_of(label)) for one in drawn] for label, drawn in others.items()}
    for pool in pools:
        for hand in hands:
            pool.add_hand(hand)
        for label, drawn in standing.items():
            pool.add(label, drawn)
    log.info("%d drawings beside the written ones, and %d hands that drew many", len(found), len(hands))


def _by_label(found: Sequence[Drawing]) -> dict[str, list[Strokes]]:
    by_label: dict[str, list[Strokes]] = defaultdict(list)
    for one in found:
        by_label[one.label].append(one.strokes)
    return by_label
