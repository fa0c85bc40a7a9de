"""A short run of the fuzzer of tables of LaTeX."""

import scores
from harness import fuzz


def test_tables_are_scored_or_refused_and_what_is_the_same_is_right() -> None:
    tally = fuzz(scores.make, scores.attempt, scores.ALLOWED, seed=7, count=200)
    assert not tally.failures, tally.failures[0].trace
    assert tally.outcomes["all right"] > 60 and tally.outcomes["some refused"] > 10
