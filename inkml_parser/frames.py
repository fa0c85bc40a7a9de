"""From the numbers of a trace to points: X to the right, Y down, all ink of a document in one unit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from lxml import etree

from inkml_parser.columns import Columns, Decoded
from inkml_parser.contexts import Context
from inkml_parser.document import children
from inkml_parser.errors import MalformedInk, UnsupportedInk
from inkml_parser.formats import TraceFormat, trace_format
from inkml_parser.layout import Layout
from inkml_parser.limits import MOST_VALUES
from inkml_parser.mapping_steps import Step
from inkml_parser.mappings import Mappings
from inkml_parser.types import Points
from inkml_parser.units import Axis, axis, scales
from inkml_parser.warnings import Part, Warnings


@dataclass(frozen=True, eq=False)
class Frame:
    """What is done to the values of traces in one context, in this order.

    A `mapping` of a channel is applied to its values. With a `canvasTransform`, that leads to the
    canvas, whose own format then says which way its axes run and in which units; without one, or with
    the identity, the format of the trace does, or the canvas where it has an axis of orientation `-ve`.

    Args:
        format: TraceFormat. What the values of the text are.
        maps: tuple of Step. Mappings of channels, then those of the canvas transform.
        reversed: tuple of bool. Whether X, Y run against the default direction after that.
        axes: tuple of Axis. Units of X and Y after that.
        scale: tuple of float. Factors of X and Y that bring them to the unit of the document.
    """

    format: TraceFormat
    maps: tuple[Step, ...]
    reversed: tuple[bool, bool]
    axes: tuple[Axis, Axis]
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def is_plain(self) -> bool:
        """Whether values are points as they are."""
        return not self.maps and not any(self.reversed) and self.scale == (1.0, 1.0)

    def placed(self, points: Points, channels: Columns) -> Decoded:
        """Decoded values as points. X, Y of `points` have the signs that they have in the text."""
        if self.maps:
            used = {name for step in self.maps for name in step.sources}
            columns = {name: channels[name] for name in used & channels.keys()}
            columns |= {"X": points[:, 0], "Y": points[:, 1]}
            for step in self.maps:
                if not {"X", "Y"}.isdisjoint(step.targets) or columns.keys() >= set(step.sources):
                    columns |= step(columns)
            points = np.stack([columns.pop("X"), columns.pop("Y")], axis=1)
            channels = channels.replaced(columns)
        for number in (0, 1):
            if self.reversed[number] or self.scale[number] != 1:
                points = points.copy()
                with np.errstate(over="ignore"):
                    points[:, number] *= -self.scale[number] if self.reversed[number] else self.scale[number]
        if not np.isfinite(points).all():
            raise MalformedInk("a coordinate is too large for a floating-point number")
        return points, channels


class Frames:
    """The frames of one document.

    Args:
        found: Layout.
        warnings: Warnings. Takes mappings of channels other than X and Y that are not applied.
    """

    def __init__(self, found: Layout, warnings: Warnings) -> None:
        self._by_id = found.by_id
        self._warnings = warnings
        self._mappings = Mappings(found.by_id)
        self._undeclared = TraceFormat()
        # Each part is looked at once, however many contexts share it.
        self._formats: dict[etree._Element, TraceFormat] = {}
        self._maps: dict[TraceFormat, list[Step]] = {}
        self._shown: dict[etree._Element | None, TraceFormat] = {}
        self._axes: dict[tuple[etree._Element | None, etree._Element | None, str], Axis] = {}
        self._frames: dict[tuple[etree._Element | None, ...], Frame] = {}

    def of(self, context: Context) -> Frame:
        """The frame of a context, its scale not yet known.

        Raises:
            MalformedInk, UnsupportedInk: See `formats.trace_format`, `mappings.Mappings`, `units`.
        """
        key = (context.format, context.source, context.canvas, context.transform)
        if key not in self._frames:
            self._frames[key] = self._made(context)
        return self._frames[key]

    def scaled(self) -> dict[Frame, Frame]:
        """Every frame there is, with its scale.

        Raises:
            UnsupportedInk: Units that cannot be compared.
        """
        frames = list(self._frames.values())
        factors = scales([one for frame in frames for one in frame.axes])
        pairs = zip(frames, zip(factors[::2], factors[1::2], strict=True), strict=True)
        return {frame: frame if scale == (1, 1) else replace(frame, scale=scale) for frame, scale in pairs}

    def _format(self, element: etree._Element | None) -> TraceFormat:
        if element is None:
            return self._undeclared
        if element not in self._formats:
            self._formats[element] = trace_format(element)
        return self._formats[element]

    def _made(self, context: Context) -> Frame:
        own = self._format(context.format)
        if own not in self._maps:
            pairs = zip(own.names[:MOST_VALUES], own.channels, strict=False)
            self._maps[own] = [step for name, channel in pairs for step in self._map(name, channel)]
        transform = self._transform(context.transform)
        canvas = self._of_canvas(context.canvas)
        shown, source = (canvas, None) if transform else (own, context.source)
        reversed_ = shown.reversed | canvas.reversed
        return Frame(
            replace(own, reversed=own.reversed - {"X", "Y"}),
            (*self._maps[own], *transform),
            ("X" in reversed_, "Y" in reversed_),
            (self._axis("X", shown, source), self._axis("Y", shown, source)),
        )

    def _of_canvas(self, canvas: etree._Element | None) -> TraceFormat:
        if canvas not in self._shown:
            own = None if canvas is None else next(children(canvas, "traceFormat"), None)
            if own is None and canvas is not None:
                own = self._by_id.get(canvas.get("traceFormatRef", "").removeprefix("#"))
            self._shown[canvas] = self._format(own)
        return self._shown[canvas]

    def _axis(self, name: str, shown: TraceFormat, source: etree._Element | None) -> Axis:
        channel = shown.channel(name)
        key = channel, source, name
        if key not in self._axes:
            self._axes[key] = axis(name, channel, source)
        return self._axes[key]

    def _map(self, name: str, channel: etree._Element) -> list[Step]:
        try:
            return self._mappings.inside(channel, (name,), most=1)
        except UnsupportedInk as error:
            if name in ("X", "Y"):
                raise
            self._warnings.add(Part.INK, f"channel {name} is kept as it is written: {error.cause}")
            return []

    def _transform(self, transform: etree._Element | None) -> list[Step]:
        """The first mapping of a canvas transform; a second one is its inverse."""
        return [] if transform is None else self._mappings.inside(transform, ("X", "Y"), most=2)
