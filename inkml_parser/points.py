"""The text of a trace, decoded (W3C InkML, section 3.2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np

from inkml_parser.columns import NO_COLUMNS, Columns, Decoded
from inkml_parser.errors import MalformedInk, OversizedInk
from inkml_parser.formats import TraceFormat
from inkml_parser.limits import MOST_VALUES, Limits
from inkml_parser.pen_state import TIP_SWITCH, check_known
from inkml_parser.types import Indices, Matrix, Values
from inkml_parser.values import are_independent, dependent, independent
from inkml_parser.widths import could_be_several, widths

# Python's float() would take `nan`, `1_0` and digits of every script; the standard does not.
_NUMBER = r"(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+"
_SPACE = r"[ \t\r\n]"
# After a number white space may be missing only where no other number could begin: `40T`, `1-2`, `'3'4`.
_VALUE = rf"(?:[!'\"]?+[+-]?+(?:\#[0-9A-Fa-f]++|{_NUMBER})(?![0-9A-EG-SU-Za-z_.])|[TF*?])"
_VALUES = re.compile(rf"{_VALUE}|,")
_POINTS = re.compile(rf"{_SPACE}*+(?:{_VALUE}{_SPACE}*+)++(?:,{_SPACE}*+(?:{_VALUE}{_SPACE}*+)++)*+,?+{_SPACE}*+")
_DECIMAL_CHARACTERS = re.compile(r"[-+.0-9 \t\r\n]*+")
_PLAIN_RUN = re.compile(rf"[+-]?+{_NUMBER}(?:{_SPACE}++[+-]?+{_NUMBER})*+")
# Where white space or a comma is between all values, they need not be looked for.
_APART = rf"(?:[!'\"]?+[+-]?+(?:{_NUMBER}|\#[0-9A-Fa-f]++)|[TF*?])"
_POINTS_APART = re.compile(rf"{_APART}(?:(?:{_SPACE}++,?+|,){_SPACE}*+{_APART})*+{_SPACE}*+,?+")
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
        `(n, 2)` float64 array of X and Y, n ≥ 0, and the other channels, `(n, channels)` float64.

    Raises:
        MalformedInk: Not a number, not finite, points of different length, or values without
            commas that do not divide into points.
        OversizedInk: More than `max_points`.
    """
    text = text.strip(" \t\r\n")
    if not text:
        return np.empty((0, 2)), NO_COLUMNS
    comma = text.find(",")
    words = (text if comma < 0 else text[:comma]).split(None, MOST_VALUES + 1)
    width = len(words)
    # Nearly every trace is plain decimals: one regular expression checks all of it at once.
    is_whole = not could_be_several(width, trace_format) if comma >= 0 else width <= len(trace_format.names)
    is_whole &= width <= MOST_VALUES and width in (usual, len(trace_format.names))
    numbers = _plain_numbers(text, words, width) if is_whole else None
    if numbers is not None:
        if text.count(",") >= max_points + text.endswith(","):
            raise OversizedInk(f"more than {max_points} points")
        return _channels(np.array(numbers).reshape(-1, width), trace_format)
    return _channels(_decode_general(text, trace_format, usual, max_points), trace_format)


def _plain_numbers(text: str, words: list[str], width: int) -> list[float] | None:
    """The numbers of points of so many plain decimals each, of which `words` are the first; None if they are not."""
    try:
        if _DECIMAL_CHARACTERS.fullmatch(text):  # of these alone, float() takes just what the standard does
            return list(map(float, words))
    except ValueError:
        return None
    return list(map(float, text.replace(",", " ").split())) if _plain(width).fullmatch(text) else None


def first_width(text: str) -> int | None:
    """Values of the first point, where a comma ends it and they are plain; None if that cannot be told."""
    first, comma, _ = text.partition(",")
    return len(first.split()) if comma and len(first) < 1000 else None


@lru_cache(maxsize=MOST_VALUES)
def _plain(width: int) -> re.Pattern[str]:
    value = rf"[+-]?{_NUMBER}"
    point = rf"{_SPACE}*+{value}" + rf"{_SPACE}++{value}" * (width - 1) + rf"{_SPACE}*+"
    return re.compile(rf"{point}(?:,{point})*+,?{_SPACE}*+")


