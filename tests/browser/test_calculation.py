"""The static site calculates as Python does, and refuses what it cannot."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import in_node, needs_node

pytestmark = needs_node

HERE = Path(__file__).resolve()
SOLVER = HERE.parents[2] / "crohme/browser/static/solver.js"


def asked(*questions: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return in_node(HERE.with_name("calculation.mjs"), [SOLVER], list(questions))


def solved(*latex: str, **settings: Any) -> list[dict[str, Any]]:
    return asked(*(("solve", {"latex": each, **settings}) for each in latex))


def value_of(found: dict[str, Any]) -> Fraction | float:
    """The exact answer if there is one, else the decimal."""
    assert "answer" in found, found
    answer = found["answer"]
    if not answer["answers"]:
        return float(answer["decimal"]["latex"].partition("approx ")[2] or answer["decimal"]["latex"])
    text = answer["answers"][0]["latex"].rpartition("= ")[2].replace(" ", "")
    match = re.fullmatch(r"(-?)\\frac\{(\d+)\}\{(\d+)\}", text)
    return Fraction(int(match[1] + match[2]), int(match[3])) if match else Fraction(text)


def random_expression(rng: random.Random, depth: int) -> tuple[str, Fraction]:
    """LaTeX and its value, by Python's fractions."""
    if depth == 0:
        n = rng.randrange(1, 40)
        return (str(n), Fraction(n)) if rng.random() < 0.7 else (f"{n}.5", Fraction(2 * n + 1, 2))
    (a, x), (b, y) = random_expression(rng, depth - 1), random_expression(rng, depth - 1)
    kind = rng.randrange(5)
    if kind == 0:
        return f"( {a} + {b} )", x + y
    if kind == 1:
        return f"( {a} - {b} )", x - y
    if kind == 2:
        return f"{a} \\times {b}", x * y
    if kind == 3 and y:
        return f"\\frac {{ {a} }} {{ {b} }}", x / y
    return f"( {a} ) ^ {{ 2 }}", x * x


def test_arithmetic_is_exact() -> None:
    rng = random.Random(7)
    made = [random_expression(rng, rng.randrange(1, 5)) for _ in range(200)]
    for (latex, expected), found in zip(made, solved(*(latex for latex, _ in made)), strict=True):
        assert value_of(found) == expected, latex


VALUES: list[tuple[str, float]] = [
    ("\\sqrt { 2 } =", math.sqrt(2)),
    ("\\sqrt [ 3 ] { 2 }", 2 ** (1 / 3)),
    ("e ^ { \\pi }", math.exp(math.pi)),
    ("\\sin 1", math.sin(1)),
    ("\\cos ( 1 + \\frac { \\pi } { 7 } )", math.cos(1 + math.pi / 7)),
    ("\\tan 3", math.tan(3)),
    ("\\sin 3 \\pi + \\cos \\frac { \\pi } { 4 }", math.cos(math.pi / 4)),
    ("\\ln 1 0", math.log(10)),
    ("\\log _ { 3 } 5", math.log(5, 3)),
    ("\\log 5", math.log10(5)),
    ("\\sinh 2 + \\tanh 2", math.sinh(2) + math.tanh(2)),
    ("2 ^ { 0 . 3 }", 2**0.3),
    ("\\arctan 2", math.atan(2)),
    ("\\arcsin 0 . 3", math.asin(0.3)),
    ("\\sin ^ { 2 } 5", math.sin(5) ** 2),
    ("\\sin ^ { - 1 } 0 . 3", math.asin(0.3)),
    ("| 1 - \\pi |", math.pi - 1),
    ("\\pi ^ { 2 }", math.pi**2),
    ("l n 3", math.log(3)),
    ("e x p ( 2 )", math.exp(2)),
]


def test_functions_have_the_values_that_python_gives_them() -> None:
    for (latex, expected), found in zip(VALUES, solved(*(latex for latex, _ in VALUES)), strict=True):
        assert value_of(found) == pytest.approx(expected, rel=2e-11), latex


