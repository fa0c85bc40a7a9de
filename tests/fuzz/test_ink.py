"""A short run of the fuzzer of arrays."""

from __future__ import annotations


def test_arrays_are_answered_or_refused() -> None:
    import ink
    from harness import fuzz

    tally = fuzz(ink.make, ink.attempt, ink.ALLOWED, seed=12, count=150)
    assert not tally.failures, tally.failures[0].trace
    assert tally.outcomes["answered"] > 20 < tally.outcomes["InvalidInk"]
