"""Figures of validation, from outputs whose right figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.expressions.batches import Batch, collate
from crohme.expressions.buckets import Bucket
from crohme.expressions.features import POINTS
from crohme.expressions.targets import encode
from crohme.expressions.validation import _measure, _wrong_where_right_elsewhere
from crohme.expressions.vocabulary import PAIR_INDEX, SAME_SYMBOL, Vocabulary
from crohme.ink.expression import Expression
from crohme.notation import CLASSES
from crohme.notation.tree import Node, Relation

CROHME = Vocabulary.crohme()


@pytest.fixture
def batch() -> Batch:
    """`x ^ 2`: x in two strokes."""
    points = np.random.default_rng(0).normal(size=(3, POINTS, 2)).astype(np.float32)
    expression = Expression(points, (Node("x", (0, 1), {Relation.SUP: (Node("2", (2,)),)}),))
    return collate([(expression, encode(expression, CROHME))], Bucket(4, 8, 1))


def perfect(batch: Batch) -> dict[str, np.ndarray]:
    """Logits that say what is true, as the network gives them."""
    targets = batch.targets
    return {
        "token": 9.0 * np.eye(len(CROHME.tokens))[targets["token"]],
        "pointer": 9.0 * (targets["pointer"] > 0),
        "symbol": 9.0 * np.eye(len(CLASSES))[targets["symbol"]],
        "pair": 9.0 * np.eye(CROHME.dimensions()["relations"] + 2)[targets["pair"]],
    }


def test_what_is_true_is_all_right(batch):
    figures = _measure([(batch, perfect(batch))])
    assert figures.pop("recurring") == 0.0
    assert figures.pop("surprise") == pytest.approx(6 * np.log1p((len(CROHME.tokens) - 1) * np.exp(-9.0)), rel=1e-3)
    assert set(figures.values()) == {100.0}


def test_each_figure_falls_by_its_own_errors(batch):
    output = perfect(batch)
    output["token"][0, 0] = 9.0 * np.eye(len(CROHME.tokens))[CROHME.tokens.index("y")]
    figures = _measure([(batch, output)])
    assert (figures["exprate"], figures["le1"], figures["exprate_pointed"]) == (0.0, 100.0, 0.0)
    assert figures["stroke_class"] == figures["same_symbol_f"] == 100.0
    output = perfect(batch)
    output["symbol"][0, 1] = 9.0 * np.eye(len(CLASSES))[CROHME.class_index["y"]]
    assert _measure([(batch, output)])["stroke_class"] == pytest.approx(200 / 3)
    output = perfect(batch)
    output["pointer"][0, 0] = (9.0, 0.0, 0.0, 0.0)  # one stroke of two
    figures = _measure([(batch, output)])
    assert (figures["exprate"], figures["exprate_pointed"]) == (100.0, 0.0)


def test_a_symbol_that_is_right_elsewhere_is_told_from_one_that_is_not():
    right = np.array([[True, True, False, True], [True, True, False, True], [True, True, True, True]])
    truth = np.array([[5, 6, 5, 9], [5, 6, 7, 9], [5, 6, 5, 9]])
    assert _wrong_where_right_elsewhere(right, truth, np.ones_like(right)).tolist() == [True, False, False]
    # What is right only in the padding is right nowhere.
    padded = np.array([[True, True, False, True]])
    truth, valid = np.array([[5, 6, 9, 9]]), np.array([[True, True, True, False]])
    assert _wrong_where_right_elsewhere(padded, truth, valid).tolist() == [False]


def test_two_strokes_are_one_symbol_if_it_is_more_likely_than_not(batch):
    """Between neighbours the one way is a relation and the other none: no symbol, though neither is certain."""

    def f(one_way: dict[int, float], other_way: dict[int, float]) -> float:
        output = perfect(batch)
        for (i, j), share in (((1, 2), one_way), ((2, 1), other_way)):
            output["pair"][0, i, j] = np.log(1e-6)
            output["pair"][0, i, j, list(share)] = np.log(list(share.values()))
        return _measure([(batch, output)])["same_symbol_f"]

    sup, none = PAIR_INDEX[Relation.SUP], 0
    assert f({SAME_SYMBOL: 0.4, sup: 0.6}, {SAME_SYMBOL: 0.4, none: 0.6}) == 100.0
    # One of the two pairs that are found is true: precision 1/2, recall 1.
    assert f({SAME_SYMBOL: 0.6, sup: 0.4}, {SAME_SYMBOL: 0.5, none: 0.5}) == pytest.approx(200 / 3)