EXACT = {
    "\\sin \\pi": 0, "\\cos \\frac { \\pi } { 3 }": Fraction(1, 2), "\\tan \\frac { \\pi } { 4 }": 1,
    "\\log 1 0 0 0": 3, "( - 8 ) ^ { 1 / 3 }": -2, "5 !": 120, "( \\frac { 1 } { 4 } ) ^ { 2 }": Fraction(1, 16),
    "( - 1 ) ^ { 3 }": -1, "2 0 \\% \\times 5 0": 10, 
    "0 . 1 + 0 . 2": Fraction(3, 10), "- 3 ^ { 2 }": -9,
    "\\sqrt { \\frac { 4 } { 9 } }": Fraction(2, 3), "\\sqrt [ 3 ] { - 2 7 }": -3, "\\frac { 2 \\pi } { \\pi }": 2,
    "2 ^ { - 3 }": Fraction(1, 8), "7 \\div 2": Fraction(7, 2), "2 ( 3 + 4 )": 14, "\\log _ { 2 } 8": 3, "\\ln 1": 0,
}  # fmt: skip


def test_what_is_a_fraction_is_given_exactly() -> None:
    for (latex, expected), found in zip(EXACT.items(), solved(*EXACT), strict=True):
        assert value_of(found) == expected, latex
        assert found["answer"]["answers"], latex


def test_rounding_is_said_and_noise_is_no_digit() -> None:
    third, root, nothing, tenth = solved(
        "\\frac { 1 } { 3 }", "\\sqrt { 2 }", "\\sqrt 2 \\sqrt 2 - 2", "\\frac { 1 } { 8 }"
    )
    assert "≈" in third["answer"]["decimal"]["mathml"] and third["answer"]["answers"]
    assert "≈" in root["answer"]["decimal"]["mathml"] and not root["answer"]["answers"]
    assert nothing["answer"]["decimal"]["latex"].endswith("0") and "≈" in nothing["answer"]["decimal"]["mathml"]
    assert "≈" not in tenth["answer"]["decimal"]["mathml"]
    lost = solved("( 1 0 0 0 0 0 0 0 0 + \\sqrt { 2 } ) - 1 0 0 0 0 0 0 0 0")[0]
    assert value_of(lost) == pytest.approx(math.sqrt(2), abs=1e-6)
    assert len(lost["answer"]["decimal"]["latex"]) <= 10


REFUSED = {
    "1 / 2 x": "how far", "2 \\frac { 1 } { 2 }": "mixed number", "1 , 0 0 0": "thousands", "0 ^ { 0 }": "not defined",
    "\\frac { 1 } { 0 }": "division by zero", "\\sqrt { - 1 }": "no real value", "\\ln 0": "no real value",
    "\\tan \\frac { \\pi } { 2 }": "division by zero", "x ^ { 2 } = 4": "server", "x + 1": "need the server",
    "\\int x d x": "server", "2 0 0 + 1 0 \\%": "percent", "f ( 3 )": "is not said", "i ^ { 2 }": "server",
    "( 1 , 2 )": "point or a number", "3 - - 2": "no meaning", "2 +": "missing", "( - 2 ) ^ { 0 . 5 }": "no real value",
    "x ^ { 2 } !": "need|factorial", "\\arcsin 2": "no real value",
    "\\frac { 1 } { \\sqrt 2 \\sqrt 2 - 2 }": "may be zero", "\\sin 1 0 ^ { 2 0 }": "too large",
    "9 9 9 ^ { 9 9 9 9 }": "too large", "9 9 9 9 !": "too large", "": "missing|nothing",
}  # fmt: skip


def test_what_means_two_things_or_has_no_value_is_refused() -> None:
    for (latex, cause), found in zip(REFUSED.items(), solved(*REFUSED), strict=True):
        assert "code" in found and re.search(cause, found["message"], re.IGNORECASE), (latex, found)


