"""What is answered: expressions with known answers, compared as mathematics and not as text."""

from __future__ import annotations

import pytest

from crohme.notation import from_latex
from crohme.solver import Kind, NoAnswer, Solution, read_latex
from crohme.solver.problem import evaluated, read_problem
from crohme.solver.syntax import Name, Task

sympy = pytest.importorskip("sympy", reason="the solver needs SymPy: pip install -e '.[dev]'")
answers = pytest.importorskip("crohme.solver.answers")
equations = pytest.importorskip("crohme.solver.equations")
inequalities = pytest.importorskip("crohme.solver.inequalities")
evaluation = pytest.importorskip("crohme.solver.evaluation")


def answer(*texts: str) -> Solution:
    """The answer, without a child process."""
    return answers.find_answer(read_problem([from_latex(text) for text in texts]))


def expected(text: str) -> sympy.Expr:
    """An expected value; the names in it are real, as in the solver."""
    return sympy.sympify(text, locals={name: sympy.Symbol(name, real=True) for name in "Cabcnrtxyz"})


VALUES = [
    # arithmetic
    (r"2 + 3 \times 4", "14"),
    (r"2 + 3 =", "5"),
    (r"- 2 ^ { 2 }", "-4"),
    (r"( - 2 ) ^ { 2 }", "4"),
    (r"2 ^ { 1 0 0 }", "2**100"),
    (r"2 ^ { 3 ^ { 2 } }", "512"),
    (r"2 \times - 3", "-6"),
    (r"1 2 / 3 / 2", "2"),
    (r"1 0 0 \div 8", "Rational(25, 2)"),
    (r"\frac { 1 } { 3 } + \frac { 1 } { 6 }", "Rational(1, 2)"),
    (r"\frac { \frac { 1 } { 2 } } { \frac { 3 } { 4 } }", "Rational(2, 3)"),
    (r"0 . 1 + 0 . 2", "Rational(3, 10)"),
    (r". 5 \times 4", "2"),
    (r"3 , 1 4 + 1", "Rational(414, 100)"),
    (r"[ ( 1 + 2 ) \times 3 ] \{ 4 - 2 \}", "18"),
    (r"| - 3 | + | 2 - 7 |", "8"),
    (r"| - 3 | | 2 |", "6"),
    (r"5 !", "120"),
    (r"\frac { 7 ! } { 5 ! }", "42"),
    (r"3 ! ^ { 2 }", "36"),
    # roots, constants, functions
    (r"\sqrt { 8 }", "2*sqrt(2)"),
    (r"\sqrt [ 3 ] { - 8 }", "-2"),
    (r"\sqrt [ 4 ] { 1 6 }", "2"),
    (r"\frac { 1 } { \sqrt { 2 } }", "sqrt(2)/2"),
    (r"\sin \frac { \pi } { 6 }", "Rational(1, 2)"),
    (r"\cos 2 \pi", "1"),
    (r"\tan ( \frac { \pi } { 4 } )", "1"),
    (r"\sin ^ { - 1 } 1", "pi/2"),
    (r"\sin ^ { 2 } 3 + \cos ^ { 2 } 3", "1"),
    (r"\log 1 0 0 0", "3"),
    (r"l n e ^ { 3 }", "3"),
    (r"\log _ { 2 } 8", "3"),
    (r"e ^ { i \pi } + 1", "0"),
    (r"( 1 + i ) ( 1 - i )", "2"),
    (r"\sqrt { - 4 }", "2*I"),
    # sums, limits, integrals
    (r"\sum _ { i = 1 } ^ { 1 0 } i", "55"),
    (r"\sum _ { i = 1 } ^ { 3 } \sum _ { e = 1 } ^ { 2 } i e", "18"),
    (r"\sum _ { n = 1 } ^ { \infty } \frac { 1 } { n ^ { 2 } }", "pi**2/6"),
    (r"\sum _ { n = 0 } ^ { \infty } \frac { 1 } { 2 ^ { n } } + 1", "3"),
    (r"\sum _ { n = 1 } ^ { \infty } \frac { 1 } { n }", "oo"),
    (r"\lim _ { x \rightarrow 0 } \frac { \sin x } { x }", "1"),
    (r"\lim _ { n \rightarrow \infty } ( 1 + \frac { 1 } { n } ) ^ { n }", "E"),
    (r"\lim _ { x \rightarrow 0 ^ { - } } \frac { 1 } { x }", "-oo"),
    (r"\lim _ { x \rightarrow - \infty } e ^ { x }", "0"),
    (r"\lim _ { x \rightarrow 2 } \frac { x ^ { 2 } - 4 } { x - 2 }", "4"),
    (r"\int _ { 0 } ^ { 1 } x ^ { 2 } d x", "Rational(1, 3)"),
    (r"\int _ { 1 } ^ { e } \frac { d x } { x }", "1"),
    (r"\int _ { 0 } ^ { \pi } \sin x d x", "2"),
    (r"\int _ { - 1 } ^ { 1 } | x | d x", "1"),
    (r"\int _ { - \infty } ^ { \infty } e ^ { - x ^ { 2 } } d x", "sqrt(pi)"),
    (r"\int _ { 0 } ^ { 1 } \int _ { 0 } ^ { 2 } x y d x d y", "1"),
    (r"\int _ { 0 } ^ { 1 } 2 x + 1 d x \times 3", "6"),
    (r"x = \frac { 6 } { 4 }", "Rational(3, 2)"),
]
EXPRESSIONS = [
    (r"( x + 1 ) ( x - 1 )", "x**2 - 1"),
    (r"( x + 1 ) ^ { 2 } - x ^ { 2 }", "2*x + 1"),
    (r"\frac { x ^ { 2 } - 1 } { x - 1 }", "x + 1"),
    (r"x . x . 3", "3*x**2"),
    (r"\sqrt { x ^ { 2 } }", "Abs(x)"),
    (r"y = 2 x + 1 + x", "3*x + 1"),
    (r"\frac { d } { d x } x ^ { 3 } + x", "3*x**2 + 1"),
    (r"\frac { d } { d x } ( x ^ { 3 } ) + x", "3*x**2 + x"),
    (r"\frac { d ^ { 2 } } { d x ^ { 2 } } \sin x", "-sin(x)"),
    (r"\frac { d ( x ^ { 2 } + x ) } { d x }", "2*x + 1"),
    (r"( x ^ { 3 } ) ^ { \prime \prime }", "6*x"),
    (r"\int x ^ { 2 } d x", "x**3/3"),
    (r"2 \int x d x + \int 1 d x", "x**2 + x"),
    (r"\int 2 a t d t", "a*t**2"),
    (r"\sum _ { i = 1 } ^ { n } i", "n*(n + 1)/2"),
    (r"\int _ { 0 } ^ { a } x d x", "a**2/2"),
    (r"\frac { d } { d x } \int _ { 0 } ^ { x } t ^ { 2 } d t", "x**2"),
]
SOLUTIONS = [
    ([r"2 x + 3 = 7"], [{"x": "2"}]),
    ([r"x ^ { 2 } = 4"], [{"x": "-2"}, {"x": "2"}]),
    ([r"x ^ { 2 } + 1 = 0"], [{"x": "-I"}, {"x": "I"}]),
    ([r"x ^ { 2 } = \pm 4"], [{"x": "-2"}, {"x": "-2*I"}, {"x": "2*I"}, {"x": "2"}]),
    ([r"\frac { 1 } { t } = 2"], [{"t": "Rational(1, 2)"}]),
    ([r"e ^ { x } = 2"], [{"x": "log(2)"}]),
    ([r"2 ^ { x } = 8"], [{"x": "3"}]),
    ([r"\sqrt { x + 1 } = x - 1"], [{"x": "3"}]),
    ([r"\sqrt [ 3 ] { x } = - 2"], [{"x": "-8"}]),
    ([r"\sqrt [ 3 ] { x } = x"], [{"x": "-1"}, {"x": "0"}, {"x": "1"}]),
    ([r"\log x + \log ( x - 3 ) = \log 4"], [{"x": "4"}]),
    ([r"| x - 1 | = 2"], [{"x": "-1"}, {"x": "3"}]),
    ([r"\frac { d } { d x } x ^ { 2 } = 6"], [{"x": "3"}]),
    ([r"\int _ { 0 } ^ { x } t d t = 8"], [{"x": "-4"}, {"x": "4"}]),
    ([r"a x = b"], [{"x": "b/a"}]),
    ([r"x + y = 3 , x - y = 1"], [{"x": "2", "y": "1"}]),
    ([r"x + y = 3", r"x - y = 1"], [{"x": "2", "y": "1"}]),
    ([r"x + y + z = 6 , x = y , z = 2"], [{"x": "2", "y": "2", "z": "2"}]),
    ([r"x = 2 y = 6"], [{"x": "6", "y": "3"}]),
    ([r"x ^ { 2 } + y ^ { 2 } = 2 5 , x + y = 7"], [{"x": "3", "y": "4"}, {"x": "4", "y": "3"}]),
    ([r"x + y = a , x - y = b"], [{"x": "(a + b)/2", "y": "(a - b)/2"}]),
    ([r"x + y = 1 , 2 x + 2 y = 2"], [{"x": "1 - y"}]),
    ([r"x + y = 3 , x + y = 4"], []),
    ([r"x + 1 = x"], []),
    ([r"\frac { x } { x } = 0"], []),
    ([r"\sqrt { x } = - 1"], []),
]
REGIONS = [
    (r"x ^ { 2 } \lt 4", "Interval.open(-2, 2)"),
    (r"0 \lt x + 1 \leq 5", "Interval.Lopen(-1, 4)"),
    (r"x ^ { 2 } \geq 1", "Union(Interval(-oo, -1), Interval(1, oo))"),
    (r"x \neq 2", "Union(Interval.open(-oo, 2), Interval.open(2, oo))"),
    (r"x ^ { 2 } \leq 0", "FiniteSet(0)"),
    (r"x ^ { 2 } \lt - 1", "EmptySet"),
    (r"x \gt 1 , x \lt 3", "Interval.open(1, 3)"),
]
TRUTHS = [
    (r"2 + 2 = 4", True),
    (r"2 + 2 = 5", False),
    (r"e ^ { i \pi } + 1 = 0", True),
    (r"\sqrt { 2 } \lt 1 . 5 \leq \frac { 3 } { 2 }", True),
    (r"\pi \geq 4", False),
    (r"\sqrt { 2 } \sqrt { 3 } \neq \sqrt { 6 }", False),
    (r"\sum _ { i = 1 } ^ { 3 } i = 3 !", True),
    (r"( x + 1 ) ^ { 2 } = x ^ { 2 } + 2 x + 1", True),
]


