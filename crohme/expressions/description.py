"""The description of a network that reads whole expressions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crohme.bundle.network import Network


def _none(*_: Any) -> Any:
    raise NotImplementedError


@dataclass(frozen=True, eq=False)
class ExpressionArchitecture(Network):
    """The description of a network that reads whole expressions.

    Args:
        forward: function of weights, arguments and `Preprocessing` that makes the network in numpy: an object of
            `crohme.expressions.protocol.ExpressionNetwork`, without its alphabet.
    """

    forward: Callable[..., Any] = _none
