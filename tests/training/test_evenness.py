"""Rare symbols gain what frequent ones lose; structure stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.augment.expression import Expression
from crohme.codes import TOKEN_INDEX, TOKENS
from crohme.features import POINTS
from crohme.notation.tree import Node, Relation
from crohme.training.evenness import adjustment


def expression(*labels: str) -> Expression:
    points = np.zeros((len(labels), POINTS, 2), np.float32)
    return Expression(points, tuple(Node(label, (i,)) for i, label in enumerate(labels)))


def test_a_symbol_ten_times_as_rare_gains_the_log_of_ten():
    added = adjustment([expression(*["x"] * 10, "X")], 0.5)
    assert added[TOKEN_INDEX["X"]] - added[TOKEN_INDEX["x"]] == pytest.approx(0.5 * np.log(10), abs=1e-6)
    assert 10 * added[TOKEN_INDEX["x"]] + added[TOKEN_INDEX["X"]] == pytest.approx(0, abs=1e-5)
    unknown = [i for i, token in enumerate(TOKENS) if token not in ("x", "X")]
    assert not added[unknown].any()


def test_a_fraction_bar_is_the_token_of_the_fraction():
    points = np.zeros((4, POINTS, 2), np.float32)
    bar = Node("-", (0,), {Relation.ABOVE: (Node("1", (1,)),), Relation.BELOW: (Node("1", (2,)),)})
    added = adjustment([Expression(points, (bar, Node("1", (3,))))], 1.0)
    assert added[TOKEN_INDEX[r"\frac"]] == pytest.approx(-np.log(1 / 4) + 0.25 * np.log(1 / 4) + 0.75 * np.log(3 / 4))
    assert added[TOKEN_INDEX["-"]] == 0


def test_no_strength_changes_nothing():
    assert not adjustment([expression("a", "a", "b")], 0.0).any()
