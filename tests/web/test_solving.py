"""How long the solver behind the server is given for a problem, and when."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from crohme.notation import from_latex
from crohme.solver import Solution, TimeLimitExceeded
from crohme.solver.solution import Kind
from crohme.web.forked import OutOfTime
from crohme.web.pool import LONG
from crohme.web.solving import QUICK_SECONDS, SECONDS, Solver

pytest.importorskip("sympy", reason="the extra [solver] is not installed")


class Trier:
    """A pool in whose place the time is known that a problem needs."""

    def __init__(self, needed: float) -> None:
        self.needed = needed
        self.tried: list[float] = []
        self.costs: list[float] = []

    async def submit(self, attempt: Any, *, cost: float, client: str, seconds: float) -> Solution:
        self.tried.append(attempt.seconds)
        self.costs.append(cost)
        if attempt.seconds < self.needed:
            raise OutOfTime(f"no result in {attempt.seconds:g} s")
        return Solution("1 + 1", ["2"], None, Kind.VALUE)


def solve(needed: float) -> tuple[Solution, Trier]:
    solver, pool = Solver.__new__(Solver), Trier(needed)
    solver.pool = pool
    return asyncio.run(solver.solve(from_latex("1 + 1"), client="a", seconds=30.0)), pool


@pytest.mark.parametrize("needed", [0.0, *QUICK_SECONDS, SECONDS])
def test_a_problem_is_begun_again_until_its_time_suffices_and_is_long_only_at_last(needed: float) -> None:
    found, pool = solve(needed)
    assert found.answers == ["2"]
    assert pool.tried == [limit for limit in (*QUICK_SECONDS, SECONDS) if limit < needed] + [
        max(needed, QUICK_SECONDS[0])
    ]
    assert [cost > LONG for cost in pool.costs] == [limit == SECONDS for limit in pool.tried]


def test_a_problem_that_needs_more_has_no_answer() -> None:
    with pytest.raises(TimeLimitExceeded, match=f"no answer in {SECONDS:g} s"):
        solve(SECONDS + 1)
