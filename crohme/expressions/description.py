"""The description of a network that reads whole expressions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from crohme.bundle.network import Network, find, names

DEFAULT = "stroke_transformer"
"""The network of who asks for none."""


def _none(*_: Any) -> Any:
    raise NotImplementedError


@dataclass(frozen=True, eq=False)
class ExpressionArchitecture(Network):
    """The description of a network that reads whole expressions.

    Among its arguments are those of `Vocabulary.dimensions` and `dropout`. Its weights are called
    `<its name>/decoder/token/…` and so on where they run over tokens or classes, see `expressions.warm_start`.

    Args:
        forward: function of weights, arguments and `Preprocessing` that makes the network in numpy: an object of
            `crohme.expressions.protocol.ExpressionNetwork`, without its alphabet.
        sizes: dict of name → arguments. What `settings.size` chooses from.
    """

    forward: Callable[..., Any] = _none
    sizes: dict[str, dict[str, int]] = field(default_factory=dict)


@cache
def networks() -> dict[str, ExpressionArchitecture]:
    """All networks that read whole expressions, the default first."""
    found = [network for name in names() if isinstance(network := find(name), ExpressionArchitecture)]
    return {network.name: network for network in sorted(found, key=lambda n: (n.name != DEFAULT, n.name))}
