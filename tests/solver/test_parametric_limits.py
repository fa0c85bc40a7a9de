"""Limits with names beside the variable: what they are, for which values, and why there is none."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest

from crohme.solver import Kind, NoAnswer, Solution, read_latex
from crohme.solver.problem import read_problem

sympy = pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
answers = pytest.importorskip("crohme.solver.answers")
conditions = pytest.importorskip("crohme.solver.domains")
limits = pytest.importorskip("crohme.solver.limits")
parametric = pytest.importorskip("crohme.solver.limits_with_parameters")
numeric = pytest.importorskip("crohme.solver.numeric")


def answer(text: str) -> Solution:
    return answers.find_answer(read_problem([read_latex(text)]))


@pytest.mark.parametrize(
    ("text", "latex", "note"),
    [
        (r"\lim_{x\to 0}\frac{|x-a|}{x-a}", r"- \operatorname{sign}{\left(a \right)}", "for a ≠ 0"),
        (r"\lim_{x\to 0}\frac{x-a}{|x-a|}", r"- \operatorname{sign}{\left(a \right)}", "for a ≠ 0"),
        (r"\lim_{x\to 0}\frac{|x-a|-|a|}{x}", r"- \operatorname{sign}{\left(a \right)}", "for a ≠ 0"),
        (r"\lim_{x\to b}\frac{|x-a|}{x-a}", r"\operatorname{sign}{\left(- a + b \right)}", "for a - b ≠ 0"),
        (r"\lim_{x\to a}\frac{|x|}{x}", r"\operatorname{sign}{\left(a \right)}", "for a ≠ 0"),
        (r"\lim_{h\to 0}\frac{|x+h|-|x|}{h}", r"\operatorname{sign}{\left(x \right)}", "for x ≠ 0"),
        (r"\lim_{x\to 0}\frac{ax}{bx}", r"\frac{a}{b}", "for b ≠ 0"),
        (r"\lim_{x\to\infty}\frac{ax+1}{bx+2}", r"\frac{a}{b}", "for b ≠ 0"),
        (r"\lim_{x\to\infty}\frac{x+a}{bx^2+c}", "0", "for b ≠ 0"),
        (r"\lim_{x\to 0}\frac{x}{x+a}", "0", "for a ≠ 0"),
        (r"\lim_{x\to\pi}\frac{\sin x}{x-a}", "0", "for a ≠ π"),
        (r"\lim_{x\to a}\frac1{x-b}", r"\frac{1}{a - b}", "for a - b ≠ 0"),
        (r"\lim_{x\to 0}\frac{\sin ax}{\sin bx}", r"\frac{a}{b}", "for b ≠ 0"),
        (r"\lim_{x\to 0}\frac{a^x-1}{x}", r"\ln{\left(a \right)}", "for a > 0"),
        (r"\lim_{x\to a}\frac{x^n-a^n}{x-a}", "a^{n - 1} n", "for a > 0"),
        (r"\lim_{n\to\infty}\sqrt[n]{a}", "1", "for a > 0"),
        (r"\lim_{n\to\infty}\sqrt[n]{a+b}", "1", "for a + b > 0"),
        (r"\lim_{x\to 0}a^x", "1", "for a > 0"),
        (r"\lim_{x\to 0}\arcsin\frac xa", "0", "for a ≠ 0"),
        (r"\lim_{x\to 2}\frac{ax+b}{cx+d}", r"\frac{2 a + b}{2 c + d}", "for 2 c + d ≠ 0"),
        (r"\lim_{x\to 0}\frac{\sqrt[3]{a+x}-\sqrt[3]{a}}{x}", r"\frac{\sqrt[3]{a}}{3 a}", "for a ≠ 0"),
        (r"\lim_{x\to a}\sqrt{x}", r"\sqrt{a}", "for a ≥ 0"),
        (r"\lim_{x\to a}\tan x", r"\tan{\left(a \right)}", "for cos(a) ≠ 0"),
        (r"\lim_{h\to 0}\frac{\frac1{x+h}-\frac1x}{h}", r"- \frac{1}{x^{2}}", "for x ≠ 0"),
    ],
)
def test_a_limit_says_for_which_values_of_its_names_it_is_that(text: str, latex: str, note: str) -> None:
    solution = answer(text)
    assert (solution.answers, solution.notes) == ([latex], (note,))


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        (r"\lim_{x\to a}\frac{x^2-a^2}{x-a}", "2 a"),
        (r"\lim_{x\to 0}\frac{x^2-a^2}{x-a}", "a"),
        (r"\lim_{x\to 0}|x-a|", r"\left|{a}\right|"),
        (r"\lim_{x\to 0}\sqrt[3]{x-a}", r"- \sqrt[3]{a}"),
        (r"\lim_{x\to\infty}\left(1+\frac ax\right)^x", "e^{a}"),
        (r"\lim_{x\to\infty}\frac{ax+b}{x^2+c}", "0"),
        (r"\lim_{x\to\infty}\frac{x^a}{e^x}", "0"),
        (r"\lim_{h\to 0}\frac{(x+h)^2-x^2}{h}", "2 x"),
    ],
)
def test_a_limit_that_is_the_same_for_all_values_needs_no_note(text: str, latex: str) -> None:
    solution = answer(text)
    assert (solution.answers, solution.notes) == ([latex], ())


@pytest.mark.parametrize(
    "text",
    [r"\lim_{x\to 0}\frac ax", r"\lim_{x\to 0}\frac{x-a}{x}", r"\lim_{x\to\infty}\arctan(ax)",
     r"\lim_{x\to\infty}e^{ax}", r"\lim_{x\to\infty}\frac{\ln x}{x^a}", r"\lim_{x\to 0}\sin\frac ax",
     r"\lim_{x\to a}\lfloor x\rfloor",
     r"\lim_{x\to 0^+}x^a", r"\lim_{x\to 0}\frac{a}{x^2}", r"\lim_{x\to 0}\frac{ax}{bx^2}"],
)  # fmt: skip
def test_a_limit_that_exists_for_some_values_only_depends_on_them(text: str) -> None:
    with pytest.raises(NoAnswer, match="the limit depends on a.* for other values of a"):
        answer(text)


@pytest.mark.parametrize(
    "text",
    [r"\lim_{x\to a}\frac{|x-a|}{x-a}", r"\lim_{x\to 0}\frac{|x-a|}{x}", r"\lim_{x\to a}\frac1{x-a}",
     r"\lim_{x\to 0}\frac{a^2+1}{x}"],
)  # fmt: skip
def test_a_limit_that_exists_for_no_values_does_not_exist(text: str) -> None:
    with pytest.raises(NoAnswer, match="the limit does not exist"):
        answer(text)


def test_equations_with_limits_keep_to_the_values_for_which_the_limits_hold() -> None:
    assert answer(r"\lim_{x\to a}\frac{x^2-a^2}{x-a}=6").answers == ["a = 3"]
    solution = answer(r"\lim_{x\to 0}\frac{x}{x+a}=5")
    assert (solution.kind, solution.notes) == (Kind.NO_SOLUTION, ("for a ≠ 0",))
    for text in (r"\lim_{x\to 0}\frac{x}{x+a}=1", r"\lim_{x\to 0}\frac{x}{x+a}>\frac12"):
        with pytest.raises(NoAnswer, match="for a = 0 a limit in it is another one"):
            answer(text)


def test_limits_of_terms_are_taken_term_by_term() -> None:
    assert answer(r"\sum_{k=0}^{3}\lim_{x\to 0}\frac{x}{x+k}").answers == ["1"]
    with pytest.raises(NoAnswer):
        answer(r"\sum_{k=0}^{n}\lim_{x\to 0}\frac{x}{x+k}")


def test_values_near_the_goal_confirm_every_limit_for_every_value_that_its_conditions_allow() -> None:
    x, a, b = sympy.Dummy("x", real=True), *sympy.symbols("a b", real=True)
    parts = [x, a, b, x - a, x + b, a * x, x**2 - a**2, b * x + a, sympy.Integer(2)]
    ways: list[Callable] = [
        lambda e: e,
        lambda e: e,
        abs,
        sympy.sin,
        lambda e: e**2,
        lambda e: parametric.OddRoot(e, 3),
    ]
    rng = random.Random(7)
    grid = [*map(sympy.Integer, (-2, 0, 1, 3)), sympy.Rational(1, 2)]
    checked = 0
    for goal, side in [(sympy.Integer(0), "+-"), (a, "+-"), (sympy.oo, "-"), (sympy.Integer(1), "+")] * 2:
        above, below = (rng.choice(ways)(rng.choice(parts)) for _ in range(2))
        body = above / below if below != 0 else above
        if not body.has(x) or body.has(sympy.nan) or not (body.free_symbols | goal.free_symbols) - {x}:
            continue
        try:
            found, needed = parametric.ParametricLimit(body, x, goal, side).value()
        except NoAnswer:
            continue
        for values in ({a: one, b: other} for one, other in product(grid, grid)):
            there, at = body.subs(values), found.subs(values)
            if at.is_real and not there.has(sympy.nan, sympy.zoo) and all(c.holds(values) for c in needed):
                near = [
                    limits.is_confirmed(there, x, goal.subs(values), each, at)
                    for each in (side if side == "+-" else side[0])
                ]
                assert False not in near, (body, goal, side, found, values)
                checked += near.count(True)
    assert checked > 60
