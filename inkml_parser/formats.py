"""What the numbers of a trace mean: `traceFormat` and its channels."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from inkml_parser.document import children
from inkml_parser.errors import MalformedInk, UnsupportedInk


@dataclass(frozen=True, eq=False)
class TraceFormat:
    """The channels of a trace, in the order of its values (W3C InkML, section 3.2.2).

    Args:
        names: tuple of str. Regular channels, then intermittent ones. Holds `"X"` and `"Y"`.
        regular: int. How many of them have a value at every point.
        reversed: frozenset of str. Channels of orientation `-ve`: their values grow against the
            default direction, which is to the right for X and down for Y.
        channels: tuple of lxml elements, one per name; none for the default format.
    """

    names: tuple[str, ...] = ("X", "Y")
    regular: int = 2
    reversed: frozenset[str] = frozenset()
    channels: tuple[etree._Element, ...] = ()

    def channel(self, name: str) -> etree._Element | None:
        """The `channel` element of a name."""
        return self.channels[self.names.index(name)] if self.channels else None


def trace_format(element: etree._Element) -> TraceFormat:
    """The format that a `traceFormat` element describes.

    X and Y may be spelt in lower case, as some programs do, and stand in `regularChannels`, as in drafts of InkML.

    Raises:
        MalformedInk: It lacks X or Y, or has a channel twice.
        UnsupportedInk: An orientation that is neither `+ve` nor `-ve`.
    """
    regular = [*children(element, "channel"), *_channels_in(element, "regularChannels")]
    intermittent = _channels_in(element, "intermittentChannels")
    channels = (*regular, *intermittent)
    given = tuple(channel.get("name", "") for channel in channels)
    plain = tuple(name.strip().upper() for name in given)
    names = tuple(
        other if other in ("X", "Y") and other not in given else name for name, other in zip(given, plain, strict=True)
    )
    if len(set(names)) != len(names):
        raise MalformedInk(f"<traceFormat> names a channel twice: {_shown(names)}")
    if not {"X", "Y"} <= set(names[: len(regular)]):
        raise MalformedInk(f"<traceFormat> lacks channel X or Y: {_shown(names)}")
    against = frozenset(name for name, c in zip(names, regular, strict=False) if _is_reversed(c))
    return TraceFormat(names, len(regular), against, channels)


def _channels_in(element: etree._Element, name: str) -> list[etree._Element]:
    return [channel for group in children(element, name) for channel in children(group, "channel")]


def _is_reversed(channel: etree._Element) -> bool:
    given = channel.get("orientation", "+ve").strip().lower()
    if given not in ("+ve", "-ve"):
        raise UnsupportedInk(f"orientation {given[:40]!r} of a channel in line {channel.sourceline} is not supported")
    return given == "-ve"


def _shown(names: tuple[str, ...]) -> str:
    text = ", ".join(names[:20])
    return "no channel" if not names else text if len(text) <= 200 else text[:200] + "…"
