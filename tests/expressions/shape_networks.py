"""Networks of shapes for tests."""

from __future__ import annotations

import numpy as np

from crohme.expressions.shapes import Layer, ShapeNetwork
from crohme.ink.sequences import FEATURES

CLASSES = 7


def random_network(
    rng: np.random.Generator, points: int = 24, widths: tuple[int, ...] = (12, 20), size: int = 16
) -> ShapeNetwork:
    """One with weights of about the size that trained ones have."""

    def layer(width: int, inputs: int, outputs: int, stride: int = 1) -> Layer:
        kernel = rng.normal(size=(width, inputs, outputs)) / np.sqrt(width * inputs)
        return Layer(kernel.astype(np.float32), rng.normal(size=outputs).astype(np.float32) / 4, stride)

    layers, inputs = [], len(FEATURES)
    for number, outputs in enumerate(widths):
        layers += [layer(5, inputs, outputs, 1 if number == 0 else 2), layer(3 + 2 * (number % 2), outputs, outputs)]
        inputs = outputs
    named = ("x", *(f"c{i}" for i in range(CLASSES - 1)))
    return ShapeNetwork(points, [*layers, layer(1, 2 * inputs, size), layer(1, size, CLASSES)], named, 10.0, -7.0)
