"""A network with another encoder, in one file beside those that there are, is trained and reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import network as registry
from crohme.bundle.kinds import Table
from crohme.bundle.network import Reads, Weights, dense
from crohme.expressions import features
from crohme.expressions.batches import collate
from crohme.expressions.buckets import Bucket
from crohme.expressions.description import ExpressionArchitecture, networks
from crohme.expressions.forward import NumpyTransformer
from crohme.expressions.layers import silu
from crohme.expressions.networks import stroke_transformer
from crohme.expressions.recipe import Recipe
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.run_settings import Settings, architecture
from crohme.expressions.settings import CALIBRATION, DECODING, PREPROCESSING, Decoding
from crohme.expressions.targets import encode
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.expression import Expression
from crohme.notation import Alphabet, Node, Relation
from crohme.training.experiment import ExperimentError
from crohme.training.warm_start import WarmStartError
from crohme.types import Float32Array

NAME = "places_alone"
CROHME = Vocabulary.crohme()


def _encoder(a: Table) -> Weights:
    yield from dense("place", a["stroke_features"], a["width"])
    yield from dense("geometry", a["pair_features"], a["geometry"])


def _weights(a: Table) -> Weights:
    for name, shape in _encoder(a):
        yield f"{NAME}/encoder/{name}", shape
    for name, shape in stroke_transformer.after_encoder(a):
        yield f"{NAME}/{name}", shape


def _build(**arguments: Any) -> Any:
    import keras

    from crohme.expressions.network import StrokeTransformer, with_weights
    from crohme.expressions.network_config import StrokeTransformerConfig

    class PlacesAlone(keras.layers.Layer):
        def __init__(self, config: StrokeTransformerConfig, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.place = keras.layers.Dense(config.width, activation="silu", name="place")
            self.geometry = keras.layers.Dense(config.geometry, activation="silu", name="geometry")

        def call(self, inputs: Any, training: bool = False) -> Any:
            return self.place(inputs["strokes"]), self.geometry(inputs["pairs"])

    return with_weights(StrokeTransformer(StrokeTransformerConfig(**arguments), PlacesAlone, NAME))


class _Numpy(NumpyTransformer):
    def _encode(
        self, points: Float32Array, strokes: Float32Array, pairs: Float32Array, sizes: Sequence[int]
    ) -> tuple[Float32Array, Float32Array]:
        return silu(self._dense(strokes, "encoder/place")), silu(self._dense(pairs, "encoder/geometry"))


TAKEN = {k: v for k, v in stroke_transformer.NETWORK.arguments.items() if k != "encoder_layers"}
NETWORK = ExpressionArchitecture(
    NAME, Reads.EXPRESSIONS, _build, _weights, TAKEN, outputs="tokens", preprocessing=PREPROCESSING,
    decoding=DECODING, calibration=CALIBRATION, forward=_Numpy,
    sizes={"tiny": {"width": 12, "heads": 2, "decoder_layers": 1, "geometry": 4}},
)  # fmt: skip
SETTINGS = Settings(network=NAME, size="tiny", warmup_steps=2)
X_SQUARED = Expression(
    np.random.default_rng(2).normal(size=(3, features.POINTS, 2)).astype(np.float32).cumsum(axis=1),
    (Node("x", (0, 1), {Relation.SUP: (Node("2", (2,)),)}),),
)


@pytest.fixture(autouse=True)
def its_file(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a file in `crohme/expressions/networks` does."""
    module = ModuleType(f"crohme.expressions.networks.{NAME}")
    module.NETWORK = NETWORK  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(registry.names(), NAME, module.__name__)
    networks.cache_clear()
    yield
    networks.cache_clear()
    registry.find.cache_clear()


@pytest.mark.usefixtures("few_steps")
def test_it_is_trained_and_its_bundle_reads_and_is_started_from(tmp_path: Any) -> None:
    from crohme.expressions.run import Run

    run = Run(tmp_path / "run", SETTINGS, Recipe(), CROHME)
    run.begin()
    run.start_cycle(8, "samples")
    before = bundle.weights_of(run.model.network)
    assert bundle.find(NAME).shapes(run.arguments) == {name: weight.shape for name, weight in before.items()}
    batch = collate([(X_SQUARED, encode(X_SQUARED, CROHME))] * 2, Bucket(4, 8, 2))
    assert np.isfinite(run.step(batch)["loss"])
    run.write_bundle(tmp_path / "bundle", {})
    trained = bundle.load(tmp_path / "bundle")
    assert trained.network == NAME and "encoder_layers" not in trained.arguments
    recognizer = Recognizer(trained, Decoding(least_confidence=0.0))
    assert isinstance(recognizer.network, _Numpy)
    wider = Run(tmp_path / "wider", SETTINGS, Recipe(), Vocabulary(Alphabet([*Alphabet.crohme(), "\\nabla"])))
    wider.start_from(tmp_path / "bundle", [Expression(X_SQUARED.points, (Node("\\nabla", (0, 1, 2)),))])
    after = bundle.weights_of(wider.model.network)
    for name in (f"{NAME}/encoder/place/kernel", f"{NAME}/decoder/anchor/kernel"):
        np.testing.assert_allclose(after[name], trained.weights[name], atol=1e-3)
    with pytest.raises(WarmStartError, match=f"its network is stroke_transformer, not {NAME}"):
        wider.start_from("expressions")


def test_numpy_computes_what_keras_computes() -> None:
    arguments = NETWORK.complete({**CROHME.dimensions(), **NETWORK.sizes["tiny"]})
    network = bundle.build(NAME, arguments)
    ink = X_SQUARED.points[None]
    points, strokes, pairs = features.featurize(ink)
    encoded, geometry = network.encoder({"points": points, "strokes": strokes, "pairs": pairs})
    memory = NETWORK.forward(bundle.weights_of(network), arguments, None).encode(ink[0])
    np.testing.assert_allclose(memory.encoded, np.array(encoded)[0], atol=1e-4)
    np.testing.assert_allclose(memory.geometry, np.array(geometry)[0], atol=1e-4)


def test_a_network_or_a_size_that_there_is_not_is_named() -> None:
    with pytest.raises(ExperimentError, match=f"'lstm', which is not one of stroke_transformer, {NAME}"):
        architecture(Settings(network="lstm"))
    with pytest.raises(ExperimentError, match="settings.size is 'small', which is not one of tiny"):
        architecture(Settings(network=NAME))
