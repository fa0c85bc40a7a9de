"""The text of a trace, decoded (W3C InkML, section 3.2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from inkml_parser.errors import MalformedInk, OversizedInk
from inkml_parser.formats import TraceFormat
from inkml_parser.limits import MOST_VALUES, Limits
from inkml_parser.types import Decoded, Matrix
from inkml_parser.widths import could_be_several, widths

# Python's float() would take `nan`, `1_0` and digits of every script; the standard does not.
_NUMBER = r"(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+"
_SPACE = r"[ \t\r\n]"
# After a number white space may be missing only where no other number could begin: `40T`, `1-2`, `'3'4`.
_VALUE = rf"(?:[!'\"]?+[+-]?+(?:\#[0-9A-Fa-f]++|{_NUMBER})(?![0-9A-EG-SU-Za-z_.])|[TF*?])"
_VALUES = re.compile(rf"{_VALUE}|,")
_POINTS = re.compile(rf"{_SPACE}*+(?:{_VALUE}{_SPACE}*+)++(?:,{_SPACE}*+(?:{_VALUE}{_SPACE}*+)++)*+,?+{_SPACE}*+")
_PLAIN_RUN = re.compile(rf"[+-]?+{_NUMBER}(?:{_SPACE}++[+-]?+{_NUMBER})*+")
_LOOSE = re.compile(rf"([!'\"+-]){_SPACE}++")


def decode(
    text: str, trace_format: TraceFormat, usual: int | None = None, max_points: int = Limits().max_points
) -> Decoded:
    """Points and channels of one trace.

    A value may be a decimal, a hexadecimal number (`#1F`), `T` or `F`; explicit (`!`), a first
    (`'`) or a second (`"`) difference; `*` repeats the value before, `?` is a value not known.
    Values beyond the declared channels are kept as channels named by their position (`"3"`), and
    declared channels that a trace has no values for are absent. A channel that lacks a value at
    some point of the trace is absent, too.

    Where commas are missing between points, the values are divided by the channels of the format,
    if that comes out even. Refused is what could be either: a multiple of the declared channels
    between all commas, or in each of several lines without commas (`x y` twice, or `x y` with force
    and time?), unless the other traces or the lines tell.

    Args:
        text: str. Points separated by commas; one comma may end the text.
        trace_format: TraceFormat. What the values mean.
        usual: int or None. Values that a point has in the other traces of this format.
        max_points: int. The most points to decode.

    Returns:
        `(n, 2)` float64 array of X and Y, n ≥ 0, and the other channels, `(n,)` float64 each.

    Raises:
        MalformedInk: Not a number, not finite, points of different length, or values without
            commas that do not divide into points.
        OversizedInk: More than `max_points`.
    """
    text = text.strip(" \t\r\n")
    if not text:
        return np.empty((0, 2)), {}
    comma = text.find(",")
    width = len((text if comma < 0 else text[:comma]).split(None, MOST_VALUES + 1))
    # Nearly every trace is plain decimals: one regular expression checks all of it at once.
    is_whole = not could_be_several(width, trace_format) if comma >= 0 else width <= len(trace_format.names)
    if is_whole and width in (usual, len(trace_format.names)) and _plain(width).fullmatch(text):
        if text.count(",") >= max_points + text.endswith(","):
            raise OversizedInk(f"more than {max_points} points")
        flat = np.fromiter(map(float, text.replace(",", " ").split()), dtype=np.float64)
        return _channels(flat.reshape(-1, width), trace_format)
    return _channels(_decode_general(text, trace_format, usual, max_points), trace_format)


def first_width(text: str) -> int | None:
    """Values of the first point, where a comma ends it and they are plain; None if that cannot be told."""
    first, comma, _ = text.partition(",")
    return len(first.split()) if comma and len(first) < 1000 else None


@lru_cache(maxsize=16)
def _plain(width: int) -> re.Pattern[str]:
    value = rf"[+-]?{_NUMBER}"
    point = rf"{_SPACE}*+{value}" + rf"{_SPACE}++{value}" * (width - 1) + rf"{_SPACE}*+"
    return re.compile(rf"{point}(?:,{point})*+,?{_SPACE}*+")


def _channels(values: Matrix, trace_format: TraceFormat) -> Decoded:
    """Splits `(n, width)` values, NaN where not known, into X Y and the rest."""
    if np.isinf(values).any():
        raise MalformedInk("a value is too large for a floating-point number")
    if values.shape[1] == 2 and trace_format.names[:2] == ("X", "Y") and not trace_format.reversed:
        if np.isnan(values).any():
            raise MalformedInk("a point without X or Y")
        return values, {}
    names = _names(trace_format, values.shape[1])
    finite = np.asarray(np.isfinite(values).all(axis=0), dtype=np.bool_)
    is_known = dict(zip(names, finite.tolist(), strict=False))
    columns = {name: -v if name in trace_format.reversed else v for name, v in zip(names, values.T, strict=False)}
    if not {"X", "Y"} <= columns.keys():
        raise MalformedInk(f"{values.shape[1]} values in a point, but the channels are {' '.join(trace_format.names)}")
    if not (is_known["X"] and is_known["Y"]):
        raise MalformedInk("a point without X or Y")
    points = np.stack([columns.pop("X"), columns.pop("Y")], axis=1)
    return points, {name: column for name, column in columns.items() if is_known[name]}


def _names(trace_format: TraceFormat, width: int) -> tuple[str, ...]:
    """The channels of points of so many values; those beyond the format are named by their position."""
    declared = trace_format.names
    return declared[:width] + tuple(str(i + 1) for i in range(len(declared), width))


def _decode_general(text: str, trace_format: TraceFormat, usual: int | None, max_points: int) -> Matrix:
    """`(n, width)` values of a trace in any encoding of the standard, NaN where not known."""
    if "," not in text:
        if _words(text) > max_points * max(len(trace_format.names), usual or 0):
            raise OversizedInk(f"more than {max_points} points")
        if _PLAIN_RUN.fullmatch(text):
            flat = np.fromiter(map(float, text.split()), dtype=np.float64)
            found = widths([len(flat)], lambda: _line_widths(text), trace_format, usual)
            return flat.reshape(len(found), -1)
    tight = _LOOSE.sub(r"\1", text)
    if not _POINTS.fullmatch(tight):
        raise _not_points(tight)
    tokens = _VALUES.findall(tight.removesuffix(","))
    commas = [i for i, token in enumerate(tokens) if token == ","]
    counts = [b - a - 1 for a, b in pairwise((-1, *commas, len(tokens)))]
    found = widths(counts, lambda: _line_widths(tight), trace_format, usual)
    if len(found) > max_points:
        raise OversizedInk(f"more than {max_points} points")
    width = max(found)
    if width > MOST_VALUES:
        raise MalformedInk(f"point {found.index(width)} has more than {MOST_VALUES} values")
    values = [token for token in tokens if token != ","] if commas else tokens
    if min(found) == width:
        columns = [_column(values[i::width], name) for i, name in enumerate(_names(trace_format, width))]
        return np.array(columns, dtype=np.float64).T
    return _ragged(values, found, trace_format)


def _words(text: str) -> int:
    """How many words white space separates, counted without making them."""
    is_space = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8) <= ord(" ")
    return int(np.count_nonzero(is_space[:-1] & ~is_space[1:])) + 1


def _ragged(values: list[str], counts: Sequence[int], trace_format: TraceFormat) -> Matrix:
    """Points of different length: those that are shorter lack intermittent channels."""
    width = max(counts)
    least = trace_format.regular if trace_format.regular < width <= len(trace_format.names) else width
    for index, own in enumerate(counts):
        if own < least:
            raise MalformedInk(f"point {index} has {own} values, others have {width}")
    columns: list[list[str]] = [[] for _ in range(width)]
    rows: list[list[int]] = [[] for _ in range(width)]
    at = 0
    for index, own in enumerate(counts):
        for column in range(own):
            columns[column].append(values[at + column])
            rows[column].append(index)
        at += own
    table = np.full((len(counts), width), np.nan)
    for number, name in enumerate(_names(trace_format, width)):
        table[rows[number], number] = _column(columns[number], name)
    return table


def _line_widths(text: str) -> set[int]:
    """How many values the lines have; none where all is one line."""
    lines = text.replace(",", " ").splitlines()
    return {len(_VALUES.findall(line)) for line in lines if line.strip()} if len(lines) > 1 else set()


def _not_points(text: str) -> MalformedInk:
    """What is wrong with a text that is no points."""
    points = text.split(",")
    for index, point in enumerate(points):
        if not point.strip():
            return MalformedInk(f"point {index} has no values")
        if not _POINTS.fullmatch(point):
            shown = point.strip()
            return MalformedInk(f"point {index} is not a point: {shown if len(shown) <= 40 else shown[:40] + '…'!r}")
    return MalformedInk("not points")


def _column(tokens: list[str], name: str) -> list[float]:
    """One channel of a trace: the encoding stays until another is named."""
    if all(token[0] not in "!'\"TF*?" and "#" not in token for token in tokens):
        return list(map(float, tokens))
    decoded = []
    order, value, step = "!", np.nan, np.nan
    for token in tokens:
        first = token[0]
        if first in "TF":
            if name in ("X", "Y"):
                raise MalformedInk(f"{first} is no coordinate")
            value = float(first == "T")
        elif first == "?":
            decoded.append(np.nan)
            continue
        elif first == "*":
            if value != value:
                raise MalformedInk("a * without a value before it")
            step = 0.0
        else:
            if first in "!'\"":
                order, token = first, token[1:]
            number = _hexadecimal(token) if "#" in token else float(token)
            if order == "!":
                value, step = number, np.nan
            else:
                step = number if order == "'" else step + number
                value += step
                if value != value:
                    raise MalformedInk("a difference without a value before it")
        decoded.append(value)
    return decoded


def _hexadecimal(token: str) -> float:
    try:
        number = float(int(token.lstrip("+-#"), 16))
    except OverflowError:
        number = np.inf  # as float() has it for too many decimal digits
    return -number if token[0] == "-" else number
