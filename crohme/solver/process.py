"""The solver in a process of its own, so that no problem can hang or fill the one that asks.

It is started as a program of its own: `multiprocessing` would import the script that asks into the child again, and
starts nothing from a pool's worker.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from crohme.child_processes import end_with_pipe
from crohme.extras import install
from crohme.notation import SymbolTree
from crohme.solver.errors import MemoryLimitExceeded, NoAnswer, SolverMissing, TimeLimitExceeded
from crohme.solver.latex_reader import read_latex
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
_PROGRAM = """\
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from crohme.solver.process import answer_parent
answer_parent()
"""


def solve(
    problem: str | SymbolTree | Sequence[str | SymbolTree],
    seconds: float = SECONDS,
) -> Solution:
    """Answer what is written: compute, simplify, solve.

    Args:
        problem: str or SymbolTree, or a sequence of them: the equations of one system. A str is LaTeX.
        seconds: float. Time to solve, without the second that it takes to start.

    Returns:
        Solution.

    Raises:
        LatexError: Malformed LaTeX, or a sign without a meaning here.
        NotUnderstood: A symbol or part has no meaning here, or more than one. See `crohme.solver`.
        NoAnswer: There is none, or SymPy finds none; `TimeLimitExceeded` and `MemoryLimitExceeded` if
            it would need more.
        SolverMissing: SymPy is not installed.

    Example:
        >>> solve(r"x^2 = 4").answers
        ['x = -2', 'x = 2']
    """
    parts = [problem] if isinstance(problem, str | SymbolTree) else problem
    asked = read_problem([read_latex(part) if isinstance(part, str) else part for part in parts])
    require_sympy()
    child = _start(asked)
    try:
        reply = _reply(child, asked, seconds)
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            _close(stream)
    if isinstance(reply, Solution):
        return reply
    raise reply


def require_sympy() -> None:
    """Raise SolverMissing unless SymPy is installed."""
    if find_spec("sympy") is None:
        raise SolverMissing(f"the solver needs SymPy, which is not installed: {install('solver')}")


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


def _start(problem: Problem) -> subprocess.Popen[bytes]:
    """A child that has been asked. What it writes to the terminal is nobody's business."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    try:
        for message in (sys.path, problem):
            child.stdin.write(pickle.dumps(message))
        child.stdin.flush()  # left open: its end is the sign for the child to end
    except OSError:
        pass  # it has died: the reply says so
    return child


def _reply(child: subprocess.Popen[bytes], problem: Problem, seconds: float) -> Solution | NoAnswer:
    understood = read_as(problem.statements)
    assert child.stdout is not None
    messages: queue.Queue[Any] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child.stdout, messages), name="crohme-solver", daemon=True)
    reader.start()
    try:
        if _next(messages, _START_SECONDS, f"SymPy did not start in {_START_SECONDS:g} s", understood) != _READY:
            raise NoAnswer("the solver's process ended without an answer", understood)
        reply = _next(messages, seconds, f"no answer in {seconds:g} s", understood)
        if not isinstance(reply, Solution | NoAnswer):
            raise NoAnswer("the solver's process ended without an answer", understood)
        return reply
    finally:
        child.kill()
        reader.join()


def _read(stream: BinaryIO, messages: queue.Queue[Any]) -> None:
    """Pass on what the child sends, then None. A thread can wait for a pipe on every system."""
    try:
        while True:
            messages.put(pickle.load(stream))  # noqa: S301 - written by our own child
    except Exception:  # it has ended, in the middle of a message perhaps
        messages.put(None)


def _next(messages: queue.Queue[Any], seconds: float, cause: str, understood: str) -> Any:
    try:
        return messages.get(timeout=seconds)
    except queue.Empty:
        raise TimeLimitExceeded(cause, understood) from None


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:  # what was not sent cannot be sent any more
        pass


def answer_parent() -> None:
    """What the child does: read the problem, say that it is ready, then send a `Solution` or a `NoAnswer`."""
    problem = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    end_with_pipe(sys.stdin.fileno())
    # Nothing else may write where the answer goes.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    get_ready()
    _send(_READY, replies)
    _send(answer(problem), replies)


def _send(message: object, stream: BinaryIO) -> None:
    pickle.dump(message, stream)
    stream.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit holds
        return
    statm = Path("/proc/self/statm")
    used = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
