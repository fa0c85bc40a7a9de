"""Traces as strokes: joined where one continues another, divided where the pen is up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from lxml import etree

from inkml_parser.columns import Columns, Decoded
from inkml_parser.errors import OversizedInk
from inkml_parser.frames import Frame
from inkml_parser.pen_state import cut, is_pen_up, runs_down
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
        strokes: list of int. The numbers of the strokes of writing that it has a part in, once they are known.
    """

    element: etree._Element
    id: str
    frame: Frame
    is_writing: bool
    points: int = 0
    strokes: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Stroke:
    """One stroke: of a trace, of a part of it, or of several that continue each other."""

    id: str
    points: Decoded
    is_writing: bool
    parts: list[Trace] = field(default_factory=list)


def joined(
    all_traces: list[Trace], points: list[Decoded], ambiguous: set[str], most: int, warnings: Warnings
) -> list[Stroke]:
    """Traces as strokes of writing and of highlighters, in the order in which they begin.

    Args:
        all_traces: list of Trace.
        points: list of decoded points, one for each.
        ambiguous: set of str. Identifiers that more than one trace has: nothing continues them.
        most: int. The most strokes.
        warnings: Warnings.

    Raises:
        OversizedInk: More strokes.
    """
    following = _continuations(all_traces, ambiguous, warnings)
    continued = set(following.values())
    names = {trace.id for trace in all_traces}
    strokes: list[Stroke] = []
    taken: set[str] = set()
    spare = (n for n in count(len(all_traces)) if str(n) not in names)
    for first, trace in enumerate(all_traces):
        if first in continued:
            continue
        chain = [first]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        for pieces in _pieces([number for number in chain if all_traces[number].points], points):
            numbers = list(dict.fromkeys(number for number, _ in pieces))
            whole = pieces[0][1] if len(pieces) == 1 else concatenated([piece for _, piece in pieces])
            own = trace.id
            while own in taken:
                own = str(next(spare))
            taken.add(own)
            if len(strokes) == most:
                raise OversizedInk(f"more than {most} strokes")
            strokes.append(Stroke(own, whole, trace.is_writing, [all_traces[number] for number in numbers]))
    return strokes


def _pieces(chain: list[int], points: list[Decoded]) -> Iterator[list[tuple[int, Decoded]]]:
    """Traces that continue each other, divided where the pen was up: for each stroke what it has of which trace."""
    stroke: list[tuple[int, Decoded]] = []
    is_down = False
    for number in chain:
        runs = runs_down(points[number])
        for start, stop in runs:
            if stroke and (start or not is_down):
                yield stroke
                stroke = []
            stroke.append((number, cut(points[number], start, stop)))
        is_down = bool(runs) and runs[-1][1] == len(points[number][0])
    if stroke:
        yield stroke


def concatenated(parts: list[Decoded]) -> Decoded:
    """Points and channels, one after another."""
    return np.concatenate([points for points, _ in parts]), Columns.joined([channels for _, channels in parts])


def _continuations(all_traces: list[Trace], ambiguous: set[str], warnings: Warnings) -> dict[int, int]:
    """Trace → the trace that continues it. A continuation whose prior cannot be told is a stroke of its own."""
    by_id = {trace.id: number for number, trace in enumerate(all_traces)}
    following: dict[int, int] = {}
    prior_of: dict[int, int] = {}
    for number, trace in enumerate(all_traces):
        kind, reference = _continuation(trace), trace.element.get("priorRef")
        if kind == "begin" or (kind not in ("middle", "end") and reference is None):
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
        elif prior is not None and not is_pen_up(all_traces[prior].element):
            following[prior], prior_of[number] = number, prior
    for number in _in_circles(prior_of):
        warnings.add(Part.INK, f"trace {all_traces[number].id!r} continues itself, through others; they are not joined")
        del following[prior_of[number]]
    return following


def _continuation(trace: Trace) -> str:
    """`begin`, `middle`, `end`, or whatever else the trace says; empty if it says nothing."""
    return trace.element.get("continuation", "").strip().lower()


def _prior(number: int, reference: str | None, all_traces: list[Trace], by_id: dict[str, int]) -> int | None:
    """The trace that one continues: the one that it names, else an open one just before it."""
    if reference is not None:
        return by_id.get(reference, by_id.get(reference.removeprefix("#")))
    if number and _continuation(all_traces[number - 1]) in ("begin", "middle"):
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
