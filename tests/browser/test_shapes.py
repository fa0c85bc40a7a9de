"""The network of shapes in JavaScript sees what the one in Python does."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np

from crohme.expressions.shapes import ShapeNetwork
from inkml_parser import read
from tests.browser.conftest import SAMPLE, in_node, needs_node
from tests.expressions.shape_networks import random_network

pytestmark = needs_node


def test_symbols_look_as_they_do_in_python() -> None:
    rng = np.random.default_rng(4)
    network = ShapeNetwork.from_bytes(random_network(rng).to_bytes())
    symbols = [[rng.normal(size=(7, 2)) * 1000 for _ in range(strokes)] for strokes in (1, 1, 2, 3, 5, 11, 12, 13, 24)]
    symbols += [[stroke[:, :2] for stroke in read(file).strokes[:4]] for file in SAMPLE[:20]]
    symbols += [[np.full((1, 2), 3.0)], [np.full((4, 2), 3.0), np.array([[3.0, 3.0], [3.0, 9.0]])]]
    asked = {
        "network": base64.b64encode(network.to_bytes()).decode(),
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
