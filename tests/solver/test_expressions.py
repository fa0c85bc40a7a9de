r"""Two hundred and more expressions, each answer checked by other means than the solver's.

`expressions.csv` has LaTeX, how its answer is checked, and for that a formula in Python: quadrature of scipy, a scan
for roots on a fine grid, random points in and out of a region, substitution, difference quotients.
"""

from __future__ import annotations

import csv
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.special
from latex_numbers import compiled
from scipy.optimize import brentq, minimize_scalar

from crohme.solver import NoAnswer, NotUnderstood, Solution, read_latex
from crohme.solver.problem import read_problem
from crohme.solver.solution import Kind

pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
answers = pytest.importorskip("crohme.solver.answers")

with (Path(__file__).parent / "expressions.csv").open(encoding="utf-8", newline="") as _file:
    TABLE = list(csv.DictReader(_file))
NUMPY = {name: getattr(np, name) for name in (
    "sin cos tan arcsin arccos arctan sinh cosh tanh exp log log10 sqrt cbrt sign maximum where pi inf nan".split()
)} | {"abs": np.abs, "scipy": scipy}  # fmt: skip
RAW = re.compile(
    r"\*\*|[A-Z][a-z]+\(|Piecewise|ConditionSet|CRootOf|Integral|Dummy|estimate|\b(nan|zoo|oo|None|True|False)\b|"
    r"\\begin|operatorname\{(RootOf|Piecewise)"
)


@cache
def find(latex: str) -> Solution:
    """The answer, without a child process."""
    return answers.find_answer(read_problem([read_latex(latex)]))


def python(source: str, **names: Any) -> Any:
    with np.errstate(all="ignore"):
        return eval(source, {"__builtins__": {}}, {**NUMPY, **names})


def rows(method: str) -> list[Any]:
    return [pytest.param(row, id=row["latex"]) for row in TABLE if row["method"] == method]


def number(text: str, **names: Any) -> complex:
    return complex(compiled(text)(**names))


def values(solution: Solution) -> list[complex]:
    """Every value that an answer or its decimal gives, without their names."""
    texts = [*solution.answers, *([solution.decimal] if solution.decimal else [])]
    return [number(re.sub(r"^.*?(?:=|\\approx)", "", text)) for text in texts]


def test_table_is_as_long_as_promised() -> None:
    assert len({row["latex"] for row in TABLE}) >= 200


@pytest.mark.parametrize("row", rows("number"))
def test_number(row: dict[str, str]) -> None:
    solution, expected = find(row["latex"]), float(python(row["check"]))
    found = values(solution)
    assert found
    for value in found:
        assert value == expected or abs(value - expected) <= 1e-10 * abs(expected)


@pytest.mark.parametrize("row", rows("integral"))
def test_definite_integral_is_that_of_quadrature(row: dict[str, str]) -> None:
    low, high = (float(python(end)) for end in row["arguments"].split(","))
    cuts = None if math.isinf(high - low) else [c for c in (0, 1, 2) if min(low, high) < c < max(low, high)] or None
    with np.errstate(all="ignore"):
        expected, error = scipy.integrate.quad(lambda x: python(row["check"], x=x), low, high, limit=4000, points=cuts)
    assert error < 1e-5
    solution = find(row["latex"])
    assert solution.answers or any("error below" in note for note in solution.notes)
    for value in values(solution):
        assert abs(value - expected) <= max(1e-9 * abs(expected), 10 * error, 1e-12)


@pytest.mark.parametrize("row", rows("formula"))
def test_formula(row: dict[str, str]) -> None:
    solution = find(row["latex"])
    (answer,) = solution.answers
    names = row["arguments"].split(",")
    for start in (0.37, 1.9, -0.8):
        at = {name: start + 0.31 * k for k, name in enumerate(names)}
        expected = python(row["check"], **at)
        if np.isfinite(expected):
            assert number(answer, **at) == pytest.approx(complex(expected), rel=1e-9)


