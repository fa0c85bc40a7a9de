"""A short run of the fuzzer of InkML."""

from __future__ import annotations


def test_documents_are_read_and_written_or_refused() -> None:
    import inkml
    from harness import fuzz

    tally = fuzz(inkml.make, inkml.attempt, inkml.ALLOWED, seed=12, count=600)
    assert not tally.failures, tally.failures[0].trace
    assert tally.outcomes["read"] > 10 < tally.outcomes["with warnings"]
    assert {"MalformedInk", "UnsupportedInk"} <= tally.outcomes.keys()
