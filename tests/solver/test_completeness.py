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
        r"x^x=-1", r"x^x=\frac14", r"(-3)^x>0", r"x^i=1",
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


REAL_ONLY = "in the real numbers: complex solutions were not searched for"


@pytest.mark.parametrize(
    "text",
    [r"\sqrt{x}=i", r"|x|=i", r"e^x=i", r"\ln x=i", r"\sin x=i", r"\sqrt[3]{x}=i", r"\sqrt{x}=1+i", "e^x=-1",
     r"\sin x=2", r"\sqrt{x^2+1}=ix", r"\frac{1}{e^x+i}=1", r"\sqrt{x}=-1", "|x+i|=0"],
)  # fmt: skip
def test_no_solution_says_that_it_is_about_real_numbers(text: str) -> None:
    solution = answer(text)
    assert (solution.kind, solution.notes) == (Kind.NO_SOLUTION, (REAL_ONLY,))


@pytest.mark.parametrize(
    ("text", "answers_"),
    [
        ("e^{ix}=1", [r"x = 2 \pi n , \; n \in \mathbb{Z}"]),
        ("e^{ix}=-1", [r"x = 2 \pi n + \pi , \; n \in \mathbb{Z}"]),
        (r"\cos x+i\sin x=1", [r"x = 2 \pi n , \; n \in \mathbb{Z}"]),
        (r"\sqrt{x}+ix=0", ["x = 0"]),
        ("|x+i|=2", [r"x = - \sqrt{3}", r"x = \sqrt{3}"]),
    ],
)
def test_real_solutions_of_equations_with_i(text: str, answers_: list[str]) -> None:
    solution = answer(text)
    assert (solution.answers, solution.notes) == (answers_, (REAL_ONLY,))


@pytest.mark.parametrize("text", ["x^2=-1", "x^3=1", "x+i=2", r"\frac1x=i", "x^2=-1, y=x"])
def test_complex_solutions_are_said_to_be_complex(text: str) -> None:
    assert answer(text).notes == ("in the complex numbers",)


@pytest.mark.parametrize("text", ["x^2=1", "x^3=x", "2x=1", r"\sqrt{x}=2"])
def test_real_solutions_that_are_all_need_no_note(text: str) -> None:
    assert answer(text).notes == ()


@pytest.mark.parametrize("text", ["i>0", "x>i", "x+i>2"])
def test_complex_numbers_are_not_compared(text: str) -> None:
    with pytest.raises(NoAnswer, match="neither greater nor less"):
        answer(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (r"x^{\foo}", r"unexpected '\foo' at position 3"),
        (r"x^{y_{\foo}}", r"unexpected '\foo' at position 6"),
        (r"a\cdot x^{\foo}", r"unexpected '\foo' at position 10"),
        (r"2 \cdot \frac{1}{2", "'{' is never closed at position 16"),
        ("2*x)^", "'^' lacks its argument at position 4"),
        ("50% + x^{", "'{' is never closed at position 8"),
        (r"\pmod{5", "'{' is never closed at position 5"),
        (r"\mathbb", r"'\mathbb' lacks its argument at position 7"),
        (r"x\degree+\hat{x}", r"accents and frames are read, but not solved: \hat at position 9"),
        (r"x \in \mathbb{X}", r"\mathbb{X} is no set that is known at position 6"),
    ],
)
def test_message_names_one_position_which_is_that_in_the_text(text: str, message: str) -> None:
    with pytest.raises(LatexError) as error:
        read_latex(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (r"\infty-\infty", "no value at infinity"), (r"\frac{\infty}{\infty}", "no value at infinity"),
        (r"0\cdot\infty", "no value at infinity"), (r"1^\infty", "no value at infinity"),
        (r"\infty^0", "no value at infinity"), (r"\sin\infty", "no value at infinity"),
        (r"\frac{x}{\ln 1}", "a division by zero"), (r"\log 0", "log has no real value"),
        (r"\lim_{x\to 0}\sin\frac1x", "the limit does not exist"), (r"\arccos\infty", "arccos has no real value"),
    ],
)  # fmt: skip
def test_reason_is_the_right_one(text: str, cause: str) -> None:
    with pytest.raises(NoAnswer, match=cause):
        answer(text)


def test_the_principal_value_of_a_decimal_power_is_no_root_which_would_be_real() -> None:
    solution = answer("(-32)^{0.2}")
    assert solution.answers == [] and solution.decimal == "1.61803398875 + 1.17557050459 i"
    assert solution.notes == ("a decimal power of a negative number is complex: its principal value was taken",)
    assert answer("(-32)^{1/5}").answers == ["-2"] and answer("x^{0.2}=-1").answers == []


@pytest.mark.parametrize("text", ["x^2+y^2=0", "x^3=a^3"])
def test_complex_solutions_with_names_in_them_are_called_so(text: str) -> None:
    assert answer(text).notes == ("in the complex numbers",)


@pytest.mark.parametrize("text", [r"\prod_{k=1}^{n}(x+k)", r"\prod_{k=1}^{n}(2k-1)"])
def test_a_factorial_of_what_is_no_whole_number_is_no_answer(text: str) -> None:
    with pytest.raises(NoAnswer, match="no closed form"):
        answer(text)


@pytest.mark.parametrize(
    ("text", "families"),
    [
        (r"\sin(\ln(x+1))=1", 1),
        (r"\tan(\ln|x+1|)=-1", 2),
        (r"\sin(\ln|x-2|)=\frac{1}{2}", 4),
        (r"\sin(\ln|2x+1|)=0", 2),
        (r"\sin(\ln(\ln x))=0", 1),
        (r"\sin(\ln(x^2-1))=0", 2),
        (r"\sin(\ln(x^3+1))=1", 1),
        (r"\sin(\ln(e^x-1))=0", 1),
    ],
)
def test_solutions_as_close_together_as_any_are_counted_without_end(text: str, families: int) -> None:
    found = answer(text)
    assert len(found.answers) == families
    assert all(each.endswith(r", \; n \in \mathbb{Z}") for each in found.answers)
    assert not any(r"\sqrt[3]{-1}" in each for each in found.answers)
