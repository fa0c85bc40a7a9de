"""What each network of isolated symbols is fed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from crohme.ink.raster import SIZE, render
from crohme.ink.sequences import sequences
from crohme.ink.strokes import StrokeBatch
from crohme.symbols.description import described


def picture_size(arguments: Mapping[str, Any]) -> int:
    """Side of the pictures that a network built with these arguments reads, pixels."""
    return int(arguments.get("size", SIZE))


def picture_form(arguments: Mapping[str, Any], preprocessing: Mapping[str, Any]) -> dict[str, Any]:
    """How pictures are made for a network: the arguments of `render` and `read_image`."""
    return {"size": picture_size(arguments), **preprocessing}


def from_strokes(
    network: str, arguments: Mapping[str, Any], preprocessing: Mapping[str, Any] | None = None
) -> Callable[[StrokeBatch], np.ndarray]:
    """The function from N symbols to the input of a network.

    Args:
        network: str. As a bundle has it, of isolated symbols.
        arguments: mapping. What the network is built with.
        preprocessing: mapping or None. As a bundle has it; None for the usual one.
    """
    if described(network).reads_pictures:
        return partial(render, **picture_form(arguments, preprocessing or {}))
    return partial(sequences, **(preprocessing or {}))
