"""The one in-memory form of digital ink: strokes, the symbols they make, and what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from inkml_parser.arrays import stroke_array
from inkml_parser.columns import NO_COLUMNS, Columns
from inkml_parser.errors import InvalidInk
from inkml_parser.types import Numbers, Points, Values
from inkml_parser.warnings import InkWarning


@dataclass(frozen=True)
class Symbol:
    """One written symbol: a label and the strokes that draw it.

    Args:
        label: str. The label as the file has it (`x`, `\\alpha`, `<` …).
        strokes: tuple of int. Indices into `Ink.strokes`, never empty. Kept ascending, each once.
        href: str or None. Identifier of the leaf of the truth MathML that this symbol draws.
    """

    label: str
    strokes: tuple[int, ...]
    href: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "strokes", tuple(sorted(set(self.strokes))))


@dataclass(frozen=True, eq=False)
class Ink:
    """Handwriting on one page, with its ground truth where a file carries one.

    Args:
        strokes: tuple of `(n, 2)` float64 arrays, n ≥ 1. X to the right, Y **down**, in the
            units of the device. One array from pen down to pen up, in the order of writing.
        channels: tuple of mappings, one per stroke: channel name → `(n,)` float64 array, for every
            channel other than X and Y (`"T"` is time, `"F"` is force). Empty where none. Kept read-only.
        trace_ids: tuple of str, one per stroke, unique. `"0"`, `"1"`, … if not given.
        symbols: tuple of `Symbol`. Empty where the file has no segmentation.
        latex: str or None. The LaTeX truth as its author wrote it; for people, not for scoring.
        mathml: str or None. The truth `<math>` element, serialised.
        annotations: dict of str → str. All other annotations (`writer`, `UI`, `age` …).
        highlights: Ink or None. Strokes of a highlighter, which are no writing.
        warnings: tuple of `InkWarning`. What was wrong with the file and did not keep the ink from
            being read. No part of what makes two inks equal.

    Raises:
        InvalidInk: A stroke is not a finite, non-empty `(n, 2)` array, or the parts disagree.
    """

    strokes: tuple[Points, ...]
    channels: tuple[Mapping[str, Values], ...] = ()
    trace_ids: tuple[str, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    latex: str | None = None
    mathml: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    highlights: Ink | None = None
    warnings: tuple[InkWarning, ...] = ()

    def __post_init__(self) -> None:
        strokes = tuple(_frozen(points, (None, 2), f"stroke {i}") for i, points in enumerate(self.strokes))
        channels = self.channels or (NO_COLUMNS,) * len(strokes)
        trace_ids = self.trace_ids or tuple(str(i) for i in range(len(strokes)))
        if not len(strokes) == len(channels) == len(trace_ids):
            raise InvalidInk("strokes, channels and trace_ids differ in length")
        if len(set(trace_ids)) != len(trace_ids):
            raise InvalidInk("trace identifiers are not unique")
        if self.highlights is not None and not set(self.highlights.trace_ids).isdisjoint(trace_ids):
            raise InvalidInk("trace identifiers are not unique")
        if any("X" in by_name or "Y" in by_name for by_name in channels):
            raise InvalidInk("X and Y are the strokes themselves, not channels beside them")
        for symbol in self.symbols:
            if not symbol.strokes or not all(0 <= s < len(strokes) for s in symbol.strokes):
                raise InvalidInk(f"symbol {symbol.label!r} refers to strokes that do not exist")
        frozen_channels = tuple(_frozen_channels(own, len(p)) for p, own in zip(strokes, channels, strict=True))
        object.__setattr__(self, "strokes", strokes)
        object.__setattr__(self, "channels", frozen_channels)
        object.__setattr__(self, "trace_ids", tuple(trace_ids))
        object.__setattr__(self, "symbols", tuple(self.symbols))
        object.__setattr__(self, "annotations", dict(self.annotations))
        object.__setattr__(self, "warnings", tuple(self.warnings))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ink):
            return NotImplemented
        return (
            self.trace_ids == other.trace_ids
            and self.symbols == other.symbols
            and self.latex == other.latex
            and self.mathml == other.mathml
            and self.annotations == other.annotations
            and self.highlights == other.highlights
            and all(np.array_equal(a, b) for a, b in zip(self.strokes, other.strokes, strict=True))
            and self.channels == other.channels
        )

    __hash__ = None  # type: ignore[assignment]  # arrays inside: equal inks would need equal hashes

    @classmethod
    def from_arrays(cls, strokes: Iterable[ArrayLike]) -> Ink:
        """Ink from strokes as anything that numpy reads as `(n, 2)` or `(n, 3)` arrays of real numbers, or with names.

        Args:
            strokes: iterable of strokes; points are X, Y (down), and where there is a third one, the time. Columns and
                points with the names x, y and perhaps t are taken by these: see `arrays.stroke_array`.

        Raises:
            InvalidInk: Not strokes of points, not real numbers, or not finite.
        """
        if hasattr(strokes, "keys"):  # a mapping or a data frame would be walked through by its names
            raise InvalidInk(f"strokes are a list of arrays of points, not {type(strokes).__name__}")
        try:
            listed = list(strokes)
        except TypeError:
            raise InvalidInk(f"strokes are arrays of points, not {type(strokes).__name__}") from None
        arrays = [stroke_array(points, f"stroke {i}") for i, points in enumerate(listed)]
        timed = [array.ndim == 2 and array.shape[1] == 3 for array in arrays]
        return cls(
            strokes=tuple(a[:, :2] if has_time else a for a, has_time in zip(arrays, timed, strict=True)),
            channels=tuple({"T": a[:, 2]} if has_time else {} for a, has_time in zip(arrays, timed, strict=True)),
        )

    def select(self, strokes: Sequence[int]) -> Ink:
        """The ink of some strokes only, without truth, in the given order."""
        return Ink(
            strokes=tuple(self.strokes[i] for i in strokes),
            channels=tuple(self.channels[i] for i in strokes),
            trace_ids=tuple(self.trace_ids[i] for i in strokes),
        )


def _frozen(values: ArrayLike, shape: tuple[int | None, ...], what: str) -> Numbers:
    array = np.array(values, dtype=np.float64)
    fits = array.ndim == len(shape) and shape in (array.shape, (None, *array.shape[1:]))
    if not fits or array.size == 0:
        raise InvalidInk(f"{what} has shape {array.shape}")
    if not np.isfinite(array).all():
        raise InvalidInk(f"{what} holds values that are not finite")
    array.setflags(write=False)
    return array


def _frozen_channels(by_name: Mapping[str, ArrayLike], length: int) -> Columns:
    """The channels of one stroke, copied."""
    if not by_name:
        return NO_COLUMNS
    if isinstance(by_name, Columns) and by_name.table.shape[0] == length and np.isfinite(by_name.table).all():
        return Columns(by_name.index, by_name.table.copy("F"))
    return Columns.named({name: _frozen(v, (length,), f"channel {name}") for name, v in by_name.items()}, length)
