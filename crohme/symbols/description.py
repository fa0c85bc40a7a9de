"""What is known of each network of isolated symbols, for the commands, the training and the page alike.

A network is one file of `crohme.symbols.networks` with a constant `NETWORK`, and a function of the file's name that
builds it; nothing else names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from crohme.bundle import Reads
from crohme.bundle.kinds import REQUIRED, Activation, Kind, Number, TableError, Whole, Wholes
from crohme.bundle.network import Network, Weights, dense, find, names, norm
from crohme.ink.raster import LINE_WIDTH, MARGIN
from crohme.ink.sequences import POINTS

if TYPE_CHECKING:
    import keras

    from crohme.symbols.forward.layers import Twin

DEFAULT = "lstm"
"""The network of who asks for none."""
PICTURE_PREPROCESSING = {"line_width": (Number(0.035, 0.15), LINE_WIDTH), "margin": (Number(0.04, 0.17), MARGIN)}
"""Shares of the picture's side, see `crohme.ink.raster`. Nothing was ever trained with half or twice the usual ones."""
STROKE_PREPROCESSING = {"points": (Whole(25, 60), POINTS)}
"""Points per symbol, see `crohme.ink.sequences`. Networks are trained with 40. The shipped one reads 87 % of the
symbols of CROHME 2013 right with these, 83 % with 25 and 60, 56 % with 80, and 2 % with 2."""
CLASSES: tuple[Kind, Any] = (Whole(2, 20_000), REQUIRED)
DROPOUT = Number(0, 1)
DENSE = Wholes(0, 8, Whole(1, 8192))
RELU: tuple[Kind, Any] = (Activation(), "relu")


@dataclass(frozen=True, eq=False)
class SymbolNetwork(Network):
    """The description of a network of isolated symbols.

    Args:
        key: str. What commands call it.
        title: str. What tables call it.
        training: mapping. Settings with which it is trained, where they are not the usual ones.
        twin: class that computes the same in numpy, or None if it needs Keras to recognise.
        pretrained: function from its backbone to the same layers with the weights of ImageNet, or None if there are
            none; see `crohme.symbols.pretrained`.
    """

    key: str = ""
    title: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    twin: type[Twin] | None = None
    pretrained: Callable[[keras.Model], keras.Model] | None = None

    @property
    def reads_pictures(self) -> bool:
        """Whether its input is a picture; else it is a sequence of points."""
        return self.reads is Reads.PICTURES


def described(name: str) -> SymbolNetwork:
    """The description of a network of isolated symbols, by its name in a bundle.

    Raises:
        TableError: There is none of that name, or it reads whole expressions.
    """
    network = find(name)
    if not isinstance(network, SymbolNetwork):
        raise TableError(f"{name} does not recognise isolated symbols")
    return network


@cache
def networks() -> dict[str, SymbolNetwork]:
    """All networks of isolated symbols by key, the default first."""
    found = [network for name in names() if isinstance(network := find(name), SymbolNetwork)]
    return {network.key: network for network in sorted(found, key=lambda n: (n.key != DEFAULT, n.key))}


def classifier_weights(inputs: int, arguments: Mapping[str, Any]) -> Weights:
    """Weights of `networks._layers.classifier`."""
    for number, width in enumerate(arguments["dense"], start=1):
        yield from dense(f"dense_{number}", inputs, width)
        inputs = width
    yield from dense("probabilities", inputs, arguments["classes"])


def batch_norm_weights(name: str, width: int) -> Weights:
    """Weights of a batch normalisation."""
    return norm(name, width, "moving_mean", "moving_variance")


def convolution_weights(name: str, kernel: int, inputs: int, outputs: int) -> Weights:
    """Weights of `networks._layers.convolution`."""
    yield f"{name}_conv/kernel", (kernel, kernel, inputs, outputs)
    yield from batch_norm_weights(f"{name}_norm", outputs)
