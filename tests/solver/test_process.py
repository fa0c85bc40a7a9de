"""The child process: its answers, its limits, and that nothing of it stays."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crohme.notation import from_latex
from crohme.solver import Kind, NoAnswer, NotUnderstood, Solution, SolverMissing, TimeLimitExceeded, process, solve

REPOSITORY = Path(__file__).resolve().parents[2]
ENDLESS = from_latex(r"\sum _ { i = 1 } ^ { 1 0 ^ { 8 } } \frac { 1 } { i }")


@pytest.fixture
def _needs_sympy() -> None:
    pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")


def leftovers() -> list[object]:
    """Child processes of the solver that are still there."""
    return [child for child in multiprocessing.active_children() if child.name == "crohme-solver"]


def open_files() -> int:
    """How many files this process has open, where the system tells."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


@pytest.mark.usefixtures("_needs_sympy")
def test_answers_come_back_and_nothing_stays() -> None:
    solve(from_latex("1 + 1"))  # the first spawn opens the resource tracker's pipe for good
    before = open_files()
    solution = solve(from_latex(r"x ^ { 2 } = 2"), seconds=60)
    assert solution == Solution(
        r"x^{2} = 2",
        [r"x = - \sqrt{2}", r"x = \sqrt{2}"],
        r"x \approx -1.41421356237 , \; x \approx 1.41421356237",
        Kind.SOLUTIONS,
    )
    assert leftovers() == []
    assert open_files() == before


@pytest.mark.usefixtures("_needs_sympy")
def test_several_trees_are_one_system() -> None:
    solution = solve([from_latex("x + y = 3"), from_latex("x - y = 1")], seconds=60)
    assert solution.answers == [r"x = 2 , \; y = 1"]


@pytest.mark.usefixtures("_needs_sympy")
def test_what_hangs_is_ended_at_the_time_limit() -> None:
    with pytest.raises(TimeLimitExceeded, match=r"no answer in 0.2 s \(read as \\sum") as error:
        solve(ENDLESS, seconds=0.2)
    assert error.value.understood.startswith(r"\sum")
    assert leftovers() == []


@pytest.mark.usefixtures("_needs_sympy")
def test_no_answer_crosses_the_processes() -> None:
    with pytest.raises(NoAnswer, match=r"not defined.*\(read as \\frac\{1\}\{0\}\)"):
        solve(from_latex(r"\frac { 1 } { 0 }"), seconds=60)
    assert leftovers() == []


def test_interrupt_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "find_spec", lambda _: object())
    monkeypatch.setattr(process, "_reply", interrupted)
    with pytest.raises(KeyboardInterrupt):
        solve(ENDLESS)
    assert leftovers() == []


def test_child_that_dies_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda _: object())
    monkeypatch.setattr(process, "_answer", os.kill)  # called with a pipe for a process id: the child fails
    with pytest.raises(NoAnswer, match="ended without an answer"):
        solve(ENDLESS)
    assert leftovers() == []


def test_no_child_is_started_for_what_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process.multiprocessing, "get_context", lambda _: pytest.fail("started a process"))
    with pytest.raises(NotUnderstood, match="\\\\forall"):
        solve(from_latex(r"\forall x"))


def test_missing_sympy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda _: None)
    with pytest.raises(SolverMissing, match=r"pip install 'crohme\[solver\]'"):
        solve(from_latex("1 + 1"))


def test_asking_loads_no_sympy() -> None:
    program = "import sys, crohme.solver, crohme.cli.solve; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=False).returncode == 0


def test_memory_limit_holds() -> None:
    pytest.importorskip("resource", reason="no memory limit on this system")
    if sys.platform != "linux":
        pytest.skip("only Linux keeps to RLIMIT_AS")
    program = (
        "from crohme.solver.process import MEMORY, _limit_memory\n"
        "_limit_memory()\n"
        "some = bytearray(MEMORY // 2)\n"
        "try:\n more = bytearray(MEMORY)\nexcept MemoryError:\n print('limited')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "limited\n"
