"""The same contract for all networks of isolated symbols."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.ink.strokes import StrokeBatch
from crohme.symbols.inputs import from_strokes

CLASSES = 7
# Narrow where that can be asked for: the tests write and read all the weights.
ARGUMENTS = {
    "symbol_lstm": {"classes": CLASSES},
    "symbol_cnn": {"classes": CLASSES},
    "alexnet": {"classes": CLASSES, "size": 45, "filters": [8, 16, 16, 16, 8], "dense": [32, 32]},
    "vgg19": {"classes": CLASSES, "size": 32, "dense": [32]},
    "mobilenet": {"classes": CLASSES, "size": 33, "dense": [32]},
}
NETWORKS = list(ARGUMENTS)


@pytest.fixture(scope="module")
def models(ink: StrokeBatch) -> dict[str, keras.Model]:
    """Untrained networks; where they are deep, amplified at each layer, or they would answer all ink alike."""
    keras.utils.set_random_seed(3)
    built = {name: bundle.build(name, arguments) for name, arguments in ARGUMENTS.items()}
    for weight in built["mobilenet"].weights:
        if weight.path.endswith("gamma"):
            weight.assign(np.full(weight.shape, 3.0))
    return built


@pytest.fixture(scope="module")
def ink() -> StrokeBatch:
    rng = np.random.default_rng(5)
    symbols = [[rng.normal(size=(8, 2)).cumsum(axis=0) for _ in range(1 + i % 3)] for i in range(6)]
    return StrokeBatch.from_symbols([*symbols, [rng.normal(size=(3, 2)) for _ in range(25)]])


@pytest.mark.parametrize("name", NETWORKS)
def test_answers_are_probabilities(name: str, models: dict[str, keras.Model], ink: StrokeBatch) -> None:
    answer = models[name].predict_on_batch(from_strokes(name, ARGUMENTS[name])(ink))
    assert answer.shape == (7, CLASSES) and answer.dtype == np.float32
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)
    assert np.abs(answer - answer[0]).max() > 1e-4  # they depend on the ink


@pytest.mark.parametrize("name", NETWORKS)
def test_alone_as_in_a_padded_batch(name: str, models: dict[str, keras.Model], ink: StrokeBatch) -> None:
    together = models[name].predict_on_batch(from_strokes(name, ARGUMENTS[name])(ink))
    for i in range(len(ink)):
        alone = models[name].predict_on_batch(from_strokes(name, ARGUMENTS[name])(ink.take([i])))
        np.testing.assert_allclose(alone[0], together[i], atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_saved_and_loaded_it_answers_the_same(
    name: str, models: dict[str, keras.Model], ink: StrokeBatch, tmp_path: Path
) -> None:
    labels = tuple("abcdefg")
    bundle.save(tmp_path / name, name, ARGUMENTS[name], labels, bundle.weights_of(models[name]), {})
    loaded = bundle.load(tmp_path / name)
    assert loaded.vocabulary == labels
    inputs = from_strokes(name, ARGUMENTS[name])(ink)
    again = bundle.restore(loaded).predict_on_batch(inputs)
    np.testing.assert_allclose(again, models[name].predict_on_batch(inputs), atol=2e-3)  # half precision


@pytest.mark.parametrize("name", NETWORKS)
def test_the_keras_configuration_round_trips(name: str, models: dict[str, keras.Model], ink: StrokeBatch) -> None:
    rebuilt = keras.Model.from_config(json.loads(json.dumps(models[name].get_config())))
    rebuilt.set_weights(models[name].get_weights())
    inputs = from_strokes(name, ARGUMENTS[name])(ink)
    np.testing.assert_allclose(rebuilt.predict_on_batch(inputs), models[name].predict_on_batch(inputs), atol=1e-6)


def test_the_lstm_is_the_one_that_was_asked_for(models: dict[str, keras.Model]) -> None:
    layers = [(type(layer).__name__, layer.get_config()) for layer in models["symbol_lstm"].layers]
    assert [name for name, _ in layers] == [
        "InputLayer", "Masking", "LSTM", "Dropout", "LSTM", "Dropout", "Dense", "Dense"
    ]  # fmt: skip
    configs = [config for _, config in layers]
    assert [(configs[i]["units"], configs[i].get("return_sequences")) for i in (2, 4)] == [(128, True), (64, False)]
    assert [configs[i]["rate"] for i in (3, 5)] == [0.2, 0.2]
    assert [(configs[i]["units"], configs[i]["activation"]) for i in (6, 7)] == [(64, "relu"), (CLASSES, "softmax")]


def test_the_cnn_is_three_stages_and_small(models: dict[str, keras.Model]) -> None:
    kinds = [type(layer).__name__ for layer in models["symbol_cnn"].layers]
    assert kinds.count("MaxPooling2D") == 3 and kinds.count("Conv2D") == 6
    assert models["symbol_cnn"].count_params() * 2 < 4_000_000


@pytest.mark.parametrize("name", NETWORKS)
def test_the_activation_is_an_argument(name: str, models: dict[str, keras.Model], ink: StrokeBatch) -> None:
    other = bundle.build(name, ARGUMENTS[name] | {"activation": "elu"})
    other.set_weights(models[name].get_weights())
    inputs = from_strokes(name, ARGUMENTS[name])(ink)
    assert np.abs(other.predict_on_batch(inputs) - models[name].predict_on_batch(inputs)).max() > 1e-4
    with pytest.raises(bundle.BundleError, match="cannot be built"):
        bundle.build(name, ARGUMENTS[name] | {"activation": "no such"})


@pytest.mark.parametrize("name", ["symbol_cnn", "alexnet", "vgg19", "mobilenet"])
def test_other_sizes_and_widths(name: str, ink: StrokeBatch) -> None:
    arguments = {"classes": 3, "size": 64, **({"dense": (20,)} if name != "symbol_cnn" else {"filters": (4, 4)})}
    network = bundle.build(name, arguments)
    assert network.input_shape == (None, 64, 64)
    assert network.predict_on_batch(from_strokes(name, arguments)(ink)).shape == (7, 3)


def test_the_wellknown_ones_have_the_layers_they_are_known_for() -> None:
    alexnet = bundle.build("alexnet", {"classes": 19, "size": 224})
    kernels = [tuple(weight.shape) for weight in alexnet.weights if weight.path.endswith("conv/kernel")]
    assert kernels == [(11, 11, 1, 96), (5, 5, 96, 256), (3, 3, 256, 384), (3, 3, 384, 384), (3, 3, 384, 256)]
    assert alexnet.get_layer("dense_1").kernel.shape == (7 * 7 * 256, 4096)
    convolutions = [layer for layer in bundle.build("vgg19", {"classes": 19, "size": 32}).get_layer("backbone").layers
                    if isinstance(layer, keras.layers.Conv2D)]  # fmt: skip
    assert len(convolutions) == 16 and convolutions[-1].filters == 512