@pytest.mark.parametrize(
    ("lines", "latex", "expected"),
    [
        (["a = 3"], "a ^ { 2 } =", 9),
        (["a = 3", "f ( x ) = a x ^ { 2 }"], "f ( 2 )", 12),
        (["f ( x ) = a x", "a = 4"], "f ( 2 )", 8),
        (["a = 3", "b = 2 a", "a = 5"], "b", 6),
        (["f ( x ) = x ^ { 2 }", "g ( x ) = f ( x ) + 1"], "g ( 3 )", 10),
        (["f ( x ) = x ^ { 2 }", "f ( x ) = 3 x"], "f ( 2 )", 6),
        (["f ( x ) = x ^ { 2 }", "g ( x ) = f ( x ) + 1", "f ( x ) = x"], "g ( 3 )", 10),
        (["x _ { 1 } = 2"], "x _ { 1 } + 1", 3),
        (["x = 5", "f ( x ) = x + 1"], "f ( 2 )", 3),
    ],
)
def test_a_line_uses_what_lines_before_it_define(lines: list[str], latex: str, expected: int) -> None:
    assert value_of(solved(latex, definitions=lines)[0]) == expected


@pytest.mark.parametrize("latex", ["f ( x ) = 0", "f ( x ) = g ( x )"])
def test_an_equation_of_functions_that_are_known_is_left_to_the_server(latex: str) -> None:
    lines = ["f ( x ) = x ^ { 2 }", "g ( x ) = x"]
    assert "server" in solved(latex, definitions=lines)[0]["message"]


def test_degrees_are_exact_where_they_are_known() -> None:
    questions = {
        "\\sin 3 0": Fraction(1, 2),
        "\\tan 4 5": 1,
        "\\cos 9 0": 0,
        "\\arcsin 1": 90,
        "\\sin 3 0 ^ { o }": Fraction(1, 2),
    }
    for (latex, expected), found in zip(questions.items(), solved(*questions, angle="degrees"), strict=True):
        assert value_of(found) == expected, latex
        assert found["answer"]["notes"] == ["angles are in degrees"]
    assert value_of(solved("\\sin 1 0", angle="degrees")[0]) == pytest.approx(math.sin(math.radians(10)), rel=1e-11)
    assert "code" in solved("\\tan 9 0", angle="degrees")[0]


PLOTS: list[tuple[str, Callable[[float], float], int, list[str] | None]] = [
    ("f ( x ) = x ^ { 2 } - 4", lambda x: x * x - 4, 1, ["root x = -2", "minimum x \\approx 0", "root x = 2"]),
    ("y = \\frac { 1 } { x }", lambda x: 1 / x, 2, []),
    ("\\sqrt { x - 3 }", lambda x: math.sqrt(x - 3), 1, []),
    ("\\ln x", math.log, 1, ["root x = 1"]),
    ("\\tan x", math.tan, 7, None),
    ("| x - 1 | - 2", lambda x: abs(x - 1) - 2, 1, ["root x = -1", "minimum x \\approx 1", "root x = 3"]),
]


def test_plots_have_the_points_gaps_and_marks_of_the_function() -> None:
    answers = asked(*(("plot", {"latex": latex}) for latex, *_ in PLOTS))
    for (latex, function, parts, marks), found in zip(PLOTS, answers, strict=True):
        plot = found["answer"]
        assert len(plot["parts"]) == parts, latex
        for x, y in (point for part in plot["parts"] for point in part):
            if abs(y) < 1e4:
                assert y == pytest.approx(function(x), rel=1e-6, abs=1e-9), latex
        if marks is not None:
            assert [f"{mark['kind']} {mark['latex']}" for mark in plot["marks"]] == marks
        assert any("numerically" in note for note in plot["notes"])
    sine = asked(("plot", {"latex": "\\cos x"}))[0]["answer"]["marks"]
    expected = sorted([(k + 0.5) * math.pi for k in range(-3, 3)] + [k * math.pi for k in range(-3, 4)])
    assert [mark["x"] for mark in sine] == pytest.approx(expected, abs=1e-6)
    for latex in ("x y", "x ^ { 2 } = 4", "\\sqrt { - 1 - x ^ { 2 } }"):
        assert "code" in asked(("plot", {"latex": latex}))[0]