def as_set(found: object) -> sympy.Set:
    """A region as a set of SymPy."""
    pieces = [
        sympy.Interval(
            -sympy.oo if piece.low is None else piece.low.exact,
            sympy.oo if piece.high is None else piece.high.exact,
            not piece.closed[0],
            not piece.closed[1],
        )
        for piece in found.pieces
    ]
    return sympy.Union(*pieces)


@pytest.mark.parametrize(("latex", "value"), VALUES)
def test_value(latex: str, value: str) -> None:
    problem = read_problem([from_latex(latex)])
    assert problem.task is Task.EVALUATE
    (statement,) = problem.asked
    found = evaluation.value_of(evaluated(statement)).exact
    assert not found.free_symbols
    assert found == expected(value) or sympy.simplify(found - expected(value)) == 0


@pytest.mark.parametrize(("latex", "value"), EXPRESSIONS)
def test_expression(latex: str, value: str) -> None:
    problem = read_problem([from_latex(latex)])
    assert problem.task is Task.EVALUATE
    (statement,) = problem.asked
    assert sympy.simplify(evaluation.value_of(evaluated(statement)).exact - expected(value)) == 0


@pytest.mark.parametrize(("latex", "solutions"), SOLUTIONS)
def test_solutions_of_equations(latex: list[str], solutions: list[dict[str, str]]) -> None:
    problem = read_problem([from_latex(text) for text in latex])
    assert problem.task is Task.SOLVE
    found = equations.solve_equations(problem.statements, problem.unknowns).assignments
    assert [set(solution) for solution in found] == [set(map(Name, solution)) for solution in solutions]
    for solution, known in zip(found, solutions, strict=True):
        for name, value in known.items():
            assert sympy.simplify(solution[Name(name)] - expected(value)) == 0


