"""A short run of the fuzzer of label graphs."""

import label_graphs
from harness import fuzz


def test_label_graphs_are_scored_or_refused() -> None:
    tally = fuzz(label_graphs.make, label_graphs.attempt, label_graphs.ALLOWED, seed=7, count=600)
    assert not tally.failures, tally.failures[0].trace
    assert tally.outcomes["a tree"] > 200 and tally.outcomes["LabelGraphError"] > 50
