"""The numpy forward pass computes what the Keras network computes."""

from __future__ import annotations

import numpy as np
import pytest

from crohme import bundle
from crohme.expressions import features
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.vocabulary import Vocabulary

CROHME = Vocabulary.crohme()
ARGUMENTS = {
    **CROHME.dimensions(),
    "width": 24,
    "heads": 3,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "geometry": 8,
}


@pytest.fixture(scope="module")
def network():
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(1)
    network = bundle.build("stroke_transformer", ARGUMENTS)
    # Fresh biases are zero and fresh norms one: random ones show a weight that is not used.
    rng = np.random.default_rng(0)
    network.set_weights([w + rng.normal(0, 0.1, w.shape) for w in network.get_weights()])
    return network


@pytest.fixture(scope="module")
def light(network):
    return NumpyTransformer(bundle.weights_of(network), ARGUMENTS)


@pytest.fixture
def inputs():
    rng = np.random.default_rng(3)
    b, n, t = 2, 5, 7
    ink = rng.normal(size=(b, n, features.POINTS, 2)).astype(np.float32).cumsum(axis=2) / 5
    mask = np.ones((b, n), np.float32)
    mask[1, 3:] = 0
    anchors = (rng.random((b, t, n)) < 0.3).astype(np.float32) * mask[:, None]
    written = (rng.random((b, t, n)) < 0.5).astype(np.float32) * mask[:, None]
    integers = {
        "previous": rng.integers(len(CROHME.tokens), size=(b, t)).astype(np.int32),
        "relations": rng.integers(7, size=(b, t)).astype(np.int32),
        "rows": rng.integers(7, size=(b, t)).astype(np.int32),
    }
    return {"ink": ink, "mask": mask, "anchors": anchors, "written": written, **integers}


def test_light_equals_keras_alone_and_padded(network, light, inputs):
    points, strokes, pairs = features.featurize(inputs["ink"])
    expected = network({**inputs, "points": points, "strokes": strokes, "pairs": pairs})
    for i, n in enumerate((5, 3)):
        memory = light.encode(inputs["ink"][i, :n])
        np.testing.assert_allclose(light.classify(memory), np.array(expected["symbol"])[i, :n], atol=2e-4)
        np.testing.assert_allclose(light.relate(memory), np.array(expected["pair"])[i, :n, :n], atol=2e-4)
        state = light.start()
        for t in range(inputs["previous"].shape[1]):
            token, pointer, state = read(light, memory, state, inputs, [i], slice(t, t + 1), n)
            np.testing.assert_allclose(token[0, 0], np.array(expected["token"])[i, t], atol=2e-4)
            np.testing.assert_allclose(pointer[0, 0], np.array(expected["pointer"])[i, t, :n], atol=2e-4)


def read(light, memory, state, inputs, hypotheses, tokens, n):
    return light.read(
        memory,
        state,
        inputs["previous"][hypotheses, tokens],
        inputs["anchors"][hypotheses, tokens, :n],
        inputs["written"][hypotheses, tokens, :n],
        inputs["relations"][hypotheses, tokens],
        inputs["rows"][hypotheses, tokens],
    )


def test_tokens_at_once_equal_tokens_one_by_one(light, inputs):
    memory = light.encode(inputs["ink"][0])
    whole = read(light, memory, light.start(2), inputs, [0, 1], slice(0, 7), 5)
    state, parts = light.start(2), []
    for part in (slice(0, 1), slice(1, 4), slice(4, 7)):
        token, pointer, state = read(light, memory, state, inputs, [0, 1], part, 5)
        parts.append((token, pointer))
    for i in (0, 1):
        np.testing.assert_allclose(np.concatenate([p[i] for p in parts], axis=1), whole[i], atol=1e-4)
    assert state.length == whole[2].length == 7


def test_hypotheses_do_not_see_each_other(light, inputs):
    memory = light.encode(inputs["ink"][0])

    def run(hypotheses):
        token, _, _ = read(light, memory, light.start(len(hypotheses)), inputs, hypotheses, slice(0, 3), 5)
        return token[:, -1]

    both = run([0, 1])
    np.testing.assert_allclose(both[:1], run([0]), atol=1e-5)
    np.testing.assert_allclose(both[1:], run([1]), atol=1e-5)
    assert np.abs(both[0] - both[1]).max() > 1e-3


def test_what_was_read_goes_on_in_several_ways(light, inputs):
    memory = light.encode(inputs["ink"][0])
    _, _, before = read(light, memory, light.start(2), inputs, [0, 1], slice(0, 3), 5)
    first, _, _ = read(light, memory, before.select([1, 1]), inputs, [0, 1], slice(3, 4), 5)
    read(light, memory, before.select([0]), inputs, [1], slice(3, 7), 5)
    again, _, _ = read(light, memory, before.select([1, 1]), inputs, [0, 1], slice(3, 4), 5)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first[0] - first[1]).max() > 1e-3


def test_expressions_of_any_length_are_encoded_together_as_alone(light, inputs):
    inks = [inputs["ink"][0], inputs["ink"][1, :1], inputs["ink"][1, :3]]
    for ink, memory in zip(inks, light.encode_many(inks), strict=True):
        np.testing.assert_allclose(memory.encoded, light.encode(ink).encoded, atol=1e-5)