def test_infinitely_many_solutions_are_a_set() -> None:
    problem = read_problem([from_latex(r"\sin x = 0")])
    (found,) = equations.solve_equations(problem.statements, problem.unknowns).families
    assert found.expression == sympy.pi * found.counter
    assert answer(r"\sin x = 0").answers == [r"x = \pi n , \; n \in \mathbb{Z}"]


@pytest.mark.parametrize(("latex", "region"), REGIONS)
def test_solutions_of_inequalities(latex: str, region: str) -> None:
    problem = read_problem([from_latex(text) for text in [latex]])
    assert problem.task is Task.SOLVE_INEQUALITY
    found, _ = inequalities.solve_inequalities(problem.statements, problem.unknowns[0])
    assert as_set(found) == sympy.sympify(region)


@pytest.mark.parametrize(("latex", "truth"), TRUTHS)
def test_truth(latex: str, truth: bool) -> None:
    solution = answer(latex)
    assert solution.kind is Kind.TRUTH
    assert solution.answers == [rf"\mathrm{{{str(truth).lower()}}}"]


@pytest.mark.parametrize(
    ("latex", "solution"),
    [
        (r"\frac { 1 } { 3 }", (Kind.VALUE, [r"\frac{1}{3}"], "0.333333333333")),
        (r"1 . 5 + 2", (Kind.VALUE, [r"\frac{7}{2}"], "3.5")),
        (r"2 + 3", (Kind.VALUE, ["5"], None)),
        (r"\frac { 1 } { 1 + i }", (Kind.VALUE, [r"\frac{1 - i}{2}"], "0.5 - 0.5 i")),
        (r"1 0 0 0 !", (Kind.VALUE, [], r"4.02387260077 \cdot 10^{2567}")),
        (r"\int _ { 0 } ^ { 1 } \sin ( \sin x ) d x", (Kind.VALUE, [], "0.430606103121")),
        (r"\pm \pi", (Kind.VALUE, [r"\pi", r"- \pi"], r"3.14159265359 , \; -3.14159265359")),
        (r"\int x d x", (Kind.EXPRESSION, [r"\frac{x^{2}}{2} + C"], None)),
        (r"\int C d x", (Kind.EXPRESSION, ["C x + C_{1}"], None)),
        (r"2 \alpha _ { 1 } + \alpha _ { 1 }", (Kind.EXPRESSION, [r"3 \alpha_{1}"], None)),
        (r"4 x = 1", (Kind.SOLUTIONS, [r"x = \frac{1}{4}"], "x = 0.25")),
        (r"x + y = 2 , x = 2 y + 1", (Kind.SOLUTIONS, [r"x = \frac{5}{3} , \; y = \frac{1}{3}"],
                                     r"x \approx 1.66666666667 , \; y \approx 0.333333333333")),
        (r"x \lt 1", (Kind.SOLUTIONS, [r"x \in \left( -\infty , 1 \right)"], None)),
        (r"x + 1 = x", (Kind.NO_SOLUTION, [], None)),
        (r"x ^ { 2 } \lt 0", (Kind.NO_SOLUTION, [], None)),
    ],
)  # fmt: skip
def test_answer_as_latex(latex: str, solution: tuple[Kind, list[str], str | None]) -> None:
    found = answer(latex)
    assert (found.kind, found.answers, found.decimal) == solution


