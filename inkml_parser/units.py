"""Units of X and Y: all ink of a document in one scale."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from inkml_parser.document import descendants
from inkml_parser.errors import MalformedInk, UnsupportedInk

DEVICE = "dev"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MILLIMETRES = {"m": 1000.0, "cm": 10.0, "mm": 1.0, "um": 0.001, "in": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6}
_MILLIMETRES |= {"himetric": 0.01, "twip": 25.4 / 1440, "emu": 25.4 / 914_400}
_SPELLINGS = {
    "m": ("meter", "meters", "metre", "metres"),
    "cm": ("centimeter", "centimeters", "centimetre", "centimetres"),
    "mm": ("millimeter", "millimeters", "millimetre", "millimetres"),
    "um": ("\u00b5m", "\u03bcm", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres"),
    "in": ("inch", "inches", '"'),
    "pt": ("point", "points"),
    "pc": ("pica", "picas"),
    "twip": ("twips",),
}
_UNIT_OF = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_PER_INCH = frozenset({"dpi", "ppi", "lpi", "spi", "cpi"})


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
        MalformedInk: A resolution that is no positive number, or several that differ.
    """
    units = DEVICE if channel is None else _unit((channel.get("units") or DEVICE).strip().lower())
    found = [] if source is None else list(_resolutions(name, source))
    if len(set(found)) > 1:
        raise MalformedInk(f"channel {name} has {len(set(found))} resolutions")
    return Axis(name, units, found[0] if found else None)


def _resolutions(name: str, source: etree._Element) -> Iterator[tuple[float, str]]:
    for one in descendants(source, "channelProperty"):
        if (
            one.get("channel", "").strip() not in (name, name.lower())
            or one.get("name", "").strip().lower() != "resolution"
        ):
            continue
        text = one.get("value", "").strip()
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not 0 < value < math.inf or 1 / value == math.inf:
            shown = text if len(text) <= 40 else text[:40] + "…"
            raise MalformedInk(
                f"the resolution of channel {name} in line {one.sourceline} is no positive number: {shown!r}"
            )
        per, slash, unit = one.get("units", "").replace(" ", "").lower().partition("/")
        if per in _PER_INCH:
            per, slash, unit = "1", "/", "in"
        per, unit = _unit(per), _unit(unit)
        yield (value, unit) if slash else (1 / value, per) if per else (value, "")


def _unit(given: str) -> str:
    """A unit by its usual name."""
    return _UNIT_OF.get(given, given)


def scales(axes: Sequence[Axis]) -> list[float]:
    """Factors that bring coordinates to the unit of the first one.

    Axes in the same units differ by their resolution, if all have one: values are counted in its
    steps, whatever the units are called (so does Microsoft's ink, in "cm" with 1000 steps to each).
    Axes in different units are brought to one by the length of these; device units are as long as the
    resolution says.

    Raises:
        UnsupportedInk: Units that cannot be compared, or a resolution for some of the axes only.
    """
    units = {one.units for one in axes}
    known = [one.resolution is not None for one in axes]
    if any(known) and not all(known) and len(units) == 1:
        with_it, without = axes[known.index(True)].name, axes[known.index(False)].name
        where = "" if with_it != without else " elsewhere"
        raise UnsupportedInk(f"channel {with_it} has a resolution and channel {without}{where} has none")
    if units == {"%"}:
        raise UnsupportedInk("channels X and Y in percent, of what is not known: this unit is not supported")
    if len(units) == 1 and not any(known):
        return [1.0] * len(axes)
    sizes = [_size(one, by_resolution=len(units) == 1) for one in axes]
    if len({unit for _, unit in sizes}) > 1:
        shown = sorted({f"{one.name} in {_shown(one)}" for one in axes})
        raise UnsupportedInk(f"channel units that cannot be compared are not supported: {', '.join(shown)}")
    return [size / sizes[0][0] for size, _ in sizes]


def _shown(one: Axis) -> str:
    return repr(one.units) if one.resolution is None else f"{one.units!r} with a resolution in {one.resolution[1]!r}"


def _size(one: Axis, by_resolution: bool) -> tuple[float, str]:
    """The length of one step, and its unit."""
    if one.resolution is not None and (by_resolution or one.units == DEVICE):
        steps, unit = one.resolution
        return (_MILLIMETRES[unit] / steps, "mm") if unit in _MILLIMETRES else (1 / steps, unit)
    return (_MILLIMETRES[one.units], "mm") if one.units in _MILLIMETRES else (1.0, one.units)
