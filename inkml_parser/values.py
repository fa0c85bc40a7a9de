"""The values of a trace, from any encoding of the standard to numbers (W3C InkML, section 3.2.1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inkml_parser.errors import MalformedInk
from inkml_parser.types import Matrix

_SINGLE = {"T": 1.0, "F": 0.0, "?": np.nan}
_DEPENDENT = "'\"*"


def are_independent(text: str) -> bool:
    """Whether no value of a trace depends on the one before: neither differences nor repetitions."""
    return not any(mark in text for mark in _DEPENDENT)


def independent(tokens: Sequence[str], names: tuple[str, ...]) -> Matrix:
    """`(n, channels)` numbers, NaN where not known.

    Args:
        tokens: sequence of str. Values, point by point, all explicit and without `!`.
        names: tuple of str. The channels.

    Raises:
        MalformedInk: `T` or `F` for a coordinate.
    """
    for number, name in enumerate(names):
        if name in ("X", "Y"):
            for token in tokens[number :: len(names)]:
                if token in ("T", "F"):
                    raise MalformedInk(f"{token} is no coordinate")
    try:
        numbers = [
            _SINGLE[token]
            if token in _SINGLE
            else float.fromhex(token.replace("#", ""))
            if "#" in token
            else float(token)
            for token in tokens
        ]
    except OverflowError:
        raise MalformedInk("a value is too large for a floating-point number") from None
    return np.array(numbers, dtype=np.float64).reshape(-1, len(names))


def dependent(tokens: Sequence[str], names: tuple[str, ...]) -> Matrix:
    """As `independent`, of values in all encodings: in each channel, one stays until another is named.

    Raises:
        MalformedInk: `T` or `F` for a coordinate; a difference or `*` without a value before it.
    """
    width = len(names)
    decoded: list[float] = []
    for column, name in enumerate(names):
        is_coordinate = name in ("X", "Y")
        order, value, step = "!", np.nan, np.nan
        for token in tokens[column::width]:
            first = token[0]
            if first in "TF*?":
                if first == "?":
                    decoded.append(np.nan)
                    continue
                if first == "*":
                    if value != value:
                        raise MalformedInk("a * without a value before it")
                    step = 0.0
                elif is_coordinate:
                    raise MalformedInk(f"{first} is no coordinate")
                else:
                    value = _SINGLE[first]
                decoded.append(value)
                continue
            if first in "!'\"":
                order, token = first, token[1:]
            number = float(token) if "#" not in token else _hexadecimal(token)
            if order == "!":
                value, step = number, np.nan
            else:
                step = number if order == "'" else step + number
                value += step
                if value != value:
                    raise MalformedInk("a difference without a value before it")
            decoded.append(value)
    return np.array(decoded, dtype=np.float64).reshape(width, -1).T


def _hexadecimal(token: str) -> float:
    try:
        return float.fromhex(token.replace("#", "", 1))
    except OverflowError:  # infinite, as float() has it for too many decimal digits
        return -np.inf if token[0] == "-" else np.inf
