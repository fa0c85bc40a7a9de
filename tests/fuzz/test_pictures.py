"""A short run of the fuzzer of pictures."""

from __future__ import annotations


def test_a_short_run() -> None:
    import pictures
    from harness import fuzz

    tally = fuzz(pictures.make, pictures.attempt, pictures.ALLOWED, seed=1, count=260, limit=120)
    assert not tally.failures, tally.failures[0].trace
    assert tally.outcomes["answered"] > 20 and tally.outcomes["ImageError"] > 20
