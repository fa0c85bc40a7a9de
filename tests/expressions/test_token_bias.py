"""A token that a network names too seldom gains; what there is no evidence for stays."""

from __future__ import annotations

import numpy as np
import pytest

import crohme
from crohme.datasets.location import sample_folder
from crohme.expressions.corpus import load
from crohme.expressions.token_bias import fit, symbol_logits
from crohme.expressions.vocabulary import Vocabulary

CROHME = Vocabulary.crohme()
SMALL, CAPITAL = CROHME.token_index["x"], CROHME.token_index["X"]


def undecided(capitals: int, of: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits that take x and X for equally probable, where some are capitals."""
    logits = np.full((of, len(CROHME.tokens)), -30.0)
    logits[:, [SMALL, CAPITAL]] = 0
    return logits, np.array([CAPITAL] * capitals + [SMALL] * (of - capitals))


def test_the_odds_become_those_of_the_truth():
    added = fit(*undecided(100, of=1000), strength=1e-3)
    assert added[SMALL] - added[CAPITAL] == pytest.approx(np.log(9), abs=0.01)
    others = [i for i in range(len(CROHME.tokens)) if i not in (SMALL, CAPITAL)]
    assert not added[others].any()


def test_little_evidence_adds_little():
    few, many = fit(*undecided(1, of=10), strength=3.0), fit(*undecided(100, of=1000), strength=3.0)
    assert 0 < few[SMALL] - few[CAPITAL] < many[SMALL] - many[CAPITAL] < np.log(9)


def test_logits_are_of_every_symbol_in_both_directions(expression_bundle):
    expressions = load(sample_folder() / "test", progress=False).expressions[:5]
    logits, truth = symbol_logits(crohme.load(expression_bundle).network, CROHME, expressions)
    count = sum(len(list(expression.tree.nodes())) for expression in expressions)
    assert logits.shape == (2 * count, len(CROHME.tokens)) and np.isfinite(logits).all()
    assert sorted(truth[: len(list(expressions[0].tree.nodes()))]) == sorted(
        CROHME.token_index[r"\frac" if node.is_fraction else node.label] for node in expressions[0].tree.nodes()
    )
