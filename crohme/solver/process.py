"""The solver in a process of its own, so that no problem can hang or fill the one that asks."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path

from crohme.child_processes import end_with_parent
from crohme.notation import SymbolTree
from crohme.solver.errors import MemoryLimitExceeded, NoAnswer, SolverMissing, TimeLimitExceeded
from crohme.solver.problem import read_problem
from crohme.solver.readback import read_as
from crohme.solver.solution import Solution
from crohme.solver.syntax import Problem

SECONDS = 5.0
MEMORY = 1 << 30
"""Bytes that solving may take on top of what the process has once SymPy is loaded."""
_START_SECONDS = 60.0
"""To start Python and load SymPy: one second on an idle machine."""
_READY = "ready"


def solve(tree: SymbolTree | Sequence[SymbolTree], seconds: float = SECONDS) -> Solution:
    """Answer what is written: compute, simplify, solve.

    A script that calls this wants `if __name__ == "__main__":` around its own work, as for every
    child process that Python spawns.

    Args:
        tree: SymbolTree, or a sequence of them: the equations of one system.
        seconds: float. Time to solve, without the second that it takes to start.

    Returns:
        Solution.

    Raises:
        NotUnderstood: A symbol or part has no meaning here, or more than one. See `crohme.solver`.
        NoAnswer: There is none, or SymPy finds none; `TimeLimitExceeded` and `MemoryLimitExceeded` if
            it would need more.
        SolverMissing: SymPy is not installed.

    Example:
        >>> solve(from_latex(r"x ^ { 2 } = 4")).answers
        ['x = -2', 'x = 2']
    """
    problem = read_problem([tree] if isinstance(tree, SymbolTree) else tree)
    require_sympy()
    context = multiprocessing.get_context("spawn")
    connection, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, problem), daemon=True, name="crohme-solver")
    try:
        process.start()
        theirs.close()  # so that the end of the child is the end of the pipe
        reply = _reply(connection, problem, seconds)
    finally:
        process.kill()
        process.join()
        process.close()
        connection.close()
    if isinstance(reply, Solution):
        return reply
    raise reply


def require_sympy() -> None:
    """Raise SolverMissing unless SymPy is installed."""
    if find_spec("sympy") is None:
        raise SolverMissing("the solver needs SymPy: pip install 'crohme[solver]'")


def get_ready() -> None:
    """Load SymPy and limit the memory: what a process does before it calls `answer`."""
    import crohme.solver.answers  # noqa: F401

    _limit_memory()


def answer(problem: Problem) -> Solution | NoAnswer:
    """Solve in this process, which SymPy may keep for ever. What is raised otherwise is returned."""
    from crohme.solver.answers import find_answer

    try:
        return find_answer(problem)
    except NoAnswer as error:
        return error
    except MemoryError:
        return MemoryLimitExceeded("the answer needs too much memory", read_as(problem.statements))
    except RecursionError:
        return NoAnswer("it is nested too deeply to be solved", read_as(problem.statements))
    except Exception as error:  # SymPy raises all kinds of exceptions at what it cannot do
        cause = str(error).partition("\n")[0] or type(error).__name__
        return NoAnswer(f"SymPy finds no answer: {cause}", read_as(problem.statements))


def _reply(connection: Connection, problem: Problem, seconds: float) -> Solution | NoAnswer:
    understood = read_as(problem.statements)
    try:
        if not connection.poll(_START_SECONDS):
            raise TimeLimitExceeded(f"SymPy did not start in {_START_SECONDS:g} s", understood)
        connection.recv()
        if not connection.poll(seconds):
            raise TimeLimitExceeded(f"no answer in {seconds:g} s", understood)
        reply: Solution | NoAnswer = connection.recv()
        return reply
    except EOFError:
        raise NoAnswer("the solver's process ended without an answer", understood) from None


def _answer(connection: Connection, problem: Problem) -> None:
    """What the child does: say that it is ready, then send a `Solution` or a `NoAnswer`."""
    end_with_parent()
    get_ready()
    connection.send(_READY)
    connection.send(answer(problem))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit holds
        return
    statm = Path("/proc/self/statm")
    used = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
