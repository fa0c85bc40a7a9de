"""Networks that start from given weights: frozen first, thawed then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from crohme import bundle
from crohme.symbols.pretrained import WeightsError
from tests.symbols.small import train


@pytest.fixture
def small_mobilenet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backbone of one convolution in place of MobileNet's fifty, which take a minute to compile."""

    real = keras.applications.MobileNetV3Small

    def backbone(
        input_shape: tuple[int, int, int], name: str = "backbone", weights: str | None = None, **options: Any
    ) -> keras.Model:
        if weights is not None:
            return real(input_shape=input_shape, weights=weights, **options)
        inputs = keras.Input(input_shape)
        x = keras.layers.Conv2D(576, 8, strides=8, name="conv")(inputs)  # as many as its last
        return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x), name=name)

    def shapes(network: bundle.Network, arguments: dict[str, Any]) -> dict[str, tuple[int, ...]]:
        return {weight.path: tuple(weight.shape) for weight in bundle.build(network.name, arguments).weights}

    monkeypatch.setattr(keras.applications, "MobileNetV3Small", backbone)
    monkeypatch.setattr(bundle.Network, "shapes", shapes)  # the table of weights has the fifty


def rising(shape: tuple[int, ...]) -> np.ndarray:
    return np.linspace(0.01, 0.02, int(np.prod(shape))).reshape(shape)


def backbone_file(folder: Path) -> Path:
    """A file of weights as Keras has them for ImageNet, but each of them rises from 0.01 to 0.02."""
    backbone = bundle.build("mobilenet", {"classes": 4, "size": 32, "dense": [8]}).get_layer("backbone")
    backbone.set_weights([rising(weight.shape) for weight in backbone.weights])
    backbone.save_weights(folder / "given.weights.h5")
    return folder / "given.weights.h5"


@pytest.mark.usefixtures("small_mobilenet")
def test_given_weights_are_frozen_first_and_thawed_then(images: Path, tmp_path: Path) -> None:
    file, out = backbone_file(tmp_path), tmp_path / "run"
    arguments = {"size": 32, "dense": [8]}
    frozen = bundle.load(train("mobilenet", images, 1, out=out, arguments=arguments, weights=str(file))).weights
    given = rising(frozen["conv/kernel"].shape)
    np.testing.assert_allclose(frozen["conv/kernel"], given, atol=2e-5)
    assert np.ptp(frozen["dense_1/kernel"]) > 0.1
    loaded = bundle.load(train("mobilenet", images, 2, out=tmp_path / "thawed", arguments=arguments, weights=str(file)))
    assert np.abs(loaded.weights["conv/kernel"] - given).max() > 1e-4
    assert loaded.training["weights"] == "given.weights.h5"


@pytest.mark.usefixtures("small_mobilenet")
def test_weights_that_are_not_to_be_had(images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise Exception("URL fetch failure on https://storage.googleapis.com/…: None -- Name or service not known")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", no_network)
    small, out = {"size": 32, "dense": [8]}, tmp_path / "run"
    (tmp_path / "text.h5").write_text("no weights")
    for network, weights, cause in (
        ("mobilenet", "imagenet", "could not be fetched .*Name or service not known.*--weights FILE.*--weights none"),
        ("mobilenet", str(tmp_path / "text.h5"), "text.h5: does not hold the weights"),
        ("mobilenet", "missing.h5", "missing.h5: no such file"),
        ("alexnet", "imagenet", "alexnet has no weights of ImageNet; mobilenet and vgg19 have"),
    ):
        with pytest.raises(WeightsError, match=cause):
            train(network, images, 1, out=out, arguments=small, weights=weights)
    assert not (out / "bundle").exists()


def test_weights_that_cannot_be_are_refused_before_the_data_are_read(tmp_path: Path) -> None:
    for network, weights, cause in (("cnn", "imagenet", "^cnn has no weights"), ("vgg19", "no.h5", "no such file")):
        with pytest.raises(WeightsError, match=cause):
            train(network, tmp_path / "no data", 1, out=tmp_path / "run", weights=weights)
