"""Strokes as programs hold them: arrays, lists of points, and columns or points that say which value is which."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from inkml_parser.errors import InvalidInk
from inkml_parser.types import Numbers

_TIMES = ("t", "time", "timestamp")


def stroke_array(values: Any, what: str) -> Numbers:
    """One stroke as an array of whatever shape it has.

    Args:
        values: what numpy reads as real numbers; columns by name (a mapping, a data frame, a structured array) or a
            list of mappings, of which X, Y and the time are taken, in upper or lower case, and no others.
        what: str. What an error calls it.

    Raises:
        InvalidInk: No real numbers; names without X and Y; a row of pixels.
    """
    if isinstance(values, np.ndarray) and values.dtype == np.uint8 and values.ndim == 2 and values.shape[1] == 3:
        raise InvalidInk(f"{what} holds bytes in threes: a picture is given as a file or its bytes, not as pixels")
    columns = _named(values, what)
    if columns is None:
        return _real(values, what)
    arrays = [_real(column, what) for column in columns]
    if any(array.ndim != 1 or len(array) != len(arrays[0]) for array in arrays):
        raise InvalidInk(f"{what} has columns of different length")
    return np.stack(arrays, axis=1)


def _named(values: Any, what: str) -> list[Any] | None:
    """X, Y and perhaps the time of what has names, in this order; None where nothing has."""
    if isinstance(values, Sequence) and not isinstance(values, str | bytes) and values:
        if not isinstance(values[0], Mapping):
            return None
        names = _chosen(values[0], what)
        try:
            return [[point[name] for point in values] for name in names or ()]
        except (KeyError, TypeError):
            raise InvalidInk(f"{what} has points of different names") from None
    keys = values.dtype.names if isinstance(values, np.ndarray) else getattr(values, "keys", None)
    if keys is None:
        return None
    chosen = _chosen(list(keys() if callable(keys) else keys), what, is_needed=not hasattr(values, "__array__"))
    return None if chosen is None else [values[name] for name in chosen]


def _chosen(names: Any, what: str, is_needed: bool = True) -> list[Any] | None:
    by_word = {str(name).strip().lower(): name for name in names}
    if not {"x", "y"} <= by_word.keys():
        if is_needed:
            raise InvalidInk(f"{what} has names, but not x and y")
        return None
    return [by_word[word] for word in ("x", "y", *[time for time in _TIMES if time in by_word][:1])]


def _real(values: ArrayLike, what: str) -> Numbers:
    """Anything of real numbers as an array; numpy alone would drop imaginary parts and read strings."""
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O" and not all(isinstance(one, Real | Decimal) for one in array.flat):
            raise InvalidInk(f"{what} holds what is no number")
        if array.dtype.kind not in "iufO":
            name = "text" if array.dtype.kind in "SU" else array.dtype.name
            raise InvalidInk(f"{what} holds {name}, not real numbers")
        if "numpy.ma" in sys.modules and np.ma.is_masked(values):  # else there is none, and it takes long to load
            raise InvalidInk(f"{what} holds masked values")
        with np.errstate(over="ignore"):
            return array.astype(np.float64)
    except InvalidInk:
        raise
    except (TypeError, ValueError, OverflowError):
        raise InvalidInk(f"{what} is no array of real numbers") from None