@pytest.mark.parametrize("row", rows("primitive"))
def test_difference_quotient_of_antiderivative_is_the_integrand(row: dict[str, str]) -> None:
    (answer,) = find(row["latex"]).answers
    assert answer.endswith(" + C")
    checked = 0
    for x in (-3.4, -2.6, -0.7, -0.3, 0.4, 0.6, 1.3, 2.7):
        expected = python(row["check"], x=x)
        if np.isfinite(expected):
            with np.errstate(all="ignore"):
                ends = [number(answer.removesuffix(" + C"), x=x + step) for step in (-1e-5, 1e-5)]
            assert (ends[1] - ends[0]) / 2e-5 == pytest.approx(complex(expected), rel=1e-5, abs=1e-7)
            checked += 1
    assert checked >= 2


# === Equations ===


def expanded(text: str) -> list[tuple[dict[str, complex]]]:
    """The solutions that one answer gives, for n from -60 to 60 where it has one."""
    parts = [part.strip() for part in re.split(r" , \\; ", text)]
    equalities = [
        re.split(r"\s*(?:=|\\approx)\s*", part) for part in parts if re.match(r"\w(?:_\S+)? (=|\\approx)", part)
    ]
    counters = re.findall(r"(\w) \\in \\mathbb\{Z\}", text)
    numbers = range(-60, 61) if counters else [0]
    found = []
    for n in numbers:
        if counters and not _is_counted(text, n):
            continue
        with np.errstate(all="ignore"):
            found.append({name: number(value, n=n, k=n) for name, value in equalities})
    return found


def _is_counted(text: str, n: int) -> bool:
    least, most = re.search(r"\\geq (-?\d+)", text), re.search(r"\\leq (-?\d+)", text)
    without = re.search(r"\\setminus \\left\\\{ ([-\d ,]+) \\right", text)
    return (
        not (least and n < int(least[1]))
        and not (most and n > int(most[1]))
        and not (without and n in map(int, without[1].split(",")))
    )


def scanned(source: str, low: float, high: float) -> list[float]:
    """Roots of a function on a grid: changes of sign, and minima of its size that are 0."""

    def function(x: Any) -> Any:
        return python(source, x=x)

    grid = np.linspace(low, high, 40_003) + 1e-7
    at = np.asarray(function(grid), float)
    found = []
    for k in np.flatnonzero(np.isfinite(at[:-1]) & np.isfinite(at[1:]) & (at[:-1] * at[1:] <= 0)):
        if at[k] * at[k + 1] == 0:
            continue
        root = brentq(function, grid[k], grid[k + 1], xtol=1e-13)
        if abs(function(root)) < 1e-6:
            found.append(root)
    size = np.abs(at)
    for k in np.flatnonzero((size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:]) & (size[1:-1] < 1e-3)) + 1:
        least = minimize_scalar(lambda x: abs(function(x)), bounds=(grid[k - 1], grid[k + 1]), method="bounded",
                                options={"xatol": 1e-12})  # fmt: skip
        if least.fun < 1e-8 and not any(abs(least.x - root) < 1e-3 for root in found):
            found.append(float(least.x))
    return sorted(found)


@pytest.mark.parametrize("row", rows("roots"))
def test_equation_has_the_roots_of_a_scan(row: dict[str, str]) -> None:
    low, high = map(float, row["arguments"].split(","))
    solution = find(row["latex"])
    assert solution.kind in (Kind.SOLUTIONS, Kind.NO_SOLUTION)
    found = [next(iter(each.values())) for answer in solution.answers for each in expanded(answer)]
    real = {round(value.real, 6) for value in found if abs(value.imag) < 1e-9 and low <= value.real <= high}
    for value in real:
        at = python(row["check"], x=np.nextafter(value, 0) if value else 0.0)
        assert not np.isfinite(at) or abs(at) < 2e-3 * max(1, abs(value)) ** 2
    expected = scanned(row["check"], low, high)
    assert len(expected) == len(real) or (0.0 in real and len(expected) + 1 >= len(real))
    for root in expected:
        assert min(abs(root - value) for value in real) < 1e-4


