"""Layout figures of expressions whose layout is known, and the comparison of typeset with real ink."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from crohme.augment.pool import Pool
from crohme.augment.typeset import typeset
from crohme.datasets.location import sample_folder
from crohme.evaluation.layout import figures_of
from crohme.evaluation.typesetting import compare_layout, teacher_forced
from crohme.expressions.corpus import load
from crohme.expressions.features import POINTS
from crohme.expressions.recognizer import Recognizer
from crohme.ink.expression import Expression
from crohme.notation import from_latex
from crohme.notation.tree import Node, Relation


def strokes(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    """Diagonals from left, top to right, bottom."""
    t = np.linspace(0, 1, POINTS)[:, None]
    return np.stack([np.array(b[:2]) * (1 - t) + np.array(b[2:]) * t for b in boxes]).astype(np.float32)


def found(expression: Expression) -> dict[tuple[str, str], list[float]]:
    figures = defaultdict(list)
    for figure, of, value in figures_of(expression):
        figures[figure, of].append(pytest.approx(value, abs=1e-4))
    return figures


def test_gaps_and_scripts_in_x_heights_of_their_row():
    # x of height 10 with an x of height 5 as superscript, then an a 3 further right, written first.
    points = strokes((28, 0, 40, 10), (0, 0, 10, 10), (12, -5, 25, 0))
    x = Node("x", (1,), {Relation.SUP: (Node("x", (2,)),)})
    figures = found(Expression(points, (x, Node("a", (0,)))))
    assert figures["gap line", "scripted letter"] == [0.3]
    assert figures["sup size", "small"] == [0.5] and figures["sup right", "small"] == [0.2]
    assert figures["sup up", "small"] == [0.25]
    assert figures["order", "neighbours in turn"] == [0.0] and figures["order", "base before sup"] == [1.0]


def test_fractions_beside_a_letter():
    points = strokes((0, -5, 10, 5), (12, 0, 32, 0), (14, -8, 26, -2), (20, 3, 26, 9))
    bar = Node("-", (1,), {Relation.ABOVE: (Node("x", (2,)),), Relation.BELOW: (Node("x", (3,)),)})
    figures = found(Expression(points, (Node("x", (0,)), bar)))
    assert figures["fraction size", "*"] == [0.6] and figures["fraction up", "*"] == [0.0]
    assert figures["fraction gap", "above"] == [2 / 6] and figures["fraction gap", "below"] == [3 / 6]
    assert figures["fraction left", "*"] == [2 / 6] and figures["fraction right", "*"] == [1.0]
    assert figures["fraction place", "*"] == [8 / 14]
    assert figures["order", "numerator before bar"] == [0.0] and figures["order", "bar before denominator"] == [1.0]


def test_roots_limits_and_fences():
    points = strokes((0, -3, 30, 8), (10, 0, 20, 10), (40, -10, 60, 10), (45, 12, 50, 17), (70, -4, 72, 13),
                     (75, 0, 85, 10), (90, 0, 92, 10))  # fmt: skip
    root = Node(r"\sqrt", (0,), {Relation.INSIDE: (Node("x", (1,)),)})
    total = Node(r"\sum", (2,), {Relation.BELOW: (Node("x", (3,)),)})
    row = (root, total, Node("(", (4,)), Node("x", (5,)), Node(")", (6,)))
    figures = found(Expression(points, row))
    assert figures["root hook", "*"] == [1.0] and figures["root roof", "*"] == [0.3]
    assert figures["root right", "*"] == [1.0] and figures["root foot", "*"] == [-0.2]
    assert figures["under size", "big"] == [0.5] and figures["under gap", "big"] == [0.2]
    assert figures["under shift", "big"] == [-0.25]
    assert figures["fence up", "plain"] == [0.4, 0.0] and figures["fence down", "plain"] == [0.3, 0.0]
    assert figures["order", "limits of sum"] == [1.0]


def test_ink_compared_with_itself_is_not_apart_and_with_wider_ink_is():
    real = load(sample_folder() / "train", progress=False).expressions[:60]
    assert all(row[-1] == 0 for row in compare_layout(real, real, fewest=10))
    narrow = [Expression(e.points * np.float32((0.5, 1)), e.row) for e in real]
    rows = {row[:2]: row for row in compare_layout(real, narrow, fewest=10)}
    _, _, _, own, other, distance = rows["gap line", "*"]
    assert other == pytest.approx(own / 2, abs=0.05) and distance > 0.2


def test_typeset_ink_is_read_by_a_network_that_never_saw_such():
    corpus = load(sample_folder() / "train", progress=False)
    pool = Pool(corpus.expressions, corpus.writers)
    texts = (r"x ^ { 2 } + 1", r"\frac { x } { 2 } = 1", r"\sqrt { 2 } + x", r"( x + 1 ) ^ { 2 }")
    made = [typeset(from_latex(text), pool, np.random.default_rng(seed)) for text in texts for seed in range(3)]
    forced = teacher_forced(Recognizer.load("expressions"), made)
    assert len(forced.right) == len(forced.surprise) == 12 and min(forced.surprise) >= 0
    assert np.mean(forced.right) >= 0.7
    wrong = [surprise for surprise, right in zip(forced.surprise, forced.right, strict=True) if not right]
    assert all(surprise > np.log(2) for surprise in wrong) and (forced.mistaken.total() > 0) == bool(wrong)
