"""Ink of symbols that were drawn alone, beside that of the expressions that are composed and typeset."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from crohme.augment.drawn_alone import add_drawings, stand_of
from crohme.augment.others import OTHER_SIGNS, scribble
from crohme.augment.pool import Pool
from crohme.datasets import cache
from crohme.datasets.base import DataSet
from crohme.datasets.registry import open_data_set
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression
from crohme.notation import Alphabet
from crohme.notation.alphabet import OTHER
from crohme.notation.tree import Node
from crohme.types import Arrays, Strokes
from inkml_parser.sequences import resample

log = logging.getLogger(__name__)
_MOST = 600  # drawings of a class: more of them say little that is new, and every process keeps them all
_MOST_OTHER = 12  # of each sign outside the alphabet
_SCRIBBLES = 400
_DOTS = frozenset({".", r"\cdot", r"\bullet"})


def drawings(folders: Sequence[Path], alphabet: Alphabet) -> dict[str, list[Strokes]]:
    """What the training splits of data sets hold of isolated symbols of an alphabet.

    Where `OTHER` is in it, some signs outside it are samples of that.

    Args:
        folders: sequence of Path. Data sets, see `datasets.registry`.
        alphabet: Alphabet.

    Returns:
        dict. Label → drawings, each `(k, POINTS, 2)` float32.

    Raises:
        DataNotFound: No data set in a folder, or one that is not for training.
    """
    found: dict[str, list[Strokes]] = defaultdict(list)
    for folder in folders:
        data = open_data_set(folder)
        split = data.training_split()
        limits = (str(_MOST), str(_MOST_OTHER), *sorted(_DOTS))
        made_of = cache.key(data.title, split, *limits, *alphabet.entries, cache.contents(folder, data.files(split)))
        packed = cache.arrays(cache.path_of("drawn", made_of), partial(_packed, data, split, alphabet))
        starts = np.cumsum(packed["strokes"])[:-1]
        for label, points in zip(packed["labels"].tolist(), np.split(packed["points"], starts), strict=True):
            found[label].append(points)
    return found


def _packed(data: DataSet, split: str, alphabet: Alphabet) -> Arrays:
    labels: list[str] = []
    points: list[Strokes] = []
    counts: Counter[str] = Counter()
    for symbol in tqdm(data.symbols(split), desc=f"reading {data.folder.name}", unit="symbol"):
        label = sign = alphabet.canonical(symbol.label)
        if label not in alphabet and sign in OTHER_SIGNS:
            label = OTHER
        if label in alphabet and counts[sign] < (_MOST_OTHER if label == OTHER else _MOST):
            drawn = np.stack([resample(stroke, count=POINTS) for stroke in symbol.strokes]).astype(np.float32)
            if label not in _DOTS and not np.ptp(drawn, axis=(0, 1)).any():
                continue  # a letter of one point: in UNIPEN 1 to 5 of a hundred, which teach that dots are letters
            counts[sign] += 1
            labels.append(label)
            points.append(drawn)
    return {
        "labels": np.array(labels, dtype=str),
        "strokes": np.array([len(one) for one in points], dtype=np.int32),
        "points": np.concatenate([np.zeros((0, POINTS, 2), np.float32), *points]),
    }


def alone(folders: Sequence[Path], alphabet: Alphabet, *, most: int = 40) -> list[Expression]:
    """The first drawings of each class, as expressions of one symbol."""
    return [
        Expression(strokes, (Node(label, tuple(range(len(strokes)))),))
        for label, drawn in drawings(folders, alphabet).items()
        for strokes in drawn[:most]
    ]


def add_drawn_ink(pools: Sequence[Pool], folders: Sequence[Path], alphabet: Alphabet) -> None:
    """Give pools the drawings of `drawings`, scaled as in a row."""
    found = drawings(folders, alphabet)
    if OTHER in found:
        rng = np.random.default_rng(0)
        found[OTHER] += [scribble(rng, points=POINTS) for _ in range(_SCRIBBLES)]
    for label, drawn in found.items():
        for pool in pools:
            add_drawings(pool, label, drawn, stand_of(label))
    log.info("%d drawings of %d classes beside the written ones", sum(map(len, found.values())), len(found))
