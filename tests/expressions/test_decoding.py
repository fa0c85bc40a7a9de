"""Beam search always gives well-formed readings whose symbols share no stroke."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.expressions import features
from crohme.expressions.decoding import decode
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.rescoring import ClassScores, rescore
from crohme.expressions.settings import Decoding
from crohme.expressions.side_by_side import alone
from crohme.expressions.vocabulary import PLACES, START, START_BACKWARD, Vocabulary
from crohme.notation import Alphabet, SymbolTree, from_latex, to_latex
from crohme.notation.alphabet import GRID
from crohme.notation.grammar import END, END_GRID, NEXT_CELL, NEXT_LINE
from crohme.notation.tree import Node
from tests.expressions.test_forward import ARGUMENTS

CROHME = Vocabulary.crohme()
WHOLE = Vocabulary(Alphabet.whole())


@pytest.fixture(scope="module")
def network():
    """A network of random weights: what it reads is nonsense, but it must be well-formed nonsense."""
    rng = np.random.default_rng(5)
    shapes = _shapes()
    return NumpyTransformer({path: rng.normal(0, 0.25, shape) for path, shape in shapes.items()}, ARGUMENTS)


def _shapes():
    pytest.importorskip("keras")
    from crohme import bundle

    return {w.path: tuple(w.shape) for w in bundle.build("stroke_transformer", ARGUMENTS).weights}


class _Script:
    """A network that reads the strokes in their order, and is told which token to write after which."""

    def __init__(self, after):
        tokens = len(WHOLE.tokens)
        self.after = np.full((4, tokens, tokens), -20, np.float32)
        for (written, previous, token), logit in after.items():
            self.after[written, WHOLE.token_index[previous], WHOLE.token_index[token]] = logit

    def start(self, count=1):
        return self

    def select(self, parents):
        return self

    def relate(self, memory):
        return np.zeros((len(memory), len(memory), len(PLACES) + 2), np.float32)

    def read(self, memory, state, previous, anchors, written, relations, rows):
        in_order = -9.0 * np.arange(len(memory), dtype=np.float32)
        return self.after[written.sum(axis=-1).astype(int), previous], in_order - 99.0 * written, self


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("strokes", [1, 2, 3, 9])
@pytest.mark.parametrize("beam", [1, 5])
def test_readings_are_well_formed(network, strokes, beam, backward):
    for seed in range(8):
        ink = np.random.default_rng(seed).normal(size=(strokes, features.POINTS, 2)).cumsum(axis=1)
        memory = network.encode(features.to_unit_scale(ink))
        (candidates,) = alone(network, decode(network, memory, CROHME, beam=beam, backward=[backward]))
        assert candidates  # whatever it likes to write, there are strokes left for what must follow
        scores = [candidate.score for candidate in candidates]
        assert scores == sorted(scores, reverse=True)
        for candidate in candidates:
            used = [stroke for node in candidate.tree.nodes() for stroke in node.strokes]
            assert len(used) == len(set(used))
            assert set(used) <= set(range(strokes))
            assert all(node.strokes for node in candidate.tree.nodes())
            latex = to_latex(candidate.tree)
            assert to_latex(from_latex(latex)) == latex


@pytest.mark.parametrize("backward", [False, True])
def test_rescoring_gives_the_score_of_the_search(network, backward):
    ink = np.random.default_rng(11).normal(size=(6, features.POINTS, 2)).cumsum(axis=1)
    memory = network.encode(features.to_unit_scale(ink))
    (candidates,) = alone(network, decode(network, memory, CROHME, beam=4, backward=[backward]))
    assert candidates
    trees = [candidate.tree for candidate in candidates]
    again = alone(network, rescore(network, memory, CROHME, trees, backward=[backward] * len(trees)))
    np.testing.assert_allclose(again, [candidate.score for candidate in candidates], rtol=1e-4)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(("cost", "cells"), [(0.0, [2, 1]), (1.0, [2, 1]), (4.0, [2, 2]), (1000.0, [2, 2])])
def test_a_line_with_fewer_cells_than_the_first_costs(backward, cost, cells):
    start = START_BACKWARD if backward else START
    sure = [(0, start, GRID), (0, GRID, "a"), (1, "a", NEXT_CELL), (1, NEXT_CELL, "b"), (2, "b", NEXT_LINE)]
    sure += [(2, NEXT_LINE, "c"), (3, "c", END_GRID), (3, NEXT_CELL, END_GRID), (3, END_GRID, END)]
    network, memory = _Script({**dict.fromkeys(sure, 9.0), (3, "c", NEXT_CELL): 7.0}), np.zeros(3)
    constants = Decoding(uneven_line=cost)
    (candidates,) = alone(network, decode(network, memory, WHOLE, beam=4, backward=[backward], constants=constants))
    assert [len(line) for line in candidates[0].tree.row[0].cells] == cells
    trees = [c.tree for c in candidates]
    rescored = rescore(network, memory, WHOLE, trees, backward=[backward] * len(trees), constants=constants)
    again = alone(network, rescored)
    np.testing.assert_allclose(again, [c.score for c in candidates], rtol=1e-4)


def test_directions_are_searched_side_by_side_as_by_themselves(network):
    ink = np.random.default_rng(4).normal(size=(8, features.POINTS, 2)).cumsum(axis=1)
    memory = network.encode(features.to_unit_scale(ink))
    both = alone(network, decode(network, memory, CROHME, beam=4, backward=(True, False)))
    each = [
        alone(network, decode(network, memory, CROHME, beam=4, backward=[backward]))[0] for backward in (True, False)
    ]
    for together, single in zip(both, each, strict=True):
        assert [to_latex(c.tree) for c in together] == [to_latex(c.tree) for c in single]
        np.testing.assert_allclose([c.score for c in together], [c.score for c in single], rtol=1e-4)


def test_looks_are_the_classes_of_the_strokes(network):
    ink = np.random.default_rng(2).normal(size=(3, features.POINTS, 2)).cumsum(axis=1)
    memory = network.encode(features.to_unit_scale(ink))
    logits = network.classify(memory)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    a, plus = CROHME.class_index["a"], CROHME.class_index["+"]
    trees = [SymbolTree((Node("a", (0,)), Node("+", (1, 2)))), SymbolTree((Node("+", (2,)),))]
    expected = [logs[0, a] + (logs[1, plus] + logs[2, plus]) / 2, logs[2, plus]]
    classes = ClassScores(network, memory, CROHME)
    found = [sum(map(classes.of, tree.nodes())) for tree in trees]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_wider_beam_finds_no_worse_reading(network):
    found = []
    for seed in range(6):
        ink = np.random.default_rng(seed).normal(size=(7, features.POINTS, 2)).cumsum(axis=1)
        memory = network.encode(features.to_unit_scale(ink))
        greedy, wide = (alone(network, decode(network, memory, CROHME, beam=beam))[0] for beam in (1, 12))
        assert wide
        if greedy:
            found.append((wide[0].score, greedy[0].score))
    assert found
    assert sum(wide >= greedy - 1e-4 for wide, greedy in found) >= len(found) - 1
