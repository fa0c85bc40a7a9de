"""Matrices, systems and cases, compared with numpy."""

from __future__ import annotations

import re

import numpy as np
import pytest
from latex_numbers import compiled
from numpy.typing import NDArray

from crohme.notation import from_latex
from crohme.solver import Kind, NoAnswer, NotUnderstood, Solution, read_latex
from crohme.solver.problem import read_problem

pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
answers = pytest.importorskip("crohme.solver.answers")
Matrix = NDArray[np.float64]
FENCES = ("pmatrix", "bmatrix")


def answer(text: str) -> Solution:
    return answers.find_answer(read_problem([read_latex(text)]))


def written(matrix: Matrix, grid: str = "pmatrix") -> str:
    lines = r" \\ ".join(" & ".join(f"{entry:g}" for entry in line) for line in matrix)
    return rf"\begin{{{grid}}} {lines} \end{{{grid}}}"


def numbers(text: str) -> Matrix:
    inside = re.fullmatch(r".*?\\begin\{pmatrix\} (.*) \\end\{pmatrix\}", text)
    assert inside is not None, text
    return np.array([[compiled(cell)() for cell in line.split("&")] for line in inside[1].split(r"\\")], float)


def drawn(seed: int, *shapes: tuple[int, int]) -> list[Matrix]:
    generator = np.random.default_rng(seed)
    return [generator.integers(-5, 6, shape).astype(float) for shape in shapes]


@pytest.mark.parametrize("seed", range(4))
def test_sums_products_powers_and_transposes_are_those_of_numpy(seed: int) -> None:
    a, b, c = drawn(seed, (2, 3), (3, 2), (2, 2))
    A, B, C = (written(m, FENCES[seed % 2]) for m in (a, b, c))
    for text, expected in [
        (A + B, a @ b),
        (A + r" \cdot " + B + "+" + C, a @ b + c),
        (f"2 {C} - {A} {B}", 2 * c - a @ b),
        (A + "^T", a.T),
        (f"({A} {B})^T", (a @ b).T),
        (C + "^3", np.linalg.matrix_power(c, 3)),
        (r"\frac{" + A + "}{4}", a / 4),
        (f"A = {A}, B = {B}, A B - B^T A^T", a @ b - b.T @ a.T),
    ]:
        np.testing.assert_allclose(numbers(answer(text).answers[0]), expected)


@pytest.mark.parametrize("unit", ["I", "E"])
def test_a_letter_that_must_be_the_identity_is_it(unit: str) -> None:
    (a,) = drawn(3, (3, 3))
    solution = answer(f"A = {written(a)}, 2 A - 3 {unit}")
    np.testing.assert_allclose(numbers(solution.answers[0]), 2 * a - 3 * np.eye(3))
    assert solution.notes == (f"{unit} was taken for the identity matrix of size 3×3",)


@pytest.mark.parametrize("left", [r"\det(A-\lambda I)", r"|A-\lambda E|", r"\det(\lambda I-A)"])
def test_eigenvalues_are_those_of_numpy(left: str) -> None:
    matrix = np.array([[2.0, 1], [1, 4]])
    solution = answer(f"A = {written(matrix)}, {left} = 0")
    found = sorted(compiled(text.partition("=")[2])() for text in solution.answers)
    np.testing.assert_allclose(np.real(found), np.linalg.eigvalsh(matrix))


def test_a_letter_with_a_value_is_no_identity() -> None:
    solution = answer(r"A=\begin{pmatrix}2&1\\1&2\end{pmatrix},I=\begin{pmatrix}0&1\\1&0\end{pmatrix},A+I")
    np.testing.assert_allclose(numbers(solution.answers[0]), [[2, 2], [2, 2]])
    assert not solution.notes


@pytest.mark.parametrize("size", [2, 3, 4])
def test_inverse_and_determinant_are_those_of_numpy(size: int) -> None:
    (a,) = drawn(5 * size, (size, size))
    text, expected = written(a), np.linalg.det(a)
    assert abs(expected) > 0.5
    for form in (rf"\det {text}", rf"\det ({text})", written(a, "vmatrix"), f"A = {text}, |A|"):
        assert compiled(answer(form).answers[0])() == pytest.approx(expected)
    np.testing.assert_allclose(numbers(answer(text + "^{-1}").answers[0]), np.linalg.inv(a), atol=1e-12)
    np.testing.assert_allclose(numbers(answer(text + "^{-2}").answers[0]), np.linalg.inv(a @ a), atol=1e-12)