def test_roots_without_a_formula_are_decimals() -> None:
    solution = answer(r"x ^ { 5 } - x - 1 = 0")
    assert len(solution.answers) == 5
    assert r"x \approx 1.16730397826" in solution.answers


@pytest.mark.parametrize(
    ("latex", "cause"),
    [
        (r"\frac { 1 } { 0 }", "not defined"),
        (r"0 \times \frac { 1 } { 0 }", "not defined"),
        (r"\frac { x } { 0 } = 1", "not defined"),
        (r"\infty - \infty", "not defined"),
        (r"\lim _ { x \rightarrow 0 } \frac { 1 } { x }", "not defined"),
        (r"\lim _ { x \rightarrow \infty } \sin x", "not defined"),
        (r"\int _ { - 1 } ^ { 1 } \frac { d x } { x }", "not defined"),
        (r"\sqrt [ 4 ] { - 1 6 }", "no real value"),
        (r"\int \sin ( \sin x ) d x", "no closed form"),
        (r"\sin ( \tan x ) = 0", "changes its sign"),
        (r"\sum _ { n = 2 } ^ { \infty } \frac { ( - 1 ) ^ { n } } { \log n }", "no closed form"),
        (r"\sum _ { n = 1 } ^ { \infty } ( - 1 ) ^ { n } ( 1 + \frac { 1 } { n } )", "diverges"),
        (r"x ! = a", "no closed form"),
        (r"\int _ { 0 } ^ { 1 0 0 0 } e ^ { - 1 0 ^ { 9 } ( x - 5 0 0 ) ^ { 2 } } d x", "bound of the error"),
    ],
)
def test_no_answer_says_why_and_what_was_understood(latex: str, cause: str) -> None:
    with pytest.raises(NoAnswer, match=cause) as error:
        answer(latex)
    assert error.value.understood
    assert error.value.understood in str(error.value)