def _channels(values: Matrix, trace_format: TraceFormat) -> Decoded:
    """Splits `(n, width)` values, NaN where not known, into X Y and the rest."""
    finite = np.isfinite(values)
    is_finite = bool(finite.all())
    if not is_finite and np.isinf(values).any():
        raise MalformedInk("a value is too large for a floating-point number")
    width = values.shape[1]
    if width == 2 and trace_format.names[:2] == ("X", "Y") and not trace_format.reversed:
        if not is_finite:
            raise MalformedInk("a point without X or Y")
        return values, NO_COLUMNS
    parts = _parts(_names(trace_format, width), trace_format.reversed)
    if parts is None:
        raise MalformedInk(f"{width} values in a point, but the channels are {' '.join(trace_format.names)}")
    if parts.signs is not None:
        values = values * parts.signs
    points = values.take(parts.coordinates, axis=1)
    if is_finite:
        return points, Columns(parts.columns, values.take(parts.others, axis=1))
    known = finite.all(axis=0)
    if not known.take(parts.coordinates).all():
        raise MalformedInk("a point without X or Y")
    if TIP_SWITCH in parts.columns:
        check_known(values[:, parts.others[parts.columns[TIP_SWITCH]]])
    is_known = known.take(parts.others)
    others = values.take(parts.others[is_known], axis=1)
    return points, Columns({n: i for i, n in enumerate(compress(parts.columns, is_known.tolist()))}, others)


class _Parts(NamedTuple):
    """Where the channels of a point are: X and Y, and the others with the names that they have."""

    coordinates: Indices
    others: Indices
    columns: dict[str, int]
    signs: Values | None


@lru_cache(maxsize=64)
def _parts(names: tuple[str, ...], against: frozenset[str]) -> _Parts | None:
    place = {name: number for number, name in enumerate(names)}
    if not {"X", "Y"} <= place.keys():
        return None
    coordinates = np.array([place.pop("X"), place.pop("Y")])
    index = {name: number for number, name in enumerate(place)}
    signs = np.array([-1.0 if name in against else 1.0 for name in names])
    others = np.array(list(place.values()), dtype=np.intp)
    return _Parts(coordinates, others, index, None if against.isdisjoint(names) else signs)


def _names(trace_format: TraceFormat, width: int) -> tuple[str, ...]:
    """The channels of points of so many values; those beyond the format are named by their position."""
    declared = trace_format.names
    return declared[:width] + tuple(str(i + 1) for i in range(len(declared), width))


def _decode_general(text: str, trace_format: TraceFormat, usual: int | None, max_points: int) -> Matrix:
    """`(n, width)` values of a trace in any encoding of the standard, NaN where not known."""
    if "," not in text:
        most = max_points * max(len(trace_format.names), usual or 0)
        if len(text) > most and _words(text) > most:
            raise OversizedInk(f"more than {max_points} points")
        if _PLAIN_RUN.fullmatch(text):
            flat = np.fromiter(map(float, text.split()), dtype=np.float64)
            found = widths([len(flat)], lambda: _line_widths(text), trace_format, usual)
            return flat.reshape(len(found), -1)
    is_apart = _POINTS_APART.fullmatch(text) is not None
    tight = text if is_apart else _LOOSE.sub(r"\1", text)
    if not is_apart and not _POINTS.fullmatch(tight):
        raise _not_points(tight)
    is_independent = are_independent(tight)
    shown = tight.removesuffix(",").replace("!", " ") if is_independent else tight.removesuffix(",")
    tokens = shown.replace(",", " , ").split() if is_apart else _VALUES.findall(shown)
    commas = [i for i, token in enumerate(tokens) if token == ","] if "," in shown else []
    counts = [b - a - 1 for a, b in pairwise((-1, *commas, len(tokens)))]
    found = widths(counts, lambda: _line_widths(tight), trace_format, usual)
    if len(found) > max_points:
        raise OversizedInk(f"more than {max_points} points")
    width = max(found)
    if width > MOST_VALUES:
        raise MalformedInk(f"point {found.index(width)} has more than {MOST_VALUES} values")
    values = [token for token in tokens if token != ","] if commas else tokens
    if min(found) < width:
        values = _filled(values, found, trace_format)
    return (independent if is_independent else dependent)(values, _names(trace_format, width))


def _words(text: str) -> int:
    """How many words white space separates, counted without making them."""
    is_space = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8) <= ord(" ")
    return int(np.count_nonzero(is_space[:-1] & ~is_space[1:])) + 1


def _filled(values: list[str], counts: Sequence[int], trace_format: TraceFormat) -> list[str]:
    """Values of points of different length, `?` for each that is missing: shorter ones lack intermittent channels."""
    width = max(counts)
    least = trace_format.regular if trace_format.regular < width <= len(trace_format.names) else width
    filled: list[str] = []
    at = 0
    for index, own in enumerate(counts):
        if own < least:
            raise MalformedInk(f"point {index} has {own} values, others have {width}")
        filled += values[at : at + own]
        filled += ["?"] * (width - own)
        at += own
    return filled


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
