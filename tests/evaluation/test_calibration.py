"""Calibration undoes a known distortion of confidence."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.evaluation.calibration import expected_error, fit
from crohme.expressions.ranking import confidences


def test_overconfidence_is_found_and_corrected():
    rng = np.random.default_rng(0)
    true_odds = rng.normal(0, 1.5, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-true_odds))
    stated = 1 / (1 + np.exp(-(2 * true_odds + 1)))  # twice as sure as it should be, and biased
    slope, offset = fit(stated, right)
    assert slope == pytest.approx(0.5, abs=0.03)
    assert offset == pytest.approx(-0.5, abs=0.05)
    corrected = [confidences([np.log(p)], slope, offset)[0] for p in stated]
    assert expected_error(stated, right) > 0.1
    assert expected_error(corrected, right) < 0.02


def test_expected_error_of_bins():
    assert expected_error([0.95, 0.95], [True, False]) == pytest.approx(0.45)
    assert expected_error([0.25, 0.25, 0.25, 0.25], [True, False, False, False]) == pytest.approx(0.0)


def test_nothing_to_fit():
    with pytest.raises(ValueError, match="right and"):
        fit([0.5, 0.6], [True, True])


@pytest.mark.parametrize("calibration", [(1.0, 0.0), (0.4, 2.0), (3.0, -1.0)])
def test_confidences_stay_probabilities_in_order(calibration):
    for scores in ([-0.1, -3.0, -4.0], [-8.0, -8.1, -9.0], [-1e-9], [-400.0, -500.0]):
        shares = confidences(scores, *calibration)
        assert all(0 <= share <= 1 for share in shares)
        assert sum(shares) <= 1 + 1e-9
        assert shares[1:] == sorted(shares[1:], reverse=True)
    assert confidences([-0.1, -3.0], 1.0, 0.0) == pytest.approx(np.exp([-0.1, -3.0]))
