"""From the graph of a skeleton to strokes: what thinning adds is taken away, and lines go on where they meet."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np

from crohme.ink.trace.skeleton import Edge, Graph
from crohme.types import Points

_SPUR = 1.2  # pen widths: a free end shorter than that is an unevenness of the outline
_BRIDGE = 1.3  # pen widths: junctions nearer than that are one, which thinning has pulled apart
_LONG_BRIDGE = 8.0  # the same where lines cross at a small angle
_STRAIGHT = np.radians(35)  # such a crossing's lines turn less than that
_SHARP = np.radians(110)  # lines that turn more than that into each other have a tip, and their ink a stem
_SLANTED = np.radians(85)  # they turn less than that into the stem, whose direction is known but roughly
_STEM = 3.0  # pen widths: a tip's stem is not longer
_ASIDE = 1.0  # pen widths from a junction within which thinning bends lines
_AHEAD = 3.5  # pen widths from a junction at which the direction of a line is taken

End = tuple[int, int]  # number of an edge, and 0 for its beginning or 1 for its end


def to_lines(graph: Graph, pen: float, smooth: float) -> list[tuple[Points, bool]]:
    """The lines that a pen drew without a sharp turn where they meet others, and whether each is a closed loop.

    Args:
        graph: Graph. It is changed.
        pen: float. Width of the pen, pixels.
        smooth: float. Radians; a line that turns more at a junction ends there.
    """
    _prune(graph, pen)
    _merge_junctions(graph, pen, smooth)
    partners, forks = _passages(graph, pen, smooth)
    lines, used = [], set[int]()
    ends = [(i, side) for i in range(len(graph.edges)) for side in (0, 1)]
    # First from where the pen was set down, which is where no line goes on; what is then left are loops.
    passed = {*partners, *partners.values(), *forks}
    for end in [*(end for end in ends if end not in passed), *ends]:
        if end[0] not in used:
            lines.append(_follow(graph, end, partners, forks, used, pen))
    return lines


def _prune(graph: Graph, pen: float) -> None:
    """Take away short lines with a free end, the shortest first, and join what they parted.

    A tip stays: where two lines meet sharply their ink is one over the last of the way.
    """
    at, longest = _edges_at(graph), _SPUR * pen
    for spur in sorted((e for e in graph.edges if e.length < longest), key=lambda edge: edge.length):
        if not _is_spur(spur, at) or spur.length >= longest or _is_tip(spur, at, pen):
            continue  # what parted it from another line is gone, or all that it hung on
        for node in set(spur.ends):
            at[node].remove(spur)
        graph.edges.remove(spur)
        for node in set(spur.ends):
            _join(graph, node, at)


def _edges_at(graph: Graph) -> dict[int, list[Edge]]:
    """The edges at each node; a loop stands there twice."""
    at: dict[int, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        for node in edge.ends:
            if node >= 0:
                at[node].append(edge)
    return at


def _is_spur(edge: Edge, at: dict[int, list[Edge]]) -> bool:
    return edge.ends[0] >= 0 and sorted(min(len(at[node]), 3) for node in edge.ends) == [1, 3]


def _is_tip(spur: Edge, at: dict[int, list[Edge]], pen: float) -> bool:
    """Whether two lines run smoothly into a spur and turn sharply into each other."""
    node = max(spur.ends, key=lambda end: len(at[end]))
    others = [edge for edge in at[node] if edge is not spur]
    if len(others) != 2 or others[0] is others[1]:
        return False
    way, *lines = (_direction(edge, edge.ends.index(node), pen) for edge in (spur, *others))
    return bool(_turn(*lines) > _SHARP and max(_turn(way, line) for line in lines) < _SLANTED)


def _join(graph: Graph, node: int, at: dict[int, list[Edge]]) -> None:
    """Make one edge of the two at a node that is no junction any more."""
    if len(at[node]) != 2:
        return
    first, second = at.pop(node)
    if first is second:
        first.ends = (-1, -1)
        return
    before = first.line if first.ends[1] == node else first.line[::-1]
    after = second.line if second.ends[0] == node else second.line[::-1]
    start = first.ends[0] if first.ends[1] == node else first.ends[1]
    end = second.ends[1] if second.ends[0] == node else second.ends[0]
    graph.edges.remove(second)
    at[end][at[end].index(second)] = first
    first.ends, first.line = (start, end), np.concatenate([before, after])


def _merge_junctions(graph: Graph, pen: float, smooth: float) -> None:
    """Make one junction of those that are close together."""
    at = _edges_at(graph)
    left, waiting = set(graph.edges), list(graph.edges)
    while waiting:
        bridge = waiting.pop()
        if bridge not in left or not _is_bridge(bridge, at, pen, smooth):
            continue
        left.remove(bridge)
        keep, gone = bridge.ends
        for node in {keep, gone}:
            at[node] = [edge for edge in at[node] if edge is not bridge]
        if keep != gone:
            graph.places[keep] = (graph.places[keep] + graph.places[gone]) / 2
            for edge in at[gone]:
                start, end = edge.ends
                edge.ends = (keep if start == gone else start, keep if end == gone else end)
            at[keep] += at.pop(gone)
        waiting += at[keep]
    graph.edges = [edge for edge in graph.edges if edge in left]


def _is_bridge(edge: Edge, at: dict[int, list[Edge]], pen: float, smooth: float) -> bool:
    a, b = edge.ends
    if a < 0 or len(at[a]) < 3 or len(at[b]) < 3 or edge.length >= _LONG_BRIDGE * pen:
        return False
    if a == b or edge.length < _BRIDGE * pen:
        return edge.length < _BRIDGE * pen
    if len(at[a]) != 3 or len(at[b]) != 3:
        return False
    ends = [[_direction(e, e.ends.index(node), pen) for e in at[node] if e is not edge] for node in (a, b)]
    if len(ends[0]) != 2 or len(ends[1]) != 2:
        return False
    along = [_direction(edge, side, pen) for side in (0, 1)]
    if max(_turn(out, way) for outs, way in zip(ends, along, strict=True) for out in outs) > smooth:
        return False  # a bar between two lines, as in an H
    (p, q), (r, s) = ends
    return bool(min(max(_turn(p, r), _turn(q, s)), max(_turn(p, s), _turn(q, r))) < _STRAIGHT)


def _passages(graph: Graph, pen: float, smooth: float) -> tuple[dict[End, End], dict[End, tuple[End, End]]]:
    """How lines go on at junctions.

    Returns:
        partners: for an end of an edge, the end where the line goes on: the smoothest passages.
        forks: for the free end of a stem that two lines run smoothly into, as in an n or at the waist of a 3,
            the ends of these two. The pen went down the stem and back up: each goes on into the other.
    """
    ends_at: dict[int, list[End]] = defaultdict(list)
    for i, edge in enumerate(graph.edges):
        for side, node in enumerate(edge.ends):
            if node >= 0:
                ends_at[node].append((i, side))
    partners: dict[End, End] = {}
    forks: dict[End, tuple[End, End]] = {}
    for ends in ends_at.values():
        directions = {(i, side): _direction(graph.edges[i], side, pen) for i, side in ends}
        passages = sorted((_turn(directions[a], directions[b]), a, b) for a, b in itertools.combinations(ends, 2))
        if len(ends) == 3 and passages[1][0] < _SLANTED:
            (stem,) = set(passages[0][1:]) & set(passages[1][1:])
            free = (stem[0], 1 - stem[1])
            first, second = (end for end in ends if end != stem)
            is_tip = passages[2][0] > _SHARP and graph.edges[stem[0]].length < _STEM * pen
            into_stem = passages[1][0] < smooth or is_tip
            if into_stem and first[0] != second[0] and len(ends_at[graph.edges[free[0]].ends[free[1]]]) == 1:
                partners[first] = partners[second] = stem
                forks[free] = (first, second)
                continue
        for turn, a, b in passages:
            if turn < smooth and a not in partners and b not in partners:
                partners[a], partners[b] = b, a
    return partners, forks


def _direction(edge: Edge, side: int, pen: float) -> float:
    """Where an edge goes from one of its ends, as an angle."""
    line = edge.line[:: -1 if side else 1]
    last = len(line) - 1
    near, far = line[min(round(_ASIDE * pen), last // 2)], line[min(round(_AHEAD * pen), last)]
    return float(np.arctan2(far[1] - near[1], far[0] - near[0]))


def _turn(a: float, b: float) -> float:
    """How far a line turns that comes out of direction `a` and goes on in direction `b`; 0 is straight on."""
    return abs((a - b) % (2 * np.pi) - np.pi)


def _follow(
    graph: Graph,
    end: End,
    partners: dict[End, End],
    forks: dict[End, tuple[End, End]],
    used: set[int],
    pen: float,
) -> tuple[Points, bool]:
    """The line that begins at an end of an edge, over all junctions that it passes, and whether it comes back."""
    first, arrived, parts = end, end, []
    while True:
        number, side = end
        used.add(number)
        parts.append(_trimmed(graph, end, partners, pen))
        finish = (number, 1 - side)
        if finish in forks:
            parts.append(parts[-1][::-1])
            one, other = forks[finish]
            end = other if arrived == one else one
        elif finish in partners:
            arrived, end = finish, partners[finish]
        else:
            return np.concatenate(parts), graph.edges[number].ends == (-1, -1) and len(parts[0]) > 2
        if end[0] in used:
            return np.concatenate(parts), end == first


def _trimmed(graph: Graph, end: End, partners: dict[End, End], pen: float) -> Points:
    """An edge's line, from the given end, without the bends near the junctions that it passes."""
    number, side = end
    edge = graph.edges[number]
    line = edge.line[:: -1 if side else 1]
    kept = np.ones(len(line), dtype=bool)
    for one, node in enumerate(edge.ends):
        if (number, one) in partners:
            kept &= np.hypot(*(line - graph.places[node]).T) > _ASIDE * pen
    return line[kept] if kept.any() else line[len(line) // 2 :][:1]
