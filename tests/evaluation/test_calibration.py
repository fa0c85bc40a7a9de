"""Calibration undoes a known distortion of confidence."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.evaluation.calibration import chance_error, expected_error, fit
from crohme.expressions.confidence import MOST_MOVED, WIDEST_MARGIN, Calibration


def test_overconfidence_is_found_and_corrected():
    rng = np.random.default_rng(0)
    true_odds = rng.normal(0, 1.5, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-true_odds))
    stated = 1 / (1 + np.exp(-(2 * true_odds + 1)))  # twice as sure as it should be, and biased
    slope, offset = fit(stated, right)
    assert slope == pytest.approx(0.5, abs=0.03)
    assert offset == pytest.approx(-0.5, abs=0.05)
    corrected = [Calibration((slope, offset)).confidences([np.log(p)])[0] for p in stated]
    assert expected_error(stated, right) > 0.1
    assert expected_error(corrected, right) < 0.02


def test_expected_error_of_bins():
    assert expected_error([0.95, 0.95], [True, False]) == pytest.approx(0.45)
    assert expected_error([0.25, 0.25, 0.25, 0.25], [True, False, False, False]) == pytest.approx(0.0)


def test_nothing_to_fit():
    with pytest.raises(ValueError, match="right and"):
        fit([0.5, 0.6], [True, True])


@pytest.mark.parametrize("margin", [(), (0.3, 0.4, 0.1), (0.0, 9.0, 5.0)])
@pytest.mark.parametrize("calibration", [(1.0, 0.0), (0.4, 2.0), (3.0, -1.0)])
def test_confidences_stay_probabilities_in_order(calibration, margin):
    for scores in ([-0.1, -3.0, -4.0], [-8.0, -8.1, -9.0], [-1e-9], [-400.0, -500.0]):
        shares = Calibration(calibration, margin).confidences(scores)
        assert all(0 <= share <= 1 for share in shares)
        assert sum(shares) <= 1 + 1e-9
        assert shares[1:] == sorted(shares[1:], reverse=True)
    assert Calibration().confidences([-0.1, -3.0]) == pytest.approx(np.exp([-0.1, -3.0]))


def logit(confidence):
    return np.log(confidence / (1 - confidence))


def test_the_margin_over_the_second_reading_is_calibrated_with_the_log_odds():
    rng = np.random.default_rng(0)
    log_odds, margins = rng.normal(0, 1.5, 20_000), rng.uniform(0, 6, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * log_odds + 0.8 * margins - 1)))
    assert fit(1 / (1 + np.exp(-log_odds)), right, margins) == pytest.approx((0.5, 0.8, -1.0), abs=0.1)


def test_a_narrow_margin_lowers_the_confidence_and_a_wide_one_raises_it():
    line, plane = Calibration((0.6, 1.0)), Calibration((0.6, 1.0), (0.3, 0.1, 0.0))
    for second, moved in ((-1.1, -1), (-6.0, 1)):
        alone, beside = (one.confidences([-1.0, second])[0] for one in (line, plane))
        assert np.sign(beside - alone) == moved
        assert logit(beside) == pytest.approx(0.3 * logit(np.exp(-1.0)) + 0.1 * (-1.0 - second) ** 2, abs=1e-9)
    assert plane.confidences([-1.0, -1.0 - WIDEST_MARGIN])[0] == plane.confidences([-1.0, -50.0])[0]
    assert plane.confidences([-1.0]) == line.confidences([-1.0])


def test_the_margin_moves_the_log_odds_by_little_and_not_where_the_ink_is_no_expression():
    line, plane = Calibration((0.6, 1.0)), Calibration((0.6, 1.0), (0.0, 9.0, 5.0))
    for score in (-0.5, -2.0, -5.0):
        alone, beside = (one.confidences([score, score - 7])[0] for one in (line, plane))
        assert logit(beside) == pytest.approx(logit(alone) + MOST_MOVED)
    assert plane.confidences([-11.0, -18.0])[0] == line.confidences([-11.0, -18.0])[0] < 0.005


def test_exactly_right_confidences_are_as_far_off_by_chance_as_drawing_lots_shows():
    rng = np.random.default_rng(0)
    stated = rng.beta(4, 1.3, 700)
    drawn = [expected_error(stated, rng.random(700) < stated) for _ in range(400)]
    assert chance_error(stated) == pytest.approx(np.mean(drawn), rel=0.05)
    assert chance_error(np.tile(stated, 100)) == pytest.approx(chance_error(stated) / 10)
    assert chance_error([0.0, 1.0]) == 0.0
