"""Groups of expressions."""

from __future__ import annotations

from crohme.evaluation.groups import Group, by_strokes, by_structure, by_writer
from crohme.evaluation.outcomes import Outcome
from crohme.notation import from_latex


def outcome(latex: str, errors: int | None = 0, strokes: int = 3, writer: str = "-") -> Outcome:
    return Outcome("a", latex, latex, 0.5, errors, strokes=strokes, writer=writer, expected=from_latex(latex))


def test_an_expression_is_in_every_group_of_its_structures() -> None:
    groups = by_structure(
        [
            outcome(r"\frac { x ^ { 2 } } { \sqrt { 3 } }"),
            outcome("x _ { 1 }", errors=1),
            outcome(r"\sum _ { i } i", errors=2),  # limits are no scripts
            outcome("- 1"),  # a minus is no fraction
            Outcome("b", "", "", problem="no truth"),
        ]
    )
    assert groups == [
        Group("fraction", 1, 1), Group("root", 1, 1), Group("script", 2, 1), Group("big operator", 1, 0),
        Group("none of these", 1, 1),
    ]  # fmt: skip


def test_length_is_the_number_of_strokes() -> None:
    lengths = [outcome("x", errors=n % 2, strokes=n) for n in (1, 5, 6, 20, 30, 31, 200)]
    assert by_strokes([*lengths, Outcome("b", "", "", problem="empty")]) == [
        Group("1-5", 2, 0), Group("6-10", 1, 1), Group("11-20", 1, 1), Group("21-30", 1, 1), Group("31+", 2, 1),
    ]  # fmt: skip


def test_writers_are_in_the_order_of_their_need() -> None:
    by_b = [outcome("x", errors, writer="b") for errors in (0, 1)]
    groups = by_writer([*by_b, outcome("x", 3), outcome("x", None, writer="a")])
    assert groups == [Group("-", 1, 0), Group("a", 1, 0), Group("b", 2, 1)]
    assert groups[-1].rate == 50.0 and groups[-1].interval == (9.45, 90.55)  # Wilson's, of 1 in 2
