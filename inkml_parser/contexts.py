"""Which format, canvas, transform and brush hold for a trace (W3C InkML, sections 4 and 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree

from inkml_parser.document import children, local_name
from inkml_parser.errors import MalformedInk, OversizedInk, UnsupportedInk
from inkml_parser.layout import Layout, TraceElement
from inkml_parser.warnings import Part, Warnings

_MOST_SETTINGS = 20_000  # four for each trace that a file may have


@dataclass(frozen=True)
class Context:
    """The elements that give a trace its meaning; None for the default of the standard."""

    format: etree._Element | None = None
    source: etree._Element | None = None
    canvas: etree._Element | None = None
    transform: etree._Element | None = None
    brush: etree._Element | None = None


class Contexts:
    """The contexts of the traces of one document.

    A trace has the context of its `contextRef` or its group's, else the current one: that of the
    nearest `context`, `traceFormat`, `inkSource` or `canvasTransform` before it, outside of
    `definitions`, each of which changes only what it says itself; in a `traceGroup`, until that ends.
    A document with a single `traceFormat` means it for all its traces, wherever it stands, with the
    `inkSource` around it.

    Args:
        found: Layout.
        warnings: Warnings. Takes references that lead nowhere and can be done without.

    Raises:
        OversizedInk: More than `_MOST_SETTINGS` of these elements.
        MalformedInk: Contexts that refer to each other in a circle, or to what is not defined.
        UnsupportedInk: Two transforms in one context.
    """

    def __init__(self, found: Layout, warnings: Warnings) -> None:
        if len(found.settings) > _MOST_SETTINGS:
            raise OversizedInk(f"more than {_MOST_SETTINGS} contexts and formats")
        self._layout = found
        self._warnings = warnings
        self._only = found.formats[0] if len(found.formats) == 1 else None
        self._resolved: dict[etree._Element, Context] = {}
        self._current = [Context()]
        for setting in found.settings:
            element = setting.element
            is_new = local_name(element) != "context" or element.get("contextRef") is None
            current = self._applied(element, self._current[setting.state]) if is_new else self._of(element)
            self._resolved[element] = current
            self._current.append(current)

    def of_trace(self, trace: TraceElement) -> Context:
        """The context of one trace."""
        target = None if trace.context_ref is None else self._target(trace.context_ref, "context")
        is_default = trace.context_ref is not None and target is None and self._is_defined(trace.context_ref)
        context = self._of(target) if target is not None else Context() if is_default else self._current[trace.state]
        if trace.brush_ref is not None:
            context = replace(context, brush=self._target(trace.brush_ref, "brush"))
        if self._only is None or context.format is self._only:
            return context
        holder = self._only.getparent()
        is_of_source = context.source is None and holder is not None and local_name(holder) == "inkSource"
        return replace(context, format=self._only, source=holder if is_of_source else context.source)

    def _of(self, element: etree._Element) -> Context:
        """A context with all that it inherits."""
        chain: list[etree._Element] = []
        seen: set[etree._Element] = set()
        base = Context()
        following: etree._Element | None = element
        while following is not None:
            if following in self._resolved:
                base = self._resolved[following]
                break
            if following in seen:
                raise MalformedInk("the references between contexts run in a circle")
            seen.add(following)
            chain.append(following)
            reference = following.get("contextRef") if local_name(following) == "context" else None
            following = None if reference is None else self._target(reference, "context")
        for one in reversed(chain):
            base = self._resolved[one] = self._applied(one, base)
        return base

    def _applied(self, element: etree._Element, base: Context) -> Context:
        """What holds after an element that changes some of what held before."""
        name = local_name(element)
        if name == "traceFormat":
            return replace(base, format=element)
        if name == "canvasTransform":
            return replace(base, transform=element)
        if name == "inkSource":
            return replace(base, source=element, format=self._format_in(element, base.format))
        if name != "context":
            return base
        source = self._part(element, "inkSource", base.source)
        inherited = base.format if source is base.source or source is None else self._format_in(source, base.format)
        return Context(
            self._format_in(element, inherited),
            source,
            self._part(element, "canvas", base.canvas),
            self._part(element, "canvasTransform", base.transform),
            self._part(element, "brush", base.brush),
        )

    def _format_in(self, element: etree._Element, otherwise: etree._Element | None) -> etree._Element | None:
        if element in self._layout.format_in:
            return self._layout.format_in[element]
        reference = element.get("traceFormatRef")
        if reference is None:
            return otherwise
        target = self._target(reference, "traceFormat")
        return None if target is None else self._layout.format_in.get(target)

    def _part(self, element: etree._Element, name: str, otherwise: etree._Element | None) -> etree._Element | None:
        """A child of a context, or what the context refers to in its place."""
        found = list(islice(children(element, name), 2))
        if len(found) > 1 and name == "canvasTransform":
            raise UnsupportedInk(f"<{name}> in line {found[1].sourceline} is the second of its context: not supported")
        own = found[0] if found else None
        reference = element.get(f"{name}Ref")
        if own is not None or reference is None:
            return otherwise if own is None else own
        return self._target(reference, name)

    def _is_defined(self, reference: str) -> bool:
        return reference.removeprefix("#").startswith("Default")

    def _target(self, reference: str, what: str) -> etree._Element | None:
        """The element that a reference names; None for the defaults of the standard, and for what is not needed."""
        name = reference.removeprefix("#")
        if name in self._layout.repeated:
            self._warnings.add(Part.INK, f"several elements have the identifier {name!r}; the first one is taken")
        if name in self._layout.by_id:
            return self._layout.by_id[name]
        if self._is_defined(reference):
            return None
        cause = f"reference to {reference!r}, which is not defined"
        if what == "brush" or (what in ("context", "traceFormat", "inkSource") and self._only is not None):
            self._warnings.add(Part.INK, cause)
            return None
        raise MalformedInk(cause)
