"""Descriptions of networks that need not be built: arguments, and names and shapes of the weights.

A bundle is checked against this before any of its weights are read; a test holds it equal to the network that Keras
builds. Each network is a module of one of `FAMILIES` with a constant `NETWORK`; the module's name is the network's.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from crohme.bundle.kinds import Table, TableError, Taken, completed
from crohme.errors import meant

if TYPE_CHECKING:
    import keras

FAMILIES = ("crohme.expressions.networks", "crohme.symbols.networks")
"""Packages whose modules are networks, but for those that begin with an underscore. Nothing else is ever built."""
MAX_WEIGHTS = 100_000_000
"""Numbers in all; AlexNet, the largest of the networks here, has 30 million."""

Shapes = dict[str, tuple[int, ...]]
Weights = Iterator[tuple[str, tuple[int, ...]]]


class Reads(StrEnum):
    """What a network recognises, and from what."""

    EXPRESSIONS = "a whole expression from its strokes"
    STROKES = "a symbol from its strokes"
    PICTURES = "a symbol from a picture, or from its strokes"


def _no_check(_: Table) -> None:
    return None


Check = Callable[[bytes, Table], None]
"""Of the content of a file, given the arguments of the network; raises TableError."""


@dataclass(frozen=True, eq=False)
class Network:
    """The description of a network.

    Args:
        name: str. As a bundle has it: the name of the module that describes it.
        reads: Reads.
        build: function of the arguments that makes the untrained Keras model; imports Keras itself.
        weights: function of the complete arguments: name and shape of each weight, in the network's order.
        arguments: Taken. What it is built with.
        outputs: str. The argument that says how many outputs, that is lines of the vocabulary, it has.
        check: function of the complete arguments. Raises TableError where they do not go together.
        preprocessing: Taken. How ink or pictures become its input, as far as the arguments do not say so.
        decoding: Taken. Constants with which its outputs become readings.
        calibration: Taken. Slope and offset on the log-odds of a confidence, by the kind of source.
        files: mapping of file name → `Check`. Further files that a bundle of it may have.
        added_later: mapping. Constants of the three tables that older bundles lack, and the value that makes them read
            as they did before there were such.
    """

    name: str
    reads: Reads
    build: Callable[..., keras.Model]
    weights: Callable[[Table], Weights]
    arguments: Taken
    outputs: str = "classes"
    check: Callable[[Table], None] = _no_check
    preprocessing: Taken = field(default_factory=dict)
    decoding: Taken = field(default_factory=dict)
    calibration: Taken = field(default_factory=dict)
    files: Mapping[str, Check] = field(default_factory=dict)
    added_later: Table = field(default_factory=dict)

    def complete(self, arguments: Table) -> dict[str, Any]:
        """The arguments, with the defaults of those that are not given.

        Raises:
            TableError: One is missing, unknown or out of range, or they do not go together.
        """
        complete = completed(arguments, self.arguments, self.name, "argument")
        self.check(complete)
        return complete

    def shapes(self, arguments: Table) -> Shapes:
        """Name → shape of every weight, in the order of the network.

        Raises:
            TableError: See `complete`; or there are more than `MAX_WEIGHTS` numbers in all.
        """
        found = dict(self.weights(self.complete(arguments)))
        count = sum(map(math.prod, found.values()))
        if count > MAX_WEIGHTS:
            raise TableError(f"these arguments make a network of {count:,} weights; the limit is {MAX_WEIGHTS:,}")
        return found


@cache
def names() -> dict[str, str]:
    """Name of each network → its module. Loads the packages of the families, and no network."""
    found: dict[str, str] = {}
    for family in FAMILIES:
        for module in pkgutil.iter_modules(importlib.import_module(family).__path__):
            if not module.name.startswith("_"):
                found[module.name] = f"{family}.{module.name}"
    return found


@cache
def find(name: str) -> Network:
    """The description of a network.

    Raises:
        TableError: There is none of that name.
    """
    if name not in names():
        raise TableError(f"{name!r:.60} is not a network of this project{meant(name, names())}")
    network: Network = importlib.import_module(names()[name]).NETWORK
    return network


def dense(name: str, inputs: int, outputs: int) -> Weights:
    """Weights of a dense layer."""
    yield f"{name}/kernel", (inputs, outputs)
    yield f"{name}/bias", (outputs,)


def norm(name: str, width: int, *parts: str) -> Weights:
    """Weights of a normalisation, and further ones of the same width."""
    yield from ((f"{name}/{part}", (width,)) for part in ("gamma", "beta", *parts))