@pytest.mark.parametrize("size", [2, 3])
def test_linear_system_is_solved_as_by_numpy(size: int) -> None:
    a, b = drawn(31 * size, (size, size), (size, 1))
    A, B, unknown = written(a), written(b), r" \\ ".join("xyz"[:size])
    expected = np.linalg.solve(a, b)[:, 0]
    for text in (
        rf"{A} \begin{{pmatrix}} {unknown} \end{{pmatrix}} = {B}",
        f"{A} x = {B}",
        f"A = {A}, b = {B}, A x = b",
        f"{A}^{{-1}} {B} = x",
    ):
        (found,) = answer(text).answers
        values = [compiled(part.partition("=")[2])() for part in found.split(r" , \; ")]
        np.testing.assert_allclose(values, expected)
    solution = answer(f"x = {A}^{{-1}} {B}")
    assert solution.answers[0].startswith("x = ")
    np.testing.assert_allclose(numbers(solution.answers[0])[:, 0], expected)


def test_matrix_equation_for_a_matrix() -> None:
    a, b = drawn(3, (2, 2), (2, 2))
    for text, expected in [
        (f"{written(a)} X = {written(b)}", np.linalg.solve(a, b)),
        (f"X {written(a)} = {written(b)}", np.linalg.solve(a.T, b.T).T),
        (f"X + {written(a)} = {written(b)}", b - a),
    ]:
        solution = answer(text)
        values = [compiled(part.partition("=")[2])() for part in solution.answers[0].split(r" , \; ")]
        np.testing.assert_allclose(np.reshape(values, (2, 2)), expected, atol=1e-12)
        assert solution.notes[0] == "X was taken for a matrix of size 2×2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}^{-1}",
         [r"\begin{pmatrix} \frac{d}{a d - b c} & - \frac{b}{a d - b c} \\ "
          r"- \frac{c}{a d - b c} & \frac{a}{a d - b c} \end{pmatrix}"]),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}^{-1}",
         [r"\begin{pmatrix} -2 & 1 \\ \frac{3}{2} & - \frac{1}{2} \end{pmatrix}"]),
        (r"\begin{vmatrix}x&2\\3&x\end{vmatrix}=0", [r"x = - \sqrt{6}", r"x = \sqrt{6}"]),
        (r"\begin{pmatrix}1&2\end{pmatrix}\begin{pmatrix}3\\4\end{pmatrix}", ["11"]),
        (r"\left|\begin{pmatrix}3\\4\end{pmatrix}\right|", ["5"]),
        (r"x\begin{pmatrix}1\\2\end{pmatrix}+y\begin{pmatrix}1\\-1\end{pmatrix}=\begin{pmatrix}2\\7\end{pmatrix}",
         [r"x = 3 , \; y = -1"]),
        (r"\begin{pmatrix}1&2\\2&4\end{pmatrix} x=\begin{pmatrix}1\\2\end{pmatrix}", ["x_{1} = 1 - 2 x_{2}"]),
        (r"\begin{pmatrix}1&2\\2&4\end{pmatrix} x=0", ["x_{1} = - 2 x_{2}"]),
        (r"\begin{pmatrix}1&2\\2&4\end{pmatrix} x=\begin{pmatrix}1\\3\end{pmatrix}", []),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}=\begin{pmatrix}1&2\\3&4\end{pmatrix}", [r"\mathrm{true}"]),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}=\begin{pmatrix}1&2\\3&5\end{pmatrix}", [r"\mathrm{false}"]),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}\neq\begin{pmatrix}1&2\\3&5\end{pmatrix}", [r"\mathrm{true}"]),
        (r"d e t ( \begin{pmatrix}1&2\\3&4\end{pmatrix} )", ["-2"]),
        (r"\begin{cases} x+y=3 \\ x-y=1 \end{cases}", [r"x = 2 , \; y = 1"]),
        (r"\left\{\begin{array}{rcl} x+y &=& 3 \\ x-y &=& 1\end{array}\right.", [r"x = 2 , \; y = 1"]),
        (r"\begin{aligned} x+y &= 3 \\ x-y &= 1 \end{aligned}", [r"x = 2 , \; y = 1"]),
        (r"\begin{cases} x\gt 1 \\ x\lt 3 \end{cases}", [r"x \in \left( 1 , 3 \right)"]),
        (r"f(x)=\begin{cases} x^2 & x>0 \\ -x & x\le 0\end{cases}, f(3), f(-2)", ["9", "2"]),
        (r"f(x)=\begin{cases} x^2 & \text{if } x>0 \\ 0 & \text{otherwise}\end{cases}, f(-3)", ["0"]),
        (r"f(x)=\begin{pmatrix}x\\1\end{pmatrix}, f(2)", [r"\begin{pmatrix} 2 \\ 1 \end{pmatrix}"]),
    ],
)  # fmt: skip
def test_answer(text: str, expected: list[str]) -> None:
    solution = answer(text)
    assert solution.answers == expected
    assert bool(expected) != (solution.kind is Kind.NO_SOLUTION)
    for each in (solution.understood, *solution.answers):
        read_problem([read_latex(each)])


