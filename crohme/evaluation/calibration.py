"""Calibration of confidence: 0.8 is to mean right in eight of ten cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


def fit(confidences: Sequence[float], right: Sequence[bool], *others: Sequence[float]) -> tuple[float, ...]:
    """Slope and offset on the log-odds that make confidences most likely (Platt, 1999).

    Args:
        confidences: floats between 0 and 1, uncorrected.
        right: bools. Whether each reading was right.
        others: sequences of float. Further quantities of each reading, which get a slope each, before the offset.

    Raises:
        ValueError: All are right, or all are wrong: nothing to fit.
    """
    from sklearn.linear_model import LogisticRegression

    if len(set(map(bool, right))) < 2:
        raise ValueError("a calibration needs readings that are right and readings that are wrong")
    odds = np.clip(np.asarray(confidences, dtype=np.float64), 1e-12, 1 - 1e-12)
    known = np.column_stack([np.log(odds / (1 - odds)), *others])
    model = LogisticRegression(C=1e6).fit(known, np.asarray(right, dtype=bool))
    return *map(float, model.coef_[0]), float(model.intercept_[0])


@dataclass(frozen=True)
class Bin:
    """Readings of about the same confidence.

    Args:
        low, high: float. Confidences that fall into it, `high` excluded but for 1.
        n: int. At least one.
        right: int. Readings that were right.
        confidence: float. Mean of them.
    """

    low: float
    high: float
    n: int
    right: int
    confidence: float

    @property
    def share(self) -> float:
        """Share of right readings: what the confidence should be."""
        return self.right / self.n


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Readings in bins of equal width; those without readings are left out.

    Args:
        confidences: floats between 0 and 1.
        right: bools. Whether each reading was right.
        bins: int.
    """
    values, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=bool)
    bin_of = np.minimum((values * bins).astype(int), bins - 1)
    members = [(i, bin_of == i) for i in range(bins)]
    return [
        Bin(i / bins, (i + 1) / bins, int(own.sum()), int(hits[own].sum()), float(values[own].mean()))
        for i, own in members
        if own.any()
    ]


def expected_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: the mean gap between confidence and share of right readings, over equal bins.

    Reference: Guo et al., "On calibration of modern neural networks", ICML 2017.
    """
    found = reliability(confidences, right, bins)
    return sum(one.n * abs(one.confidence - one.share) for one in found) / sum(one.n for one in found)


def chance_error(confidences: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error of confidences that are exactly right: so few readings leave a gap by chance.

    Args:
        confidences: floats between 0 and 1.
        bins: int.
    """
    values = np.asarray(confidences, dtype=np.float64)
    variances = np.bincount(np.minimum((values * bins).astype(int), bins - 1), values * (1 - values), bins)
    # The mean size of a normal deviation; the number of right readings of a bin has this variance.
    return float(np.sqrt(2 / np.pi * variances).sum() / len(values))
