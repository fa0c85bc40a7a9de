"""Targets say what the tree says, and batches hold what they were made of."""

from __future__ import annotations

import numpy as np
import pytest

from crohme.datasets.location import sample_folder
from crohme.expressions.batches import chunk, collate, fits, stream, training_pools
from crohme.expressions.buckets import BUCKETS, Bucket
from crohme.expressions.corpus import load
from crohme.expressions.features import to_unit_scale
from crohme.expressions.recipe import Recipe, sample
from crohme.expressions.targets import encode
from crohme.expressions.vocabulary import PAIR_INDEX, SAME_SYMBOL, Vocabulary
from crohme.ink.expression import all_nodes
from crohme.notation import Alphabet, to_latex
from crohme.notation.edges import edges_of
from crohme.notation.tree import Relation
from tests.part_of_sample import copy_of_sample

CROHME = Vocabulary.crohme()


@pytest.fixture(scope="module")
def expressions():
    return load(sample_folder() / "train", progress=False).expressions


@pytest.fixture(scope="module")
def some(tmp_path_factory):
    """Half of the sample: tracing all of it takes longer than the tests."""
    every_other = slice(None, None, 2)
    return copy_of_sample(tmp_path_factory.mktemp("some"), train=every_other, test=every_other)


@pytest.fixture(scope="module")
def pools(some):
    return training_pools(some)


def test_traced_ink_is_drawn_as_often_as_the_recipe_says(pools):
    real = {"composed": 0.0, "swapped": 0.0, "part": 0.0, "primed": 0.0, "lifted": 0.0}
    for traced, pool in ((0.0, pools.written), (1.0, pools.traced)):
        counts = {len(e.points) for e in pool.expressions}
        labels = {tuple(to_latex(e.tree)) for e in pool.expressions}
        rng = np.random.default_rng(0)
        for _ in range(30):
            drawn = sample(pools, Recipe(traced=traced, **real), rng)
            assert len(drawn.points) in counts and tuple(to_latex(drawn.tree)) in labels
    written = np.mean([len(e.points) for e in pools.written.expressions])
    assert np.mean([len(e.points) for e in pools.traced.expressions]) != written


def test_tokens_anchors_and_pointers_follow_the_tree(expressions):
    for expression in expressions[:60]:
        targets = encode(expression, CROHME)
        assert [CROHME.tokens[i] for i in targets.tokens] == [*to_latex(expression.tree), "<end>"]
        assert targets.previous.tolist()[1:] == targets.tokens.tolist()[:-1]
        pointed = [set(np.flatnonzero(row)) for row in targets.pointed if row.any()]
        assert sorted(map(sorted, pointed)) == sorted(sorted(n.strokes) for n in all_nodes(expression.row))
        assert (targets.written[-1] == targets.pointed.any(axis=0)).all()
        assert not (targets.written & targets.pointed).any()
        assert not targets.anchors[0].any()
        assert (targets.anchors <= targets.written).all()


def test_pairs_are_the_edges_of_the_tree(expressions):
    for expression in expressions[:60]:
        targets = encode(expression, CROHME)
        nodes = list(expression.tree.nodes())
        expected = np.zeros_like(targets.pairs)
        for node in nodes:
            expected[np.ix_(node.strokes, node.strokes)] = SAME_SYMBOL
        for parent, child, relation in edges_of(expression.tree):
            expected[np.ix_(nodes[parent].strokes, nodes[child].strokes)] = PAIR_INDEX[Relation(relation)]
        assert (targets.pairs == expected).all()


def test_backward_targets_write_the_same_symbols_from_the_right(expressions):
    expression = next(e for e in expressions if len(e.row) > 3 and not any(n.rows for n in e.row))
    forward, backward = encode(expression, CROHME), encode(expression, CROHME, backward=True)
    assert backward.tokens[:-1].tolist() == forward.tokens[:-1].tolist()[::-1]
    assert (backward.pointed[:-1] == forward.pointed[:-1][::-1]).all()


def test_padding_carries_no_weight(expressions):
    items = [(e, encode(e, CROHME)) for e in expressions[:3]]
    bucket = Bucket(80, 160, 4)
    batch = collate(items, bucket, 4)
    for i, (expression, targets) in enumerate(items):
        n, t = len(expression.points), len(targets.tokens)
        assert batch.inputs["mask"][i].sum() == n
        assert batch.weights["token"][i].sum() == t
        assert not batch.weights["token"][i, t:].any()
        assert not batch.weights["pair"][i, n:].any() and not batch.weights["pair"][i, :, n:].any()
        assert batch.weights["pointer"][i].sum() == len(list(all_nodes(expression.row)))
        np.testing.assert_allclose(batch.targets["pointer"][i].sum(axis=-1), batch.weights["pointer"][i], atol=1e-6)
    assert not any(weight[3].any() for weight in batch.weights.values())