def test_entry_that_needs_a_condition_says_so() -> None:
    solution = answer(r"\begin{pmatrix}\frac{x}{x}&1\\0&2\end{pmatrix}")
    assert solution.notes == ("for x ≠ 0",)
    system = r"\begin{pmatrix}1&a\\2&4\end{pmatrix}\begin{pmatrix}x\\y\end{pmatrix}=\begin{pmatrix}1\\2\end{pmatrix}"
    assert answer(system).notes == ("for a ≠ 2",)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (r"\begin{pmatrix}1&2\\2&4\end{pmatrix}^{-1}", "singular: its determinant is 0"),
        (r"\begin{pmatrix}\sqrt{2}&2\\1&\sqrt{2}\end{pmatrix}^{-1}", "singular: its determinant is 0"),
        (r"\begin{pmatrix}1&2\end{pmatrix}^{-1}", "size 1×2 has no inverse"),
        (r"\begin{pmatrix}1&2\end{pmatrix}^{2}", "size 1×2 has no power"),
        (r"\begin{vmatrix}1&2&3\\3&4&5\end{vmatrix}", "size 2×3 has no determinant"),
        (r"\det\begin{pmatrix}1&2\end{pmatrix}", "size 1×2 has no determinant"),
        (r"\begin{pmatrix}1&2\end{pmatrix}\begin{pmatrix}1&2\end{pmatrix}", "size 1×2 .* cannot be multiplied"),
        (r"\begin{pmatrix}1&2\end{pmatrix}+\begin{pmatrix}1\\2\end{pmatrix}", "1×2 and .* 2×1 cannot be added"),
        (r"\begin{pmatrix}1&2\end{pmatrix}+1", "1×2 and a number cannot be added"),
        (r"\begin{pmatrix}1&2\end{pmatrix}=\begin{pmatrix}1\\2\end{pmatrix}", "different sizes: .* 1×2 and .* 2×1"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}x=\begin{pmatrix}1\\2\\3\end{pmatrix}", "different sizes"),
        (r"\frac{1}{\begin{pmatrix}3&1\\4&1\end{pmatrix}}", "nothing is divided by a matrix"),
        (r"\sin\begin{pmatrix}3\\4\end{pmatrix}", "a matrix has no meaning there"),
        (r"2^{\begin{pmatrix}3\\4\end{pmatrix}}", "a matrix in an exponent"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}^{0.5}", "whole numbers only"),
        (r"\begin{pmatrix}1\end{pmatrix}<\begin{pmatrix}1&2\\3&4\end{pmatrix}", "different sizes"),
        (r"\begin{pmatrix}1&2\end{pmatrix}<\begin{pmatrix}3&4\end{pmatrix}", "none is greater"),
        (r"f(x)=\begin{cases} x^2 & x>0 \\ -x & x<0\end{cases}, f(0)", "none of the cases holds"),
        (r"f(x)=\begin{cases} x^2 & x>0 \\ 2 & x<2\end{cases}, f(1)", "two cases hold, with different values"),
        (r"f(x)=\begin{cases} x^2 & x>0 \\ -x & x\leq 0\end{cases}, f(x)=4", "case by case"),
    ],
)
def test_what_has_no_value_says_why(text: str, cause: str) -> None:
    with pytest.raises(NoAnswer, match=cause):
        answer(text)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (r"\begin{pmatrix}1&2\\3\end{pmatrix}", "different lengths"),
        (r"\begin{pmatrix}1&\\3&4\end{pmatrix}", "cell of the matrix is empty"),
        (r"\begin{matrix}1&2\\3&4\end{matrix}", "without brackets"),
        (r"\begin{cases} y=2 & x>0 \\ y=1 & x<0 \end{cases}", "beside a condition"),
        (r"A=\begin{pmatrix}1&2\\3&4\end{pmatrix}, A X B = A", "of what size B , X are is not said"),
        (r"f(x)=\begin{cases} x^2 \\ -x \end{cases}", "a value and its condition"),
    ],
)
def test_what_is_not_understood_says_why(text: str, cause: str) -> None:
    with pytest.raises(NotUnderstood, match=cause):
        answer(text)


def test_grid_of_ink_is_a_matrix() -> None:
    tree = from_latex(r"\det \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", {*"1234()", r"\det", r"\begin{matrix}"})
    assert answers.find_answer(read_problem([tree])).answers == ["-2"]
