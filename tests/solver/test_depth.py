"""What is nested too deeply is refused, not crashed on, by every way in."""

from __future__ import annotations

import pickle

import pytest

from crohme.cli import main
from crohme.notation import from_latex
from crohme.solver import NotUnderstood
from crohme.solver.depth import MAX_DEPTH
from crohme.solver.problem import read_problem
from crohme.solver.readback import read_as

DEEP = {
    "200 brackets": "(" * 200 + "1" + ")" * 200,
    "300 brackets": "(" * 300 + "x" + ")" * 300,
    "300 square brackets": "[" * 300 + "1" + "]" * 300,
    "300 braces": r"\{" * 300 + "1" + r"\}" * 300,
    "1,001 bars": "|" * 1001,
    "1,000 bars": "|" * 1000,
    "bars in bars": "|" * 300 + "x" + "|" * 300,
    "brackets and bars": "(|" * 150 + "x" + "|)" * 150,
    "signs": "-(" * 300 + "1" + ")" * 300,
    "functions": r"\sin " * 1500 + "x",
    "sums": r"\sum _ { i = 1 } ^ { 2 } " * 400 + "i",
    "integrals": r"\int " * 1000 + "x",
    "derivatives": r"\frac { d } { d x } " * 300 + "x",
    "divisions": "1" + " / 1" * 2000,
}


@pytest.mark.parametrize("latex", DEEP.values(), ids=DEEP)
def test_what_is_nested_too_deeply_is_not_understood(latex: str) -> None:
    with pytest.raises(NotUnderstood, match=f"nested too deeply: more than {MAX_DEPTH} levels"):
        read_problem([from_latex(latex)])


@pytest.mark.parametrize(
    "latex",
    [
        "(" * 50 + "1" + ")" * 50,
        "|" * 40 + "x" + "|" * 40,
        "-(" * 25 + "1" + ")" * 25,
        "1 + " * 2000 + "1",
        "| x |" * 400,
    ],
)
def test_what_is_long_or_not_that_deep_is_understood(latex: str) -> None:
    problem = read_problem([from_latex(latex)])
    assert pickle.loads(pickle.dumps(problem)) == problem


def test_how_nested_derivatives_were_read_is_told_in_a_form_as_long_as_they_are() -> None:
    problem = read_problem([from_latex(r"\frac { d } { d x } " * 30 + "x")])
    assert read_as(problem.statements) == r"\frac{\mathrm{d}}{\mathrm{d} x} ( " * 30 + "x" + " )" * 30


@pytest.mark.parametrize("latex", [DEEP["300 brackets"], DEEP["1,001 bars"], DEEP["functions"]])
def test_the_command_line_says_so(latex: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "--latex", latex]) == 1
    assert "nested too deeply" in capsys.readouterr().err