@pytest.mark.parametrize(
    ("latex", "note"),
    [
        (r"( - 8 ) ^ { 1 / 3 }", "read as its real root"),
        (r"\frac { d } { d x } x ^ { 2 } + 3 x", "the whole sum was differentiated"),
        (r"\lim _ { x \rightarrow 1 } x ^ { 2 } + x", "the whole sum was taken to the limit"),
        (r"\log 1 0 0", "decimal logarithm"),
        (r"\int _ { 0 } ^ { 1 } x ^ { x } d x", "numerically: error below"),
        (r"\cos x = x", "numerically"),
        (r"\tan x = x", "at least these: x was searched between -"),
        (r"x ! = 1 2 0", "x was taken for a whole number"),
        (r"x ! = 2 4 x", "at least these: x was tried from 0 to 200"),
        (r"a x = b", "for a ≠ 0"),
        (r"\frac { x ^ { 2 } - 1 } { x - 1 }", "for x ≠ 1"),
        (r"\int _ { - 1 } ^ { 1 } \frac { 1 } { x ^ { 2 } } d x", "diverges"),
        (r"\sum _ { k = 0 } ^ { \infty } q ^ { k }", "for |q| < 1"),
        (r"\sum _ { k = 0 } ^ { n } q ^ { k }", "for q ≠ 1"),
    ],
)
def test_what_has_to_be_said_beside_an_answer(latex: str, note: str) -> None:
    assert any(note in each for each in answer(latex).notes)


@pytest.mark.parametrize(
    "latex", [r"\frac { d } { d x } ( x ^ { 3 } + x ) + x", r"\lim _ { x \rightarrow 1 } ( x ^ { 2 } + x )"]
)
def test_brackets_say_what_an_operator_is_of(latex: str) -> None:
    assert not answer(latex).notes


def test_no_solution_beside_a_number_left_out_is_said_to_be_of_real_ones() -> None:
    assert answer(r"x ^ { 2 } = - 1 , x \neq 0").notes == (
        "in the real numbers: complex solutions were not searched for",
    )


