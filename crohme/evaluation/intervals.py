"""95 % confidence intervals."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from crohme.types import Float64Array

SAMPLES = 2000


def wilson_interval(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Confidence interval of a proportion (Wilson, JASA 22, 1927); 95 % by default.

    Args:
        hits, n: int. Hits among n > 0 trials.
        z: float. Quantile of the normal distribution.

    Returns:
        `(low, high)`, within 0 and 1.
    """
    share = hits / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def resampled_sums(rows: ArrayLike, seed: int = 0, samples: int = SAMPLES) -> Float64Array:
    """Column sums of many sets of rows drawn with replacement (bootstrap; Efron, Annals of Statistics 7, 1979).

    Args:
        rows: `(n, k)` numbers. What was counted in each of n > 0 files.
        seed: int.
        samples: int.

    Returns:
        `(samples, k)` float64.
    """
    values = np.asarray(rows, dtype=np.float64)
    rng = np.random.default_rng(seed)
    # One sample at a time: all at once would take gigabytes for some ten thousand files.
    drawn = (rng.integers(len(values), size=len(values)) for _ in range(samples))
    return np.stack([np.bincount(indices, minlength=len(values)) @ values for indices in drawn])


def percentiles(values: ArrayLike) -> tuple[float, float]:
    """The middle 95 % of a figure's bootstrap samples."""
    low, high = np.percentile(np.asarray(values), [2.5, 97.5])
    return float(low), float(high)
