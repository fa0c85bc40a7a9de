"""The solver in a process of its own, so that no problem can hang or fill the one that asks.

It is started as a program of its own: `multiprocessing` would import the script that asks into the child again, and
starts nothing from a pool's worker.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from crohme.child_processes import clock_limit, end_with_pipe, limit_processor_time
from crohme.extras import install
from crohme.notation import SymbolTree
from crohme.solver.angles import Angle
from crohme.solver.context import read_definitions
from crohme.solver.curves import Curve, read_curve
from crohme.solver.errors import MemoryLimitExceeded, NoAnswer, SolverMissing, TimeLimitExceeded
from crohme.solver.latex_reader import read_latex
from crohme.solver.problem import read_problem
from crohme.solver.readback import read_as
from crohme.solver.solution import Plot, Solution
from crohme.solver.syntax import Problem

Written: TypeAlias = str | SymbolTree
Question: TypeAlias = Problem | Curve
SECONDS = 5.0
MEMORY = 1 << 30
"""Bytes that solving may take on top of what the process has once SymPy is loaded."""
_START_SECONDS = 300.0
"""To start Python and load SymPy: one second on an idle machine."""
_READY = "ready"
_PROGRAM = """\
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from crohme.solver.process import answer_parent
answer_parent()
"""


def solve(
    problem: Written | Sequence[Written],
    seconds: float = SECONDS,
    *,
    definitions: Sequence[Written] = (),
    angle: Angle | str = Angle.RADIANS,
    steps: bool = False,
) -> Solution:
    """Answer what is written: compute, simplify, solve.

    Args:
        problem: str or SymbolTree, or a sequence of them: the equations of one system. A str is LaTeX.
        seconds: float. Processor time to solve, without the second that it takes to start; `clock_limit` of it by
            the clock.
        definitions: sequence of str or SymbolTree. Lines before it that define letters, `a = 3`, and functions,
            `f(x) = a x`.
        angle: Angle or str. The unit of angles without one: `radians` or `degrees`.
        steps: bool. Whether the way to the answer is wanted, too.

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
    context = read_definitions(map(_tree, definitions), Angle(angle))
    parts = [problem] if isinstance(problem, str | SymbolTree) else problem
    found = _asked(read_problem(list(map(_tree, parts)), context, has_steps=steps), seconds)
    assert isinstance(found, Solution)
    return found


def plot(
    function: Written,
    low: float = -10.0,
    high: float = 10.0,
    seconds: float = SECONDS,
    *,
    definitions: Sequence[Written] = (),
    angle: Angle | str = Angle.RADIANS,
) -> Plot:
    """Points of a function of one letter, its gaps, and its roots and extrema.

    Args:
        function: str or SymbolTree. `f(x) = …`, `y = …`, or an expression with one letter.
        low, high: float. The range of that letter.
        seconds: float. See `solve`.
        definitions: sequence of str or SymbolTree. See `solve`.
        angle: Angle or str. See `solve`.

    Returns:
        Plot.

    Raises:
        SolverError: See `solve`.

    Example:
        >>> [mark.latex for mark in plot("y = x^2 - 2").marks]
        ['x = - \\sqrt{2}', 'x = 0', 'x = \\sqrt{2}']
    """
    context = read_definitions(map(_tree, definitions), Angle(angle))
    found = _asked(read_curve(_tree(function), low, high, context), seconds)
    assert isinstance(found, Plot)
    return found


def _tree(written: Written) -> SymbolTree:
    return read_latex(written) if isinstance(written, str) else written


def _asked(question: Question, seconds: float) -> Solution | Plot:
    require_sympy()
    child = _start(question, seconds)
    try:
        reply = _reply(child, question, seconds)
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            _close(stream)
    if isinstance(reply, NoAnswer):
        raise reply
    return reply


def require_sympy() -> None:
    """Raise SolverMissing unless SymPy is installed."""
    if find_spec("sympy") is None:
        raise SolverMissing(f"the solver needs SymPy, which is not installed: {install('solver')}")


def get_ready() -> None:
    """Load SymPy and limit the memory: what a process does before it calls `answer`."""
    import crohme.solver.answers
    import crohme.solver.plotting  # noqa: F401

    _limit_memory()


def answer(question: Question) -> Solution | Plot | NoAnswer:
    """Answer in this process, which SymPy may keep for ever. What is raised otherwise is returned."""
    from crohme.solver import plotting
    from crohme.solver.answers import find_answer

    try:
        return find_answer(question) if isinstance(question, Problem) else plotting.plot(question)
    except NoAnswer as error:
        return error
    except MemoryError:
        return MemoryLimitExceeded("the answer needs too much memory", read_as(question.statements))
    except RecursionError:
        return NoAnswer("it is nested too deeply to be solved", read_as(question.statements))
    except Exception as error:  # SymPy raises all kinds of exceptions at what it cannot do
        cause = str(error).partition("\n")[0] or type(error).__name__
        return NoAnswer(f"SymPy finds no answer: {cause}", read_as(question.statements))


def _start(question: Question, seconds: float) -> subprocess.Popen[bytes]:
    """A child that has been asked. What it writes to the terminal is nobody's business."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    try:
        for message in (sys.path, (question, seconds)):
            child.stdin.write(pickle.dumps(message))
        child.stdin.flush()  # left open: its end is the sign for the child to end
    except OSError:
        pass  # it has died: the reply says so
    return child


def _reply(child: subprocess.Popen[bytes], question: Question, seconds: float) -> Solution | Plot | NoAnswer:
    understood = read_as(question.statements)
    assert child.stdout is not None
    messages: queue.Queue[Any] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child.stdout, messages), name="crohme-solver", daemon=True)
    reader.start()
    try:
        if _next(messages, _START_SECONDS, f"SymPy did not start in {_START_SECONDS:g} s", understood) != _READY:
            raise NoAnswer("the solver's process ended without an answer", understood)
        cause = f"no answer in {seconds:g} s"
        reply = _next(messages, clock_limit(seconds), cause, understood)
        if not isinstance(reply, Solution | Plot | NoAnswer):
            child.kill()
            if hasattr(signal, "SIGPROF") and child.wait() == -signal.SIGPROF:
                raise TimeLimitExceeded(cause, understood)
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
    """What the child does: read the question, say that it is ready, then send the answer or a `NoAnswer`."""
    question, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    end_with_pipe(sys.stdin.fileno())
    # Nothing else may write where the answer goes.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    get_ready()
    _send(_READY, replies)
    limit_processor_time(seconds)
    _send(answer(question), replies)


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
