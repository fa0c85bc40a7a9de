"""Pictures of symbols divided into training, validation and test set, near duplicates never apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crohme.datasets.base import TEST, TRAIN, VALIDATION
from crohme.datasets.pictures.image_folders import ImageSet
from crohme.datasets.pictures.image_sources import NOT_TEST
from crohme.datasets.pictures.near_duplicates import groups
from crohme.types import BoolArray, Float64Array, Int64Array, StringArray

ORDER = (TRAIN, VALIDATION, TEST)
RATIOS = (0.8, 0.1, 0.1)


@dataclass(frozen=True, eq=False)
class Split:
    """Which side each of N pictures is on.

    Args:
        sides: `(N,)` str. `train`, `validation`, `test`, or empty for what is left out.
        near_duplicates: int. Pictures that are nearly the same as an earlier one.
        left_out: int. Of those, pictures of a set that came split which stood on both sides: the one on the side
            of training, or of validation where the other is for testing, is used for nothing.
        contradictory: int. Pictures that are nearly the same as one with another label.
    """

    sides: StringArray
    near_duplicates: int
    left_out: int
    contradictory: int

    def summary(self) -> dict[str, int]:
        """The counts, by name."""
        counts = {f"images_{side}": int((self.sides == side).sum()) for side in ORDER}
        return counts | {
            "near_duplicates": self.near_duplicates,
            "near_duplicates_left_out": self.left_out,
            "near_duplicates_of_other_labels": self.contradictory,
        }


def split(images: ImageSet, ratios: tuple[float, float, float] = RATIOS, seed: int = 1) -> Split:
    """Divide pictures by chance, each label in the same ratio; what came divided stays so.

    Args:
        images: ImageSet.
        ratios: shares of training, validation and test set, whatever their sum.
        seed: int.
    """
    group = groups(images.hashes)
    sides = np.where(np.isin(images.sides, ORDER), images.sides, "").astype("U10")
    rng = np.random.default_rng(seed)
    for kind, shares in (("", ratios), (NOT_TEST, (*ratios[:2], 0.0))):
        free = np.flatnonzero(images.sides == kind)
        if len(free):
            sides[free] = _divide(images.labels[free], group[free], np.array(shares) / max(sum(shares), 1e-9), rng)
    kept = _without_crossing(sides, group)
    return Split(
        np.where(kept, sides, ""), len(group) - len(np.unique(group)), int((~kept).sum()), _contradictory(images, group)
    )


def _divide(labels: StringArray, group: Int64Array, shares: Float64Array, rng: np.random.Generator) -> StringArray:
    """Sides for pictures of whole groups: the largest first, each to where most is lacking of its first member's label.

    scikit-learn's splitters keep groups together or take classes of two pictures, but not both.
    """
    _, first, where, sizes = np.unique(group, return_index=True, return_inverse=True, return_counts=True)
    side_of_group = np.zeros(len(sizes), dtype=np.int64)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels[first] == label))
        members = members[np.argsort(-sizes[members], kind="stable")]
        lacking = shares * sizes[members].sum()
        empty = [side for side in range(len(ORDER)) if shares[side] > 0]
        for left, member in zip(range(len(members), 0, -1), members, strict=True):
            # The last ones go where there is none yet, if there are enough for every side to get one.
            side = empty[0] if left <= len(empty) <= len(members) else int(lacking.argmax())
            empty = [other for other in empty if other != side]
            side_of_group[member] = side
            lacking[side] -= sizes[member]
    return np.array(ORDER)[side_of_group[where]]


def _without_crossing(sides: StringArray, group: Int64Array) -> BoolArray:
    """Mask of what may stay so that no group has members on two sides: those on the last of its sides."""
    rank = np.array([ORDER.index(side) for side in sides])
    last = np.zeros(group.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(last, group, rank)
    stays: BoolArray = rank == last[group]
    return stays


def _contradictory(images: ImageSet, group: Int64Array) -> int:
    """Pictures in groups of several labels, without those of the label that most of the group have."""
    pairs, counts = np.unique(
        np.column_stack([group, np.unique(images.labels, return_inverse=True)[1]]), axis=0, return_counts=True
    )
    most = np.zeros(group.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(most, pairs[:, 0], counts)
    return int(len(group) - most.sum())
