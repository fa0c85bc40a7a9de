"""Units of X and Y: all ink of a document in one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from inkml_parser.document import children
from inkml_parser.errors import MalformedInk, UnsupportedInk

DEVICE = "dev"
_MILLIMETRES = {"m": 1000.0, "cm": 10.0, "mm": 1.0, "in": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6, "himetric": 0.01}


@dataclass(frozen=True)
class Axis:
    """What one step of a coordinate is worth.

    Args:
        name: str. X or Y.
        units: str. Of the channel, in lower case; `DEVICE` if it has none.
        resolution: `(steps, unit)` or None. The `channelProperty`: so many steps to a unit.
    """

    name: str
    units: str = DEVICE
    resolution: tuple[float, str] | None = None


def axis(name: str, channel: etree._Element | None, source: etree._Element | None) -> Axis:
    """The axis of a channel.

    Raises:
        MalformedInk: A resolution that is no number.
    """
    units = DEVICE if channel is None else (channel.get("units") or DEVICE).strip().lower()
    return Axis(name, units, None if source is None else _resolution(name, source))


def _resolution(name: str, source: etree._Element) -> tuple[float, str] | None:
    for properties in children(source, "channelProperties"):
        for one in children(properties, "channelProperty"):
            if one.get("channel") == name and one.get("name") == "resolution":
                try:
                    value = float(one.get("value", ""))
                except ValueError:
                    value = float("nan")
                if not 0 <= value < float("inf"):
                    raise MalformedInk(f"resolution of channel {name} in line {one.sourceline} is no number")
                per, slash, unit = one.get("units", "").replace(" ", "").lower().partition("/")
                if per == "dpi":
                    per, slash, unit = "1", "/", "in"
                if value == 0:
                    return None
                return (value, unit) if slash else (1 / value, per) if per else (value, "")
    return None


def scales(axes: Sequence[Axis]) -> list[float]:
    """Factors that bring coordinates to the unit of the first one.

    Axes in the same units differ by their resolution, if all have one: values are counted in its
    steps, whatever the units are called (so does Microsoft's ink, in "cm" with 1000 steps to each).
    Axes in different units are brought to one by the length of these; device units are as long as the
    resolution says.

    Raises:
        UnsupportedInk: Units that cannot be compared.
    """
    units = {one.units for one in axes}
    if units == {"%"}:
        raise UnsupportedInk("channels X and Y in percent, of what is not known: this unit is not supported")
    if len(units) == 1 and not all(one.resolution for one in axes):
        return [1.0] * len(axes)
    sizes = [_size(one, by_resolution=len(units) == 1) for one in axes]
    if len({unit for _, unit in sizes}) > 1:
        shown = sorted({f"{one.name} in {one.units!r}" for one in axes})
        raise UnsupportedInk(f"channel units that cannot be compared are not supported: {', '.join(shown)}")
    return [size / sizes[0][0] for size, _ in sizes]


def _size(one: Axis, by_resolution: bool) -> tuple[float, str]:
    """The length of one step, and its unit."""
    if one.resolution is not None and (by_resolution or one.units == DEVICE):
        steps, unit = one.resolution
        return (_MILLIMETRES[unit] / steps, "mm") if unit in _MILLIMETRES else (1 / steps, unit)
    return (_MILLIMETRES[one.units], "mm") if one.units in _MILLIMETRES else (1.0, one.units)
