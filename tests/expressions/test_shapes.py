"""The network of shapes: what it computes, stores and refuses."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import BundleError
from crohme.bundle.kinds import TableError
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.shapes import FILE, Layer, ShapeNetwork
from crohme.ink.sequences import sequences
from crohme.ink.strokes import StrokeBatch
from tests.expressions.shape_networks import CLASSES, random_network

RNG = np.random.default_rng(2)
SYMBOLS = [[RNG.normal(size=(9, 2)) * 70 for _ in range(strokes)] for strokes in (1, 2, 3, 9)]


def by_hand(layer: Layer, x: np.ndarray) -> np.ndarray:
    """A convolution from its definition, of one symbol `(points, inputs)`."""
    width, points = len(layer.kernel), len(x)
    count = math.ceil(points / layer.stride)
    before = max((count - 1) * layer.stride + width - points, 0) // 2
    found = np.zeros((count, layer.bias.size))
    for i in range(count):
        found[i] = layer.bias
        for k in range(width):
            if 0 <= (place := i * layer.stride + k - before) < points:
                found[i] += x[place] @ layer.kernel[k]
    return np.maximum(found, 0)


def test_looks_are_those_of_the_definition() -> None:
    network = random_network(RNG, points=17, widths=(12, 20, 8))
    looks = network.look(SYMBOLS)
    assert looks.vectors.shape == (4, 16) and looks.classes.shape == (4, CLASSES)
    for symbol, vector, classes in zip(SYMBOLS, looks.vectors, looks.classes, strict=True):
        [x] = sequences(StrokeBatch.from_symbols([symbol]), 17)
        x = x[:17]
        for first, second in zip(network.layers[:-2:2], network.layers[1:-2:2], strict=True):
            x = by_hand(first, x)
            x = x + by_hand(second, x)
        hidden = by_hand(network.layers[-2], np.concatenate([x.mean(axis=0), x.max(axis=0)])[None])[0]
        np.testing.assert_allclose(vector, hidden / np.linalg.norm(hidden), atol=1e-5)
        odds = np.exp(hidden @ network.layers[-1].kernel[0] + network.layers[-1].bias)
        np.testing.assert_allclose(classes, np.log(odds / odds.sum() + 1e-3), atol=1e-4)


def test_a_symbol_looks_alike_wherever_it_stands_however_large_it_is_and_whatever_stands_beside_it() -> None:
    network = random_network(RNG)
    together = network.look(SYMBOLS)
    for i, symbol in enumerate(SYMBOLS):
        alone = network.look([[stroke * 3 + (400, -90) for stroke in symbol]])
        np.testing.assert_allclose(alone.vectors[0], together.vectors[i], atol=1e-4)
        np.testing.assert_allclose(alone.classes[0], together.classes[i], atol=1e-3)
    assert np.ptp(together.vectors @ together.vectors.T) > 0.01
    many = network.look(SYMBOLS * 100)
    np.testing.assert_allclose(many.vectors, np.tile(together.vectors, (100, 1)), atol=1e-5)
    nothing = network.look([])
    assert nothing.vectors.shape == (0, 16) and nothing.unlike.shape == (0, 0) and nothing.classes.shape == (0, CLASSES)


def test_the_symbols_at_once_are_so_few_that_they_fit_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    called = Layer.__call__

    def spy(layer: Layer, x: np.ndarray) -> np.ndarray:
        seen.append(len(x) * x.shape[1] * layer.kernel[..., 0].size)  # what stands in its windows
        return called(layer, x)

    monkeypatch.setattr(Layer, "__call__", spy)

    def layer(width: int, inputs: int, outputs: int) -> Layer:
        return Layer(np.full((width, inputs, outputs), 1e-3, np.float32), np.zeros(outputs, np.float32))

    wide = [layer(1, 10, 1024), layer(1, 1024, 1024), layer(31, 1024, 1), layer(1, 1, 1), layer(1, 2, 1)]
    looks = ShapeNetwork(256, [*wide, layer(1, 1, 1)], ("x",), 10.0, -7.0).look(SYMBOLS)
    assert len(looks.vectors) == len(SYMBOLS) and max(seen) < 10 << 20


def test_the_less_alike_two_symbols_are_the_less_probable_it_is_that_they_are_of_one_class() -> None:
    looks = random_network(RNG).look(SYMBOLS)
    vectors = looks.vectors.astype(np.float64)
    probability = 1 / (1 + np.exp(-(10 * vectors @ vectors.T - 7)))
    np.testing.assert_allclose(looks.unlike, -np.log(probability), atol=1e-5)


def test_a_label_that_the_network_does_not_know_counts_as_what_looks_most_like_another() -> None:
    looks = random_network(RNG).look(SYMBOLS)
    for i in range(len(SYMBOLS)):
        scores = [looks.class_score(i, label) for label in ("x", *(f"c{k}" for k in range(CLASSES - 1)))]
        assert scores == looks.classes[i].tolist()
        assert looks.class_score(i, "\\Xi") == max(scores)


@pytest.mark.parametrize(("scale", "offset"), [(0, 0), (-1, 0), (math.nan, 0), (1, math.inf), (1e6, 0), (1, -1e6)])
def test_log_odds_that_do_not_grow_with_the_cosine_are_refused(scale: float, offset: float) -> None:
    network = random_network(RNG)
    with pytest.raises(TableError, match="do not grow"):
        ShapeNetwork(network.points, network.layers, network.classes, scale, offset)


def test_convolutions_are_those_of_keras() -> None:
    keras = pytest.importorskip("keras")
    network = random_network(RNG, points=25)
    x = RNG.normal(size=(3, 25, 10)).astype(np.float32)
    for layer in network.layers[:3]:
        width, _, outputs = layer.kernel.shape
        twin = keras.layers.Conv1D(outputs, width, strides=layer.stride, padding="same", activation="relu")
        twin.build(x.shape)
        twin.set_weights([layer.kernel, layer.bias])
        np.testing.assert_allclose(layer(x), np.asarray(twin(x)), atol=1e-4)
        x = layer(x)


def test_what_is_stored_is_read_back() -> None:
    network = random_network(RNG)
    again = ShapeNetwork.from_bytes(network.to_bytes())
    assert again.to_bytes() == network.to_bytes() and again.points == network.points
    assert again.classes == network.classes
    np.testing.assert_allclose(again.look(SYMBOLS).vectors, network.look(SYMBOLS).vectors, atol=5e-3)


def changed(at: int, **values: object) -> Callable[[ShapeNetwork], list[Layer]]:
    return lambda network: [replace(one, **values) if i == at else one for i, one in enumerate(network.layers)]


@pytest.mark.parametrize(
    ("of", "cause"),
    [
        (lambda network: network.layers[:5], "of pairs of layers and two more"),
        (lambda network: [*network.layers[:2], *network.layers[4:]], "its layer 3 does not follow"),
        (changed(5, kernel=np.zeros((1, 16, 0), np.float32), bias=np.zeros(0, np.float32)), "its layer 6 does not"),
        (changed(5, kernel=np.zeros((1, 16, 8), np.float32), bias=np.zeros(8, np.float32)), "does not name 8 classes"),
        (lambda network: network.layers[::-1], "its layer 1 does not follow"),
        (changed(1, kernel=np.zeros((5, 12, 13), np.float32), bias=np.zeros(13, np.float32)), "its layer 2 does not"),
        (changed(0, stride=0), "its layer 1 leaves out points"),
        (changed(0, stride=6), "its layer 1 leaves out points"),
        (changed(3, stride=2), "its layer 4 leaves out points"),
        (changed(2, bias=np.full(20, np.nan, np.float32)), "its layer 3 is not of numbers"),
        (changed(4, kernel=np.zeros((3, 40, 16), np.float32)), "its layer 5 does not follow"),
        (changed(0, kernel=np.zeros((33, 10, 12), np.float32)), "its layer 1 does not follow"),
        (changed(0, kernel=np.zeros((0, 10, 12), np.float32)), "its layer 1 does not follow"),
    ],
)  # fmt: skip
def test_what_is_no_network_is_refused(of: Callable[[ShapeNetwork], list[Layer]], cause: str) -> None:
    network = random_network(RNG)
    layers = of(network)
    with pytest.raises(TableError, match=cause):
        ShapeNetwork(network.points, layers, network.classes, 10.0, -7.0)
    unchecked = object.__new__(ShapeNetwork)
    vars(unchecked).update(vars(network) | {"layers": layers})
    content = unchecked.to_bytes()
    with pytest.raises(TableError, match=cause):
        ShapeNetwork.from_bytes(content)


@pytest.mark.parametrize("classes", [(), ("x",) * CLASSES, ("", *"abcdef"), tuple("abcdefgh")])
def test_classes_that_do_not_fit_are_refused(classes: tuple[str, ...]) -> None:
    network = random_network(RNG)
    with pytest.raises(TableError, match=f"does not name {CLASSES} classes"):
        ShapeNetwork(network.points, network.layers, classes, 10.0, -7.0)


def test_damaged_files_are_refused() -> None:
    content = random_network(RNG).to_bytes()
    header = content[:8]
    for damaged in (
        b"", header, content[:11], content[:40], content[:-1], content + b"\0", b"x" + content[1:], header + bytes(4),
        header + b"\0\0\0\1", content.replace(b"c1", b"\xffb"), header + b"\377" * 40, header + bytes(9 << 20),
    ):  # fmt: skip
        with pytest.raises(TableError):
            ShapeNetwork.from_bytes(damaged)


def test_a_bundle_has_the_network_under_its_checksum(expression_bundle: Path, tmp_path: Path) -> None:
    without = replace(bundle.load(expression_bundle), path=tmp_path / "b")
    network = random_network(RNG)
    saved = bundle.revise(without, files={FILE: network.to_bytes()})
    shapes = Recognizer(saved).shapes
    assert shapes is not None and shapes.to_bytes() == network.to_bytes()
    (tmp_path / "b" / FILE).write_bytes(network.to_bytes()[:-1] + b"\7")
    with pytest.raises(BundleError, match=r"shapes\.bin does not match its checksum"):
        bundle.load(tmp_path / "b")
    with pytest.raises(BundleError, match=r"shapes\.bin: it is cut short"):
        bundle.revise(without, files={FILE: b"shapes1\0"})
    assert Recognizer(bundle.revise(without, files={})).shapes is None
