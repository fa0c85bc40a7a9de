"""The text of a trace, decoded (W3C InkML, section 3.2.1)."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inkml_parser.errors import MalformedInk
from inkml_parser.formats import TraceFormat

_MOST_VALUES = 64  # of one point: the standard knows some twenty channels

# Python's float() would take `nan`, `1_0` and digits of every script; the standard does not.
_NUMBER = r"(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+"
_SPACE = r"[ \t\r\n]"
_VALUE = re.compile(
    rf"{_SPACE}*+(?P<order>[!'\"]?){_SPACE}*+"
    rf"(?:(?P<sign>[+-]?){_SPACE}*+(?:\#(?P<hex>[0-9A-Fa-f]++)|(?P<number>{_NUMBER}))(?![0-9A-Za-z_.])|(?P<mark>[TF*?]))"
)


def decode(text: str, trace_format: TraceFormat) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Points and channels of one trace.

    A value may be a decimal, a hexadecimal number (`#1F`), `T` or `F`; explicit (`!`), a first
    (`'`) or a second (`"`) difference; `*` repeats the value before, `?` is a value not known.
    Values beyond the declared channels are kept as channels named by their position (`"3"`), and
    declared channels that a trace has no values for are absent. A channel that lacks a value at
    some point of the trace is absent, too.

    Args:
        text: str. Points separated by commas; one comma may end the text.
        trace_format: TraceFormat. What the values mean.

    Returns:
        `(n, 2)` float64 array of X and Y, n ≥ 0, and the other channels, `(n,)` float64 each.

    Raises:
        MalformedInk: Not a number, not finite, or points of different length.
    """
    points = text.split(",")
    if not points[-1].strip(" \t\r\n"):
        points.pop()
    if not points:
        return np.empty((0, 2)), {}
    width = len(points[0].split())
    # Nearly every trace is plain decimals: one regular expression checks all of it at once.
    if 0 < width <= _MOST_VALUES and _plain(width).fullmatch(text):
        values = np.array(list(map(float, text.replace(",", " ").split())), dtype=np.float64).reshape(-1, width)
    else:
        values = _decode_general(points, trace_format)
    return _channels(values, trace_format)


@lru_cache(maxsize=16)
def _plain(width: int) -> re.Pattern[str]:
    value = rf"[+-]?{_NUMBER}"
    point = rf"{_SPACE}*+{value}" + rf"{_SPACE}++{value}" * (width - 1) + rf"{_SPACE}*+"
    return re.compile(rf"{point}(?:,{point})*+,?{_SPACE}*+")


def _channels(
    values: NDArray[np.float64], trace_format: TraceFormat
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Splits `(n, width)` values, NaN where not known, into X Y and the rest."""
    if np.isinf(values).any():
        raise MalformedInk("a value is too large for a floating-point number")
    names = trace_format.names + tuple(str(i + 1) for i in range(len(trace_format.names), values.shape[1]))
    columns = {name: -v if name in trace_format.reversed else v for name, v in zip(names, values.T, strict=False)}
    if not {"X", "Y"} <= columns.keys():
        raise MalformedInk(f"{values.shape[1]} values in a point, but the channels are {' '.join(names)}")
    points = np.stack([columns.pop("X"), columns.pop("Y")], axis=1)
    if np.isnan(points).any():
        raise MalformedInk("a point without X or Y")
    return points, {name: column for name, column in columns.items() if not np.isnan(column).any()}


def _decode_general(points: list[str], trace_format: TraceFormat) -> NDArray[np.float64]:
    """`(n, width)` values of a trace in any encoding of the standard, NaN where not known."""
    states: list[_Channel] = []
    rows = []
    for index, point in enumerate(points):
        tokens = _tokens(point, index)
        states += [_Channel() for _ in range(len(tokens) - len(states))]
        rows.append([state.next(token) for state, token in zip(states, tokens, strict=False)])
    width = len(states)
    least = trace_format.regular if trace_format.regular < width <= len(trace_format.names) else width
    for index, row in enumerate(rows):
        if len(row) < least:
            raise MalformedInk(f"point {index} has {len(row)} values, others have {width}")
        row += [np.nan] * (width - len(row))
    return np.array(rows, dtype=np.float64)


def _tokens(point: str, index: int) -> list[re.Match[str]]:
    tokens: list[re.Match[str]] = []
    position, end = 0, len(point.rstrip(" \t\r\n"))
    while position < end:
        token = _VALUE.match(point, position)
        if token is None:
            raise MalformedInk(f"point {index} is not a point: {_shortened(point)}")
        if len(tokens) == _MOST_VALUES:
            raise MalformedInk(f"point {index} has more than {_MOST_VALUES} values")
        tokens.append(token)
        position = token.end()
    if not tokens:
        raise MalformedInk(f"point {index} has no values")
    return tokens


def _shortened(point: str) -> str:
    point = point.strip()
    return repr(point if len(point) <= 40 else point[:40] + "…")


def _number(token: re.Match[str]) -> float:
    try:
        number = float(int(token["hex"], 16)) if token["hex"] else float(token["number"])
    except OverflowError:
        number = np.inf  # as float() has it for too many decimal digits
    return -number if token["sign"] == "-" else number


class _Channel:
    """One channel of a trace as its values come in: the encoding stays until another is named."""

    def __init__(self) -> None:
        self.order = "!"
        self.value = np.nan
        self.step = np.nan

    def next(self, token: re.Match[str]) -> float:
        if token["mark"]:
            return self._marked(token["mark"])
        self.order = token["order"] or self.order
        number = _number(token)
        if self.order == "!":
            self.value, self.step = number, np.nan
            return number
        self.step = number if self.order == "'" else self.step + number
        self.value += self.step
        if np.isnan(self.value):
            raise MalformedInk("a difference without a value before it")
        return self.value

    def _marked(self, mark: str) -> float:
        if mark == "?":
            return np.nan
        if mark == "*":
            if np.isnan(self.value):
                raise MalformedInk("a * without a value before it")
            self.step = 0.0
            return self.value
        self.value = float(mark == "T")
        return self.value
