"""What symbols look like counts in JavaScript as it does in Python."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crohme.browser.shapes import packed_shapes, rounded_shapes
from crohme.browser.tables import tables_of
from crohme.expressions.appearance import improbabilities
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.shapes import ShapeNetwork
from crohme.notation.alphabet import GRID, OTHER
from crohme.notation.tree import Node, Relation, SymbolTree
from tests.browser.conftest import in_node, needs_node
from tests.expressions.shape_networks import random_network

pytestmark = needs_node


def row(*labels: str, first: int = 0) -> tuple[Node, ...]:
    return tuple(Node(label, (first + i,)) for i, label in enumerate(labels))


READINGS = {
    "a row": [row("x", "+", "x", "+", "c2"), row("x", "+", "c2", "+", "c2"), row("x", "x", "x", "x", "x")],
    "dots": [
        row("x", ".", "c1", ".", "."), row("x", ".", "+", r"\cdot", "."), row(r"\bullet", "x", r"\bullet", "+", "."),
    ],
    "unknown signs": [row(OTHER, "+", OTHER, "+", "x"), row(OTHER, "+", "x", "+", "x"), row("?", "+", "?", "+", "x")],
    "one symbol": [(Node("x", (0, 1, 2, 3, 4)),), row("c1", "c2", "x", "c3", "x"), (Node(OTHER, (0, 1, 2, 3, 4)),)],
    "a matrix": [
        (Node("x", (0,)), Node(GRID, cells=((row("x", first=1), row(".", first=2)), (row(".", "c4", first=3),)))),
        (Node("x", (0,)), Node(GRID, cells=((row("c1", first=1), row(".", first=2)), (row(OTHER, "x", first=3),)))),
        (Node("x", (0,), {Relation.SUP: row("x", first=1)}), *row("x", ".", "x", first=2)),
    ],
}  # fmt: skip


def described(of: tuple[Node, ...]) -> list[dict[str, Any]]:
    return [
        {
            "label": node.label,
            "strokes": node.strokes,
            "rows": {str(relation.value): described(inner) for relation, inner in node.rows.items()},
            "cells": [[described(cell) for cell in line] for line in node.cells],
        }
        for node in of
    ]


def test_readings_lose_as_much_by_their_looks_as_in_python(recognizer: Recognizer) -> None:
    assert recognizer.bundle is not None
    rng = np.random.default_rng(6)
    content = random_network(rng).to_bytes()
    network = ShapeNetwork.from_bytes(rounded_shapes(content))
    points = rng.normal(size=(5, 32, 2)).astype(np.float32)
    shared = {
        "network": base64.b64encode(packed_shapes(content)).decode(),
        "points": points.ravel().tolist(),
        "count": 32,
        "constants": tables_of(recognizer.bundle, recognizer.vocabulary)["appearance"],
    }
    asked = [shared | {"rows": [described(one) for one in readings]} for readings in READINGS.values()]
    answers = in_node(Path(__file__).with_name("appearance.mjs"), [], asked)
    for (name, readings), found in zip(READINGS.items(), answers, strict=True):
        own = improbabilities([SymbolTree(one) for one in readings], points, network).T
        assert own.any() or name == "dots"
        assert found == [pytest.approx(one.tolist(), abs=1e-4) for one in own], name
