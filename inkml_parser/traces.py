"""The traces of a document as strokes: decoded, placed, and joined where one continues another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from inkml_parser.brushes import is_highlighter
from inkml_parser.columns import Columns, Decoded
from inkml_parser.contexts import Contexts
from inkml_parser.document import identifier, local_name
from inkml_parser.errors import MalformedInk, OversizedInk, UnsupportedInk
from inkml_parser.frames import Frame, Frames
from inkml_parser.layout import Layout
from inkml_parser.limits import Limits
from inkml_parser.points import decode, first_width
from inkml_parser.warnings import Part, Warnings


@dataclass(eq=False)
class Trace:
    """One `trace`.

    Args:
        element: lxml element.
        id: str. Its identifier, or a number that no other trace has.
        frame: Frame.
        is_writing: bool. False for a highlighter's.
        points: int. How many it has: 0 if the pen was up.
        stroke: int or None. The number of the stroke of writing that it is a part of, once that is known.
    """

    element: etree._Element
    id: str
    frame: Frame
    is_writing: bool
    points: int = 0
    stroke: int | None = None


@dataclass(eq=False)
class Stroke:
    """One stroke, of one trace or several that continue each other."""

    id: str
    points: Decoded
    is_writing: bool
    parts: list[Trace] = field(default_factory=list)


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
        OversizedInk: More traces or points than the limits allow.
        MalformedInk, UnsupportedInk: A trace that cannot be decoded, or whose context cannot be used; a
            mapping where it means nothing.
    """
    if len(found.traces) > limits.max_strokes:
        raise OversizedInk(f"more than {limits.max_strokes} traces")
    for stray in found.stray[:1]:
        raise UnsupportedInk(f"<{local_name(stray)}> in line {stray.sourceline} stands where it maps nothing")
    least = sum((trace.element.text or "").count(",") + 1 for trace in found.traces)
    if least > limits.max_points:
        raise OversizedInk(f"more than {limits.max_points} points")
    given = Counter(identifier(trace.element) for trace in found.traces)
    all_traces = _framed(found, given, warnings)
    ambiguous = {name for name, count in given.items() if name is not None and count > 1}
    for name in sorted(ambiguous):
        warnings.add(Part.INK, f"{given[name]} traces have the identifier {name!r}; all but the first are renamed")
    points = _decoded(all_traces, limits, warnings)
    return Traces(all_traces, _joined(all_traces, points, ambiguous, warnings), ambiguous)


def _framed(found: Layout, given: Counter[str | None], warnings: Warnings) -> list[Trace]:
    contexts, frames = Contexts(found, warnings), Frames(found, warnings)
    brushes: dict[etree._Element | None, bool] = {None: False}
    properties: dict[etree._Element, dict[str, str]] = {}
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
    for trace in all_traces:
        width = first_width(trace.element.text or "")
        if width is not None:
            widths.setdefault(trace.frame, Counter())[width] += 1
    usual = {frame: counts.most_common(1)[0][0] for frame, counts in widths.items()}
    result = []
    left = limits.max_points
    noted: set[Frame] = set()
    for trace in all_traces:
        if len(trace.element):
            raise MalformedInk(f"trace {trace.id!r}: <{local_name(trace.element[0])}> inside a trace")
        text = "" if trace.element.get("type") == "penUp" else trace.element.text or ""
        try:
            decoded = decode(text, trace.frame.format, usual.get(trace.frame), left)
        except OversizedInk:
            raise OversizedInk(f"more than {limits.max_points} points") from None
        except (MalformedInk, UnsupportedInk) as error:
            raise _of_trace(error, trace.id) from None
        undeclared = [] if trace.frame in noted else _undeclared(decoded[1], trace.frame)
        if undeclared:
            noted.add(trace.frame)
            warnings.add(Part.INK, _beyond(trace, undeclared))
        result.append(decoded)
        trace.points = len(decoded[0])
        left -= trace.points
    return _placed(all_traces, result)


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
                parts = _split(frame.placed(*_concatenated(parts)), [len(points) for points, _ in parts])
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


