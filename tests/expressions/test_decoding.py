"""Beam search always gives well-formed readings whose symbols share no stroke."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.expressions import features
from crohme.expressions.decoding import decode, rescore, symbol_scores
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.settings import Decoding
from crohme.expressions.vocabulary import Vocabulary
from crohme.notation import Alphabet, SymbolTree, from_latex, to_latex
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


def _shapes(arguments=ARGUMENTS):
    pytest.importorskip("keras")
    from crohme import bundle

    return {w.path: tuple(w.shape) for w in bundle.build("stroke_transformer", arguments).weights}


@pytest.fixture(scope="module")
def network_of_grids():
    rng = np.random.default_rng(5)
    arguments = ARGUMENTS | WHOLE.dimensions()
    return NumpyTransformer({path: rng.normal(0, 0.25, shape) for path, shape in _shapes(arguments).items()}, arguments)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("strokes", [1, 2, 3, 9])
@pytest.mark.parametrize("beam", [1, 5])
def test_readings_are_well_formed(network, strokes, beam, backward):
    for seed in range(8):
        ink = np.random.default_rng(seed).normal(size=(strokes, features.POINTS, 2)).cumsum(axis=1)
        memory = network.encode(features.to_unit_scale(ink))
        candidates = decode(network, memory, CROHME, beam=beam, backward=backward)
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
    candidates = decode(network, memory, CROHME, beam=4, backward=backward)
    assert candidates
    again = rescore(network, memory, CROHME, [candidate.tree for candidate in candidates], backward=backward)
    np.testing.assert_allclose(again, [candidate.score for candidate in candidates], rtol=1e-4)


def _grids(candidates):
    return [node for c in candidates for node in c.tree.row if node.is_grid]


@pytest.mark.parametrize("backward", [False, True])
def test_lines_of_a_grid_have_as_many_cells_as_the_first_where_others_cost(network_of_grids, backward):
    uneven = []
    for constants in (Decoding(uneven_line=0.0), Decoding(uneven_line=1000.0)):
        found = []
        for seed in range(6):
            ink = np.random.default_rng(seed).normal(size=(9, features.POINTS, 2)).cumsum(axis=1)
            memory = network_of_grids.encode(features.to_unit_scale(ink))
            search = {"backward": backward, "constants": constants}
            candidates = decode(network_of_grids, memory, WHOLE, beam=6, **search)
            again = rescore(network_of_grids, memory, WHOLE, [c.tree for c in candidates], **search)
            np.testing.assert_allclose(again, [c.score for c in candidates], rtol=1e-4)
            found += _grids(candidates)
        assert found
        uneven.append(sum(len({len(line) for line in grid.cells}) > 1 for grid in found))
    assert uneven[0] > 0
    assert uneven[1] == 0


def test_looks_are_the_classes_of_the_strokes(network):
    ink = np.random.default_rng(2).normal(size=(3, features.POINTS, 2)).cumsum(axis=1)
    memory = network.encode(features.to_unit_scale(ink))
    logits = network.classify(memory)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    a, plus = CROHME.class_index["a"], CROHME.class_index["+"]
    trees = [SymbolTree((Node("a", (0,)), Node("+", (1, 2)))), SymbolTree((Node("+", (2,)),))]
    expected = [logs[0, a] + (logs[1, plus] + logs[2, plus]) / 2, logs[2, plus]]
    np.testing.assert_allclose(symbol_scores(network, memory, CROHME, trees), expected, rtol=1e-5)


def test_a_wider_beam_finds_no_worse_reading(network):
    found = []
    for seed in range(6):
        ink = np.random.default_rng(seed).normal(size=(7, features.POINTS, 2)).cumsum(axis=1)
        memory = network.encode(features.to_unit_scale(ink))
        greedy, wide = (decode(network, memory, CROHME, beam=beam) for beam in (1, 12))
        assert wide
        if greedy:
            found.append((wide[0].score, greedy[0].score))
    assert found
    assert sum(wide >= greedy - 1e-4 for wide, greedy in found) >= len(found) - 1
