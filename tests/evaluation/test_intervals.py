"""Confidence intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crohme.evaluation.intervals import percentiles, resampled_sums, wilson_interval


def test_wilson_as_published() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 0/20, 1/29.
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
                               (1, 29, 0.0061, 0.1718)):  # fmt: skip
        assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_hold_the_share(trial: tuple[int, int]) -> None:
    low, high = wilson_interval(*trial)
    assert 0 <= low <= trial[0] / trial[1] + 1e-12 and trial[0] / trial[1] - 1e-12 <= high <= 1


def test_a_bootstrap_draws_whole_rows() -> None:
    """Columns stay together, and the spread of the sums is that of sampling: the standard error of a mean."""
    rows = np.random.default_rng(1).integers(0, 10, size=(400, 1))
    sums = resampled_sums(np.hstack([rows, 10 - rows]))
    assert sums.shape == (2000, 2)
    np.testing.assert_array_equal(sums.sum(axis=1), 4000)
    assert sums[:, 0].std() == pytest.approx(rows.std() * np.sqrt(400), rel=0.1)
    low, high = percentiles(sums[:, 0])
    assert low < rows.sum() < high and high - low == pytest.approx(2 * 1.96 * rows.std() * 20, rel=0.1)
    np.testing.assert_array_equal(sums, resampled_sums(np.hstack([rows, 10 - rows])))
