"""`mapping`: from the numbers of a trace to those that are meant (W3C InkML, section 6.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from lxml import etree

from inkml_parser.document import children, local_name
from inkml_parser.errors import MalformedInk, UnsupportedInk
from inkml_parser.limits import MOST_VALUES
from inkml_parser.mapping_steps import Affine, Lookup, Step
from inkml_parser.types import Matrix

_DIGITS = r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+"
_NUMBER = re.compile(_DIGITS)
_PAIR = rf"\s*+{_DIGITS}\s++{_DIGITS}\s*+"
_PAIRS = re.compile(rf"{_PAIR}(?:,{_PAIR})*+,?+\s*+")
_MOST_NUMBERS = 100_000
_LONGEST_CHAIN = 16
_TYPES = ("identity", "affine", "lookup", "product")
_KIND_OF_CONTENT = {"affine": "affine", "table": "lookup"}


class Mappings:
    """The mappings of one document, each read once however many contexts use it.

    Args:
        by_id: mapping. Where `mappingRef` leads.
    """

    def __init__(self, by_id: Mapping[str, etree._Element]) -> None:
        self._by_id = by_id
        self._found: dict[tuple[etree._Element, tuple[str, ...]], list[Step]] = {}

    def inside(self, holder: etree._Element, default: tuple[str, ...], most: int) -> list[Step]:
        """What the mapping of a `channel` or a `canvasTransform` does.

        It stands in a `mapping`, is referred to by `mappingRef`, or is a bare `affine` or `table`. Of several
        the first one counts: a canvas transform may add its inverse.

        Args:
            holder: lxml element.
            default: tuple of str. The channels a mapping is from and to, where it has no `bind`.
            most: int. How many mappings `holder` may have.

        Raises:
            UnsupportedInk: See `of`; something else than mappings, or too many of them.
            MalformedInk: See `of`.
        """
        key = holder, default
        if key not in self._found:
            self._found[key] = self._inside(holder, default, most)
        return self._found[key]

    def of(self, element: etree._Element, default: tuple[str, ...]) -> list[Step]:
        """What a mapping does.

        Args:
            element: lxml element. The `mapping`. Applied are `identity`, `affine`, `lookup` of one channel
                by another (`floor`, `middle`, `ceiling`, `linear`), and a `product` of these on different channels.
            default: tuple of str. The channels it is from and to, where it has no `bind`.

        Raises:
            UnsupportedInk: Of another type, named with its line.
            MalformedInk: Not the numbers that its type needs, or none that could be inverted.
        """
        element = self._referred(element)
        key = element, default
        if key not in self._found:
            self._found[key] = self._of(element, default)
        return self._found[key]

    def _inside(self, holder: etree._Element, default: tuple[str, ...], most: int) -> list[Step]:
        found = _content(holder)
        if holder.get("mappingRef") is not None and not found:
            return self.of(holder, default)
        kinds = [local_name(child) for child in found]
        if len(found) > most or not set(kinds) <= {"mapping", *_KIND_OF_CONTENT} or (holder.text or "").strip():
            shown = ", ".join(f"<{kind}>" for kind in kinds[:5]) or "text"
            raise unsupported(holder, f"with {shown} in it")
        if not found:
            return []
        if kinds[0] == "mapping":
            return self.of(found[0], default)
        return [_affine(holder, found[0], default) if kinds[0] == "affine" else _lookup(holder, found[0], default)]

    def _of(self, element: etree._Element, default: tuple[str, ...]) -> list[Step]:
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
            return self._product(element, content, default)
        shown = ", ".join(f"<{name}>" for name in names[:5]) or "nothing"
        raise unsupported(element, f"with {shown} in it" if kind in _TYPES else "")

    def _product(self, element: etree._Element, content: list[etree._Element], default: tuple[str, ...]) -> list[Step]:
        # A product in a product could be itself, or twice as much with each line of a file.
        parts = [self._referred(part) for part in content[: MOST_VALUES + 1]]
        if len(parts) > MOST_VALUES or any(part.get("type") == "product" for part in parts):
            raise unsupported(element, "of too many mappings, or of products,")
        found = [step for part in parts for step in self.of(part, default)]
        targets = [target for step in found for target in step.targets]
        sources = [source for step in found for source in step.sources]
        if len(set(targets)) != len(targets) or sorted(sources) != sorted(targets):
            raise unsupported(element, "of mappings that share channels")
        return found

    def _referred(self, element: etree._Element) -> etree._Element:
        for _ in range(_LONGEST_CHAIN):
            reference = element.get("mappingRef")
            if reference is None:
                return element
            target = self._by_id.get(reference.removeprefix("#"))
            if target is None or local_name(target) != "mapping":
                raise MalformedInk(f"reference to mapping {reference!r}, which is not defined")
            element = target
        raise MalformedInk("the references between mappings run in a circle, or too far")


def unsupported(element: etree._Element, why: str) -> UnsupportedInk:
    """An error that names an element, its type and its line."""
    kind = element.get("type")
    shown = f"<{local_name(element)}{'' if kind is None else f' type={kind!r}'}>"
    return UnsupportedInk(f"{shown} in line {element.sourceline}{' ' + why if why else ''} is not supported")


def _content(element: etree._Element) -> list[etree._Element]:
    """What a mapping consists of, or an element that holds mappings."""
    return [child for child in element if local_name(child) not in ("bind", "annotation", "annotationXML")]


def _bound(element: etree._Element, side: str, default: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(b.get(side, "") for b in children(element, "bind") if b.get(side) is not None))
    return names or default


def _affine(element: etree._Element, content: etree._Element, default: tuple[str, ...]) -> Step:
    """A row for each target: a factor for each source, then what is added."""
    sources, targets = _bound(element, "source", default), _bound(element, "target", default)
    rows = [_numbers(row, element) for row in (content.text or "").strip().rstrip(",").split(",")]
    n, m = len(targets), len(sources)
    if n == m and len(rows) == n + 1 and rows[-1] == [0.0] * m + [1.0]:
        del rows[-1]  # a matrix of homogeneous coordinates
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
    text = table.text or ""
    if not _PAIRS.fullmatch(text):
        for row in text.strip().rstrip(",").split(","):
            if len(_numbers(row, element)) != 2:
                raise unsupported(element, "with rows of other than two numbers")
    pairs = np.fromiter(map(float, text.replace(",", " ").split()), dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(pairs).all():
        raise MalformedInk(f"<mapping> in line {element.sourceline} holds a number that is too large")
    known, meant = np.ascontiguousarray(pairs[np.argsort(pairs[:, 0], kind="stable")].T)
    if (np.diff(known) <= 0).any():
        raise MalformedInk(f"<table> in line {table.sourceline} has a value twice")
    return Lookup(sources, targets, known, meant, interpolation, apply == "relative", table.sourceline)


def _numbers(text: str, element: etree._Element) -> list[float]:
    words = text.split(None, _MOST_NUMBERS)
    if not all(_NUMBER.fullmatch(word) for word in words):
        raise MalformedInk(f"<mapping> in line {element.sourceline} holds what is no number")
    numbers = [float(word) for word in words]
    if not np.isfinite(numbers).all():
        raise MalformedInk(f"<mapping> in line {element.sourceline} holds a number that is too large")
    return numbers
