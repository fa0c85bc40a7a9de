"""Which strokes make which symbol: `traceGroup` and `traceView`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from inkml_parser.document import children, identifier, local_name
from inkml_parser.errors import InvalidInk
from inkml_parser.ink import Symbol


def symbols(root: etree._Element, stroke_of: Mapping[str, int | None]) -> tuple[Symbol, ...]:
    """The groups of a document that have a truth and traces, in document order.

    A group is a `traceGroup`, or a `traceView` that holds others. Groups nest as they like; only
    what a group itself holds is of its symbol, so the group `Segmentation` around all symbols is
    none. The first truth of a group is its label, its first `annotationXML` with an href its leaf.

    Args:
        root: lxml element. The `<ink>` element.
        stroke_of: mapping of trace identifier → stroke index, None for a trace without points.
            A symbol of nothing but such traces is left out.

    Raises:
        InvalidInk: A symbol of a trace that does not exist, or of a part of one.
    """
    found = []
    for group in root.iterdescendants("{*}traceGroup", "{*}traceView"):
        label = _label(group)
        if label is None:
            continue
        members = [_stroke(member, label, stroke_of) for member in _members(group)]
        strokes = {stroke for stroke in members if stroke is not None}
        if strokes:
            hrefs = (annotation.get("href") for annotation in children(group, "annotationXML"))
            href = next((h for h in hrefs if h is not None), None)
            found.append(Symbol(label, tuple(strokes), href))
    return tuple(found)


def _label(group: etree._Element) -> str | None:
    truths = (a.text or "" for a in children(group, "annotation") if a.get("type") == "truth")
    return next(truths, None)


def _members(group: etree._Element) -> Iterator[etree._Element]:
    """Traces of the group, and views of traces; those of a group inside only if it has no truth."""
    for element in group:
        name = local_name(element)
        if name == "trace" or (name == "traceView" and element.get("traceDataRef") is not None):
            yield element
        elif name == "traceView" and _label(element) is None:
            yield from _members(element)


def _stroke(member: etree._Element, label: str, stroke_of: Mapping[str, int | None]) -> int | None:
    reference = identifier(member) if local_name(member) == "trace" else member.get("traceDataRef")
    reference = reference or ""
    if member.get("from") is not None or member.get("to") is not None:
        raise InvalidInk(f"symbol {label!r} is of a part of trace {reference!r}; only whole traces are supported")
    name = reference if reference in stroke_of else reference.removeprefix("#")
    if name not in stroke_of:
        raise InvalidInk(f"symbol {label!r} refers to trace {reference!r}, which does not exist")
    return stroke_of[name]
