"""The solver behind the server: a problem that takes long does not hold up those that do not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from crohme.child_processes import WorkerLost, clock_limit
from crohme.notation import SymbolTree
from crohme.solver import NoAnswer, Plot, Solution, TimeLimitExceeded, process
from crohme.solver.context import Context
from crohme.solver.curves import read_curve
from crohme.solver.problem import ALONE, read_problem
from crohme.solver.readback import read_as
from crohme.web.forked import CAN_FORK, OutOfTime, in_fork
from crohme.web.pool import LONG, Pool
from crohme.web.worker import ProcessWorker, Work

SECONDS = process.SECONDS
QUICK_SECONDS: tuple[float, ...] = (0.25, 1.0) if CAN_FORK else (1.0,)
"""What every problem gets at first, so that one that needs less waits for none that needs more; then it is long."""
_PATIENCE = 2.0  # seconds after which a process that did not end its problem in time is ended itself


@dataclass(frozen=True)
class _Try:
    question: process.Question
    seconds: float


class Solver:
    """Solves on several processes, in which SymPy is loaded already.

    Args:
        workers: int. Processes, one of which is kept for quick problems.
        capacity: int. Most problems waiting.
        seconds: float. See `Pool`.
    """

    def __init__(self, workers: int, *, capacity: int, seconds: float) -> None:
        processes = [ProcessWorker(_start, limit=_limit) for _ in range(workers)]
        self.pool = Pool(processes, capacity=capacity, seconds=seconds, name="solver")

    async def solve(
        self, tree: SymbolTree, *, context: Context = ALONE, steps: bool = False, client: Hashable, seconds: float
    ) -> Solution:
        """Answer what is written, see `crohme.solver.solve`.

        Raises:
            SolverError: See `crohme.solver.solve`.
            ApiError: See `Pool.submit`.
        """
        problem = await asyncio.to_thread(read_problem, [tree], context, has_steps=steps)
        reply = await self._ask(problem, client, seconds)
        assert isinstance(reply, Solution)
        return reply

    async def plot(
        self, tree: SymbolTree, low: float, high: float, *, context: Context = ALONE, client: Hashable, seconds: float
    ) -> Plot:
        """Points of a function, see `crohme.solver.plot`.

        Raises:
            SolverError: See `crohme.solver.plot`.
            ApiError: See `Pool.submit`.
        """
        reply = await self._ask(await asyncio.to_thread(read_curve, tree, low, high, context), client, seconds)
        assert isinstance(reply, Plot)
        return reply

    async def _ask(self, question: process.Question, client: Hashable, seconds: float) -> Solution | Plot:
        process.require_sympy()
        for limit in (*QUICK_SECONDS, SECONDS):
            cost = limit / 2 if limit in QUICK_SECONDS else max(limit, LONG + 1)
            try:
                reply = await self._try(_Try(question, limit), client, seconds, cost)
                break
            except OutOfTime:  # it is begun again
                continue
        else:
            raise TimeLimitExceeded(f"no answer in {SECONDS:g} s", read_as(question.statements))
        if isinstance(reply, NoAnswer):
            raise reply
        return reply

    async def _try(self, attempt: _Try, client: Hashable, seconds: float, cost: float) -> Solution | Plot | NoAnswer:
        reply: Solution | Plot | NoAnswer = await self.pool.submit(attempt, cost=cost, client=client, seconds=seconds)
        return reply


def _limit(attempt: _Try) -> float:
    return clock_limit(attempt.seconds) + _PATIENCE if CAN_FORK else attempt.seconds


def _start() -> Work:
    """What a solver process calls first."""
    process.get_ready()
    return _answer_all


def _answer_all(attempts: Sequence[_Try], cancelled: Callable[[int], bool]) -> list[Solution | Plot | NoAnswer]:
    return [_answer(attempt, partial(cancelled, number)) for number, attempt in enumerate(attempts)]


def _answer(attempt: _Try, cancelled: Callable[[], bool]) -> Solution | Plot | NoAnswer:
    """Solve in a fork where there are any, for SymPy cannot be interrupted and takes a second to load."""
    if not CAN_FORK:
        return process.answer(attempt.question)
    try:
        reply: Solution | Plot | NoAnswer = in_fork(process.answer, attempt.question, attempt.seconds, cancelled)
        return reply
    except WorkerLost:
        return NoAnswer("the solver's process ended without an answer", read_as(attempt.question.statements))
