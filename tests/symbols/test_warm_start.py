"""A network of symbols that starts from a bundle knows what the bundle knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.symbols.settings import DEFAULTS
from crohme.symbols.warm_start import fitting, warm_start
from crohme.training.warm_start import WarmStartError

ARGUMENTS = {
    "symbol_lstm": {"units": [6, 4], "dense": 5},
    "symbol_cnn": {"size": 16, "filters": [4], "dense": 5},
    "alexnet": {"size": 32, "filters": [4, 4, 4, 4, 4], "dense": [5]},
}
CLASSES, WIDER = ("a", "c", "x"), ("a", "b", "c", "d", "x")


def saved(network: str, folder: Path) -> bundle.Bundle:
    keras.utils.set_random_seed(1)
    arguments = {**ARGUMENTS[network], "classes": len(CLASSES)}
    weights = bundle.weights_of(bundle.build(network, arguments))
    weights["probabilities/bias"] = np.array([1.0, 2.0, 3.0])
    return bundle.save(folder, network, arguments, CLASSES, weights, {})


@pytest.mark.parametrize("network", ARGUMENTS)
def test_known_classes_are_told_apart_as_before_and_new_ones_are_added(network: str, tmp_path: Path) -> None:
    trained = saved(network, tmp_path)
    keras.utils.set_random_seed(2)
    arguments = {**ARGUMENTS[network], "classes": len(WIDER)}
    model = bundle.build(network, arguments)
    warm_start(model, network, arguments, WIDER, tmp_path)
    started = bundle.weights_of(model)
    known, new = [0, 2, 4], [1, 3]
    np.testing.assert_array_equal(started["probabilities/bias"][known], [1, 2, 3])
    mean = trained.weights["probabilities/kernel"].mean(axis=1)
    np.testing.assert_allclose(started["probabilities/kernel"][:, new], np.stack([mean, mean], axis=1), atol=1e-6)
    np.testing.assert_array_equal(started["probabilities/bias"][new], [1, 1])
    shape = (3, 7, 10) if network == "symbol_lstm" else (3, ARGUMENTS[network]["size"], ARGUMENTS[network]["size"])
    inputs = np.random.default_rng(3).uniform(0, 200, shape).astype(np.float32)
    before, after = (m.predict_on_batch(inputs) for m in (bundle.restore(trained), model))
    among_known = after[:, known] / after[:, known].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(among_known, before, atol=1e-4)


def test_settings_take_from_the_bundle_what_they_do_not_say(tmp_path: Path) -> None:
    trained = saved("symbol_cnn", tmp_path)
    settings = fitting(replace(DEFAULTS["cnn"], arguments={"dropout": 0.5}), trained)
    assert settings.arguments == {"size": 16, "filters": [4], "dense": 5, "dropout": 0.5}


def test_another_network_size_or_task_is_refused_by_name(tmp_path: Path) -> None:
    trained = saved("symbol_cnn", tmp_path)
    for settings, cause in (
        (DEFAULTS["lstm"], "is of the network cnn, not lstm"),
        (replace(DEFAULTS["cnn"], arguments={"size": 48}), "its network has size 16, not 48"),
        (replace(DEFAULTS["cnn"], arguments={"filters": [4, 4]}), r"its network has filters \[4\], not \[4, 4\]"),
    ):
        with pytest.raises(WarmStartError, match=f"{tmp_path}: {cause}"):
            fitting(settings, trained)
    with pytest.raises(WarmStartError, match="stroke_transformer does not read isolated symbols"):
        fitting(DEFAULTS["cnn"], bundle.load("expressions"))
