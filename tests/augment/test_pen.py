"""Strokes broken and joined: the same tree and the same path, in other strokes."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crohme.augment.pen import vary_lifts
from crohme.expressions.features import POINTS
from crohme.ink.expression import Expression, all_nodes
from crohme.notation import to_latex
from crohme.notation.tree import Node, Relation
from inkml_parser.sequences import resample


def line(*corners: tuple[float, float]) -> np.ndarray:
    return resample(corners, count=POINTS).astype(np.float32)


def power() -> Expression:
    """x in two strokes to the power of 7 in one with a corner, plus 1."""
    strokes = [
        line((0, 0), (10, 10)), line((10, 0), (0, 10)), line((12, -8), (18, -8), (14, 0)),
        line((22, 5), (30, 5)), line((26, 1), (26, 9)), line((36, 0), (36, 12)),
    ]  # fmt: skip
    row = (Node("x", (0, 1), {Relation.SUP: (Node("7", (2,)),)}), Node("+", (3, 4)), Node("1", (5,)))
    return Expression(np.stack(strokes), row)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.5, 1.0]))
def test_every_stroke_still_writes_one_symbol(seed, share):
    varied = vary_lifts(power(), np.random.default_rng(seed), share)
    assert varied.points.shape[1:] == (POINTS, 2) and varied.points.dtype == np.float32
    strokes = Counter(stroke for node in all_nodes(varied.row) for stroke in node.strokes)
    assert strokes == Counter(range(len(varied.points)))
    assert to_latex(varied.tree) == to_latex(power().tree)
    for before, after in zip(all_nodes(power().row), all_nodes(varied.row), strict=True):
        old, new = power().points[list(before.strokes)], varied.points[list(after.strokes)]
        assert np.abs(old.min(axis=(0, 1)) - new.min(axis=(0, 1))).max() < 2.5
        assert np.abs(old.max(axis=(0, 1)) - new.max(axis=(0, 1))).max() < 2.5


def test_a_stroke_breaks_at_its_corner_and_strokes_of_two_symbols_never_join():
    places, counts = [], Counter()
    for seed in range(200):
        varied = vary_lifts(power(), np.random.default_rng(seed), 0.5)
        nodes = list(all_nodes(varied.row))
        counts.update((node.label, len(node.strokes)) for node in nodes)
        if len(nodes[1].strokes) == 2:
            places.append(varied.points[nodes[1].strokes[0], -1])
    assert np.median(np.linalg.norm(np.array(places) - (18, -8), axis=1)) < 1.0
    assert {key for key in counts if key[0] == "x"} >= {("x", 1), ("x", 2), ("x", 3)}
    assert {key for key in counts if key[0] == "7"} == {("7", 1), ("7", 2)}


def test_nothing_changes_at_a_share_of_zero():
    assert np.array_equal(vary_lifts(power(), np.random.default_rng(0), 0.0).points, power().points)


def test_a_dot_is_not_broken():
    dot = Expression(np.zeros((1, POINTS, 2), np.float32), (Node(".", (0,)),))
    assert len(vary_lifts(dot, np.random.default_rng(0), 1.0).points) == 1
