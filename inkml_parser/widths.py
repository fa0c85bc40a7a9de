"""How many values make a point, where commas are missing or channels are undeclared."""

from __future__ import annotations

from collections.abc import Callable

from inkml_parser.errors import MalformedInk
from inkml_parser.formats import TraceFormat


def widths(counts: list[int], lines: Callable[[], set[int]], trace_format: TraceFormat, usual: int | None) -> list[int]:
    """How many values each point has.

    Args:
        counts: list of int. How many values stand between two commas.
        lines: function without arguments. How many the lines have, as a set; none where all is one line.
        trace_format: TraceFormat. The declared channels.
        usual: int or None. Values that a point has in the other traces of this format.

    Raises:
        MalformedInk: Values without commas that do not divide into points, or that could be one
            point with channels that nothing declares as well as several points.
    """
    declared = len(trace_format.names)
    split = [declared] * (sum(counts) // declared)
    is_alone = len(counts) == 1
    is_open = could_be_several(counts[0], trace_format)
    if is_alone and (counts[0] <= declared or (counts[0] == usual and not is_open)):
        return counts
    if not is_alone and len(set(counts)) == 1:
        if not is_open:
            return counts
        if usual != declared and lines() != {declared}:
            raise _ambiguous(counts[0], "between commas", trace_format)
        return split
    divides = trace_format.regular == declared and all(count % declared == 0 for count in counts)
    if divides and (not is_alone or usual in (None, declared)):
        in_lines = lines() if is_alone else set()
        if len(in_lines) == 1 and 1 < min(in_lines) != declared:
            raise _ambiguous(min(in_lines), "in each line, without commas", trace_format)
        return split
    if is_alone and is_open and counts[0] == usual:
        raise _ambiguous(counts[0], "between commas", trace_format)
    if is_alone:
        names = " ".join(trace_format.names)
        raise MalformedInk(f"{counts[0]} values without commas, which do not divide into points of {names}")
    return counts


def could_be_several(width: int, trace_format: TraceFormat) -> bool:
    """Whether so many values may be one point with channels that nothing declares, or several points."""
    declared = len(trace_format.names)
    return trace_format.regular == declared and width > declared and width % declared == 0


def _ambiguous(count: int, where: str, trace_format: TraceFormat) -> MalformedInk:
    names = " ".join(trace_format.names)
    return MalformedInk(f"{count} values {where}: one point, or several of {names}? The <traceFormat> has to tell")
