"""Definitions of earlier lines, and degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

pytest.importorskip("sympy", reason="the extra [solver] is not installed")

from crohme.solver import Angle, NotUnderstood, Solution, answers, read_latex  # noqa: E402
from crohme.solver.context import read_definitions  # noqa: E402
from crohme.solver.problem import read_problem  # noqa: E402
from crohme.solver.readback import read_as  # noqa: E402


def solved(latex: str, lines: Sequence[str] = (), angle: Angle = Angle.RADIANS) -> Solution:
    context = read_definitions(map(read_latex, lines), angle)
    return answers.find_answer(read_problem([read_latex(latex)], context))


@pytest.mark.parametrize(
    ("lines", "latex", "expected"),
    [
        (["a=3"], "a^2 =", ["9"]),
        (["a=3", "f(x)=a x^2"], "f(2) =", ["12"]),
        (["f(x)=a x", "a=4"], "f(2)=", ["8"]),
        (["a=3", "b=2a", "a=5"], "b =", ["6"]),
        (["a=3", "a=5"], "a =", ["5"]),
        (["a=3", "b=4"], "\\sqrt{a^2+b^2} =", ["5"]),
        (["a=3,b=4"], "a b =", ["12"]),
        (["f(x)=x^2", "g(x)=f(x)+1"], "g(3) =", ["10"]),
        (["f(x)=x^2-4"], "f(x)=0", ["x = -2", "x = 2"]),
        (["f(x)=x^2-4", "g(x)=3x"], "f(x)=g(x)", ["x = -1", "x = 4"]),
        (["f(x)=x^2", "f(x)=3x"], "f(2) =", ["6"]),
        (["f(x)=x^2", "f(t)=t+1"], "f(2) =", ["3"]),
        (["f(x)=x^2", "g(x)=f(x)+1", "f(x)=x"], "g(3) =", ["10"]),
        (["k=2"], "\\sum_{k=1}^{3} k =", ["6"]),
        (["x_1=2"], "x_1+1 =", ["3"]),
        (["a=3"], "a=7", ["a = 7"]),
        (["a=3"], "a=4,a^2", ["16"]),
        (["A=\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"], "\\det A =", ["-2"]),
        (["x=3"], "x^2 =", ["9"]),
    ],
)
def test_a_line_uses_what_lines_before_it_define(lines: list[str], latex: str, expected: list[str]) -> None:
    assert solved(latex, lines).answers == expected


@pytest.mark.parametrize(
    ("lines", "latex", "expected"),
    [
        (["x=3"], "x^2=4", ["x = -2", "x = 2"]),
        (["a=3", "x=2"], "a x = 6", ["x = 2"]),
        (["x=7"], "x+y=3,x-y=1", ["x = 2 , \\; y = 1"]),
        (["x=3"], "x^2 < 4", ["x \\in \\left( -2 , 2 \\right)"]),
        (["x=3"], "\\frac{d}{dx} x^2", ["2 x"]),
        (["x=3"], "\\int x dx", ["\\frac{x^{2}}{2} + C"]),
        (["x=3"], "f(x)=x^2,f(5)", ["25"]),
    ],
)
def test_the_unknown_of_a_line_has_no_value_from_before(lines: list[str], latex: str, expected: list[str]) -> None:
    assert [" ".join(a.split()) for a in solved(latex, lines).answers] == [" ".join(e.split()) for e in expected]


def test_what_is_understood_names_the_lines_that_are_used_and_no_others() -> None:
    found = solved("b+1=", ["a=3", "c=9", "b=2a"])
    assert found.understood == "a = 3 , \\; b = 2 \\cdot a , \\; b + 1"
    assert solved("2+1=", ["a=3"]).understood == "2 + 1"


@pytest.mark.parametrize(
    ("latex", "names"),
    [
        ("a=3", ("a",)),
        ("f(x)=x^2", ("f",)),
        ("a=3,b=2a", ("a", "b")),
        ("f(x)=x^2,f(3)=", ("f",)),
        ("f(x)=x^2,f(x)=x", ("f",)),
        ("y=2x+1", ()),
        ("x=3,x+y=5", ()),
        ("x^2=4", ()),
        ("x=\\pm 2", ()),
        ("a \\approx 3", ()),
        ("a^2 =", ()),
        ("1<x<2", ()),
    ],
)
def test_what_a_line_defines_is_said(latex: str, names: tuple[str, ...]) -> None:
    assert solved(latex).defines == names
    if not names:
        with pytest.raises(NotUnderstood, match="defines no letter"):
            read_definitions([read_latex(latex)])


@pytest.mark.parametrize(
    ("latex", "value"),
    [
        ("\\sin 30", math.sin(math.radians(30))),
        ("\\cos(20+40)", math.cos(math.radians(60))),
        ("\\tan 45", 1),
        ("\\sin 30^{o}", math.sin(math.radians(30))),
        ("\\arcsin \\frac{1}{2}", 30),
        ("\\sin^{-1} 1", 90),
        ("\\arctan 1 + 1", 46),
        ("\\sin(\\arcsin 0.3)", 0.3),
        ("\\sin(\\arctan 2)", math.sin(math.atan(2))),
        ("\\cos(f(30))", math.cos(math.radians(30.5))),
        ("\\sinh 1", math.sinh(1)),
        ("\\sin^2 10 + \\cos^2 10", 1),
    ],
)
def test_angles_without_a_unit_are_degrees_where_that_is_asked_for(latex: str, value: float) -> None:
    found = solved(f"t = {latex}", ["f(x)=x+\\sin x"], Angle.DEGREES)
    [number] = [float(str(answers_of(found)))]
    assert number == pytest.approx(value, rel=1e-10)


def answers_of(found: Solution) -> str:
    """The value in decimals: the answer itself if it is whole."""
    text = (found.decimal or found.answers[0]).replace("\\approx", "=")
    return text.partition("=")[2].strip()


def test_degrees_are_solved_for_and_said() -> None:
    found = solved("\\sin x = \\frac{1}{2}", (), Angle.DEGREES)
    assert [a.partition(" ,")[0] for a in found.answers] == ["x = 360 n + 30", "x = 360 n + 150"]
    assert "angles are in degrees" in found.notes
    assert "\\circ" in found.understood
    assert not solved("1+1=", (), Angle.DEGREES).notes


def test_a_line_that_defines_nothing_is_refused_by_name() -> None:
    with pytest.raises(NotUnderstood, match="x \\+ y = 2|defines no letter"):
        read_definitions([read_latex("x+y=2")])


DOUBLED = ["a = 2", *["b = a + a", "a = b + b"] * 40]
IN_ONE_LINE = [
    "a = 2",
    *(f"{x} = {y} + {y}" for x, y in zip("bcdghjklmnopqrstuvw", "abcdghjklmnopqrstuv", strict=True)),
]
FUNCTIONS = ["f(x) = x + 1", "g(x) = " + "+".join(["f(x)"] * 500), "f(x) = " + "+".join(["g(x)"] * 500)]


@pytest.mark.parametrize(
    "lines", [DOUBLED, [" , ".join(IN_ONE_LINE)], FUNCTIONS], ids=["lines", "one line", "functions"]
)
def test_letters_that_stand_for_more_and_more_are_refused_in_time(lines: list[str]) -> None:
    with pytest.raises(NotUnderstood, match="more than 10,000 parts"):
        read_definitions(map(read_latex, lines))


def test_a_question_that_gives_such_letters_values_is_refused_in_time() -> None:
    with pytest.raises(NotUnderstood, match="more than 10,000 parts"):
        read_problem([read_latex(" , ".join([*IN_ONE_LINE, "w + 1"]))])


def test_letters_by_way_of_many_letters_have_their_values() -> None:
    lines = ["x_{1} = 7", *(f"x_{{{n}}} = x_{{{n - 1}}}" for n in range(2, 40))]
    problem = read_problem([read_latex(" , ".join([*reversed(lines), "x_{39} + 1"]))])
    assert read_as(problem.asked) == "7 + 1"
    with pytest.raises(NotUnderstood, match="is not said without"):
        read_problem([read_latex("a = b , b = c , c = a , a + 1")])
