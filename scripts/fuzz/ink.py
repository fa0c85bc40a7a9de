"""Arrays given to `Recognizer.recognize`: answers, or errors of the project's own.

Strokes of every shape, type and size: not finite, of no length, huge and tiny, complex, strings, nested,
ragged, with and without time. The beam is 1, for speed: what is tried is what it takes, not what it answers.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from harness import main

from crohme.expressions.recognizer import Recognizer
from crohme.types import Points
from inkml_parser import InkError

ALLOWED = InkError
_DTYPES = ("f8", "f4", "f2", "i8", "i4", "i2", "u1", "u8", "?", "c16", "U4", "S4", "O", "M8[s]", "g")
_ODD = (np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1e-300, 1e300, 1.7976931348623157e308, -1.7e308, 1e16, 1e16 + 2)
_FOREIGN: tuple[Any, ...] = (
    *(None, "x", b"y", 1 + 2j, Decimal("1.5"), Fraction(1, 3), 10**400, True, [], {}, object(), "1", ..., set()),
    *(np.float64("nan"), np.datetime64("2020-01-01"), np.ma.masked, [[1]], (1, (2, 3)), range(3), memoryview(b"ab")),
)


def make(rng: np.random.Generator) -> Any:
    """Plausible strokes, most often, with something done to them."""
    strokes: list[Any] = [_stroke(rng) for _ in range(rng.integers(1, 6))]
    for _ in range(rng.integers(0, 4)):
        at = int(rng.integers(len(strokes)))
        change = _CHANGES[rng.integers(len(_CHANGES))]
        try:
            strokes[at] = change(strokes[at], rng)
        except (TypeError, ValueError, IndexError, OverflowError, RuntimeError):  # dates as short texts are the last
            strokes[at] = _FOREIGN[rng.integers(len(_FOREIGN))]
    wrapped = _wrapped(strokes, rng)
    return None if isinstance(wrapped, str | bytes) else wrapped  # these would be files


def attempt(strokes: Any) -> str | None:
    """Read it, and check that the answer is one."""
    with np.errstate(all="ignore"):
        found = _recognizer().recognize(strokes, beam=1)
    assert found.readings
    assert 0 <= found.confidence <= 1
    assert found.latex == " ".join(found.latex.split())
    assert found.ink is not None
    assert {stroke for node in found.best.tree.nodes() for stroke in node.strokes} <= set(range(len(found.ink.strokes)))
    return None


@cache
def _recognizer() -> Recognizer:
    return Recognizer.load()


def _stroke(rng: np.random.Generator) -> Points:
    n, scale = int(rng.integers(1, 40)), 10.0 ** rng.integers(-3, 5)
    walk = np.cumsum(rng.normal(0, 1, (n, 2)), axis=0) * scale
    return walk if rng.random() < 0.6 else np.column_stack([walk, np.arange(n)])


def _odd(stroke: Any, rng: np.random.Generator) -> Any:
    array = np.array(stroke, dtype=np.float64)
    array[tuple(rng.integers(n) for n in array.shape)] = _ODD[rng.integers(len(_ODD))]
    return array


def _foreign(stroke: Any, rng: np.random.Generator) -> Any:
    nested = np.array(stroke).tolist()
    nested[int(rng.integers(len(nested)))][0] = _FOREIGN[rng.integers(len(_FOREIGN))]
    return nested


def _ragged(stroke: Any, rng: np.random.Generator) -> Any:
    nested = np.array(stroke).tolist()
    nested[int(rng.integers(len(nested)))] += [1.0] * int(rng.integers(1, 3))
    return nested


def _reshaped(stroke: Any, rng: np.random.Generator) -> Any:
    array = np.array(stroke)
    kind = rng.integers(6)
    if kind == 0:
        return array.T
    if kind == 1:
        return array[None]
    if kind == 2:
        return array.ravel()
    if kind == 3:
        return array[:0]
    if kind == 4:
        return np.repeat(array, rng.integers(1, 4), axis=1)
    return array[:, :1]


def _scaled(stroke: Any, rng: np.random.Generator) -> Any:
    with np.errstate(all="ignore"):
        return np.array(stroke, dtype=float) * _ODD[rng.integers(len(_ODD))]


_CHANGES = (
    _odd,
    _foreign,
    _ragged,
    _reshaped,
    lambda stroke, rng: np.array(stroke).astype(_DTYPES[rng.integers(len(_DTYPES))]),
    lambda stroke, rng: np.array(stroke).tolist(),
    lambda stroke, rng: np.full(np.array(stroke, dtype=float).shape, _ODD[rng.integers(len(_ODD))]),
    _scaled,
    lambda stroke, rng: np.ma.masked_less(np.array(stroke, dtype=float), 0),
    lambda stroke, rng: np.array(stroke)[np.newaxis, ::-1, ::-1][0],
    lambda stroke, rng: _FOREIGN[rng.integers(len(_FOREIGN))],
)


def _wrapped(strokes: list[Any], rng: np.random.Generator) -> Any:
    kind = rng.integers(12)
    if kind == 0:
        return tuple(strokes)
    if kind == 1:
        return iter(strokes)
    if kind == 2:
        return strokes[0]
    if kind == 3:
        return strokes * int(rng.choice([2, 5, 10, 200]))
    if kind == 4:
        return dict(enumerate(strokes))
    if kind == 5:
        return _FOREIGN[rng.integers(len(_FOREIGN))]
    return strokes


if __name__ == "__main__":
    sys.exit(main(__doc__, make, attempt, ALLOWED))
