"""A short run of the fuzzer of LaTeX and MathML."""

import notation
from harness import fuzz


def test_notation_is_read_or_refused_and_read_back_as_it_was_written() -> None:
    tally = fuzz(notation.make, notation.attempt, notation.ALLOWED, seed=7, count=600)
    assert not tally.failures, tally.failures[0].trace
    assert tally.outcomes["MathML"] > 30 and tally.outcomes["LaTeX of the classes"] > 30
