"""What cannot be shown to be complete is not given as complete: whole numbers, powers of what may be negative, i."""

from __future__ import annotations

import pytest

from crohme.notation import LatexError
from crohme.solver import Kind, NoAnswer, Solution, read_latex
from crohme.solver.problem import read_problem

pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
answers = pytest.importorskip("crohme.solver.answers")


def answer(text: str) -> Solution:
    return answers.find_answer(read_problem([read_latex(text)]))


@pytest.mark.parametrize(
    ("text", "latex"),
    [(r"\sum_{k=1}^{n}k=55", "n = 10"), (r"\sum_{k=1}^{n}k=10", "n = 4"), (r"\sum_{k=1}^{n}k^2=14", "n = 3")],
)
def test_the_limit_of_a_sum_is_a_whole_number(text: str, latex: str) -> None:
    found = answer(text)
    assert found.answers == [latex] and any("whole number" in note for note in found.notes)


@pytest.mark.parametrize("text", [r"\sum_{k=1}^{n}k=7", r"\sum_{k=1}^{n}1=-3", r"\sum_{k=1}^{n}k=-5"])
def test_no_whole_number_is_a_limit(text: str) -> None:
    assert answer(text).kind is Kind.NO_SOLUTION


@pytest.mark.parametrize(
    "text",
    [
        r"\gcd(x,6)=3", r"\gcd(n,4)=2", r"\operatorname{lcm}(n,4)=12", r"\sum_{k=1}^{n}k>5", r"(-2)^x=4", r"(-1)^n=1",
        r"x^x=-1", r"x^x=\frac14", r"e^{ix}=1", r"(-3)^x>0", r"\cos x+i\sin x=1",
    ],
)  # fmt: skip
def test_what_is_solved_in_part_only_is_no_no_solution(text: str) -> None:
    with pytest.raises(NoAnswer):
        answer(text)


@pytest.mark.parametrize("text", ["x^x=4", "(x-2)^x=1", "x^{2x}=1"])
def test_solutions_of_such_powers_are_at_least_these(text: str) -> None:
    assert any("at least these" in note for note in answer(text).notes)


@pytest.mark.parametrize("text", [r"\hat{x}=2", r"\overline{x}", r"\boxed{x}"])
def test_accents_and_frames_are_refused_in_plain_words(text: str) -> None:
    with pytest.raises(LatexError, match="read, but not solved"):
        read_latex(text)
