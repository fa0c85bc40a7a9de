"""The child process: its answers, its limits, and that nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crohme.notation import from_latex
from crohme.solver import Kind, NoAnswer, NotUnderstood, Solution, SolverMissing, TimeLimitExceeded, process, solve
from tests.processes import is_running, wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
ENDLESS = from_latex(r"\sum _ { i = 1 } ^ { 1 0 ^ { 8 } } \frac { 1 } { i }")


@pytest.fixture
def _needs_sympy() -> None:
    pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """All children that the solver starts from here on."""
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(process.subprocess, "Popen", Recorded)
    return started


def have_ended(children: list[subprocess.Popen[bytes]]) -> bool:
    """Whether there was one, and nothing of any is left."""
    return bool(children) and all(child.returncode is not None for child in children)


def open_files() -> int:
    """How many files this process has open, where the system tells."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


@pytest.mark.usefixtures("_needs_sympy")
def test_answers_come_back_and_nothing_stays(children: list[subprocess.Popen[bytes]]) -> None:
    before, threads = open_files(), threading.active_count()
    solution = solve(from_latex(r"x ^ { 2 } = 2"), seconds=60)
    assert solution == Solution(
        r"x^{2} = 2",
        [r"x = - \sqrt{2}", r"x = \sqrt{2}"],
        r"x \approx -1.41421356237 , \; x \approx 1.41421356237",
        Kind.SOLUTIONS,
    )
    assert have_ended(children)
    assert open_files() <= before and threading.active_count() == threads


@pytest.mark.usefixtures("_needs_sympy")
def test_several_trees_are_one_system() -> None:
    solution = solve([from_latex("x + y = 3"), from_latex("x - y = 1")], seconds=60)
    assert solution.answers == [r"x = 2 , \; y = 1"]


@pytest.mark.usefixtures("_needs_sympy")
def test_what_hangs_is_ended_at_the_time_limit(children: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(TimeLimitExceeded, match=r"no answer in 0.2 s \(read as \\sum") as error:
        solve(ENDLESS, seconds=0.2)
    assert error.value.understood.startswith(r"\sum")
    assert have_ended(children)


@pytest.mark.usefixtures("_needs_sympy")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no limit of processor time on this system")
def test_the_limit_is_of_processor_time(
    monkeypatch: pytest.MonkeyPatch, children: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setattr("crohme.child_processes.STARVED", 1000)
    with pytest.raises(TimeLimitExceeded, match=r"no answer in 0.2 s"):
        solve(ENDLESS, seconds=0.2)
    assert have_ended(children)


@pytest.mark.usefixtures("_needs_sympy")
def test_no_answer_crosses_the_processes(children: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(NoAnswer, match=r"not defined.*\(read as \\frac\{1\}\{0\}\)"):
        solve(from_latex(r"\frac { 1 } { 0 }"), seconds=60)
    assert have_ended(children)


def test_interrupt_ends_the_child(monkeypatch: pytest.MonkeyPatch, children: list[subprocess.Popen[bytes]]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "find_spec", lambda _: object())
    monkeypatch.setattr(process, "_reply", interrupted)
    with pytest.raises(KeyboardInterrupt):
        solve(ENDLESS)
    assert have_ended(children)


@pytest.mark.parametrize(
    "program",
    ["raise SystemExit(3)", "print('ready')", "import pickle, sys; pickle.dump('ready', sys.stdout.buffer)"],
    ids=["at once", "with a word", "when it is ready"],
)
def test_child_that_dies_is_no_answer(
    program: str, monkeypatch: pytest.MonkeyPatch, children: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setattr(process, "find_spec", lambda _: object())
    monkeypatch.setattr(process, "_PROGRAM", program)
    with pytest.raises(NoAnswer, match="ended without an answer"):
        solve(ENDLESS)
    assert have_ended(children)


def test_no_child_is_started_for_what_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process.subprocess, "Popen", lambda *_, **__: pytest.fail("started a process"))
    with pytest.raises(NotUnderstood, match="\\\\forall"):
        solve(from_latex(r"\forall x"))


_ASKED = "from crohme.solver import solve; print(*solve('x+1=3').answers)"
_IN_A_POOL = """
import multiprocessing
from crohme.solver import solve
def answered(latex):
    return solve(latex).answers[0]
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        print(*pool.map(answered, ["x+1=3"]))
"""
_IN_A_THREAD = """
import threading
from crohme.solver import solve
threading.Thread(target=lambda: print(*solve("x+1=3").answers)).start()
"""


@pytest.mark.usefixtures("_needs_sympy")
@pytest.mark.parametrize("how", ["script", "input", "command", "pool", "thread", "shadowed"])
def test_it_is_asked_from_anywhere(how: str, tmp_path: Path) -> None:
    script = tmp_path / "asks.py"
    script.write_text({"pool": _IN_A_POOL, "thread": _IN_A_THREAD}.get(how, _ASKED))
    if how == "shadowed":  # what lies in the working folder is not what the child imports
        (tmp_path / "work").mkdir()
        (tmp_path / "work" / "pickle.py").write_text("raise SystemExit('shadowed')")
    done = subprocess.run(
        [sys.executable, *{"input": ["-"], "command": ["-c", _ASKED]}.get(how, [str(script)])],
        input=_ASKED if how == "input" else None,
        cwd=tmp_path / "work" if how == "shadowed" else tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("x = 2\n", "")


_SLOW = """
import subprocess
from crohme.solver import process, solve

class Told(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        print(self.pid, flush=True)

process.subprocess.Popen = Told
solve(r"\\sum_{i=1}^{10^8}\\frac{1}{i}", 600)
"""


@pytest.mark.usefixtures("_needs_sympy")
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_child_ends_with_the_process_that_asks() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _SLOW], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    assert wait_until(lambda: not is_running(child))


def test_missing_sympy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda _: None)
    with pytest.raises(SolverMissing, match=r"SymPy, which is not installed: pip install .*\[solver\]"):
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
