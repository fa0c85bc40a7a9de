"""Strokes that a reading leaves out, in whole or in part, and how they lower its confidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from crohme.expressions.odd_strokes import coiled, jumps
from crohme.expressions.stroke_limits import any_swings_more, limits, measures, path_lengths
from crohme.notation import SymbolTree
from crohme.notation.alphabet import OTHER
from crohme.notation.tree import Node
from crohme.types import Float32Array, Float64Array, FloatingArray, Points

# Of the training files with a stroke that their truth leaves out, most have a dot where the pen came down, and are
# read right: a contact weighs a tenth of a stroke. What tracing leaves beside the ink are specks: they weigh nothing.
CONTACT = 0.1
# One stroke of fifteen left out costs a fifth of the confidence, half the ink seven eighths of it.
POWER = 3
# No symbol of CROHME's training set has more strokes: a scribble of thirty that passes for a dot is not read.
MOST_STROKES = 10
# What is written with a sign that is none of the alphabet's is not what was meant, however surely it is one.
UNKNOWN = 0.1
# Of 10,000 strokes of CROHME's training set, one loses more of its length than a third where it is resampled.
USUALLY_KEPT = 0.7
# Networks take tangles, spirals and dashes that stand alone for dots, and large blots that people draw look no other.
# Readings of 1,585 files of CROHME 2013 and of the training set have no dot that large beside other strokes.
DOTS = frozenset({".", r"\cdot", r"\bullet"})
DOT_OF_LARGEST, DOT_OF_ALL = 0.6, 0.15  # of the largest stroke, of all ink, along the longer sides
LARGE_DOT = 0.3
# Networks take zigzags, waves and coils of any number of turns for an m. An m with strokes that lead in and out swings
# 7 times, and of 34,938 strokes of CROHME's training set nine swing more often.
MOST_SWINGS, SWINGING = 7, 0.3
# Networks count lines side by side wrongly: hatching and tally marks are a row of bars or norms, or one sign.
BARS = {"|": 1, r"\|": 2}
HATCHING = 4  # lines
LINES = {r"\_": 1, r"\|": 2, r"\equiv": 3}
TOO_MANY_LINES = 0.3
# Where a pen is never lifted, as some programs hand ink over, it goes far at once from symbol to symbol. Of 12,000
# strokes of CROHME's training set 50 have two such jumps, and of the files of CROHME 2013, each joined into one stroke,
# seven of eight.
MOST_JUMPS, JOINED_SHARE, JOINED = 1, 0.5, 0.3
# Networks take spirals for a 9, a \partial or a G. Of 15,000 strokes of CROHME's training set a dozen are coiled more.
MOST_COILED, SPIRAL = 0.4, 0.3
# Pictures with something beside the writing that may be none, see `crohme.ink.trace.foreign`.
FOREIGN = 0.4


def ink_weights(points: Float32Array, *, is_traced: bool) -> Float64Array:
    """How much of the ink each stroke is, in sum 1.

    Args:
        points: `(n, p, 2)` float32. Strokes in any unit.
        is_traced: bool. Whether the strokes were traced from a picture.

    Returns:
        `(n,)` float64.
    """
    lengths = path_lengths(points)
    weights = lengths if is_traced else lengths + CONTACT * lengths.mean()
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(points), 1 / len(points))


def seen_shares(strokes: Sequence[Points], resampled: FloatingArray) -> Float64Array:
    """How much of each stroke its resampled points show: a tangle of thousands of points passes for a simple stroke.

    Args:
        strokes: n arrays `(p, 2)` float64. As they were written.
        resampled: `(n, q, 2)` float. The same strokes, in the same unit.

    Returns:
        `(n,)` float64, 1 for strokes that keep as much of their length as usual.
    """
    written = np.array([path_lengths(stroke[None])[0] for stroke in strokes])
    kept = np.divide(path_lengths(resampled), written, out=np.ones(len(strokes)), where=written > 0)
    shares: Float64Array = np.minimum(kept / USUALLY_KEPT, 1.0)
    return shares


def unread_shares(trees: Sequence[SymbolTree], points: Float32Array, seen: Float64Array) -> list[Float64Array]:
    """How much of each stroke some readings leave unread.

    All of a stroke that it leaves out, or sweeps together into a symbol of more strokes than any has; of the others,
    what is more tangled than strokes of their symbol ever are, and what the network was not shown.

    Args:
        trees: sequence of SymbolTree. Their nodes have their strokes.
        points: `(n, p, 2)` float32. The strokes, in the unit of `features.to_unit_scale`.
        seen: `(n,)` float64. See `seen_shares`.

    Returns:
        For each reading `(n,)` float64 between 0 and 1.
    """
    found = measures(points)
    known: dict[tuple[str, tuple[int, ...]], Float64Array] = {}  # most symbols are in several readings

    def read(node: Node) -> Float64Array:
        if (symbol := (node.label, node.strokes)) not in known:
            strokes = list(node.strokes)
            excess = (found[strokes] / limits(node.label)).max(axis=1)
            known[symbol] = seen[strokes] / np.maximum(excess, 1.0)
        return known[symbol]

    shares = []
    for tree in trees:
        unread = np.ones(len(found))
        for node in tree.nodes():
            if len(node.strokes) <= MOST_STROKES:
                unread[list(node.strokes)] = 1 - read(node)
        shares.append(unread)
    return shares


def coverage_factor(weights: Float64Array, unread: Float64Array) -> float:
    """What is left of the confidence of a reading, 1 if no stroke is unread.

    Args:
        weights: `(n,)` float64. See `ink_weights`.
        unread: `(n,)` float64. See `unread_shares`.
    """
    return float((1 - min((weights * unread).sum(), 1.0)) ** POWER) if unread.any() else 1.0


def known_factor(tree: SymbolTree) -> float:
    """What is left of the confidence of a reading, 1 if all its signs are known.

    It does not change which reading is the best: that there is such a sign is what was read.
    """
    return UNKNOWN if any(node.label == OTHER for node in tree.nodes()) else 1.0


def alone_factor(tree: SymbolTree, confidence: float, of_class: Callable[[Node], float]) -> float:
    """What is left of the confidence of all readings: a symbol alone is no surer than its class by its strokes.

    Nothing beside it speaks for it, and the confidence of whole expressions was measured on longer ones. Of Detexify's
    held-out drawings of commands outside the alphabet 47 % are doubted so, 27 % without; of the known ones that are
    read right, about four in a hundred more.

    Args:
        tree: SymbolTree. The best reading.
        confidence: float. Its own.
        of_class: function of a symbol. The log-probability of its class, see `rescoring.ClassScores.of`.
    """
    nodes = list(tree.nodes())
    if len(nodes) != 1 or not confidence:
        return 1.0
    return min(1.0, math.exp(of_class(nodes[0])) / confidence)


def dot_factor(tree: SymbolTree, points: Float32Array) -> float:
    """What is left of the confidence of a reading, 1 if its dots are as small as dots are.

    Like `known_factor`, it does not change which reading is the best.

    Args:
        tree: SymbolTree. Its nodes have their strokes.
        points: `(n, p, 2)` float32. The strokes, in any unit.
    """
    dots = [stroke for node in tree.nodes() if node.label in DOTS for stroke in node.strokes]
    if not dots:
        return 1.0
    sizes = np.ptp(points, axis=1).max(axis=1)
    least = max(DOT_OF_LARGEST * sizes.max(), DOT_OF_ALL * np.ptp(points, axis=(0, 1)).max())
    return LARGE_DOT if sizes[dots].max() > least else 1.0


def swing_factor(points: Float32Array) -> float:
    """What is left of the confidence of all readings, 1 if no stroke goes there and back too often.

    Args:
        points: `(n, p, 2)` float32. The strokes, in any unit.
    """
    return SWINGING if any_swings_more(points, MOST_SWINGS) else 1.0


def lines_factor(tree: SymbolTree) -> float:
    """What is left of the confidence of a reading, 1 unless a sign has more lines than it has, or all are bars.

    Like `known_factor`, it does not change which reading is the best.
    """
    nodes = list(tree.nodes())
    is_hatching = all(node.label in BARS for node in nodes) and sum(BARS[node.label] for node in nodes) >= HATCHING
    has_more = any(len(node.strokes) > LINES.get(node.label, len(node.strokes)) for node in nodes)
    return TOO_MANY_LINES if is_hatching or has_more else 1.0


def joined_factor(strokes: Sequence[Points], weights: Float64Array) -> float:
    """What is left of the confidence of all readings, 1 unless most of the ink is strokes that were joined.

    Args:
        strokes: n arrays `(p, 2)`. As they were written, not resampled.
        weights: `(n,)` float64. See `ink_weights`.
    """
    return JOINED if weights[jumps(strokes) > MOST_JUMPS].sum() > JOINED_SHARE else 1.0


def spiral_factor(points: Float32Array) -> float:
    """What is left of the confidence of all readings, 1 unless all the ink is one spiral.

    Args:
        points: `(n, p, 2)` float32. The strokes, in any unit.
    """
    return SPIRAL if len(points) == 1 and coiled(points[0]) > MOST_COILED else 1.0
