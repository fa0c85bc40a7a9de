"""The solver behind the server: a problem that takes long does not hold up those that do not."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from crohme.notation import SymbolTree
from crohme.solver import SECONDS, NoAnswer, Solution, TimeLimitExceeded, process
from crohme.solver.problem import read_problem
from crohme.solver.readback import read_as
from crohme.solver.syntax import Problem
from crohme.web.pool import LONG, Pool
from crohme.web.worker import OutOfTime, ProcessWorker

QUICK_SECONDS = 1.0
"""Every problem gets this long at first; if it needs more, it is begun again among the long ones."""
_PROBLEMS_PER_PROCESS = 50  # SymPy caches what it computes


@dataclass(frozen=True)
class _Try:
    problem: Problem
    seconds: float


class Solver:
    """Solves on several processes, in which SymPy is loaded already.

    Args:
        workers: int. Processes, one of which is kept for quick problems.
        capacity: int. Most problems waiting.
        seconds: float. See `Pool`.
    """

    def __init__(self, workers: int, *, capacity: int, seconds: float) -> None:
        started = [
            ProcessWorker(_start, jobs=_PROBLEMS_PER_PROCESS, limit=lambda attempt: attempt.seconds)
            for _ in range(workers)
        ]
        self.pool = Pool(started, capacity=capacity, seconds=seconds, name="solver")

    async def solve(self, tree: SymbolTree, *, client: Hashable, seconds: float) -> Solution:
        """Answer what is written, see `crohme.solver.solve`.

        Raises:
            SolverError: See `crohme.solver.solve`.
            ApiError: See `Pool.submit`.
        """
        problem = read_problem([tree])
        process.require_sympy()
        try:
            reply = await self._try(_Try(problem, QUICK_SECONDS), client, seconds, QUICK_SECONDS / 2)
        except OutOfTime:
            try:
                reply = await self._try(_Try(problem, SECONDS), client, seconds, max(SECONDS, LONG + 1))
            except OutOfTime:
                raise TimeLimitExceeded(f"no answer in {SECONDS:g} s", read_as(problem.statements)) from None
        if isinstance(reply, NoAnswer):
            raise reply
        return reply

    async def _try(self, attempt: _Try, client: Hashable, seconds: float, cost: float) -> Solution | NoAnswer:
        return await self.pool.submit(attempt, cost=cost, client=client, seconds=seconds)


def _start() -> Callable[[Any, Callable[[], bool]], Any]:
    """What a solver process calls first."""
    process.get_ready()
    return lambda attempt, cancelled: process.answer(attempt.problem)
