"""A network that starts from a bundle computes what the bundle's network computes."""

from __future__ import annotations

import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import BundleError
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.token_bias import symbol_logits
from crohme.expressions.vocabulary import Vocabulary, vocabulary_of
from crohme.expressions.warm_start import WarmStartError, warm_start
from crohme.ink.expression import Expression
from crohme.notation import Alphabet
from crohme.notation.tree import Node

CROHME = Vocabulary.crohme()
SMALL = {**CROHME.dimensions(), "width": 12, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "geometry": 4}


@pytest.fixture(scope="module")
def older(tmp_path_factory):
    """A bundle whose network reads three pair features less."""
    folder = tmp_path_factory.mktemp("older")
    network = bundle.build("stroke_transformer", {**SMALL, "pair_features": SMALL["pair_features"] - 3})
    weights, arguments = bundle.weights_of(network), network.config.to_dict()
    bundle.save(folder, "stroke_transformer", arguments, CROHME.tokens, weights, {}, {})
    return folder


def test_new_features_change_nothing_at_first(older):
    network = bundle.build("stroke_transformer", SMALL)
    warm_start(network, SMALL, CROHME, bundle.load(older))
    stored = bundle.load(older)
    ink = np.random.default_rng(0).normal(size=(4, SMALL["points"], 2)).astype(np.float32)
    before = NumpyTransformer(stored.weights, stored.arguments)
    after = NumpyTransformer(bundle.weights_of(network), SMALL)
    np.testing.assert_allclose(after.encode(ink).encoded, before.encode(ink).encoded, atol=1e-5)


def test_known_symbols_keep_their_weights_and_new_ones_are_added(older):
    wider = Vocabulary(Alphabet([*CROHME.alphabet, "\\nabla", "D"]))
    network = bundle.build("stroke_transformer", {**SMALL, **wider.dimensions()})
    warm_start(network, network.config.to_dict(), wider, bundle.load(older))
    before, after = bundle.load(older).weights, bundle.weights_of(network)
    for label in ("x", "\\alpha", "|"):
        for path, table, known, axis in (
            ("stroke_transformer/decoder/previous/embeddings", wider.token_index, CROHME.token_index, 0),
            ("stroke_transformer/decoder/token/kernel", wider.token_index, CROHME.token_index, 1),
            ("stroke_transformer/symbol/kernel", wider.class_index, CROHME.class_index, 1),
        ):
            kept, own = after[path].take(table[label], axis), before[path].take(known[label], axis)
            np.testing.assert_array_equal(kept, own)
    assert len(after["stroke_transformer/symbol/bias"]) == len(before["stroke_transformer/symbol/bias"]) + 2


def test_another_size_is_refused(older):
    wider = bundle.build("stroke_transformer", {**SMALL, "width": 16})
    with pytest.raises(WarmStartError, match="shape"):
        warm_start(wider, {**SMALL, "width": 16}, CROHME, bundle.load(older))


def test_a_new_class_starts_as_the_one_that_its_ink_is_taken_for(older, tmp_path):
    """Ink that the network takes for `x`, now called `\\nabla`: at first both are as probable."""
    wider = Vocabulary(Alphabet([*CROHME.alphabet, "\\nabla"]))
    before = bundle.load(older)
    # `x` and its stroke class win everywhere, whatever is written.
    weights = dict(before.weights)
    for name, number in (("decoder/token/bias", CROHME.token_index["x"]), ("symbol/bias", CROHME.class_index["x"])):
        path = f"stroke_transformer/{name}"
        weights[path] = weights[path] + np.float32(30.0) * (np.arange(len(weights[path])) == number)
    bundle.save(tmp_path, "stroke_transformer", before.arguments, CROHME.tokens, weights, {}, {})
    rng = np.random.default_rng(1)
    points = rng.normal(size=(3, SMALL["points"], 2)).astype(np.float32)
    drawn = Expression(points, tuple(Node(label, (i,)) for i, label in enumerate(("\\nabla", "+", "\\nabla"))))
    network = bundle.build("stroke_transformer", {**SMALL, **wider.dimensions()})
    warm_start(network, network.config.to_dict(), wider, bundle.load(tmp_path), [drawn])
    after = bundle.weights_of(network)
    for path, axis, numbers in (
        ("decoder/previous/embeddings", 0, wider.token_index),
        ("decoder/token/kernel", 1, wider.token_index),
        ("symbol/kernel", 1, wider.class_index),
    ):
        weight = after[f"stroke_transformer/{path}"]
        np.testing.assert_allclose(weight.take(numbers["\\nabla"], axis), weight.take(numbers["x"], axis), atol=1e-4)
    logits, truth = symbol_logits(NumpyTransformer(after, network.config.to_dict()), wider, [drawn])
    new = logits[truth == wider.token_index["\\nabla"]]
    np.testing.assert_allclose(new[:, wider.token_index["\\nabla"]], new[:, wider.token_index["x"]], atol=1e-3)


@pytest.mark.parametrize("name", ["symbol-cnn", "symbol-lstm"])
def test_a_bundle_of_single_symbols_is_refused(name):
    with pytest.raises(BundleError, match="does not read whole expressions") as refused:
        vocabulary_of(bundle.load(name))
    assert name in str(refused.value)