def _split(joined: Decoded, lengths: list[int]) -> list[Decoded]:
    ends = np.cumsum(lengths)[:-1].tolist()
    return list(zip(np.split(joined[0], ends), joined[1].split(ends), strict=True))


def _undeclared(channels: Columns, frame: Frame) -> list[str]:
    """Channels beyond those of the format; they come last, and have their position for a name."""
    if not next(reversed(channels.index), "").isdecimal():
        return []
    declared = len(frame.format.names)
    return [name for name in channels if len(name) <= 2 and name.isdecimal() and int(name) > declared]


def _beyond(trace: Trace, undeclared: list[str]) -> str:
    names = " ".join(trace.frame.format.names)
    return f"trace {trace.id!r} has values beyond its channels {names}; they are kept as {' '.join(undeclared)}"


def _of_trace(error: MalformedInk | UnsupportedInk, name: str) -> MalformedInk | UnsupportedInk:
    return type(error)(f"trace {name!r}: {error.cause}")


def _joined(all_traces: list[Trace], points: list[Decoded], ambiguous: set[str], warnings: Warnings) -> list[Stroke]:
    following = _continuations(all_traces, ambiguous, warnings)
    continued = set(following.values())
    strokes: list[Stroke] = []
    for first, trace in enumerate(all_traces):
        if first in continued:
            continue
        chain = [first]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        parts = [number for number in chain if all_traces[number].points]
        if not parts:
            continue
        joined = points[parts[0]] if len(parts) == 1 else _concatenated([points[number] for number in parts])
        strokes.append(Stroke(trace.id, joined, trace.is_writing, [all_traces[number] for number in parts]))
    return strokes


def _concatenated(parts: list[Decoded]) -> Decoded:
    return np.concatenate([points for points, _ in parts]), Columns.joined([channels for _, channels in parts])


def _continuations(all_traces: list[Trace], ambiguous: set[str], warnings: Warnings) -> dict[int, int]:
    """Trace → the trace that continues it. A continuation whose prior cannot be told is a stroke of its own."""
    by_id = {trace.id: number for number, trace in enumerate(all_traces)}
    following: dict[int, int] = {}
    prior_of: dict[int, int] = {}
    for number, trace in enumerate(all_traces):
        kind, reference = trace.element.get("continuation"), trace.element.get("priorRef")
        if kind not in ("middle", "end") and (kind is not None or reference is None):
            continue
        prior = _prior(number, reference, all_traces, by_id)
        if reference is not None and reference.removeprefix("#") in ambiguous:
            problem: str | None = f"continues trace {reference!r}, of which there are several"
        elif prior is None:
            problem = f"continues trace {reference!r}, which does not exist" if reference else "continues no trace"
        elif prior in following:
            problem = f"continues trace {reference!r}, which another one continues"
        else:
            problem = None
        if problem is not None:
            warnings.add(Part.INK, f"trace {trace.id!r} {problem}; it is taken for a stroke of its own")
        elif prior is not None and all_traces[prior].element.get("type") != "penUp":
            following[prior], prior_of[number] = number, prior
    for number in _in_circles(prior_of):
        warnings.add(Part.INK, f"trace {all_traces[number].id!r} continues itself, through others; they are not joined")
        del following[prior_of[number]]
    return following


def _prior(number: int, reference: str | None, all_traces: list[Trace], by_id: dict[str, int]) -> int | None:
    """The trace that one continues: the one that it names, else an open one just before it."""
    if reference is not None:
        return by_id.get(reference, by_id.get(reference.removeprefix("#")))
    if number and all_traces[number - 1].element.get("continuation") in ("begin", "middle"):
        return number - 1
    return None


def _in_circles(prior_of: dict[int, int]) -> list[int]:
    """All traces that lead back to themselves."""
    state: dict[int, int] = {}
    found = []
    for start in prior_of:
        path = []
        at: int | None = start
        while at is not None and at not in state:
            state[at] = start
            path.append(at)
            at = prior_of.get(at)
        if at is not None and state[at] == start and at in path:
            found += path[path.index(at) :]
    return found