def contains(solution: Solution, x: float) -> bool:
    """Whether a number is in the answer's set."""
    if solution.kind is Kind.NO_SOLUTION:
        return False
    for answer in solution.answers:
        if r"\in" not in answer.split(r" , \; ")[0]:
            if any(abs(each["x"] - x) < 1e-9 for each in expanded(answer)):
                return True
            continue
        text = re.sub(r" , \\; \w \\in \\mathbb\{Z\}$", "", answer).partition(r"\in ")[2]
        whole, _, without = text.partition(r" \setminus ")
        if any(
            abs(number(end) - x) < 1e-12
            for end in re.findall(r"\\left\\\{ (.*) \\right", without)
            for end in end.split(",")
        ):
            continue
        if whole.startswith(r"\mathbb{R}"):
            return True
        for n in range(-40, 41) if r"\mathbb{Z}" in answer else [0]:
            for piece in whole.split(r" \cup "):
                opening, inside, closing = re.fullmatch(r"\\left(\(|\[|\\\{) (.*) \\right(\)|\]|\\\})", piece).groups()
                ends = [number(end, n=n).real for end in inside.split(" , ")]
                if ends[0] < x < ends[-1] or (opening != "(" and x == ends[0]) or (closing != ")" and x == ends[-1]):
                    return True
    return False


@pytest.mark.parametrize("row", rows("region"))
def test_region_holds_what_satisfies_the_relation(row: dict[str, str]) -> None:
    low, high = map(float, row["arguments"].split(","))
    solution = find(row["latex"])
    points = [*np.random.default_rng(5).uniform(low, high, 300), *range(int(low), int(high) + 1)]
    for x in map(float, points):
        try:
            with np.errstate(divide="raise", invalid="raise"):
                expected = bool(eval(row["check"], {"__builtins__": {}}, {**NUMPY, "x": np.float64(x)}))
        except FloatingPointError:
            expected = False  # what has no value satisfies nothing
        assert contains(solution, x) == expected, x


@pytest.mark.parametrize("row", rows("system"))
def test_system_is_solved_by_substitution(row: dict[str, str]) -> None:
    names, _, count = row["arguments"].partition("|")
    solution = find(row["latex"])
    found = [each for answer in solution.answers for each in expanded(answer)]
    assert len(found) == int(count)
    for each in found:
        assert set(each) == set(names.split(","))
        for residual in row["check"].split(";"):
            assert abs(python(residual, **each)) < 1e-8
    assert not any("at least" in note for note in solution.notes)


@pytest.mark.parametrize("row", rows("truth"))
def test_truth(row: dict[str, str]) -> None:
    assert find(row["latex"]).answers == [rf"\mathrm{{{row['check']}}}"]


@pytest.mark.parametrize("latex", [r"x^2=-1,x\in\mathbb{C}", r"x\in\mathbb{C},x^2+1=0"])
def test_complex_unknowns_have_complex_values(latex: str) -> None:
    assert find(latex).answers == ["x = - i", "x = i"]


@pytest.mark.parametrize("row", rows("refused"))
def test_refused_with_the_cause(row: dict[str, str]) -> None:
    with pytest.raises((NoAnswer, NotUnderstood), match=row["check"]) as error:
        find(row["latex"])
    assert not RAW.search(str(error.value))


@pytest.mark.parametrize("row", [row for method in ("number", "formula", "primitive", "roots", "region", "system")
                                 for row in rows(method)[::3]])  # fmt: skip
def test_what_the_solver_writes_it_reads_and_nothing_raw_is_in_it(row: dict[str, str]) -> None:
    solution = find(row["latex"])
    for text in (solution.understood, *solution.answers, *([solution.decimal] if solution.decimal else [])):
        assert not RAW.search(text), text
        read_problem([read_latex(text)])
    for note in solution.notes:
        assert not RAW.search(note), note