@pytest.mark.parametrize(
    ("latex", "expected_answers"),
    [
        (r"\sin ( x ^ { 2 } ) = 0", [r"x = - \sqrt{\pi} \sqrt{n} , \; n \in \mathbb{Z} , \; n \geq 0",
                                    r"x = \sqrt{\pi} \sqrt{n} , \; n \in \mathbb{Z} , \; n \geq 0"]),
        (r"\sin ( x ^ { 3 } ) = 0", [r"x = \sqrt[3]{\pi n} , \; n \in \mathbb{Z}"]),
        (r"\sin ( \cos x ) = 0", [r"x = \pi n + \frac{\pi}{2} , \; n \in \mathbb{Z}"]),
        (r"\sin ( \pi \sin x ) = 0", [r"x = \frac{\pi n}{2} , \; n \in \mathbb{Z}"]),
        (r"\sin ( x ^ { 4 } - x ^ { 2 } ) = 0", [
            "x = 0",
            r"x = - \frac{\sqrt{2 \sqrt{4 \pi n + 1} + 2}}{2} , \; n \in \mathbb{Z} , \; n \geq 0",
            r"x = \frac{\sqrt{2 \sqrt{4 \pi n + 1} + 2}}{2} , \; n \in \mathbb{Z} , \; n \geq 0",
        ]),
        (r"\sin ( 1 / x ) = 0", [r"x = \frac{1}{\pi n} , \; n \in \mathbb{Z} \setminus \left\{ 0 \right\}"]),
        (r"1 / x \neq 0", [r"x \in \mathbb{R} \setminus \left\{ 0 \right\}"]),
        (r"\sin x \gt 1 / 2", [r"x \in \left( 2 \pi n + \frac{\pi}{6} , 2 \pi n + \frac{5 \pi}{6} \right) "
                               r", \; n \in \mathbb{Z}"]),
        (r"\sin x = \cos y , x = y", [r"x = \pi n + \frac{\pi}{4} , \; y = \pi n + \frac{\pi}{4} "
                                      r", \; n \in \mathbb{Z}"]),
        (r"f ( x ) = x ^ { 2 } + 1", ["f ( x ) = x^{2} + 1"]),
        (r"x + y + x , 2 x + x", ["2 x + y", "3 x"]),
        (r"x = 2 n , n \in \integers", [r"x = 2 n , \; n \in \mathbb{Z}"]),
    ],
)  # fmt: skip
def test_answers_that_are_neither_numbers_nor_single_solutions(latex: str, expected_answers: list[str]) -> None:
    assert find_answer(latex).answers == expected_answers


def find_answer(latex: str) -> Solution:
    return answers.find_answer(read_problem([read_latex(latex)]))


@pytest.mark.parametrize(
    ("latex", "numbers"),
    [
        ("x ! = 1 2 0", ["5"]),
        ("x ! = 1", ["0", "1"]),
        ("x ! = 5", []),
        ("x ! = 2 4 x", ["5"]),
        ("( x + 1 ) ! = x ! \\cdot 6", ["5"]),
        (r"\binom { n } { 2 } = 1 0", ["5"]),
        (r"\binom { 5 } { k } = 1 0", ["2", "3"]),
    ],
)
def test_what_stands_in_a_factorial_is_a_whole_number(latex: str, numbers: list[str]) -> None:
    assert [each.partition(" = ")[2] for each in find_answer(latex).answers] == numbers


def test_definition_answers_as_one() -> None:
    assert answer("f ( x ) = x ^ { 2 }").kind is Kind.DEFINITION


@pytest.mark.parametrize(
    "cause", [AssertionError("_print_Piecewise"), NotImplementedError("CRootOf"), RecursionError()]
)
def test_what_python_says_is_never_shown(cause: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise cause

    monkeypatch.setitem(answers._TASKS, Task.EVALUATE, fail)
    with pytest.raises(NoAnswer, match=r"^no answer was found \(read as 1 \+ 1\)$"):
        answer("1 + 1")
