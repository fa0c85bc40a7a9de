"""`mapping`: from the numbers of a trace to those that are meant (W3C InkML, section 6.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from lxml import etree

from inkml_parser.document import children, local_name
from inkml_parser.errors import MalformedInk, UnsupportedInk
from inkml_parser.limits import MOST_VALUES
from inkml_parser.types import Channels, Matrix, Values

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MOST_NUMBERS = 100_000
_LONGEST_CHAIN = 16
_TYPES = ("identity", "affine", "lookup", "product")
_KIND_OF_CONTENT = {"affine": "affine", "table": "lookup"}


def steps_in(
    holder: etree._Element, default: tuple[str, ...], by_id: Mapping[str, etree._Element], most: int
) -> list[Step]:
    """What the mapping of a `channel` or a `canvasTransform` does.

    It stands in a `mapping`, is referred to by `mappingRef`, or is a bare `affine` or `table`. Of several the
    first one counts: a canvas transform may add its inverse.

    Args:
        holder: lxml element.
        default: tuple of str. The channels a mapping is from and to, where it has no `bind`.
        by_id: mapping. Where `mappingRef` leads.
        most: int. How many mappings `holder` may have.

    Raises:
        UnsupportedInk: See `steps`; something else than mappings, or too many of them.
        MalformedInk: See `steps`.
    """
    found = _content(holder)
    if holder.get("mappingRef") is not None and not found:
        return steps(_referred(holder, by_id), default, by_id)
    kinds = [local_name(child) for child in found]
    if len(found) > most or not set(kinds) <= {"mapping", *_KIND_OF_CONTENT} or (holder.text or "").strip():
        shown = ", ".join(f"<{kind}>" for kind in kinds[:5]) or "text"
        raise unsupported(holder, f"with {shown} in it")
    if not found:
        return []
    if kinds[0] == "mapping":
        return steps(found[0], default, by_id)
    return [_affine(holder, found[0], default) if kinds[0] == "affine" else _lookup(holder, found[0], default)]


def steps(element: etree._Element, default: tuple[str, ...], by_id: Mapping[str, etree._Element]) -> list[Step]:
    """What a mapping does.

    Args:
        element: lxml element. The `mapping`. Applied are `identity`, `affine`, `lookup` of one channel
            by another (`floor`, `middle`, `ceiling`, `linear`), and a `product` of these on different channels.
        default: tuple of str. The channels it is from and to, where it has no `bind`.
        by_id: mapping. Where `mappingRef` leads.

    Raises:
        UnsupportedInk: Of another type, named with its line.
        MalformedInk: Not the numbers that its type needs, or none that could be inverted.
    """
    element = _referred(element, by_id)
    content = _content(element)
    names = [local_name(child) for child in content]
    kind = element.get("type") or (_KIND_OF_CONTENT.get(names[0], "unknown") if len(names) == 1 else "unknown")
    if kind == "identity" and not content:
        return []
    if kind == "affine" and names == ["affine"]:
        return [_affine(element, content[0], default)]
    if kind == "lookup" and names == ["table"]:
        return [_lookup(element, content[0], default)]
    if kind == "product" and set(names) <= {"mapping"}:
        # A product in a product could be itself, or twice as much with each line of a file.
        parts = [_referred(part, by_id) for part in content[: MOST_VALUES + 1]]
        if len(parts) > MOST_VALUES or any(part.get("type") == "product" for part in parts):
            raise unsupported(element, "of too many mappings, or of products,")
        found = [step for part in parts for step in steps(part, default, by_id)]
        targets = [target for step in found for target in step.targets]
        sources = [source for step in found for source in step.sources]
        if len(set(targets)) != len(targets) or sorted(sources) != sorted(targets):
            raise unsupported(element, "of mappings that share channels")
        return found
    shown = ", ".join(f"<{name}>" for name in names[:5]) or "nothing"
    raise unsupported(element, f"with {shown} in it" if kind in _TYPES else "")


def unsupported(element: etree._Element, why: str) -> UnsupportedInk:
    """An error that names an element, its type and its line."""
    kind = element.get("type")
    shown = f"<{local_name(element)}{'' if kind is None else f' type={kind!r}'}>"
    return UnsupportedInk(f"{shown} in line {element.sourceline}{' ' + why if why else ''} is not supported")


def _referred(element: etree._Element, by_id: Mapping[str, etree._Element]) -> etree._Element:
    for _ in range(_LONGEST_CHAIN):
        reference = element.get("mappingRef")
        if reference is None:
            return element
        target = by_id.get(reference.removeprefix("#"))
        if target is None or local_name(target) != "mapping":
            raise MalformedInk(f"reference to mapping {reference!r}, which is not defined")
        element = target
    raise MalformedInk("the references between mappings run in a circle, or too far")


def _content(element: etree._Element) -> list[etree._Element]:
    """What a mapping consists of, or an element that holds mappings."""
    return [child for child in element if local_name(child) not in ("bind", "annotation", "annotationXML")]


def _bound(element: etree._Element, side: str, default: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(b.get(side, "") for b in children(element, "bind") if b.get(side) is not None))
    return names or default


@dataclass(frozen=True, eq=False)
class Affine:
    """Weighted sums of channels, and a constant."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    matrix: Matrix

    def __call__(self, columns: Channels) -> Channels:
        values = np.stack([_column(columns, name) for name in self.sources])
        with np.errstate(over="ignore", invalid="ignore"):
            mapped = self.matrix[:, :-1] @ values + self.matrix[:, -1:]
        return dict(zip(self.targets, mapped, strict=True))


