"""Which strokes make which symbol: `traceGroup` and `traceView`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from inkml_parser.document import children, descendants
from inkml_parser.errors import InvalidInk
from inkml_parser.ink import Symbol


def symbols(root: etree._Element, stroke_of: Mapping[str, int | None]) -> tuple[Symbol, ...]:
    """The groups of a document that have a truth and views of traces, in document order.

    Groups nest as they like. Only the views that a group itself holds are its strokes, so the group
    `Segmentation` around all symbols is none. The first truth of a group is its label.

    Args:
        root: lxml element. The `<ink>` element.
        stroke_of: mapping of trace identifier → stroke index, None for a trace without points.
            A symbol of nothing but such traces is left out.

    Raises:
        InvalidInk: A symbol of a trace that does not exist, or of a part of one.
    """
    found = []
    for group in descendants(root, "traceGroup"):
        truth = next((a for a in children(group, "annotation") if a.get("type") == "truth"), None)
        if truth is None:
            continue
        label = truth.text or ""
        strokes = {_stroke(view, label, stroke_of) for view in _members(group)} - {None}
        if strokes:
            href = next((a.get("href") for a in children(group, "annotationXML") if a.get("href") is not None), None)
            found.append(Symbol(label, tuple(sorted(s for s in strokes if s is not None)), href))
    return tuple(found)


def _members(group: etree._Element) -> Iterator[etree._Element]:
    for view in children(group, "traceView"):
        yield view
        yield from descendants(view, "traceView")


def _stroke(view: etree._Element, label: str, stroke_of: Mapping[str, int | None]) -> int | None:
    reference = view.get("traceDataRef")
    if reference is None:  # a view that only holds other views
        return None
    if view.get("from") is not None or view.get("to") is not None:
        raise InvalidInk(f"symbol {label!r} has a part of trace {reference!r}: symbols of whole traces only")
    name = reference if reference in stroke_of else reference.removeprefix("#")
    if name not in stroke_of:
        raise InvalidInk(f"symbol {label!r} refers to trace {reference!r}, which does not exist")
    return stroke_of[name]
