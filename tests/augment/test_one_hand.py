"""Ink of one writer: every symbol of a class is theirs, or else one other writer's."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.augment.compose import compose
from crohme.augment.one_hand import OneHand
from crohme.augment.pool import DrawnHand, Pool
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression, all_nodes
from crohme.notation.tree import Node


def written(labels: str, width: float) -> Expression:
    """Symbols in a row; how wide they are tells who wrote them."""
    t = np.linspace(0, 1, POINTS)
    zigzag = np.stack([width * t, np.abs((t * 3) % 2 - 1)], axis=-1)
    points = np.stack([zigzag + (2.0 * i, 0) for i in range(len(labels.split()))]).astype(np.float32)
    return Expression(points, tuple(Node(label, (i,)) for i, label in enumerate(labels.split())))


WIDTHS = {"ann": 0.5, "bob": 0.9, "eve": 1.4}


@pytest.fixture(scope="module")
def pool() -> Pool:
    texts = {"ann": "x x y y a", "bob": "x y b b P", "eve": "x z z p P"}
    expressions = [written(text, WIDTHS[writer]) for writer, text in texts.items()]
    return Pool(expressions, list(texts))


def width(points: np.ndarray) -> float:
    extent = np.ptp(points, axis=(0, 1))
    return float(extent[0] / extent[1])


def test_what_is_composed_is_by_one_writer_where_they_have_the_ink(pool):
    home = set()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        hand = OneHand(pool, rng)
        widths = {label: {round(width(hand.symbol(label, rng)), 2) for _ in range(8)} for label in "x y a b z".split()}
        assert all(len(own) == 1 for own in widths.values())
        (own,) = widths["x"]
        home.add(own)
        assert widths["a"] == {0.5} and widths["b"] == {0.9} and widths["z"] == {1.4}
        if own < 1:
            assert widths["y"] == {own}
    assert home == set(WIDTHS.values())


def test_a_capital_comes_from_the_writer_of_its_small_letter(pool):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hand = OneHand(pool, rng)
        small = width(hand.symbol("p", rng))
        assert small == pytest.approx(1.4, abs=0.01)
        home = width(hand.symbol("x", rng))
        # bob wrote a P himself; for the others it is that of eve, who wrote the p.
        assert width(hand.symbol("P", rng)) == pytest.approx(0.9 if 0.8 < home < 1 else 1.4, abs=0.01)


def test_expressions_are_composed_of_one_writers_fragments(pool):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hand = OneHand(pool, rng)
        own = {label for label, inks in hand._home.symbols.items() if inks}
        expression = compose(hand, rng, steps=0)
        labels = {node.label for node in all_nodes(expression.row)}
        assert labels <= own or len(expression.row) >= 2  # or a word, which may have letters of others


def test_a_pool_without_writers_has_none(pool):
    assert Pool(pool.expressions).of_writer == {}
    assert {writer: len(own.expressions) for writer, own in pool.of_writer.items()} == dict.fromkeys(WIDTHS, 1)


def test_letters_are_those_of_one_who_drew_them_alone_where_there_are_some(pool):
    drawn = written("x y", 2.0)
    letters = DrawnHand({"x": [drawn.points[:1]], "y": [drawn.points[1:]]})
    for seed in range(10):
        rng = np.random.default_rng(seed)
        hand = OneHand(pool, rng).lettered(letters)
        assert [round(width(hand.symbol(label, rng)), 2) for label in ("x", "y", "a")] == [2.0, 2.0, 0.5]
        assert hand.any(rng).points[0].tolist() != drawn.points[0].tolist()  # whole expressions are the writer's
