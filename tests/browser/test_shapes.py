"""The network of shapes in JavaScript sees what the one in Python does."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np

from crohme import bundle
from crohme.browser.shapes import packed_shapes, rounded_shapes
from crohme.expressions.shapes import FILE, ShapeNetwork
from inkml_parser import read
from tests.browser.conftest import SAMPLE, in_node, needs_node
from tests.expressions.shape_networks import random_network

pytestmark = needs_node


def test_symbols_look_as_they_do_in_python() -> None:
    rng = np.random.default_rng(4)
    content = random_network(rng).to_bytes()
    network = ShapeNetwork.from_bytes(rounded_shapes(content))
    symbols = [[rng.normal(size=(7, 2)) * 1000 for _ in range(strokes)] for strokes in (1, 1, 2, 3, 5, 11, 12, 13, 24)]
    symbols += [[stroke[:, :2] for stroke in read(file).strokes[:4]] for file in SAMPLE[:20]]
    symbols += [[np.full((1, 2), 3.0)], [np.full((4, 2), 3.0), np.array([[3.0, 3.0], [3.0, 9.0]])]]
    asked = {
        "network": base64.b64encode(packed_shapes(content)).decode(),
        "symbols": [[stroke.tolist() for stroke in symbol] for symbol in symbols],
    }
    [answers] = in_node(Path(__file__).with_name("shapes.mjs"), [], [asked])
    looks = network.look(symbols)
    scores = [[looks.class_score(i, label) for i in range(len(symbols))] for label in ("x", "c2", "?")]
    for found in answers:
        np.testing.assert_allclose(found["vectors"], looks.vectors, atol=2e-5)
        np.testing.assert_allclose(found["classes"], looks.classes, atol=2e-4)
        np.testing.assert_allclose(found["unlike"], looks.unlike, atol=2e-4)
        np.testing.assert_allclose(found["scores"], scores, atol=2e-4)


def test_seven_bits_hold_nearly_what_the_bundle_has() -> None:
    content = bundle.load("math").files[FILE]
    network, rounded = ShapeNetwork.from_bytes(content), ShapeNetwork.from_bytes(rounded_shapes(content))
    rng = np.random.default_rng(3)
    symbols = [[np.cumsum(rng.normal(size=(12, 2)), axis=0) for _ in range(strokes)] for strokes in (1, 2, 1, 3, 2, 1)]
    one, other = network.look(symbols), rounded.look(symbols)
    assert (one.vectors * other.vectors).sum(axis=1).min() > 0.99
    assert np.abs(one.unlike - other.unlike).max() < 0.5
    assert len(packed_shapes(content)) < 0.46 * len(content)
    assert packed_shapes(b"") == b""
