"""The elements of a document, found in one pass: traces, groups, and all that gives their numbers a meaning."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from inkml_parser.document import identifier, local_name

_NO_INK = frozenset({"annotation", "annotationXML", "math"})
"""Elements of these names hold no ink, whatever stands in them: MathML may have an element `trace`."""
_DEFINED = frozenset({"context", "canvas", "canvasTransform", "traceFormat", "inkSource", "brush", "mapping"})
_CURRENT = frozenset({"context", "traceFormat", "canvasTransform", "inkSource"})
"""Elements that hold for the traces after them, where they stand outside of `definitions`."""
_PLACES = {
    "mapping": ("definitions", "channel", "canvasTransform", "mapping"),
    "affine": ("channel", "canvasTransform", "mapping"),
    "table": ("channel", "canvasTransform", "mapping"),
    "canvasTransform": ("definitions", "context", "traceGroup", "ink"),
}
"""Where that may stand which moves points."""
_PLACED = frozenset({"trace", "traceGroup", "traceView", "context", "canvas", "canvasTransform"})
_MOVING = frozenset({"transform", "matrix"})
"""Attributes of other vocabularies that would move points."""
_TAGS = tuple(
    f"{{*}}{name}"
    for name in sorted(_NO_INK | _DEFINED | _PLACES.keys() | {"definitions", "trace", "traceGroup", "traceView"})
)


@dataclass(frozen=True, eq=False)
class TraceElement:
    """One `trace`, with what it inherits from the elements around it.

    Args:
        element: lxml element.
        context_ref, brush_ref: str or None. Its own reference, or that of the nearest group.
        state: int. Number of the `Setting` that holds for it, counted from 1; 0 before the first.
    """

    element: etree._Element
    context_ref: str | None
    brush_ref: str | None
    state: int


@dataclass(frozen=True, eq=False)
class Setting:
    """An element that changes the current context for what follows it, inside of a `traceGroup` to its end.

    Args:
        element: lxml element.
        state: int. Number of the setting that it changes, as in `TraceElement`.
    """

    element: etree._Element
    state: int


@dataclass(eq=False)
class Layout:
    """The elements of a document that matter to its ink, each list in document order.

    Args:
        traces: list of TraceElement.
        groups: list of lxml elements. Every `traceGroup` and `traceView`.
        settings: list of Setting. What sets the current context in passing.
        formats: list of lxml elements. Every `traceFormat` of traces, not of a canvas.
        format_in: dict of lxml element → the first `traceFormat` inside it.
        by_id: dict of identifier → element that can be referred to as a part of a context.
        repeated: set of str. Identifiers in `by_id` that more than one element has; the first one counts.
        stray: list of lxml elements. Mappings and transforms that nothing can refer to, where they mean nothing;
            elements with a transform that InkML does not know.
    """

    traces: list[TraceElement] = field(default_factory=list)
    groups: list[etree._Element] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    formats: list[etree._Element] = field(default_factory=list)
    format_in: dict[etree._Element, etree._Element] = field(default_factory=dict)
    by_id: dict[str, etree._Element] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    stray: list[etree._Element] = field(default_factory=list)

    def brush(self, reference: str) -> etree._Element | None:
        """The brush that a reference names, if there is one."""
        element = self.by_id.get(reference.removeprefix("#"))
        return element if element is not None and local_name(element) == "brush" else None


def layout(root: etree._Element) -> Layout:
    """Walk through a document once."""
    found = Layout()
    inherited: list[tuple[str | None, str | None]] = [(None, None)]
    states = [0]  # around the open groups, and now
    holders: list[etree._Element] = []  # what is open and could hold a format, innermost last
    hidden = 0  # open elements `definitions`, or of a context, in which nothing sets the current context
    walk = etree.iterwalk(root, events=("start", "end"), tag=_TAGS)
    for event, element in walk:
        name = local_name(element)
        if event == "end":
            inherited.pop()
            if name == "traceGroup":
                states.pop()
            if name in _DEFINED or name == "definitions":
                hidden -= 1
                if holders and holders[-1] is element:
                    holders.pop()
            continue
        context_ref, brush_ref = inherited[-1]
        context_ref, brush_ref = element.get("contextRef", context_ref), element.get("brushRef", brush_ref)
        inherited.append((context_ref, brush_ref))
        if name in _PLACED and not _MOVING.isdisjoint(element.attrib):
            found.stray.append(element)
        if name in _PLACES and identifier(element) is None and _parent_name(element) not in _PLACES[name]:
            found.stray.append(element)
        if name in _NO_INK:
            walk.skip_subtree()
        elif name == "trace":
            found.traces.append(TraceElement(element, context_ref, brush_ref, states[-1]))
        elif name in ("traceGroup", "traceView"):
            found.groups.append(element)
            if name == "traceGroup":
                states.append(states[-1])
        elif name in _DEFINED or name == "definitions":
            if name in _CURRENT and not hidden:
                found.settings.append(Setting(element, states[-1]))
                states[-1] = len(found.settings)
            hidden += 1
            if name == "traceFormat":
                _note_format(found, element, holders)
            elif name in ("context", "inkSource", "canvas"):
                holders.append(element)
            own = identifier(element)
            if own is not None and name in _DEFINED and found.by_id.setdefault(own, element) is not element:
                found.repeated.add(own)
    return found


def stray_cause(element: etree._Element) -> str:
    """What is wrong with one of `Layout.stray`."""
    moving = sorted(_MOVING.intersection(element.attrib))
    return f"has an attribute {moving[0]!r}, which is not supported" if moving else "stands where it maps nothing"


def _parent_name(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else local_name(parent)


def _note_format(found: Layout, element: etree._Element, holders: list[etree._Element]) -> None:
    found.format_in[element] = element
    for holder in reversed(holders):
        if holder in found.format_in:
            break  # and so has all that is around it
        found.format_in[holder] = element
        if local_name(holder) == "canvas":
            return
    if not any(local_name(holder) == "canvas" for holder in holders[-1:]):
        found.formats.append(element)
