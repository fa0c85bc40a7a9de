"""The harness of the fuzzers: what counts as a hang."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from harness import Tally, fuzz

LIMIT = 0.05


def tried(attempt: Callable[[int], None]) -> Tally:
    return fuzz(lambda rng: 0, attempt, (), count=1, limit=LIMIT)


def work_on(_: int) -> None:
    while True:
        sum(range(1000))


def wait(_: int) -> None:
    time.sleep(60)


@pytest.mark.parametrize("attempt", [work_on, wait])
def test_an_input_that_never_ends_is_a_failure(attempt: Callable[[int], None]) -> None:
    (failure,) = tried(attempt).failures
    assert f"Hang: took longer than {LIMIT:g} s" in failure.trace


def test_a_pause_of_the_process_is_none() -> None:
    assert not tried(lambda _: time.sleep(4 * LIMIT)).failures
