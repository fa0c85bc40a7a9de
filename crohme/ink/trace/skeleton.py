"""Thinning, and the skeleton as a graph: where lines end or meet, and the lines between."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from crohme.types import Float64Array, Image, Points, UInt8Array

# The neighbours of a pixel as the bits of a number, from the north clockwise.
_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], dtype=np.float32)


@dataclass(eq=False)
class Edge:
    """A line of the skeleton.

    Args:
        ends: pair of int. The nodes where it begins and ends; -1 twice for a loop without a node.
        line: `(n, 2)` float64, n ≥ 1. X and Y of its pixels, those of the nodes among them.
    """

    ends: tuple[int, int]
    line: Points

    @property
    def length(self) -> float:
        """Along the line, pixels."""
        return float(np.hypot(*np.diff(self.line, axis=0).T).sum())


@dataclass(eq=False)
class Graph:
    """Lines and the places where they meet.

    Args:
        places: dict of node → `(2,)`. The middle of each node.
        edges: list of Edge.
    """

    places: dict[int, Float64Array]
    edges: list[Edge]


def thin(ink: Image) -> Image:
    """Lines of one pixel in the middle of thick ones; `ink` and the result are 1 for ink, 0 for paper.

    Source: Guo and Hall, "Parallel thinning with two-subiteration algorithms", Communications of
    the ACM 32 (3), 1989. Each pass is one convolution and one look-up of the 256 neighbourhoods.
    """
    thinned: Image = np.asarray(cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT), np.uint8)
    left, half = cv2.countNonZero(thinned), 0
    unchanged = 0
    while unchanged < 2:
        code = cv2.filter2D(thinned, cv2.CV_8U, _BITS, borderType=cv2.BORDER_CONSTANT)
        thinned &= np.asarray(cv2.LUT(code, _KEPT[half]), np.uint8)
        before, left = left, cv2.countNonZero(thinned)
        unchanged = unchanged + 1 if left == before else 0
        half = 1 - half
    return thinned[1:-1, 1:-1]


def graph_of(skeleton: Image) -> Graph:
    """The graph of a thinned picture. A single pixel becomes an edge of one point.

    Pixels with one neighbour are ends; those with three or more are junctions, neighbouring ones one
    junction. Diagonal neighbours count only where there is no way around the corner.
    """
    places, neighbours = _pixel_graph(skeleton)
    degrees = [len(of) for of in neighbours]
    nodes = _nodes(neighbours, degrees)
    members: dict[int, list[int]] = {}
    for pixel, node in nodes.items():
        members.setdefault(node, []).append(pixel)
    edges = [Edge((-1, -1), places[[pixel]]) for pixel, degree in enumerate(degrees) if degree == 0]
    seen = {pixel for pixel, degree in enumerate(degrees) if degree == 0}
    for pixel, node in nodes.items():
        for step in neighbours[pixel]:
            if nodes.get(step) == node:
                continue
            if step in nodes and step < pixel or step in seen:
                continue  # walked from its other end
            path = _walk(pixel, step, neighbours, nodes)
            seen.update(path[1:-1])
            edges.append(Edge((node, nodes[path[-1]]), places[path]))
    for pixel, degree in enumerate(degrees):
        if degree == 2 and pixel not in seen:
            path = _walk(pixel, neighbours[pixel][0], neighbours, {pixel: -1})
            seen.update(path)
            edges.append(Edge((-1, -1), places[path]))
    return Graph({node: places[own].mean(axis=0) for node, own in members.items()}, edges)


def _pixel_graph(skeleton: Image) -> tuple[Points, list[list[int]]]:
    """X and Y of each pixel, and the numbers of its neighbours."""
    padded = cv2.copyMakeBorder(skeleton, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    ys, xs = np.nonzero(padded)
    number = np.zeros(padded.shape, dtype=np.int32)
    number[ys, xs] = np.arange(len(xs))
    neighbours: list[list[int]] = [[] for _ in range(len(xs))]
    for dx, dy in ((1, 0), (0, 1), (1, 1), (-1, 1)):
        joined = padded[ys + dy, xs + dx] != 0
        if dx and dy:
            joined &= (padded[ys, xs + dx] == 0) & (padded[ys + dy, xs] == 0)
        pixels = np.flatnonzero(joined)
        others = number[ys[joined] + dy, xs[joined] + dx]
        for a, b in zip(pixels.tolist(), others.tolist(), strict=True):
            neighbours[a].append(b)
            neighbours[b].append(a)
    return np.stack([xs - 1, ys - 1], axis=1).astype(np.float64), neighbours


def _nodes(neighbours: list[list[int]], degrees: list[int]) -> dict[int, int]:
    """Pixel → node, for the pixels that are ends or parts of junctions; a node is named after one of its pixels."""
    nodes: dict[int, int] = {}
    for start, degree in enumerate(degrees):
        if degree in (0, 2) or start in nodes:
            continue
        nodes[start] = start
        waiting = [start] if degree > 2 else []
        while waiting:
            for other in neighbours[waiting.pop()]:
                if degrees[other] > 2 and other not in nodes:
                    nodes[other] = start
                    waiting.append(other)
    return nodes


def _walk(start: int, step: int, neighbours: list[list[int]], stops: dict[int, int]) -> list[int]:
    """The pixels from one stop, over its neighbour `step`, to the next."""
    path = [start, step]
    while path[-1] not in stops:
        a, b = neighbours[path[-1]]
        path.append(b if a == path[-2] else a)
    return path


def _kept(half: int) -> UInt8Array:
    """For each neighbourhood, 1 if a pixel with it stays in this half of a pass."""
    p2, p3, p4, p5, p6, p7, p8, p9 = ((np.arange(256) >> bit & 1).astype(bool) for bit in range(8))
    crossings = sum((~a & (b | c)).astype(int) for a, b, c in ((p2, p3, p4), (p4, p5, p6), (p6, p7, p8), (p8, p9, p2)))
    one = sum((a | b).astype(int) for a, b in ((p9, p2), (p3, p4), (p5, p6), (p7, p8)))
    two = sum((a | b).astype(int) for a, b in ((p2, p3), (p4, p5), (p6, p7), (p8, p9)))
    inner = np.minimum(one, two)
    edge = (p2 | p3 | ~p5) & p4 if half else (p6 | p7 | ~p9) & p8
    removed: UInt8Array = ((crossings == 1) & (inner >= 2) & (inner <= 3) & ~edge).astype(np.uint8)
    return 1 - removed


_KEPT = (_kept(0), _kept(1))
