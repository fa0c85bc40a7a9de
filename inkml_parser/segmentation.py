"""Which strokes make which symbol: `traceGroup` and `traceView`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from inkml_parser.document import children, identifier, local_name
from inkml_parser.ink import Symbol
from inkml_parser.strokes import Trace
from inkml_parser.traces import Traces
from inkml_parser.warnings import Part, Warnings

_DEEPEST = 64  # view of a view of a view …; a hostile file goes on for ever
_MOST = 200_000  # traces that all views together name; no more than one for each of the limits, ten times


def symbols(groups: Sequence[etree._Element], traces: Traces, warnings: Warnings) -> tuple[Symbol, ...]:
    """The groups of a document that have a truth and traces, in document order.

    A group is a `traceGroup` or a `traceView`. Groups nest as they like; only what a group itself
    holds is of its symbol, so the group `Segmentation` around all symbols is none. The first truth of
    a group is its label, its first `annotationXML` with an href its leaf. A view may be of a trace, a
    group or another view, and of a range of it (`from="2:1" to="3:7"`, counted from 1) as long as that
    comes out at whole traces. Traces without points are left out, and symbols of nothing else.

    A symbol that refers to what does not exist, or to a part of a trace, is left out, with a warning.

    Args:
        groups: sequence of lxml elements. All of the document, in its order.
        traces: Traces.
        warnings: Warnings.
    """
    views = _Views(groups, traces)
    found = []
    for group in groups:
        label = _label(group)
        if label is None:
            continue
        try:
            members = [trace for member in _members(group) for trace in views.charged(views.of(member))]
        except _Damage as damage:
            warnings.add(Part.SEGMENTATION, f"symbol {_shown(label)} {damage}")
            continue
        strokes = {stroke for trace in members if trace.is_writing for stroke in trace.strokes}
        if strokes:
            hrefs = (annotation.get("href") for annotation in children(group, "annotationXML"))
            href = next((h for h in hrefs if h is not None), None)
            found.append(Symbol(label, tuple(strokes), href))
    return tuple(found)


class _Damage(Exception):
    """Why a view cannot be followed; the words after the symbol's name."""


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _label(group: etree._Element) -> str | None:
    truths = (a.text or "" for a in children(group, "annotation") if a.get("type") == "truth")
    return next(truths, None)


def _members(group: etree._Element) -> Iterator[etree._Element]:
    """What a group shows itself: a view of something, its traces and views; not views with a truth of their own."""
    if local_name(group) == "traceView":
        if group.get("traceDataRef") is not None:
            yield group
            return
        if not any(local_name(child) in ("trace", "traceView") for child in group):
            raise _Damage("has a <traceView> without traceDataRef")
    for element in group:
        name = local_name(element)
        if name == "trace":
            yield element
        elif name == "traceView" and _label(element) is None:
            yield from _members(element)


Path = tuple[int, ...]


class _Views:
    """Follows views to the traces that they show."""

    def __init__(self, groups: Sequence[etree._Element], traces: Traces) -> None:
        self._trace_at = {trace.element: trace for trace in traces.all}
        self._trace_of = {trace.id: trace for trace in traces.all}
        self._ambiguous = traces.ambiguous
        self._group_of: dict[str | None, etree._Element] = {}
        self._repeated: set[str | None] = set()
        for group in groups:
            if self._group_of.setdefault(identifier(group), group) is not group:
                self._repeated.add(identifier(group))
        self._parts: dict[etree._Element, list[etree._Element]] = {}
        self._whole: dict[etree._Element, list[Trace]] = {}
        self._left = _MOST

    def charged(self, shown: list[Trace]) -> list[Trace]:
        """The same traces, if not too many were shown before."""
        self._left -= len(shown)
        if self._left < 0:
            raise _Damage("is one of too many views of too many traces")
        return shown

    def of(self, element: etree._Element, first: Path = (), last: Path = (), depth: int = 0) -> list[Trace]:
        """The traces that an element shows, or a range of them; raises `_Damage`."""
        if depth > _DEEPEST:
            raise _Damage("is a view of itself, or of views too deep")
        trace = self._trace_at.get(element)
        if trace is not None:
            return self._all_of(trace, first, last)
        if not first and not last and element in self._whole:
            return self._whole[element]
        reference = element.get("traceDataRef") if local_name(element) == "traceView" else None
        if reference is None:
            shown = self._inside(element, first, last, depth)
        else:
            own_first, own_last = _path(element.get("from")), _path(element.get("to"))
            if (first or last) and (own_first or own_last):
                raise _Damage(f"is a part of a part of trace {_shown(reference)}; only whole traces are supported")
            shown = self.of(self._target(reference), first or own_first, last or own_last, depth + 1)
        if not first and not last:
            self._whole[element] = shown
        return shown

    def _all_of(self, trace: Trace, first: Path, last: Path) -> list[Trace]:
        if len(first) > 1 or len(last) > 1:
            raise _Damage(f"refers to points of points of trace {_shown(trace.id)}")
        low, high = (first or (1,))[0], (last or (trace.points,))[0]
        from_zero = low == 0 and high == trace.points - 1
        if (low > 1 or high < trace.points) and not from_zero:
            raise _Damage(f"is of a part of trace {_shown(trace.id)}; only whole traces are supported")
        return [trace]

    def _inside(self, group: etree._Element, first: Path, last: Path, depth: int) -> list[Trace]:
        self.charged([])
        if group not in self._parts:
            names = ("trace", "traceGroup", "traceView")
            self._parts[group] = [child for child in group if local_name(child) in names]
        parts = self._parts[group]
        low, high = (first or (1,))[0], (last or (len(parts),))[0]
        if (first or last) and not 1 <= low <= high <= len(parts):
            raise _Damage(f"is of parts {low} to {high} of a group of {len(parts)}")
        shown: dict[Trace, None] = {}
        for number in range(low, high + 1):
            start, end = first[1:] if number == low else (), last[1:] if number == high else ()
            found = self.of(parts[number - 1], start, end, depth + 1)
            shown |= dict.fromkeys(self.charged(found))
        return list(shown)

    def _target(self, reference: str) -> etree._Element:
        for name in (reference, reference.removeprefix("#")):
            if name in self._ambiguous:
                raise _Damage(f"refers to trace {_shown(reference)}, of which there are several")
            if name in self._trace_of:
                return self._trace_of[name].element
            if name in self._repeated:
                raise _Damage(f"refers to group {_shown(reference)}, of which there are several")
            if name in self._group_of:
                return self._group_of[name]
        raise _Damage(f"refers to trace {_shown(reference)}, which does not exist")


def _path(text: str | None) -> Path:
    """The numbers of a range's end, `2:1` for the first part of the second part."""
    if text is None:
        return ()
    words = text.strip().split(":", _DEEPEST)
    if not all(word.isascii() and word.isdigit() and len(word) < 10 for word in words):
        raise _Damage(f"is of a range {_shown(text)} that is none")
    return tuple(map(int, words))
