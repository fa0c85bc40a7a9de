"""What every fuzzer here shares: seeded inputs, a limit on each, a tally, and the failing inputs kept.

A fuzzer makes an input from a random generator and tries it. An error of the project's own is an
answer; any other exception, a hang, or an answer that breaks a rule (AssertionError) is a failure.
"""

from __future__ import annotations

import argparse
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

_PATIENCE = 10  # times the limit of an input, for one that waits instead of working


class Hang(Exception):
    """One input took longer than it may."""


@dataclass(frozen=True)
class Failure:
    """An input that failed: its number under the seed, the input, and the traceback."""

    number: int
    value: Any
    trace: str


@dataclass
class Tally:
    """What came of a run: inputs tried, how many ended in which way, and the failures."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def __str__(self) -> str:
        ends = ", ".join(f"{name} {count:,}" for name, count in self.outcomes.most_common())
        return f"{self.tried:,} inputs: {ends}; {len(self.failures)} failures"


def fuzz(
    make: Callable[[np.random.Generator], Any],
    attempt: Callable[[Any], str | None],
    allowed: type[Exception] | tuple[type[Exception], ...],
    *,
    seed: int = 0,
    count: int = 1000,
    seconds: float | None = None,
    limit: float = 5.0,
    most_failures: int = 20,
) -> Tally:
    """Try inputs until there were `count` of them, `seconds` have passed, or too many failed.

    Args:
        make: function of a Generator. Makes an input; input n depends on the seed and n only.
        attempt: function of an input. Returns the name of the outcome, or None for "answered".
        allowed: exceptions that are an answer, such as `InkError`; tallied by class name.
        limit: float. Seconds that one input may take.
    """
    tally, start = Tally(), time.monotonic()
    for number in tqdm(range(count), desc="fuzz", unit="input", disable=None):
        if seconds is not None and time.monotonic() - start >= seconds or len(tally.failures) >= most_failures:
            break
        value = make(np.random.default_rng([seed, number]))
        tally.tried += 1
        try:
            with _at_most(limit):
                outcome = attempt(value) or "answered"
        except allowed as error:
            outcome = type(error).__name__
        except Exception:
            outcome = "FAILED"
            tally.failures.append(Failure(number, value, traceback.format_exc()))
        tally.outcomes[outcome] += 1
    return tally


def main(
    description: str | None,
    make: Callable[[np.random.Generator], Any],
    attempt: Callable[[Any], str | None],
    allowed: type[Exception] | tuple[type[Exception], ...],
    *,
    limit: float = 5.0,
) -> int:
    """The command line of a fuzzer; returns 1 if any input failed."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=10_000, help="inputs at most")
    parser.add_argument("--seconds", type=float, help="time at most")
    parser.add_argument("--failures", type=Path, metavar="DIR", help="write the failing inputs here")
    args = parser.parse_args()
    tally = fuzz(make, attempt, allowed, seed=args.seed, count=args.count, seconds=args.seconds, limit=limit)
    for failure in tally.failures:
        print(f"input {failure.number}:\n{failure.trace}")
        if args.failures:
            _keep(failure, args.failures)
    print(tally)
    return 1 if tally.failures else 0


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise `Hang` in the block after so many seconds (main thread of a Unix process only).

    Seconds in which the process hardly ran, because it was stopped or others had the cores, do not count at once.
    """
    began, rung = time.process_time(), 0

    def ring(signum: int, frame: Any) -> None:
        nonlocal rung
        rung += 1
        if rung >= _PATIENCE or time.process_time() - began > seconds / 2:
            raise Hang(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _keep(failure: Failure, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    value = failure.value if isinstance(failure.value, bytes) else repr(failure.value).encode()
    (folder / f"{failure.number}.bin").write_bytes(value)
    (folder / f"{failure.number}.txt").write_text(failure.trace, encoding="utf-8")
