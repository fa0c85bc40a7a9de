"""After any augmentation strokes, symbols and tree still agree, and everything in it is real ink."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.augment.compose import brackets, compose, fraction, fragment, root, script, word
from crohme.augment.distort import distort
from crohme.augment.metrics import measure
from crohme.augment.pool import Pool
from crohme.augment.swap import swap
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression, all_nodes
from crohme.notation import from_latex, to_latex
from crohme.notation.tree import Node, Relation

seeds = st.integers(0, 2**32 - 1)


def written(label: str, x: float, y: float, width: float, height: float, strokes: int = 1) -> tuple[str, np.ndarray]:
    """A symbol as zigzags that fill a box: enough to see where it lies."""
    t = np.linspace(0, 1, POINTS)
    zigzag = np.stack([x + width * t, y + height * (np.abs((t * 3) % 2 - 1))], axis=-1)
    return label, np.stack([zigzag] * strokes).astype(np.float32)


def build(symbols: list[tuple[str, np.ndarray]], shape) -> Expression:
    """An expression of some symbols; `shape` makes the row of their nodes."""
    points, nodes = [], []
    for label, strokes in symbols:
        nodes.append(Node(label, tuple(range(sum(map(len, points)), sum(map(len, points)) + len(strokes)))))
        points.append(strokes)
    return Expression(np.concatenate(points), shape(nodes))


def hang(node: Node, relation: Relation, *row: Node) -> Node:
    return Node(node.label, node.strokes, {**node.rows, relation: tuple(row)})


@pytest.fixture(scope="module")
def pool() -> Pool:
    power = build(
        [
            written("x", 0, 0, 10, 10, 2),
            written("2", 11, -8, 5, 8),
            written("=", 20, 3, 10, 4, 2),
            written("(", 32, -5, 4, 20),
            written("a", 38, 0, 9, 10),
            written(")", 50, -5, 4, 20),
        ],
        lambda n: (hang(n[0], Relation.SUP, n[1]), *n[2:]),
    )
    quotient = build(
        [
            written("7", 3, -30, 8, 16),
            written("-", 0, 0, 20, 1),
            written("b", 4, 8, 8, 16),
            written("g", 14, 12, 8, 16),
        ],
        lambda n: (hang(hang(n[1], Relation.ABOVE, n[0]), Relation.BELOW, n[2], n[3]),),
    )
    radical = build(
        [written(r"\sqrt", 0, -5, 30, 20), written("y", 10, 0, 10, 16), written("+", 22, 2, 6, 6, 2)],
        lambda n: (hang(n[0], Relation.INSIDE, n[1], n[2]),),
    )
    return Pool([power, quotient, radical])


def check(expression: Expression) -> None:
    """Each stroke belongs to exactly one symbol, the tree is well-formed, the ink is finite."""
    strokes = Counter(stroke for node in all_nodes(expression.row) for stroke in node.strokes)
    assert strokes == Counter(range(len(expression.points)))
    assert all(node.strokes for node in all_nodes(expression.row))
    assert np.isfinite(expression.points).all()
    assert expression.points.shape[1:] == (POINTS, 2)
    tokens = to_latex(expression.tree)
    assert to_latex(from_latex(tokens)) == tokens


@settings(deadline=None, max_examples=150)
@given(seeds)
def test_composed_swapped_and_distorted_stay_in_step(pool, seed):
    rng = np.random.default_rng(seed)
    composed = compose(pool, rng, steps=int(rng.integers(0, 5)))
    check(composed)
    swapped = swap(composed, pool, rng, share=0.5, relabel=0.5)
    check(swapped)
    assert len(list(all_nodes(swapped.row))) == len(list(all_nodes(composed.row)))
    distorted = distort(swapped, rng)
    check(distorted)
    assert to_latex(distorted.tree) == to_latex(swapped.tree)


@settings(deadline=None, max_examples=60)
@given(seeds)
def test_symbols_lie_as_the_tree_says(pool, seed):
    rng = np.random.default_rng(seed)

    def box(expression, node):
        points = expression.points[[s for n in all_nodes([node]) for s in n.strokes]]
        return points.min(axis=(0, 1)), points.max(axis=(0, 1))

    under_bar = fraction(fragment(pool, rng, 3), pool, rng)
    bar = under_bar.row[0]
    middle = under_bar.points[list(bar.strokes)][..., 1].mean()
    for node in bar.rows[Relation.ABOVE]:
        assert box(under_bar, node)[1][1] < middle + 0.6
    for node in bar.rows[Relation.BELOW]:
        assert box(under_bar, node)[0][1] > middle - 0.6

    inner = fragment(pool, rng, 3)
    fenced = brackets(inner, pool, rng)
    left, right = box(fenced, fenced.row[0]), box(fenced, fenced.row[-1])
    for node in fenced.row[1:-1]:
        assert left[1][0] <= box(fenced, node)[0][0] + 1e-3 and box(fenced, node)[1][0] <= right[0][0] + 1e-3
    assert [n.label for n in fenced.row[1:-1]] == [n.label for n in inner.row]

    radical = root(fragment(pool, rng, 3), pool, rng)
    sign = radical.points[list(radical.row[0].strokes)]
    for node in radical.row[0].rows[Relation.INSIDE]:
        assert sign[..., 1].min() < box(radical, node)[0][1]
        assert sign[..., 0].max() > box(radical, node)[1][0] - 0.3


def test_scripts_hang_on_the_last_symbol(pool):
    base = build([written("x", 0, 0, 10, 10, 2), written("y", 14, 0, 10, 16)], tuple)
    found = set()
    for seed in range(30):
        expression = script(base, pool, np.random.default_rng(seed))
        check(expression)
        assert expression.row[0].label == "x" and not expression.row[0].rows
        found |= set(expression.row[1].rows)
    assert found == {Relation.SUB, Relation.SUP}


def test_words_stand_on_one_line_side_by_side(pool):
    lengths = Counter()
    for seed in range(40):
        written_word = word(pool, np.random.default_rng(seed))
        check(written_word)
        boxes = [written_word.points[list(node.strokes)] for node in written_word.row]
        assert all(not node.rows for node in written_word.row)
        assert {node.label for node in written_word.row} <= {"x", "2", "a", "7", "b", "g", "y"}
        lefts, rights = [b[..., 0].min() for b in boxes], [b[..., 0].max() for b in boxes]
        assert all(right < left for right, left in zip(rights[:-1], lefts[1:], strict=True))
        lengths[len(boxes)] += 1
    assert set(lengths) == {2, 3, 4}


def test_a_small_letter_becomes_its_capital_throughout_and_larger():
    row = [written("x", 0, 0, 10, 10), written("+", 14, 2, 6, 6, 2), written("x", 24, 0, 10, 10),
           written("a", 40, 0, 10, 10)]  # fmt: skip
    small = build(row, tuple)
    pool = Pool([small, build([written("X", 0, -6, 12, 16), written("a", 14, 0, 10, 10)], tuple)])
    seen, heights = Counter(), []
    for seed in range(60):
        swapped = swap(small, pool, np.random.default_rng(seed), share=0.0, relabel=0.5)
        labels = [node.label for node in swapped.row]
        assert labels[0] == labels[2]
        seen[labels[0]] += 1
        if labels[0] == "X":
            heights.append(float(np.ptp(swapped.points[0][:, 1])))
    assert seen["X"] > 30 and seen["x"] > 5
    assert 13 < np.median(heights) < 19


def test_distortion_changes_ink_but_little(pool):
    expression = pool.expressions[0]
    moved = [np.abs(distort(expression, np.random.default_rng(s)).points - expression.points).max() for s in range(3)]
    assert min(moved) > 0.1


def test_without_strength_each_symbol_keeps_its_strokes_in_some_order_and_direction(pool):
    def shapes(points: np.ndarray, node: Node) -> list[list]:
        strokes = (np.round(points[stroke], 2).tolist() for stroke in node.strokes)
        return sorted(min(stroke, stroke[::-1]) for stroke in strokes)

    orders = set()
    expression = pool.expressions[0]
    other = expression.points + np.arange(len(expression.points), dtype=np.float32)[:, None, None]  # no two alike
    expression = Expression(other, expression.row)
    low, high = expression.box()
    centred = expression.points - (low + high) / 2
    for seed in range(60):
        still = distort(expression, np.random.default_rng(seed), strength=0.0)
        for before, after in zip(all_nodes(expression.row), all_nodes(still.row), strict=True):
            assert np.allclose(shapes(still.points, after), shapes(centred, before), atol=0.02)
        starts = np.abs(still.points[:, None] - centred[None]).max(axis=(2, 3)).argmin(axis=1)
        orders.add(tuple(starts))
    assert len(orders) > 3


def test_x_height_of_small_tall_and_deep_letters_is_one():
    row = [written("x", 0, 0, 10, 10), written("2", 12, -6, 8, 16), written("p", 22, 0, 8, 16)]
    expression = build(row, tuple)
    height, middle = measure(expression.points, expression.row)
    assert height == pytest.approx(10, rel=0.05)
    assert middle == pytest.approx(5, abs=1.0)


def test_ink_of_an_unknown_symbol_is_never_cut():
    loose = Expression(written("x", 0, 0, 1, 1)[1], (Node("x", ()),))
    assert Pool([loose]).expressions == []
