"""What the numbers of a trace mean: `traceFormat`, and the `context` that chooses it."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from inkml_parser.document import children, descendants, identifier, local_name
from inkml_parser.errors import MalformedInk


@dataclass(frozen=True)
class TraceFormat:
    """The channels of a trace, in the order of its values (W3C InkML, section 3.2.2).

    Args:
        names: tuple of str. Regular channels, then intermittent ones. Holds `"X"` and `"Y"`.
        regular: int. How many of them have a value at every point.
        reversed: frozenset of str. Channels of orientation `-ve`: their values grow against the
            default direction, which is to the right for X and down for Y.
    """

    names: tuple[str, ...] = ("X", "Y")
    regular: int = 2
    reversed: frozenset[str] = frozenset()


_LONGEST_CHAIN = 16  # context → context → inkSource → traceFormat; a hostile file goes on for ever


class Formats:
    """The trace formats of one document.

    A document with a single `traceFormat` means it for all its traces, wherever it stands. With
    more than one, a trace has that of its `contextRef` or its group's, else that of the nearest
    `context` or `traceFormat` before it, else X and Y (W3C InkML, sections 4 and 6).

    Args:
        root: lxml element. The `<ink>` element.

    Raises:
        MalformedInk: A `traceFormat` without X or Y, or with a channel twice.
    """

    def __init__(self, root: etree._Element) -> None:
        elements = list(descendants(root, "traceFormat"))
        self._by_element = {element: _trace_format(element) for element in elements}
        self._only = self._by_element[elements[0]] if len(elements) == 1 else None
        self._current = TraceFormat()
        self._by_id: dict[str | None, etree._Element] = {}
        if self._only is None:
            for name in ("context", "inkSource", "traceFormat"):
                self._by_id.update((identifier(element), element) for element in descendants(root, name))

    def enter(self, element: etree._Element) -> None:
        """Notes a `context` or `traceFormat` that the reader passes outside of `definitions`."""
        self._current = self._of(element) or self._current

    def of_trace(self, context_ref: str | None) -> TraceFormat:
        """The format of a trace with this `contextRef`, its own or inherited from its group."""
        if self._only is not None:
            return self._only
        if context_ref is None:
            return self._current
        return self._of(self._target(context_ref)) or TraceFormat()

    def _of(self, element: etree._Element | None) -> TraceFormat | None:
        """Follows the references from a context; None if they lead to no format."""
        for _ in range(_LONGEST_CHAIN):
            if element is None:
                return None
            found = self._by_element.get(next(descendants(element, "traceFormat"), element))
            if found is not None:
                return found
            references = (element.get(name) for name in ("traceFormatRef", "inkSourceRef", "contextRef"))
            reference = next((r for r in references if r is not None), None)
            element = None if reference is None else self._target(reference)
        raise MalformedInk("the references between contexts run in a circle, or too far")

    def _target(self, reference: str) -> etree._Element | None:
        """The element that a reference names; None for the defaults of the standard."""
        name = reference.removeprefix("#")
        if name in ("DefaultContext", "DefaultTraceFormat"):
            return None
        if name not in self._by_id:
            raise MalformedInk(f"reference to {reference!r}, which is not defined")
        return self._by_id[name]


def _trace_format(element: etree._Element) -> TraceFormat:
    regular = list(children(element, "channel"))
    intermittent = [c for group in children(element, "intermittentChannels") for c in children(group, "channel")]
    names = tuple(channel.get("name", "") for channel in regular + intermittent)
    if len(set(names)) != len(names):
        raise MalformedInk(f"<{local_name(element)}> names a channel twice: {', '.join(names)}")
    if not {"X", "Y"} <= set(names[: len(regular)]):
        raise MalformedInk(f"<{local_name(element)}> lacks channel X or Y: {', '.join(names) or 'no channel'}")
    against = frozenset(c.get("name", "") for c in regular if c.get("orientation") == "-ve")
    return TraceFormat(names, len(regular), against)
