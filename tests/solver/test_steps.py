"""The way to an answer: every step holds, and it ends at the answer."""

from __future__ import annotations

import cmath
import re

import pytest

pytest.importorskip("sympy", reason="the extra [solver] is not installed")

import sympy  # noqa: E402

from crohme.solver import Solution, answers, read_latex  # noqa: E402
from crohme.solver.context import read_definitions  # noqa: E402
from crohme.solver.problem import read_problem  # noqa: E402


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too."""
    monkeypatch.setattr(answers, "_SECONDS_FOR_STEPS", 60.0)


def solved(latex: str, *lines: str, steps: bool = True) -> Solution:
    context = read_definitions(map(read_latex, lines))
    return answers.find_answer(read_problem([read_latex(latex)], context, has_steps=steps))


EQUATIONS = ["2x+3=7", "3(x-1)=x+5", "\\frac{x}{2}+\\frac{1}{3}=1", "x^2+2x=x^2+4", "-x=5", "0.5x=3", "5=2x-1"]
QUADRATICS = [
    "x^2=4",
    "x^2-5x+6=0",
    "2x^2+3x=0",
    "x^2+x+1=0",
    "x^2+4=0",
    "(x-1)^2=0",
    "x^2-2x-1=0",
    "3x^2=7x-2",
    "x(x+1)=6",
]


@pytest.mark.parametrize("latex", [*EQUATIONS, *QUADRATICS])
def test_every_equation_on_the_way_has_the_same_solutions(latex: str) -> None:
    found = solved(latex)
    values = [numeric(answer.partition("=")[2]) for answer in found.answers]
    assert found.steps
    for step in found.steps:
        sides = step.latex.split(" = ")
        if "\\pm" in step.latex:
            both = [numeric(sides[-1].replace("\\pm", sign)) for sign in "-+"]
            assert {round(abs(one - value), 9) for one in both for value in values} >= {0}, step
            assert all(min(abs(one - value) for value in values) < 1e-9 for one in both), step
        elif "b^{2}" in step.latex:
            assert numeric(sides[-1]) == numeric(sides[-2]), step
        elif "," not in step.latex:
            for value in values:
                assert abs(numeric(sides[0], value) - numeric(sides[1], value)) < 1e-9, step
    assert sorted(found.steps[-1].latex.split(" , \\; ")) == sorted(found.answers)


def numeric(latex: str, x: complex = 0) -> complex:
    """A value of simple LaTeX, by Python's own arithmetic."""
    text = latex.replace("\\left", "").replace("\\right", "")
    for _ in range(4):
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"cmath.sqrt(\1)", text)
        text = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text)
    text = text.replace("\\cdot", "*")
    text = re.sub(r"(?<=[\dxi)])\s+(?=[xi(c])|(?<=\d)(?=[xi])", "*", text.strip())
    text = re.sub(r"\bi\b", "1j", text)
    return complex(eval(text, {"x": x, "cmath": cmath}))  # noqa: S307 - the text of our own steps


@pytest.mark.parametrize("latex", ["x+y=3,x-y=1", "2x+3y=7,4x-y=1", "x+y+z=6,x-y=0,y+2z=8", "y=2x,x+y=9"])
def test_every_system_on_the_way_has_the_same_solution(latex: str) -> None:
    found = solved(latex)
    (answer,) = found.answers
    values = {part.split(" = ")[0]: sympy.sympify(fraction(part.split(" = ")[1])) for part in answer.split(" , \\; ")}
    systems = [step.latex for step in found.steps if "cases" in step.latex]
    assert systems
    for system in systems:
        for line in system.removeprefix("\\begin{cases} ").removesuffix(" \\end{cases}").split(" \\\\ "):
            left, right = (
                sympy.sympify(
                    fraction(side).replace(" ", "*").replace("-*", "-").replace("*+*", "+").replace("*-", "-")
                )
                for side in line.split(" = ")
            )
            assert (left - right).subs(values) == 0, line


def fraction(latex: str) -> str:
    return re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)", latex)


def test_a_system_and_an_equation_without_a_solution_end_at_what_is_false() -> None:
    system = solved("x+y=1,x+y=2")
    assert (system.answers, system.steps[-1].latex) == ([], "0 = 1")
    equation = solved("2x=2x+1")
    assert (equation.answers, equation.steps[-1].latex) == ([], "0 = 1")


@pytest.mark.parametrize(
    ("latex", "rules"),
    [
        ("\\frac{d}{dx} x^2 \\sin x", ["Product rule", "Power rule", "sine"]),
        ("\\frac{d}{dx} \\frac{x}{x^2+1}", ["Quotient rule", "Sum rule"]),
        ("\\frac{d}{dx} e^{x^2}", ["chain rule", "Power rule"]),
        ("\\frac{d}{dx}\\sqrt{x^2+1}", ["chain rule"]),
        ("\\frac{d}{dt} 2^t", ["exponential"]),
        ("(x^3)'", ["Power rule"]),
    ],
)
def test_derivatives_come_by_their_rules(latex: str, rules: list[str]) -> None:
    found = solved(latex)
    texts = " ".join(step.text for step in found.steps)
    assert all(rule in texts for rule in rules), texts
    assert found.steps[-1].latex == found.answers[0]


@pytest.mark.parametrize(
    ("latex", "rules"),
    [
        ("\\int (3x^2+2x) dx", ["Each term", "Power rule"]),
        ("\\int x e^x dx", ["by parts"]),
        ("\\int 2x \\cos(x^2) dx", ["Substitute", "old variable back"]),
        ("\\int \\frac{x}{x^2+1} dx", ["Substitute", "logarithm"]),
        ("\\int_0^\\pi \\sin x dx", ["sine", "between the limits", "upper limit"]),
    ],
)
def test_integrals_come_by_their_rules(latex: str, rules: list[str]) -> None:
    found = solved(latex)
    texts = " ".join(step.text for step in found.steps)
    assert all(rule in texts for rule in rules), texts
    assert found.steps[-1].latex == found.answers[0]


@pytest.mark.parametrize(
    "latex",
    ["\\int_{-1}^{1} \\frac{1}{x^2} dx", "\\int_{-1}^{1} |x| dx", "x^3=8", "\\sin x=0", "a x=b", "x y=2", "2+3="],
)
def test_where_no_way_is_known_none_is_shown(latex: str) -> None:
    assert solved(latex).steps == ()


def test_steps_come_only_where_they_are_asked_for() -> None:
    assert solved("2x+3=7", steps=False).steps == ()
    assert len(solved("a x+3=7", "a=2").steps) == 2
