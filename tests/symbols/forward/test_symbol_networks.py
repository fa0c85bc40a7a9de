"""The numpy forward passes of the symbol networks compute what the Keras networks compute."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import Bundle, BundleError
from crohme.ink.strokes import StrokeBatch
from crohme.symbols.description import described
from crohme.symbols.forward import forward_pass
from crohme.symbols.forward.layers import ACTIVATIONS
from crohme.symbols.inputs import from_strokes
from inkml_parser import read

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample" / "test"
CNN = {"classes": 5, "size": 24, "filters": [4, 6], "dense": 7}
ARGUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "lstm": ("symbol_lstm", {"classes": 5, "units": [7, 4], "dense": 6}),
    "lstm of the usual size": ("symbol_lstm", {"classes": 101}),
    "lstm of another activation": ("symbol_lstm", {"classes": 3, "units": [5, 9], "activation": "elu"}),
    "cnn": ("symbol_cnn", CNN),
    "cnn of the usual size": ("symbol_cnn", {"classes": 101}),
    "cnn of one stage": ("symbol_cnn", {**CNN, "filters": [3]}),
    "cnn of odd pictures": ("symbol_cnn", {**CNN, "size": 45}),
    "cnn of odd stages": ("symbol_cnn", {**CNN, "size": 27, "filters": [3, 4, 5]}),
    **{f"cnn with {name}": ("symbol_cnn", {**CNN, "activation": name}) for name in ACTIVATIONS},
}


@pytest.fixture(autouse=True)
def no_keras_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("this network is to run in numpy")

    monkeypatch.setattr("crohme.symbols.forward.restore", refuse)


def random_bundle(network: str, arguments: dict[str, Any]) -> tuple[Bundle, keras.Model]:
    """A network with random weights: fresh biases are zero and fresh norms one, and would hide a weight not used."""
    keras.utils.set_random_seed(7)  # some weights make an answer that is the same for all inputs
    model = bundle.build(network, arguments)
    rng = np.random.default_rng(7)
    weights = bundle.weights_of(model)
    for path, values in weights.items():
        noise = rng.normal(0, min(0.2, (values.size / values.shape[-1]) ** -0.5), values.shape).astype(np.float32)
        weights[path] = np.abs(noise) + 0.2 if path.endswith(("gamma", "moving_variance")) else values + noise
    model.set_weights(list(weights.values()))
    labels = tuple(map(str, range(arguments["classes"])))
    return Bundle(Path("random"), network, arguments, labels, weights), model


def inputs(network: str, arguments: dict[str, Any]) -> np.ndarray:
    rng = np.random.default_rng(8)
    if network == "symbol_cnn":
        size = arguments.get("size", 48)
        return (rng.random((19, size, size)) * rng.integers(0, 256, (19, 1, 1))).astype(np.uint8)
    sequences = rng.normal(size=(19, 23, arguments.get("features", 10))).astype(np.float32)
    for symbol, length in enumerate(rng.integers(1, 23, 15)):
        sequences[symbol, length:] = 0
    sequences[15, 4:9] = 0  # padding where none belongs is passed over, too
    sequences[16, :3] = 0
    sequences[17] = 0
    return sequences


@pytest.mark.parametrize("case", list(ARGUMENTS))
def test_numpy_equals_keras_with_random_weights(case: str) -> None:
    network, arguments = ARGUMENTS[case]
    trained, model = random_bundle(network, arguments)
    x = inputs(network, arguments)
    expected = model.predict_on_batch(x)
    answer = forward_pass(trained)(x)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, expected, atol=1e-4)
    assert expected.std(axis=0).max() > 20 * np.abs(answer - expected).max()  # the answers tell the inputs apart


@pytest.mark.parametrize("name", ["symbol-lstm", "symbol-cnn"])
def test_the_shipped_ones_equal_keras_on_the_symbols_of_the_sample(name: str) -> None:
    trained = bundle.load(name)
    inks = [read(file) for file in sorted(SAMPLE.glob("*.inkml"))[::3]]
    strokes = StrokeBatch.from_symbols([[ink.strokes[i] for i in s.strokes] for ink in inks for s in ink.symbols])
    assert len(strokes) > 100
    x = from_strokes(trained.network, trained.arguments)(strokes)
    np.testing.assert_allclose(forward_pass(trained)(x), bundle.restore(trained).predict_on_batch(x), atol=1e-4)


@pytest.mark.parametrize("case", ["lstm", "cnn"])
def test_alone_as_among_others(case: str) -> None:
    network, arguments = ARGUMENTS[case]
    answer, x = forward_pass(random_bundle(network, arguments)[0]), inputs(network, arguments)
    together = answer(x)
    np.testing.assert_allclose(together, np.concatenate([answer(x[i : i + 1]) for i in range(len(x))]), atol=1e-6)
    assert answer(x[:0]).shape == (0, arguments["classes"])


@pytest.mark.parametrize("network", ["symbol_lstm", "symbol_cnn"])
def test_arguments_and_defaults_are_those_of_the_keras_network(network: str) -> None:
    known = described(network)
    ours, theirs = (inspect.signature(f).parameters.values() for f in (known.twin, known.build))
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


@pytest.mark.parametrize("case", ["lstm", "cnn"])
def test_weights_of_another_network_are_refused(case: str) -> None:
    trained, _ = random_bundle(*ARGUMENTS[case])
    path = next(iter(trained.weights))
    less = {name: w for name, w in trained.weights.items() if name != path}
    for weights in (
        less,
        trained.weights | {path: trained.weights[path][..., 1:]},
        trained.weights | {"more": np.zeros(1)},
    ):
        with pytest.raises(BundleError, match="does not fit"):
            forward_pass(replace(trained, weights=weights))
    for arguments in ({"wings": 2}, {"classes": None}, {"filters": 3, "units": 3}):
        with pytest.raises(BundleError, match="cannot be built|does not fit"):
            forward_pass(replace(trained, arguments={**trained.arguments, **arguments}))
