"""The description of the networks' weights is that of the networks, and arguments that make none are refused."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from crohme import bundle
from crohme.bundle.kinds import ACTIVATIONS, TableError
from crohme.bundle.network import names
from crohme.expressions.network_config import StrokeTransformerConfig
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.sequences import FEATURES

NETWORKS = sorted(names())
DIMENSIONS = Vocabulary.crohme().dimensions()

SMALL: list[tuple[str, dict[str, Any]]] = [
    ("symbol_lstm", {"classes": 3}),
    ("symbol_lstm", {"classes": 4, "units": [6, 7], "dense": 5, "activation": "gelu", "dropout": 0}),
    ("symbol_cnn", {"classes": 3}),
    ("symbol_cnn", {"classes": 3, "size": 33, "filters": [4, 5], "dense": 6}),
    ("alexnet", {"classes": 3, "size": 45, "filters": [8, 16, 16, 16, 8], "dense": [32, 16]}),
    ("alexnet", {"classes": 3, "size": 131, "filters": [4, 4, 4, 4, 4], "dense": []}),
    ("vgg19", {"classes": 7, "size": 32, "dense": [32]}),
    ("mobilenet", {"classes": 7, "size": 33, "dense": [32]}),
    ("mobilenet", {"classes": 7, "size": 32, "width": 0.35, "dense": []}),
    ("mobilenet", {"classes": 7, "size": 32, "width": 1.9, "dense": [8, 9]}),
    ("stroke_transformer", {**DIMENSIONS, "width": 24, "heads": 3, "encoder_layers": 2, "decoder_layers": 1}),
    ("stroke_transformer", {**DIMENSIONS, "width": 8, "heads": 2, "expansion": 2, "geometry": 5, "decoder_layers": 2,
                            "encoder_layers": 1, "points": 16}),
]  # fmt: skip


@pytest.mark.parametrize(("network", "arguments"), SMALL)
def test_shapes_are_those_that_keras_makes(network: str, arguments: dict[str, Any]) -> None:
    built = bundle.build(network, arguments)
    assert bundle.find(network).shapes(arguments) == {weight.path: tuple(weight.shape) for weight in built.weights}


@pytest.mark.parametrize("network", NETWORKS)
def test_arguments_and_defaults_are_those_of_the_function(network: str) -> None:
    known = bundle.find(network)
    assert known.name == network
    if network == "stroke_transformer":
        fields = dataclasses.fields(StrokeTransformerConfig)
        defaults = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
        assert set(known.arguments) == {f.name for f in fields}
    else:
        parameters = inspect.signature(known.build).parameters
        defaults = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
        assert set(known.arguments) == set(parameters)
    required = dict(next(arguments for name, arguments in SMALL if name == network))
    given = {name: value for name, value in required.items() if name not in defaults}
    assert {name: known.complete(given)[name] for name in defaults} == defaults


@pytest.mark.parametrize("network", NETWORKS)
def test_defaults_of_all_tables_are_in_their_ranges(network: str) -> None:
    known = bundle.find(network)
    for table in (known.preprocessing, known.decoding, known.calibration):
        for name, (kind, default) in table.items():
            assert kind.check(default), name


def test_every_activation_is_one_of_keras() -> None:
    import keras

    assert all(callable(keras.activations.get(name)) for name in ACTIVATIONS)


@pytest.mark.parametrize(
    ("network", "changes"),
    [
        (network, {name: value})
        for network in NETWORKS
        for name in bundle.find(network).arguments
        for value in (None, "x", -1, 10**12, float("nan"), float("inf"), True, {}, [], ["x"], [-1], [10**12], [[1]])
        if not (value == [] and name == "dense" and network in ("alexnet", "vgg19", "mobilenet"))
    ]
    + [
        ("symbol_lstm", {"colour": "red"}),
        ("symbol_lstm", {"features": 9}),
        ("symbol_lstm", {"activation": "os.system"}),
        ("symbol_cnn", {"size": 8}),
        ("symbol_cnn", {"filters": [4096] * 8}),
        ("stroke_transformer", {"heads": 5}),
        ("stroke_transformer", {"width": 9, "heads": 3}),
        ("stroke_transformer", {"points": 30}),
        ("stroke_transformer", {"width": 2048, "heads": 1, "encoder_layers": 48}),
    ],
)
def test_arguments_that_make_no_network_are_refused(network: str, changes: dict[str, Any]) -> None:
    arguments = dict(next(arguments for name, arguments in SMALL if name == network))
    with pytest.raises(TableError):
        bundle.find(network).shapes(arguments | changes)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_required_argument_that_is_missing_is_named(network: str) -> None:
    with pytest.raises(TableError, match="needs the argument '(classes|tokens)'"):
        bundle.find(network).shapes({})


def test_a_symbol_network_reads_all_features_of_a_point() -> None:
    assert bundle.find("symbol_lstm").arguments["features"][1] == len(FEATURES)
