"""What an answer holds for: excluded points, domains that simplifying loses, conditions on parameters.

The conditions are tried with numbers: where a note says that a solution is one, it satisfies the equation.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from latex_numbers import compiled

from crohme.solver import Kind, NoAnswer, Solution, read_latex
from crohme.solver.problem import read_problem

pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
answers = pytest.importorskip("crohme.solver.answers")


def answer(text: str) -> Solution:
    return answers.find_answer(read_problem([read_latex(text)]))


@pytest.mark.parametrize(
    ("text", "latex", "note"),
    [
        ("x^0", "1", "for x ≠ 0"),
        ("0^x", "0", "for x > 0"),
        (r"\frac{x}{x}", "1", "for x ≠ 0"),
        (r"\frac{0}{x}", "0", "for x ≠ 0"),
        (r"e^{\ln x}", "x", "for x > 0"),
        (r"10^{\lg x}", "x", "for x > 0"),
        (r"\sqrt{x}^2", "x", "for x ≥ 0"),
        (r"(x^{1/4})^4", "x", "for x ≥ 0"),
        (r"\sqrt{x-1}\sqrt{x-1}", "x - 1", "for x ≥ 1"),
        (r"\frac{\sqrt{x}}{\sqrt{x}}", "1", "for x > 0"),
        (r"\tan x\cot x", "1", "for cos(x) ≠ 0 and sin(x) ≠ 0"),
        (r"\sec x\cos x", "1", "for cos(x) ≠ 0"),
        (r"\ln(x^2)-2\ln x", "0", "for x > 0"),
        (r"\ln x-\ln x", "0", "for x > 0"),
        (r"\sin(\arcsin x)", "x", "for -1 ≤ x ≤ 1"),
        (r"\frac{\ln x}{\ln x}", "1", "for x > 0 and x ≠ 1"),
        (r"\frac{e^x-1}{e^x-1}", "1", "for x ≠ 0"),
        (r"\frac{x^2-y^2}{x-y}", "x + y", "for x - y ≠ 0"),
        (r"\sum_{k=1}^{2}\frac{x-k}{x-k}", "2", "for x ≠ 1 and x ≠ 2"),
        (r"\frac{d}{dx}|x|", r"\operatorname{sign}{\left(x \right)}", "for x ≠ 0"),
        (r"\frac{d}{dx}\ln x", r"\frac{1}{x}", "for x > 0"),
        (r"\frac{d}{dx}\frac{|x|}{x}", "0", "for x ≠ 0"),
        (r"\frac{d}{dx}\sqrt{x}^2", "1", "for x > 0"),
        (r"\frac{x^n}{x^n}", "1", "for x > 0"),
        ("x^x x^{-x}", "1", "for x > 0"),
        (r"\frac{x\sqrt{x}}{x}", r"\sqrt{x}", "for x > 0"),
        (r"\sqrt{x^2-1}\sqrt{x^2-1}", "x^{2} - 1", "for x ≤ -1 or x ≥ 1"),
        (r"\log_2 x\cdot\log_x 2", "1", "for x > 0 and x ≠ 1"),
        (r"\tanh(\operatorname{artanh} x)", "x", "for -1 < x < 1"),
        (r"\frac{\sin 2x}{\sin x}", r"2 \cos{\left(x \right)}", "for sin(x) ≠ 0"),
        (r"\int_0^1\frac{a}{a}dx", "1", "for a ≠ 0"),
    ],
)
def test_simpler_form_names_where_it_holds(text: str, latex: str, note: str) -> None:
    solution = answer(text)
    assert (solution.answers, list(solution.notes)) == ([latex], [note])


@pytest.mark.parametrize(
    "text",
    [r"2\ln x", r"\ln(x^2)", r"\frac1x", r"\sqrt{x^2}", r"\sqrt{x^4}", r"\ln e^x", r"\tan(\arctan x)", "x^x", "2^x 2^x",
     r"\arcsin(\sin x)", r"\frac{d}{dx}\sqrt{x}", r"\frac{d}{dx}x|x|", r"\frac{d}{dx}\ln|x|", r"\frac{d}{dx}\tan x",
     r"\sum_{k=0}^{3}x^k"],
)  # fmt: skip
def test_form_that_shows_its_domain_needs_no_note(text: str) -> None:
    assert answer(text).notes == ()


def test_identity_in_several_names_says_where_it_holds() -> None:
    solution = answer(r"\frac{x+y}{x+y}=1")
    assert (solution.kind, solution.answers) == (Kind.TRUTH, [r"\mathrm{true}"])
    assert solution.notes == ("for x + y ≠ 0",)


@pytest.mark.parametrize(
    ("text", "latex", "note"),
    [
        (r"\frac{x}{y}=1, x=y", "x = y", "for y ≠ 0"),
        ("x^0=1, y=2", "y = 2", "for x ≠ 0"),
        (r"\frac{x-y}{x-y}=1, x+y=2", "x = 2 - y", "for y ≠ 1"),
    ],
)
def test_solution_of_a_system_says_where_it_holds(text: str, latex: str, note: str) -> None:
    solution = answer(text)
    assert (solution.answers, solution.notes) == ([latex], (note,))


@pytest.mark.parametrize(
    "text", [r"\frac{x-y}{x-y}=1, x=y", "x^0+y=1, x=0", r"\frac{x^2}{x}=0", r"\frac{x}{x-2}=\frac{2}{x-2}"]
)
def test_excluded_points_are_no_solutions(text: str) -> None:
    solution = answer(text)
    assert (solution.kind, solution.answers) == (Kind.NO_SOLUTION, [])


def test_derivative_where_the_function_has_no_value_is_refused() -> None:
    for text in (r"f(x)=\frac{x^2}{x}, f'(0)", r"f(x)=x^2\sin\frac1x, f'(0)", r"f(x)=\tan x, f'(\frac{\pi}{2})"):
        with pytest.raises(NoAnswer, match="no real value"):
            answer(text)
    with pytest.raises(NoAnswer, match="was not found"):
        answer("f(x)=a|x|, f'(0)")


def test_first_term_of_a_power_series_is_said_to_be_taken_for_1() -> None:
    solution = answer(r"\sum_{k=0}^{3}0^k")
    assert solution.answers == ["1"] and "0^0" in solution.notes[0]


def test_value_at_0_of_a_power_series_is_its_first_term() -> None:
    assert answer(r"\sum_{k=0}^{3}x^k=0").answers == ["x = -1", "x = - i", "x = i"]


# === Parameters ===

PARAMETERS = [
    # equation, its residual, notes, values of a and b with how many real solutions there are
    ("ax=b", "a*x-b", "for a ≠ 0", {(2, 3): 1, (-1, 0): 1}),
    ("ax=0", "a*x", "for a ≠ 0", {(2, 3): 1}),
    ("ax=a", "a*x-a", "for a ≠ 0", {(2, 3): 1}),
    (r"\frac{a}{x}=b", "a/x-b", "for a ≠ 0 and b ≠ 0", {(2, 3): 1, (-4, 1): 1}),
    (r"\frac{x}{a}=\frac{x}{b}", "x/a-x/b", "for a ≠ 0 and a - b ≠ 0 and b ≠ 0", {(2, 3): 1}),
    (r"\sqrt{x}=a", "sqrt(x)-a", "for a ≥ 0", {(2, 0): 1, (0, 0): 1}),
    (r"\sqrt{x}+a=0", "sqrt(x)+a", "for a ≤ 0", {(-2, 0): 1}),
    (r"\sqrt{a-x}=x", "sqrt(a-x)-x", "for a ≥ 0", {(2, 0): 1, (0.25, 0): 1}),
    ("x^2=a", "x**2-a", "real for a ≥ 0", {(2, 0): 2}),
    ("|x|=a", "abs(x)-a", "for a ≥ 0", {(2, 0): 2}),
    ("|x-a|=b", "abs(x-a)-b", "for b ≥ 0", {(2, 3): 2}),
    ("|x-a|=|x-b|", "abs(x-a)-abs(x-b)", "for a - b ≠ 0", {(2, 3): 1, (3, -2): 1}),
    ("a|x|=b", "a*abs(x)-b", "for a ≠ 0 and b/a ≥ 0", {(2, 3): 2, (-2, -3): 2}),
    ("e^x=a", "exp(x)-a", "for a > 0", {(2, 0): 1}),
    ("2^x=a", "2**x-a", "for a > 0", {(2, 0): 1, (0.1, 0): 1}),
    (r"\sqrt{x}+\sqrt{a}=1", "sqrt(x)+sqrt(a)-1", "for 0 ≤ a ≤ 1", {(0.5, 0): 1, (1, 0): 1}),
    (r"\sqrt{x^2-a}=x-1", "sqrt(x**2-a)-x+1", "for a ≥ 1", {(1, 0): 1, (4, 0): 1}),
    ("|x|-x=a", "abs(x)-x-a", "for a > 0", {(2, 0): 1}),
    ("|x-1|+|x-2|=a", "abs(x-1)+abs(x-2)-a", "for a > 1", {(2, 0): 2}),
    ("e^{2x}+e^x=a", "exp(2*x)+exp(x)-a", "for a > 0", {(2, 0): 1}),
    (r"\arctan x=a", "arctan(x)-a", "for -π/2 < a < π/2 and cos(a) ≠ 0", {(1, 0): 1}),
    ("a^x=b", "a**x-b", "for a > 0 and a ≠ 1 and b > 0", {(2, 3): 1, (0.5, 3): 1}),
    ("a^{2x}=a^4", "a**(2*x)-a**4", "for a > 0 and a ≠ 1", {(2, 0): 1, (0.5, 0): 1}),
    (r"\arcsin x=a", "arcsin(x)-a", "for -π/2 ≤ a ≤ π/2", {(1, 0): 1, (-0.3, 0): 1}),
    (r"\frac{x}{x-a}=b", "x/(x-a)-b", "for a ≠ 0 and b ≠ 1", {(2, 3): 1}),
    (r"\sqrt{ax+b}=2", "sqrt(a*x+b)-2", "for a ≠ 0", {(2, 3): 1, (-2, 3): 1}),
]  # fmt: skip
FUNCTIONS = {name: getattr(np, name) for name in ("sqrt", "exp", "arcsin", "arctan", "sin", "cos", "tan")} | {
    "abs": np.abs
}


@pytest.mark.parametrize(("text", "residual", "note", "cases"), PARAMETERS, ids=[each[0] for each in PARAMETERS])
def test_solution_says_for_which_parameters_it_is_one(
    text: str, residual: str, note: str, cases: dict[tuple[float, float], int]
) -> None:
    solution = answer(text)
    assert solution.notes == (note,)
    for (a, b), count in cases.items():
        values = {complex(compiled(each.partition("=")[2])(a=a, b=b)) for each in solution.answers}
        assert len(values) == count
        for value in values:
            assert value.imag == 0
            assert abs(eval(residual, {"__builtins__": {}}, {**FUNCTIONS, "a": a, "b": b, "x": value.real})) < 1e-12


def test_what_must_be_positive_shortens_a_solution() -> None:
    assert answer("a^{2x}=a^4").answers == ["x = 2"]


def test_each_solution_may_hold_for_other_parameters() -> None:
    solution = answer(r"\sqrt{x}=x-a")
    assert solution.notes == (
        "x = a - sqrt(4 a + 1)/2 + 1/2 for -1/4 ≤ a ≤ 0", "x = a + sqrt(4 a + 1)/2 + 1/2 for a ≥ -1/4",
    )  # fmt: skip
    for a, count in ((-0.2, 2), (-0.05, 2), (1, 1), (7, 1)):
        grid = np.linspace(0, 60, 2_000_003)
        at = np.sqrt(grid) - grid + a
        assert np.count_nonzero(at[:-1] * at[1:] < 0) == count


@pytest.mark.parametrize(
    ("text", "residual"),
    [(r"\sin x=a", "sin(x)-a"), (r"\cos x=a", "cos(x)-a"), (r"\tan x=a", "tan(x)-a"), (r"a\sin 2x=b", "a*sin(2*x)-b"),
     (r"\tan(x-a)=1", "tan(x-a)-1")],
)  # fmt: skip
def test_trigonometric_equation_with_a_parameter(text: str, residual: str) -> None:
    solution = answer(text)
    found = set()
    for each in solution.answers:
        assert each.endswith(r" , \; n \in \mathbb{Z}")
        value = compiled(re.sub(r" , .*", "", each.partition("=")[2]))
        found |= {round(float(value(a=0.8, b=0.3, n=n)), 9) for n in range(-9, 10)}
    inside = sorted(x for x in found if abs(x) < 9)
    names = {**FUNCTIONS, "a": 0.8, "b": 0.3}
    assert max(abs(eval(residual, {"__builtins__": {}}, {**names, "x": x})) for x in inside) < 1e-7
    grid = np.linspace(-9, 9, 100_003)
    at = eval(residual, {"__builtins__": {}}, {**names, "x": grid})
    crossings = (at[:-1] * at[1:] < 0) & (np.abs(at[:-1]) < 1)
    assert len(inside) == np.count_nonzero(crossings)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("x+a=x", ("for a ≠ 0",)),
        (r"\frac{a}{x}=0", ("for a ≠ 0",)),
        (r"\frac{a}{x}=\frac{b}{x}", ("for a - b ≠ 0",)),
        (r"\frac{x-a}{x^2-a^2}=0", ()),
        ("x+y=a, 2x+2y=b", ("for 2 a - b ≠ 0",)),
    ],
)
def test_there_may_be_no_solution_for_most_parameters(text: str, notes: tuple[str, ...]) -> None:
    solution = answer(text)
    assert (solution.kind, solution.notes) == (Kind.NO_SOLUTION, notes)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("ax+y=1, x+y=2", ("for a ≠ 1",)),
        ("x+ay=1, ax+y=1", ("for a ≠ -1 and a ≠ 1",)),
        ("x+y=a, xy=b", ("real for a^2 - 4 b ≥ 0",)),
        (r"\sqrt{x}=y, y=a", ("for a ≥ 0",)),
        ("x^2=a, y^2=b", ("for parameters in general: for some values there may be other solutions, or none",)),
        ("ax^2+bx+c=0", ("for a ≠ 0", "real for -4 a c + b^2 ≥ 0")),
        ("x^a=b", ("for a ≠ 0 and b > 0", "at least these: powers of what may be negative are solved in part only")),
    ],
)
def test_systems_and_powers_with_parameters(text: str, notes: tuple[str, ...]) -> None:
    solution = answer(text)
    assert solution.answers
    assert solution.notes == notes


@pytest.mark.parametrize("text", [r"\sqrt{x^2+a}=x", "2^x=b^x", r"\sqrt{x^2 y^2}=xy", r"\lfloor x\rfloor=a"])
def test_what_depends_on_cases_is_refused(text: str) -> None:
    with pytest.raises(NoAnswer, match="no closed form"):
        answer(text)


@pytest.mark.parametrize(
    ("latex", "notes"),
    [
        ("(a+b)^2=a^2+2ab+b^2", ()),
        ("(a+b)(a-b)=a^2-b^2", ()),
        (r"\cos(a+b)=\cos a\cos b-\sin a\sin b", ()),
        (r"\frac{a}{b}+\frac{c}{d}=\frac{ad+bc}{bd}", ("for b ≠ 0 and d ≠ 0",)),
        (r"\frac{a}{b}=\frac{ac}{bc}", ("for b ≠ 0 and c ≠ 0",)),
        ("a^ma^n=a^{m+n}", ("for a > 0",)),
    ],
)
def test_an_equation_that_holds_for_all_letters_is_true(latex: str, notes: tuple[str, ...]) -> None:
    solution = answer(latex)
    assert (solution.kind, solution.answers, solution.notes) == (Kind.TRUTH, [r"\mathrm{true}"], notes)


@pytest.mark.parametrize("latex", ["(a+b)^2=a^2+b^2", "a^2+b^2=c^2", r"\sqrt{a^2b^2}=ab", "ab=1", "a+b=c+d,a=b"])
def test_an_equation_that_does_not_say_what_is_unknown_is_refused(latex: str) -> None:
    with pytest.raises(NoAnswer, match="are unknown is not said"):
        answer(latex)


@pytest.mark.parametrize(
    ("text", "latex", "notes"),
    [
        (r"\sqrt{-x^2}", r"i \left|{x}\right|", ("complex, real for x = 0 only",)),
        (r"\sqrt{-(x-1)^2}", r"i \left|{x - 1}\right|", ("complex, real for x = 1 only",)),
        (r"\sqrt{-x^4}+x", "x^{2} i + x", ("complex, real for x = 0 only",)),
        (r"\frac{1}{\sqrt{-x^2}}", r"- \frac{i}{\left|{x}\right|}", ("complex for all real x",)),
        (r"\frac{d}{dx}\sqrt{-x^2}", r"i \operatorname{sign}(x)", ("for x ≠ 0", "complex for all real x")),
        (r"\ln(-x^2)", r"\ln{\left(- x^{2} \right)}", ("complex for all real x",)),
        (r"\sqrt{-x^2-1}", r"\sqrt{- x^{2} - 1}", ("complex for all real x",)),
        (r"\sqrt{x-1}\sqrt{-x}", r"\sqrt{- x} \sqrt{x - 1}", ("complex for all real x",)),
        (r"\sqrt{-x^2}^2", "- x^{2}", ("for x = 0",)),
        (r"i\sqrt{x}^2", "i x", ("for x ≥ 0",)),
        (r"\sqrt{-x}", r"\sqrt{- x}", ()),
    ],
)  # fmt: skip
def test_a_value_that_is_complex_says_where_it_is_real(text: str, latex: str, notes: tuple[str, ...]) -> None:
    solution = answer(text)
    assert solution.notes == notes
    for x in (-1.7, 0.6, 2.3):
        assert compiled(solution.answers[0])(x=x + 0j) == pytest.approx(compiled(latex)(x=x + 0j))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (r"\cos x=\frac12,x\in[0,\pi]", 1),
        (r"\cos x=\frac12,x\in(0,2\pi]", 2),
        (r"\sin x=\frac{x}{10},x\in[0,10]\cup[20,30]", 4),
        (r"\tan x=x,x\in[0,10)", 3),
        (r"\sin x=0,x\in\{1\}\cup(2,4)", 1),
    ],
)
def test_solutions_in_an_interval_are_all(text: str, count: int) -> None:
    solution = answer(text)
    assert len(solution.answers) == count and not any("at least" in note for note in solution.notes)


def test_solutions_on_a_half_line_may_not_be_all() -> None:
    assert any("at least" in note for note in answer(r"\tan x=x,x\in[0,\infty)").notes)