def test_chunks_are_reproducible_and_full(pools):
    first, again, other = (chunk(pools, Recipe(), CROHME, 7, number, 400) for number in (0, 0, 1))
    assert len(first) == len(again) > 0
    for a, b in zip(first, again, strict=True):
        for name in a.inputs:
            np.testing.assert_array_equal(a.inputs[name], b.inputs[name])
    assert any(
        a.inputs["ink"].shape != b.inputs["ink"].shape or (a.inputs["ink"] != b.inputs["ink"]).any()
        for a, b in zip(first, other, strict=False)
    )
    shapes = {(b.size, b.strokes) for b in BUCKETS}
    for batch in first:
        assert batch.inputs["mask"].shape in shapes
        assert (batch.inputs["mask"].sum(axis=1) > 0).all()
        assert batch.inputs["ink"].dtype == np.float32 and np.isfinite(batch.inputs["ink"]).all()


def test_fits(expressions):
    targets = encode(expressions[0], CROHME)
    n, t = targets.anchors.shape[1], len(targets.tokens)
    assert fits(targets, Bucket(n, t, 1))
    assert not fits(targets, Bucket(n - 1, t, 1))
    assert not fits(targets, Bucket(n, t - 1, 1))


def test_unit_scale_ignores_place_and_size(expressions):
    points = expressions[0].points.astype(np.float64)
    np.testing.assert_allclose(to_unit_scale(points * 37.0 + [1e4, -5e3]), to_unit_scale(points), atol=1e-3)


def test_without_typesetting_a_recipe_makes_what_it_always_made(pools):
    one, other = (sample(p, Recipe(), np.random.default_rng(3)) for p in (pools, pools._replace(texts=object())))
    assert np.array_equal(one.points, other.points)


def test_own_latex_is_typeset_as_often_as_the_recipe_says(pools):
    own = {tuple(to_latex(e.tree)) for e in pools.written.expressions}
    recipe = Recipe(typeset_own=1.0, composed=1.0, primed=0.0, lifted=0.0, one_hand=0.5)
    drawn = [sample(pools, recipe, np.random.default_rng(seed)) for seed in range(30)]
    assert np.mean([tuple(to_latex(e.tree)) in own for e in drawn]) > 0.9  # one may be too long
    assert all(np.isfinite(e.points).all() and len(e.points) <= BUCKETS[-1].strokes for e in drawn)


def test_grids_are_typeset_as_often_as_the_recipe_asks_for_them(pools):
    rng, recipe = np.random.default_rng(0), Recipe(grids=0.5, one_hand=0.0)
    trees = [sample(pools, recipe, rng).tree for _ in range(60)]
    assert 12 < sum(any(node.is_grid for node in tree.row) for tree in trees) < 45


def test_texts_are_typeset_as_often_as_the_recipe_says(pools, tmp_path):
    from crohme.augment.texts import read_texts, strokes_of

    path = tmp_path / "texts.txt"
    path.write_text("x ^ { 2 } + x = 1 1 1 1\n", encoding="utf-8")
    texts, _ = read_texts([path], strokes_of(pools.written), Alphabet.crohme())
    rng, recipe = np.random.default_rng(0), Recipe(typeset=0.5, primed=0.0, texts=str(path))
    drawn = [to_latex(sample(pools._replace(texts=texts), recipe, rng).tree) for _ in range(80)]
    assert 25 < drawn.count("x ^ { 2 } + x = 1 1 1 1".split()) < 55


def test_a_stream_reads_its_texts(some, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("1 1 1 1 1\n", encoding="utf-8")
    recipe = Recipe(typeset=1.0, texts=str(path), primed=0.0, lifted=0.0)
    _, batches = next(stream(some, recipe, CROHME, seed=0, first=0, workers=0, size=160))
    one = CROHME.class_index["1"]
    ones = [one in b.targets["symbol"] and (b.weights["token"].sum(axis=1) == 6).all() for b in batches]
    assert batches and all(ones)
    with pytest.raises(OSError, match="missing"):
        recipe = Recipe(typeset=1.0, texts="missing")
        next(stream(some, recipe, CROHME, seed=0, first=0, workers=0))
