"""Letters given a prime: the training set has 82 primes, on four letters; people prime any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crohme.augment.letters import LETTERS
from crohme.augment.one_hand import OneHand
from crohme.augment.pool import Pool
from crohme.ink.expression import Expression, Row, all_rows, regroup
from crohme.notation.tree import Node, Relation
from crohme.types import Float32Array, Strokes

PRIME = r"\prime"
_PRIMED = frozenset({*LETTERS, ")", "]"})
_ALIKE = ("/", ",", "|", "1")
"""Written small and high, these are primes too."""


def add_prime(expression: Expression, pool: Pool | OneHand, rng: np.random.Generator) -> Expression:
    """Hang a prime, or two, on a letter that has no superscript and room for one, if there is such a letter.

    How large they are and where they lie follows the primes of the training set.
    """
    letters = [found for row in all_rows(expression.row) for found in _with_room(expression, row)]
    ink = _ink(pool, rng)
    if not letters or ink is None:
        return expression
    letter, room = letters[rng.integers(len(letters))]
    marks = [ink] if rng.random() < 0.85 else [ink, ink]
    marks = _placed(marks, _box(expression, letter), room, rng)
    at = max(letter.strokes) + 1  # written after the letter
    count = sum(map(len, marks))
    number = [(stroke if stroke < at else stroke + count,) for stroke in range(len(expression.points))]
    primes, first = [], at
    for mark in marks:
        primes.append(Node(PRIME, tuple(range(first, first + len(mark)))))
        first += len(mark)
    row = _hung(regroup(expression.row, number), number[letter.strokes[0]][0], tuple(primes))
    return Expression(np.concatenate([expression.points[:at], *marks, expression.points[at:]]), row)


def _placed(marks: list[Strokes], box: tuple[Strokes, Strokes], room: float, rng: np.random.Generator) -> list[Strokes]:
    """Primes one after the other at the upper right of a letter's box."""
    low, high = box
    height = float((high - low).max()) / 1.3  # about the x-height of the row
    size = height * rng.uniform(0.2, 0.9)
    left = high[0] + min(rng.normal(0.25, 0.15) * height, 0.6 * room)
    middle = low[1] + (rng.normal(0, 0.22) - 0.28) * height
    placed = []
    for mark in marks:
        m_low, m_high = mark.min(axis=(0, 1)), mark.max(axis=(0, 1))
        scale = size / max(float(m_high[1] - m_low[1]), 1e-6)
        moved = (mark - (m_low[0], (m_low[1] + m_high[1]) / 2)) * scale + (left, middle)
        left = float(moved[..., 0].max()) + rng.uniform(0.05, 0.2) * height
        placed.append(moved.astype(np.float32))
    return placed


def _hung(row: Row, stroke: int, primes: Row) -> Row:
    """The row with primes as superscript of the symbol that begins with this stroke."""
    nodes = []
    for node in row:
        hung = node.with_rows(lambda inner: _hung(inner, stroke, primes))
        if node.strokes[:1] == (stroke,):
            hung = replace(hung, rows={**hung.rows, Relation.SUP: primes})
        nodes.append(hung)
    return tuple(nodes)


def _with_room(expression: Expression, row: Row) -> list[tuple[Node, float]]:
    """Letters of a row that may get a prime, and how far their right neighbour is off."""
    found = []
    for index, node in enumerate(row):
        if node.label not in _PRIMED or Relation.SUP in node.rows:
            continue
        low, high = _box(expression, node)
        room = _box(expression, row[index + 1])[0][0] - high[0] if index + 1 < len(row) else np.inf
        if room > 0.25 * (high - low).max() > 0:
            found.append((node, float(room)))
    return found


def _box(expression: Expression, node: Node) -> tuple[Float32Array, Float32Array]:
    points = expression.points[list(node.strokes)]
    return points.min(axis=(0, 1)), points.max(axis=(0, 1))


def _ink(pool: Pool | OneHand, rng: np.random.Generator) -> Strokes | None:
    """A prime, or a single upright stroke that looks like one, higher than wide."""
    labels = [label for label in (PRIME, *_ALIKE) if pool.symbols.get(label)]
    if not labels:
        return None
    label = labels[0] if rng.random() < 0.6 else labels[rng.integers(len(labels))]
    ink = pool.symbol(label, rng)
    width, height = np.ptp(ink, axis=(0, 1))
    return ink if label == PRIME or (len(ink) == 1 and height > 1.5 * width) else None
