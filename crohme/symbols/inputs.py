"""What each network of isolated symbols is fed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from crohme.ink.raster import SIZE, render
from crohme.ink.strokes import StrokeBatch
from crohme.symbols.features import sequences

STROKE_NETWORKS = frozenset({"symbol_lstm"})
PICTURE_NETWORKS = frozenset({"symbol_cnn", "alexnet", "vgg19", "mobilenet"})
"""Names as in a bundle: the networks of isolated symbols that read strokes, and those that read pictures."""


def picture_size(arguments: Mapping[str, Any]) -> int:
    """Side of the pictures that a network built with these arguments reads, pixels."""
    return int(arguments.get("size", SIZE))


def from_strokes(network: str, arguments: Mapping[str, Any]) -> Callable[[StrokeBatch], np.ndarray]:
    """The function from N symbols to the input of a network.

    Args:
        network: str. One of `STROKE_NETWORKS` or `PICTURE_NETWORKS`.
        arguments: mapping. What the network is built with.
    """
    return sequences if network in STROKE_NETWORKS else partial(render, size=picture_size(arguments))
