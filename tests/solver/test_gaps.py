"""What exists for some values of its names only: integrals over poles, series outside of their radius, limits."""

from __future__ import annotations

import re

import numpy as np
import pytest
from latex_numbers import compiled

from crohme.solver import Kind, NoAnswer, Solution, read_latex
from crohme.solver.problem import read_problem

pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
answers = pytest.importorskip("crohme.solver.answers")

_ONLY_WHERE = "only where the integrand has a value everywhere between the limits"


def answer(text: str) -> Solution:
    return answers.find_answer(read_problem([read_latex(text)]))


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        (r"\int_0^a\frac{1}{x-1}dx", {"a": -2.0}, np.log(3)),
        (r"\int_0^1\frac{1}{x-a}dx", {"a": 3.0}, np.log(2 / 3)),
        (r"\int_0^a\frac{1}{\cos^2 x}dx", {"a": 1.0}, np.tan(1)),
        (r"\int_0^a\tan x dx", {"a": -1.0}, -np.log(np.cos(1))),
        (r"\int_x^{2x}\frac{1}{t}dt", {"x": -1.0}, np.log(2)),
        (r"\int_{-1}^{a}\frac{1}{x^2}dx", {"a": -0.5}, 1.0),
        (r"\int_{-1}^{x}\frac{1}{t}dt", {"x": -3.0}, np.log(3)),
    ],
)
def test_integral_that_may_pass_a_pole_says_so_and_is_real_elsewhere(text: str, at: dict, value: float) -> None:
    solution = answer(text)
    assert _ONLY_WHERE in solution.notes
    assert complex(compiled(solution.answers[0])(**at)) == pytest.approx(value)


@pytest.mark.parametrize("text", [r"\int_0^a x^2 dx", r"\int_0^{\infty} e^{-ax}dx", r"\int_0^1 x^n dx",
                                  r"\int_0^a\frac{1}{x^2+1}dx", r"\int_0^a|x|dx"])  # fmt: skip
def test_integral_that_passes_no_pole_is_not_doubted(text: str) -> None:
    assert _ONLY_WHERE not in answer(text).notes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"\int_1^x\frac{1}{t}dt=2", ["x = e^{2}"]),
        (r"\int_{-1}^x\frac{1}{t}dt=1", ["x = - e"]),
        (r"\int_0^x\frac{1}{(t-1)^2}dt=-2", []),
        (r"\sum_{k=0}^{\infty}x^k=3", [r"x = \frac{2}{3}"]),
        (r"\sum_{k=0}^{\infty}x^k=\frac{1}{3}", []),
        (r"\sum_{k=0}^{\infty}x^k>2", [r"x \in \left( \frac{1}{2} , 1 \right)"]),
    ],
)
def test_solution_at_which_a_side_has_no_value_is_none(text: str, found: list[str]) -> None:
    solution = answer(text)
    assert solution.answers == found
    assert found or solution.kind is Kind.NO_SOLUTION


@pytest.mark.parametrize("text", [r"\int_0^x\frac{1}{\cos^2 t}dt=1", r"\int_0^x\frac{1}{(t+1)^2}dt>2"])
def test_relation_is_refused_where_it_is_not_known_for_which_values_its_integral_exists(text: str) -> None:
    with pytest.raises(NoAnswer, match="exists"):
        answer(text)


@pytest.mark.parametrize("text", [r"\lim_{n\to\infty}q^n", r"\lim_{x\to\infty}x^a", r"\lim_{x\to\infty}ax",
                                  r"\prod_{k=1}^{\infty}x", r"\sum_{k=1}^{\infty}x"])  # fmt: skip
def test_infinity_is_never_a_part_of_an_answer(text: str) -> None:
    with pytest.raises(NoAnswer, match=r"for other values of \w"):
        answer(text)


@pytest.mark.parametrize(
    ("text", "function", "low", "high"),
    [
        (r"|\ln x|=1", lambda x: abs(np.log(x)) - 1, 1e-3, 20),
        (r"|\sqrt{x}-1|=2", lambda x: abs(np.sqrt(x) - 1) - 2, 1e-3, 20),
        (r"|\arcsin x|=1", lambda x: abs(np.arcsin(x)) - 1, -1, 1),
        (r"\max(\ln x,0)=1", lambda x: np.maximum(np.log(x), 0) - 1, 1e-3, 20),
        (r"||\ln x|-1|=1", lambda x: abs(abs(np.log(x)) - 1) - 1, 1e-3, 20),
    ],
)
def test_bars_around_what_has_no_value_everywhere(text: str, function, low: float, high: float) -> None:  # noqa: ANN001
    found = sorted(compiled(re.sub(r"^x (=|\\approx) ", "", text))().real for text in answer(text).answers)
    grid = np.linspace(low, high, 200_001)
    values = function(grid)
    changes = int(np.count_nonzero(values[:-1] * values[1:] < 0))
    assert [abs(function(x)) < 1e-8 for x in found] == [True] * len(found)
    assert len(found) == changes or (changes == 2 and len(found) == 3)  # at 1 it only touches


@pytest.mark.parametrize(
    ("text", "note", "at", "value"),
    [
        (r"\int_1^2 x^n dx", "for n ≠ -1", {"n": -3.0}, 3 / 8),
        (r"\int_0^{\pi}\sin(ax)dx", "for a ≠ 0", {"a": -0.5}, -2.0),
        (r"\int_0^1 e^{ax}dx", "for a ≠ 0", {"a": -1.0}, 1 - np.exp(-1)),
        (r"\int_1^{\infty}x^n dx", "for n < -1", {"n": -2.0}, 1.0),
        (r"\int_0^1 x^n dx", "for n > 0", {"n": 3.0}, 0.25),
    ],
)
def test_integral_with_a_name_says_for_which_values_it_is_that(text: str, note: str, at: dict, value: float) -> None:
    solution = answer(text)
    assert solution.notes[-1] == note
    assert complex(compiled(solution.answers[0])(**at)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (r"\int x^n dx", "for n ≠ -1"),
        (r"\int (ax+b)^n dx", "for a ≠ 0 and n ≠ -1"),
        (r"\int a^x dx", "for a > 0 and a ≠ 1"),
        (r"\int x e^{ax}dx", "for a ≠ 0"),
        (r"\int\frac1{ax+b}dx", "for a ≠ 0"),
        (r"\int\sqrt{a^2x^2}dx", "for a > 0"),
        (r"\int\frac1{\sqrt{a^2-x^2}}dx", "for a > 0"),
        (r"\int\frac1{x^2+a}dx", "for a > 0 and a + x^2 ≠ 0"),
    ],
)
def test_antiderivative_names_every_value_that_its_formula_excludes(text: str, note: str) -> None:
    assert answer(text).notes == (note,)


def test_series_that_may_have_a_value_is_not_said_to_have_none() -> None:
    with pytest.raises(NoAnswer, match="no closed form was found"):
        answer(r"\sum_{k=1}^{\infty}\frac{1}{k(k+a)}")
