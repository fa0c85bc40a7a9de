"""A network in a few lines, for people: its layers, what comes out of them, how many weights they have."""

from __future__ import annotations

import keras


def of(model: keras.Model) -> str:
    """The layers of a model that have weights, or are its input, one per line, and the number of all weights."""
    rows = [
        (layer.name, type(layer).__name__, _shape(layer), f"{layer.count_params():,}")
        for layer in model.layers
        if isinstance(layer, keras.layers.InputLayer) or layer.weights
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    name, kind, shape, count = widths
    lines = [f"  {a:{name}}  {b:{kind}}  {c:{shape}}  {d:>{count}}".rstrip() for a, b, c, d in rows]
    return "\n".join([f"network {model.name}, {model.count_params():,} weights:", *lines])


def _shape(layer: keras.Layer) -> str:
    """The shape of a layer's output without the batch, where Keras knows one."""
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError):
        return ""
    return " × ".join("any" if side is None else str(side) for side in shape[1:])