def _affine(element: etree._Element, content: etree._Element, default: tuple[str, ...]) -> Step:
    """A row for each target: a factor for each source, then what is added."""
    sources, targets = _bound(element, "source", default), _bound(element, "target", default)
    rows = [_numbers(row, element) for row in (content.text or "").strip().rstrip(",").split(",")]
    n, m = len(targets), len(sources)
    flat = [number for row in rows for number in row]
    is_even = len(rows) in (1, n) and len({len(row) for row in rows}) == 1
    if not is_even or len(flat) not in (n * (m + 1), n * m):
        shape = f"{len(rows)} rows of {'/'.join(sorted({str(len(row)) for row in rows}))}"
        raise unsupported(element, f"with {shape} numbers, from {' '.join(sources)} to {' '.join(targets)},")
    matrix = np.array(flat, dtype=np.float64).reshape(n, -1)
    if matrix.shape[1] == m:
        matrix = np.column_stack([matrix, np.zeros(n)])
    linear = matrix[:, :-1]
    if n > 2 or n > m or not _is_onto(linear):
        raise MalformedInk(f"<affine> in line {element.sourceline} maps all points to one line or place")
    return Affine(sources, targets, matrix)


def _is_onto(linear: Matrix) -> bool:
    """Whether one or two rows of factors reach every value, or pair of values."""
    first, last = linear[0].tolist(), linear[-1].tolist()
    if len(linear) == 1:
        return any(first)
    pairs = [(i, j) for i in range(len(first)) for j in range(i)]
    return any(first[i] * last[j] != first[j] * last[i] for i, j in pairs)


@dataclass(frozen=True, eq=False)
class Lookup:
    """One channel by another, from a table."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    table: Matrix
    interpolation: str
    is_relative: bool
    line: object

    def __call__(self, columns: Channels) -> Channels:
        values = _column(columns, self.sources[0])
        known, meant = self.table.T
        if len(values) and (values.min() < known[0] or values.max() > known[-1]):
            raise MalformedInk(f"a value of {self.sources[0]} lies outside of the <table> in line {self.line}")
        if self.interpolation == "linear":
            found = np.interp(values, known, meant)
        else:
            below = np.clip(np.searchsorted(known, values, side="right") - 1, 0, len(known) - 1)
            above = np.clip(np.searchsorted(known, values, side="left"), 0, len(known) - 1)
            found = {
                "floor": lambda: meant[below],
                "ceiling": lambda: meant[above],
                "middle": lambda: (meant[below] + meant[above]) / 2,
            }[self.interpolation]()
        return {self.targets[0]: values + found if self.is_relative else found}


Step = Affine | Lookup
"""A mapping, ready to be applied: it gives the channels that it changes."""


def _lookup(element: etree._Element, table: etree._Element, default: tuple[str, ...]) -> Step:
    sources, targets = _bound(element, "source", default), _bound(element, "target", default)
    columns = [(bind.get("column"), "1" if bind.get("target") is None else "2") for bind in children(element, "bind")]
    if any(given not in (None, usual) for given, usual in columns):
        raise unsupported(element, "with columns in another order than source, target")
    if len(sources) != 1 or len(targets) != 1:
        raise unsupported(element, f"from {' '.join(sources)} to {' '.join(targets)}")
    interpolation = table.get("interpolation", "linear")
    apply = table.get("apply", "absolute")
    if interpolation not in ("floor", "middle", "ceiling", "linear") or apply not in ("absolute", "relative"):
        raise unsupported(element, f"with interpolation {interpolation!r}, applied as {apply!r},")
    rows = [_numbers(row, element) for row in (table.text or "").strip().rstrip(",").split(",")]
    if any(len(row) != 2 for row in rows):
        raise unsupported(element, "with rows of other than two numbers")
    values = np.array(sorted(rows), dtype=np.float64)
    if (np.diff(values[:, 0]) <= 0).any():
        raise MalformedInk(f"<table> in line {table.sourceline} has a value twice")
    return Lookup(sources, targets, values, interpolation, apply == "relative", table.sourceline)


def _numbers(text: str, element: etree._Element) -> list[float]:
    words = text.split(None, _MOST_NUMBERS)
    if not all(_NUMBER.fullmatch(word) for word in words):
        raise MalformedInk(f"<mapping> in line {element.sourceline} holds what is no number")
    numbers = [float(word) for word in words]
    if not np.isfinite(numbers).all():
        raise MalformedInk(f"<mapping> in line {element.sourceline} holds a number that is too large")
    return numbers


def _column(columns: Channels, name: str) -> Values:
    if name not in columns:
        raise MalformedInk(f"a mapping is from channel {name}, which the trace does not have")
    return columns[name]
