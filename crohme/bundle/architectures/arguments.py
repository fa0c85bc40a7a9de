"""The arguments that each network takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crohme.errors import CrohmeError

Arguments = Mapping[str, Any]
ACTIVATIONS = frozenset(
    "relu relu6 leaky_relu elu selu gelu silu swish tanh sigmoid softplus softsign mish hard_silu hard_swish "
    "hard_sigmoid linear".split()
)


class ArgumentError(CrohmeError, ValueError):
    """An argument that is missing, unknown or out of range. `str(error)` names it."""


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int = 1
    most: int = 4096

    def check(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most

    def __str__(self) -> str:
        return f"a whole number from {self.least} to {self.most}"


@dataclass(frozen=True)
class Number:
    """A number up to, and not including, `below`."""

    least: float
    below: float

    def check(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and self.least <= value < self.below

    def __str__(self) -> str:
        return f"a number from {self.least:g} to below {self.below:g}"


@dataclass(frozen=True)
class Wholes:
    """A list of whole numbers."""

    fewest: int
    most: int
    each: Whole = field(default_factory=Whole)

    def check(self, value: Any) -> bool:
        is_list = isinstance(value, list | tuple) and self.fewest <= len(value) <= self.most
        return is_list and all(map(self.each.check, value))

    def __str__(self) -> str:
        return f"a list of {self.fewest} to {self.most} numbers, each {self.each}"


@dataclass(frozen=True)
class Activation:
    """The name of an activation function of Keras."""

    def check(self, value: Any) -> bool:
        return isinstance(value, str) and value in ACTIVATIONS

    def __str__(self) -> str:
        return f"one of {', '.join(sorted(ACTIVATIONS))}"


Kind = Whole | Number | Wholes | Activation
_REQUIRED = object()
_CLASSES: tuple[Kind, Any] = (Whole(2, 20_000), _REQUIRED)
_DROPOUT, _DENSE, _RELU = Number(0, 1), Wholes(0, 8, Whole(1, 8192)), (Activation(), "relu")

_SYMBOL_FEATURES = 10  # those of each point of a symbol, see `crohme.symbols.features`

TAKEN: dict[str, dict[str, tuple[Kind, Any]]] = {
    "symbol_lstm": {
        "classes": _CLASSES,
        "features": (Whole(_SYMBOL_FEATURES, _SYMBOL_FEATURES), _SYMBOL_FEATURES),
        "units": (Wholes(2, 2), (128, 64)),
        "dense": (Whole(), 64),
        "dropout": (_DROPOUT, 0.2),
        "activation": _RELU,
    },
    "symbol_cnn": {
        "classes": _CLASSES,
        "size": (Whole(4, 512), 48),
        "filters": (Wholes(1, 8), (32, 64, 128)),
        "dense": (Whole(), 256),
        "dropout": (_DROPOUT, 0.3),
        "activation": _RELU,
    },
    "alexnet": {
        "classes": _CLASSES,
        "size": (Whole(16, 512), 48),
        "filters": (Wholes(5, 5), (96, 256, 384, 384, 256)),
        "dense": (_DENSE, (4096, 4096)),
        "dropout": (_DROPOUT, 0.5),
        "activation": _RELU,
    },
    "vgg19": {
        "classes": _CLASSES,
        "size": (Whole(32, 512), 48),
        "dense": (_DENSE, (512,)),
        "dropout": (_DROPOUT, 0.5),
        "activation": _RELU,
    },
    "mobilenet": {
        "classes": _CLASSES,
        "size": (Whole(32, 512), 48),
        "width": (Number(0.01, 8), 1.0),
        "dense": (_DENSE, (256,)),
        "dropout": (_DROPOUT, 0.2),
        "activation": _RELU,
    },
    "stroke_transformer": {
        "tokens": (Whole(5, 20_000), _REQUIRED),
        "symbols": (Whole(1, 20_000), _REQUIRED),
        "points": (Whole(4, 256), _REQUIRED),
        "point_features": (Whole(1, 64), _REQUIRED),
        "stroke_features": (Whole(1, 256), _REQUIRED),
        "pair_features": (Whole(1, 256), _REQUIRED),
        "width": (Whole(2, 2048), 192),
        "heads": (Whole(1, 64), 6),
        "encoder_layers": (Whole(1, 48), 6),
        "decoder_layers": (Whole(1, 48), 3),
        "expansion": (Whole(1, 16), 3),
        "geometry": (Whole(1, 512), 32),
        "relations": (Whole(6, 8), 6),
        "dropout": (_DROPOUT, 0.1),
    },
}
"""Network → argument → what it may be, and its default or that it is required."""


def check_arguments(network: str, arguments: Arguments) -> dict[str, Any]:
    """The arguments of a network, with the defaults of those that are not given.

    Raises:
        ArgumentError: One is missing, unknown or out of range, or they do not go together.
    """
    taken = TAKEN[network]
    for name in arguments:
        if name not in taken:
            raise ArgumentError(f"{network} takes no argument {name!r:.60}")
    complete = {name: arguments.get(name, default) for name, (_, default) in taken.items()}
    for name, (kind, _) in taken.items():
        if complete[name] is _REQUIRED:
            raise ArgumentError(f"{network} needs the argument {name!r}")
        if not kind.check(complete[name]):
            raise ArgumentError(f"the argument {name!r} is {complete[name]!r:.60}; {network} takes {kind}")
    if network == "stroke_transformer":
        if complete["width"] % complete["heads"]:
            raise ArgumentError(f"{complete['heads']} heads do not divide a width of {complete['width']}")
        if complete["width"] % 2:
            raise ArgumentError(f"a width of {complete['width']} is odd")
        if complete["points"] % 4:
            raise ArgumentError(f"{complete['points']} points are no multiple of 4")
    return complete
