"""Plots: their points, gaps, roots and extrema, compared with Python's own mathematics."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

pytest.importorskip("sympy", reason="the extra [solver] is not installed")

from crohme.solver import Angle, MarkKind, NoAnswer, NotUnderstood, Plot, marks, plot, plotting, read_latex  # noqa: E402
from crohme.solver.context import read_definitions  # noqa: E402
from crohme.solver.curves import read_curve  # noqa: E402


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too."""
    monkeypatch.setattr(marks, "_SECONDS", 60.0)


def plotted(latex: str, *lines: str, low: float = -10, high: float = 10, angle: Angle = Angle.RADIANS) -> Plot:
    return plotting.plot(read_curve(read_latex(latex), low, high, read_definitions(map(read_latex, lines), angle)))


@pytest.mark.parametrize(
    ("latex", "function"),
    [
        ("y = x^2-2", lambda x: x * x - 2),
        ("f(t) = \\frac{1}{t}", lambda x: 1 / x),
        ("\\tan x", math.tan),
        ("\\ln x", math.log),
        ("\\sqrt{x^2-4}", lambda x: math.sqrt(x * x - 4)),
        ("x^{\\frac{1}{3}}", math.cbrt if hasattr(math, "cbrt") else lambda x: math.copysign(abs(x) ** (1 / 3), x)),
        ("|x-1|", lambda x: abs(x - 1)),
        ("\\lfloor x \\rfloor", math.floor),
        ("\\sum_{n=1}^{3} x^n", lambda x: x + x**2 + x**3),
    ],
)
def test_the_points_are_those_of_the_function(latex: str, function: Callable[[float], float]) -> None:
    points = [point for part in plotted(latex).parts for point in part]
    assert len(points) > 150
    for x, y in points:
        assert y == pytest.approx(function(x), rel=1e-9, abs=1e-9)
    assert [x for x, _ in points] == sorted({x for x, _ in points})


@pytest.mark.parametrize(
    ("latex", "gaps"),
    [
        ("\\frac{1}{x}", [0]),
        ("\\tan x", [(k + 0.5) * math.pi for k in range(-3, 3)]),
        ("\\frac{x^2-1}{x-1}", [1]),
        ("\\frac{|x|}{x}", [0]),
        ("\\lfloor x \\rfloor", list(range(-9, 10))),
        ("x^2", []),
        ("\\frac{1}{x^2+0.01}", []),
    ],
)
def test_a_part_ends_at_a_gap_and_nowhere_else(latex: str, gaps: list[float]) -> None:
    parts = plotted(latex).parts
    between = [(left[-1][0], right[0][0]) for left, right in zip(parts, parts[1:], strict=False)]
    assert len(between) == len(gaps)
    for (left, right), gap in zip(between, gaps, strict=True):
        assert left <= gap <= right and right - left < 1e-4


def test_a_part_goes_up_to_the_end_of_the_domain() -> None:
    [part] = plotted("\\sqrt{x-0.3}").parts
    assert part[0][0] == pytest.approx(0.3, abs=1e-4)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("x^2-2", [("root", "x = - \\sqrt{2}"), ("minimum", "x = 0"), ("root", "x = \\sqrt{2}")]),
        ("x^3", [("root", "x = 0")]),
        ("|x-1|-2", [("root", "x = -1"), ("minimum", "x = 1"), ("root", "x = 3")]),
        ("e^{-x^2}", [("maximum", "x = 0")]),
        ("\\frac{1}{x}", []),
        ("5", []),
        (
            "(x^2-1)^2",
            [("minimum", "x = -1"), ("root", "x = -1"), ("maximum", "x = 0"), ("minimum", "x = 1"), ("root", "x = 1")],
        ),
    ],
)
def test_roots_and_extrema_are_marked_exactly(latex: str, expected: list[tuple[str, str]]) -> None:
    found = plotted(latex)
    assert [(mark.kind.value, mark.latex) for mark in found.marks] == expected
    assert not found.notes


def test_what_is_found_as_a_number_says_so() -> None:
    found = plotted("x^5-3x+1")
    roots = [mark for mark in found.marks if mark.kind is MarkKind.ROOT]
    assert len(roots) == 3
    for mark in roots:
        assert mark.latex.startswith("x \\approx") and abs(mark.x**5 - 3 * mark.x + 1) < 1e-12
    assert "numerically" in " ".join(plotted("\\sin\\frac{1}{x}", low=-1, high=1).notes)


@pytest.mark.parametrize("latex", ["\\sin x", "\\cos x", "\\tan x", "x^3-3x", "x^2-x", "|x|"])
def test_marks_without_a_closed_form_are_at_the_same_places(latex: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = [(mark.kind, mark.x, mark.y) for mark in plotted(latex, low=-10, high=10).marks]
    monkeypatch.setattr(marks, "attempt", lambda *_, **__: None)
    found = plotted(latex, low=-10, high=10)
    assert len(found.marks) == len(exact)
    for mark, (kind, x, y) in zip(found.marks, exact, strict=True):
        assert mark.kind == kind and (mark.x, mark.y) == pytest.approx((x, y), abs=1e-9)
    assert "numerically" in " ".join(found.notes)


def test_a_cusp_is_an_extremum() -> None:
    assert ("minimum", 0.0) in [(mark.kind.value, mark.x) for mark in plotted("x^{\\frac{2}{3}}").marks]


def test_earlier_lines_and_degrees_hold_for_plots() -> None:
    found = plotted("y = a x", "a=3", "x=5")
    assert found.understood == "a = 3 , \\; y = a \\cdot x"
    assert found.parts[0][-1] == (10, 30)
    found = plotted("\\sin x", low=-90, high=90, angle=Angle.DEGREES)
    assert found.parts[0][-1] == pytest.approx((90, 1)) and "angles are in degrees" in found.notes


@pytest.mark.parametrize(
    ("latex", "cause"),
    [
        ("x y", "a function of one letter"),
        ("x^2=4", "has no plot"),
        ("x<4", "has no plot"),
        ("f(x,y)=x", "a function of one letter"),
        ("f(x)=a x", "has no value"),
        ("\\pm x", "no single function"),
        ("\\int x dx", "no single function"),
        ("x=x^2", "has no plot"),
    ],
)
def test_what_is_no_function_of_one_letter_is_refused(latex: str, cause: str) -> None:
    with pytest.raises(NotUnderstood, match=cause):
        plotted(latex)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (-1e7, 1), (0, 1e-9), (float("nan"), 1), (0, float("inf"))])
def test_a_range_that_is_none_is_refused(low: float, high: float) -> None:
    with pytest.raises(NotUnderstood, match="reaches from"):
        plotted("x", low=low, high=high)


def test_a_function_without_real_values_has_no_plot() -> None:
    with pytest.raises(NoAnswer, match="no real values"):
        plotted("\\sqrt{-1-x^2}")


def test_a_plot_comes_from_a_process_of_its_own() -> None:
    found = plot("y = x^2 - a", -2, 2, 30, definitions=["a = 1"])
    assert [mark.x for mark in found.marks] == [-1, 0, 1]
