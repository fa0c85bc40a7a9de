"""A short run of the fuzzer of bundles."""

from __future__ import annotations

import bundles
from harness import fuzz


def test_a_spoilt_bundle_is_refused_or_works() -> None:
    assert bundles.attempt(bundles.whole()) == "loaded and read"
    tally = fuzz(bundles.make, bundles.attempt, bundles.ALLOWED, seed=0, count=300, seconds=4)
    assert not tally.failures, tally.failures[0].trace
    assert tally.outcomes["BundleError"] > tally.tried / 2
    assert tally.outcomes["loaded and read"]
