"""The traces of a document, decoded and placed, and the strokes that they make."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from lxml import etree

from inkml_parser.brushes import is_highlighter
from inkml_parser.columns import Columns, Decoded
from inkml_parser.contexts import Contexts
from inkml_parser.document import identifier, local_name
from inkml_parser.errors import MalformedInk, OversizedInk, UnsupportedInk
from inkml_parser.frames import Frame, Frames
from inkml_parser.layout import Layout, stray_cause
from inkml_parser.limits import Limits
from inkml_parser.pen_state import TIP_SWITCH, is_pen_up, unknown_type
from inkml_parser.points import decode, first_width
from inkml_parser.separators import with_commas
from inkml_parser.strokes import Stroke, Trace, concatenated, joined
from inkml_parser.time_first import is_time_first
from inkml_parser.warnings import Part, Warnings


@dataclass(eq=False)
class Traces:
    """The traces of a document.

    Args:
        all: list of Trace, in document order.
        strokes: list of Stroke, in the order in which they begin. Those without points are left out.
        ambiguous: set of str. Identifiers that more than one trace has.
    """

    all: list[Trace]
    strokes: list[Stroke]
    ambiguous: set[str]


def traces(found: Layout, limits: Limits, warnings: Warnings) -> Traces:
    """Decode all traces.

    Raises:
        OversizedInk: More traces, strokes or points than the limits allow.
        MalformedInk, UnsupportedInk: A trace that cannot be decoded, or whose context cannot be used; a
            mapping where it means nothing.
    """
    if len(found.traces) > limits.max_strokes:
        raise OversizedInk(f"more than {limits.max_strokes} traces")
    for stray in found.stray[:1]:
        raise UnsupportedInk(f"<{local_name(stray)}> in line {stray.sourceline} {stray_cause(stray)}")
    least = sum((trace.element.text or "").count(",") + 1 for trace in found.traces)
    if least > limits.max_points:
        raise OversizedInk(f"more than {limits.max_points} points")
    given = Counter(identifier(trace.element) for trace in found.traces)
    all_traces = _framed(found, given, warnings)
    ambiguous = {name for name, count in given.items() if name is not None and count > 1}
    for name in sorted(ambiguous):
        warnings.add(Part.INK, f"{given[name]} traces have the identifier {name!r}; all but the first are renamed")
    points = _decoded(all_traces, limits, warnings)
    strokes = joined(all_traces, points, ambiguous, limits.max_strokes, warnings)
    return Traces(all_traces, strokes, ambiguous)


def _framed(found: Layout, given: Counter[str | None], warnings: Warnings) -> list[Trace]:
    contexts, frames = Contexts(found, warnings), Frames(found, warnings)
    brushes: dict[etree._Element | None, bool] = {None: False}
    properties: dict[etree._Element, dict[str, float]] = {}
    taken = {name for name in given if name is not None}
    used: set[str] = set()
    spare = len(found.traces)
    result = []
    for number, trace in enumerate(found.traces):
        name = identifier(trace.element)
        if name is None or name in used:
            is_free = name is None and str(number) not in taken
            while not is_free and str(spare) in taken:
                spare += 1
            name = str(number) if is_free else str(spare)
            taken.add(name)
        used.add(name)
        try:
            context = contexts.of_trace(trace)
            if context.brush is not None and context.brush not in brushes:
                brushes[context.brush] = is_highlighter(context.brush, found.brush, properties)
            result.append(Trace(trace.element, name, frames.of(context), not brushes[context.brush]))
        except (MalformedInk, UnsupportedInk) as error:
            raise _of_trace(error, name) from None
    scaled = frames.scaled()
    for one in result:
        one.frame = scaled[one.frame]
    return result


def _decoded(all_traces: list[Trace], limits: Limits, warnings: Warnings) -> list[Decoded]:
    widths: dict[Frame, Counter[int]] = {}
    texts = [_text(trace) for trace in all_traces]
    for trace, text in zip(all_traces, texts, strict=True):
        width = first_width(text)
        if width is not None:
            widths.setdefault(trace.frame, Counter())[width] += 1
    usual = {frame: counts.most_common(1)[0][0] for frame, counts in widths.items()}
    result = []
    left = limits.max_points
    noted: set[Frame] = set()
    for trace, text in zip(all_traces, texts, strict=True):
        try:
            decoded = decode("" if is_pen_up(trace.element) else text, trace.frame.format, usual.get(trace.frame), left)
        except OversizedInk:
            raise OversizedInk(f"more than {limits.max_points} points") from None
        except (MalformedInk, UnsupportedInk) as error:
            raise _of_trace(error, trace.id) from None
        undeclared = [] if trace.frame in noted else _undeclared(decoded[1], trace.frame)
        if undeclared:
            noted.add(trace.frame)
            warnings.add(Part.INK, _beyond(trace, undeclared))
        unknown = unknown_type(trace.element, TIP_SWITCH in decoded[1])
        if unknown is not None:
            warnings.add(Part.INK, f"trace {trace.id!r} is of type {unknown}")
        result.append(decoded)
        trace.points = len(decoded[0])
        left -= trace.points
    _check_undeclared(all_traces, result)
    return _placed(all_traces, result)


def _check_undeclared(all_traces: list[Trace], decoded: list[Decoded]) -> None:
    """Refuse points of three or more values without a format that look like T X Y: X Y comes first in InkML."""
    pairs = zip(all_traces, decoded, strict=True)
    bare = [(trace, one) for trace, one in pairs if trace.points and not trace.frame.format.channels and one[1]]
    if is_time_first([one for _, one in bare]):
        cause = "the first value of its points never falls, as time does: T X Y? The <traceFormat> has to tell"
        raise MalformedInk(f"trace {bare[0][0].id!r}: {cause}")


def _text(trace: Trace) -> str:
    """What a trace holds, without its annotations."""
    text = trace.element.text or ""
    for child in trace.element:
        if local_name(child) not in ("annotation", "annotationXML"):
            raise MalformedInk(f"trace {trace.id!r}: <{local_name(child)}> inside a trace")
        text += f" {child.tail or ''}"
    return with_commas(text)


def _placed(all_traces: list[Trace], decoded: list[Decoded]) -> list[Decoded]:
    """All traces as points, those with the same frame and channels at once: there may be many short ones."""
    groups: dict[tuple[Frame, tuple[str, ...]], list[int]] = {}
    for number, trace in enumerate(all_traces):
        if trace.points:
            groups.setdefault((trace.frame, tuple(decoded[number][1])), []).append(number)
    result = list(decoded)
    for (frame, _), members in groups.items():
        parts = [decoded[number] for number in members]
        if not frame.is_plain:
            try:
                parts = _split(frame.placed(*concatenated(parts)), [len(points) for points, _ in parts])
            except (MalformedInk, UnsupportedInk):
                parts = [_placed_alone(all_traces[number], decoded[number]) for number in members]
        for number, part in zip(members, parts, strict=True):
            result[number] = part
    return result


def _placed_alone(trace: Trace, decoded: Decoded) -> Decoded:
    try:
        return trace.frame.placed(*decoded)
    except (MalformedInk, UnsupportedInk) as error:
        raise _of_trace(error, trace.id) from None


def _split(whole: Decoded, lengths: list[int]) -> list[Decoded]:
    ends = np.cumsum(lengths)[:-1].tolist()
    return list(zip(np.split(whole[0], ends), whole[1].split(ends), strict=True))


def _undeclared(channels: Columns, frame: Frame) -> list[str]:
    """Channels beyond those of the format; they come last, and have their position for a name."""
    if not next(reversed(channels.index), "").isdecimal():
        return []
    declared = frame.format.names  # what was undeclared is declared by such a name once it is written
    return [
        name for name in channels
        if len(name) <= 2 and name.isdecimal() and int(name) > len(declared) and name not in declared
    ]  # fmt: skip


def _beyond(trace: Trace, undeclared: list[str]) -> str:
    names = " ".join(trace.frame.format.names)
    return f"trace {trace.id!r} has values beyond its channels {names}; they are kept as {' '.join(undeclared)}"


def _of_trace(error: MalformedInk | UnsupportedInk, name: str) -> MalformedInk | UnsupportedInk:
    return type(error)(f"trace {name!r}: {error.cause}")
