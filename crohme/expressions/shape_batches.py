"""Batches for the network of shapes: some symbols of one writer that look alike, and some of everybody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

from crohme.augment.symbols import Distortion, distort
from crohme.expressions.shape_inks import ShapeInks, batch_of
from crohme.ink.sequences import sequences
from crohme.training.batch import Batch
from crohme.types import Arrays, Float32Array, Float64Array, FloatingArray, Int64Array

GROUPS, MEMBERS = 16, 16
"""Of a batch. Half of the groups are each by one writer."""
BATCHES = 200
"""In a chunk."""
CLASSES, PAIRS = "classes", "pairs"
"""The outputs of the network."""
_RANDOM, _TWINS = 8, 4  # members of a writer's group; the others look like some of these
_FEWEST = 24  # symbols of a writer whose hand is a group
_SAME = 3.0  # how much a pair of one class counts: there are fewer of these
_OF_A_CLASS = 40  # symbols that tell which classes look alike
_ALIKE = 0.25  # mean distance of the points of two symbols that do, in units of their size
_MIXED, _FARTHEST = 0.5, (-0.2, 0.55)  # share of symbols drawn between two others, and where between these
_AS_OTHERS = Distortion(untouched=0.05, wave=0.03, stroke_shift=0.03, reverse=0.06, reorder=0.08)
_AS_THE_SAME = Distortion(
    untouched=0.2, rotation=0.04, shear=0.06, stretch=0.07, taper=0.05, wave=0.012, stroke_shift=0.012,
    stroke_stretch=0.02, reverse=0.01, reorder=0.01,
)  # fmt: skip


class Sampler:
    """Which symbols come into a batch.

    Args:
        inks: ShapeInks.

    Raises:
        ValueError: Nobody wrote enough symbols.
    """

    def __init__(self, inks: ShapeInks) -> None:
        self.inks = inks
        frequency = np.bincount(inks.labels, minlength=len(inks.classes))
        self._any = _cumulated(frequency[inks.labels] ** -0.5)
        self._siblings = _Spans(inks.labels * (int(inks.counts.max()) + 1) + inks.counts)
        self._hands: list[_Hand] = []
        own = _Spans(inks.writers)
        for first, last in own.different:
            if last - first >= _FEWEST:
                self._hands.append(_Hand(own.order[first:last], inks.labels))
        if not self._hands:
            raise ValueError(f"nobody wrote {_FEWEST} symbols")
        self._hand = _cumulated(np.array([len(hand.members) for hand in self._hands]) ** 0.5)
        self._alike = look_alikes(inks)

    def anybody(self, size: int, rng: np.random.Generator) -> Int64Array:
        """Symbols, rare classes more often."""
        return _drawn(self._any, size, rng)

    def sibling(self, chosen: Int64Array, rng: np.random.Generator) -> Int64Array:
        """For each of some symbols another of its class, with as many strokes."""
        return self._siblings.one_of(chosen, rng)

    def by_one_hand(self, rng: np.random.Generator) -> Int64Array:
        """`MEMBERS` symbols of one writer: some twins, and some that are easily taken for each other."""
        hand = self._hands[int(_drawn(self._hand, 1, rng)[0])]
        chosen = hand.members[_drawn(hand.weights, _RANDOM, rng)]
        twins = [hand.one_of(int(self.inks.labels[one]), rng) for one in chosen[:_TWINS]]
        taken_for = [
            hand.one_like(self._alike[self.inks.labels[one]], rng) for one in chosen[: MEMBERS - _RANDOM - _TWINS]
        ]
        return np.concatenate([chosen, twins, taken_for])


class _Hand:
    """The symbols of one writer."""

    def __init__(self, members: Int64Array, labels: Int64Array) -> None:
        self.members = members
        own = labels[members]
        self.labels, frequency = np.unique(own, return_counts=True)
        self.weights = _cumulated(frequency[np.searchsorted(self.labels, own)] ** -0.6)
        self._of = {int(label): members[own == label] for label in self.labels}

    def one_of(self, label: int, rng: np.random.Generator) -> int:
        return int(rng.choice(self._of[label]))

    def one_like(self, alike: Float64Array, rng: np.random.Generator) -> int:
        """One of a class that looks like another; any where he wrote none."""
        own = alike[self.labels]
        if not own.any():
            return int(rng.choice(self.members))
        return self.one_of(int(rng.choice(self.labels, p=own / own.sum())), rng)


class _Spans:
    """Indices sorted by a key: those of one key stand together."""

    def __init__(self, keys: Int64Array) -> None:
        self.order = np.argsort(keys, kind="stable")
        self._sorted = keys[self.order]
        self._first, self._last = (np.searchsorted(self._sorted, keys, side) for side in ("left", "right"))

    @property
    def different(self) -> Iterator[tuple[int, int]]:
        """Where those of each key begin and end."""
        edges = np.flatnonzero(np.diff(self._sorted, prepend=-1, append=-1)).tolist()
        return itertools.pairwise(edges)

    def one_of(self, chosen: Int64Array, rng: np.random.Generator) -> Int64Array:
        return self.order[rng.integers(self._first[chosen], self._last[chosen])]


def look_alikes(inks: ShapeInks) -> Float64Array:
    """`(classes, classes)` share of pairs of symbols, as many strokes each, that have nearly the same points."""
    rng = np.random.default_rng(0)
    chosen = [np.flatnonzero(inks.labels == label) for label in range(len(inks.classes))]
    some = np.concatenate([rng.permutation(one)[:_OF_A_CLASS] for one in chosen])
    found = np.zeros((len(inks.classes),) * 2)
    for count in np.unique(inks.counts[some]):
        own = some[inks.counts[some] == count]
        flat = inks.strokes_of(own)[0].reshape(len(own), -1)
        squares = (flat**2).sum(axis=1)
        distance = np.sqrt(np.maximum(squares[:, None] + squares - 2 * flat @ flat.T, 0) / (flat.shape[1] / 2))
        np.add.at(found, (inks.labels[own][:, None], inks.labels[own]), distance < _ALIKE)
    np.fill_diagonal(found, 0)
    return found / _OF_A_CLASS**2


def between(own: Float32Array, others: Float32Array, counts: Int64Array, rng: np.random.Generator) -> Float32Array:
    """Symbols drawn between their own strokes and those of others of their class, where these are not far apart.

    Args:
        own, others: `(strokes, POINTS, 2)` float32.
        counts: `(symbols,)` int64. How many strokes each has.
        rng: Generator.
    """
    symbol = np.repeat(np.arange(len(counts)), counts)
    along, against = (np.hypot(*np.moveaxis(own - way, 2, 0)).mean(axis=1) for way in (others, others[:, ::-1]))
    nearer = np.where((against < along)[:, None, None], others[:, ::-1], others)
    distance = np.bincount(symbol, np.minimum(along, against), len(counts)) / counts
    is_mixed = (distance < _ALIKE) & (rng.random(len(counts)) < _MIXED)
    share = np.where(is_mixed, rng.uniform(*_FARTHEST, len(counts)), 0.0)[symbol].astype(np.float32)
    return (own + share[:, None, None] * (nearer - own)).astype(np.float32)


class Chunk(Sequence[Batch[Arrays]]):
    """Batches, each made when it is asked for, and always the same.

    Args:
        sampler: Sampler.
        points: int. Of a symbol.
        seed, number: int. Of the run, and of the chunk.
    """

    def __init__(self, sampler: Sampler, points: int, seed: int, number: int) -> None:
        self._sampler, self._points, self._seed, self._number = sampler, points, seed, number

    def __len__(self) -> int:
        return BATCHES

    @overload
    def __getitem__(self, index: int) -> Batch[Arrays]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Batch[Arrays]]: ...

    def __getitem__(self, index: int | slice) -> Batch[Arrays] | Sequence[Batch[Arrays]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return batch(self._sampler, self._points, np.random.default_rng([self._seed, self._number, index]))


def chunks(sampler: Sampler, points: int, seed: int, first: int) -> Iterator[tuple[int, Chunk]]:
    """Numbered chunks without end, from the `first`."""
    return ((number, Chunk(sampler, points, seed, number)) for number in itertools.count(first))


def batch(sampler: Sampler, points: int, rng: np.random.Generator) -> Batch[Arrays]:
    """Symbols `(GROUPS, MEMBERS, points, features)`, their classes, and which of each group are of one class."""
    inks, hands = sampler.inks, GROUPS // 2
    of_hands = np.concatenate([sampler.by_one_hand(rng) for _ in range(hands)])
    of_all = sampler.anybody((GROUPS - hands) * MEMBERS, rng)
    own, counts = inks.strokes_of(of_all)
    mixed = between(own, inks.strokes_of(sampler.sibling(of_all, rng))[0], counts, rng)
    x = np.concatenate(
        [
            sequences(distort(batch_of(*inks.strokes_of(of_hands)), rng, _AS_THE_SAME), points)[:, :points],
            sequences(distort(batch_of(mixed, counts), rng, _AS_OTHERS), points)[:, :points],
        ]
    )
    chosen = np.concatenate([of_hands, of_all]).reshape(GROUPS, MEMBERS)
    labels = inks.labels[chosen]
    is_same = labels[:, :, None] == labels[:, None, :]
    # A symbol drawn twice says nothing of how much its writer varies.
    counted = (chosen[:, :, None] != chosen[:, None, :]) * np.where(is_same, _SAME, 1.0)
    counted[hands:] = 0.0
    counted *= counted.size / counted.sum()
    return Batch(
        {"symbols": x.reshape(GROUPS, MEMBERS, points, -1)},
        {CLASSES: labels, PAIRS: is_same.astype(np.float32)},
        {CLASSES: np.ones(labels.shape, np.float32), PAIRS: counted.astype(np.float32)},
    )


def _cumulated(weights: FloatingArray) -> Float64Array:
    sums: Float64Array = np.cumsum(weights / weights.sum())
    return sums


def _drawn(cumulated: Float64Array, size: int, rng: np.random.Generator) -> Int64Array:
    return np.minimum(np.searchsorted(cumulated, rng.random(size)), len(cumulated) - 1)
